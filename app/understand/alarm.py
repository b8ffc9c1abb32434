"""Sees an emergency under way: patterns that name one, and a model for the words that no pattern knows."""

from collections.abc import Iterator

from app.domain.reference_rules import RoutingRules
from app.domain.risk import RiskSignal, Severity
from app.domain.transcript import Evidence
from app.understand.said import Said, Window, joined, windows
from app.understand.text_rules import Hit, Patterns
from models.base import LaneScorer

NUMBERS = ("110", "119", "120")
"""Labels of the model: the number that helps."""
MODEL_RULE = "emergency.model"
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
        self._model = model if model and set(NUMBERS) <= set(model.labels) else None
        self._columns = [model.labels.index(number) for number in NUMBERS] if model and self._model else []
        self._from, self._doubted_below = rules.alarm_from, rules.doubted_below

    def read(self, said: Said) -> Iterator[RiskSignal]:
        """Yield what patterns name, unless the model rules it out; else what the model sees."""
        named = [(route, hit) for route, patterns in self._routes for hit in said.hits(patterns)]
        score, number, window = self._likeliest(said)
        if named and score >= self._doubted_below:
            for route, hit in named:
                yield _alarm(route.number, route.id, _SURE, said.evidence(hit))
        elif window and score >= self._from:
            yield _alarm(number, MODEL_RULE, round(score, 4), said.evidence(Hit(window[0].start, window[-1].end)))

    def named(self, text: str) -> bool:
        """Tell whether a pattern names an emergency in a text."""
        return any(True for _, patterns in self._routes for _ in patterns.hits(text))

    def _likeliest(self, said: Said) -> tuple[float, str, Window]:
        """Return the highest probability, its number and passage; certainty of nothing without a model."""
        each = list(windows(said.pieces, LONGEST_WINDOW))
        if not each or not self._model:
            return 1.0, "", []
        scores = self._model.independent_scores([joined(said.text, window) for window in each])[:, self._columns]
        place, column = divmod(int(scores.argmax()), len(NUMBERS))
        return float(scores[place, column]), NUMBERS[column], each[place]


def _alarm(number: str, rule: str, score: float, quote: Evidence) -> RiskSignal:
    return RiskSignal(signal=number, rule_id=rule, severity=Severity.EXTREME, score=score, quote=quote)
