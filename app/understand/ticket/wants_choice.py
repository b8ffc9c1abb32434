"""Which pieces make a demand's wants: those that hold most of what the wants will likely say, in fewest words.

Three steps. Each character gets a probability to stand in the wants: from the wants of earlier demands that are like this
one in category, kind and words, from the tagger's word on what the caller says, and from what rules made of it. Sets of
up to three pieces are weighed by how much they hold of the expected characters (the F1 that the measurement takes on
average). The best of them are weighed against each other by a linear scorer that also looks at where the pieces come
from, how they are worded, and whether their words stand beside each other anywhere: in the call or in official wording.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.understand.ticket.deeds import Remembered
from app.understand.ticket.place_lines import Told
from app.understand.ticket.want_pieces import (
    SOURCES,
    Asking,
    Piece,
    ground,
    named_in,
    pieces,
    together,
)
from app.understand.ticket.wants import Passage, plain
from app.understand.ticket.wants_characters import KINDS, Floats, Thought, thought_of
from app.understand.ticket.wants_words import piece_words
from models.base import ChoiceScorer, PairScorer
from models.earlier_wants import EarlierWants

_POOL, _BEAM, _MOST_SETS, MOST_PIECES = 12, 10, 30, 3
_LONGEST = 26
"""Characters of several pieces together."""
_SHARED = 0.5
"""Share of a piece's characters from which it says what another says."""
_PRONOUNS = frozenset("他她它这那你其个")
_SHORT, _LONG = 4, 12
_SURE = 0.06
"""Probability below which a set is right once in nine times, and reads worse than plain words (查处工钱)."""
_OWN = 15
"""Numbers measured of a piece beside its source."""

SET_FEATURES = (
    "value", "below_best", "precision", "recall", "length", "off_length", "two", "three", "least_precise", "most_precise",
    "as_ruled", *SOURCES, *KINDS, *(f"value_{kind}" for kind in KINDS), "strange_share", "strange", "usual_share", "begins",
    "ends", "said", "pronoun", "figure", "short", "long", "unsaid_share", "unsaid", "unsaid_pair_share",
    "asked_before", "thing_named_before", "deed_fits_end", "deed_fits_two",
)  # fmt: skip


class Choice(NamedTuple):
    """Sets of pieces, each as places among the pieces (-1: none), with what is weighed of them."""

    asking: Asking
    pieces: tuple[Piece, ...]
    sets: NDArray[np.int64]
    features: Floats

    def touching(self, asked: str) -> NDArray[np.bool_]:
        """Tell which sets share a character with what the caller asks for; all do where nothing is asked for."""
        shared = np.array([not asked or bool(set(piece.text) & set(asked)) for piece in self.pieces], np.bool_)
        return np.asarray((shared[self.sets] & (self.sets >= 0)).any(axis=1)) if len(self.pieces) else shared

    def words(self) -> list[list[str]]:
        """Return the runs of characters of each set's pieces."""
        own = [list(piece_words(piece)) for piece in self.pieces]
        return [[word for i in chosen if i >= 0 for word in own[i]] for chosen in self.sets.tolist()]

    def worded(self, chosen: int) -> Passage:
        """Return a set of pieces as wants."""
        parts = [self.pieces[i] for i in self.sets[chosen].tolist() if i >= 0]
        quotes = dict.fromkeys(
            quote for part in parts for quote in part.evidence or ground(part.text, self.asking.told)
        )
        return Passage(together(self.asking.kind, parts, self.asking.matter), tuple(quotes))


