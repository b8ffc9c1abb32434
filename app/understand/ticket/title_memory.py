"""Titles in the words of earlier ones: what the titles of demands like this one end in, behind a thing that was said.

What the call does not bear out of an earlier title is left out, and a thing that was said beside the rest takes its place.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.understand.likeness import neighbours
from app.understand.ticket.title import LONGEST_TITLE, TITLE_FORMS, Heading, TitleMeasures
from app.understand.ticket.title_recall import LINKS, Floats, Recalled
from app.understand.ticket.title_words import short_place
from app.understand.ticket.want_pieces import Asking
from app.understand.ticket.wants import Passage
from models.earlier_titles import EarlierTitles, Words

_MOST = 14
"""Titles that are made of earlier ones."""
_MOST_QUOTES = 3
_FARTHEST = 8
"""Characters between a thing and what is said of it."""
MEMORY_FEATURES = (
    "recalled", "behind_thing", "whole", "value", "below_best", "precision", "recall", "off_length", "unsaid", "least_borne",
    "borne", "strange", "share", "parts", "seam", "recalled_value", "recalled_length", "words", "thing_told", "twice_told",
    "in_place", "recalled_consultation", "recalled_suggestion", "consultation_value", "suggestion_value", "words_said",
    "unsaid_value", "told_mean",
)  # fmt: skip


class Composed(NamedTuple):
    """A title made of an earlier one's end, and the thing before it."""

    thing: str
    end: Words

    @property
    def key(self) -> str:
        """Return what the title says of the matter."""
        return self.thing + "".join(self.end)


def composed(recalled: Recalled, likely: Floats, place: str) -> list[Composed]:
    """Return the titles that hold most of what a title will likely say, in fewest characters.

    What the place says already begins none: 人民 of 人民路 is no thing of its own.
    """
    ends, things = recalled.ends, list(recalled.things)
    if not ends:
        return []
    start, finish = TITLE_FORMS.get(recalled.asking.kind, ("", "问题"))
    room = LONGEST_TITLE - len(start + _where(recalled.asking.kind, place) + finish)
    texts = [*map("".join, ends), *things]
    held = np.zeros((len(texts), len(likely)), np.bool_)
    for row, text in zip(held, texts, strict=True):
        row[[recalled.characters[c] for c in text]] = True
    lengths, count = np.array([len(text) for text in texts]), len(ends)
    own, before = held[:count], np.vstack([np.zeros_like(held[:1]), held[count:]])
    unions = (before[:, None] | own[None]).astype(np.float32) @ likely
    total = np.append(0, lengths[count:])[:, None] + lengths[None, :count]
    fits = ~(before[:, None] & own[None]).any(axis=2) & (total <= room)
    fits[1:] &= _beside(recalled) & np.array([end not in recalled.named for end in ends])
    values = np.where(fits, 2 * unions / (total + expected(likely)), -1).ravel()
    best = np.argsort(-values, kind="stable")[:_MOST]
    pairs = (divmod(i, count) for i in best.tolist() if values[i] > 0)
    found = [Composed(things[thing - 1] if thing else "", ends[end]) for thing, end in pairs]
    found = [one for one in found if (one.thing or one.end[0]) not in place]
    return [one for one in found if not any(deed.search(one.key) for deed in recalled.asking.unsaid)]


def _beside(recalled: Recalled) -> NDArray[np.bool_]:
    """Tell of each thing and each end whether they were said beside each other: a fault is that of the thing by it."""
    matter, things = recalled.asking.matter, recalled.things
    by = np.zeros((len(things), len(matter) + 1), np.bool_)
    for row, thing in zip(by, things, strict=True):
        for place in _places(thing, matter):
            row[max(0, place - _FARTHEST) : place + _FARTHEST + 1] = True
    ends = [[recalled.grounds[word] for word in end if word not in LINKS] for end in recalled.ends]
    column = {said: i for i, said in enumerate(dict.fromkeys(said for own in ends for said in own))}
    told = np.stack([by[:, _places(said, matter)].any(axis=1) for said in column], axis=1)
    return np.stack([told[:, [column[said] for said in own]].all(axis=1) for own in ends], axis=1)


