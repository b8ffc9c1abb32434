"""What is cut out of talk begins and ends where words do."""

import pytest

from app.understand.ticket.title_words import fitted
from app.understand.ticket.want_pieces import stretches
from app.understand.ticket.whole_words import first_words, stands_whole, whole_words


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        ("希望有关部门尽快治理河道", "理河道", "治理河道"),
        ("内河清淤，管网清淤", "管网清", "管网清淤"),
        ("路口无障碍坡道没了", "口无障碍坡道", "路口无障碍坡道"),
        ("对这种不文明施工的行为", "明施工", "不文明施工"),
        ("写字板或手语视频", "写字板或", "写字板"),
        ("消除安全隐患", "安全", "安全"),
        ("渣土车夜里不盖布", "渣土车", "渣土车"),
    ],
)
def test_a_stretch_is_widened_to_whole_words(text: str, cut: str, whole: str) -> None:
    at = text.find(cut)
    assert whole_words(text, at, at + len(cut)) == whole


@pytest.mark.parametrize(
    ("words", "text", "stands"),
    [
        ("河水", "内河水质很差", False),
        ("河水", "内河水质很差，河水发臭", True),
        ("路灯", "内河水质很差", True),
        ("虚作假", "他们弄虚作假", False),
    ],
)
def test_words_stand_whole_where_they_cut_no_other(words: str, text: str, stands: bool) -> None:
    assert stands_whole(words, text) is stands


def test_what_is_too_long_ends_with_a_word() -> None:
    assert first_words("切实可行的治理内河的方案并付诸实施", 15) == "切实可行的治理内河的方案"
    assert first_words("修路", 5) == "修路"
    assert fitted("龙津河边夜里散发臭味影响居民", 11) == "龙津河边夜里散发臭味"


def test_what_the_tagger_marks_is_taken_in_whole_words() -> None:
    marked = [(character, 0.9 if character in "理河道" else 0.0) for character in "尽快治理河道吧"]
    assert list(stretches([marked])) == ["治理河道"]
