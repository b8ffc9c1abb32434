"""An independent look at whether a ticket's values were said: it shares no code with the service's own check."""

import re
from collections.abc import Iterator
from typing import Any

from app.domain.ticket import Ticket
from app.domain.transcript import Evidence
from eval.normal_form import normal, numerals_to_digits

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日")


def unsupported_values(row: dict[str, Any], ticket: Ticket) -> tuple[int, list[str]]:
    """Return how many values were checked, and those without support.

    A value is unsupported if it has no evidence, if a quote is not the transcript's own text, or if a number
    or name in it was never said (numerals in any writing; dates resolved from relative ones excepted).
    """
    said = said_text(row)
    wrong: list[str] = []
    checked = 0
    for path, value in values_of(ticket):
        checked += 1
        quotes = ticket.evidence.get(path, ())
        if not quotes and not (path == "citizen.phone" and value == row.get("caller_number")):
            wrong.append(f"{path}={value} has no evidence")
        wrong += [f"{path}: quote {q.text!r} is not in turn {q.turn}" for q in quotes if not is_quote(row, q)]
        if path in ("title", "content", "wants", "place.detail"):
            wrong += [f"{path}: {number} was never said" for number in foreign_numbers(value, said)]
        if path == "citizen.name" and value[0] not in said:
            wrong.append(f"{path}={value} was never said")
    return checked, wrong


def values_of(ticket: Ticket) -> Iterator[tuple[str, str]]:
    """Yield the dotted path and value of everything taken from the call."""
    fields = {
        "title": ticket.title,
        "content": ticket.content,
        "wants": ticket.wants,
        "citizen.name": ticket.citizen.name,
        "citizen.phone": ticket.citizen.phone,
        "place.district": ticket.place.district,
        "place.town": ticket.place.town,
        "place.detail": ticket.place.detail,
        "event_time": ticket.event_time,
    }
    yield from ((path, value) for path, value in fields.items() if value)


def said_text(row: dict[str, Any]) -> str:
    """Return all that was said or written, numerals as they came and in digits."""
    raw = normal("".join([row.get("title") or "", *(turn["text"] for turn in row["turns"])]))
    return raw + "\n" + numerals_to_digits(raw)


def is_quote(row: dict[str, Any], quote: Evidence) -> bool:
    """Tell whether a quote stands in the transcript where it says."""
    text = (row.get("title") or "") if quote.turn == -1 else row["turns"][quote.turn]["text"]
    return bool(quote.text) and text[quote.start : quote.end] == quote.text


def foreign_numbers(value: str, said: str) -> list[str]:
    """Return numbers of `value` that nobody said; dates are left to `event_time`."""
    spoken = set(_NUMBER.findall(said))
    return [number for number in _NUMBER.findall(_DATE.sub("", value)) if number not in spoken and number not in said]
