"""A risk reading in, the same reading with the lanes that were in doubt read once more. Nothing is ever taken away."""

from collections.abc import Callable, Sequence

from app.domain.frozen import Frozen
from app.domain.reference_rules import ReferralModel, ReferralRules
from app.domain.risk import RiskReading, RiskSignal
from app.domain.transcript import Speaker, SpokenCall
from app.prompting.task import Failed, PromptTask
from app.understand.generated.forms import RiskSign, RiskSigns
from app.understand.generated.ground import Found, Ground
from app.understand.generated.tickets import turns_of

LONGEST_REASON = 40


class SecondReading(Frozen):
    """What came of it."""

    risk: RiskReading
    prompt_version: str | None = None
    """The words that were used; None where no lane was in doubt and nobody was asked."""
    failed: bool = False


class RiskSecondReader:
    """Asks the model about lanes whose score is below the alert, but not far below it.

    Rules always stand, must-catch or not; a lane that alerts already is not asked about. What the model says counts
    only with a quote of the citizen's own, and lifts the lane's own signal to its alert.
    """

    def __init__(
        self,
        task: PromptTask[RiskSigns],
        referral: ReferralRules,
        ground_of: Callable[[SpokenCall], Ground],
        *,
        from_share: float,
    ) -> None:
        self._task = task
        self._lanes = {lane.id: lane for lane in referral.models}
        self._receivers = {rule.id: rule.receiver for rule in referral.rules}
        self._ground_of = ground_of
        self._from_share = from_share

    def read(self, call: SpokenCall, risk: RiskReading, *, until: float) -> SecondReading:
        """Return the reading with what was confirmed; ends at the moment `until`."""
        doubtful = self._in_doubt(risk.signals)
        if not doubtful:
            return SecondReading(risk=risk)
        ground = self._ground_of(call)

        def borne_out(sign: RiskSign) -> Found | None:
            found = ground.find(sign)
            own = found is not None and call.turns[found.saying.turn].speaker is not Speaker.OPERATOR
            return found if own and sign.signal in doubtful and len(sign.reason) <= LONGEST_REASON else None

        def complaints(form: RiskSigns) -> list[str]:
            return [f"{s.signal}：引文不是诉求人原话，或者信号名不在列表中" for s in form.signs if not borne_out(s)]

        shown = [{"name": lane.signal, "meaning": lane.meaning} for lane in doubtful.values()]
        outcome = self._task.run({"turns": turns_of(call), "signals": shown}, until=until, check=complaints)
        if isinstance(outcome, Failed):
            return SecondReading(risk=risk, prompt_version=self._task.version, failed=True)
        confirmed = {
            doubtful[sign.signal].id: found for sign in outcome.form.signs if (found := borne_out(sign)) is not None
        }
        signals = tuple(self._lifted(signal, confirmed, ground) for signal in risk.signals)
        return SecondReading(risk=risk.model_copy(update={"signals": signals}), prompt_version=self._task.version)

    def _in_doubt(self, signals: Sequence[RiskSignal]) -> dict[str, ReferralModel]:
        """Return the lanes in doubt by the name of their signal."""
        by_rule = {self._receivers[signal.rule_id] for signal in signals if signal.rule_id in self._receivers}
        found: dict[str, ReferralModel] = {}
        for signal in signals:
            lane = self._lanes.get(signal.rule_id)
            if lane and lane.receiver not in by_rule and self._from_share <= signal.score / lane.min_score < 1:
                found[lane.signal] = lane
        return found

    def _lifted(self, signal: RiskSignal, confirmed: dict[str, Found], ground: Ground) -> RiskSignal:
        found = confirmed.get(signal.rule_id)
        if found is None:
            return signal
        least = self._lanes[signal.rule_id].min_score
        return signal.model_copy(update={"score": max(signal.score, least), "quote": ground.evidence(found)[0]})
