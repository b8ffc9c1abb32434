"""Stretches that a caller takes back in words that no rule knows: a trained model weighs what stands beside them."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.cue_rules import Cue
from app.domain.transcript import Speaker, SpokenCall, SpokenTurn
from app.understand.likeness import neighbours
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import Value, bare, differ, same_kind, values_in
from models.base import PairScorer

_PIECE = re.compile(r"[^，,。！!？?；;…\s]+")
_ASKS = re.compile(r"哪|什么|多少|几|谁|怎么称呼|贵姓|多大|多久|[吗？?]")
_ASKS_WISH = re.compile(r"诉求|希望|要求")
_DIGIT, _ROOM = re.compile(r"\d"), re.compile(r"\d{3,4}")
_LEAD = re.compile(r"^(?:那个|就是|就|我们|我|俺们?|在|到|从|叫|是|姓|一共|打了|去)+")
_MOST_PLACE, _MOST_SIZE, _MOST_LENGTH, _SHORT = 5, 8, 16, 6
_AHEAD, _COMPARED, _FAR = 3, 5, 9
STANDING = (
    "first last place size length value values next second third later inside answered_next read_back said_again other_read_back "
    "other_only operator best_operator gain after before heard asked asks asks_wish repeats repeats2 repeats3 like breaks off short"
).split()


class Stretch(NamedTuple):
    """A piece of a saying between two breaks."""

    saying: int
    start: int
    end: int
    text: str
    values: tuple[Value, ...]


class CorrectionModel:
    """Tells of each stretch whether it counts as never said."""

    def __init__(self, scorer: PairScorer, cues: Sequence[Cue], least: float) -> None:
        self._scorer, self._least = scorer, least
        self._cues = tuple(re.compile(cue.pattern) for cue in cues)

    def found(self, call: SpokenCall, sayings: Sequence[Saying]) -> Iterator[Retraction]:
        """Yield the stretches taken back, what only explains them (南门在修路), and values that no later turn says again."""
        stretches = list(stretches_of(sayings))
        if not stretches:
            return
        scores = self._scorer.scores(correction_features(call, sayings, stretches, self._cues))
        for i, one in enumerate(stretches):
            if scores[i] < self._least or len(one.text) > _MOST_LENGTH or _stands_alone(one, call):
                continue
            if wrong := _replaced_alone(one, stretches[i + 1 :]):
                yield from (Retraction("", one.saying, value.start, value.end) for value in wrong)
            else:
                yield Retraction("", one.saying, one.start, one.end)
                yield from _gone_with(one, i, stretches, call, sayings)


def _stands_alone(one: Stretch, call: SpokenCall) -> bool:
    """Tell whether a stretch is a figure that nothing in the call could replace: 祥和里，12号楼，3单元."""
    figure = len(one.values) == 1 and one.values[0].words == one.text and bool(_DIGIT.search(one.text))
    others = (value for turn in call.turns for value in values_in(turn.text) if not _ROOM.fullmatch(value.words))
    return figure and not any(_replaces(one, value) for value in others)


def _gone_with(
    one: Stretch, i: int, stretches: Sequence[Stretch], call: SpokenCall, sayings: Sequence[Saying]
) -> Iterator[Retraction]:
    """Yield what only explains a stretch taken back, and those of its values that no later turn says again."""
    named = _LEAD.sub("", one.text)
    for other in stretches[i + 1 : i + _AHEAD]:
        if len(named) > 1 and other.saying == one.saying and other.text.startswith(named):
            yield Retraction("", other.saying, other.start, other.end)
    later = "".join(turn.text for turn in call.turns[sayings[one.saying].turn + 1 :])
    for value in one.values:
        if len(value.words) > 1 and bare(value) not in later and value.words not in later:
            yield Retraction(value.words, one.saying, one.start, one.end)


def _replaced_alone(one: Stretch, later: Sequence[Stretch]) -> list[Value]:
    """Return the values of a stretch that its saying goes on to replace, where others of it stand: 幸福家园3号楼, 13号楼."""
    after = [value for other in later if other.saying == one.saying for value in other.values]
    wrong = [v for v in one.values if any(_can_replace(v, new) for new in after)]
    return wrong if len(wrong) < len(one.values) else []


def feature_names(cues: Sequence[str]) -> tuple[str, ...]:
    """Return the names of `correction_features`, in order."""
    return (*STANDING, *(f"{name}+{at}" for at in range(_AHEAD + 1) for name in cues))


def stretches_of(sayings: Sequence[Saying]) -> Iterator[Stretch]:
    """Yield the pieces of the citizen's own sayings."""
    for index, saying in enumerate(sayings):
        if not saying.confirmed_by:
            values = values_in(saying.text)
            starts = [value.start for value in values]
            for piece in _PIECE.finditer(saying.text):
                own = values[bisect_left(starts, piece.start()) : bisect_left(starts, piece.end())]
                yield Stretch(index, *piece.span(), piece.group(), own)


