"""A demand in, a probability of every character of its wants out: by earlier wants of demands like it. numpy only."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.earlier_titles import EarlierTitles
from models.grams import KnownGrams
from models.model_folder import arrays_in, read_vocabulary, usable

FINEST = 255
"""Steps of a stored weight: one byte."""
_COMMON = 300
_LEAVES = 8
"""Likeliest category leaves of a demand that are compared."""
_NEAREST = 160
"""Earlier demands that count; the others only as all of their kind do."""
_FIELD, _OTHER_KIND, _WORDS, _POWER = 0.05, 0.3, 30.0, 3
"""What the same first level, another kind and the same words weigh beside the same leaf."""
_OF_KIND, _ANY, _FLAT = 0.02, 0.002, 0.03

Floats = NDArray[np.float32]


class WordLikeness:
    """How like a text is to each of many: the cosine of their n-grams, rare ones counting more."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], grams: Sequence[str], name: str, rows: int) -> None:
        self._grams, self._rows = KnownGrams(grams), rows
        self._rarity = arrays[f"{name}_rarity"].astype(np.float32)
        self._of = arrays[f"{name}_rows"].astype(np.int64)
        self._weights = arrays[f"{name}_weights"].astype(np.float32) / FINEST
        self._starts = arrays[f"{name}_starts"].astype(np.int64)

    def likeness(self, text: str) -> Floats:
        """Return one number from 0 to 1 for each row."""
        found = self._grams.counted([text.replace("\n", " ")])
        if not len(found.grams):
            return np.zeros(self._rows, np.float32)
        weights = (1 + np.log(found.counts)) * self._rarity[found.grams]
        weights = weights / np.sqrt((weights**2).sum())
        starts = self._starts[found.grams]
        sizes = self._starts[found.grams + 1] - starts
        at = np.arange(int(sizes.sum())) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
        summed = np.bincount(self._of[at], np.repeat(weights, sizes) * self._weights[at], self._rows)
        return np.asarray(summed, np.float32)


class EarlierWants:
    """Earlier demands by category, kind and words, with the characters that their wants held."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], stored: Mapping[str, Any]) -> None:
        """`arrays` and `stored` are what `training.wants_memory.remembered` makes."""
        self._leaves: Floats = np.ascontiguousarray(arrays["leaves"].T.astype(np.float32))
        self._field_of = arrays["field_of"].astype(np.int64)
        fields = np.zeros((int(self._field_of.max()) + 1, self._leaves.shape[1]), np.float32)
        np.add.at(fields, self._field_of, self._leaves)
        self._fields = fields
        self._kinds = arrays["kinds"].astype(np.int64)
        self.characters: str = stored["characters"]
        self.place = {character: i for i, character in enumerate(self.characters)}
        self.pieces: tuple[tuple[str, ...], ...] = tuple(map(tuple, stored["pieces"]))
        """Of each earlier demand what its wants are made of, where it can be asked for in another call."""
        self.usual: dict[str, int] = stored["usual"]
        """Pairs of characters of official wording with their counts; `^` stands before a piece, `$` behind it."""
        self.titles = EarlierTitles(stored["titles"]) if "titles" in stored else None
        """What operators wrote of the same demands."""
        rows, size = len(self._kinds), len(self.characters)
        at, held = np.divmod(np.unique(arrays["held_rows"].astype(np.int64) * size + arrays["held_characters"]), size)
        self._held = np.split(held, np.searchsorted(at, np.arange(1, rows)))
        self.often = self._summed(np.ones(rows, np.float32), np.arange(rows))
        self.common = frozenset(self.characters[i] for i in np.argsort(-self.often, kind="stable")[:_COMMON].tolist())
        """The characters that wants most often hold."""
        self._words = WordLikeness(arrays, stored["grams"], "words", rows)
        self._wishes = WordLikeness(arrays, stored["wish_grams"], "wishes", rows)
        of_kind = [np.flatnonzero(self._kinds == kind) for kind in range(int(self._kinds.max()) + 1)]
        mean = self.often / np.float32(rows)
        self._base = [
            _OF_KIND * self._summed(np.ones(len(own), np.float32), own) + _ANY * self.often + _FLAT * mean
            for own in of_kind
        ]
        self._whole = [_OF_KIND * len(own) + _ANY * rows + _FLAT for own in of_kind]

    @classmethod
    def load(cls, folder: Path) -> "EarlierWants":
        """Load a trained folder.

        Raises:
            ModelUnavailable: a file is missing or does not fit the others.
        """
        with usable(folder), arrays_in(folder / "memory.npz") as arrays:
            return cls(dict(arrays), read_vocabulary(folder))

    def likeness(self, shares: NDArray[np.float64], kind: int, matter: str, wishes: str) -> Floats:
        """Return how like each earlier demand is to one of a kind, with `shares` of the category leaves."""
        top = np.argsort(-shares, kind="stable")[:_LEAVES]
        own = shares[top].astype(np.float32) @ self._leaves[top]
        field = np.bincount(self._field_of, shares, len(self._fields)).astype(np.float32) @ self._fields
        like = (own + _FIELD * field) * np.where(self._kinds == kind, np.float32(1), np.float32(_OTHER_KIND))
        like += _WORDS * (self._words.likeness(matter) ** _POWER + self._wishes.likeness(wishes) ** _POWER)
        return np.asarray(like, np.float32)

    def expected(self, like: Floats, kind: int) -> tuple[Floats, NDArray[np.int64]]:
        """Return each character's probability to stand in the wants, and the nearest earlier demands, best first."""
        least = np.partition(like, -_NEAREST)[-_NEAREST] if len(like) > _NEAREST else 0
        near = np.flatnonzero(like >= least)
        near = near[np.argsort(-like[near], kind="stable")]
        held = self._summed(like[near], near) + self._base[kind]
        return np.asarray(held / (float(like[near].sum()) + self._whole[kind]), np.float32), near

    def _summed(self, weights: Floats, rows: NDArray[np.int64]) -> Floats:
        """Return of each character how much all rows weigh whose wants hold it."""
        held = [self._held[row] for row in rows.tolist()]
        each = np.repeat(weights, [len(one) for one in held])
        return np.bincount(np.concatenate(held), each, len(self.characters)).astype(np.float32)
