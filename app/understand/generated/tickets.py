"""Drafts of the embedded engine in, the same drafts with the model's verified values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.frozen import Frozen
from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind, TicketDraft
from app.domain.transcript import Speaker, SpokenCall
from app.prompting.task import Failed, PromptTask
from app.understand.generated.fields import Checked, FieldChecker, Verified
from app.understand.generated.forms import TicketForms
from app.understand.generated.ground import Ground
from app.understand.generated.unfinished import finished
from app.understand.mentions.places import AreaReader
from app.understand.mentions.types import Mentions
from app.understand.ticket.follow_up import follow_up_questions, missing_fields
from app.understand.ticket.kind import KindReader

Tell = Callable[[tuple[TicketDraft, ...]], None]
"""Is told the drafts as far as the model has written them."""
MentionsOf = Callable[[SpokenCall], Mentions]
SPEAKERS = {Speaker.OPERATOR: "话务员", Speaker.CITIZEN: "诉求人", Speaker.UNKNOWN: "未区分"}
_TIMELESS = (RequestKind.CONSULTATION, RequestKind.SUGGESTION)
_AREA = ("place.district", "place.town")


class GeneratedDrafts(Frozen):
    """What came of asking the model."""

    drafts: tuple[TicketDraft, ...]
    kept: tuple[str, ...]
    """Fields whose embedded value stands because the model's was not borne out: `0.title`, `1.place.town`."""
    failure: str | None = None
    """Chinese; set where no demand has a value of the model's."""
    prompt_version: str
    model: str


@dataclass
class _Best:
    """The best outcome of each field over the first answer and the repair."""

    verified: list[dict[str, Verified]]
    wrong: list[dict[str, str]] = field(default_factory=list)


