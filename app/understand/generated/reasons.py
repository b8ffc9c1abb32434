"""Candidates of the rules in, a sentence for each that the call and the unit's duty bear out. No order is changed."""

from collections.abc import Callable, Sequence

from app.domain.decision import UnitCandidate
from app.domain.reference import ReferenceData
from app.domain.transcript import SpokenCall
from app.prompting.grounding import REASON, invention
from app.prompting.task import Failed, PromptTask
from app.understand.generated.forms import UnitReason, UnitReasons
from app.understand.generated.ground import Ground
from app.understand.generated.tickets import turns_of

_REGISTER = "职责属于负责对应涉及该单位方面辖区范围"
LONGEST_REASON = 80


class ReasonWriter:
    """Asks the model why each candidate, and believes none of it unchecked."""

    def __init__(
        self, task: PromptTask[UnitReasons], reference: ReferenceData, ground_of: Callable[[SpokenCall], Ground]
    ) -> None:
        self._task = task
        self._reference = reference
        self._ground_of = ground_of

    @property
    def version(self) -> str:
        """Return which words are used."""
        return self._task.version

    def write(
        self, call: SpokenCall, matter: str, candidates: Sequence[UnitCandidate], *, until: float
    ) -> dict[str, str]:
        """Return reasons by unit code; units without one keep the rules' own. Ends at the moment `until`."""
        ground = self._ground_of(call)
        if ground.gives_orders or not candidates:
            return {}
        duties = [self._duty(candidate) for candidate in candidates]
        shown = [
            {"number": number, "name": candidate.name, "duty": duty}
            for number, (candidate, duty) in enumerate(zip(candidates, duties, strict=True))
        ]

        def wrong_with(reason: UnitReason) -> str | None:
            if not 0 <= reason.candidate < len(candidates):
                return "没有这个候选序号"
            if ground.find(reason) is None:
                return f"引文不在第{reason.turn}句原话中"
            if len(reason.reason) > LONGEST_REASON or "\n" in reason.reason:
                return f"超过{LONGEST_REASON}字或者分了行"
            number = reason.candidate
            source = f"{ground.said}。{duties[number]}。{candidates[number].name}。{_REGISTER}"
            return invention(reason.reason, source, REASON)

        def complaints(form: UnitReasons) -> list[str]:
            found = ((reason.candidate, wrong_with(reason)) for reason in form.reasons)
            return [f"候选{number}：{wrong}" for number, wrong in found if wrong]

        outcome = self._task.run(
            {"turns": turns_of(call), "matter": matter, "candidates": shown}, until=until, check=complaints
        )
        if isinstance(outcome, Failed):
            return {}
        good = [reason for reason in outcome.form.reasons if wrong_with(reason) is None]
        return {candidates[reason.candidate].unit_code: reason.reason.strip() for reason in good}

    def _duty(self, candidate: UnitCandidate) -> str:
        """Return the duties that the rules' reason rests on, else the names of the unit's functions."""
        functions = [
            self._reference.function_by_id[name]
            for name in self._reference.unit_by_code[candidate.unit_code].functions
            if name in self._reference.function_by_id
        ]
        named = [duty.text for function in functions for duty in function.duties if duty.id in candidate.basis]
        return "；".join(named or [function.name for function in functions])
