"""How a clause stands to the rest of its call: what a trained model weighs to tell whether it bears on the matter."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import add

import numpy as np
from numpy.typing import NDArray

from app.domain.patterns import Words
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.ticket.clauses import Clause
from app.understand.ticket.demands import ASKS_WANTS
from app.understand.ticket.place_lines import Told
from app.understand.ticket.wishes import is_wish

_ASKS = re.compile(r"[?？吗呢哪几谁]|什么|多少|怎么|多久|多大")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十]{1,3}(?:[个次回天年月户人块元点号楼层]|多)")
_LONG_NUMBER = re.compile(r"\d{2,}")
_SPACE = re.compile(r"\s")
_MOST_ODDS = 8.0
_MOST_LENGTH, _MOST_PLACE, _MOST_SIZE, _MOST_WORDS = 20, 6, 10, 3
_STANDING = (
    "first last place share size asked answered operator others wish answer asks_wants unasked length question wishes figure words number"
).split()
_RELATED = "to_others to_far nearest nearest_far others_alike three_nearest".split()
_NEAR = (-2, -1, 1, 2)
_FEW = 3


def feature_names(cues: Sequence[str]) -> tuple[str, ...]:
    """Return the names of `bearing_features`, in order."""
    beside = [f"{name}{at:+d}" for at in (-1, 1) for name in cues]
    marked = [f"{name}{at}" for at in ("", "-1", "+1") for name in ("marked", "most_marked", "least_marked")]
    return ("aside", *(f"aside{at:+d}" for at in _NEAR), *_STANDING, *cues, *beside, *marked, *_RELATED)


def aside_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds of probabilities, within bounds."""
    sure = np.clip(scores, 1e-9, 1 - 1e-9)
    return np.clip(np.log(sure / (1 - sure)), -_MOST_ODDS, _MOST_ODDS)


def telling(clause: Clause, words: Words) -> bool:
    """Tell whether a clause holds a figure or a word of duties and categories."""
    return bool(_FIGURE.search(clause.text) or named(clause.text, words))


def named(text: str, words: Words) -> int:
    """Return how many words of duties and categories a clause holds."""
    return len(words.found(text))


def bearing_features(
    call: SpokenCall,
    mentions: Mentions,
    clauses: Sequence[Clause],
    alone: NDArray[np.float64],
    told: Told,
    words: Words,
    cues: Sequence[re.Pattern[str]],
    vectors: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return one row a clause; `alone` holds the log-odds that a clause, read alone, is an aside, `told` what the
    taggers say of its characters, `vectors` what it is about."""
    heard = np.array([[bool(cue.search(c.text.strip())) for cue in cues] for c in clauses], np.float32)
    saying = np.array([clause.saying for clause in clauses])
    columns = [alone[:, None], *(_beside(alone[:, None], saying, at) for at in _NEAR)]
    columns += [_standing(call, mentions, clauses, words), heard, _beside(heard, saying, -1), _beside(heard, saying, 1)]
    marked = np.array([told.aside_of(c.saying, c.start, c.end) for c in clauses], np.float32)
    columns += [marked, _beside(marked, saying, -1), _beside(marked, saying, 1)]
    columns.append(_related(vectors, saying, np.array([clause.chatter for clause in clauses])))
    return np.hstack(columns).astype(np.float32)


def _beside(values: NDArray[np.floating], saying: NDArray[np.int64], at: int) -> NDArray[np.floating]:
    """Return the values of the clause `at` places on, 0 where that is another saying's."""
    beside = np.zeros_like(values)
    here, there = (slice(None, -at), slice(at, None)) if at > 0 else (slice(-at, None), slice(None, at))
    np.copyto(beside[here], values[there], where=(saying[here] == saying[there])[:, None])
    return beside


def _related(
    vectors: NDArray[np.float32], saying: NDArray[np.int64], chatter: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return how near each clause is in meaning to the others that tell something, and to those of other sayings."""
    of_length_one = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    alike = of_length_one @ of_length_one.T
    others = np.broadcast_to(~chatter, alike.shape) & ~np.eye(len(saying), dtype=bool)
    far = others & (saying[:, None] != saying)
    means = [(kept @ of_length_one) / np.maximum(kept.sum(axis=1, keepdims=True), 1) for kept in (others, far)]
    ranked = -np.sort(-np.where(others, alike, 0), axis=1)[:, :_FEW]
    columns = [
        *((of_length_one * mean).sum(axis=1) for mean in means),
        *(np.where(kept, alike, -1).max(axis=1) * kept.any(axis=1) for kept in (others, far)),
        np.linalg.norm(means[0], axis=1),
        ranked.sum(axis=1) / np.clip(others.sum(axis=1), 1, _FEW),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _standing(call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause], words: Words) -> NDArray[np.float32]:
    """Return where each clause stands in its saying, and what it shares with the operator, the wish and the others."""
    spoken = [_pairs(t.text) if t.speaker is Speaker.OPERATOR else frozenset() for t in call.turns]
    everything = frozenset().union(*spoken)
    own = [_pairs(clause.text) for clause in clauses]
    wishing = [is_wish(clause) for clause in clauses]
    wished = frozenset().union(*(pairs for pairs, wish in zip(own, wishing, strict=True) if wish))
    each = [(saying, list(group)) for saying, group in groupby(range(len(clauses)), key=lambda i: clauses[i].saying)]
    sayings_with = Counter(chain.from_iterable(frozenset().union(*(own[i] for i in group)) for _, group in each))
    others = frozenset(pair for pair, count in sayings_with.items() if count > 1)
    rows = []
    for saying, members in each:
        turn = mentions.sayings[saying].turn
        told = [*(spoken[t] if 0 <= t < len(spoken) else frozenset() for t in (turn - 1, turn + 1)), everything, others]
        question = _operator(call, turn - 1)
        for place, i in enumerate(members):
            first, last = place == 0, place == len(members) - 1
            size = min(len(members), _MOST_SIZE) / _MOST_SIZE
            row = [first, last, min(place, _MOST_PLACE) / _MOST_PLACE, place / len(members), size]
            row += [_share(own[i], words_told) for words_told in told]
            row += [0 if wishing[i] else _share(own[i], wished), first and bool(_ASKS.search(question))]
            rows.append([*row, bool(ASKS_WANTS.search(question)), not question])
    forms = [_form(clause, wish, words) for clause, wish in zip(clauses, wishing, strict=True)]
    return np.hstack([np.array(rows, np.float32), np.array(forms, np.float32)])


def _form(clause: Clause, wish: bool, words: Words) -> list[float]:
    """Return what a clause is like in itself."""
    length = min(len(clause.text.strip()), _MOST_LENGTH) / _MOST_LENGTH
    figure, number = bool(_FIGURE.search(clause.text)), bool(_LONG_NUMBER.search(clause.text))
    words_named = min(named(clause.text, words), _MOST_WORDS) / _MOST_WORDS
    return [length, clause.question, wish, figure, words_named, number]


def _operator(call: SpokenCall, turn: int) -> str:
    """Return what the operator said in a turn; nothing where somebody else speaks."""
    return call.turns[turn].text if turn >= 0 and call.turns[turn].speaker is Speaker.OPERATOR else ""


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    words = _SPACE.sub("", text)
    return frozenset(map(add, words, words[1:]))


def _share(own: frozenset[str], told: frozenset[str]) -> float:
    return len(own & told) / max(len(own), 1)
