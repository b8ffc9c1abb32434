"""Facts and counts: kept from tickets, summed by SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from app.domain.analytics import Dimension, Measures, Scope, TicketFact
from app.domain.city_time import CITY_TIME
from app.store.analytics_tables import DailyCountRow, DailyWordRow, FactRow, known, of_categories, standing
from app.store.insertion import insertion
from app.store.tables import Base

_MEASURES = tuple(Measures.model_fields)
_FACTS = Base.metadata.tables[FactRow.__tablename__]
"""Written through the table: for the mapped class, rows are sent apart by which of their values are missing."""
_KEPT: dict[Dimension, Any] = {
    Dimension.DISTRICT: FactRow.district,
    Dimension.TOWN: FactRow.town,
    Dimension.CATEGORY: FactRow.category,
    Dimension.LEAF: FactRow.leaf,
    Dimension.UNIT: FactRow.unit,
    Dimension.CHANNEL: FactRow.channel,
    Dimension.KIND: FactRow.kind,
    Dimension.SUBJECT: FactRow.subject,
    Dimension.INDUSTRY: case((FactRow.subject == "market_entity", FactRow.category), else_=""),
}
"""Dimensions that are counted a day, and that no clock changes."""


class SqlAnalytics:
    """Statistics of one store."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, facts: Sequence[TicketFact]) -> set[str]:
        """Write facts; return the days of which the counts are no longer right."""
        rows = [_row(fact) for fact in facts]
        numbers = [row["ticket_number"] for row in rows]
        if rows:
            self._session.execute(delete(FactRow).where(FactRow.ticket_number.in_(numbers)))
            self._session.execute(insert(_FACTS), rows)
        return {row["day"] for row in rows}

    def without_fact(self, ticket_numbers: Collection[str]) -> frozenset[str]:
        """Return those of the tickets that have no fact yet."""
        known_ones = select(FactRow.ticket_number).where(FactRow.ticket_number.in_(ticket_numbers))
        return frozenset(ticket_numbers) - frozenset(self._session.scalars(known_ones))

    def add_words(self, words: Mapping[tuple[bool, str, str], int]) -> None:
        """Count words on: demo, day (ISO date), word → tickets; the empty word counts tickets."""
        if not words:
            return
        counted = insertion(self._session, DailyWordRow)
        upsert = counted.on_conflict_do_update(
            index_elements=[DailyWordRow.demo, DailyWordRow.day, DailyWordRow.word],
            set_={"tickets": DailyWordRow.tickets + counted.excluded.tickets},
        )
        rows = [{"demo": d, "day": day, "word": word, "tickets": n} for (d, day, word), n in sorted(words.items())]
        self._session.execute(upsert, rows)

    def words(self, start: str, end: str, *, demo: bool) -> Mapping[str, int]:
        """Return tickets by word of a period, both days included."""
        query = select(DailyWordRow.word, func.sum(DailyWordRow.tickets)).where(
            DailyWordRow.demo.is_(demo), DailyWordRow.day.between(start, end)
        )
        return {word: int(count) for word, count in self._session.execute(query.group_by(DailyWordRow.word))}

    def open_days(self) -> set[str]:
        """Return the days that still have open tickets: their counts change by the clock alone."""
        return set(self._session.scalars(select(FactRow.day).where(FactRow.closed_at.is_(None)).distinct()))

    def count(self, days: Collection[str], now: datetime) -> None:
        """Count days again."""
        if not days:
            return
        wanted = sorted(days)
        self._session.execute(delete(DailyCountRow).where(DailyCountRow.day.in_(wanted)))
        for dimension, value in _kept(now).items():
            counted = (
                select(literal(str(dimension)), FactRow.demo, FactRow.day, FactRow.district, value, *_sums(now))
                .where(FactRow.day.in_(wanted))
                .group_by(FactRow.demo, FactRow.day, FactRow.district, value)
            )
            columns = ("dimension", "demo", "day", "district", "value", *_MEASURES)
            self._session.execute(insert(DailyCountRow).from_select(columns, counted))

    def forget(self) -> None:
        """Begin anew: no facts, no counts."""
        for table in (DailyCountRow, DailyWordRow, FactRow):
            self._session.execute(delete(table))

    def grouped(self, dimension: Dimension, scope: Scope, now: datetime) -> Mapping[str, Measures]:
        """Return measures by value; counted days serve where nothing finer than the district is asked."""
        finer = scope.unit_code or scope.channel or scope.subject or scope.categories
        query = self._of_facts(dimension, scope, now) if finer else self._of_days(dimension, scope)
        return {value: _measures(counts) for value, *counts in self._session.execute(query)}

    def _of_days(self, dimension: Dimension, scope: Scope) -> Any:
        by_day = dimension is Dimension.DAY
        value = DailyCountRow.day if by_day else DailyCountRow.value
        kept = Dimension.DISTRICT if by_day else dimension
        query = select(value, *(func.sum(getattr(DailyCountRow, name)) for name in _MEASURES)).where(
            DailyCountRow.dimension == str(kept),
            DailyCountRow.demo.is_(scope.demo),
            DailyCountRow.day.between(scope.start, scope.end),
        )
        if scope.district:
            query = query.where(DailyCountRow.district == known(scope.district))
        return query.group_by(value)

    def _of_facts(self, dimension: Dimension, scope: Scope, now: datetime) -> Any:
        value = FactRow.day if dimension is Dimension.DAY else _kept(now)[dimension]
        return select(value, *_sums(now)).where(*_within(scope)).group_by(value)


