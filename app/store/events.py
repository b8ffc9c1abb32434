"""The append-only history, chained by keyed hashes and sealed, and the look for tampering."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.events import TicketEvent
from app.store.service_tables import DeletionRow, ReadingPositionRow, SealRow, SensitiveReadRow
from app.store.tables import EventRow, TicketRow
from app.store.vault import Vault
from app.store.writing import insertion, put

_WORDS = ("text", "note", "reason", "quote", "old", "new")
"""What people said or wrote: sealed beside its event, whose hash covers the seal, and deleted in time."""
_WORDS_HASH = "words_hash"
_AT_A_TIME = 5_000
_ONE_READING = timedelta(minutes=10)
_LATE_COMMITS = 1_000
"""Events this close to the last one read are looked at again: a lower id may become visible after a higher one."""


class SqlEvents:
    """The history of tickets. Every event carries a hash over itself and the event before it."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def append(self, event: TicketEvent) -> None:
        """Add one event; the words it holds are sealed."""
        content = event.model_dump(mode="json") | {"words": None}
        if words := {name: content["data"].pop(name) for name in _WORDS if content["data"].get(name)}:
            content["words"] = self._vault.seal(words)
            content["data"][_WORDS_HASH] = self._vault.chained("", content["words"])
        previous = self._last_hash(event) if event.sequence > 1 else ""
        hashed = self._vault.chained(previous, _chained_part(content["data"], event))
        put(self._session, EventRow, [{**content, "occurred_at": event.occurred_at, "hash": hashed}])

    def of(self, ticket_number: str) -> Sequence[TicketEvent]:
        """Return a ticket's events in order."""
        query = select(EventRow).where(EventRow.ticket_number == ticket_number).order_by(EventRow.sequence)
        return [self._event(row) for row in self._session.scalars(query)]

    def of_many(self, ticket_numbers: Sequence[str]) -> Mapping[str, Sequence[TicketEvent]]:
        """Return the events of several tickets, each in order."""
        found: dict[str, list[TicketEvent]] = {number: [] for number in ticket_numbers}
        query = select(EventRow).where(EventRow.ticket_number.in_(ticket_numbers)).order_by(EventRow.sequence)
        for row in self._session.scalars(query):
            found[row.ticket_number].append(self._event(row))
        return found

    def after(
        self, event_id: int, names: Sequence[str], *, settled: datetime, limit: int
    ) -> Sequence[tuple[int, TicketEvent]]:
        """Return the next events of these names, with their ids.

        Only what happened before `settled`: of two transactions the later id may be committed first.
        """
        newest = self._session.scalar(select(func.max(EventRow.id)).where(EventRow.occurred_at <= settled)) or 0
        query = select(EventRow).where(EventRow.id > event_id, EventRow.id <= newest, EventRow.name.in_(names))
        return [(row.id, self._event(row)) for row in self._session.scalars(query.order_by(EventRow.id).limit(limit))]

    def tickets_after(self, event_id: int, *, limit: int) -> tuple[Sequence[str], int]:
        """Return the numbers of tickets with later events, and the last of these; some may come once more."""
        query = select(EventRow.id, EventRow.ticket_number).where(EventRow.id > event_id - _LATE_COMMITS)
        rows = self._session.execute(query.order_by(EventRow.id).limit(limit + _LATE_COMMITS)).all()
        return sorted({number for _, number in rows}), rows[-1][0] if rows else event_id

    def position(self, reader: str) -> int:
        """Return the id of the last event that somebody read."""
        row = self._session.get(ReadingPositionRow, reader)
        return row.event_id if row else 0

    def read_up_to(self, reader: str, event_id: int) -> None:
        """Write down how far somebody has read."""
        values = insertion(self._session, ReadingPositionRow).values(reader=reader, event_id=event_id)
        self._session.execute(
            values.on_conflict_do_update(index_elements=[ReadingPositionRow.reader], set_={"event_id": event_id})
        )

    def seal(self, now: datetime, *, settled: datetime) -> int:
        """Seal the events since the last seal that happened before `settled`; return how many.

        An event just written may have a lower id than one already visible: what is sealed must have settled.
        Demo tickets are not sealed: they may be taken away.
        """
        last = self._last_seal()
        count, hashed, last_id = 0, last.hash if last else "", last.last_event_id if last else 0
        newest = self._session.scalar(select(func.max(EventRow.id)).where(EventRow.occurred_at <= settled)) or 0
        demo = self._demo()
        for row in self._after(last_id):
            if row.id > newest:
                break
            if row.ticket_number in demo:
                continue
            hashed = self._vault.chained(hashed, row.hash)
            count, last_id = count + 1, row.id
        if count:
            self._session.add(SealRow(last_event_id=last_id, events=count, hash=hashed, sealed_at=now))
        return count

    def faults(self) -> Iterator[str]:
        """Yield, in Chinese, every place where history is not as it was written."""
        seals = list(self._session.scalars(select(SealRow).order_by(SealRow.last_event_id)))
        previous: dict[str, tuple[int, str]] = {}
        hashed, counted, demo = "", 0, self._demo()
        for row in self._after(0):
            sequence, before = previous.get(row.ticket_number, (0, ""))
            if row.sequence != sequence + 1:
                yield f"工单 {row.ticket_number}：第 {sequence + 1} 条经过缺失"
            elif row.hash != self._vault.chained(before, _chained_part(row.data, row)):
                yield f"工单 {row.ticket_number}：第 {row.sequence} 条经过被改动"
            elif not self._words_stand(row):
                yield f"工单 {row.ticket_number}：第 {row.sequence} 条经过的文字被改动"
            previous[row.ticket_number] = (row.sequence, row.hash or "")
            if row.ticket_number in demo:
                continue
            hashed, counted = self._vault.chained(hashed, row.hash), counted + 1
            if seals and row.id == seals[0].last_event_id:
                seal = seals.pop(0)
                if (hashed, counted) != (seal.hash, seal.events):
                    yield f"{seal.sealed_at.isoformat(timespec='seconds')} 的封存与经过不符：有经过被增删或改动"
                hashed, counted = seal.hash, 0
        yield from (f"{seal.sealed_at.isoformat(timespec='seconds')} 封存的经过缺失" for seal in seals)
        yield from self._ticket_faults(previous)

    def note_readings(self, ticket_numbers: Sequence[str], reader: str, now: datetime) -> None:
        """Put on record that somebody read sensitive tickets; a page that looks again and again is one reading."""
        lately = select(SensitiveReadRow.ticket_number).where(
            SensitiveReadRow.reader == reader, SensitiveReadRow.read_at > now - _ONE_READING
        )
        for start in range(0, len(ticket_numbers), _AT_A_TIME):
            numbers = ticket_numbers[start : start + _AT_A_TIME]
            known = set(self._session.scalars(lately.where(SensitiveReadRow.ticket_number.in_(numbers))))
            fresh = (number for number in dict.fromkeys(numbers) if number not in known)
            self._session.add_all(
                SensitiveReadRow(ticket_number=number, reader=reader, read_at=now) for number in fresh
            )

    def readings(self, *, ticket_number: str | None, reader: str | None) -> Sequence[tuple[str, str, datetime]]:
        """Return which sensitive ticket was read by whom and when: of one ticket, of one reader, or of both."""
        query = select(SensitiveReadRow).order_by(SensitiveReadRow.id)
        if ticket_number:
            query = query.where(SensitiveReadRow.ticket_number == ticket_number)
        if reader:
            query = query.where(SensitiveReadRow.reader == reader)
        return [(row.ticket_number, row.reader, row.read_at) for row in self._session.scalars(query)]

    def _words_stand(self, row: EventRow) -> bool:
        """Tell whether an event has the words it was written with, or lost them at the end of their keeping time."""
        if row.words is None:
            return _WORDS_HASH not in row.data or self._session.get(DeletionRow, row.ticket_number) is not None
        return self._vault.chained("", row.words) == row.data.get(_WORDS_HASH)

    def _demo(self) -> frozenset[str]:
        return frozenset(self._session.scalars(select(TicketRow.ticket_number).where(TicketRow.demo.is_(True))))

    def _ticket_faults(self, last: dict[str, tuple[int, str]]) -> Iterator[str]:
        for number, version in self._session.execute(select(TicketRow.ticket_number, TicketRow.version)):
            sequence = last.pop(number, (0, ""))[0]
            if sequence != version:
                yield f"工单 {number}：版本 {version} 与经过 {sequence} 条不符"
        yield from (f"工单 {number} 缺失，只剩经过" for number in last)

    def _after(self, event_id: int) -> Iterator[EventRow]:
        while rows := self._session.scalars(
            select(EventRow).where(EventRow.id > event_id).order_by(EventRow.id).limit(_AT_A_TIME)
        ).all():
            yield from rows
            event_id = rows[-1].id
            self._session.expunge_all()

    def _last_hash(self, event: TicketEvent) -> str:
        query = select(EventRow.hash).where(
            EventRow.ticket_number == event.ticket_number, EventRow.sequence == event.sequence - 1
        )
        return self._session.scalar(query) or ""

    def _last_seal(self) -> SealRow | None:
        highest = select(func.max(SealRow.last_event_id)).scalar_subquery()
        return self._session.scalar(select(SealRow).where(SealRow.last_event_id == highest))

    def _event(self, row: EventRow) -> TicketEvent:
        data = dict(self._vault.open(row.data["sealed"]) if "sealed" in row.data else row.data)
        if data.pop(_WORDS_HASH, None) and row.words and self._words_stand(row):
            data |= self._vault.open(row.words)
        kept = {name: getattr(row, name) for name in TicketEvent.model_fields if name != "data"}
        return TicketEvent(**kept, data=data)


def _chained_part(stored_data: Any, event: TicketEvent | EventRow) -> list[Any]:
    """Return what the hash of an event covers: everything, as it is stored."""
    moment = event.occurred_at.timestamp()
    return [event.ticket_number, event.sequence, event.name, round(moment, 6), event.actor, stored_data]
