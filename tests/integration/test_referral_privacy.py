"""What of a referral is told to whom: the minimum sent, every reading on record, each officer his own lane."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.access import Role, Scope
from app.domain.errors import Forbidden, InvalidInput, NotFound
from app.domain.referral import Receiver
from app.domain.risk import Severity
from app.flows.registry import Flows
from app.store.engine import make_engine
from tests.factories import call
from tests.integration.conftest import MONDAY, SetClock
from tests.integration.referral_steps import DANGER, FIRST, SECOND, proposed, queued, subscribed


def test_conduct_is_sent_without_who_spoke(stored: Flows) -> None:
    subscribed(stored, Receiver.DISCIPLINE_INSPECTION)
    one = proposed(stored, Receiver.DISCIPLINE_INSPECTION)
    assert stored.referrals.confirm(one.id, None, by=FIRST).status == "confirmed"
    _, fields = stored.referrals.get(one.id, by=FIRST)
    assert stored.referrals.send(one.id, by=FIRST).status == "sent"
    (message,) = queued(stored)
    assert message["fields"] == fields
    told = json.dumps(message, ensure_ascii=False)
    assert "好处费" in told
    for hidden in ("13900000000", "张三丰"):
        assert hidden not in told
    assert set(fields) <= {"received_at", "event_time", "quote", "context", "place.district", "place.town"}


def test_a_confidential_citizen_in_danger_is_found_and_not_named(stored: Flows) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    words = f"{DANGER}，别告诉别人是我打的，给我保密"
    ticket = stored.intake.run(call("您好", words, called_at=MONDAY.isoformat())).tickets[0]
    (one,) = stored.referrals.page({}, after=None, limit=9, overdue=False, by=FIRST)
    _, fields = stored.referrals.get(one.id, by=FIRST)
    assert ticket.citizen.confidential
    assert fields["citizen.phone"] == "13900000000"
    assert "张三丰" not in json.dumps(fields, ensure_ascii=False)


def test_every_reading_is_on_record_and_nothing_said_lies_open_in_the_database(
    stored: Flows, database_url: str, clock: SetClock
) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    stored.referrals.get(one.id, by=SECOND)
    with stored.tickets._store(reading=True) as uow:
        read = uow.events.readings(ticket_number=one.ticket_number, reader=None)
    assert [who for _, who, _ in read] == ["officer-1", "officer-2"]
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    with make_engine(database_url).connect() as connection:
        for table in ("referrals", "outbox", "webhook_deliveries"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            for hidden in ("13900000000", "张三丰", "不想活了", "officer-1"):
                assert hidden not in rows, (table, hidden)


def test_an_officer_of_one_lane_sees_nothing_of_the_others(stored: Flows) -> None:
    danger = proposed(stored, Receiver.POLITICAL_LEGAL)
    bribe = proposed(stored, Receiver.DISCIPLINE_INSPECTION, call_id="r-2")
    stored.referrals.propose(bribe.ticket_number, Receiver.JUDICIAL, "就是不给办低保", severity=Severity.HIGH, by=FIRST)
    with pytest.raises(InvalidInput, match="移送联络员"):
        stored.access.create("desk", roles=[Role.OPERATOR], lanes=[Receiver.JUDICIAL])
    officer = stored.access.check(
        stored.access.create("justice", roles=[Role.REFERRAL_OFFICER], lanes=[Receiver.JUDICIAL]), Scope.REFER
    )
    asked: Any = {"after": None, "limit": 9, "by": officer}
    assert [one.receiver for one in stored.referrals.page({}, overdue=False, **asked)] == [Receiver.JUDICIAL]
    assert stored.referrals.page({"receiver": "political_legal"}, overdue=False, **asked) == []
    assert [one.receiver for one in stored.referrals.statistics({}, by=officer)] == [Receiver.JUDICIAL]
    for step in (stored.referrals.get, stored.referrals.send):
        with pytest.raises(NotFound):
            step(danger.id, by=officer)
    for foreign in (stored.referrals.confirm, stored.referrals.decline, stored.referrals.withdraw):
        with pytest.raises(NotFound):
            foreign(bribe.id, "x", by=officer)
    with pytest.raises(Forbidden, match="司法行政机关"):
        stored.referrals.propose(
            bribe.ticket_number, Receiver.POLITICAL_LEGAL, "低保", severity=Severity.HIGH, by=officer
        )
    assert [one.ticket_number for one in stored.tickets.page(filters={}, **asked)] == [bribe.ticket_number]
    with pytest.raises(NotFound):
        stored.tickets.get(danger.ticket_number, by=officer)
    shown = stored.tickets.get(bribe.ticket_number, by=officer)
    assert [one.receiver for one in shown.referrals] == [Receiver.JUDICIAL]
    told = str([event.data for event in stored.tickets.history(bribe.ticket_number, by=officer)])
    assert "judicial" in told
    assert "di." not in told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("叫马小六，", "叫马某，"),
        ("我儿子叫马小六，", "我儿子叫马某，"),
        ("登记的叫马小六，", "登记的叫马某，"),
        ("电话139 1111 2222，", "电话139****2222，"),
        ("电话幺三九一一一一二二二二，", "电话幺三九****二二二二，"),
        ("身份证370421198001011234，", "身份证【证件号】，"),
        ("队长叫王大力，", "队长叫王大力，"),
    ],
)
def test_a_lane_without_names_is_told_none_that_a_caller_gives(stored: Flows, said: str, told: str) -> None:
    fined = "滕州市荆河街道城管执法大队的人罚款五千块还扣了我的三轮车"
    asked = call("您好，请讲", fined, "还有要补充的吗", said, called_at=MONDAY.isoformat())
    ticket = stored.intake.run(asked).tickets[0]
    if not ticket.referrals:
        stored.referrals.propose(ticket.ticket_number, Receiver.JUDICIAL, fined, severity=Severity.HIGH, by=FIRST)
    assert stored.referrals.get(f"{ticket.ticket_number}-ju", by=FIRST)[1]["context"][3]["text"] == told