def _kept(now: datetime) -> dict[Dimension, Any]:
    return {**_KEPT, Dimension.DEADLINE: standing(now)}


def _within(scope: Scope) -> list[Any]:
    conditions: list[Any] = [FactRow.demo.is_(scope.demo), FactRow.day.between(scope.start, scope.end)]
    for column, wanted in (
        (FactRow.district, scope.district),
        (FactRow.unit, scope.unit_code),
        (FactRow.channel, scope.channel),
        (FactRow.subject, scope.subject),
    ):
        if wanted:
            conditions.append(column == known(wanted))
    if scope.categories:
        conditions.append(of_categories(scope.categories))
    return conditions


def _sums(now: datetime) -> list[Any]:
    """Return the measures as SQL, in the order of `Measures`."""

    def share(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    answered = FactRow.responded_at.is_not(None)
    return [
        func.count(),
        share(or_(answered, FactRow.respond_by < now)),
        share(and_(answered, FactRow.responded_at <= FactRow.respond_by)),
        share(FactRow.solved.is_not(None)),
        share(FactRow.solved.is_(True)),
        share(FactRow.satisfied.is_(True)),
        share(
            or_(
                FactRow.closed_at > FactRow.resolve_by,
                and_(FactRow.closed_at.is_(None), FactRow.resolve_by < now),
            )
        ),
    ]


def _measures(counts: Sequence[int]) -> Measures:
    return Measures(**dict(zip(_MEASURES, map(int, counts), strict=True)))


def _row(fact: TicketFact) -> dict[str, Any]:
    local = fact.created_at.astimezone(CITY_TIME)
    code = fact.category_code or ""
    return {
        "ticket_number": fact.ticket_number,
        "demo": fact.demo,
        "day": local.date().isoformat(),
        "hour": local.hour,
        "district": fact.district or "",
        "town": fact.town or "",
        "category": code[:2],
        "leaf": code,
        "unit": fact.unit_code or "",
        "channel": fact.channel,
        "kind": fact.kind,
        "subject": fact.subject,
        **{
            name: getattr(fact, name)
            for name in ("respond_by", "responded_at", "resolve_by", "closed_at", "solved", "satisfied")
        },
    }
