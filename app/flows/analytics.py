"""Indicators over the store: facts follow the tickets, counts follow the facts, every group leads to its tickets."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import islice, product

from app.decide.hot_words import rising
from app.decide.key_dates import latest_period
from app.domain.access import AccessKey
from app.domain.analytics import UNKNOWN, Dimension, HotWord, Measures, SavedView, Scope
from app.domain.city_time import CITY_TIME, midnight
from app.domain.errors import Forbidden, InvalidInput
from app.domain.frozen import Frozen
from app.domain.labels import CHANNEL, REQUEST_KIND, SUBJECT
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.reference import ReferenceData
from app.domain.ticket import Ticket
from app.learn.facts import fact_of
from app.learn.title_words import TitleWords

COLUMNS = (
    "分组", "受理", "应响应", "按时响应", "响应率", "已回访", "已解决", "解决率", "满意", "满意率", "逾期",
)  # fmt: skip
_READER = "analytics"
_AT_A_TIME = 2_000
_DAYS_AT_A_TIME = 30
_LONGEST = timedelta(days=1100)
_YEARS = range(2000, 2101)
_RECOUNT = timedelta(hours=1)
_FILTERS: dict[Dimension, str] = {
    Dimension.DISTRICT: "district",
    Dimension.TOWN: "town",
    Dimension.LEAF: "category_code",
    Dimension.UNIT: "acting_unit",
    Dimension.CHANNEL: "channel",
    Dimension.KIND: "request_kind",
    Dimension.SUBJECT: "subject",
    Dimension.DEADLINE: "deadline",
}
"""Dimension → the filter of the ticket list that picks one of its values. A leaf is a code alone, without those below:
not every ticket is told down to the last level."""
_BY_CATEGORY = (Dimension.CATEGORY, Dimension.LEAF, Dimension.INDUSTRY)
_LABELS = {
    **REQUEST_KIND,
    **SUBJECT,
    **CHANNEL,
    "in_time": "按期办结",
    "late": "逾期办结",
    "running": "办理中，未到期",
    "overdue": "办理中，已逾期",
}


class Group(Frozen):
    """One value of a dimension; `query` is what `GET /v1/tickets` takes to list exactly these tickets."""

    key: str
    label: str
    measures: Measures
    query: Mapping[str, str]


class Indicators(Frozen):
    """Measures of a scope, in all and by group: days in their order, else the largest group first."""

    total: Measures
    query: Mapping[str, str]
    """What lists all of these tickets."""
    groups: tuple[Group, ...]


class AnalyticsFlow:
    """Keeps facts and counts up to date, and answers from them."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, reference: ReferenceData, words: TitleWords) -> None:
        self._words = words
        self._store = store
        self._clock = clock
        self._reference = reference
        self._recounted: datetime | None = None

    def follow(self, progress: Callable[[int], None] = lambda done: None) -> int:
        """Take over what happened to tickets since the last time; return how many changed.

        Days with open tickets are counted again every hour, since a ticket becomes overdue by the clock alone.
        """
        total, last = 0, -1
        while True:
            with self._store() as uow:
                numbers, upto = uow.events.tickets_after(uow.events.position(_READER), limit=_AT_A_TIME)
                if upto == last:
                    break
                uow.analytics.count(self._keep(uow, numbers), self._clock.now())
                uow.events.read_up_to(_READER, upto)
                uow.commit()
            total, last = total + len(numbers), upto
            progress(total)
        now = self._clock.now()
        if self._recounted is None or now - self._recounted >= _RECOUNT:
            self._recount(now)
        return total

    def rebuild(self, progress: Callable[[int], None]) -> int:
        """Make facts and counts again from tickets and events; return how many tickets there are."""
        with self._store() as uow:
            uow.analytics.forget()
            uow.events.read_up_to(_READER, 0)
            uow.commit()
        return self.follow(progress)

    def indicators(self, dimension: Dimension, scope: Scope, *, by: AccessKey) -> Indicators:
        """Return the measures of the tickets of a scope.

        Raises:
            InvalidInput: a period that is no period.
            Forbidden: units see their own tickets, not the city's figures.
        """
        checked(scope, by)
        kept = Dimension.LEAF if dimension is Dimension.AREA else dimension
        if dimension is Dimension.INDUSTRY:
            scope = scope.model_copy(update={"subject": "market_entity"})
        with self._store(reading=True) as uow:
            found = uow.analytics.grouped(kept, scope, self._clock.now())
            gone = self._gone(uow, found) if dimension is Dimension.UNIT else {}
        groups = self._areas(found, scope) if dimension is Dimension.AREA else self._groups(dimension, found, scope)
        groups = [group.model_copy(update={"label": gone.get(group.key, group.label)}) for group in groups]
        return Indicators(total=_sum(found.values()), query=query_of(None, "", scope), groups=tuple(groups))

    def rows(
        self, dimension: Dimension, scope: Scope, *, by: AccessKey
    ) -> Iterator[tuple[str | int | float | None, ...]]:
        """Yield the indicators as rows of a table, the total last, in the order of COLUMNS; rates are shares of one."""
        found = self.indicators(dimension, scope, by=by)
        for label, m in (*((g.label, g.measures) for g in found.groups), ("合计", found.total)):
            yield (
                label, m.tickets, m.due, m.responded, m.response_rate, m.rated, m.resolved, m.resolution_rate,
                m.satisfied, m.satisfaction_rate, m.overdue,
            )  # fmt: skip

    def hot_words(self, scope: Scope, *, limit: int, by: AccessKey) -> Sequence[HotWord]:
        """Return the words of titles that rose against the weeks before the period; none where there were no weeks.

        Words are those of titles as tickets came in, over the whole city.
        """
        start, end = checked(scope, by)
        rules = self._reference.hot_words
        earlier = max((end - start).days + 1, rules.least_days_before)
        first, last = start - timedelta(days=earlier), start - timedelta(days=1)
        with self._store(reading=True) as uow:
            now = dict(uow.analytics.words(scope.start, scope.end, demo=scope.demo))
            before = dict(uow.analytics.words(str(first), str(last), demo=scope.demo))
        tickets, tickets_before = now.pop("", 0), before.pop("", 0)
        if tickets_before == 0:
            return []
        return rising(now, before, tickets=tickets, tickets_before=tickets_before, least=rules.least_tickets)[:limit]

    def views(self) -> Sequence[SavedView]:
        """Return the questions that are asked again and again: livelihood areas, business environment, key dates."""
        areas = self._reference.categories.livelihood_areas
        today = self._clock.now().date()
        return (
            *(SavedView(id=a.area, name=f"民生·{a.name}", query={"category": ",".join(a.categories)}) for a in areas),
            SavedView(id="business_environment", name="营商环境", query={"subject": "market_entity"}),
            *(
                SavedView(id=days.id, name=days.name, query={"from": str(period[0]), "to": str(period[1])})
                for days in self._reference.key_dates.key_dates
                if (period := latest_period(days, today))
            ),
        )

    def _keep(self, uow: UnitOfWork, numbers: Sequence[str]) -> set[str]:
        histories, tickets = uow.events.of_many(numbers), uow.tickets.many(numbers)
        new = uow.analytics.without_fact(numbers)
        uow.analytics.add_words(self._counted([ticket for ticket in tickets if ticket.ticket_number in new]))
        facts = [fact_of(ticket, histories[ticket.ticket_number]) for ticket in tickets]
        return uow.analytics.keep(facts)

    def _counted(self, tickets: Sequence[Ticket]) -> Counter[tuple[bool, str, str]]:
        """Return the words of titles by day; the empty word counts the tickets."""
        return Counter(
            (ticket.demo, ticket.created_at.astimezone(CITY_TIME).date().isoformat(), word)
            for ticket in tickets
            for word in ("", *self._words.of(ticket.title))
        )

    def _recount(self, now: datetime) -> None:
        with self._store(reading=True) as uow:
            days = iter(sorted(uow.analytics.days_to_count()))
        while some := list(islice(days, _DAYS_AT_A_TIME)):
            with self._store() as uow:
                uow.analytics.count(some, now)
                uow.commit()
        with self._store() as uow:
            uow.analytics.sum_up(now.astimezone(CITY_TIME).date())
            uow.commit()
        self._recounted = now

    def _gone(self, uow: UnitOfWork, codes: Iterable[str]) -> dict[str, str]:
        """Return what units that the city has no more were called, as their tickets hold it."""
        names: dict[str, str] = {}
        for code in {*codes} - {"", *self._reference.unit_by_code}:
            for part in ("handler_code", "unit_code"):
                for ticket in uow.tickets.page(after=None, limit=1, filters={part: code}):
                    unit = ticket.handler if part == "handler_code" else ticket.unit.lead
                    names.setdefault(code, unit.name if unit else code)
        return names

    def _groups(self, dimension: Dimension, found: Mapping[str, Measures], scope: Scope) -> list[Group]:
        groups = [
            Group(key=key, label=self._label(dimension, key), measures=m, query=query_of(dimension, key, scope))
            for key, m in found.items()
        ]
        if dimension is Dimension.DAY:
            return sorted(groups, key=lambda group: group.key)
        return sorted(groups, key=lambda group: (-group.measures.tickets, group.key))

    def _areas(self, leaves: Mapping[str, Measures], scope: Scope) -> list[Group]:
        """Return the areas that the scope meets, in their order; a ticket of a leaf of two areas counts in both."""
        return [
            Group(
                key=area.area,
                label=area.name,
                measures=_sum(m for leaf, m in leaves.items() if leaf.startswith(area.categories)),
                query={**query_of(None, "", scope), "category": ",".join(codes)},
            )
            for area in self._reference.categories.livelihood_areas
            if (codes := in_both(area.categories, scope.categories))
        ]

    def _label(self, dimension: Dimension, key: str) -> str:
        if not key:
            return "未说明"
        if dimension in (Dimension.CATEGORY, Dimension.INDUSTRY, Dimension.LEAF):
            category = self._reference.categories.by_code.get(key)
            return "/".join(category.path) if category else key
        if dimension is Dimension.UNIT:
            unit = self._reference.unit_by_code.get(key)
            return unit.name if unit else key
        return _LABELS.get(key, key)


