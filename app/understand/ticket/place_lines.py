"""A call as lines without spaces: what the rules found in them, and what a tagger says of each character."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.anchors import Anchored
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.text_rules import closed_up
from models.base import CharacterTagger
from models.char_tagger import APART, window_codes

_ASKS_WHERE = Anchored(r"哪|位置|地址|小区|路段|地点|具体")
_BREAKS = frozenset("，,。？?！!\n")
_PAUSE = re.compile(r"[，,。？?！!\s]")
_SPELLED = Anchored(
    r"[\u4e00-\u9fff]{0,4}(?P<own>[\u4e00-\u9fff])[\u4e00-\u9fff]{0,4}(?:的|那个|这个)+\s?(?P=own)(?![\u4e00-\u9fff])"
    r"|(?:[上下左右]面|[左右]边)?[\u4e00-\u9fff]{1,2}字[头旁底框边](?:下边|下面|[一个的\s]){0,3}[\u4e00-\u9fff](?![\u4e00-\u9fff])"
)
"""中华的华, 草字头的苑: how a character is written, no part of a name."""


class Line(NamedTuple):
    """A saying without its spaces; `kept` and `at` hold where each character stands in it."""

    saying: int
    turn: int
    text: str
    kept: Sequence[int]
    at: NDArray[np.int64]
    flags: NDArray[np.int64]
    in_area: list[bool]
    confirmed: bool
    asked: bool
    edges: list[int]
    """Whether a pause is before a character, after it, and whether it spells another out."""


class Told(NamedTuple):
    """The lines of a call, and each character's probability to be in a place, to begin one, to belong in a title, to be
    an aside, and to stand in the wants."""

    lines: tuple[Line, ...]
    inside: tuple[list[float], ...]
    begins: tuple[list[float], ...]
    keys: tuple[list[float], ...]
    asides: tuple[list[float], ...]
    asks: tuple[list[float], ...]

    def aside_of(self, saying: int, start: int, end: int) -> tuple[float, float, float]:
        """Return how likely the characters of a stretch are an aside: on average, the likeliest, the least likely."""
        _, own = self._of(self.asides, saying, start, end)
        return (sum(own) / len(own), max(own), min(own)) if own else (0.0, 0.0, 0.0)

    def keys_of(self, saying: int, start: int, end: int) -> list[tuple[str, float]]:
        """Return the characters of a stretch of a saying with their probability to belong in a title."""
        return list(zip(*self._of(self.keys, saying, start, end), strict=True))

    def asks_of(self, saying: int, start: int, end: int) -> list[tuple[str, float]]:
        """Return the characters of a stretch of a saying with their probability to stand in the wants."""
        return list(zip(*self._of(self.asks, saying, start, end), strict=True))

    def _of(self, streams: tuple[list[float], ...], saying: int, start: int, end: int) -> tuple[str, list[float]]:
        """Return the characters of a stretch of a saying, and what a stream says of each."""
        at = bisect_left(self.lines, saying, key=attrgetter("saying"))
        if at == len(self.lines) or self.lines[at].saying != saying:
            return "", []
        line = self.lines[at]
        first, last = bisect_left(line.kept, start), bisect_left(line.kept, end)
        return line.text[first:last], streams[at][first:last]


NOTHING_TOLD = Told((), (), (), (), (), ())


class CallTagger:
    """Marks the characters of a call."""

    def __init__(self, tagger: CharacterTagger) -> None:
        """The tagger's heads are places, titles, asides and wants."""
        self._tagger = tagger

    def told(self, call: SpokenCall, mentions: Mentions) -> Told:
        """Tag a call."""
        lines = lines_of(call, mentions)
        if not lines:
            return NOTHING_TOLD
        return tagged(lines, *self._tagger.shares(window_codes(*joint(lines))))


