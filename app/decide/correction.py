"""Corrections by a person: which fields, what they may hold, and the ticket after them."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from app.domain.errors import InvalidInput
from app.domain.labels import EMOTION, REQUEST_KIND, SUBJECT, URGENCY, labelled
from app.domain.place import Gazetteer
from app.domain.reference import CategoryTree
from app.domain.ticket import Ticket

LONGEST = {
    "title": 200, "content": 5000, "wants": 2000, "citizen.name": 40, "place.detail": 200, "place.district": 40,
    "place.town": 40, "citizen.phone": 20, "event_time": 16, "category": 16,
}  # fmt: skip
"""Fields that are text, and how long they may be."""
CORRECTABLE = (
    "request_kind", "subject", "title", "content", "wants", "category", "citizen.name", "citizen.phone",
    "citizen.confidential", "place.district", "place.town", "place.detail", "event_time", "urgency", "emotion",
)  # fmt: skip
CODES = {"request_kind": REQUEST_KIND, "subject": SUBJECT, "urgency": URGENCY, "emotion": EMOTION}
"""Fields that are codes, with their names."""
_REQUIRED = ("title", "content")
_LINES = ("content", "wants")
"""Fields that may have several lines."""
_PHONE = re.compile(r"[+\d][\d -]{4,19}", re.ASCII)
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d)?)?)?)?", re.ASCII)
_FILLED_UP = "2000-01-01T00:00"


def completed(
    ticket: Ticket, changes: Mapping[str, Any], gazetteer: Gazetteer, categories: CategoryTree
) -> dict[str, Any]:
    """Return the changes with their values in full: a town brings its district, a code its category.

    Raises:
        InvalidInput: nothing to change, a field that is not to be corrected, or a value that cannot be.
    """
    if not changes:
        raise InvalidInput("没有要更正的字段", field="changes")
    given = {path: _checked(path, value) for path, value in changes.items()}
    if given.get("category"):
        if given["category"] not in categories.by_code:
            raise InvalidInput(f"没有分类 {given['category']}", field="category")
        given["category"] = categories.by_code[given["category"]].model_dump(mode="json")
    return given | _placed(ticket, given, gazetteer)


def corrected(ticket: Ticket, changes: Mapping[str, Any]) -> Ticket:
    """Return the ticket with completed changes made, its version raised; a person's word needs no evidence.

    Raises:
        InvalidInput: a value of the wrong kind.
    """
    body = ticket.model_dump(mode="json")
    for path, value in changes.items():
        head, _, tail = path.partition(".")
        if tail:
            body[head][tail] = value
        else:
            body[head] = value
        body["evidence"].pop(path, None)
        body["confidence"][path] = 1.0
        body["missing"] = [name for name in body["missing"] if name != path or value is None]
    body["version"] = ticket.version + 1
    try:
        return Ticket.model_validate(body)
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in detail["loc"])
        raise InvalidInput(f"{where} 的值不符合要求：{str(detail['input'])[:40]!r}", field=where) from error


def value_at(ticket: Ticket, path: str) -> Any:
    """Return the value of a field, by its dotted path."""
    value: Any = ticket
    for part in path.split("."):
        value = getattr(value, part)
    return value


def _checked(path: str, value: Any) -> Any:
    if path not in CORRECTABLE:
        raise InvalidInput(f"{path} 不能更正；可更正：{'、'.join(CORRECTABLE)}", field=path)
    if path == "citizen.confidential" and not isinstance(value, bool):
        raise InvalidInput(f"{path} 应为 true 或 false", field=path)
    if path in CODES and (not isinstance(value, str) or value not in CODES[path]):
        raise InvalidInput(f"{path} 应为{labelled(CODES[path], CODES[path])}", field=path)
    if path not in LONGEST:
        return value
    if not isinstance(value, str | None):
        raise InvalidInput(f"{path} 的值不符合要求，应为文字", field=path)
    text = (value or "").strip() or None
    if text is None and path in _REQUIRED:
        raise InvalidInput(f"{path} 不能为空", field=path)
    if text:
        _check_form(path, text)
    return text


def _check_form(path: str, text: str) -> None:
    if len(text) > LONGEST[path]:
        raise InvalidInput(f"{path} 最长 {LONGEST[path]} 个字符，收到 {len(text)} 个", field=path)
    if path not in _LINES and any(unicodedata.category(c) == "Cc" for c in text):
        raise InvalidInput(f"{path} 不能含换行和控制字符", field=path)
    if path == "citizen.phone" and not _PHONE.fullmatch(text):
        raise InvalidInput(f"{path} 应为电话号码", field=path)
    if path == "event_time" and not _is_moment(text):
        raise InvalidInput(f"{path} 应为 2026-11、2026-11-16 或 2026-11-16T19:30 这样的时间", field=path)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text + _FILLED_UP[len(text) :])
    except ValueError:
        return False
    return bool(_TIME.fullmatch(text))


def _placed(ticket: Ticket, given: Mapping[str, Any], gazetteer: Gazetteer) -> dict[str, Any]:
    """Return district and town in full; a town brings its district, and another district, or none, ends the town."""
    placed: dict[str, Any] = {}
    if said := given.get("place.district"):
        district = gazetteer.district_by_name.get(said)
        if district is None:
            raise InvalidInput(f"没有区（市）{said}", field="place.district")
        placed["place.district"] = district.name
    if said := given.get("place.town"):
        town = gazetteer.town_by_name.get(said)
        if town is None:
            raise InvalidInput(f"没有镇（街道）{said}", field="place.town")
        homes = gazetteer.homes(town)
        if placed.get("place.district", homes[0]) not in homes:
            raise InvalidInput(f"{town.name}不在{placed['place.district']}", field="place.town")
        here = ticket.place.district if ticket.place.district in homes else homes[0]
        return {"place.district": here, **placed, "place.town": town.name}
    kept = gazetteer.town_by_name.get(ticket.place.town or "")
    moved = "place.district" in given and kept and placed.get("place.district") not in gazetteer.homes(kept)
    return placed | ({"place.town": None} if moved else {})
