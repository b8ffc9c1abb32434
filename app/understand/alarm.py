"""Sees an emergency under way: patterns that name one, and a model for the words that no pattern knows."""

from collections.abc import Sequence

from app.domain.reference_rules import RoutingRules
from app.domain.risk import RULE_SCORES, RiskSignal, Severity
from app.domain.transcript import Evidence
from app.understand.said import Reading, Said, Window, around, joined, windows
from app.understand.text_rules import Hit, Patterns
from models.base import LaneScorer

NUMBERS = ("110", "119", "120")
"""Labels of the model: the number that helps."""
MODEL_RULE = "emergency.model"
_LOOKED_AT = 0.02
"""Probability from which a long passage is read again in short ones."""
CLOSE_WINDOW = 16
LONGEST_WINDOW = 30
"""Characters that tell of one thing, and of hardly anything else: in a longer passage what else is said drowns the one
sentence that matters."""


class AlarmReader:
    """Finds what calls for 110, 119 or 120 at once."""

    def __init__(self, rules: RoutingRules, model: LaneScorer | None = None) -> None:
        """Without a model, or with one that has not learnt of emergencies, patterns decide alone."""
        self._routes = tuple(
            (route, Patterns(route.patterns, route.exclude, window=rules.window)) for route in rules.emergency_routes
        )
        learnt = model is not None and set(NUMBERS) <= set(model.labels)
        self._columns = [model.labels.index(number) for number in NUMBERS] if model and learnt else []
        self._looks = ((LONGEST_WINDOW, rules.alarm_from), (CLOSE_WINDOW, rules.alarm_close_from))
        self._doubted_below = rules.doubted_below

    @property
    def patterns(self) -> list[Patterns]:
        """What names an emergency."""
        return [patterns for _, patterns in self._routes]

    def read(self, said: Said) -> Reading[list[RiskSignal]]:
        """Return what patterns name and the model does not rule out; else what the model sees."""
        named = [(hit, route) for route, patterns in self._routes for hit in said.hits(patterns)]
        alarms = [
            _alarm(route.number, route.id, RULE_SCORES[Severity.EXTREME], said.evidence(hit)) for hit, route in named
        ]
        if not self._columns:
            return alarms
        near = [joined(said.text, around(said.pieces, hit, 1)) for hit, _ in named]
        scores = yield [*near, *(text for text, _ in said.passages)]
        believed = [
            alarm
            for alarm, text in zip(alarms, near, strict=True)
            if max(self._of(scores[text])) >= self._doubted_below
        ]
        likely = [window for text, window in said.passages if max(self._of(scores[text])) >= _LOOKED_AT]
        return believed or (yield from self._seen(said, likely))

    def _seen(self, said: Said, likely: Sequence[Window]) -> Reading[list[RiskSignal]]:
        """Look closely at the long passages in which anything may be an emergency."""
        each = [
            (joined(said.text, short), short, least)
            for length, least in self._looks
            for window in likely
            for short in windows(window, length)
        ]
        if not each:
            return []
        scores = yield [text for text, _, _ in each]
        sure = [
            (self._of(scores[text]), window) for text, window, least in each if max(self._of(scores[text])) >= least
        ]
        if not sure:
            return []
        found, window = max(sure, key=lambda one: max(one[0]))
        score = max(found)
        quote = said.evidence(Hit(window[0].start, window[-1].end))
        return [_alarm(NUMBERS[found.index(score)], MODEL_RULE, round(score, 4), quote)]

    def _of(self, scores: Sequence[float]) -> list[float]:
        """Return the probability of each number."""
        return [scores[column] for column in self._columns]

    def named(self, text: str) -> bool:
        """Tell whether a pattern names an emergency in a text."""
        return any(True for _, patterns in self._routes for _ in patterns.hits(text))


def _alarm(number: str, rule: str, score: float, quote: Evidence) -> RiskSignal:
    return RiskSignal(signal=number, rule_id=rule, severity=Severity.EXTREME, score=score, quote=quote)
