"""A call or message in, stored tickets out. `run` is the order of the steps; each step is one function away."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from app.domain.errors import Conflict
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.reading import CallReading
from app.domain.ticket import IntakeResult, Ticket
from app.domain.transcript import Transcript
from app.flows.judgement import IntakePolicy, Judgement
from app.flows.new_ticket import make_ticket, record_new_ticket
from app.observability import Metrics
from app.receive.payload import content_digest, parse_transcript

_AT_A_TIME = 200


class Reads(Protocol):
    """Reads a call; `CallReader` is the embedded engine's."""

    def read(self, transcript: Transcript) -> CallReading:
        """Return what was understood."""


class LooksAgain(Protocol):
    """Looks at what was judged once more: `UnitExplainer` and `DuplicateSecondLook` ask a language model."""

    def explain(
        self, reading: CallReading, judged: Sequence[Judgement], *, spent: float
    ) -> tuple[CallReading, tuple[Judgement, ...]]:
        """Return reading and judgements; `spent` seconds of the call's time limit are gone already."""


SYSTEM = "system"


@dataclass(frozen=True)
class Delivery:
    """One delivery of a channel: the transcript, the raw payload, and a digest of its content."""

    transcript: Transcript
    raw: Mapping[str, Any]
    digest: str
    received_at: datetime
    by: str
    """Whose key it came with; `system` where nobody's."""


