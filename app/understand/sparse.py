"""Texts as postings of characters and their pairs in segments: BM25 that takes in a change without a rebuild.

A changed text goes into a small segment of its own and dies in its old one; small segments are joined as they grow
alike, so a change costs the logarithm of what there is. Counts leave the dead out: scores are those of a fresh index.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.6
NOISE = "的了吗呢吧啊我俺你您想问请一下能不怎么样什多少有没是要办"
"""Characters of any question: one alone tells nothing, nor does a pair of two of them."""
_WIDE = 21
"""Bits of a character; a pair is two of them."""
_AT_ONCE = 500
"""Texts that are counted together."""

Codes = NDArray[np.uint64]


@dataclass(frozen=True)
class Segment:
    """Postings by code: `rows[starts[i]:starts[i + 1]]` hold `codes[i]`, `counts` times."""

    codes: Codes
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.float32]
    """Characters and pairs of each text; 0 of a dead one."""

    @property
    def live(self) -> int:
        """How many texts count."""
        return int(np.count_nonzero(self.lengths))

    def postings(self, code: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Return the texts that hold a code, dead ones too, and how often."""
        at = int(np.searchsorted(self.codes, np.uint64(code)))
        if at == len(self.codes) or self.codes[at] != code:
            return self.rows[:0], self.counts[:0]
        held = slice(self.starts[at], self.starts[at + 1])
        return self.rows[held], self.counts[held]

    def without(self, rows: Sequence[int]) -> "Segment":
        """Return the segment with some texts dead."""
        lengths = self.lengths.copy()
        lengths[list(rows)] = 0
        return Segment(self.codes, self.starts, self.rows, self.counts, lengths)


class SparseIndex:
    """Immutable: whoever searches keeps what was there when the search began."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = tuple(segments)
        self._offsets = np.cumsum([0, *(len(segment.lengths) for segment in segments)])
        living = [segment.live for segment in segments]
        self._live = sum(living)
        self._has_dead = [live < len(segment.lengths) for live, segment in zip(living, segments, strict=True)]
        mean = sum(float(segment.lengths.sum()) for segment in segments) / max(1, self._live)
        # Nothing is as common in a text as to weigh against an endless length: a dead one scores 0.
        self._expected = [
            np.where(segment.lengths > 0, np.float32(K1) * (1 - B + B * segment.lengths / mean), np.inf)
            for segment in segments
        ]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return an index of texts, a row each."""
        return cls([segment_of(texts)] if texts else [])

    def changed(self, gone: Sequence[int], texts: Sequence[str]) -> tuple[Self, NDArray[np.int64]]:
        """Return an index without some rows and with other texts at its end, and where each of its rows was.

        New texts count on from the old rows.
        """
        segments, sources = [], []
        for segment, offset in zip(self._segments, self._offsets[:-1], strict=True):
            dead = [row - offset for row in gone if offset <= row < offset + len(segment.lengths)]
            segments.append(segment.without(dead) if dead else segment)
            sources.append(np.arange(len(segment.lengths)) + offset)
        if texts:
            segments.append(segment_of(texts))
            sources.append(np.arange(len(texts)) + self._offsets[-1])
        while len(segments) > 1 and segments[-2].live < 2 * segments[-1].live:
            segments[-2:], sources[-2:] = _joined(segments[-2:], sources[-2:])
        return type(self)(segments), np.concatenate([np.zeros(0, dtype=np.int64), *sources])

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Tell of each row whether its text counts."""
        return np.concatenate([np.zeros(0, dtype=bool), *(segment.lengths > 0 for segment in self._segments)])

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return how many texts each segment holds, dead ones too."""
        return tuple(len(segment.lengths) for segment in self._segments)

    @property
    def live(self) -> int:
        """Return how many texts count."""
        return self._live

    def scores(self, codes: Sequence[int]) -> NDArray[np.float32]:
        """Return the BM25 score of every row, 0 for a dead one; a code given twice counts twice."""
        summed = np.zeros(self._offsets[-1], dtype=np.float32)
        for code, times in Counter(codes).items():
            found = [segment.postings(code) for segment in self._segments]
            holders = self._count(found)
            rarity = times * math.log(1 + (self._live - holders + 0.5) / (holders + 0.5))
            for expected, offset, (rows, counts) in zip(self._expected, self._offsets[:-1], found, strict=True):
                summed[offset : offset + len(expected)][rows] += np.float32(rarity) * counts / (counts + expected[rows])
        return summed

    def holders(self, code: int) -> int:
        """Return how many live texts hold a code."""
        return self._count([segment.postings(code) for segment in self._segments])

    def _count(self, found: Sequence[tuple[NDArray[np.int32], NDArray[np.uint16]]]) -> int:
        """Return how many of the texts found by segment are live."""
        return sum(
            int(np.count_nonzero(segment.lengths[rows])) if dead else len(rows)
            for segment, dead, (rows, _) in zip(self._segments, self._has_dead, found, strict=True)
        )