class WantsModel:
    """Words the wants of a demand with trained models."""

    def __init__(self, earlier: EarlierWants, characters: PairScorer, sets: ChoiceScorer) -> None:
        self._memory, self._characters, self._sets = Remembered.of(earlier), characters, sets

    def thought(self, asking: Asking, told: Told) -> Thought:
        """Return what is known of the characters that the wants may hold."""
        return thought_of(asking, told, self._memory)

    def best(self, thought: Thought) -> Passage | None:
        """Return the likeliest wants that touch on what was asked for; what rules make of the demand is weighed too.

        Where none is likely, plain words of the rules stand.
        """
        asking = thought.asking
        choice = choices(thought, self._characters.scores(thought.features), self._memory)
        touching = choice.touching(asked_of(asking))
        if not touching.any() and (asking.ruled or not len(touching)):
            return asking.ruled
        touching = touching if touching.any() else np.ones_like(touching)
        shares = np.where(touching, self._sets.shares(choice.features, choice.words()), -np.inf)
        if shares.max() < _SURE and asking.ruled and plain(asking.ruled.text):
            return asking.ruled
        return choice.worded(int(shares.argmax()))


def asked_of(asking: Asking) -> str:
    """Return what the caller asks for: deeds that are known, else what rules make of the wish; nothing without a wish."""
    known = "".join(demand.text for demand in asking.demands)
    return known or (asking.ruled.text if asking.ruled and asking.wished else "")


def choices(thought: Thought, likely: Floats, memory: Remembered) -> Choice:
    """Return the sets of pieces that hold most of the likely characters, and the rules' wants as they are."""
    asking, place = thought.asking, thought.characters
    found = pieces(asking, thought.asked, thought.earlier, thought.deeds)
    if not found:
        return Choice(asking, (), np.zeros((0, MOST_PIECES), np.int64), np.zeros((0, len(SET_FEATURES)), np.float32))
    expected = float(likely.sum()) + 1
    held = np.zeros((len(found), len(likely)), np.bool_)
    for i, piece in enumerate(found):
        held[i, [place[c] for c in set(piece.text) if c in place]] = True
    lengths = np.array([len(piece.text) for piece in found])
    pool = _pool(found, held @ likely, lengths, expected)
    sets = _sets(pool, held, likely, lengths, expected)
    if asking.ruled and not (sets == [0, -1, -1]).all(axis=1).any():
        sets = np.vstack([sets, [0, -1, -1]])
    return Choice(asking, tuple(found), sets, _set_features(asking, found, sets, held, likely, memory))


def _pool(found: Sequence[Piece], alone: Floats, lengths: NDArray[np.int64], expected: float) -> NDArray[np.int64]:
    """Return the pieces that hold most, the ones that hold least else, and all that is asked for or is the remedy."""
    most = np.argsort(-alone / (lengths + expected), kind="stable")[:_POOL]
    least = np.argsort(-alone / lengths, kind="stable")[:_POOL]
    kept = [i for i, piece in enumerate(found) if piece.source in ("remedy", "asked")]
    return np.unique(np.concatenate([most, least, np.array(kept, np.int64)]))


def _sets(
    pool: NDArray[np.int64], held: NDArray[np.bool_], likely: Floats, lengths: NDArray[np.int64], expected: float
) -> NDArray[np.int64]:
    """Return sets of one to three pieces of the pool, the best first; each size grows from the best of the one before."""
    own, sizes = held[pool], lengths[pool]
    shared = (own.astype(np.float32) @ own.T.astype(np.float32)) / np.maximum(1, own.sum(axis=1))
    apart = np.maximum(shared, shared.T) <= _SHARED
    sets, unions, totals = np.arange(len(pool))[:, None], own, sizes
    values = 2 * (unions @ likely) / (totals + expected)
    found, worth = [_filled_up(sets)], [values]
    for size in range(2, MOST_PIECES + 1):
        best = np.argsort(-values, kind="stable")[:_BEAM]
        fits = apart[sets[best]].all(axis=1) & (totals[best][:, None] + sizes <= _LONGEST)
        one, more = np.nonzero(fits)
        grown = np.sort(np.column_stack([sets[best][one], more]), axis=1)
        _, single = np.unique(grown @ len(pool) ** np.arange(size), return_index=True)
        sets, one, more = grown[single], one[single], more[single]
        if not len(sets):
            break
        unions, totals = unions[best][one] | own[more], totals[best][one] + sizes[more]
        values = 2 * (unions @ likely) / (totals + expected)
        found.append(_filled_up(sets))
        worth.append(values)
    best = np.argsort(-np.concatenate(worth), kind="stable")[:_MOST_SETS]
    chosen = np.vstack(found)[best]
    return np.where(chosen >= 0, pool[chosen], -1)