def lines_of(call: SpokenCall, mentions: Mentions) -> list[Line]:
    """Return the sayings without spaces, with what the rules found in them."""
    lines = []
    for index, saying in enumerate(mentions.sayings):
        text, kept = closed_up(saying.text)
        at = np.array(kept, np.int64)
        before = call.turns[saying.turn - 1] if saying.turn else None
        asked = before is not None and before.speaker is Speaker.OPERATOR and bool(_ASKS_WHERE.search(before.text))
        flags = np.zeros(len(saying.text) + 1, np.int64)
        named = sorted((m.start, m.end) for m in mentions.details if m.turn == saying.turn)
        reach = list(accumulate((end for _, end in named), max))
        for found, flag in ((mentions.details, 1), (mentions.spots, 4), (mentions.towns, 8), (mentions.districts, 8)):
            for m in found:
                if m.turn == saying.turn:
                    flags[m.start : m.end] |= flag
                    flags[m.start] |= 2 * (flag == 1)
        own = flags[at]
        areas = np.zeros(len(saying.text), bool)
        for m in (*mentions.towns, *mentions.districts):
            begun = bisect_left(named, (m.start + 1,))
            # An area may be part of a name: a station, a hospital that names its district.
            if m.turn == saying.turn and not (begun and reach[begun - 1] >= m.end):
                areas[m.start : m.end] = True
        area, edges = areas[at].tolist(), _edges(saying.text, at)
        lines.append(Line(index, saying.turn, text, kept, at, own, area, bool(saying.confirmed_by), asked, edges))
    return [line for line in lines if line.text]


def _edges(text: str, at: NDArray[np.int64]) -> list[int]:
    spells = np.zeros(len(text), np.int64)
    for match in _SPELLED.finditer(text):
        spells[match.start() : match.end()] = 4
    pause = np.zeros(len(text) + 2, np.int64)
    pause[[0, *(match.end() for match in _PAUSE.finditer(text)), -1]] = 1
    edges: list[int] = (pause[at] + 2 * pause[at + 2] + spells[at]).tolist()
    return edges


def joint(lines: Sequence[Line]) -> tuple[str, list[NDArray[np.int64]]]:
    """Return one text of all lines, and its streams of symbols: what rules found, how far the area is, which line."""
    gap = np.zeros(len(APART), np.int64)

    def stream(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        return np.concatenate([piece for part in parts for piece in (part, gap)])[: -len(gap)]

    asked = [np.full(len(x.text), 1 + 2 * x.asked + x.confirmed, np.int64) for x in lines]
    order = [np.full(len(x.text), 1 + min(x.saying, 3), np.int64) for x in lines]
    streams = [stream([x.flags for x in lines]), stream([_since_area(x.flags) for x in lines])]
    return APART.join(x.text for x in lines), [*streams, stream(asked), stream(order)]


def _since_area(flags: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far behind the last town or district each character stands, in threes; 5 is far, 9 without one."""
    place = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags & 8, place, -1))
    return np.where(last < 0, 9, np.minimum((place - last) // 3, 5))


def tagged(
    lines: Sequence[Line],
    places: NDArray[np.float32],
    keys: NDArray[np.float32],
    asides: NDArray[np.float32] | None = None,
    asks: NDArray[np.float32] | None = None,
) -> Told:
    """Return the lines with the taggers' probabilities, one row a character of `joint`."""
    inside, begins, told = (by_line(lines, values) for values in (1 - places[:, 0], places[:, 2], keys[:, 1]))
    others = (() if values is None else by_line(lines, values[:, 1]) for values in (asides, asks))
    return Told(tuple(lines), inside, begins, told, *others)


def by_line(lines: Sequence[Line], values: NDArray[np.float32]) -> tuple[list[float], ...]:
    """Return the values of each line's characters out of those of `joint`."""
    sizes = [len(line.text) for line in lines]
    ends = np.cumsum([size + len(APART) for size in sizes]) - len(APART)
    return tuple(values[end - size : end].tolist() for end, size in zip(ends.tolist(), sizes, strict=True))


def stretches(text: str, inside: Sequence[float], least: float, along: float) -> list[tuple[int, int]]:
    """Return the stretches of likely characters with those beside them that are not unlikely."""
    likely = [i for i, share in enumerate(inside) if share >= along and text[i] not in _BREAKS]
    held = set(likely)
    starts = [i for i in likely if i - 1 not in held]
    ends = [i + 1 for i in likely if i + 1 not in held]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if max(inside[start:end]) >= least]
