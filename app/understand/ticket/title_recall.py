"""What earlier titles could say of a demand: words that the call bears out, and things that were said.

A word of an earlier title is taken only where it was said, or something was said with which titles hold it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.understand.ticket.place_lines import Told
from app.understand.ticket.title import Heading, best_keys
from app.understand.ticket.want_pieces import Asking
from models.earlier_titles import EarlierTitles, Words

LINKS = frozenset("致及、和与的后")
"""Words that tell nothing alone."""
_FIGURE = re.compile(r"\d")
"""A figure stands in a title as it was said, or not at all."""
_OF_THINGS = (RequestKind.CONSULTATION, RequestKind.SUGGESTION, RequestKind.PRAISE)
"""Kinds whose title can be a thing alone."""
_SCATTERED = 0.2
"""How well a word is borne out whose characters one clause says apart."""
_INNER = 0.5
"""What the end of a title weighs that begins inside what was borne out."""
_MOST_ENDS, _MOST_PARTS, _MOST_THINGS, _MOST_OBJECTS = 30, 10, 12, 3
_LONGEST_WORD, _LONGEST_THING = 5, 7

CHARACTER_FEATURES = (
    "prior_odds", "prior", "told", "told_odds", "said", "times", "object", "first_object", "key", "named", "borne",
    "borne_prior", "often", "prior_said", "prior_told",
)  # fmt: skip
Floats = NDArray[np.float32]


class Recalled(NamedTuple):
    """What earlier titles could say of a demand."""

    asking: Asking
    ends: tuple[Words, ...]
    """Ends of earlier titles that the call bears out, and titles without the words that it does not."""
    shares: Mapping[Words, float]
    parts: frozenset[Words]
    """Those of them that left a word out."""
    named: frozenset[Words]
    """Those that begin with a thing, before which no other can stand."""
    things: Mapping[str, float]
    """What was said that can stand before an end, with how likely it belongs in a title."""
    borne: Mapping[str, float]
    """How well the call bears out each word."""
    grounds: Mapping[str, str]
    """What was said that bears out each word."""
    told: Mapping[str, float]
    characters: Mapping[str, int]
    features: Floats


def recall(
    asking: Asking, found: Sequence[Heading], told: Told, near: Sequence[tuple[Words, float]], earlier: EarlierTitles
) -> Recalled:
    """Return what the titles `near` by could say of a demand."""
    grounds, borne = _borne(asking, near, earlier)
    shares, parts = _ends(asking.kind, near, borne, earlier.things)
    keys = [told.keys_of(clause.saying, clause.start, clause.end) for clause in asking.told]
    likely: dict[str, float] = {}
    for character, share in chain.from_iterable(keys):
        if share > likely.get(character, -1.0):
            likely[character] = share
    things = _things(keys, asking.objects, earlier)
    ranked = sorted(shares, key=lambda words: -shares[words])
    ends = [words for words in ranked if words not in parts][:_MOST_ENDS]
    ends += [words for words in ranked if words in parts][:_MOST_PARTS]
    characters = sorted(set().union(*chain.from_iterable(ends), *things, *(heading.key for heading in found)))
    features = _character_features(asking, found, characters, likely, borne, near, earlier)
    named = frozenset(words for words in ends if words[0] in earlier.things)
    place = {character: i for i, character in enumerate(characters)}
    return Recalled(
        asking, tuple(ends), shares, frozenset(parts), named, things, borne, grounds, likely, place, features
    )


def _borne(
    asking: Asking, near: Sequence[tuple[Words, float]], earlier: EarlierTitles
) -> tuple[dict[str, str], dict[str, float]]:
    """Return what bears out each word of the titles near by, and how well it does."""
    texts, whole = [frozenset(clause.text) for clause in asking.told], frozenset(asking.matter)
    grounds: dict[str, str] = {}
    borne: dict[str, float] = {}
    for word in dict.fromkeys(word for words, _ in near for word in words):
        said = word in LINKS or word in asking.matter
        if not said and _FIGURE.search(word):
            ground, strength = "", 0.0
        else:
            ground, strength = (word, 1.0) if said else earlier.borne_by(word, asking.matter)
            scattered = not strength and len(word) > 1 and whole.issuperset(word)
            if scattered and any(text.issuperset(word) for text in texts):
                ground, strength = word[0], _SCATTERED
        grounds[word], borne[word] = ground, strength
    return grounds, borne


def _ends(
    kind: RequestKind, near: Sequence[tuple[Words, float]], borne: Mapping[str, float], things: frozenset[str]
) -> tuple[dict[Words, float], set[Words]]:
    """Return what can be taken of the titles near by with its weight, and which of it left a word out."""
    shares: dict[Words, float] = defaultdict(float)
    parts: set[Words] = set()

    def tells(words: Words) -> bool:
        return kind in _OF_THINGS or not all(word in things or word in LINKS for word in words)

    for words, share in near:
        if not borne[words[-1]] or any(_FIGURE.search(word) and not borne[word] for word in words):
            continue
        first = next((at for at in range(len(words), 0, -1) if not borne[words[at - 1]]), 0)
        for at in range(first, len(words)):
            if words[at] not in LINKS and (at == 0 or tells(words[at:])):
                shares[words[at:]] += share if at == first else _INNER * share
        kept = _unlinked(tuple(word for word in words if borne[word]))
        if kept and first and kept != words[first:] and tells(kept):
            shares[kept] += share
            parts.add(kept)
    return shares, parts


def _unlinked(words: Words) -> Words:
    """Return words from the first that tells something."""
    return words[next((at for at, word in enumerate(words) if word not in LINKS), len(words)) :]


def _things(
    keys: Sequence[Sequence[tuple[str, float]]], objects: Sequence[str], earlier: EarlierTitles
) -> dict[str, float]:
    """Return words of titles that were said, two that stand together as one, the likeliest first; and the objects."""
    found: dict[str, float] = {}
    for clause in keys:
        text, before, end = "".join(map(itemgetter(0), clause)), ("", 0.0), -1
        for at, word in _words_in(text, earlier):
            share = sum(share for _, share in clause[at : at + len(word)]) / len(word)
            _keep(found, word, share)
            if end == at and len(before[0] + word) <= _LONGEST_THING:
                _keep(found, before[0] + word, (before[1] + share) / 2)
            before, end = (word, share), at + len(word)
    best = sorted(found, key=lambda word: (-found[word], word))[:_MOST_THINGS]
    told = (word for word in objects[:_MOST_OBJECTS] if len(word) > 1)
    return {word: found.get(word, 0.0) for word in (*best, *told)}


def _words_in(text: str, earlier: EarlierTitles) -> Iterator[tuple[int, str]]:
    """Yield the words of titles that a text is made of, each the longest where it stands."""
    at = 0
    while at < len(text) - 1:
        word = ""
        if text[at : at + 2] in earlier.begins:
            ends = range(at + _LONGEST_WORD, at + 1, -1)
            word = next((text[at:end] for end in ends if text[at:end] in earlier.vocabulary), "")
        if word:
            yield at, word
        at += len(word) or 1


def _keep(found: dict[str, float], word: str, share: float) -> None:
    found[word] = max(found.get(word, 0.0), share)


def _character_features(
    asking: Asking,
    found: Sequence[Heading],
    characters: Sequence[str],
    likely: Mapping[str, float],
    borne: Mapping[str, float],
    near: Sequence[tuple[Words, float]],
    earlier: EarlierTitles,
) -> Floats:
    """Return one row a character, columns as in `CHARACTER_FEATURES`."""
    prior: dict[str, float] = defaultdict(float)
    for words, share in near:
        for character in earlier.held[words]:
            prior[character] += share
    best: dict[str, float] = {}
    for word, strength in borne.items():
        for character in word if strength and word not in LINKS else ():
            best[character] = max(best.get(character, 0.0), strength)
    named = next((heading.passage.text for heading in found if heading.measures.named), "")
    key, counted = "".join(best_keys(found)[:1]), Counter(asking.matter)
    objects, first = "".join(asking.objects), "".join(asking.objects[:1])
    rows = [
        (prior.get(c, 0.0), likely.get(c, 0.0), counted[c], c in objects, c in first, c in key, c in named,
         best.get(c, 0.0), earlier.often[c])
        for c in characters
    ]  # fmt: skip
    columns = np.array(rows, np.float32).reshape(len(characters), 9).T
    before, told, times, borne_out, said = *columns[:3], columns[7], columns[2] > 0
    odds = np.log(before + 0.01), before, told, np.log(told + 0.01)
    more = borne_out, borne_out * before, np.log1p(columns[8]), before * said, before * told
    return np.stack([*odds, said, np.log1p(times), *columns[3:7], *more], axis=1).astype(np.float32)
