"""A look for near-duplicates across a split: these make a test figure too good."""

from collections.abc import Sequence

from eval.examples import Example

NEAR_DUPLICATE = 0.8
"""Jaccard similarity of character 4-gram sets from which two texts count as the same."""


def near_duplicates_across(train: Sequence[Example], test: Sequence[Example]) -> list[tuple[str, str]]:
    """Return (train id, test id) pairs of nearly the same text: these make a test figure too good."""
    grams = {i: _four_grams(example.text) for i, example in enumerate(train)}
    holders: dict[str, list[int]] = {}
    for i, found in grams.items():
        for gram in found:
            holders.setdefault(gram, []).append(i)
    pairs = []
    for example in test:
        wanted = _four_grams(example.text)
        shared: dict[int, int] = {}
        for gram in wanted:
            for i in holders.get(gram, ()):
                shared[i] = shared.get(i, 0) + 1
        pairs += [
            (train[i].id, example.id)
            for i, n in shared.items()
            if n / (len(wanted) + len(grams[i]) - n) >= NEAR_DUPLICATE
        ]
    return pairs


def _four_grams(text: str) -> set[str]:
    folded = "".join(text.split())
    return {folded[i : i + 4] for i in range(max(1, len(folded) - 3))}
