from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import InvalidInput, TooLarge
from app.domain.transcript import Speaker
from app.receive.payload import MAX_CHARACTERS, MAX_TURNS, content_digest, parse_transcript
from tests.factories import call

NOW = datetime(2026, 11, 18, tzinfo=UTC)


def parse(**changes: Any) -> Any:
    return parse_transcript({**call("您好", "停水了"), **changes}, received_at=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": "a\nb"}, "id"),
        ({"id": "x" * 129}, "id"),
        ({"turns": None}, "turns"),
        ({"turns": "喂"}, "turns"),
        ({"turns": ["喂"]}, "turns[0]"),
        ({"turns": [{"speaker": "robot", "text": "喂"}]}, "turns[0].speaker"),
        ({"turns": [{"speaker": ["citizen"], "text": "喂"}]}, "turns[0].speaker"),
        ({"turns": [{"speaker": "citizen", "text": 5}]}, "turns[0].text"),
        ({"turns": [{"speaker": "citizen", "text": "a\x00b"}]}, "turns[0].text"),
        ({"turns": [{"speaker": "citizen", "text": "\ud83d"}]}, "turns[0].text"),
        ({"called_at": "昨天"}, "called_at"),
        ({"called_at": 1700000000}, "called_at"),
        ({"called_at": "0001-01-01T00:00:00+23:00"}, "called_at"),
        ({"called_at": "9999-12-31T23:59:59"}, "called_at"),
        ({"called_at": "1900-01-01"}, "called_at"),
        ({"extra": {"deep": ["a\ud800"]}}, "extra.deep[0]"),
        ({"\ud800": 1}, "body"),
        ({"turns": [{"speaker": "citizen", "text": "喂", "note": "\x00"}]}, "turns[0].note"),
        ({"caller_number": 139}, "caller_number"),
        ({"channel": "x" * 41}, "channel"),
    ],
)
def test_an_unusable_field_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse(**changes)
    assert error.value.field == field


def test_more_than_a_day_long_call_is_too_large() -> None:
    with pytest.raises(TooLarge, match="turns"):
        parse(turns=[{"speaker": "citizen", "text": "喂"}] * (MAX_TURNS + 1))
    with pytest.raises(TooLarge, match="文字总长"):
        parse(turns=[{"speaker": "citizen", "text": "喂" * (MAX_CHARACTERS + 1)}])


def test_a_time_without_zone_is_chinese_standard_time() -> None:
    assert parse(called_at="2026-11-18 09:42").called_at.isoformat() == "2026-11-18T09:42:00+08:00"
    assert parse(called_at="2026-11-18T01:42:00Z").called_at.isoformat() == "2026-11-18T09:42:00+08:00"
    assert parse(called_at=None).called_at == NOW


def test_null_is_as_good_as_nothing() -> None:
    turns = [{"speaker": None, "text": "停水了"}]
    bare = parse(turns=turns, demo=None, title=None, channel=None, caller_number=None)
    assert bare == parse(turns=[{"text": "停水了"}], caller_number="未知")
    assert (bare.turns[0].speaker, bare.demo, bare.caller_number) == (Speaker.UNKNOWN, False, None)


def test_unknown_keys_are_left_to_the_raw_copy() -> None:
    assert parse(agent="a-7").id == "c-1"


def test_the_digest_does_not_depend_on_key_order() -> None:
    assert content_digest({"a": 1, "b": "\ud83d"}) == content_digest({"b": "\ud83d", "a": 1})
    assert content_digest({"a": 1}) != content_digest({"a": 2})
