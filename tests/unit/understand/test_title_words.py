"""A title says its place once, as it was said, and leaves out the clock, the address and words of talk."""

import pytest

from app.understand.ticket.title_words import fitted, short_place, worded


@pytest.mark.parametrize(
    ("said", "where", "key", "whole"),
    [
        ("幸福家园3号楼暖气不热", "幸福家园3号楼", "暖气不热", ""),
        ("青石区法院宿舍旁柳溪河工地还在施工", "法院宿舍旁柳溪河", None, "青石区法院宿舍旁柳溪河工地施工"),
        ("柳溪河工地凌晨2点15分还在施工", "柳溪河工地", "夜间施工", ""),
        ("6号楼一直漏水", "幸福家园6号楼", "漏水", ""),
        ("工地早上6:30就开始打桩", "", "工地早上开始打桩", ""),
        ("公交车末班提前到5点", "", "公交车末班提前到5点", ""),
        ("音乐吵到2点", "", "音乐吵到夜间", ""),
        ("尊敬的李局长：小区占用了消防通道", "", "小区占用消防通道", ""),
        ("2、河道边垃圾没人清", "", "河道边垃圾没人清", ""),
    ],
)  # fmt: skip
def test_a_clause_in_the_words_of_a_title(said: str, where: str, key: str | None, whole: str) -> None:
    found = worded(said, where)
    assert found.whole == whole
    assert key is None or found.key == key


@pytest.mark.parametrize(
    ("place", "short"), [("区柳泉路43号", "柳泉路43号"), ("市中区文化路", "市中区文化路"), ("镇政府门口", "镇政府门口")]
)
def test_half_a_name_is_no_place(place: str, short: str) -> None:
    assert short_place(place) == short


def test_a_long_title_ends_where_one_of_its_parts_ends() -> None:
    assert fitted("东西两栋之间的内河（柳溪河段味道刺鼻", 12) == "东西两栋之间的内河"
    assert fitted("柳溪河（南段很臭", 20) == "柳溪河南段很臭"
