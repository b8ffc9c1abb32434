"""An independent look at whether a ticket's values were said: it shares no code with the service's own check."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from app.domain.ticket import Ticket
from app.domain.transcript import Evidence
from eval.normal_form import normal, numerals_to_digits

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DIGIT = "零〇一二三四五六七八九两"
_SHORTENED = re.compile(rf"([{_DIGIT}十百千\d]+)([万千百元毛])([{_DIGIT}]?)(?![十百千万])")
_POINTED = re.compile(rf"([{_DIGIT}十百]+)点([{_DIGIT}]+)")
_VALUE_OF = {"万": 10_000, "千": 1000, "百": 100, "元": 1, "毛": 1}
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
    words = "\n".join([row.get("title") or "", *(turn["text"] for turn in row["turns"])])
    raw = normal(words)
    written = unicodedata.normalize("NFKC", words)  # 五十 五十二亩 keeps its gap: it is 52, not one numeral
    return "\n".join([written, raw, numerals_to_digits(written), numerals_to_digits(raw), *other_readings(raw)])


def other_readings(said: str) -> Iterator[str]:
    """Yield the figures of shortened numerals: 八十万 is 80 (万), 四万二 is 42000 and 4.2 (万), 三块八 is 3.8."""
    for whole, unit, rest in _SHORTENED.findall(said):
        head, tail = numerals_to_digits(whole), numerals_to_digits(rest) if rest else ""
        yield head
        if tail.isdigit() and len(tail) == 1 and head.isdigit():
            yield f"{head}.{tail}"
            yield str(int(head) * _VALUE_OF[unit] + int(tail) * _VALUE_OF[unit] // 10)
    for whole, part in _POINTED.findall(said):
        yield f"{numerals_to_digits(whole)}.{numerals_to_digits(part)}"


def is_quote(row: dict[str, Any], quote: Evidence) -> bool:
    """Tell whether a quote stands in the transcript where it says."""
    text = (row.get("title") or "") if quote.turn == -1 else row["turns"][quote.turn]["text"]
    return bool(quote.text) and text[quote.start : quote.end] == quote.text


def foreign_numbers(value: str, said: str) -> list[str]:
    """Return numbers of `value` that nobody said; dates are left to `event_time`."""
    spoken = set(_NUMBER.findall(said))
    return [number for number in _NUMBER.findall(_DATE.sub("", value)) if number not in spoken and number not in said]
