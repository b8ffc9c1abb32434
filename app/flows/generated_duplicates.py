"""Judgements in, the same judgements with pairs in doubt looked at by a language model out. A person merges."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.domain.duplicate import DuplicateCandidate
from app.domain.ports import UnitOfWorkFactory
from app.domain.reading import CallReading
from app.domain.thresholds import DuplicateLimits
from app.flows.judgement import Judgement, matter_of
from app.prompting.task import within
from app.understand.generated.matters import EarlierMatter, SameMatters

MOST_PAIRS = 5


class JudgesMatters(Protocol):
    """Tells same matters apart from alike ones by a language model."""

    def judge(self, matter: str, earlier: Sequence[EarlierMatter], *, until: float) -> SameMatters:
        """Return those of the same matter; ends at the moment `until`."""


class DuplicateSecondLook:
    """Asks only about pairs that no rule rules out and whose score is short of a proposal, but not far short.

    A yes proposes the merge, with both passages as the reason; a no changes nothing.
    """

    def __init__(
        self, store: UnitOfWorkFactory, judge: JudgesMatters, limits: DuplicateLimits, *, seconds: float
    ) -> None:
        self._store = store
        self._judge = judge
        self._from = limits.second_look
        self._seconds = seconds

    def explain(
        self, reading: CallReading, judged: Sequence[Judgement], *, spent: float
    ) -> tuple[CallReading, tuple[Judgement, ...]]:
        """Return reading and judgements; `spent` seconds of the call's time limit are gone already."""
        doubtful = [self._in_doubt(judgement) for judgement in judged]
        if reading.engine != "llm" or not any(doubtful):
            return reading, tuple(judged)
        until = within(self._seconds - spent)
        looked, versions, failed = [], set(), False
        for demand, judgement, pairs in zip(reading.demands, judged, doubtful, strict=True):
            found = self._judge.judge(demand.draft.matter, self._texts(pairs), until=until) if pairs else None
            looked.append(with_verdicts(judgement, found.reasons) if found else judgement)
            versions |= {found.prompt_version} if found else set()
            failed = failed or bool(found and found.failed)
        kept = (*reading.embedded_fields, *(("duplicates",) if failed else ()))
        words = "+".join(filter(None, (reading.prompt_version, *sorted(versions))))
        return reading.model_copy(update={"prompt_version": words, "embedded_fields": kept}), tuple(looked)

    def _in_doubt(self, judgement: Judgement) -> list[DuplicateCandidate]:
        found = [c for c in judgement.duplicates if not c.same_matter and not c.against and c.score >= self._from]
        return found[:MOST_PAIRS]

    def _texts(self, pairs: Sequence[DuplicateCandidate]) -> list[EarlierMatter]:
        with self._store(reading=True) as uow:
            tickets = [uow.tickets.get(pair.ticket_number) for pair in pairs]
        return [EarlierMatter(ticket_number=t.ticket_number, text=matter_of(t.content)) for t in tickets]


def with_verdicts(judgement: Judgement, reasons: dict[str, str]) -> Judgement:
    """Return the judgement with merges proposed where the model bore one out."""
    duplicates = tuple(
        candidate.model_copy(
            update={"same_matter": True, "reasons": (*candidate.reasons, reasons[candidate.ticket_number])}
        )
        if candidate.ticket_number in reasons
        else candidate
        for candidate in judgement.duplicates
    )
    return replace(judgement, duplicates=duplicates)
