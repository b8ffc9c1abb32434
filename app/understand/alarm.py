"""Sees an emergency under way: patterns that name one, and a model for the words that no pattern knows."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.reference_rules import RoutingRules
from app.domain.risk import RiskSignal, Severity
from app.domain.transcript import Evidence
from app.understand.said import Said, Scores, Window, around, joined, windows
from app.understand.text_rules import Hit, Patterns
from models.base import LaneScorer

NUMBERS = ("110", "119", "120")
"""Labels of the model: the number that helps."""
MODEL_RULE = "emergency.model"
_LOOKED_AT = 0.02
"""Probability from which a long passage is read again in short ones."""
_SURE = 0.95
"""How sure a pattern is of itself."""
LONGEST_WINDOW = 30
"""Characters that tell of one thing: in a longer passage what else is said drowns the one sentence that matters."""


class AlarmReader:
    """Finds what calls for 110, 119 or 120 at once."""

    def __init__(self, rules: RoutingRules, model: LaneScorer | None = None) -> None:
        """Without a model, or with one that has not learnt of emergencies, patterns decide alone."""
        self._routes = tuple(
            (route, Patterns(route.patterns, route.exclude, window=rules.window)) for route in rules.emergency_routes
        )
        learnt = model is not None and set(NUMBERS) <= set(model.labels)
        self._columns = [model.labels.index(number) for number in NUMBERS] if model and learnt else []
        self._from, self._doubted_below = rules.alarm_from, rules.doubted_below

    def read(self, said: Said, scores_of: Scores | None) -> Iterator[RiskSignal]:
        """Yield what patterns name and the model does not rule out; else what the model sees.

        `scores_of` scores passages by the model.
        """
        named = [(route, hit) for route, patterns in self._routes for hit in said.hits(patterns)]
        near = self._scores(said, [around(said.pieces, hit, 1) for _, hit in named], scores_of).max(axis=1)
        believed = [pair for pair, score in zip(named, near.tolist(), strict=True) if score >= self._doubted_below]
        for route, hit in believed:
            yield _alarm(route.number, route.id, _SURE, said.evidence(hit))
        if not believed and scores_of and self._columns:
            yield from self._seen(said, scores_of)

    def _seen(self, said: Said, scores_of: Scores) -> Iterator[RiskSignal]:
        """Look closely at the long passages that the lanes are read from where anything in them may be an emergency."""
        wide = list(windows(said.pieces))
        likely = self._scores(said, wide, scores_of).max(axis=1, initial=0.0) >= _LOOKED_AT
        each = [
            short
            for window, look in zip(wide, likely, strict=True)
            if look
            for short in windows(window, LONGEST_WINDOW)
        ]
        scores = self._scores(said, each, scores_of)
        if scores.size and scores.max() >= self._from:
            place, column = divmod(int(scores.argmax()), len(NUMBERS))
            quote = said.evidence(Hit(each[place][0].start, each[place][-1].end))
            yield _alarm(NUMBERS[column], MODEL_RULE, round(float(scores.max()), 4), quote)

    def _scores(self, said: Said, each: Sequence[Window], scores_of: Scores | None) -> NDArray[np.float32]:
        """Return each passage's probability of each number; all are certain without a model."""
        if not each or not self._columns or scores_of is None:
            return np.ones((len(each), len(NUMBERS)), np.float32)
        return scores_of([joined(said.text, window) for window in each])[:, self._columns]

    def named(self, text: str) -> bool:
        """Tell whether a pattern names an emergency in a text."""
        return any(True for _, patterns in self._routes for _ in patterns.hits(text))


def _alarm(number: str, rule: str, score: float, quote: Evidence) -> RiskSignal:
    return RiskSignal(signal=number, rule_id=rule, severity=Severity.EXTREME, score=score, quote=quote)
