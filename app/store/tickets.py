"""Tickets: rows in, domain types out; name and number of the citizen sealed, callers findable by keyed hash."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, insert, literal, or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.domain.city_time import CITY_TIME
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.ticket import Ticket
from app.domain.workflow import OPEN_STATUSES, TicketStatus
from app.store.analytics_tables import FactRow, answered_in_time, known, of_categories, standing
from app.store.issue_tables import IssueMemberRow
from app.store.service_tables import DeletionRow, ReferralRow
from app.store.tables import TicketRow, TicketUnitRow
from app.store.vault import Vault
from app.store.writing import changes_one, put

NUMBERS_A_DAY = 999_999
_OPEN = tuple(str(status) for status in OPEN_STATUSES)
_WITH_A_UNIT = (str(TicketStatus.ASSIGNED), str(TicketStatus.IN_PROGRESS))
_SEALED_EVIDENCE = ("citizen.name", "citizen.phone")
_SHORTEST_SEARCH = 2
_A_NUMBER = re.compile(r"\d{14}", re.ASCII)
_DAY = timedelta(days=1)
_YEARS = range(1900, 2201)
_SAME_IN_FACTS = {
    "demo": "demo",
    "district": "district",
    "channel": "channel",
    "request_kind": "kind",
    "category_code": "leaf",
}
_PERIOD = ("created_from", "created_before")
_AT_A_TIME = 500
_INDEX_POSTGRES = text(
    "INSERT INTO ticket_words VALUES (:number, array_to_tsvector(string_to_array(:words, ' ')))"
    " ON CONFLICT (ticket_number) DO UPDATE SET words = EXCLUDED.words"
)
_COUNT_ON = text(
    "INSERT INTO counters (day, last) VALUES (:day, :count)"
    " ON CONFLICT (day) DO UPDATE SET last = counters.last + excluded.last RETURNING last"
)
_FORGET_SQLITE = text("DELETE FROM ticket_words WHERE rowid = CAST(:number AS INTEGER)")
_INDEX_SQLITE = text("INSERT INTO ticket_words (rowid, words) VALUES (CAST(:number AS INTEGER), :words)")


class SqlTickets:
    """Tickets by number."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._postgres = session.get_bind().dialect.name == "postgresql"

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Insert new tickets."""
        put(self._session, TicketRow, [self._columns(ticket) for ticket in tickets])
        self._index(tickets, new=True)

    def get(self, ticket_number: str) -> Ticket:
        """Return the ticket; raises NotFound."""
        row = self._session.get(TicketRow, ticket_number)
        if row is None:
            raise NotFound(f"没有工单 {ticket_number}")
        return self._ticket(row)

    def save(self, ticket: Ticket, *, expected_version: int) -> None:
        """Write a changed ticket; raises Conflict if the stored version is another."""
        change = (
            update(TicketRow)
            .where(TicketRow.ticket_number == ticket.ticket_number, TicketRow.version == expected_version)
            .values(**self._columns(ticket))
        )
        if not changes_one(self._session, change):
            raise Conflict(f"工单 {ticket.ticket_number} 已被他人修改，请刷新后重试")
        self._session.execute(delete(TicketUnitRow).where(TicketUnitRow.ticket_number == ticket.ticket_number))
        handling = () if ticket.kept_from_units else (ticket.handler, *(a.unit for a in ticket.assisting))
        units = {unit.unit_code for unit in handling if unit}
        rows = [{"unit_code": code, "ticket_number": ticket.ticket_number} for code in sorted(units)]
        if rows:
            self._session.execute(insert(TicketUnitRow), rows)
        self._index([ticket], new=False)

    def page(self, *, after: str | None, limit: int, filters: Mapping[str, str]) -> Sequence[Ticket]:
        """Return up to `limit` tickets after the ticket number `after`, newest first.

        `order`=deadline: those that somebody still has to handle, the earliest deadline first.
        `filters`: a column's value (`none`: unknown), or `q` (words), `caller` (a number), `for_unit`, `for_lanes`,
        `created_from`, `created_before`, `overdue_at` (moments in ISO 8601), `town`, `subject`, `acting_unit`,
        `category` (codes of any level, separated by commas), `deadline` (how it stands at the moment `now`; several
        separated by commas), `responded` (in time; false: due and not), `solved`, `satisfied`, `issue`,
        `extension_requested` (by a unit, of a reviewer who has yet to rule on it), `to_evaluate` (answered, and nobody
        has asked the citizen yet; whoever was joined to another too).

        Raises:
            InvalidInput: a filter's value cannot be used.
        """
        if "order" in filters:
            soonest = self._filtered(_soonest(after).limit(limit), filters)
            return [self._ticket(row) for row in self._session.scalars(soonest)]
        query = select(TicketRow).order_by(TicketRow.ticket_number.desc()).limit(limit)
        counted = self._of_facts(filters)
        if counted is not None:
            newest = counted.order_by(FactRow.ticket_number.desc()).limit(limit)
            numbers = self._session.scalars(newest.where(FactRow.ticket_number < after) if after else newest).all()
            return list(reversed(self.many(numbers)))
        if after:
            query = query.where(TicketRow.ticket_number < after)
        return [self._ticket(row) for row in self._session.scalars(self._filtered(query, filters))]

    def each(self, filters: Mapping[str, str]) -> Iterator[Ticket]:
        """Yield every ticket that fits, as `page` orders them, a bounded number in memory at a time."""
        after: str | None = None
        while tickets := self.page(after=after, limit=_AT_A_TIME, filters=filters):
            yield from tickets
            after = tickets[-1].ticket_number

    def many(self, ticket_numbers: Sequence[str]) -> Sequence[Ticket]:
        """Return those of the tickets that exist, by number."""
        query = select(TicketRow).where(TicketRow.ticket_number.in_(ticket_numbers)).order_by(TicketRow.ticket_number)
        return [self._ticket(row) for row in self._session.scalars(query)]

    def numbers_after(self, ticket_number: str, *, limit: int) -> Sequence[str]:
        """Return the next ticket numbers above one, rising."""
        numbers = select(TicketRow.ticket_number).where(TicketRow.ticket_number > ticket_number)
        return self._session.scalars(numbers.order_by(TicketRow.ticket_number).limit(limit)).all()

    def count(self, filters: Mapping[str, str], *, most: int | None = None) -> int:
        """Return how many tickets fit; `most`: no more are counted."""
        found = self._of_facts(filters)
        if found is None:
            found = self._filtered(select(TicketRow.ticket_number), filters)
        return self._session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0

    def due_before(self, moment: datetime, *, limit: int, after: str = "") -> Sequence[Ticket]:
        """Return open tickets whose deadline is before a moment, by number."""
        query = (
            select(TicketRow)
            .where(TicketRow.status.in_(_OPEN), TicketRow.resolve_by < moment, TicketRow.ticket_number > after)
            .order_by(TicketRow.ticket_number)
            .limit(limit)
        )
        return [self._ticket(row) for row in self._session.scalars(query)]

    def soonest_due(self, moment: datetime, *, limit: int) -> Sequence[Ticket]:
        """Return open tickets whose deadline is before a moment, the earliest deadline first."""
        query = select(TicketRow).where(TicketRow.status.in_(_OPEN), TicketRow.resolve_by < moment)
        ordered = query.order_by(TicketRow.resolve_by, TicketRow.ticket_number).limit(limit)
        return [self._ticket(row) for row in self._session.scalars(ordered)]

    def count_due(self, moment: datetime) -> int:
        """Return how many open tickets have a deadline before a moment."""
        due = select(func.count()).where(TicketRow.status.in_(_OPEN), TicketRow.resolve_by < moment)
        return self._session.scalar(due) or 0

    def open_by_unit(self) -> Mapping[str, int]:
        """Return how many open tickets each unit has."""
        having = select(TicketRow.handler_code, func.count()).where(TicketRow.status.in_(_OPEN))
        found = self._session.execute(
            having.where(TicketRow.handler_code.is_not(None)).group_by(TicketRow.handler_code)
        )
        return {str(code): count for code, count in found}

    def kept_since(self, moment: datetime, *, statuses: Collection[str], limit: int) -> Sequence[Ticket]:
        """Return tickets that are in one of the statuses since before a moment and still hold who asked."""
        deleted = exists().where(DeletionRow.ticket_number == TicketRow.ticket_number)
        query = select(TicketRow).where(TicketRow.status.in_(statuses), TicketRow.changed_at < moment, ~deleted)
        return [self._ticket(row) for row in self._session.scalars(query.limit(limit))]

    def next_numbers(self, day: str, count: int) -> Sequence[str]:
        """Reserve `count` numbers of a day in one statement: no two callers get the same."""
        last: int = self._session.connection().execute(_COUNT_ON, {"day": day, "count": count}).scalar_one()
        if last > NUMBERS_A_DAY:
            raise Conflict(f"{day} 的工单编号已用完")
        return [f"{day}{number:06}" for number in range(last - count + 1, last + 1)]

    def _of_facts(self, filters: Mapping[str, str]) -> Select[Any] | None:
        """Return the numbers of tickets where facts alone answer: narrow rows, walked from the newest on."""
        conditions = _facts(filters)
        plain = {name for name, value in filters.items() if name in _SAME_IN_FACTS or _is_midnight(name, value)}
        if not conditions or filters.keys() - conditions.keys() - plain - {"now"}:
            return None
        query = select(FactRow.ticket_number).where(*conditions.values())
        for name in plain:
            query = query.where(*_narrowed(name, filters[name]))
        return query

    def _filtered(self, query: Select[Any], filters: Mapping[str, str]) -> Select[Any]:
        counted = _facts(filters)
        if counted:
            numbers = select(FactRow.ticket_number).where(*counted.values())
            query = query.where(TicketRow.ticket_number.in_(numbers))
        running = _WITH_A_UNIT if "for_unit" in filters else _OPEN  # what the centre has yet to do is no unit's delay
        conditions: dict[str, Callable[[str], Any]] = {
            "q": self._says,
            "caller": lambda value: TicketRow.caller_hash == self._vault.caller_hash(value),
            "for_unit": lambda value: TicketRow.ticket_number.in_(
                select(TicketUnitRow.ticket_number).where(TicketUnitRow.unit_code == value)
            ),
            "for_lanes": lambda value: TicketRow.ticket_number.in_(
                select(ReferralRow.ticket_number).where(ReferralRow.receiver.in_(value.split(",")))
            ),
            "created_from": lambda value: TicketRow.created_at >= moment_of("created_from", value),
            "created_before": lambda value: TicketRow.created_at < moment_of("created_before", value),
            "overdue_at": lambda value: and_(
                TicketRow.status.in_(running), TicketRow.resolve_by < moment_of("overdue_at", value)
            ),
            "order": lambda _: and_(TicketRow.status.in_(running), TicketRow.resolve_by.is_not(None)),
            "demo": lambda value: TicketRow.demo.is_(value == "true"),
            "extension_requested": lambda _: and_(
                TicketRow.status.in_(_WITH_A_UNIT), TicketRow.body["extension_requested"].as_integer().is_not(None)
            ),
            "to_evaluate": lambda _: or_(
                TicketRow.status == str(TicketStatus.REPLIED),
                and_(
                    TicketRow.status == str(TicketStatus.MERGED),
                    TicketRow.body["reply"].as_string().is_not(None),
                    TicketRow.body["solved"].as_string().is_(None),
                ),
            ),
            "issue": lambda value: TicketRow.ticket_number.in_(
                select(IssueMemberRow.ticket_number).where(IssueMemberRow.issue_id == value)
            ),
        }
        for name, value in filters.items():
            if name in counted or name == "now":
                continue
            made = conditions.get(name)
            query = query.where(made(value) if made else getattr(TicketRow, name) == (known(value) or None))
        return query

    def _says(self, words: str) -> Any:
        """Return the condition that title, content and place hold every pair of characters searched for.

        A ticket's own number, as a citizen reads it out, finds it too.
        """
        wanted = pairs_of(words)
        if not wanted:
            raise InvalidInput(f"检索词至少{_SHORTEST_SEARCH}个字", field="q")
        if self._postgres:
            found = text("SELECT ticket_number FROM ticket_words WHERE words @@ to_tsquery('simple', :wanted)")
            query = found.bindparams(wanted=" & ".join(wanted))
        else:
            found = text("SELECT CAST(rowid AS TEXT) FROM ticket_words WHERE ticket_words MATCH :wanted")
            query = found.bindparams(wanted=" AND ".join(f'"{pair}"' for pair in wanted))
        said = TicketRow.ticket_number.in_(query.columns(TicketRow.ticket_number))
        return or_(TicketRow.ticket_number == words.strip(), said) if _A_NUMBER.fullmatch(words.strip()) else said

    def _index(self, tickets: Sequence[Ticket], *, new: bool) -> None:
        """Make the words of tickets findable; the rows that wait to be written need not go first."""
        rows = [{"number": t.ticket_number, "words": " ".join(pairs_of(searched(t)))} for t in tickets]
        connection = self._session.connection()
        if rows and self._postgres:
            connection.execute(_INDEX_POSTGRES, rows)
        elif rows:
            if not new:
                connection.execute(_FORGET_SQLITE, rows)
            connection.execute(_INDEX_SQLITE, rows)

    def _columns(self, ticket: Ticket) -> dict[str, Any]:
        body = ticket.model_dump(mode="json")
        evidence = {path: body["evidence"].pop(path) for path in _SEALED_EVIDENCE if path in body["evidence"]}
        citizen = body.pop("citizen")
        body["sealed"] = self._vault.seal({"citizen": citizen, "evidence": evidence})
        return {
            "ticket_number": ticket.ticket_number,
            "call_id": ticket.call_id,
            "version": ticket.version,
            "status": str(ticket.status),
            "request_kind": str(ticket.request_kind),
            "district": ticket.place.district,
            "unit_code": ticket.unit.lead.unit_code if ticket.unit.lead else None,
            "handler_code": ticket.handler.unit_code if ticket.handler else None,
            "category_code": ticket.category.code if ticket.category else None,
            "channel": ticket.channel,
            "urgency": str(ticket.urgency),
            "resolve_by": ticket.deadline.resolve_by if ticket.deadline else None,
            "meeting": str(ticket.meeting) if ticket.meeting else None,
            "caller_hash": self._vault.caller_hash(ticket.citizen.phone) if ticket.citizen.phone else None,
            "created_at": ticket.created_at,
            "changed_at": ticket.changed_at or ticket.created_at,
            "demo": ticket.demo,
            "body": body,
        }

    def _ticket(self, row: TicketRow) -> Ticket:
        body = dict(row.body)
        if sealed := body.pop("sealed", None):
            opened = self._vault.open(sealed)
            body |= {"citizen": opened["citizen"], "evidence": {**body["evidence"], **opened["evidence"]}}
        return Ticket.model_validate(body)


def _soonest(after: str | None) -> Select[Any]:
    """Return tickets by their deadlines, after the one of number `after`."""
    query = select(TicketRow).order_by(TicketRow.resolve_by, TicketRow.ticket_number)
    if not after:
        return query
    limit = select(TicketRow.resolve_by).where(TicketRow.ticket_number == after).scalar_subquery()
    return query.where(tuple_(TicketRow.resolve_by, TicketRow.ticket_number) > tuple_(limit, literal(after)))


def _facts(filters: Mapping[str, str]) -> dict[str, Any]:
    """Return the conditions that only facts can answer, by filter."""

    def now() -> datetime:
        return moment_of("now", filters["now"])

    conditions: dict[str, Callable[[str], Any]] = {
        "town": lambda value: FactRow.town == known(value),
        "subject": lambda value: FactRow.subject == value,
        "acting_unit": lambda value: FactRow.unit == known(value),
        "category": lambda value: of_categories(FactRow.leaf, value.split(",")),
        "deadline": lambda value: standing(now()).in_([known(one) for one in value.split(",")]),
        "responded": lambda value: answered_in_time(value == "true", now()),
        "solved": lambda value: FactRow.solved.is_(value == "true"),
        "satisfied": lambda value: FactRow.satisfied.is_(value == "true"),
    }
    return {name: made(filters[name]) for name, made in conditions.items() if name in filters}


def _is_midnight(name: str, value: str) -> bool:
    """Tell whether a period begins or ends with a day of the city: then its days are the facts' days."""
    return name in _PERIOD and moment_of(name, value).astimezone(CITY_TIME).time() == time.min


