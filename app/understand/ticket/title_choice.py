"""Which title a demand gets: a trained model weighs what its clauses make and the matter's official name."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.place_lines import Told
from app.understand.ticket.title import Heading, TitleMeasures
from app.understand.ticket.title_memory import MEMORY_FEATURES, as_heading, composed, grounded, memory_features
from app.understand.ticket.title_recall import Recalled, recall
from app.understand.ticket.want_pieces import Asking
from models.base import PairScorer
from models.earlier_titles import EarlierTitles

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
    *MEMORY_FEATURES,
)


class TitleModel:
    """Chooses a title with the tagger's word on which characters belong in it, and what earlier titles could say."""

    def __init__(self, scorer: PairScorer, characters: PairScorer, earlier: EarlierTitles) -> None:
        self._scorer, self._characters, self._earlier = scorer, characters, earlier

    def best(
        self,
        found: Sequence[Heading],
        rule: Heading,
        told: Told,
        clauses: Sequence[Clause],
        asking: Asking,
        like: NDArray[np.float32],
        place: str,
    ) -> Heading:
        """Return the likeliest title, a short one in written words before a long one; `rule` is what the rules choose.

        `like` tells how like each remembered demand is to this one.
        """
        recalled = recall(asking, found, told, self._earlier.nearest(like), self._earlier)
        likely = self._characters.scores(recalled.features)
        titles, features = choices(found, rule, told, clauses, recalled, likely, place, self._earlier)
        sure = np.clip(self._scorer.scores(features), 1e-9, 1 - 1e-6).astype(np.float64)
        costs = np.array([cost(heading) for heading in titles])
        return grounded(titles[int((np.log(sure / (1 - sure)) - costs).argmax())], asking)


def choices(
    found: Sequence[Heading],
    rule: Heading,
    told: Told,
    clauses: Sequence[Clause],
    recalled: Recalled,
    likely: NDArray[np.float32],
    place: str,
    earlier: EarlierTitles,
) -> tuple[list[Heading], NDArray[np.float32]]:
    """Return the titles that clauses and earlier titles make, and one row for each, columns as in `FEATURES`."""
    texts = {heading.passage.text for heading in found}
    made = [(as_heading(one, recalled, found, place), one) for one in composed(recalled, likely, place)]
    made = [(heading, one) for heading, one in made if heading.passage.text not in texts]
    titles = [*found, *(heading for heading, _ in made)]
    keys = [*((heading.key.removesuffix("问题"), None) for heading in found), *((one.key, one) for _, one in made)]
    of_memory = memory_features(keys, recalled, likely, place, earlier)
    return titles, np.hstack([title_features(titles, rule, told, clauses), of_memory])


def cost(heading: Heading) -> float:
    """Return what speaks against a title beside its matter: length, words of talk, amounts, durations, a lost end."""
    title = heading.passage.text
    talk, figures = len(_TALK.findall(title)), len(_MEASURED.findall(title))
    return _LONG * max(0, len(title) - _LENGTH) + _TALKED * talk + _FIGURE * figures + _CUT * heading.cut


def title_features(
    found: Sequence[Heading], rule: Heading, told: Told, clauses: Sequence[Clause]
) -> NDArray[np.float32]:
    """Return one row a title, columns as in `FEATURES` without those of the memory."""
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
