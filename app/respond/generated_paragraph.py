"""Facts in, one official paragraph whose every number, date and name they bear out; else the plain one."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.paragraph import Paragraph
from app.prompting.grounding import PARAGRAPH, invention, letters
from app.prompting.task import Failed, PromptTask, within
from app.prompting.untrusted import gives_orders

LONGEST_NOTE = 200
LONGEST_PARAGRAPH = 300
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_BEYOND = re.compile(r"《|处分|问责|追责|通报批评|约谈|第[一二三四五六七八九十百\d]+条|预计|估计|大约|可能|左右")
"""What neither a note nor a report may add: law, sanction, guess."""
_CHINESE_NUMBER = re.compile(r"[一二三四五六七八九十百千万两]+(?=[件张天日次个项成倍月年](?!问题|方面|事项|诉求))")
_REGISTER = (
    "请贵单位抓紧办理并于前反馈结果已交办尚未反馈尚未办结尚未签收受理工单件总量其中"
    "上月上升下降增加减少占比需要关注的是同比环比较本月从类别看从区域看增幅降幅明显居前靠前回落上涨较大最高最多"
    "高度重视组织落实尽快将办理情况反馈我中心你单位"
)


class NoteForm(Frozen):
    """An urging note."""

    note: Annotated[str, Field(max_length=300)]


class ParagraphForm(Frozen):
    """A paragraph of a report."""

    paragraph: Annotated[str, Field(max_length=450)]


Form = TypeVar("Form", bound=NoteForm | ParagraphForm)


class ParagraphWriter(Generic[Form]):
    """Asks the model for one paragraph, and takes it whole or not at all."""

    def __init__(
        self, task: PromptTask[Form], text_of: Callable[[Form], str], *, longest: int, needed: int, seconds: float
    ) -> None:
        self._task = task
        self._text_of = text_of
        self._longest = longest
        self._needed = needed
        self._seconds = seconds

    def write(self, inputs: dict[str, Any], facts: Sequence[str], *, plain: str) -> Paragraph:
        """Return a paragraph that says no more than the facts, or `plain` and why.

        The first facts, as many as `needed` says, must stand in it word for word.
        """
        if any(gives_orders(fact) for fact in facts):
            return Paragraph(text=plain, degraded_reason="资料中有对模型下的指令，未交给大模型")

        def complaints(form: Form) -> list[str]:
            wrong = unborne(self._text_of(form), facts, longest=self._longest, needed=self._needed)
            return [wrong] if wrong else []

        outcome = self._task.run(inputs, until=within(self._seconds), check=complaints)
        if isinstance(outcome, Failed):
            return Paragraph(text=plain, degraded_reason=outcome.reason)
        if outcome.complaints:
            return Paragraph(text=plain, degraded_reason=f"大模型的文字未通过核对：{outcome.complaints[0]}")
        text = self._text_of(outcome.form).strip()
        return Paragraph(text=text, engine="llm", prompt_version=self._task.version, model=self._task.model)


def unborne(text: str, facts: Sequence[str], *, longest: int, needed: int = 0) -> str | None:
    """Return, in Chinese, what of a text the facts do not bear out; None if they bear out all of it.

    A number counts only as it stands in the facts, percent sign and decimals included.
    """
    if len(text) > longest or "\n" in text.strip():
        return f"超过{longest}字或者分了行"
    source = "。".join(facts)
    foreign = [n for n in _NUMBER.findall(text) if n not in _NUMBER.findall(source)]
    foreign += [n for n in _CHINESE_NUMBER.findall(text) if n not in source]
    if foreign:
        return f"数字{'、'.join(foreign[:3])}不在给出的资料中"
    if (beyond := _BEYOND.search(text)) and beyond[0] not in source:
        return f"资料中没有“{beyond[0]}”"
    lacking = [fact for fact in facts[:needed] if letters(fact) not in letters(text)]
    if lacking:
        return f"没有写明“{lacking[0]}”"
    return invention(text, f"{source}。{_REGISTER}", PARAGRAPH)