class TicketWriter:
    """Asks the model for every field of every demand, and believes none of it unchecked."""

    def __init__(
        self, task: PromptTask[TicketForms], reference: ReferenceData, kinds: KindReader, mentions_of: MentionsOf
    ) -> None:
        self._task = task
        self._mentions_of = mentions_of
        areas = AreaReader(reference.gazetteer, reference.areas)
        self._checker = FieldChecker(reference, kinds)
        self._district_of = {town.name: areas.area(town.name)[0] for town in reference.gazetteer.towns}

    def write(
        self, call: SpokenCall, drafts: Sequence[TicketDraft], *, until: float, tell: Tell | None = None
    ) -> GeneratedDrafts:
        """Return the drafts with every value of the model's that the call bears out; ends at the moment `until`.

        `tell` hears of each value as soon as it is written and borne out.
        """
        ground = self.ground(call)
        best = _Best([{} for _ in drafts])
        answer = self._task.run(
            {"called_at": called_at(call), "turns": turns_of(call), "demands": [draft.matter for draft in drafts]},
            until=until,
            check=lambda form: self._complaints(form, drafts, ground, best),
            tell=self._telling(tell, drafts, ground) if tell else None,
        )
        failure = answer.reason if isinstance(answer, Failed) and not any(best.verified) else None
        if failure is None and not any(best.verified):
            failure = "大模型的输出均未通过核验"
        return GeneratedDrafts(
            drafts=self._all_merged(drafts, best, ground),
            kept=tuple(
                f"{i}.{path}" for i, wrong in enumerate(best.wrong) for path in wrong if path not in best.verified[i]
            ),
            failure=failure,
            prompt_version=self._task.version,
            model=self._task.model,
        )

    def ground(self, call: SpokenCall) -> Ground:
        """Return what of a call may be quoted."""
        return Ground(call, self._mentions_of(call))

    def _telling(self, tell: Tell, drafts: Sequence[TicketDraft], ground: Ground) -> Callable[[Any], None]:
        """Return what checks the fields of an unfinished answer, each once it is whole."""
        told = 0

        def heard(written: Any) -> None:
            nonlocal told
            forms, fields = finished(written)
            if fields > told:
                told, best = fields, _Best([{} for _ in drafts])
                self._complaints(forms, drafts, ground, best)
                tell(self._all_merged(drafts, best, ground))

        return heard

    def _all_merged(self, drafts: Sequence[TicketDraft], best: _Best, ground: Ground) -> tuple[TicketDraft, ...]:
        return tuple(
            self._merged(draft, verified, ground) for draft, verified in zip(drafts, best.verified, strict=True)
        )

    def _complaints(self, forms: TicketForms, drafts: Sequence[TicketDraft], ground: Ground, best: _Best) -> list[str]:
        """Check every form, keep what holds, return what does not."""
        best.wrong = [{} for _ in drafts]
        complaints = []
        by_demand = {form.demand: form for form in forms.tickets}
        for number, draft in enumerate(drafts):
            if number not in by_demand:
                complaints.append(f"缺少诉求{number}")
                best.wrong[number] = {"ticket": "缺少"}
                continue
            outcome: dict[str, Checked] = self._checker.check(by_demand[number], draft, ground)
            best.verified[number] |= {p: v for p, v in outcome.items() if isinstance(v, Verified)}
            best.wrong[number] = {p: v for p, v in outcome.items() if isinstance(v, str)}
            doubts = {p: v.doubt for p, v in outcome.items() if isinstance(v, Verified) and v.doubt}
            complaints += [f"诉求{number}的{path}：{reason}" for path, reason in (best.wrong[number] | doubts).items()]
        return complaints

    def _merged(self, draft: TicketDraft, verified: dict[str, Verified], ground: Ground) -> TicketDraft:
        """Return the draft with the verified values; places that contradict each other stay as they were."""
        taken = dict(verified)
        kind = taken["request_kind"].value if "request_kind" in taken else draft.request_kind
        if kind in _TIMELESS:
            taken.pop("event_time", None)
        town = taken["place.town"].value if "place.town" in taken else draft.place.town
        district = taken["place.district"].value if "place.district" in taken else draft.place.district
        if town and self._district_of.get(town) != district:
            for path in _AREA:
                taken.pop(path, None)
        if not taken:
            return draft
        changed = with_values(draft, taken)
        missing = missing_fields(
            changed.request_kind,
            changed.place,
            changed.citizen,
            bound="place.detail" in draft.missing or draft.place.detail is not None,
            timed=changed.event_time is not None or "event_time" not in draft.missing,
            name_refused=ground.mentions.name_refused,
            phone_refused=ground.mentions.phone_refused,
        )
        return changed.model_copy(update={"missing": missing, "follow_up_questions": follow_up_questions(missing)})


def with_values(draft: TicketDraft, taken: dict[str, Verified]) -> TicketDraft:
    """Return the draft with values at dotted paths, each with its evidence and confidence."""
    whole: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for path, verified in taken.items():
        head, _, tail = path.partition(".")
        if tail:
            parts.setdefault(head, {})[tail] = verified.value
        else:
            whole[head] = verified.value
    whole |= {head: getattr(draft, head).model_copy(update=values) for head, values in parts.items()}
    return draft.model_copy(
        update={
            **whole,
            "evidence": {**draft.evidence, **{path: v.evidence for path, v in taken.items()}},
            "confidence": {**draft.confidence, **{path: v.confidence for path, v in taken.items()}},
        }
    )


def called_at(call: SpokenCall) -> str:
    """Return the moment of the call with its weekday, which 上周三 is counted from."""
    moment = call.transcript.called_at
    return f"{moment:%Y-%m-%d %H:%M} 星期{'一二三四五六日'[moment.weekday()]}"


def turns_of(call: SpokenCall) -> list[dict[str, object]]:
    """Return the turns as the prompt shows them, with the numbers that quotes name."""
    return [
        {
            "number": turn.index,
            "speaker": "来信标题" if turn.index < 0 else SPEAKERS[turn.speaker],
            "text": turn.text,
        }
        for turn in call.turns
        if turn.text.strip()
    ]
