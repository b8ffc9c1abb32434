"""From proposal to receipt on both databases: two people for what is extreme, limits, and what was declined."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.domain.access import AccessKey, Role, Scope
from app.domain.errors import Conflict, Forbidden, InvalidInput, InvalidTransition, NotFound
from app.domain.referral import Receiver, Referral
from app.domain.risk import Severity
from app.flows.referral_alarm import TOPIC, ReferralAlarm
from app.flows.registry import Flows
from tests.factories import ADMIN, call, somebody, waiting_messages
from tests.integration.conftest import MONDAY, SetClock
from tests.integration.referral_steps import FIRST, SECOND, names, proposed, queued, subscribed


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


def test_a_declined_proposal_goes_nowhere_and_is_learnt_from(stored: Flows) -> None:
    one = proposed(stored, Receiver.DISCIPLINE_INSPECTION)
    made = stored.referrals.decline(one.id, "说的是邻居，不是干部", by=FIRST)
    assert (made.status, made.closing and made.closing.reason) == ("declined", "说的是邻居，不是干部")
    with pytest.raises(InvalidTransition, match="没有可执行的步骤，确需移送的请重新提请"):
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
