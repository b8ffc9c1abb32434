"""What is remembered of written titles: their words without place, and what callers say when such a word fits."""

import numpy as np
import pytest

from models.earlier_titles import EarlierTitles
from training.title_memory import remembered_titles, without_place

_TOLD = [
    ("门口井盖没了，怕有人掉下去", "井盖缺失"),
    ("老板欠了三个月工钱不给", "拖欠工资"),
    ("28路司机骂人", "28路司机辱骂乘客"),
    ("28路司机又骂人", "28路司机辱骂老人"),
    ("井盖又让人偷了", ""),
]


@pytest.mark.parametrize(
    ("title", "place", "matter"),
    [
        ("平行南路某某路口以南路灯不亮问题", "滕州市龙泉街道平行南路某某路口往南", "路灯不亮"),
        ("咨询居住证办理地点", "", "居住证办理地点"),
        ("关于某某中学门口增设减速带的建议", "薛城区某某中学门口", "增设减速带"),
        ("康乐花园3号楼东侧犬吠扰民问题", "市中区康乐花园3号楼东", "犬吠扰民"),
    ],
)
def test_a_title_is_remembered_without_its_place(title: str, place: str, matter: str) -> None:
    assert without_place(title, place) == matter


def test_the_titles_of_the_likest_demands_come_first() -> None:
    earlier = EarlierTitles(remembered_titles(_TOLD, ["井盖"]))
    near = earlier.nearest(np.array([0.1, 0.9, 0.2, 0.1, 1.0], np.float32))
    assert "".join(near[0][0]) == "拖欠工资"
    assert len(near) == 4


@pytest.mark.parametrize(
    ("word", "matter", "fits"),
    [
        ("缺失", "小区的盖板不见了", True),
        ("缺失", "小区的盖板响", False),
        ("辱骂", "他张嘴就骂", True),
        ("28路", "公交司机骂人", False),
        ("司机", "坐车的时候有人骂我", False),
    ],
)
def test_a_word_fits_only_where_something_like_it_was_said(word: str, matter: str, fits: bool) -> None:
    earlier = EarlierTitles(remembered_titles(_TOLD, ["井盖"]))
    assert bool(earlier.borne_by(word, matter)[0]) is fits
