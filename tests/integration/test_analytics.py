"""Indicators on both databases: what is counted, when it changes, and that every group lists its own tickets."""

import re
from datetime import timedelta

import pytest

from app.domain.access import Role
from app.domain.analytics import Dimension, Scope
from app.domain.errors import Forbidden, InvalidInput
from app.domain.unit import UnitName
from app.domain.workflow import Step
from app.flows.analytics import COLUMNS
from app.flows.registry import Flows
from tests.factories import ADMIN, call, somebody
from tests.integration.conftest import SetClock

LAMPS = "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"
COLD = "薛城区临城街道泰和小区暖气不热，屋里只有十三度"
SHOP = "我们公司在市中区文化路街道，办理食品经营许可证一直批不下来"
MONTH = Scope(start="2026-11-01", end="2026-11-30")
UNIT = somebody(Role.UNIT, unit_code="x")


def take(flows: Flows, number: str, step: Step, **details: object) -> None:
    flows.tickets.step(number, step, by=ADMIN, details=details, expected_version=None)


def replied(flows: Flows, number: str, *, satisfied: bool) -> None:
    take(flows, number, Step.ACCEPT)
    take(flows, number, Step.ASSIGN, unit="滕州市综合行政执法局")
    take(flows, number, Step.ACKNOWLEDGE)
    take(flows, number, Step.FEED_BACK, text="已更换灯泡", outcome="solved")
    take(flows, number, Step.APPROVE)
    take(flows, number, Step.REPLY, text="路灯已修好")
    take(flows, number, Step.EVALUATE, solved=True, satisfied=satisfied)


def test_a_unit_that_the_city_has_no_more_keeps_its_name_in_the_figures(stored: Flows) -> None:
    number = stored.intake.run(call("您好", LAMPS)).tickets[0].ticket_number
    replied(stored, number, satisfied=True)
    with stored.tickets._store() as uow:
        held, gone = uow.tickets.get(number), UnitName(unit_code="370481.lamps", name="滕州市路灯管理处")
        uow.tickets.save(held.model_copy(update={"handler": gone}), expected_version=held.version)
        uow.commit()
    stored.analytics.follow()
    (group,) = stored.analytics.indicators(Dimension.UNIT, MONTH, by=ADMIN).groups
    assert (group.key, group.label) == (gone.unit_code, gone.name)
    assert next(iter(stored.analytics.rows(Dimension.UNIT, MONTH, by=ADMIN)))[0] == gone.name


def test_rates_count_what_was_answered_in_time_and_what_citizens_said(stored: Flows, clock: SetClock) -> None:
    first, second, late = (stored.intake.run(call("您好", LAMPS, call_id=f"c{i}")).tickets[0] for i in range(3))
    replied(stored, first.ticket_number, satisfied=True)
    replied(stored, second.ticket_number, satisfied=False)
    assert stored.analytics.follow() == 3
    total = stored.analytics.indicators(Dimension.KIND, MONTH, by=ADMIN).total
    assert (total.tickets, total.due, total.responded, total.rated, total.resolved, total.satisfied) == (
        3,
        2,
        2,
        2,
        2,
        1,
    )
    assert (total.response_rate, total.satisfaction_rate, total.overdue) == (1.0, 0.5, 0)

    assert late.deadline
    clock.moment = late.deadline.resolve_by + timedelta(hours=2)
    stored.analytics.follow()
    total = stored.analytics.indicators(Dimension.KIND, MONTH, by=ADMIN).total
    assert (total.due, total.responded, total.overdue) == (3, 2, 1), "the clock alone makes a ticket overdue"


def test_a_late_answer_stays_late_however_soon_the_reopened_ticket_is_answered(stored: Flows, clock: SetClock) -> None:
    late, in_time = (stored.intake.run(call("您好", LAMPS, call_id=f"c{i}")).tickets[0] for i in range(2))
    replied(stored, in_time.ticket_number, satisfied=False)
    assert late.deadline
    clock.moment = late.deadline.resolve_by + timedelta(hours=2)
    replied(stored, late.ticket_number, satisfied=False)
    clock.move(hours=1)

    def standing() -> dict[str, int]:
        stored.analytics.follow()
        groups = stored.analytics.indicators(Dimension.DEADLINE, MONTH, by=ADMIN).groups
        return {group.key: group.measures.tickets for group in groups}

    assert standing() == {"in_time": 1, "late": 1}
    for ticket in (late, in_time):
        take(stored, ticket.ticket_number, Step.REOPEN, reason="仍有一盏不亮")
    assert standing() == {"running": 2}
    clock.move(hours=1)
    for ticket in (late, in_time):
        take(stored, ticket.ticket_number, Step.FEED_BACK, text="已换", outcome="solved")
        take(stored, ticket.ticket_number, Step.APPROVE)
        take(stored, ticket.ticket_number, Step.REPLY, text="全部修好")
    assert standing() == {"in_time": 1, "late": 1}


@pytest.mark.parametrize("dimension", list(Dimension))
def test_every_group_lists_exactly_its_tickets(stored: Flows, dimension: Dimension) -> None:
    for i, text in enumerate((LAMPS, COLD, COLD, SHOP, "路上有个坑")):
        stored.intake.run(call("您好", text, call_id=f"d{i}"))
    stored.analytics.follow()
    found = stored.analytics.indicators(dimension, MONTH, by=ADMIN)
    counted = 1 if dimension is Dimension.INDUSTRY else 5
    assert found.total.tickets == counted
    assert len(list(stored.tickets.each(found.query, by=ADMIN))) == counted
    assert found.groups
    for group in found.groups:
        assert not re.search("[a-z]", group.label)
        listed = list(stored.tickets.each(group.query, by=ADMIN))
        assert len(listed) == group.measures.tickets, group


