"""Which organs a ticket is proposed to, and what each step of a referral changes: two people for what is extreme."""

from collections.abc import Sequence
from datetime import datetime

from app.decide.work_clock import WorkClock
from app.domain.errors import Conflict, InvalidTransition
from app.domain.labels import REFERRAL_STATUS, REFERRAL_STEP, possible
from app.domain.lanes import Lane, LaneRules
from app.domain.reference_rules import ReferralRules
from app.domain.referral import (
    REFERRAL_STEPS,
    Closing,
    Confirmation,
    Receipt,
    Receiver,
    Referral,
    ReferralProposal,
    ReferralStatus,
    ReferralStep,
)
from app.domain.risk import RiskReading, Severity
from app.domain.ticket import Ticket
from app.domain.transcript import Transcript, Turn

SHORT_NAMES = {Receiver.POLITICAL_LEGAL: "pl", Receiver.DISCIPLINE_INSPECTION: "di", Receiver.JUDICIAL: "ju"}
_GRAVITY = {Severity.NOTICE: 0, Severity.HIGH: 1, Severity.EXTREME: 2}
_TURNS_AROUND = 2
_LONGEST_TURN = 400


def decide_referrals(risk: RiskReading, rules: ReferralRules) -> tuple[ReferralProposal, ...]:
    """Return one proposal a lane. Signals of severity `notice` are shown to the operator, not proposed."""
    receivers = {rule.id: rule.receiver for rule in rules.rules} | {m.id: m.receiver for m in rules.models}
    least = {model.id: model.min_score for model in rules.models}
    gravest = sorted(
        (
            signal
            for signal in risk.signals
            if signal.severity is not Severity.NOTICE
            and signal.rule_id in receivers
            and signal.score >= least.get(signal.rule_id, 0)
        ),
        key=lambda signal: (-_GRAVITY[signal.severity], -signal.score),
    )
    proposed: dict[str, ReferralProposal] = {}
    for signal in gravest:
        receiver = receivers[signal.rule_id]
        proposal = ReferralProposal(
            receiver=receiver,
            rule_id=signal.rule_id,
            signal=signal.signal,
            severity=signal.severity,
            quote=signal.quote.text,
        )
        proposed.setdefault(receiver, proposal)
    return tuple(proposed.values())


def told_of_lives(risk: RiskReading, rules: ReferralRules, lanes: LaneRules) -> str | None:
    """Return what a caller is told at once who speaks of taking a life, or None."""
    proposals = decide_referrals(risk, rules)
    lives = any(p.receiver is Receiver.POLITICAL_LEGAL and p.severity is Severity.EXTREME for p in proposals)
    return lanes.of(Receiver.POLITICAL_LEGAL).tell_citizen if lives else None


def opened(ticket: Ticket, transcript: Transcript, rules: LaneRules, clock: WorkClock) -> tuple[Referral, ...]:
    """Return the referrals that a new ticket's proposals begin."""
    return tuple(
        begun(ticket, proposal, transcript, rules.of(proposal.receiver), clock, ticket.created_at)
        for proposal in ticket.referrals
    )


def begun(
    ticket: Ticket,
    proposal: ReferralProposal,
    transcript: Transcript,
    lane: Lane,
    clock: WorkClock,
    now: datetime,
) -> Referral:
    """Return the referral that a proposal begins: it waits for confirmation from now."""
    return Referral(
        id=f"{ticket.ticket_number}-{SHORT_NAMES[lane.receiver]}",
        ticket_number=ticket.ticket_number,
        receiver=lane.receiver,
        rule_id=proposal.rule_id,
        signal=proposal.signal,
        severity=proposal.severity,
        quote=proposal.quote,
        context=around(transcript.turns, proposal.quote),
        priority=lane.priority,
        persons=lane.persons[proposal.severity],
        demo=ticket.demo,
        created_at=now,
        due_at=clock.add(now, lane.confirm_within[proposal.severity]),
    )


def confirmed(referral: Referral, by: str, now: datetime, note: str | None) -> Referral:
    """Return it with one more confirmation; with the last one it may be sent.

    Raises:
        Conflict: the same person confirmed already.
    """
    check_step(referral, ReferralStep.CONFIRM)
    if any(made.by == by for made in referral.confirmations):
        raise Conflict("您已确认过，须由另一名移送联络员再次确认")
    made = (*referral.confirmations, Confirmation(by=by, at=now, note=note))
    if len(made) < referral.persons:
        return referral.model_copy(update={"confirmations": made})
    return referral.model_copy(update={"confirmations": made, "status": ReferralStatus.CONFIRMED})


def sent(referral: Referral, lane: Lane, clock: WorkClock, now: datetime) -> Referral:
    """Return it as sent: from now the receipt is waited for."""
    check_step(referral, ReferralStep.SEND)
    due = clock.add(now, lane.receipt_within)
    return referral.model_copy(update={"status": ReferralStatus.SENT, "sent_at": now, "due_at": due})


def received(referral: Referral, by: str, now: datetime, text: str) -> Referral:
    """Return it with a receipt; one that was withdrawn stays so."""
    check_step(referral, ReferralStep.RECEIVE)
    withdrawn = referral.status is ReferralStatus.WITHDRAWN
    return referral.model_copy(
        update={
            "receipts": (*referral.receipts, Receipt(by=by, at=now, text=text)),
            "status": referral.status if withdrawn else ReferralStatus.RECEIVED,
            "due_at": None,
        }
    )


def closed(referral: Referral, step: ReferralStep, by: str, now: datetime, reason: str) -> Referral:
    """Return it declined or withdrawn."""
    check_step(referral, step)
    status = ReferralStatus.DECLINED if step is ReferralStep.DECLINE else ReferralStatus.WITHDRAWN
    return referral.model_copy(
        update={"status": status, "closing": Closing(by=by, at=now, reason=reason), "due_at": None}
    )


def check_step(referral: Referral, step: ReferralStep) -> None:
    """Refuse a step that is not possible now; the message names what is.

    Raises:
        InvalidTransition: always then.
    """
    if referral.status not in REFERRAL_STEPS[step][0]:
        said = possible((s for s, (before, _) in REFERRAL_STEPS.items() if referral.status in before), REFERRAL_STEP)
        anew = "，确需移送的请重新提请" if referral.status is ReferralStatus.DECLINED else ""
        raise InvalidTransition(
            f"移送件现为“{REFERRAL_STATUS[referral.status]}”，不能{REFERRAL_STEP[step]}；{said}{anew}"
        )


def with_status(ticket: Ticket, referral: Referral) -> tuple[ReferralProposal, ...]:
    """Return a ticket's proposals with the one of the referral as it stands now."""
    return tuple(
        one.model_copy(update={"status": referral.status}) if one.receiver is referral.receiver else one
        for one in ticket.referrals
    )


def around(turns: Sequence[Turn], quote: str) -> tuple[Turn, ...]:
    """Return the turn that holds a quote and those beside it, long ones cut about the quote; none where none does."""
    at = next((i for i, turn in enumerate(turns) if quote in turn.text), None)
    if at is None:
        return ()
    near = turns[max(0, at - _TURNS_AROUND) : at + _TURNS_AROUND + 1]
    return tuple(Turn(speaker=turn.speaker, text=_cut(turn.text, quote)) for turn in near)


def _cut(text: str, quote: str) -> str:
    if len(text) <= _LONGEST_TURN:
        return text
    start = max(0, text.find(quote) - _LONGEST_TURN // 2) if quote in text else 0
    end = min(len(text), start + max(_LONGEST_TURN, len(quote) + _LONGEST_TURN // 2))
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
