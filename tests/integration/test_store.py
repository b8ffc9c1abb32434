"""The store on both databases: what is acknowledged stays, what is not committed never was."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from pydantic import ValidationError
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.domain.access import OF_A_UNIT, AccessKey, Role, Scope
from app.domain.duplicate import Sameness
from app.domain.errors import Conflict, InvalidInput, InvalidTransition, NotFound, ServiceUnavailable
from app.domain.events import Feedback, Verdict
from app.domain.ticket import Citizen
from app.domain.workflow import Step, TicketStatus
from app.flows.registry import Flows
from app.store.engine import MIGRATIONS, is_current, make_engine, migrate
from app.store.unit_of_work import SqlUnitOfWork
from app.store.vault import Vault
from tests.conftest import service, settings_for
from tests.factories import ADMIN, WATER, call

VAULT = Vault(b"\x01" * 32)


def test_a_call_becomes_a_ticket_with_its_first_event(stored: Flows) -> None:
    ticket = stored.intake.run(WATER).tickets[0]
    assert stored.tickets.get(ticket.ticket_number, by=ADMIN) == ticket
    assert [event.name for event in stored.tickets.history(ticket.ticket_number, by=ADMIN)] == ["ticket_received"]


def test_the_same_call_again_gets_the_same_answer(stored: Flows) -> None:
    first, again = stored.intake.run_once(WATER), stored.intake.run_once(WATER)
    assert first[1] is True
    assert again == (first[0], False)


def test_the_same_id_with_other_content_is_a_conflict(stored: Flows) -> None:
    stored.intake.run(WATER)
    with pytest.raises(Conflict, match="内容不同"):
        stored.intake.run(call("您好", "路灯坏了", call_id=WATER["id"]))


def test_one_call_delivered_many_times_at_once_makes_one_ticket(stored: Flows) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: stored.intake.run(WATER), range(8)))
    assert len({r.tickets[0].ticket_number for r in results}) == 1
    assert len(stored.tickets.page(after=None, limit=50, filters={}, by=ADMIN)) == 1


def test_numbers_are_never_given_twice(stored: Flows) -> None:
    calls = [call("您好", f"第{i}路公交车站牌坏了，希望修一下", call_id=f"n-{i}") for i in range(24)]
    with ThreadPoolExecutor(8) as pool:
        numbers = [r.tickets[0].ticket_number for r in pool.map(stored.intake.run, calls)]
    assert len(set(numbers)) == len(calls)


def test_a_correction_keeps_old_and_new(stored: Flows) -> None:
    ticket = stored.intake.run(WATER).tickets[0]
    changed = stored.tickets.correct(
        ticket.ticket_number, {"place.detail": "幸福家园15号楼"}, by=ADMIN, expected_version=1
    )
    assert changed.place.detail == "幸福家园15号楼"
    assert "place.detail" not in changed.evidence
    event = stored.tickets.history(ticket.ticket_number, by=ADMIN)[-1]
    assert (event.name, event.actor) == ("field_corrected", "desk")
    assert event.data["old"] == {"place.detail": "幸福家园13号楼2单元"}


def test_a_stale_correction_is_refused(stored: Flows) -> None:
    number = stored.intake.run(WATER).tickets[0].ticket_number
    stored.tickets.correct(number, {"wants": "尽快恢复供水"}, by=ADMIN, expected_version=1)
    with pytest.raises(Conflict, match="第 2 版"):
        stored.tickets.correct(number, {"wants": "别的"}, by=ADMIN, expected_version=1)


def test_steps_follow_the_table(stored: Flows) -> None:
    number = stored.intake.run(WATER).tickets[0].ticket_number
    accepted = stored.tickets.step(number, Step.ACCEPT, by=ADMIN, details={}, expected_version=None)
    assert accepted.status is TicketStatus.ACCEPTED
    with pytest.raises(InvalidTransition, match="可执行"):
        stored.tickets.step(number, Step.ACCEPT, by=ADMIN, details={}, expected_version=None)


def test_a_similar_call_finds_the_earlier_ticket(stored: Flows) -> None:
    first = stored.intake.run(WATER).tickets[0]
    again = call(
        "您好", "滕州荆河街道幸福家园13号楼从前天晚上就停水了，赶紧修修", call_id="c-2", caller_number="13900000002"
    )
    found = stored.intake.run(again).tickets[0].duplicates[0]
    assert found.ticket_number == first.ticket_number
    assert "不同来电人" in found.reasons
    third = {**again, "id": "c-3", "caller_number": "+86 139-0000-0002"}
    same, other = stored.intake.run(third).tickets[0].duplicates
    assert (same.kind, "同一来电号码" in same.reasons) == (Sameness.FOLLOW_UP, True)
    assert "不同来电人" in other.reasons
    assert len([*stored.tickets.each({"caller": "013900000002"}, by=ADMIN)]) == 2


def test_a_call_of_the_future_is_due_as_if_it_came_now(stored: Flows) -> None:
    ticket = stored.intake.run({**WATER, "called_at": "2099-11-18T09:42:00+08:00"}).tickets[0]
    assert ticket.deadline is not None
    assert ticket.deadline.resolve_by.year < 2099


def test_callers_who_withhold_their_number_are_not_one_person(stored: Flows) -> None:
    calls = [call("您好", "滕州荆河街道幸福家园停水", call_id=f"w-{i}", caller_number="anonymous") for i in range(2)]
    _, again = [stored.intake.run(one).tickets[0] for one in calls]
    assert again.citizen.phone is None
    assert "来电号码未知" in again.duplicates[0].reasons


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("request_kind", "投诉", "complaint"),
        ("category", "水的事", None),
        ("place.town", "月亮街道", "荆河街道"),
        ("title", "", "反映停水"),
    ],
)
def test_a_right_value_is_one_that_the_field_can_hold(stored: Flows, field: str, wrong: object, right: object) -> None:
    ticket = stored.intake.run(WATER).tickets[0]
    verdict = Feedback(
        ticket_number=ticket.ticket_number,
        field=field,
        verdict=Verdict.CORRECTED,
        right_value=wrong,
        actor="desk",
        created_at=stored.clock.now(),
    )
    with pytest.raises(InvalidInput, match="right_value 不能采用") as refused:
        stored.tickets.feedback(verdict, by=ADMIN)
    assert refused.value.field == "right_value"
    stored.tickets.feedback(verdict.model_copy(update={"right_value": right}), by=ADMIN)


def test_feedback_needs_an_existing_ticket(stored: Flows) -> None:
    verdict = Feedback(
        ticket_number="0", field="wants", verdict=Verdict.REJECTED, actor="a", created_at=stored.clock.now()
    )
    with pytest.raises(NotFound):
        stored.tickets.feedback(verdict, by=ADMIN)


def test_leaving_without_commit_leaves_nothing(tmp_path: Path, database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    with SqlUnitOfWork(engine, VAULT) as uow:
        assert uow.tickets.next_numbers("20261118", 2) == ["20261118000001", "20261118000002"]
    with SqlUnitOfWork(engine, VAULT) as uow:
        assert uow.tickets.next_numbers("20261118", 1) == ["20261118000001"]
    engine.dispose()


def test_migrations_go_up_and_down(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    assert "tickets" in inspect(engine).get_table_names()
    assert is_current(engine)
    migrate(engine, "base")
    assert "tickets" not in inspect(engine).get_table_names()
    assert not is_current(engine)
    migrate(engine)
    engine.dispose()


def test_the_tables_are_those_that_the_migrations_make(database_url: str) -> None:
    """What `alembic check` says; a table that it does not know of would be dropped by the next generated migration."""
    engine = make_engine(database_url)
    migrate(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_a_database_of_a_newer_release_is_left_alone_and_says_so(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099_of_tomorrow'"))
    with pytest.raises(ServiceUnavailable, match="版本是 0099_of_tomorrow，本程序只认识到 00"):
        migrate(engine)
    assert "tickets" in inspect(engine).get_table_names()
    engine.dispose()


def test_why_the_database_fails_stands_in_the_log(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    read_only = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}[engine.dialect.name]

    def write() -> None:
        with SqlUnitOfWork(engine, VAULT) as uow:
            uow.session.execute(text(read_only))
            uow.tickets.next_numbers("20261118", 1)

    with capture_logs() as logged, pytest.raises(ServiceUnavailable, match="数据库暂时不可用"):
        write()
    engine.dispose()
    (told,) = logged
    assert told["event"] == "database_failed"
    assert re.search("readonly database|read-only transaction", told["reason"])


def test_a_moment_comes_back_as_the_same_moment(tmp_path: Path, database_url: str) -> None:
    flows = service(settings_for(tmp_path, database_url))
    flows.access.create("reader", (Scope.TICKETS_READ,))
    kept = flows.access.keys()[0].created_at
    assert kept.utcoffset() == timedelta(hours=8)
    assert abs(flows.clock.now() - kept) < timedelta(minutes=1)
    flows.close()


@pytest.mark.parametrize(
    ("scopes", "roles"),
    [((scope,), (Role.UNIT,)) for scope in Scope if scope not in OF_A_UNIT] + [((), (Role.UNIT, Role.LEADER))],
)
def test_a_units_key_opens_nothing_of_others(stored: Flows, scopes: tuple[Scope, ...], roles: tuple[Role, ...]) -> None:
    with pytest.raises(InvalidInput, match=r"只限查看工单（tickets:read）"):
        stored.access.create("unit", scopes, roles=roles, unit_code="370400.housing")
    if roles == (Role.UNIT,) and Scope.ADMIN not in scopes:  # one that was made before
        old = AccessKey(name="old", scopes=scopes, roles=roles, unit_code="370400.housing", created_at=ADMIN.created_at)
        assert not old.allows(scopes[0])


def test_a_units_key_is_made_by_its_name_too(stored: Flows) -> None:
    for number, unit in enumerate(("370481.urban_management", "滕州市综合行政执法局", "滕州市执法局")):
        stored.access.create(f"unit-{number}", roles=(Role.UNIT,), unit_code=unit)
    assert {key.unit_code for key in stored.access.keys()} == {"370481.urban_management"}
    with pytest.raises(InvalidInput, match="相近的有市中区综合行政执法局、薛城区综合行政执法局"):
        stored.access.create("unit", roles=(Role.UNIT,), unit_code="执法局")
    with pytest.raises(InvalidInput, match="--unit"):
        stored.access.create("unit", roles=(Role.UNIT,))


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path, database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    with SqlUnitOfWork(engine, VAULT) as writer:
        writer.tickets.next_numbers("20261118", 1)
        with SqlUnitOfWork(engine, VAULT, reading=True) as reader:
            assert reader.tickets.page(after=None, limit=1, filters={}) == []
    engine.dispose()


def test_an_error_of_the_database_does_not_quote_what_was_to_be_stored(database_url: str) -> None:
    engine = make_engine(database_url)
    with pytest.raises(DBAPIError) as failed, engine.begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:phone)"), {"phone": "13900000000"})
    engine.dispose()
    assert "13900000000" not in str(failed.value)


def test_an_error_of_a_value_does_not_quote_it() -> None:
    with pytest.raises(ValidationError) as failed:
        Citizen.model_validate({"name": "李某明", "phone": ["13900000000"], "confidential": "李某明"})
    assert "confidential" in str(failed.value)
    assert "13900000000" not in str(failed.value)
    assert "李某明" not in str(failed.value)


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    engine = make_engine(database_url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate(engine), range(4)))
    assert "tickets" in inspect(engine).get_table_names()
    engine.dispose()


def test_nul_in_a_filter_finds_nothing_or_is_refused(stored: Flows, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        assert stored.tickets.page(after=None, limit=1, filters={"district": "\x00"}, by=ADMIN) == []
        return
    with pytest.raises(InvalidInput, match="不能保存"):
        stored.tickets.page(after=None, limit=1, filters={"district": "\x00"}, by=ADMIN)


def test_a_corrected_unit_counts_for_the_next_ticket_and_after_a_restart(tmp_path: Path, database_url: str) -> None:
    text = "滕州市荆河街道幸福家园门口那棵法桐挡住了红绿灯，过路口看不清，希望尽快处理"
    flows = service(settings_for(tmp_path, database_url))
    ticket = flows.intake.run(call("您好", text, call_id="p-1")).tickets[0]
    right = next(u for u in flows.reference.units if u.name == "滕州市公安局交通警察大队" or "parks" in u.unit_code)
    verdict = Feedback(
        ticket_number=ticket.ticket_number,
        field="unit.lead",
        verdict=Verdict.CORRECTED,
        right_value=right.name,
        actor="desk",
        created_at=flows.clock.now(),
    )
    flows.tickets.feedback(verdict, by=ADMIN)
    similar = text.replace("门口那棵", "东门口的").replace("希望", "请")
    first = flows.intake.run(call("您好", similar, call_id="p-2")).tickets[0].unit
    flows.close()
    reopened = service(settings_for(tmp_path, database_url))
    again = reopened.intake.run(call("您好", similar + "了", call_id="p-3")).tickets[0].unit
    for unit in (first, again):
        assert f"ticket:{ticket.ticket_number}" in unit.candidates[0].basis
    with pytest.raises(InvalidInput, match="right_value"):
        reopened.tickets.feedback(verdict.model_copy(update={"right_value": "没有这个单位"}), by=ADMIN)
    reopened.close()
