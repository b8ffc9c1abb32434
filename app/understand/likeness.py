"""Texts in, how alike they are, and groups of those alike, out: character pairs, no model."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import add


def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters or figures."""
    plain = "".join(character for character in text if character.isalnum())
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1)) or frozenset({plain})


@lru_cache(maxsize=8192)
def neighbours(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters, whatever they are."""
    return frozenset(map(add, text, text[1:]))


def runs(text: str, sizes: Iterable[int], mark: str = "") -> Iterator[str]:
    """Yield the runs of neighbouring characters of some sizes, each behind a mark."""
    for size in sizes:
        yield from (mark + text[at : at + size] for at in range(len(text) - size + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of pairs that two texts have in common."""
    return len(one & other) / len(one | other) if one and other else 0.0


def grouped(texts: Sequence[str], least: float) -> list[list[int]]:
    """Return the places of texts by group: a text joins the first group whose first text is alike enough."""
    heads: list[frozenset[str]] = []
    groups: list[list[int]] = []
    for place, text in enumerate(texts):
        held = pairs_of(text)
        best = max(range(len(heads)), key=lambda i: likeness(held, heads[i]), default=None)
        if best is not None and likeness(held, heads[best]) >= least:
            groups[best].append(place)
        else:
            heads.append(held)
            groups.append([place])
    return groups