def _places(said: str, matter: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(said), matter)]


def expected(likely: Floats) -> float:
    """Return how many characters a title will likely say of the matter."""
    return float(likely.sum()) + 0.5


def _where(kind: RequestKind, place: str) -> str:
    return "" if kind is RequestKind.CONSULTATION else short_place(place)


def as_heading(one: Composed, recalled: Recalled, found: Sequence[Heading], place: str) -> Heading:
    """Return a title with its place, not yet with the clauses that bear it out: only the chosen one needs them."""
    asking, key = recalled.asking, one.key
    start, finish = TITLE_FORMS.get(asking.kind, ("", "问题"))
    text = start + _where(asking.kind, place) + key.removesuffix(finish or start) + finish
    measures = TitleMeasures(
        gain=max(heading.measures.gain for heading in found),
        first_object=any(word in text for word in asking.objects[:1]),
        any_object=any(word in text for word in asking.objects),
        length=len(key) / 10,
        consultation=asking.kind is RequestKind.CONSULTATION,
        suggestion=asking.kind is RequestKind.SUGGESTION,
        praise=asking.kind is RequestKind.PRAISE,
    )
    return Heading(Passage(text, ()), key, (), measures)


def grounded(heading: Heading, asking: Asking) -> Heading:
    """Return a title with the clauses that bear it out."""
    if heading.passage.evidence:
        return heading
    pairs = neighbours(heading.key)
    ranked = sorted(asking.told, key=lambda clause: -len(pairs & neighbours(clause.text)))[:_MOST_QUOTES]
    quotes = tuple(clause.evidence for clause in ranked)
    return heading._replace(passage=Passage(heading.passage.text, quotes), clauses=tuple(ranked))


def memory_features(
    keys: Sequence[tuple[str, Composed | None]], recalled: Recalled, likely: Floats, place: str, earlier: EarlierTitles
) -> Floats:
    """Return one row a title, columns as in `MEMORY_FEATURES`; `keys` are what titles say, and how they were composed."""
    rows = np.array([_features(key, one, recalled, likely, place, earlier) for key, one in keys], np.float32)
    value = MEMORY_FEATURES.index("value")
    rows[:, value + 1] = rows[:, value] - rows[:, value].max()
    return rows


def _features(
    key: str, one: Composed | None, recalled: Recalled, likely: Floats, place: str, earlier: EarlierTitles
) -> list[float]:
    matter, kind = recalled.asking.matter, recalled.asking.kind
    holds = float(likely[[recalled.characters[c] for c in set(key)]].sum())
    whole, size = expected(likely), max(1, len(key))
    value = 2 * holds / (len(key) + whole)
    said = neighbours(matter)
    strange = sum(pair not in earlier.usual and pair not in said for pair in map("".join, pairwise(key)))
    of_all = [value, 0.0, holds / size, holds / whole, abs(len(key) - whole) / 10]
    asks, proposes = kind is RequestKind.CONSULTATION, kind is RequestKind.SUGGESTION
    strange_share = strange / max(1, len(key) - 1)
    if one is None:
        return [0, 0, 0, *of_all, 0, 1, 1, strange_share, 0, 0, 1, *[0] * 8, value * asks, value * proposes, 0, 0, 0]
    telling = [word for word in one.end if word not in LINKS]
    borne = [recalled.borne[word] for word in telling]
    unsaid = sum(word not in matter for word in telling)
    seam = one.thing[-1:] + one.end[0][0]
    parts, share = one.end in recalled.parts, recalled.shares[one.end]
    return [
        1, bool(one.thing), not one.thing and not parts, *of_all, unsaid, min(borne), sum(borne) / len(borne), strange_share,
        share, parts, not one.thing or seam in earlier.usual or seam in said, value, size / 10, len(one.end),
        recalled.things.get(one.thing, 0.0), bool(one.thing) and len(one.end) > 2, (one.thing or one.end[0]) in _where(kind, place),
        asks, proposes, value * asks, value * proposes, sum(word in matter for word in one.end) / len(one.end), unsaid * value,
        sum(recalled.told.get(c, 0.0) for c in set(key)) / len(set(key)),
    ]  # fmt: skip