def segment_of(texts: Sequence[str]) -> Segment:
    """Return texts counted."""
    parts = [_counted(texts[i : i + _AT_ONCE], i) for i in range(0, len(texts), _AT_ONCE)]
    codes, rows, counts = (np.concatenate([part[i] for part in parts]) if parts else np.zeros(0) for i in range(3))
    return _segment(codes.astype(np.uint64), rows.astype(np.int32), counts.astype(np.uint16), len(texts))


def _joined(
    both: Sequence[Segment], sources: Sequence[NDArray[np.int64]]
) -> tuple[list[Segment], list[NDArray[np.int64]]]:
    """Return the live texts of two segments in one, and where they were."""
    first, second = both
    lengths = np.concatenate([first.lengths, second.lengths])
    alive = lengths > 0
    rows = np.concatenate([first.rows, second.rows + len(first.lengths)])
    kept = alive[rows]
    codes = np.concatenate([np.repeat(s.codes, np.diff(s.starts)) for s in (first, second)])[kept]
    counts = np.concatenate([first.counts, second.counts])[kept]
    places = (np.cumsum(alive) - 1).astype(np.int32)
    return [_segment(codes, places[rows[kept]], counts, int(alive.sum()))], [np.concatenate(sources)[alive]]


def pair_codes(text: str) -> list[int]:
    """Return the pairs of neighbouring letters or figures."""
    told = [(a, b) for a, b in pairwise(text) if a.isalnum() and b.isalnum()]
    return [(ord(a) << _WIDE) + ord(b) for a, b in told]


def asked_codes(text: str) -> tuple[list[int], list[int]]:
    """Return a question's pairs and its characters that tell something."""
    noise = {ord(character) for character in NOISE}
    telling = [code for code in pair_codes(text) if not {code >> _WIDE, code & ((1 << _WIDE) - 1)} <= noise]
    return telling, [ord(character) for character in text if character.isalnum() and character not in NOISE]


def _segment(codes: Codes, rows: NDArray[np.int32], counts: NDArray[np.uint16], texts: int) -> Segment:
    order = np.lexsort((rows, codes))
    codes, rows, counts = codes[order], rows[order], counts[order]
    known, starts = np.unique(codes, return_index=True)
    lengths = np.bincount(rows, weights=counts, minlength=texts).astype(np.float32)
    # A text without one letter is live all the same.
    return Segment(known, np.append(starts, len(codes)), rows, counts, np.maximum(lengths, 1))


def _counted(texts: Sequence[str], first: int) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Return codes, rows and counts of some texts; a mark between texts keeps pairs within one."""
    joint = "\n".join([*texts, ""])
    points = np.frombuffer(joint.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    told = np.fromiter(map(str.isalnum, joint), bool, len(joint))
    owner = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts]).astype(np.uint64)
    alone = told & ~np.isin(points, [ord(character) for character in NOISE])
    paired = told[:-1] & told[1:]
    codes = np.concatenate([points[alone], (points[:-1][paired] << np.uint64(_WIDE)) + points[1:][paired]])
    owners = np.concatenate([owner[alone], owner[:-1][paired]])
    order = np.lexsort((owners, codes))
    codes, owners = codes[order], owners[order]
    new = np.flatnonzero(np.append(True, (np.diff(codes) != 0) | (np.diff(owners) != 0))[: len(codes)])
    counts = np.diff(np.append(new, len(codes)))
    return codes[new], owners[new].astype(np.int64) + first, counts