def _narrowed(name: str, value: str) -> list[Any]:
    """Return a filter of tickets as conditions on facts; numbers begin with the day they were given on."""
    if name == "demo":
        return [FactRow.demo.is_(value == "true")]
    if name not in _PERIOD:
        return [getattr(FactRow, _SAME_IN_FACTS[name]) == known(value)]
    day = moment_of(name, value).astimezone(CITY_TIME).date()
    if name == "created_from":
        return [FactRow.day >= day.isoformat(), FactRow.ticket_number >= f"{day - _DAY:%Y%m%d}"]
    return [FactRow.day < day.isoformat(), FactRow.ticket_number < f"{day + _DAY:%Y%m%d}"]


def searched(ticket: Ticket) -> str:
    """Return what of a ticket a search looks at."""
    place = ticket.place
    return f"{ticket.title} {ticket.content} {place.district} {place.town} {place.detail}"


def pairs_of(words: str) -> list[str]:
    """Return the character pairs of a text, once each: what the full-text index holds, whatever the language."""
    folded = "".join(c if c.isalnum() else " " for c in words.lower()).split()
    return list(dict.fromkeys(run[i : i + 2] for run in folded for i in range(len(run) - 1)))


def moment_of(name: str, value: str) -> datetime:
    """Return an ISO 8601 moment; one without a zone is Chinese standard time."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidInput(f"{name} 应为 ISO 8601 时间，收到 {value!r}", field=name) from error
    if moment.year not in _YEARS:
        raise InvalidInput(f"{name} 应在 {_YEARS[0]} 年至 {_YEARS[-1]} 年之间", field=name)
    return moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+08:00")
