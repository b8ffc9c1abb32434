"""Which title a demand gets: a trained model weighs what its clauses make and the matter's official name."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.place_lines import Told
from app.understand.ticket.title import Heading, TitleMeasures
from models.base import PairScorer

_TOP, _MOST = 3, 4
"""Characters that most likely belong in a title."""
_TALK = re.compile(r"[了其他她俺我你咱这那吗呢吧啥咋]|就|还|都|说|老是|一直|没人")
_MEASURED = re.compile(r"\d[\d.]*多?(?:元|块|万|天|个?月|年|次|回|小时)")
_LENGTH, _LONG, _TALKED, _FIGURE, _CUT = 16, 0.04, 0.25, 0.3, 1.0
"""Characters from which a title is long, and what each more, each word of talk, each figure and a lost end cost in
log-odds."""
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
        """Return the likeliest title, a short one in written words before a long one; `rule` is what the rules choose."""
        likely = np.clip(self._scorer.scores(title_features(found, rule, told, clauses)), 1e-6, 1 - 1e-6)
        costs = np.array([cost(heading) for heading in found])
        return found[int((np.log(likely / (1 - likely)) - costs).argmax())]


def cost(heading: Heading) -> float:
    """Return what speaks against a title beside its matter: length, words of talk, amounts, durations, a lost end."""
    title = heading.passage.text
    talk, figures = len(_TALK.findall(title)), len(_MEASURED.findall(title))
    return _LONG * max(0, len(title) - _LENGTH) + _TALKED * talk + _FIGURE * figures + _CUT * heading.cut


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
