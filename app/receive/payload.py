"""A channel's payload in, a Transcript out, or an error naming field and reason. The one door into the house."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.city_time import CITY_TIME
from app.domain.errors import InvalidInput, TooLarge
from app.domain.storable import check_all, check_text
from app.domain.transcript import Speaker, Transcript, Turn

MAX_TURNS = 20_000
MAX_CHARACTERS = 300_000
MAX_ID = 128
MAX_CHANNEL = 40
MAX_TITLE = 500
YEARS = range(2000, 2101)


def parse_transcript(payload: Mapping[str, Any], *, received_at: datetime) -> Transcript:
    """Return the transcript in a payload; unknown keys are left to the raw copy in the store.

    A missing `called_at` is the time of receipt; one without a zone is Chinese standard time. A `caller_number` that
    is none (`anonymous`) counts as missing.

    Raises:
        InvalidInput: a field is missing or of the wrong kind; `field` says which.
        TooLarge: more turns or characters than a day-long call has.
    """
    turns = _turns(payload.get("turns"))
    title = _text(payload, "title", longest=MAX_TITLE, required=False)
    identity = _identifier(payload)
    check_all(payload)  # the raw copy is stored with keys that nobody reads
    return Transcript(
        id=identity,
        channel=_text(payload, "channel", longest=MAX_CHANNEL, required=False) or "phone",
        called_at=_moment(payload.get("called_at"), received_at),
        caller_number=_number(payload),
        title=title,
        turns=turns,
        demo=_flag(payload, "demo"),
    )


def content_digest(payload: Mapping[str, Any]) -> str:
    """Return a digest of a payload that does not depend on key order."""
    canonical = json.dumps(payload, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _identifier(payload: Mapping[str, Any]) -> str:
    value = _text(payload, "id", longest=MAX_ID, required=True)
    if value is None or any(unicodedata.category(character).startswith("C") for character in value):
        raise InvalidInput("id 不能为空，也不能含控制字符", field="id")
    return value


def _text(payload: Mapping[str, Any], name: str, *, longest: int, required: bool) -> str | None:
    value = payload.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise InvalidInput(f"{name} 应为文字" if value is not None else f"缺少 {name}", field=name)
    check_text(value, name)
    stripped = value.strip()
    if required and not stripped:
        raise InvalidInput(f"{name} 不能为空", field=name)
    if len(stripped) > longest:
        raise InvalidInput(f"{name} 最长 {longest} 个字符，收到 {len(stripped)} 个", field=name)
    return stripped or None


def _number(payload: Mapping[str, Any]) -> str | None:
    """Return the caller's number; exchanges write `anonymous` or 未知 for one that is withheld."""
    number = _text(payload, "caller_number", longest=32, required=False)
    return number if number and any(c.isdigit() for c in number) else None


def _flag(payload: Mapping[str, Any], name: str) -> bool:
    value = payload.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} 应为 true 或 false", field=name)
    return value


def _turns(value: Any) -> tuple[Turn, ...]:
    if not isinstance(value, list):
        raise InvalidInput("缺少 turns" if value is None else "turns 应为列表", field="turns")
    if len(value) > MAX_TURNS:
        raise TooLarge(f"turns 最多 {MAX_TURNS} 条，收到 {len(value)} 条", field="turns")
    turns = tuple(parse_turn(item, f"turns[{index}]") for index, item in enumerate(value))
    characters = sum(len(turn.text) for turn in turns)
    if characters > MAX_CHARACTERS:
        raise TooLarge(f"文字总长最多 {MAX_CHARACTERS} 个字符，收到 {characters} 个", field="turns")
    return turns


def parse_turn(item: Any, where: str) -> Turn:
    """Return one turn; `where` names it in an error."""
    if not isinstance(item, Mapping):
        raise InvalidInput(f"{where} 应为对象，含 speaker 和 text", field=where)
    speaker, text = item.get("speaker"), item.get("text")
    if speaker is None:
        speaker = Speaker.UNKNOWN
    if speaker not in tuple(Speaker):
        raise InvalidInput(
            f"{where}.speaker 应为 operator、citizen 或 unknown，收到 {str(speaker)[:40]!r}", field=f"{where}.speaker"
        )
    if not isinstance(text, str):
        raise InvalidInput(f"{where}.text 应为文字", field=f"{where}.text")
    check_text(text, f"{where}.text")
    return Turn(speaker=Speaker(speaker), text=text)


def _moment(value: Any, received_at: datetime) -> datetime:
    if value is None:
        return received_at
    if not isinstance(value, str):
        raise InvalidInput("called_at 应为 ISO 8601 时间文字", field="called_at")
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise InvalidInput(f"called_at 不是 ISO 8601 时间：{value[:40]!r}", field="called_at") from error
    if moment.year not in YEARS:
        raise InvalidInput(f"called_at 应在 {YEARS[0]} 年至 {YEARS[-1]} 年之间", field="called_at")
    return (moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIME)).astimezone(CITY_TIME)
