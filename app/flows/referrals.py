"""Referrals after intake: confirmed by people, sent, answered, taken back. Each step is an event of its ticket."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any

from app.decide.referral import begun, check_step, closed, confirmed, received, sent, with_status
from app.decide.referral_message import message_of, sent_fields
from app.decide.work_clock import WorkClock
from app.domain.access import AccessKey, Scope
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.events import Feedback, OutboxMessage, Verdict
from app.domain.lanes import LaneRules
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.referral import (
    REFERRAL_STEPS,
    Receiver,
    Referral,
    ReferralProposal,
    ReferralStatus,
    ReferralStep,
)
from app.domain.risk import Severity
from app.domain.ticket import Ticket
from app.domain.transcript import Speaker
from app.domain.webhook import REFERRALS
from app.flows.record import event_of
from app.flows.tickets import visible
from app.learn.referral_statistics import LaneStatistics, lane_statistics
from app.receive.payload import parse_transcript

FIELD = "referrals"
"""Of verdicts: what people make of proposals is learnt from."""
BY_A_PERSON = "person"
"""Stands for the rule where somebody proposed it."""
PROPOSED = "referral_proposed"
_AT_A_TIME = 500


class ReferralFlow:
    """Keeps referrals moving. Every reading is put on record; nothing leaves before enough people confirmed."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, lanes: LaneRules, working: WorkClock) -> None:
        self._store = store
        self._clock = clock
        self._lanes = lanes
        self._working = working

    def page(
        self, filters: Mapping[str, str], *, after: str | None, limit: int, overdue: bool, by: AccessKey
    ) -> Sequence[Referral]:
        """Return referrals, newest first, with how far their messages are; those shown are put on record as read."""
        asked = _of_lanes(filters, by)
        if overdue:
            asked["overdue_at"] = self._clock.now().isoformat()
        with self._store() as uow:
            found = self._shown(uow, *uow.referrals.page(asked, after=after, limit=limit))
            uow.events.note_readings([one.ticket_number for one in found], by.name, self._clock.now())
            uow.commit()
        return found

    def get(self, referral_id: str, *, by: AccessKey) -> tuple[Referral, dict[str, Any]]:
        """Return a referral and what its receiver is sent; it is put on record as read. Raises NotFound."""
        with self._store() as uow:
            (referral,) = self._shown(uow, _existing(uow, referral_id, by))
            ticket = uow.tickets.get(referral.ticket_number)
            uow.events.note_readings([referral.ticket_number], by.name, self._clock.now())
            uow.commit()
        return referral, sent_fields(referral, ticket, self._lanes.of(referral.receiver))

    def propose(
        self, ticket_number: str, receiver: Receiver, quote: str, *, severity: Severity, by: AccessKey
    ) -> Referral:
        """Begin a referral that no rule proposed: somebody heard it. It is confirmed like any other, and learnt from.

        One that was declined begins anew: nothing had left.

        Raises:
            Forbidden: units propose nothing, officers of some lanes nothing for others.
            InvalidInput: nobody said that in the call.
            Conflict: the lane has one of this ticket that was not declined.
        """
        if by.sees_only_unit() is not None:
            raise Forbidden("承办单位不能提请移送")
        if not by.sees_lane(receiver):
            raise Forbidden(
                f"密钥 {by.name} 只能处理{'、'.join(self._lanes.of(lane).name for lane in by.lanes)}的移送件"
            )
        with self._store() as uow:
            ticket, now = visible(uow, ticket_number, by), self._clock.now()
            there = uow.referrals.page({"ticket_number": ticket_number, "receiver": receiver}, after=None, limit=1)
            if there and there[0].status is not ReferralStatus.DECLINED:
                raise Conflict("该工单已向这一机关提请移送")
            transcript = parse_transcript(uow.deliveries.payload(ticket.call_id), received_at=ticket.created_at)
            if not any(quote in turn.text for turn in transcript.turns if turn.speaker is not Speaker.OPERATOR):
                raise InvalidInput("quote 须是诉求人在通话中的原话", field="quote")
            proposal = ReferralProposal(receiver=receiver, rule_id=BY_A_PERSON, severity=severity, quote=quote)
            made = begun(ticket, proposal, transcript, self._lanes.of(receiver), self._working, now)
            if there:
                made = made.model_copy(update={"version": there[0].version + 1})
                uow.referrals.save(made, expected_version=there[0].version)
            else:
                uow.referrals.add([made])
            others = tuple(one for one in ticket.referrals if one.receiver is not receiver)
            proposed = ticket.model_copy(update={"referrals": (*others, proposal)})
            self._note(uow, proposed, made, PROPOSED, by, {"quote": quote})
            self._learn(uow, made, Verdict.CORRECTED, by)
            uow.commit()
            return self._shown(uow, made)[0]

    def confirm(self, referral_id: str, note: str | None, *, by: AccessKey) -> Referral:
        """Confirm once more; the last confirmation sends it, where the lane says so and the receiver can be reached.

        Raises:
            InvalidTransition: it does not wait for that.
            Conflict: the same person confirmed already, or somebody was first.
        """
        with self._store() as uow:
            before, now = _existing(uow, referral_id, by), self._clock.now()
            made = confirmed(before, by.name, now, note)
            told = {"confirmation": f"{len(made.confirmations)}/{made.persons}", "note": note}
            made = self._keep(uow, ReferralStep.CONFIRM, before, made, by, told)
            if made.status is ReferralStatus.CONFIRMED:
                self._learn(uow, made, Verdict.ACCEPTED, by)
                if self._lanes.of(made.receiver).send_on_confirmation and self._reached(uow, made):
                    made = self._send(uow, made, by)
            uow.commit()
            return self._shown(uow, made)[0]

    def decline(self, referral_id: str, reason: str, *, by: AccessKey) -> Referral:
        """Let nothing leave; the reason is learnt from. Raises InvalidTransition."""
        with self._store() as uow:
            before, now = _existing(uow, referral_id, by), self._clock.now()
            made = closed(before, ReferralStep.DECLINE, by.name, now, reason)
            made = self._keep(uow, ReferralStep.DECLINE, before, made, by, {"reason": reason})
            self._learn(uow, made, Verdict.REJECTED, by)
            uow.commit()
            return self._shown(uow, made)[0]

    def send(self, referral_id: str, *, by: AccessKey) -> Referral:
        """Send what is confirmed.

        Raises:
            InvalidTransition: it is not confirmed, or sent already.
            Conflict: no endpoint of the receiver is known.
        """
        with self._store() as uow:
            before = _existing(uow, referral_id, by)
            check_step(before, ReferralStep.SEND)
            if not self._reached(uow, before):
                name = self._lanes.of(before.receiver).name
                raise Conflict(f"尚未配置{name}的接收渠道（推送地址或者交换目录），不能发出")
            made = self._send(uow, before, by)
            uow.commit()
            return self._shown(uow, made)[0]

    def receive(self, referral_id: str, text: str, token: str | None, *, by: AccessKey) -> Referral:
        """Write down a receipt: an officer does, or the receiver by the token that came with the message.

        Raises:
            Forbidden: neither of them.
            NotFound: no such referral, or the token is another's.
        """
        officer = by.allows(Scope.REFER)
        if not officer and not by.allows(Scope.RECEIPT):
            raise Forbidden(f"密钥 {by.name} 没有权限 {Scope.RECEIPT}")
        with self._store() as uow:
            before, now = _existing(uow, referral_id, by), self._clock.now()
            if not officer and not (before.token and compare_digest(before.token, token or "")):
                raise NotFound(f"没有移送件 {referral_id}")
            made = received(before, by.name, now, text)
            made = self._keep(uow, ReferralStep.RECEIVE, before, made, by, {"text": text})
            uow.commit()
            return self._shown(uow, made)[0]

    def withdraw(self, referral_id: str, reason: str, *, by: AccessKey) -> Referral:
        """Take it back: a receiver that was sent it is told, and nothing of the ticket leaves any more.

        Raises:
            InvalidTransition: it is not as far, or closed already.
        """
        with self._store() as uow:
            before, now = _existing(uow, referral_id, by), self._clock.now()
            made = closed(before, ReferralStep.WITHDRAW, by.name, now, reason)
            if before.message_id:
                uow.outbox.empty(before.message_id)
            if before.sent_at and (recall := self._tell(uow, ReferralStep.WITHDRAW, made, now)):
                made = made.model_copy(update={"recall_id": recall.id})
            made = self._keep(uow, ReferralStep.WITHDRAW, before, made, by, {"reason": reason})
            uow.commit()
            return self._shown(uow, made)[0]

    def overdue(self, *, by: AccessKey) -> int:
        """Return how many are past their time limit, practice left out."""
        with self._store(reading=True) as uow:
            return uow.referrals.count_overdue(self._clock.now(), by.lanes or tuple(Receiver))

    def statistics(self, filters: Mapping[str, str], *, by: AccessKey | None = None) -> tuple[LaneStatistics, ...]:
        """Return what became of the referrals of each lane that `by` sees; practice counts nowhere."""
        asked = _of_lanes(filters, by) if by else filters
        found = lane_statistics(self._each({**asked, "demo": "false"}), self._clock.now())
        return tuple(one for one in found if by is None or by.sees_lane(one.receiver))

    def _each(self, filters: Mapping[str, str]) -> Iterator[Referral]:
        after: str | None = None
        with self._store(reading=True) as uow:
            while found := uow.referrals.page(filters, after=after, limit=_AT_A_TIME):
                yield from found
                after = found[-1].id

    def _send(self, uow: UnitOfWork, before: Referral, by: AccessKey) -> Referral:
        now, lane = self._clock.now(), self._lanes.of(before.receiver)
        made = sent(before, lane, self._working, now).model_copy(update={"token": secrets.token_urlsafe(16)})
        if message := self._tell(uow, ReferralStep.SEND, made, now):
            carried = {"message_id": message.id, "sequence": message.payload["sequence"]}
            made = made.model_copy(update=carried)
        return self._keep(uow, ReferralStep.SEND, before, made, by, {"fields": [str(field) for field in lane.fields]})

    def _tell(self, uow: UnitOfWork, step: ReferralStep, referral: Referral, now: datetime) -> OutboxMessage | None:
        """Queue the message for the receiver and return it. Practice goes nowhere."""
        if referral.demo:
            return None
        lane, number = self._lanes.of(referral.receiver), uow.referrals.next_sequence(referral.receiver)
        ticket, token = uow.tickets.get(referral.ticket_number), referral.token or ""
        message = message_of(step, referral, ticket, lane, sequence=number, token=token, now=now)
        uow.outbox.add(message)
        return message

    def _keep(
        self,
        uow: UnitOfWork,
        step: ReferralStep,
        before: Referral,
        after: Referral,
        by: AccessKey,
        data: Mapping[str, Any],
    ) -> Referral:
        """Write a changed referral, and the step into its ticket's history; nothing of it is told to the outside."""
        kept = after.model_copy(update={"version": before.version + 1})
        uow.referrals.save(kept, expected_version=before.version)
        ticket = uow.tickets.get(kept.ticket_number)
        changed = ticket.model_copy(update={"referrals": with_status(ticket, kept)})
        self._note(uow, changed, kept, REFERRAL_STEPS[step][1], by, data)
        return kept

    def _note(
        self, uow: UnitOfWork, ticket: Ticket, referral: Referral, event: str, by: AccessKey, data: Mapping[str, Any]
    ) -> None:
        changed = ticket.model_copy(update={"version": ticket.version + 1})
        uow.tickets.save(changed, expected_version=ticket.version)
        told = {"referral_id": referral.id, "receiver": str(referral.receiver), "status": str(referral.status), **data}
        uow.events.append(event_of(changed, event, by.name, told, self._clock.now()))

    def _reached(self, uow: UnitOfWork, referral: Referral) -> bool:
        topic = f"{REFERRALS}{referral.receiver}.referred"
        return referral.demo or any(endpoint.wants(topic) for endpoint in uow.outbox.webhooks())

    def _shown(self, uow: UnitOfWork, *referrals: Referral) -> list[Referral]:
        """Return referrals as officers see them: how far their messages are, whether they are late; no tokens."""
        sent = [message for one in referrals for message in (one.message_id, one.recall_id) if message]
        found, now = uow.outbox.deliveries_of(sent), self._clock.now()
        return [
            one.model_copy(
                update={
                    "token": None,
                    "deliveries": tuple(d for d in found if d.message_id in (one.message_id, one.recall_id)),
                    "overdue": one.due_at is not None and one.due_at < now,
                }
            )
            for one in referrals
        ]

    def _learn(self, uow: UnitOfWork, referral: Referral, verdict: Verdict, by: AccessKey) -> None:
        uow.feedback.add(
            Feedback(
                ticket_number=referral.ticket_number,
                field=FIELD,
                verdict=verdict,
                right_value=str(referral.receiver),
                actor=by.name,
                created_at=self._clock.now(),
            )
        )


def _of_lanes(filters: Mapping[str, str], by: AccessKey) -> dict[str, str]:
    return {**filters, "lanes": ",".join(by.lanes)} if by.lanes else dict(filters)


def _existing(uow: UnitOfWork, referral_id: str, by: AccessKey) -> Referral:
    """Return a referral that exists for `by`; raises NotFound otherwise, without telling which."""
    referral = uow.referrals.get(referral_id)
    if not by.sees_lane(referral.receiver):
        raise NotFound(f"没有移送件 {referral_id}")
    return referral
