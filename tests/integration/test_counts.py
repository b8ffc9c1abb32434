"""Counts of days and months tell the same as the facts they are made from, whatever is asked."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from random import Random

import pytest

from app.domain.analytics import Dimension, Measures, Scope, TicketFact
from app.domain.city_time import CITY_TIME
from app.flows.registry import Flows

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=CITY_TIME)
PERIODS = (
    ("2026-11-01", "2026-11-18"),
    ("2025-12-10", "2026-11-10"),
    ("2026-02-01", "2026-09-30"),
    ("2026-03-02",) * 2,
)
NARROWINGS: tuple[dict[str, object], ...] = (
    {},
    {"district": "滕州市"},
    {"categories": ("0101", "02")},
    {"categories": ("010101", "none"), "district": "薛城区"},
    {"subject": "market_entity"},
    {"subject": "market_entity", "categories": ("01",)},
    {"subject": "citizen"},
    {"unit_code": "u1"},
    {"channel": "phone", "categories": ("0201",)},
)
READERS = {
    Dimension.DAY: lambda fact: fact.created_at.date().isoformat(),
    Dimension.DISTRICT: lambda fact: fact.district or "",
    Dimension.TOWN: lambda fact: fact.town or "",
    Dimension.CATEGORY: lambda fact: (fact.category_code or "")[:2],
    Dimension.LEAF: lambda fact: fact.category_code or "",
    Dimension.UNIT: lambda fact: fact.unit_code or "",
    Dimension.CHANNEL: lambda fact: fact.channel,
    Dimension.KIND: lambda fact: fact.kind,
    Dimension.SUBJECT: lambda fact: fact.subject,
}


def facts(count: int) -> list[TicketFact]:
    random = Random(3)
    made = []
    for i in range(count):
        at = NOW - timedelta(days=random.randrange(400), minutes=random.randrange(60))
        closed = at + timedelta(days=random.randrange(1, 12))
        made.append(
            TicketFact(
                ticket_number=f"T{i}",
                demo=False,
                created_at=at,
                district=random.choice(("滕州市", "薛城区", None)),
                town=random.choice(("荆河街道", None)),
                category_code=random.choice(("010101", "010102", "020101", "030101", None)),
                unit_code=random.choice(("u1", "u2")),
                channel=random.choice(("phone", "app")),
                kind=random.choice(("help", "complaint")),
                subject=random.choice(("citizen", "market_entity")),
                respond_by=at + timedelta(days=1),
                responded_at=random.choice((None, at + timedelta(hours=random.randrange(48)))),
                resolve_by=at + timedelta(days=7),
                closed_at=closed if closed < NOW else None,
                solved=random.choice((None, True, False)),
                satisfied=random.choice((None, True)),
            )
        )
    return made


def belongs(fact: TicketFact, scope: Scope) -> bool:
    leaf = fact.category_code
    of_category = any(leaf is None if code == "none" else (leaf or "").startswith(code) for code in scope.categories)
    return (
        scope.start <= fact.created_at.date().isoformat() <= scope.end
        and (not scope.district or fact.district == scope.district)
        and (not scope.unit_code or fact.unit_code == scope.unit_code)
        and (not scope.channel or fact.channel == scope.channel)
        and (not scope.subject or fact.subject == scope.subject)
        and (not scope.categories or of_category)
    )


@pytest.fixture
def written(stored: Flows) -> list[TicketFact]:
    made = facts(1_500)
    with stored.analytics._store() as uow:
        uow.analytics.count(uow.analytics.keep(made), NOW)
        uow.analytics.sum_up(NOW.date())
        uow.commit()
    return made


def told(flows: Flows, dimension: Dimension, scope: Scope) -> dict[str, Measures]:
    with flows.analytics._store(reading=True) as uow:
        return dict(uow.analytics.grouped(dimension, scope, NOW))


def test_every_question_is_answered_as_from_the_facts(stored: Flows, written: list[TicketFact]) -> None:
    for (start, end), narrowing, dimension in product(PERIODS, NARROWINGS, READERS):
        scope = Scope(start=start, end=end).model_copy(update=narrowing)
        inside = [fact for fact in written if belongs(fact, scope)]
        found = told(stored, dimension, scope)
        wanted = Counter(READERS[dimension](fact) for fact in inside)
        assert {value: m.tickets for value, m in found.items()} == wanted, (dimension, scope)
        assert sum(m.rated for m in found.values()) == sum(fact.solved is not None for fact in inside)
        assert sum(m.resolved for m in found.values()) == sum(fact.solved is True for fact in inside)


def test_a_change_in_a_month_that_is_over_is_told_at_once(stored: Flows, written: list[TicketFact]) -> None:
    year = Scope(start="2025-12-01", end="2026-11-18")
    before = told(stored, Dimension.UNIT, year)["u1"].tickets
    moved = next(fact for fact in written if fact.unit_code == "u1" and fact.created_at.month == 5)
    for summed_up in (False, True):
        with stored.analytics._store() as uow:
            uow.analytics.count(uow.analytics.keep([moved.model_copy(update={"unit_code": "u2"})]), NOW)
            if summed_up:
                uow.analytics.sum_up(NOW.date())
            uow.commit()
        assert told(stored, Dimension.UNIT, year)["u1"].tickets == before - 1


def test_words_of_months_and_days_add_up(stored: Flows) -> None:
    with stored.analytics._store() as uow:
        for day, count in (("2026-01-05", 2), ("2026-01-31", 3), ("2026-02-01", 5), ("2026-11-02", 7)):
            uow.analytics.add_words({(False, day, "暖气"): count, (False, day, ""): count})
        uow.analytics.sum_up(NOW.date())
        uow.analytics.add_words({(False, "2026-01-31", "暖气"): 10, (False, "2026-01-31", ""): 10})
        uow.commit()
    for (start, end), wanted in (
        (("2026-01-01", "2026-11-18"), 27),
        (("2026-01-06", "2026-02-28"), 18),
        (("2026-02-01", "2026-02-28"), 5),
        (("2026-03-01", "2026-04-30"), 0),
    ):
        with stored.analytics._store(reading=True) as uow:
            assert uow.analytics.words(start, end, demo=False).get("暖气", 0) == wanted
