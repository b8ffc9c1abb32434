"""Every stored call read by both engines, beside what people decided; nothing of it touches a ticket."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.events import Verdict
from app.domain.frozen import Frozen
from app.domain.ports import UnitOfWorkFactory
from app.domain.reading import CallReading
from app.domain.ticket import IntakeResult, Ticket
from app.flows.intake import Delivery, IntakeFlow, Reads
from app.flows.judgement import Judgement

_MOST_VERDICTS = 100_000
FIELDS = (
    "request_kind",
    "subject",
    "title",
    "wants",
    "place.district",
    "place.town",
    "place.detail",
    "event_time",
    "citizen.name",
    "citizen.phone",
    "unit",
    "category",
    "referrals",
)
_ALSO_CALLED = {"unit.lead": "unit"}
PERSONAL = ("citizen.name", "citizen.phone")


class Beside(Frozen):
    """One field of one ticket as three read it; `person` where somebody accepted or corrected it."""

    ticket_number: str
    field: str
    embedded: Any
    llm: Any
    judged: bool = False
    person: Any = None
    engine: str
    """Who answered in the language model's place: `embedded` where it failed."""


class ShadowFlow:
    """Compares engines on the calls that came in."""

    def __init__(self, store: UnitOfWorkFactory, intake: IntakeFlow, embedded: Reads) -> None:
        self.store = store
        self._intake = intake
        self._embedded = embedded

    def compare(self) -> Iterator[Beside]:
        """Yield every field of every ticket whose call both engines split as it was split then."""
        verdicts = self._verdicts()
        for delivery, result in self._intake.deliveries():
            embedded = self._values(delivery, self._embedded.read(delivery.transcript))
            reading = self._intake.reader.read(delivery.transcript)
            generated = self._values(delivery, reading)
            if len(embedded) == len(generated) == len(result.tickets):
                yield from self._rows(result, embedded, generated, verdicts, reading.engine)

    def _values(self, delivery: Delivery, reading: CallReading) -> list[dict[str, Any]]:
        judged = self._intake.judge(delivery, reading)
        return [values_of(demand.draft, judgement) for demand, judgement in zip(reading.demands, judged, strict=True)]

    def _rows(
        self,
        result: IntakeResult,
        embedded: Sequence[Mapping[str, Any]],
        generated: Sequence[Mapping[str, Any]],
        verdicts: Mapping[tuple[str, str], tuple[Verdict, Any]],
        engine: str,
    ) -> Iterator[Beside]:
        for ticket, own, other in zip(result.tickets, embedded, generated, strict=True):
            told = values_of(ticket, ticket)
            for name in FIELDS:
                verdict, right = verdicts.get((ticket.ticket_number, name), (Verdict.REJECTED, None))
                yield Beside(
                    ticket_number=ticket.ticket_number,
                    field=name,
                    embedded=own[name],
                    llm=other[name],
                    judged=verdict is not Verdict.REJECTED,
                    person=told[name] if verdict is Verdict.ACCEPTED else right,
                    engine=engine,
                )

    def _verdicts(self) -> dict[tuple[str, str], tuple[Verdict, Any]]:
        with self.store(reading=True) as uow:
            found = uow.feedback.about((*FIELDS, *_ALSO_CALLED), limit=_MOST_VERDICTS)
        return {(f.ticket_number, _ALSO_CALLED.get(f.field, f.field)): (f.verdict, f.right_value) for f in found}


def values_of(draft: Any, judged: Ticket | Judgement) -> dict[str, Any]:
    """Return the compared fields of a draft or a ticket, with what was decided."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        head, _, tail = name.partition(".")
        value = getattr(draft, head, None)
        values[name] = getattr(value, tail) if tail else value
    lead = judged.unit.lead
    return values | {
        "unit": lead.name if lead else None,
        "category": judged.category.code if judged.category else None,
        "referrals": sorted(str(referral.receiver) for referral in judged.referrals),
    }
