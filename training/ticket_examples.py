"""Transcripts with gold, or exported corrections, in; conversations that end in a form the call bears out, out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.domain.reference import ReferenceData
from app.domain.ticket import TicketDraft
from app.domain.transcript import SpokenCall, Transcript
from app.flows.reading import CallReader
from app.prompting.grounding import letters, pairs_of
from app.prompting.library import Prompt
from app.receive.payload import parse_transcript
from app.understand.generated.fields import FieldChecker, Verified, same_moment
from app.understand.generated.forms import Quote, TicketForm, TicketForms
from app.understand.generated.ground import Ground
from app.understand.generated.tickets import called_at, turns_of
from app.understand.ticket.kind import KindReader
from eval.base import payload_of

_CLAUSE = re.compile(r"[^，。！？；,\s]+")
_CLAIMED = {
    "kind": "request_kind",
    "subject": "subject",
    "district": "place.district",
    "town": "place.town",
    "event_time": "event_time",
    "caller_name": "citizen.name",
    "callback_number": "citizen.phone",
    "confidential": "citizen.confidential",
}
_COMPOSED = {"detail": "place.detail", "wants": "wants", "title": "title", "content": "content"}
_GOLD = {"kind": "kind", "subject": "subject", "district": "district", "town": "town", "place": "detail"}
_GOLD |= {"event_time": "event_time", "wants": "wants"}
_MOST_QUOTES = 6


class TicketExamples:
    """Builds what a good answer would have been. A value that the checks of production refuse is taught as null."""

    def __init__(self, reader: CallReader, reference: ReferenceData, kinds: KindReader, prompt: Prompt) -> None:
        self._reader = reader
        self._prompt = prompt
        self._checker = FieldChecker(reference, kinds)

    def conversations(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield `prompt` and `completion` of every row that can be taught; rows split otherwise than gold are left."""
        for row in rows:
            transcript = parse_transcript(_payload(row), received_at=datetime.now(UTC))
            drafts = [demand.draft for demand in self._reader.read(transcript).demands]
            right = _right_values(row, len(drafts))
            if drafts and right is not None:
                yield self._conversation(transcript, drafts, right)

    def _conversation(
        self, transcript: Transcript, drafts: Sequence[TicketDraft], right: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        call = self._reader.normalised(transcript)
        ground = Ground(call, self._reader.mentions(call))
        forms = tuple(
            self._form(number, draft, values, ground)
            for number, (draft, values) in enumerate(zip(drafts, right, strict=True))
        )
        inputs = {"called_at": called_at(call), "turns": turns_of(call), "demands": [d.matter for d in drafts]}
        answer = TicketForms(tickets=forms).model_dump_json()
        return {
            "prompt": [{"role": m.role, "content": m.text} for m in self._prompt.render(inputs)],
            "completion": [{"role": "assistant", "content": answer}],
        }

    def _form(self, number: int, draft: TicketDraft, right: Mapping[str, Any], ground: Ground) -> TicketForm:
        told = _quotes(ground.call, draft.matter)
        parts: dict[str, Any] = dict.fromkeys(TicketForm.model_fields) | {"demand": number, "left_out": ()}
        for name, path in _CLAIMED.items():
            value = right.get(name, _value(draft, path))
            quote = _mentioned(name, value, ground) or _quote(ground.call, value)
            if told and name in ("kind", "subject"):
                quote = quote or told[0]
            if value and quote:
                parts[name] = {**quote.model_dump(), "value": value}
        for name, path in _COMPOSED.items():
            value = right.get(name) or _value(draft, path)
            quotes = _naming(ground.call, value) if value and name == "detail" else told
            if value and quotes:
                parts[name] = {"quotes": [q.model_dump() for q in quotes], "value": value}
        form = TicketForm.model_validate(parts)
        outcome = self._checker.check(form, draft, ground)
        paths = (_CLAIMED | _COMPOSED).items()
        refused = [name for name, path in paths if not isinstance(outcome.get(path), Verified)]
        return form.model_copy(update=dict.fromkeys(refused))


def _payload(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as a delivery; an exported correction is a message."""
    if "turns" in row:
        return payload_of(row)
    return {"id": str(row["id"]), "channel": "web", "turns": [{"speaker": "citizen", "text": row["text"]}]}


def _right_values(row: Mapping[str, Any], drafts: int) -> list[dict[str, Any]] | None:
    """Return what people say is right, one mapping a demand; None where there is nothing to learn from."""
    if "gold" in row:
        demands = row["gold"]["demands"]
        named = [{ours: d[theirs] for theirs, ours in _GOLD.items() if d.get(theirs)} for d in demands]
        return named if len(demands) == drafts else None
    names = {path: name for name, path in (_CLAIMED | _COMPOSED).items()}
    if drafts != 1 or row.get("verdict") != "corrected" or row.get("field") not in names:
        return None
    return [{names[str(row["field"])]: row["label"]}]


def _value(draft: TicketDraft, path: str) -> Any:
    head, _, tail = path.partition(".")
    value = getattr(draft, head)
    return getattr(value, tail) if tail else value


def _clauses(call: SpokenCall) -> Iterator[Quote]:
    for turn in call.turns:
        yield from (Quote(turn=turn.index, quote=found[0][:200]) for found in _CLAUSE.finditer(turn.text))


def _quote(call: SpokenCall, value: Any) -> Quote | None:
    """Return the clause that says a value, in whole or without 市, 区, 街道 and the like."""
    wanted = letters(str(value)) if isinstance(value, str) else ""
    for said in (wanted, re.sub(r"(?:市|区|县|镇|街道|乡)$", "", wanted)):
        if len(said) > 1:
            for quote in _clauses(call):
                if said in letters(quote.quote):
                    return quote
    return None


def _mentioned(name: str, value: Any, ground: Ground) -> Quote | None:
    """Return the words in which a time, a name, a number or a wish for secrecy was said: 停水三天了 for 2026-11-15."""
    m = ground.mentions
    said = {
        "event_time": (*m.times, *m.durations),
        "caller_name": (m.caller_name,),
        "callback_number": (m.callback,),
        "confidential": (m.confidential,),
    }
    for one in said.get(name, ()):
        if one and (value in (True, one.value) or (name == "event_time" and same_moment(str(value), one.value))):
            turn = ground.call.turns[one.turn]
            return Quote(turn=turn.index, quote=turn.text[one.start : one.end][:200])
    return None


def _naming(call: SpokenCall, place: str) -> list[Quote]:
    """Return the clauses that a place is put together from."""
    pieces = pairs_of(place)
    return [quote for quote in _clauses(call) if pieces & pairs_of(quote.quote)][:_MOST_QUOTES]


def _quotes(call: SpokenCall, matter: str) -> list[Quote]:
    """Return the clauses that a demand is told in."""
    held = letters(matter)
    return [q for q in _clauses(call) if len(letters(q.quote)) > 1 and letters(q.quote) in held][:_MOST_QUOTES]