def _filled_up(sets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return sets of one size with -1 in the places that are left."""
    filled = np.full((len(sets), MOST_PIECES), -1)
    filled[:, : sets.shape[1]] = sets
    return filled


def _set_features(
    asking: Asking,
    found: Sequence[Piece],
    sets: NDArray[np.int64],
    held: NDArray[np.bool_],
    likely: Floats,
    memory: Remembered,
) -> Floats:
    """Return one row a set, columns as in `SET_FEATURES`."""
    used, expected = np.unique(sets[sets >= 0]), float(likely.sum()) + 1
    own = np.zeros((len(found), _OWN + len(SOURCES)), np.float32)
    own[used] = [_piece_features(found[i], asking.matter, memory) for i in used.tolist()]
    there = (sets >= 0).astype(np.float32)
    length = own[sets, 0] * there
    total = length.sum(axis=1)
    unions = (held[sets] & (sets >= 0)[:, :, None]).any(axis=1)
    holds = unions @ likely
    value = 2 * holds / (total + expected)
    alone = (held @ likely)[sets] / np.maximum(own[sets, 0], 1)

    summed = (own[sets, :_OWN] * there[:, :, None]).sum(axis=1).T

    def least(values: Floats) -> Floats:
        return np.asarray(np.where(sets >= 0, values, np.inf).min(axis=1), np.float32)

    inner = np.maximum(1, summed[1])
    kinds = np.array([asking.kind is kind for kind in KINDS], np.float32)
    columns = [
        value, value - value.max(), holds / total, holds / expected, total / 10, abs(total - expected) / 10, there.sum(axis=1) == 2,
        there.sum(axis=1) == 3, least(alone), np.where(sets >= 0, alone, 0).max(axis=1), (sets == [0, -1, -1]).all(axis=1) & bool(asking.ruled),
    ]  # fmt: skip
    sources = np.einsum("kps,kp->ks", own[sets, _OWN:], length) / total[:, None]
    of_kind = np.repeat(kinds[None], len(sets), axis=0)
    more = [
        summed[2] / inner, summed[2], summed[3] / inner, np.log1p(least(own[sets, 4])), np.log1p(least(own[sets, 5])), summed[6] / total,
        summed[7] > 0, summed[8] > 0, least(own[sets, 0]) < _SHORT, length.max(axis=1) > _LONG, summed[9] / total, summed[9],
        summed[10] / inner, *(summed[11:_OWN] / there.sum(axis=1)),
    ]  # fmt: skip
    return np.column_stack([*columns, sources, of_kind, of_kind * value[:, None], *more]).astype(np.float32)


def _piece_features(piece: Piece, matter: str, memory: Remembered) -> list[float]:
    """Return length, inner pairs, strange, usual, begin, end, said, pronouns, figures, named but unsaid, such pairs, how
    familiar its deed is, sources."""
    text, named, usual = piece.text, named_in(piece.text), memory.earlier.usual
    pairs = [text[i : i + 2] for i in range(len(text) - 1)]
    strange = sum(pair not in usual and pair not in matter for pair in pairs)
    return [
        len(text), len(pairs), strange, sum(pair in usual for pair in pairs), usual.get("^" + text[0], 0), usual.get(text[-1] + "$", 0),
        sum(character in matter for character in text), any(c in _PRONOUNS for c in text), any(c.isdigit() for c in text),
        sum(c not in matter for part in named for c in part),
        sum(part[i : i + 2] not in matter for part in named for i in range(len(part) - 1)),
        *memory.deeds.familiar(text),
        *(piece.source == source for source in SOURCES),
    ]  # fmt: skip
