"""Reading frames: stretches of a text that are news, past, denied, an idiom …, so nothing a rule should alert on."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.anchors import Anchored
from app.domain.reference_rules import ReadingFrame
from app.understand.text_rules import Hit

_CLAUSE = re.compile(r"[^。！？!?；;，,]+")
_SENTENCE_ENDS = frozenset("。！？!?")


class Clause(NamedTuple):
    """A stretch between two breaks, and the number of its sentence."""

    start: int
    end: int
    sentence: int


class Frames:
    """The frames of one lane."""

    def __init__(self, frames: Sequence[ReadingFrame], direct: Sequence[str]) -> None:
        self._frames = tuple(_Frame(frame, direct) for frame in frames)

    def framed(self, text: str) -> list[Hit]:
        """Return what is framed, in text order, stretches that touch or overlap made one."""
        clauses = _clauses(text)
        found = sorted(hit for frame in self._frames for hit in frame.hits(text, clauses))
        joined: list[Hit] = []
        for hit in found:
            if joined and hit.start <= joined[-1].end + 1:
                joined[-1] = Hit(joined[-1].start, max(joined[-1].end, hit.end))
            else:
                joined.append(hit)
        return joined


class _Frame:
    def __init__(self, frame: ReadingFrame, direct: Sequence[str]) -> None:
        self._reach = frame.reach
        self._opens = tuple(map(Anchored, frame.patterns))
        own = () if frame.reach in ("match", "whole") else direct
        self._unless = re.compile("|".join((*frame.unless, *own)) or "(?!)")

    def hits(self, text: str, clauses: Sequence[Clause]) -> Iterator[Hit]:
        """Yield what this frame covers."""
        last = -1
        for opening in self._openings(text):
            at = _clause_at(clauses, opening.start)
            if at <= last or self._kept(text, clauses[at]):
                continue
            if self._reach == "match":
                yield opening
                continue
            last = at
            yield Hit(clauses[at].start, clauses[at].end)
            if self._reach != "clause":
                yield from self._around(text, clauses, at)

    def _openings(self, text: str) -> list[Hit]:
        """Return where the patterns match."""
        return sorted(Hit(*match.span()) for pattern in self._opens for match in pattern.finditer(text))

    def _around(self, text: str, clauses: Sequence[Clause], at: int) -> Iterator[Hit]:
        """Yield the other clauses of the sentence that the frame covers."""
        for place, clause in enumerate(clauses):
            reached = self._reach == "whole" or place > at
            if reached and clause.sentence == clauses[at].sentence and not self._kept(text, clause):
                yield Hit(clause.start, clause.end)

    def _kept(self, text: str, clause: Clause) -> bool:
        return self._unless.search(text, clause.start, clause.end) is not None


def _clauses(text: str) -> list[Clause]:
    found: list[Clause] = []
    sentence, end = 0, 0
    for match in _CLAUSE.finditer(text):
        sentence += not _SENTENCE_ENDS.isdisjoint(text[end : match.start()])
        end = match.end()
        found.append(Clause(match.start(), end, sentence))
    return found


def _clause_at(clauses: Sequence[Clause], place: int) -> int:
    return next(i for i, clause in enumerate(clauses) if place < clause.end)


def within(inner: Hit, outer: Hit) -> bool:
    """Say whether a stretch lies in another."""
    return outer.start <= inner.start and inner.end <= outer.end