class IntakeFlow:
    """Receives, understands, decides and stores. The same delivery always gets the same answer."""

    def __init__(
        self,
        *,
        reader: Reads,
        policy: IntakePolicy,
        store: UnitOfWorkFactory,
        clock: Clock,
        second_looks: Sequence[LooksAgain] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self._second_looks = second_looks
        self.reader = reader
        self.policy = policy
        self._store = store
        self._clock = clock
        self._metrics = metrics or Metrics()

    def run(self, payload: Mapping[str, Any], *, by: str = SYSTEM) -> IntakeResult:
        """Return the tickets a call became; see `run_once`."""
        return self.run_once(payload, by=by)[0]

    def run_once(self, payload: Mapping[str, Any], *, by: str = SYSTEM) -> tuple[IntakeResult, bool]:
        """Return the tickets a call became, stored durably, and whether the call is new.

        Raises:
            InvalidInput: the payload cannot be used.
            Conflict: the call id was delivered before with other content.
        """
        started = time.perf_counter()
        delivery = self.receive(payload, by=by)
        earlier = self.earlier(delivery)
        if earlier:
            return earlier, False
        reading = self.reader.read(delivery.transcript)
        return self.keep(delivery, reading, started), True

    def receive(self, payload: Mapping[str, Any], *, by: str = SYSTEM) -> Delivery:
        """Check a payload and stamp it."""
        received_at = self._clock.now()
        transcript = parse_transcript(payload, received_at=received_at)
        return Delivery(transcript, payload, content_digest(payload), received_at, by)

    def stored(self, call_id: str) -> IntakeResult | None:
        """Return what a call of this id became, whatever was said in it."""
        with self._store(reading=True) as uow:
            found = uow.deliveries.find(call_id)
        return found[1] if found else None

    def earlier(self, delivery: Delivery) -> IntakeResult | None:
        """Return what an earlier delivery of the same call became."""
        with self._store(reading=True) as uow:
            found = uow.deliveries.find(delivery.transcript.id)
        if found is None:
            return None
        digest, result = found
        if digest != delivery.digest:
            raise Conflict(f"通话 {delivery.transcript.id} 已接收过，且内容不同", field="id")
        return result

    def known(self, deliveries: Sequence[Delivery]) -> frozenset[str]:
        """Return the ids of the calls that were delivered before."""
        with self._store(reading=True) as uow:
            return uow.deliveries.known([delivery.transcript.id for delivery in deliveries])

    def keep(self, delivery: Delivery, reading: CallReading, started: float) -> IntakeResult:
        """Decide and store one call in one transaction, then make its tickets findable."""
        judged = self.judge(delivery, reading)
        for look in self._second_looks:
            reading, judged = look.explain(reading, judged, spent=time.perf_counter() - started)
        try:
            with self._store() as uow:
                result = self.result(delivery, reading, judged, reserved(uow, delivery, len(judged)), started)
                self.write(uow, [(delivery, reading, result)])
                uow.commit()
        except Conflict:
            simultaneous = self.earlier(delivery)
            if simultaneous is None:
                raise
            return simultaneous
        self.remember(result, reading)
        self._metrics.count(result.degraded, [ticket.request_kind for ticket in result.tickets])
        return result

    def keep_many(self, pending: Sequence[tuple[Delivery, CallReading]], started: float) -> list[IntakeResult]:
        """Decide and store many calls in one transaction; each finds those before it as duplicates.

        Raises:
            Conflict: another process has kept one of the calls meanwhile; nothing is stored.
        """
        results: list[IntakeResult] = []
        if not pending:
            return results
        with self._store() as uow:
            numbers = iter(reserved(uow, pending[0][0], sum(len(reading.demands) for _, reading in pending)))
            if uow.deliveries.known([delivery.transcript.id for delivery, _ in pending]):
                raise Conflict("通话已由另一进程接收")  # before anything is made findable
            for delivery, reading in pending:
                judged = self.judge(delivery, reading)
                result = self.result(delivery, reading, judged, tuple(islice(numbers, len(judged))), started)
                self.remember(result, reading)
                results.append(result)
            self.write(uow, [(*taken, result) for taken, result in zip(pending, results, strict=True)])
            uow.commit()
        return results

    def deliveries(self) -> Iterator[tuple[Delivery, IntakeResult]]:
        """Yield every delivery that is kept, with what it became."""
        after = ""
        while True:
            with self._store(reading=True) as uow:
                deliveries = uow.deliveries.raw(after=after, limit=_AT_A_TIME)
            if not deliveries:
                return
            for call_id, payload in deliveries:
                delivery = self.receive(payload)
                if result := self.stored(call_id):
                    yield delivery, result
            after = deliveries[-1][0]

    def read_again(self) -> Iterator[dict[str, Any]]:
        """Read every delivery again with the models in force; yield then and now, change nothing."""
        for delivery, result in self.deliveries():
            judged = self.judge(delivery, self.reader.read(delivery.transcript))
            yield {
                "call_id": result.call_id,
                "then": [summary(ticket) for ticket in result.tickets],
                "now": [summary(judgement) for judgement in judged],
            }

    def judge(self, delivery: Delivery, reading: CallReading) -> tuple[Judgement, ...]:
        """Decide every demand of a call."""
        return tuple(self.policy.judge(demand, delivery.transcript, delivery.received_at) for demand in reading.demands)

    def result(
        self,
        delivery: Delivery,
        reading: CallReading,
        judged: Sequence[Judgement],
        numbers: Sequence[str],
        started: float,
    ) -> IntakeResult:
        """Return what a call became."""
        tickets = tuple(
            make_ticket(number, index, delivery.received_at, reading, judgement)
            for index, (number, judgement) in enumerate(zip(numbers, judged, strict=True))
        )
        return IntakeResult(
            call_id=delivery.transcript.id,
            tickets=tickets,
            notice=self.policy.notice(reading),
            engine=reading.engine,
            degraded=reading.degraded_reason is not None,
            degraded_reason=reading.degraded_reason,
            embedded_fields=reading.embedded_fields,
            model=reading.model,
            prompt_version=reading.prompt_version,
            latency_ms=round(1000 * (time.perf_counter() - started), 2),
            trace_id=uuid.uuid4().hex,
        )

    def write(self, uow: UnitOfWork, taken: Sequence[tuple[Delivery, CallReading, IntakeResult]]) -> None:
        """Write deliveries, tickets, events, referrals and outbox rows into an open transaction."""
        uow.tickets.add([ticket for _, _, result in taken for ticket in result.tickets])
        for delivery, reading, result in taken:
            uow.deliveries.add(delivery.transcript.id, delivery.digest, delivery.raw, delivery.received_at, result)
            clock_start = self.policy.clock_start(delivery.transcript, delivery.received_at)
            for ticket in result.tickets:
                record_new_ticket(uow, ticket, reading, self.policy.counted(ticket, clock_start), by=delivery.by)
                uow.referrals.add(self.policy.referrals(ticket, delivery.transcript))

    def remember(self, result: IntakeResult, reading: CallReading) -> None:
        """Make stored tickets findable as duplicates."""
        for ticket, demand in zip(result.tickets, reading.demands, strict=True):
            self.policy.remember(ticket, demand, reading.transcript)


def summary(decided: Ticket | Judgement) -> dict[str, Any]:
    """Return category and leading unit of a ticket or of a judgement."""
    category, lead = decided.category, decided.unit.lead
    return {"category": category.code if category else None, "lead_unit": lead.name if lead else None}


def reserved(uow: UnitOfWork, delivery: Delivery, count: int) -> Sequence[str]:
    """Reserve ticket numbers of the day the first delivery came in."""
    return uow.tickets.next_numbers(delivery.received_at.strftime("%Y%m%d"), count) if count else ()
