"""A ticket from another system's table, one JSON object, in; what comparing tickets looks at out."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from app.domain.city_time import CITY_TIME
from app.domain.duplicate import TicketFacts
from app.domain.errors import InvalidInput
from app.domain.place import Gazetteer
from app.domain.storable import check_all
from app.domain.ticket import RequestKind
from app.receive.payload import MAX_ID, YEARS
from app.receive.table import moment_in

_OPTIONAL = ("district", "town", "detail", "category", "function", "caller")


def ticket_line(payload: Mapping[str, Any], gazetteer: Gazetteer) -> TicketFacts:
    """Return a ticket of `id, created_at, text[, title, district, town, detail, category, function, caller, kind]`.

    Where no place is given, one that the text names counts.

    Raises:
        InvalidInput: id, time or text is missing or no such thing, or the kind is none of ours.
    """
    check_all(payload)
    words = " ".join(str(payload[name]) for name in ("title", "text") if payload.get(name))
    number = str(payload.get("id") or "")
    if not words or not number:
        raise InvalidInput("缺少 id 或 text", field="id")
    kind = payload.get("kind") or RequestKind.HELP
    if kind not in tuple(RequestKind):
        raise InvalidInput(f"kind 应为 {'、'.join(RequestKind)}，收到 {kind!r}", field="kind")
    if len(number) > MAX_ID:
        raise InvalidInput(f"id 最长 {MAX_ID} 个字符，收到 {len(number)} 个", field="id")
    given: dict[str, Any] = {name: str(payload[name]) for name in _OPTIONAL if payload.get(name)}
    if "district" not in given and "town" not in given:
        given |= _reader_of(gazetteer)(words)
    return TicketFacts(
        ticket_number=number,
        text=words,
        created_at=_moment(payload),
        request_kind=kind,
        **given,
    )


def _moment(payload: Mapping[str, Any]) -> datetime:
    said = str(payload.get("created_at") or "")
    try:
        moment = datetime.fromisoformat(moment_in(said))
    except ValueError as error:
        raise InvalidInput(f"created_at 应为 ISO 8601 时间，收到 {said!r}", field="created_at") from error
    if moment.year not in YEARS:
        raise InvalidInput(f"created_at 应在 {YEARS[0]} 年至 {YEARS[-1]} 年之间", field="created_at")
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIME)


@cache
def _reader_of(gazetteer: Gazetteer) -> Callable[[str], dict[str, str]]:
    names = sorted({*gazetteer.town_by_name, *gazetteer.district_by_name}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, names)) or "(?!)")

    def read(words: str) -> dict[str, str]:
        found = pattern.findall(words)
        town = next((gazetteer.town_by_name[name] for name in found if name in gazetteer.town_by_name), None)
        if town:
            return {"district": gazetteer.homes(town)[0], "town": town.name}
        return {"district": gazetteer.district_by_name[found[0]].name} if found else {}

    return read
