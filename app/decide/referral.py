"""Which receiving organs a ticket is proposed to: the gravest signal of each lane, awaiting a person's word."""

from app.domain.reference_rules import ReferralRules
from app.domain.referral import Referral
from app.domain.risk import RiskReading, Severity

_GRAVITY = {Severity.NOTICE: 0, Severity.HIGH: 1, Severity.EXTREME: 2}


def decide_referrals(risk: RiskReading, rules: ReferralRules) -> tuple[Referral, ...]:
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
    proposed: dict[str, Referral] = {}
    for signal in gravest:
        receiver = receivers[signal.rule_id]
        proposed.setdefault(receiver, Referral(receiver=receiver, rule_id=signal.rule_id, quote=signal.quote.text))
    return tuple(proposed.values())