def query_of(dimension: Dimension | None, key: str, scope: Scope) -> dict[str, str]:
    """Return the filters of the ticket list that pick one group of a scope."""
    day = dimension is Dimension.DAY
    start, end = (key, key) if day else (scope.start, scope.end)
    asked = {
        "created_from": midnight(date.fromisoformat(start)).isoformat(),
        "created_before": midnight(date.fromisoformat(end) + timedelta(days=1)).isoformat(),
        "demo": "true" if scope.demo else "false",
        "district": scope.district,
        "acting_unit": scope.unit_code,
        "channel": scope.channel,
        "subject": scope.subject,
        "category": ",".join(scope.categories),
    }
    if dimension in _BY_CATEGORY:
        asked["category"] = ",".join(in_both((key or UNKNOWN,), scope.categories))
    if dimension in _FILTERS:
        asked[_FILTERS[dimension]] = key or UNKNOWN
    return {name: value for name, value in asked.items() if value}


def in_both(codes: Sequence[str], within: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of the categories that are under both; no `within` is all of them."""
    pairs = (sorted(pair, key=len) for pair in product(codes, within))
    return tuple(dict.fromkeys(lower for upper, lower in pairs if lower.startswith(upper))) if within else tuple(codes)


def only_the_centre(by: AccessKey) -> None:
    """Refuse those who see one unit's tickets."""
    if by.sees_only_unit() is not None:
        raise Forbidden("统计分析只供市中心查看")


def checked(scope: Scope, by: AccessKey) -> tuple[date, date]:
    """Return the days of a scope; refuse a reader or a period that statistics are not for."""
    only_the_centre(by)
    days = {}
    for name, value in (("from", scope.start), ("to", scope.end)):
        try:
            days[name] = date.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f"{name} 应为日期，如 2026-11-25，收到 {value!r}", field=name) from error
        if days[name].year not in _YEARS:
            raise InvalidInput(f"{name} 应在 {_YEARS[0]} 年至 {_YEARS[-1]} 年之间，收到 {value!r}", field=name)
    if not timedelta(0) <= days["to"] - days["from"] <= _LONGEST:
        raise InvalidInput(f"to 不能早于 from，且不能超过 {_LONGEST.days} 天", field="to")
    return days["from"], days["to"]


def _sum(measures: Iterable[Measures]) -> Measures:
    return reduce(Measures.plus, measures, Measures())
