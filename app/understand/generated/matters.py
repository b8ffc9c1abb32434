"""A matter and earlier tickets in doubt in, those that a model holds for the same matter out, each borne out."""

import re
from collections.abc import Sequence

from pydantic import Field

from app.domain.frozen import Frozen
from app.prompting.grounding import letters
from app.prompting.task import Failed, PromptTask
from app.prompting.untrusted import gives_orders
from app.understand.generated.forms import MatterVerdict, MatterVerdicts

LONGEST_REASON = 40
_LEAST_QUOTE = 4
_SPOT = re.compile(r"\d+(?=号|栋|幢|单元|室|组|路|期|层|楼)")
"""Numbers that tell one spot from another; how long it lasts may be told otherwise."""


class EarlierMatter(Frozen):
    """An earlier ticket as it is shown to the model."""

    ticket_number: str
    text: str


class SameMatters(Frozen):
    """What came of asking."""

    reasons: dict[str, str] = Field(default_factory=dict)
    """By ticket number: why it is the same matter."""
    prompt_version: str
    failed: bool = False


class MatterJudge:
    """Asks whether pairs are one matter, and believes a yes only with a quote of each side, of one spot."""

    def __init__(self, task: PromptTask[MatterVerdicts]) -> None:
        self._task = task

    def judge(self, matter: str, earlier: Sequence[EarlierMatter], *, until: float) -> SameMatters:
        """Return the tickets of the same matter; ends at the moment `until`."""
        made = SameMatters(prompt_version=self._task.version)
        shown = [one for one in earlier if not gives_orders(one.text)]
        if not shown or gives_orders(matter):
            return made
        candidates = [{"number": number, "text": one.text} for number, one in enumerate(shown)]

        def complaints(form: MatterVerdicts) -> list[str]:
            found = ((verdict.candidate, wrong_with(verdict, matter, shown)) for verdict in form.verdicts)
            return [f"旧工单{number}：{wrong}" for number, wrong in found if wrong]

        outcome = self._task.run({"matter": matter, "candidates": candidates}, until=until, check=complaints)
        if isinstance(outcome, Failed):
            return made.model_copy(update={"failed": True})
        same = [v for v in outcome.form.verdicts if v.same and not wrong_with(v, matter, shown)]
        return made.model_copy(update={"reasons": {shown[v.candidate].ticket_number: said(v) for v in same}})


def wrong_with(verdict: MatterVerdict, matter: str, earlier: Sequence[EarlierMatter]) -> str | None:
    """Return, in Chinese, why a verdict does not count; None if it does."""
    if not 0 <= verdict.candidate < len(earlier):
        return "没有这个序号"
    for quote, text, name in (
        (verdict.new_quote, matter, "新诉求"),
        (verdict.old_quote, earlier[verdict.candidate].text, "旧工单"),
    ):
        if len(letters(quote)) < _LEAST_QUOTE or letters(quote) not in letters(text):
            return f"引文不在{name}中"
    new, old = (set(_SPOT.findall(quote)) for quote in (verdict.new_quote, verdict.old_quote))
    if verdict.same and not (new <= old or old <= new):
        return "两处引文的楼号、门牌等数字不同"
    return None


def said(verdict: MatterVerdict) -> str:
    """Return the reason as the operator reads it: the two passages, not the model's own words."""
    return f"大模型核对为同一事项：“{verdict.new_quote}”与“{verdict.old_quote}”"
