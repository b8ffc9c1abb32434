"""Facts and counts: kept from tickets, summed by SQL."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.domain.analytics import Dimension, Measures, Scope, TicketFact
from app.domain.city_time import CITY_TIME
from app.store.analytics_tables import (
    DailyCountRow,
    DailyWordRow,
    FactRow,
    MonthlyCountRow,
    MonthlyWordRow,
    below,
    known,
    of_categories,
    standing,
)
from app.store.months import Months, beginning, days_of
from app.store.tables import Base
from app.store.writing import insertion

_MEASURES = tuple(Measures.model_fields)
_FACTS = Base.metadata.tables[FactRow.__tablename__]
"""Written through the table: for the mapped class, rows are sent apart by which of their values are missing."""
_OF_FACTS: dict[Dimension, Any] = {
    Dimension.DAY: FactRow.day,
    Dimension.DISTRICT: FactRow.district,
    Dimension.TOWN: FactRow.town,
    Dimension.CATEGORY: FactRow.category,
    Dimension.LEAF: FactRow.leaf,
    Dimension.UNIT: FactRow.unit,
    Dimension.CHANNEL: FactRow.channel,
    Dimension.KIND: FactRow.kind,
    Dimension.SUBJECT: FactRow.subject,
    Dimension.INDUSTRY: FactRow.category,
}
"""Industries are the categories of businesses, which is for the scope to say."""
_BUSINESS = "market_entity"
_OF_BUSINESSES = {Dimension.LEAF: "business_leaf", Dimension.UNIT: "business_unit"}
"""Counted over the tickets of businesses alone."""
_ABOVE_LEAVES = (Dimension.DAY, Dimension.DISTRICT, Dimension.CATEGORY, Dimension.INDUSTRY, Dimension.LEAF)
"""What the counts of leaves tell too."""
_COUNTS = Months(
    DailyCountRow,
    MonthlyCountRow,
    keys=("dimension", "demo", "district", "value"),
    sums=_MEASURES,
    mark={"dimension": str(Dimension.DISTRICT)},
)
_WORDS = Months(DailyWordRow, MonthlyWordRow, keys=("demo", "word"), sums=("tickets",), mark={"word": ""})


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
        _WORDS.forget(self._session, {day for _, day, _ in words})

    def words(self, start: str, end: str, *, demo: bool) -> Mapping[str, int]:
        """Return tickets by word of a period, both days included."""
        found = _WORDS.totals(self._session, lambda row: row.word, start, end, lambda row: [row.demo.is_(demo)])
        return {word: int(count) for word, count in found}

    def days_to_count(self) -> set[str]:
        """Return the days that have open tickets, whose counts change by the clock alone, and those not counted yet."""
        counted = select(DailyCountRow.day).where(DailyCountRow.dimension == str(Dimension.DISTRICT))
        unsure = or_(FactRow.closed_at.is_(None), FactRow.day.not_in(counted))
        return set(self._session.scalars(select(FactRow.day).where(unsure).distinct()))

    def count(self, days: Collection[str], now: datetime) -> None:
        """Count days again."""
        if not days:
            return
        wanted = sorted(days)
        self._session.execute(delete(DailyCountRow).where(DailyCountRow.day.in_(wanted)))
        _COUNTS.forget(self._session, wanted)
        for name, value, among in _counted(now):
            counted = (
                select(literal(name), FactRow.demo, FactRow.day, FactRow.district, value, *_sums(now))
                .where(FactRow.day.in_(wanted), *among)
                .group_by(FactRow.demo, FactRow.day, FactRow.district, value)
            )
            columns = ("dimension", "demo", "day", "district", "value", *_MEASURES)
            self._session.execute(insert(DailyCountRow).from_select(columns, counted))

    def sum_up(self, today: date) -> None:
        """Sum up the days of months that are over, where that is not done: long periods are read from them."""
        for counts in (_COUNTS, _WORDS):
            counts.sum_up(self._session, today)

    def forget(self) -> None:
        """Begin anew: no facts, no counts."""
        for table in (DailyCountRow, MonthlyCountRow, DailyWordRow, MonthlyWordRow, FactRow):
            self._session.execute(delete(table))

    def grouped(self, dimension: Dimension, scope: Scope, now: datetime) -> Mapping[str, Measures]:
        """Return measures by value: from counts where they tell it, else from the facts."""
        counts = _counts_that_tell(dimension, scope)
        found = self._of_counts(counts, dimension, scope) if counts else self._of_facts(dimension, scope, now)
        return {value: _measures(sums) for value, *sums in found}

    def _of_counts(self, counts: str, dimension: Dimension, scope: Scope) -> Any:
        def where(row: Any) -> list[Any]:
            conditions = [row.dimension == counts, row.demo.is_(scope.demo)]
            if scope.district:
                conditions.append(row.district == known(scope.district))
            if scope.categories:
                conditions.append(of_categories(row.value, scope.categories))
            return conditions

        if dimension is Dimension.DAY:
            by_day = _COUNTS.of_days(lambda row: row.day, scope.start, scope.end, where)
            return self._session.execute(by_day)
        value: dict[Dimension, Callable[[Any], Any]] = {
            Dimension.DISTRICT: lambda row: row.district,
            Dimension.CATEGORY: lambda row: beginning(row.value, 2),
            Dimension.INDUSTRY: lambda row: beginning(row.value, 2),
        }
        return _COUNTS.totals(self._session, value.get(dimension, lambda row: row.value), scope.start, scope.end, where)

    def _of_facts(self, dimension: Dimension, scope: Scope, now: datetime) -> Any:
        value = standing(now) if dimension is Dimension.DEADLINE else _OF_FACTS[dimension]
        parts = [
            select(value.label("value"), *_sums(now)).where(*_within(scope), *stretch).group_by(value)
            for stretch in _stretches(scope)
        ]
        rows = union_all(*parts).subquery()
        sums = (func.sum(rows.c[name]) for name in _MEASURES)
        return self._session.execute(select(rows.c.value, *sums).group_by(rows.c.value))


def _counted(now: datetime) -> Iterator[tuple[str, Any, Sequence[Any]]]:
    """Yield what is counted a day: its name, the value counted by, and among which facts."""
    for dimension, value in {**_OF_FACTS, Dimension.DEADLINE: standing(now)}.items():
        if dimension not in (Dimension.DAY, Dimension.INDUSTRY):
            yield str(dimension), value, ()
    for dimension, name in _OF_BUSINESSES.items():
        yield name, _OF_FACTS[dimension], (FactRow.subject == _BUSINESS,)


def _counts_that_tell(dimension: Dimension, scope: Scope) -> str | None:
    """Return which counts answer a question; None where only the facts do."""
    businesses = scope.subject == _BUSINESS
    if scope.unit_code or scope.channel or scope.subject not in (None, _BUSINESS):
        return None
    if businesses or scope.categories:
        leaves = _OF_BUSINESSES[Dimension.LEAF] if businesses else str(Dimension.LEAF)
        units = None if scope.categories else _OF_BUSINESSES[Dimension.UNIT]
        return leaves if dimension in _ABOVE_LEAVES else units if dimension is Dimension.UNIT else None
    return str(Dimension.DISTRICT if dimension is Dimension.DAY else dimension)


def _within(scope: Scope) -> list[Any]:
    conditions: list[Any] = [FactRow.demo.is_(scope.demo)]
    for column, wanted in (
        (FactRow.district, scope.district),
        (FactRow.unit, scope.unit_code),
        (FactRow.channel, scope.channel),
        (FactRow.subject, scope.subject),
    ):
        if wanted:
            conditions.append(column == known(wanted))
    return conditions


def _stretches(scope: Scope) -> Iterator[list[Any]]:
    """Yield the conditions on day and category, each of which is read in one go; no fact meets two of them."""
    if not scope.categories:
        yield [FactRow.day.between(scope.start, scope.end)]
    wanted = {known(code) for code in scope.categories}
    for code in sorted(wanted):
        if not any(code != top and top and code.startswith(top) for top in wanted):
            yield [FactRow.day.in_(days_of(scope.start, scope.end)), below(FactRow.leaf, code)]


def _sums(now: datetime) -> list[Any]:
    """Return the measures as SQL, in the order of `Measures`."""

    def share(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    answered = FactRow.responded_at.is_not(None)
    sums = (
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
    )
    return [total.label(name) for name, total in zip(_MEASURES, sums, strict=True)]


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