@pytest.mark.parametrize("codes", [("0101",), ("01", "0702"), ("0101", "0702", "010101")])
@pytest.mark.parametrize("dimension", [Dimension.CATEGORY, Dimension.LEAF, Dimension.AREA, Dimension.DISTRICT])
def test_groups_of_chosen_categories_list_no_others(
    stored: Flows, dimension: Dimension, codes: tuple[str, ...]
) -> None:
    made = [stored.intake.run(call("您好", t, call_id=f"n{i}")).tickets[0] for i, t in enumerate((LAMPS, COLD, COLD))]
    stored.tickets.correct(made[2].ticket_number, {"category": "01"}, by=ADMIN, expected_version=made[2].version)
    stored.analytics.follow()
    for scope in (MONTH, MONTH.model_copy(update={"categories": codes})):
        found = stored.analytics.indicators(dimension, scope, by=ADMIN)
        assert found.groups
        for group in found.groups:
            listed = list(stored.tickets.each(group.query, by=ADMIN))
            assert len(listed) == group.measures.tickets, group


def test_scopes_narrow_the_same_for_counts_and_for_facts(stored: Flows) -> None:
    for i, text in enumerate((LAMPS, COLD, COLD, SHOP)):
        stored.intake.run(call("您好", text, call_id=f"e{i}"))
    stored.analytics.follow()

    def count(**narrowed: object) -> int:
        return stored.analytics.indicators(Dimension.DAY, MONTH.model_copy(update=narrowed), by=ADMIN).total.tickets

    assert count(district="薛城区") == 2
    assert count(categories=("0101",)) == 2
    assert count(categories=("0101",), district="滕州市") == 0
    assert count(subject="market_entity") == 1
    assert count(demo=True) == 0
    assert count(start="2026-11-19") == 0


def test_rebuilt_counts_are_the_same(stored: Flows) -> None:
    for i, text in enumerate((LAMPS, COLD, SHOP)):
        stored.intake.run(call("您好", text, call_id=f"f{i}"))
    stored.analytics.follow()
    before = [stored.analytics.indicators(d, MONTH, by=ADMIN) for d in Dimension]
    seen: list[int] = []
    assert stored.analytics.rebuild(seen.append) == 3
    assert seen == [3]
    assert [stored.analytics.indicators(d, MONTH, by=ADMIN) for d in Dimension] == before


def test_a_table_ends_in_its_total(stored: Flows) -> None:
    stored.intake.run(call("您好", LAMPS, call_id="g"))
    stored.analytics.follow()
    rows = list(stored.analytics.rows(Dimension.DISTRICT, MONTH, by=ADMIN))
    assert [row[0] for row in rows] == ["滕州市", "合计"]
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert rows[-1][1] == 1


def test_units_and_wrong_periods_are_refused(stored: Flows) -> None:
    with pytest.raises(Forbidden):
        stored.analytics.indicators(Dimension.DAY, MONTH, by=UNIT)
    for start, end in (("2026-11-31", "2026-12-01"), ("2026-12-01", "2026-11-01"), ("2020-01-01", "2026-11-01")):
        with pytest.raises(InvalidInput):
            stored.analytics.indicators(Dimension.DAY, Scope(start=start, end=end), by=ADMIN)


def test_views_name_livelihood_business_and_key_dates(stored: Flows) -> None:
    views = {view.id: view for view in stored.analytics.views()}
    assert views["business_environment"].query == {"subject": "market_entity"}
    assert "0101" in views["housing"].query["category"]
    assert views["heating_season"].query == {"from": "2026-11-15", "to": "2026-11-16"}
    assert views["flood_season"].query == {"from": "2026-06-01", "to": "2026-09-30"}
    spring = views["spring_festival"].query
    assert spring["from"] < "2026-02-17" < spring["to"], "New Year's day of 2026 lies within"


def test_demo_tickets_are_counted_apart_and_go_without_a_trace(stored: Flows) -> None:
    stored.intake.run(call("您好", LAMPS, call_id="h1") | {"demo": True})
    stored.intake.run(call("您好", COLD, call_id="h2"))
    stored.analytics.follow()

    def counted(demo: bool) -> int:
        scope = MONTH.model_copy(update={"demo": demo})
        return stored.analytics.indicators(Dimension.KIND, scope, by=ADMIN).total.tickets

    assert (counted(True), counted(False)) == (1, 1)
    stored.demo.remove()
    stored.intake.run(call("您好", LAMPS, call_id="h3"))
    stored.analytics.follow()
    assert (counted(True), counted(False)) == (0, 2)


def test_words_that_rise_are_hot_and_words_that_stay_are_not(stored: Flows, clock: SetClock) -> None:
    for i in range(6):
        stored.intake.run(call("您好", LAMPS, call_id=f"w{i}"))
    clock.move(days=30)
    for i in range(4):
        stored.intake.run(call("您好", COLD, call_id=f"x{i}"))
    stored.intake.run(call("您好", LAMPS, call_id="x9"))
    stored.analytics.follow()
    stored.analytics.follow()
    scope = Scope(start="2026-12-01", end="2026-12-31")
    found = {one.word: one for one in stored.analytics.hot_words(scope, limit=10, by=ADMIN)}
    assert "暖气不热" in found
    assert found["暖气不热"].new
    assert found["暖气不热"].count == 4, "counted once however often the ticket is looked at"
    assert not any("路灯" in word for word in found)
    assert not stored.analytics.hot_words(MONTH, limit=10, by=ADMIN), "nothing came before: nothing rose"
