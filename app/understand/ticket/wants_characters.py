"""What is known of the characters that wants may hold: from earlier demands, from what is said, and from the rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.understand.ticket.deeds import Remembered
from app.understand.ticket.place_lines import Told
from app.understand.ticket.want_pieces import Asking, nearest_parts
from models.earlier_wants import EarlierWants

KINDS = tuple(RequestKind)
CHARACTER_FEATURES = (
    "prior_odds", "prior", "told_odds", "told", "both", "said", "times", "wished", "answered", "demanded", "remedy", "remedies",
    "key", "remedy_alone", "asked", "topic", "ruled", "new", "often",
)  # fmt: skip
Floats = NDArray[np.float32]
_NO_CHARACTER = frozenset("、，,。 ")


class Thought(NamedTuple):
    """A demand with its characters and what is known of each, and what earlier demands like it asked for."""

    asking: Asking
    asked: tuple[list[tuple[str, float]], ...]
    """The tagger's word on the characters of each clause."""
    characters: dict[str, int]
    features: Floats
    earlier: tuple[str, ...]
    deeds: tuple[str, ...]
    """Deeds of those, done to what this demand names."""
    like: Floats
    """How like each earlier demand is."""


def thought_of(asking: Asking, told: Told, memory: Remembered) -> Thought:
    """Return what is known of the characters that the wants may hold."""
    earlier = memory.earlier
    like = likeness(asking, earlier)
    expected, near = earlier.expected(like, KINDS.index(asking.kind))
    parts = nearest_parts(near.tolist(), earlier.pieces, asking.matter)
    asked = tuple(told.asks_of(clause.saying, clause.start, clause.end) for clause in asking.told)
    deeds = memory.deeds.asked(asking, near.tolist(), asked)
    said = {"matter": asking.matter, "wishes": _wishes(asking), **_rules_of(asking)}
    held = earlier.common.union(*said.values(), *parts, *deeds) - _NO_CHARACTER
    place = {character: i for i, character in enumerate(sorted(held))}
    known = np.array(list(map(earlier.place.get, place, repeat(-1))))
    prior = np.where(known >= 0, expected[known], np.float32(0))
    often = np.where(known >= 0, earlier.often[known], np.float32(0))
    features = _character_features(asking, place, said, _told_shares(asked, place), prior, often)
    return Thought(asking, asked, place, features, tuple(parts), deeds, like)


def likeness(asking: Asking, earlier: EarlierWants) -> Floats:
    """Return how like each earlier demand is to one."""
    return earlier.likeness(asking.shares, KINDS.index(asking.kind), asking.matter, _wishes(asking))


def _wishes(asking: Asking) -> str:
    return "，".join(clause.text for clause in asking.wished)


def _rules_of(asking: Asking) -> dict[str, str]:
    """Return what rules make of a demand, by what it is."""
    best = asking.rows[0] if asking.rows else None
    first = best.matter if best else None
    return {
        "answers": "".join(clause.text for clause in asking.told if clause.saying in asking.answers),
        "questions": "".join(clause.text for clause in asking.told if clause.question),
        "demands": "".join(demand.text for demand in asking.demands),
        "remedy": "".join(best.remedies) if best else "",
        "remedies": "".join(piece for row in asking.rows for piece in row.remedies),
        "topic": (first.topic or first.title) if first else "",
        "key": "".join(asking.keys[:1]),
        "ruled": asking.ruled.text if asking.ruled else "",
    }


def _told_shares(asked: Sequence[Sequence[tuple[str, float]]], place: Mapping[str, int]) -> Floats:
    """Return of each character the most that the tagger gives it anywhere."""
    most: dict[str, float] = {}
    for clause in asked:
        for character, share in clause:
            if share > most.get(character, 0.0):
                most[character] = share
    return np.array([most.get(character, 0.0) for character in place], np.float32)


def _character_features(
    asking: Asking, place: Mapping[str, int], said: Mapping[str, str], shares: Floats, prior: Floats, often: Floats
) -> Floats:
    """Return one row a character, columns as in `CHARACTER_FEATURES`; one that no earlier wants held is `often` 0."""
    flags = {name: np.zeros(len(place), np.float32) for name in said}
    for name, text in said.items():
        flags[name][[place[c] for c in set(text) if c in place]] = 1
    counted = Counter(asking.matter)
    times = np.array([counted[character] for character in place], np.float32)
    only_asked = asking.kind is RequestKind.CONSULTATION
    columns = (
        np.log(prior + 0.003),
        prior,
        np.log(shares + 0.003),
        shares,
        prior * shares,
        flags["matter"],
        np.log1p(times),
        flags["wishes"],
        flags["answers"],
        flags["demands"],
        flags["remedy"],
        flags["remedies"],
        flags["key"],
        flags["remedy"] * (not asking.demands),
        flags["questions"] * only_asked,
        flags["topic"] * only_asked,
        flags["ruled"],
        often == 0,
        np.log1p(often),
    )
    return np.stack(columns, axis=1).astype(np.float32)
