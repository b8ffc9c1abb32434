"""Which title a demand gets: a trained model weighs what its clauses make and the matter's official name."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.place_lines import Told
from app.understand.ticket.title import Heading, TitleMeasures
from models.base import PairScorer

_TOP, _MOST = 3, 4
"""Characters that most likely belong in a title."""
FEATURES = (
    *TitleMeasures._fields,
    "held",
    "held_share",
    "best",
    "held_by_key",
    "top",
    "rule",
    "most_share",
    "named_share",
)


class TitleModel:
    """Chooses a title with the tagger's word on which characters belong in it."""

    def __init__(self, scorer: PairScorer) -> None:
        self._scorer = scorer

    def best(self, found: Sequence[Heading], rule: Heading, told: Told, clauses: Sequence[Clause]) -> Heading:
        """Return the likeliest title; `rule` is the one that the rules choose."""
        return found[int(self._scorer.scores(title_features(found, rule, told, clauses)).argmax())]


def title_features(
    found: Sequence[Heading], rule: Heading, told: Told, clauses: Sequence[Clause]
) -> NDArray[np.float32]:
    """Return one row a title, columns as in `FEATURES`."""
    likely: dict[str, float] = {}
    for clause in informative(clauses) or clauses:
        for character, share in told.keys_of(clause.saying, clause.start, clause.end):
            likely[character] = max(likely.get(character, 0.0), share)
    ranked = sorted(likely, key=lambda character: (-likely[character], character))
    most = sum(likely[character] for character in ranked[:_MOST]) + 1e-6
    rows = []
    for heading in found:
        text = heading.passage.text
        held = sorted((likely[c] for c in set(text) if c in likely), reverse=True)
        by_key = sum(likely[c] for c in set(heading.key) if c in likely)
        share = sum(held[:_MOST]) / most
        top = sum(c in text for c in ranked[:_TOP])
        row = (sum(held), sum(held) / most, max(held, default=0.0), by_key, top, heading is rule, share)
        rows.append([*heading.measures, *row, heading.measures.named * share])
    return np.array(rows, np.float32)
