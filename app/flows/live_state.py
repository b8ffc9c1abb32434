"""What the desk sees of a call under way: readings in, the state and the patch from one state to the next out."""

from collections.abc import Sequence
from typing import Any

from app.domain.reading import CallReading
from app.domain.ticket import TicketDraft
from app.flows.generated_reading import with_drafts
from app.flows.judgement import Judgement
from app.flows.new_ticket import FROM_DRAFT
from app.understand.ticket.follow_up import follow_up_questions

State = dict[str, Any]
_READ = ("request_kind", "subject", "title", "content", "wants", "citizen", "place", "event_time")
"""Fields that a model may better; what belongs together (a district and its town) goes together."""


def carried_over(asked: CallReading, answered: CallReading, now: CallReading) -> CallReading:
    """Return what was read now, with a model's answer about an earlier part of the call wherever that still holds.

    A field that the embedded engine reads otherwise by now was corrected by the caller since: the correction stands.
    """
    if len(asked.demands) != len(now.demands):
        return now
    drafts = [
        _carried(before.draft, better.draft, after.draft)
        for before, better, after in zip(asked.demands, answered.demands, now.demands, strict=True)
    ]
    beside = {"engine": answered.engine, "degraded_reason": answered.degraded_reason}
    return with_drafts(now, drafts).model_copy(update=beside)


def _carried(asked: TicketDraft, answered: TicketDraft, now: TicketDraft) -> TicketDraft:
    if asked == now:
        return answered
    kept = [n for n in _READ if getattr(asked, n) == getattr(now, n) and getattr(answered, n) != getattr(now, n)]
    if not kept:
        return now

    def of_kept(values: dict[str, Any]) -> dict[str, Any]:
        return {path: value for path, value in values.items() if path.split(".")[0] in kept}

    changed = now.model_copy(
        update={
            **{name: getattr(answered, name) for name in kept},
            "evidence": now.evidence | of_kept(answered.evidence),
            "confidence": now.confidence | of_kept(answered.confidence),
        }
    )
    missing = tuple(path for path in now.missing if _at(changed, path) is None)
    return changed.model_copy(update={"missing": missing, "follow_up_questions": follow_up_questions(missing)})


def _at(draft: TicketDraft, path: str) -> Any:
    head, _, tail = path.partition(".")
    value = getattr(draft, head)
    return getattr(value, tail) if tail else value


def state_of(reading: CallReading, judged: Sequence[Judgement], notice: str | None) -> State:
    """Return the state as it travels; what is None is left out."""
    tickets = {
        str(number): _shown(demand.draft, judgement)
        for number, (demand, judgement) in enumerate(zip(reading.demands, judged, strict=True))
    }
    beside = {"degraded_reason": reading.degraded_reason, "notice": notice}
    return {"engine": reading.engine, "tickets": tickets} | {k: v for k, v in beside.items() if v is not None}


def _shown(draft: TicketDraft, judgement: Judgement) -> State:
    drafted = draft.model_dump(mode="json", include=set(FROM_DRAFT), exclude_none=True)
    single = (judgement.category, judgement.unit, judgement.deadline)
    names = ("category", "unit", "deadline")
    decided = {n: v.model_dump(mode="json", exclude_none=True) for n, v in zip(names, single, strict=True) if v}
    several = {
        "duplicates": [candidate.model_dump(mode="json") for candidate in judgement.duplicates],
        "referrals": [referral.model_dump(mode="json") for referral in judgement.referrals],
    }
    return {**drafted, **decided, **several, "urgency": str(judgement.urgency)}


def patch_between(old: State, new: State) -> State:
    """Return the JSON Merge Patch (RFC 7396) that makes `new` of `old`; empty where they are the same."""
    patch: State = {name: None for name in old if name not in new}
    for name, value in new.items():
        before = old.get(name)
        if before == value:
            continue
        if isinstance(before, dict) and isinstance(value, dict):
            value = patch_between(before, value)
        patch[name] = value
    return patch
