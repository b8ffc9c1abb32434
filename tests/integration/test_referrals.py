"""Referrals on both databases: two people for what is extreme, the minimum sent, every step and reading on record."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.access import AccessKey, Role, Scope
from app.domain.errors import Conflict, Forbidden, InvalidInput, InvalidTransition, NotFound
from app.domain.referral import Receiver, Referral
from app.domain.risk import Severity
from app.flows.referral_alarm import TOPIC, ReferralAlarm
from app.flows.registry import Flows
from app.respond.file_drop import read_drop
from app.store.engine import make_engine
from tests.factories import ADMIN, call, somebody, waiting_messages
from tests.integration.conftest import MONDAY, SetClock
from tests.integration.test_audit import receiver

DANGER = "我叫张三丰，包工头欠俺们工钱两年了，就在薛城区常庄街道那个工地，再不给俺就从楼上跳下去，不想活了"
BRIBE = "我叫张三丰，我举报滕州市荆河街道办事处的王主任收了我五千块钱好处费，就是不给办低保，我电话13900000000"
FIRST, SECOND = (
    somebody(Role.REFERRAL_OFFICER).model_copy(update={"name": name}) for name in ("officer-1", "officer-2")
)
LANES = {Receiver.POLITICAL_LEGAL: DANGER, Receiver.DISCIPLINE_INSPECTION: BRIBE}


def proposed(flows: Flows, lane: Receiver, call_id: str = "r-1", **changes: Any) -> Referral:
    """A referral that waits for confirmation."""
    changes = {"called_at": MONDAY.isoformat(), **changes}
    ticket = flows.intake.run(call("您好，枣庄12345，请讲", LANES[lane], call_id=call_id, **changes)).tickets[0]
    found = flows.referrals.page(
        {"ticket_number": ticket.ticket_number, "receiver": lane}, after=None, limit=9, overdue=False, by=FIRST
    )
    assert len(found) == 1
    return found[0]


def subscribed(flows: Flows, *lanes: Receiver, url: str = "http://127.0.0.1:9/none") -> None:
    for lane in lanes:
        flows.relay.subscribe(url, [f"referral.{lane}"], by="desk")


def queued(flows: Flows) -> list[dict[str, Any]]:
    """What waits to be handed to the receivers of referrals."""
    return [one.payload for one in waiting_messages(flows) if one.topic.startswith("referral.")]


def names(flows: Flows, referral: Referral) -> list[str]:
    return [event.name for event in flows.tickets.history(referral.ticket_number, by=ADMIN)]


def test_what_is_extreme_leaves_only_after_two_different_people_confirmed(stored: Flows) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    assert (one.severity, one.persons, one.status) == ("extreme", 2, "pending_confirmation")
    assert "不想活了" in one.quote
    assert [turn.speaker for turn in one.context] == ["operator", "citizen"]
    half = stored.referrals.confirm(one.id, None, by=FIRST)
    assert half.status == "pending_confirmation"
    with pytest.raises(Conflict, match="另一名"):
        stored.referrals.confirm(one.id, None, by=FIRST)
    with pytest.raises(InvalidTransition, match="confirm"):
        stored.referrals.send(one.id, by=FIRST)
    assert queued(stored) == []
    sent = stored.referrals.confirm(one.id, "已与本人核实", by=SECOND)
    assert (sent.status, [c.by for c in sent.confirmations]) == ("sent", ["officer-1", "officer-2"])
    assert [m["fields"]["citizen.phone"] for m in queued(stored)] == ["13900000000"]
    assert names(stored, one)[1:] == ["referral_confirmed", "referral_confirmed", "referral_sent"]
    assert stored.tickets.get(one.ticket_number, by=ADMIN).referrals[0].status == "sent"
    assert list(stored.audit.faults()) == []


def test_two_officers_at_the_same_moment_are_two_confirmations_or_one_conflict(stored: Flows) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    one = proposed(stored, Receiver.POLITICAL_LEGAL)

    def confirm(by: AccessKey) -> str:
        try:
            return str(stored.referrals.confirm(one.id, None, by=by).status)
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(confirm, (FIRST, SECOND, FIRST, SECOND)))
    shown, _ = stored.referrals.get(one.id, by=FIRST)
    assert len({c.by for c in shown.confirmations}) == len(shown.confirmations) == 4 - ended.count("conflict")
    if shown.status == "pending_confirmation":
        stored.referrals.confirm(one.id, None, by=SECOND if shown.confirmations[0].by == FIRST.name else FIRST)
    assert len(queued(stored)) == 1


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


def test_nothing_is_sent_to_nobody(stored: Flows, clock: SetClock) -> None:
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    stored.referrals.confirm(one.id, None, by=FIRST)
    assert stored.referrals.confirm(one.id, None, by=SECOND).status == "confirmed"
    with pytest.raises(Conflict, match="接收渠道"):
        stored.referrals.send(one.id, by=FIRST)
    stored.relay.subscribe("http://127.0.0.1:9/none", [], by="desk")  # everything: but no referral
    with pytest.raises(Conflict, match="接收渠道"):
        stored.referrals.send(one.id, by=FIRST)
    clock.move(minutes=16)
    assert [late.id for late in stored.referrals.page({}, after=None, limit=9, overdue=True, by=FIRST)] == [one.id]
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    assert stored.referrals.send(one.id, by=FIRST).status == "sent"


def test_a_declined_proposal_goes_nowhere_and_is_learnt_from(stored: Flows) -> None:
    one = proposed(stored, Receiver.DISCIPLINE_INSPECTION)
    made = stored.referrals.decline(one.id, "说的是邻居，不是干部", by=FIRST)
    assert (made.status, made.closing and made.closing.reason) == ("declined", "说的是邻居，不是干部")
    with pytest.raises(InvalidTransition):
        stored.referrals.confirm(one.id, None, by=SECOND)
    assert [(e["label"], e["verdict"]) for e in stored.exports.corrections(("referrals",))] == [
        ("discipline_inspection", "rejected")
    ]


def test_what_was_declined_by_mistake_is_proposed_anew(stored: Flows, clock: SetClock) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    stored.referrals.confirm(one.id, None, by=FIRST)
    stored.referrals.decline(one.id, "点错了", by=SECOND)
    clock.move(minutes=5)
    again = stored.referrals.propose(
        one.ticket_number, Receiver.POLITICAL_LEGAL, one.quote, severity=Severity.EXTREME, by=FIRST
    )
    assert (again.id, again.status, again.confirmations, again.closing) == (one.id, "pending_confirmation", (), None)
    assert again.due_at == MONDAY + timedelta(minutes=20)
    for officer in (FIRST, SECOND):
        sent = stored.referrals.confirm(one.id, None, by=officer)
    assert (sent.status, len(queued(stored))) == ("sent", 1)
    told = ["confirmed", "declined", "proposed", "confirmed", "confirmed", "sent"]
    assert names(stored, one)[1:] == [f"referral_{name}" for name in told]
    assert list(stored.audit.faults()) == []


def test_a_receipt_comes_from_an_officer_or_with_the_token_of_the_message(stored: Flows) -> None:
    subscribed(stored, Receiver.DISCIPLINE_INSPECTION)
    one = proposed(stored, Receiver.DISCIPLINE_INSPECTION)
    stored.referrals.confirm(one.id, None, by=FIRST)
    stored.referrals.send(one.id, by=FIRST)
    token = queued(stored)[0]["receipt_token"]
    organ = AccessKey(name="organ", scopes=(Scope.RECEIPT,), created_at=ADMIN.created_at)
    for wrong in (None, "", "x", token[:-1]):
        with pytest.raises(NotFound):
            stored.referrals.receive(one.id, "已收到", wrong, by=organ)
    with pytest.raises(Forbidden):
        stored.referrals.receive(one.id, "已收到", token, by=somebody(Role.OPERATOR))
    made = stored.referrals.receive(one.id, "已收到，编号纪2026-11", token, by=organ)
    assert (made.status, made.receipts[0].by, made.due_at) == ("received", "organ", None)
    again = stored.referrals.receive(one.id, "已办结", None, by=FIRST)
    assert [r.text for r in again.receipts] == ["已收到，编号纪2026-11", "已办结"]
    assert made.token is None


def test_a_withdrawal_tells_the_receiver_and_nothing_of_the_citizen(stored: Flows) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    with pytest.raises(InvalidTransition):
        stored.referrals.withdraw(one.id, "误报", by=FIRST)
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    taken_back = stored.referrals.withdraw(one.id, "本人已平安，系误会", by=FIRST)
    assert taken_back.status == "withdrawn"
    first, second = queued(stored)
    assert (first["kind"], second["kind"], second["fields"]) == ("referred", "withdrawn", {})
    assert [first["sequence"], second["sequence"]] == [1, 2]
    assert second["recalls"] == {"id": taken_back.message_id, "sequence": 1}
    assert stored.referrals.receive(one.id, "已撤销", None, by=FIRST).status == "withdrawn"


def test_what_was_delivered_into_a_folder_is_recalled_there(stored: Flows, tmp_path: Path) -> None:
    kept = stored.relay.drop_into(tmp_path, Receiver.POLITICAL_LEGAL, by="desk")
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    stored.relay.run_once()
    assert stored.referrals.get(one.id, by=FIRST)[0].deliveries[0].status == "delivered"
    stored.referrals.withdraw(one.id, "本人已平安，系误会", by=FIRST)
    stored.relay.run_once()
    shown, _ = stored.referrals.get(one.id, by=FIRST)
    assert {made.message_id for made in shown.deliveries} == {shown.message_id, shown.recall_id}
    assert {made.status for made in shown.deliveries} == {"delivered"}
    events, faults = read_drop(tmp_path, "political_legal", kept.secret)
    assert faults == []
    assert [event["type"].rsplit(".", 1)[1] for event in events] == ["referred", "withdrawn"]
    assert events[1]["data"]["recalls"] == {"id": events[0]["id"], "sequence": 1}


def test_each_limit_that_passes_raises_one_alarm(stored: Flows, clock: SetClock) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    stored.relay.subscribe("http://127.0.0.1:9/desk", ["restricted.supervision."], by="desk")
    one, alarm = proposed(stored, Receiver.POLITICAL_LEGAL), ReferralAlarm(stored.relay._store, clock)
    assert (alarm.run_once(), stored.referrals.overdue(by=ADMIN)) == (0, 0)
    clock.move(minutes=16)
    assert (alarm.run_once(), alarm.run_once(), stored.referrals.overdue(by=ADMIN)) == (1, 0, 1)
    assert stored.referrals.get(one.id, by=FIRST)[0].overdue
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    assert stored.referrals.overdue(by=ADMIN) == 0
    clock.move(minutes=61)
    assert (alarm.run_once(), alarm.run_once()) == (1, 0)
    assert names(stored, one).count("referral_overdue") == 2
    told = [message.payload for message in waiting_messages(stored) if message.topic == TOPIC]
    assert [message["waits_for"] for message in told] == ["confirmation", "receipt"]
    assert {message["referral_id"] for message in told} == {one.id}
    assert "不想活了" not in json.dumps(told, ensure_ascii=False)
    assert list(stored.audit.faults()) == []


def test_what_waits_too_long_is_listed_and_counted(stored: Flows, clock: SetClock) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    danger = proposed(stored, Receiver.POLITICAL_LEGAL, "d-1")
    bribe = proposed(stored, Receiver.DISCIPLINE_INSPECTION, "b-1")

    def late() -> list[str]:
        return [one.id for one in stored.referrals.page({}, after=None, limit=9, overdue=True, by=FIRST)]

    assert late() == []
    clock.move(minutes=16)
    assert late() == [danger.id]
    clock.move(days=2)
    assert late() == [bribe.id, danger.id]
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(danger.id, None, by=officer)
    assert late() == [bribe.id]
    clock.move(hours=2)
    assert late() == [bribe.id, danger.id]  # no receipt
    stored.referrals.receive(danger.id, "已收到", None, by=FIRST)
    lanes = {lane.receiver: lane for lane in stored.referrals.statistics({}, by=ADMIN)}
    pl, di = lanes[Receiver.POLITICAL_LEGAL], lanes[Receiver.DISCIPLINE_INSPECTION]
    assert (pl.proposed, pl.by_status, pl.receipt_rate, pl.receipt_minutes) == (1, {"received": 1}, 1.0, 120.0)
    assert (di.proposed, di.overdue, di.receipt_rate) == (1, 1, None)
    assert lanes[Receiver.JUDICIAL].proposed == 0
    assert stored.referrals.statistics({"created_from": "2027-01-01"}, by=ADMIN)[0].proposed == 0


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


def test_a_receiver_down_for_a_day_gets_each_referral_once_and_in_number(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        subscribed(stored, Receiver.POLITICAL_LEGAL, url=server.url)
        made = []
        for i in range(5):
            one = proposed(stored, Receiver.POLITICAL_LEGAL, f"d-{i}")
            for officer in (FIRST, SECOND):
                stored.referrals.confirm(one.id, None, by=officer)
            made.append(one.id)
        server.answers = [503] * 1000
        for _ in range(13):
            stored.relay.run_once()
            clock.move(hours=2)
        assert {d["status"] for d in stored.relay.log(status=None, limit=99)} == {"pending"}
        server.came.clear()
        server.answers = []
        for _ in range(3):
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda _: stored.relay.run_once(), range(2)))
            clock.move(minutes=11)
        came = [json.loads(body)["data"] for _, body in server.came]
        assert sorted(event["referral_id"] for event in came) == sorted(made)
        assert sorted(event["sequence"] for event in came) == [1, 2, 3, 4, 5]
    shown, _ = stored.referrals.get(made[0], by=FIRST)
    assert [d.status for d in shown.deliveries] == ["delivered"]


def test_no_withdrawal_overtakes_its_referral(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        subscribed(stored, Receiver.POLITICAL_LEGAL, url=server.url)
        one, other = (proposed(stored, Receiver.POLITICAL_LEGAL, call_id) for call_id in ("r-1", "r-2"))
        for officer in (FIRST, SECOND):
            stored.referrals.confirm(one.id, None, by=officer)
        server.answers = [503]
        stored.relay.run_once()
        clock.move(seconds=5)
        stored.referrals.withdraw(one.id, "对象有误", by=FIRST)
        for officer in (FIRST, SECOND):
            stored.referrals.confirm(other.id, None, by=officer)
        stored.relay.run_once()
        clock.move(seconds=6)
        stored.relay.run_once()
        came = [json.loads(body)["data"] for _, body in server.came]
    assert [(event["referral_id"], event["kind"]) for event in came] == [
        (one.id, "referred"),  # refused
        (other.id, "referred"),  # another's does not wait for it
        (one.id, "referred"),
        (one.id, "withdrawn"),
    ]
    assert [bool(event["fields"]) for event in came] == [True, True, False, False]


def test_a_referral_that_waited_for_an_old_address_goes_to_the_new_one_once(stored: Flows, clock: SetClock) -> None:
    lane = Receiver.POLITICAL_LEGAL
    old = stored.relay.subscribe("http://127.0.0.1:9/old", [f"referral.{lane}"], by="desk")
    one = proposed(stored, lane)
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    stored.relay.run_once()
    stored.relay.unsubscribe(old.id, by="desk")
    clock.move(hours=1)
    assert stored.relay.run_once() == 0
    proposed(stored, Receiver.DISCIPLINE_INSPECTION, "other")
    with stored.relay._store() as uow:  # what waits for nobody yet keeps nothing else waiting
        assert [uow.outbox.fan_out(clock.now(), limit=1) for _ in range(2)] == [1, 0]
        uow.commit()
    with receiver() as server:
        subscribed(stored, lane, url=server.url)
        stored.relay.run_once()
        clock.move(hours=1)
        stored.relay.run_once()
    assert [json.loads(body)["data"]["referral_id"] for _, body in server.came] == [one.id]


def test_a_folder_that_is_away_for_a_day_is_filled_without_a_gap(
    stored: Flows, clock: SetClock, tmp_path: Path
) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    kept = stored.relay.drop_into(folder, Receiver.POLITICAL_LEGAL, by="desk")
    folder.rmdir()
    for i in range(3):
        one = proposed(stored, Receiver.POLITICAL_LEGAL, f"d-{i}")
        for officer in (FIRST, SECOND):
            stored.referrals.confirm(one.id, None, by=officer)
    for _ in range(13):
        stored.relay.run_once()
        clock.move(hours=2)
    folder.mkdir()
    stored.relay.run_once()
    events, faults = read_drop(folder, "political_legal", kept.secret)
    assert (len(events), faults) == (3, [])
    assert events[0]["type"] == "cn.zaozhuang.hotline.referral.political_legal.referred"


def test_a_folder_is_one_lanes_and_has_one_secret(stored: Flows, tmp_path: Path) -> None:
    kept = stored.relay.drop_into(tmp_path, Receiver.JUDICIAL, by="desk")
    for lane in (Receiver.JUDICIAL, Receiver.POLITICAL_LEGAL):
        with pytest.raises(Conflict, match=kept.id):
            stored.relay.drop_into(tmp_path, lane, by="desk")
    stored.relay.unsubscribe(kept.id, by="desk")
    assert stored.relay.drop_into(tmp_path, Receiver.JUDICIAL, by="desk").secret != kept.secret


def test_what_a_person_heard_is_proposed_in_the_callers_own_words(stored: Flows) -> None:
    words = "滕州市荆河街道善国路的路灯全都不亮，管事的话里有话，您也懂的"
    ticket = stored.intake.run(call("您好", words, called_at=MONDAY.isoformat())).tickets[0]
    desk, lane = somebody(Role.OPERATOR), Receiver.DISCIPLINE_INSPECTION
    assert not any(one.receiver is lane for one in ticket.referrals)

    def propose(quote: str, by: AccessKey) -> Referral:
        return stored.referrals.propose(ticket.ticket_number, lane, quote, severity=Severity.HIGH, by=by)

    for quote in ("您好", "话中有话"):
        with pytest.raises(InvalidInput, match="原话"):
            propose(quote, desk)
    with pytest.raises(Forbidden):
        propose("话里有话", somebody(Role.UNIT, unit_code="x"))
    made = propose("管事的话里有话", desk)
    with pytest.raises(Conflict, match="已向这一机关"):
        propose("管事的话里有话", desk)
    assert (made.rule_id, made.status, made.context[1].text) == ("person", "pending_confirmation", words)
    assert stored.tickets.get(ticket.ticket_number, by=ADMIN).kept_from_units
    assert list(stored.audit.faults()) == []
    stored.referrals.confirm(made.id, None, by=FIRST)
    told = [(e["label"], e["verdict"]) for e in stored.exports.corrections(("referrals",))]
    assert told == [("discipline_inspection", "corrected"), ("discipline_inspection", "accepted")]


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
