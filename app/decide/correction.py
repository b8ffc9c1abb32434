"""Corrections by a person: which fields, and the ticket after them."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.domain.errors import InvalidInput
from app.domain.ticket import Ticket

CORRECTABLE = (
    "request_kind",
    "subject",
    "title",
    "content",
    "wants",
    "citizen.name",
    "citizen.phone",
    "citizen.confidential",
    "place.district",
    "place.town",
    "place.detail",
    "event_time",
    "urgency",
)


def corrected(ticket: Ticket, changes: Mapping[str, Any]) -> Ticket:
    """Return the ticket with the changes made, its version raised; what a person said needs no evidence.

    Raises:
        InvalidInput: nothing to change, a field that is not to be corrected, or a value of the wrong kind.
    """
    if not changes:
        raise InvalidInput("没有要更正的字段", field="changes")
    body = ticket.model_dump(mode="json")
    for path, value in changes.items():
        if path not in CORRECTABLE:
            raise InvalidInput(f"{path} 不能更正；可更正：{'、'.join(CORRECTABLE)}", field=path)
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
        raise InvalidInput(f"{where} 的值不符合要求：{detail['input']!r}", field=where) from error


def value_at(ticket: Ticket, path: str) -> Any:
    """Return the value of a field, by its dotted path."""
    value: Any = ticket
    for part in path.split("."):
        value = getattr(value, part)
    return value