def correction_features(
    call: SpokenCall, sayings: Sequence[Saying], stretches: Sequence[Stretch], cues: Sequence[re.Pattern[str]]
) -> NDArray[np.float32]:
    """Return one row a stretch."""
    heard = np.array([[bool(cue.search(one.text)) for cue in cues] for one in stretches], np.float32)
    saying = np.array([one.saying for one in stretches])
    ahead = [heard, *(np.zeros_like(heard) for _ in range(_AHEAD))]
    for at in range(1, _AHEAD + 1):
        np.copyto(ahead[at][:-at], heard[at:], where=(saying[:-at] == saying[at:])[:, None])
    rows: list[list[float]] = []
    texts = [turn.text for turn in call.turns]
    before, after = _growing(texts), _growing(texts[::-1], backwards=True)[::-1]
    each = [(index, list(own)) for index, own in groupby(stretches, attrgetter("saying"))]
    for place, (index, own) in enumerate(each):
        later = chain.from_iterable(stretches for _, stretches in each[place + 1 :])
        following = next((one.values for one in later if one.values), ())
        turn = sayings[index].turn
        context = _Context(call, turn, own, before[turn], after[turn + 1])
        rows += [_standing(own, i, following, context) for i in range(len(own))]
    return np.hstack([np.array(rows, np.float32), *ahead]).astype(np.float32)


class _Context:
    """What was said around a turn, and what its stretches share with that."""

    def __init__(
        self, call: SpokenCall, turn: int, own: Sequence[Stretch], earlier: frozenset[str], later: frozenset[str]
    ) -> None:
        """`earlier` and `later` are the pairs of characters of all that went before the turn and all that follows."""
        self.question = _by_operator(call.turns[turn - 1 : turn])
        self.reply = _by_operator(call.turns[turn + 1 : turn + 2])
        self.later = "".join(t.text for t in call.turns[turn + 1 :])
        reply, each = neighbours(self.reply), [neighbours(one.text) for one in own]
        self.shares = [(_share(pairs, reply), _share(pairs, later), _share(pairs, earlier)) for pairs in each]
        """Of each stretch: with the reply, with all that follows, with all that went before."""
        self.characters = [frozenset(one.text) for one in own]


def _by_operator(turns: Sequence[SpokenTurn]) -> str:
    return "".join(turn.text for turn in turns if turn.speaker is Speaker.OPERATOR)


def _standing(own: Sequence[Stretch], i: int, following: Sequence[Value], context: _Context) -> list[float]:
    """Return where a stretch stands, which values can replace its own, and who says either again."""
    one, rest = own[i], own[i + 1 :]
    words = _LEAD.sub("", one.text) or one.text
    compared = rest if context.reply else rest[: _FAR - 1]  # how far off a rival is counts only so far
    later_ones = enumerate(compared if one.values else (), start=1)
    rivals = [(at, value) for at, other in later_ones for value in other.values if _replaces(one, value)]
    nearest = min((at for at, _ in rivals), default=_FAR)
    inside = any(_can_replace(a, b) for n, a in enumerate(one.values) for b in one.values[n + 1 :])
    read_back = any(bare(v) in context.reply for v in one.values)
    other = any(bare(v) in context.reply for _, v in rivals)
    reply, later, earlier = context.shares[i]
    best = max((share for share, *_ in context.shares[i + 1 : i + 1 + _COMPARED]), default=0.0)
    characters = frozenset(words)
    repeats = [_repeats(words, o.text) for o in rest[:_AHEAD]] + [0.0] * _AHEAD
    return [
        *(i == 0, not rest, min(i, _MOST_PLACE) / _MOST_PLACE, min(len(own), _MOST_SIZE) / _MOST_SIZE),
        *(min(len(one.text), _MOST_LENGTH) / _MOST_LENGTH, bool(one.values), len(one.values) > 1),
        *(nearest == 1, nearest == 2, nearest == _AHEAD, _AHEAD < nearest < _FAR, inside),
        *(
            any(_replaces(one, value) for value in following),
            read_back,
            any(bare(v) in context.later for v in one.values),
        ),
        *(other, other and not read_back, reply, best, best - reply, later, earlier),
        *(bool(context.reply), bool(context.question), bool(_ASKS.search(context.question))),
        *(bool(_ASKS_WISH.search(context.question)), *repeats[:_AHEAD]),
        max(map(len, map(characters.__and__, context.characters[i + 1 : i + 1 + _COMPARED])), default=0)
        / len(characters),
        *("—" in one.text, bool(rest) and rest[0].start - one.end > 1, len(one.text) <= _SHORT),
    ]


def _replaces(one: Stretch, value: Value) -> bool:
    return any(_can_replace(own, value) for own in one.values)


def _can_replace(old: Value, new: Value) -> bool:
    return same_kind(old, new) and differ(old, new)


def _repeats(words: str, other: str) -> float:
    """Return the share of a stretch's words that another one says again in one piece."""
    if len(words) < 2 or neighbours(words).isdisjoint(neighbours(other)):
        return 0.0 if len(words) < 2 or frozenset(words).isdisjoint(other) else 1 / len(words)
    found = 2
    for start in range(len(words)):
        while start + found < len(words) and words[start : start + found + 1] in other:
            found += 1
    return found / len(words)


def _growing(texts: Sequence[str], *, backwards: bool = False) -> list[frozenset[str]]:
    """Return the pairs of what the first 0, 1, 2 … texts are together, each put before the others if `backwards`."""
    found, joint = [frozenset[str]()], ""
    for text in texts:
        seam = text[-1:] + joint[:1] if backwards else joint[-1:] + text[:1]
        joint = text + joint if backwards else joint + text
        found.append(found[-1].union(neighbours(text), neighbours(seam)))
    return found


def _share(own: frozenset[str], told: frozenset[str]) -> float:
    return len(own & told) / max(len(own), 1)
