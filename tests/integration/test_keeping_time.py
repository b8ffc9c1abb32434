"""The end of the keeping time: nothing of who asked is left, in no table; what the city did stays."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from app.domain.errors import Conflict, NotFound
from app.domain.events import Feedback, Verdict
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.domain.supervision import SupervisionLevel
from app.domain.workflow import Step
from app.flows.registry import Flows
from app.store.engine import make_engine
from tests.factories import ADMIN, call
from tests.integration.conftest import SetClock
from tests.integration.record_steps import NAMED, OFFICER, OPERATOR, assigned, intake, take

FINED = (
    "我叫马小六，手机号13911112222，住滕州市荆河街道幸福家园十三号楼二单元501，城管执法大队的人罚款五千块还扣了我的三轮车，"
    "没给任何单子，我要求退还罚款"
)
WHO = ("马小六", "13911112222", "13号楼", "单元501")


def decline(flows: Flows, number: str) -> None:
    flows.tickets.step(number, Step.DECLINE, by=ADMIN, details={"reason": "不属受理范围"}, expected_version=None)


def left_of_somebody(url: str) -> list[str]:
    """Return the rows of all tables that can be read and tell who somebody was."""
    with make_engine(url).connect() as connection:
        tables = [name for name in inspect(connection).get_table_names() if not name.startswith("ticket_words")]
        rows = [(t, str(row)) for t in tables for row in connection.execute(text(f'SELECT * FROM "{t}"'))]
    return [f"{table}: {row}" for table, row in rows if any(one in row for one in WHO)]


def test_what_people_said_and_wrote_ends_with_the_keeping_time(
    stored: Flows, clock: SetClock, database_url: str, tmp_path: Path
) -> None:
    stored.relay.drop_into(tmp_path, Receiver.JUDICIAL, by="desk")
    stored.relay.subscribe("http://127.0.0.1:9/none", ["*"], by="desk")
    ticket = intake(stored, FINED, caller_number="13911112222")
    number = ticket.ticket_number
    quote = "我叫马小六，手机号13911112222"
    stored.referrals.propose(number, Receiver.POLITICAL_LEGAL, quote, severity=Severity.HIGH, by=OFFICER)
    one = f"{number}-ju"
    stored.referrals.confirm(one, "打13911112222同马小六核实", by=OFFICER)
    stored.referrals.send(one, by=OFFICER)
    stored.referrals.receive(one, "已收到马小六的材料", None, by=OFFICER)
    unit = assigned(stored, ticket)
    held = stored.tickets.get(number, by=ADMIN)
    texts = {"title": "马小六反映罚款 13911112222", "content": held.content + "马小六补充", "citizen.name": "马小六"}
    stored.tickets.correct(number, texts, by=OPERATOR, expected_version=held.version)
    wanted = Feedback(
        ticket_number=number, field="wants", verdict=Verdict.CORRECTED, right_value="退还马小六的罚款",
        actor="desk", created_at=clock.now(),
    )  # fmt: skip
    stored.tickets.feedback(wanted, by=OPERATOR)
    stored.supervision.order(number, SupervisionLevel.WRITTEN, "请与马小六联系，13911112222", by=ADMIN)
    take(stored, ticket, Step.ACKNOWLEDGE, unit)
    take(stored, ticket, Step.HANDLE, unit, text="已找到马小六的三轮车")
    take(stored, ticket, Step.FEED_BACK, unit, text="马小六的三轮车已退", note="电话13911112222")
    take(stored, ticket, Step.APPROVE)
    take(stored, ticket, Step.REPLY, text="马小六您好，三轮车已退还")
    take(stored, ticket, Step.ARCHIVE)
    stored.analytics.follow()
    stored.hot_issues.follow()
    clock.move(days=1096)
    assert stored.audit.delete_expired() == 1
    assert left_of_somebody(database_url) == []
    left = stored.tickets.get(number, by=ADMIN)
    assert (left.title, left.reply) == ("马某反映罚款 【电话】", "马某您好，三轮车已退还")
    history = stored.tickets.history(number, by=ADMIN)
    assert [event.name for event in history if {"text", "note", "reason", "quote", "new"} & set(event.data)] == []
    assert [example["label"] for example in stored.exports.corrections(("wants",))] == ["退还马某的罚款"]
    assert list(stored.audit.faults()) == []


def test_what_was_declined_ends_with_its_keeping_time_too(stored: Flows, clock: SetClock) -> None:
    number = intake(stored).ticket_number
    decline(stored, number)
    clock.move(days=1096)
    assert stored.audit.delete_expired() == 1
    assert stored.tickets.get(number, by=ADMIN).citizen.phone is None


def test_what_was_deleted_is_not_deleted_again_when_as_much_time_has_passed(stored: Flows, clock: SetClock) -> None:
    number = intake(stored).ticket_number
    decline(stored, number)
    for deleted in (1, 0, 0):
        clock.move(days=1096)
        assert stored.audit.delete_expired() == deleted


def test_a_call_is_kept_as_long_as_one_of_its_tickets(stored: Flows, clock: SetClock) -> None:
    two = "滕州市荆河街道善国路的路灯不亮。另外，薛城区常庄街道永福中路有个井盖坏了，也修一下"
    first, second = (one.ticket_number for one in stored.intake.run(call("您好", two)).tickets)
    decline(stored, first)
    clock.move(days=1096)
    assert stored.audit.delete_expired() == 1
    assert stored.tickets.transcript(second, by=ADMIN).turns[1].text == two
    decline(stored, second)
    clock.move(days=1096)
    assert stored.audit.delete_expired() == 1
    with pytest.raises(NotFound):
        stored.tickets.transcript(second, by=ADMIN)


def test_a_call_that_became_no_ticket_ends_with_the_keeping_time_too(stored: Flows, clock: SetClock) -> None:
    wrong = call("您好，枣庄12345", "喂", "请讲", "不好意思打错了，我叫马小六", call_id="wrong-number")
    assert stored.intake.run(wrong).tickets == ()
    clock.move(days=1096)
    stored.audit.delete_expired()
    with stored.tickets._store(reading=True) as uow, pytest.raises(NotFound):
        uow.deliveries.payload("wrong-number")
    with pytest.raises(Conflict, match="保存期限"):
        stored.intake.run(wrong)


def test_personal_data_ends_with_its_keeping_time(stored: Flows, clock: SetClock) -> None:
    ticket = intake(stored, NAMED)
    number = ticket.ticket_number
    stored.tickets.correct(number, {"citizen.name": "张三封", "wants": "修路灯"}, by=ADMIN, expected_version=1)
    for step, details in ((Step.DIRECT_ANSWER, {"text": "已修好"}), (Step.ARCHIVE, {})):
        take(stored, ticket, step, **details)
    clock.move(days=1094)
    assert stored.audit.delete_expired() == 0
    clock.move(days=2)
    assert stored.audit.delete_expired() == 1
    assert stored.audit.delete_expired() == 0
    left = stored.tickets.get(number, by=ADMIN)
    assert (left.citizen.name, left.citizen.phone, left.evidence) == (None, None, {})
    history = stored.tickets.history(number, by=ADMIN)
    assert history[-1].name == "personal_data_deleted"
    assert history[1].data == {}
    with pytest.raises(Conflict, match="保存期限"):
        intake(stored, NAMED)
    assert not list(stored.audit.faults())
