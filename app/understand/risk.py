"""A call in, its emotion and risk signals out, each with its quote. Rules only: runs whatever else is down."""

import re
from collections.abc import Iterator

from app.domain.reference_rules import EmotionLevel, EmotionRules, ReferralRules, RoutingRules
from app.domain.risk import Emotion, RiskReading, RiskSignal, Severity
from app.domain.transcript import Evidence, SpokenCall, SpokenTurn
from app.understand.text_rules import ClosedUp, Hit, Patterns, longest_apart

SCORES = {Severity.NOTICE: 0.6, Severity.HIGH: 0.8, Severity.EXTREME: 0.95}
"""How sure a rule is of itself, until a calibrated model reads beside it."""


class Said:
    """The citizen's turns as one closed-up text, so that a rule looks once at the whole call.

    A full stop stands between turns: no pattern reaches across one.
    """

    def __init__(self, turns: tuple[SpokenTurn, ...]) -> None:
        self._turns = turns
        self._text = ""
        self._at: list[tuple[int, int]] = []
        for number, turn in enumerate(turns):
            kept = [(number, i) for i, character in enumerate(turn.text) if not character.isspace()]
            self._text += "".join(turn.text[i] for _, i in kept) + "。"
            self._at += [*kept, (number, len(turn.text))]

    def quotes(self, patterns: Patterns) -> Iterator[Evidence]:
        """Yield one quote a turn that the patterns hit."""
        quoted: set[int] = set()
        for hit in patterns.hits(self._text):
            (first, start), (last, end) = self._at[hit.start], self._at[hit.end - 1]
            if first == last and first not in quoted:
                quoted.add(first)
                yield self._turns[first].evidence(start, min(end + 1, len(self._turns[first].text)))


class RiskReader:
    """Reads only what the citizen said; the operator's words never count."""

    def __init__(self, referral: ReferralRules, emotion: EmotionRules, routing: RoutingRules) -> None:
        self._rules = tuple(
            (rule, Patterns(rule.patterns, rule.exclude, window=referral.window)) for rule in referral.rules
        )
        self._emergencies = tuple(
            (route, Patterns(route.patterns, route.exclude, window=routing.window))
            for route in routing.emergency_routes
        )
        self._emotion = EmotionScale(emotion)

    def read(self, call: SpokenCall) -> RiskReading:
        """Return emotion, signals and emergencies of the whole call."""
        turns = call.citizen_turns
        said = Said(turns)
        signals = tuple(self._signals(said))
        emotion, evidence, confidence = self._emotion.level(turns)
        if any(signal.severity is Severity.EXTREME for signal in signals) and emotion is not Emotion.EXTREME:
            quotes = tuple(signal.quote for signal in signals if signal.severity is Severity.EXTREME)
            emotion, evidence, confidence = Emotion.EXTREME, quotes, SCORES[Severity.EXTREME]
        return RiskReading(
            emotion=emotion,
            emotion_evidence=evidence,
            emotion_confidence=confidence,
            signals=signals,
            emergencies=tuple(self._emergency_signals(said)),
        )

    def _signals(self, said: Said) -> Iterator[RiskSignal]:
        for rule, patterns in self._rules:
            for quote in said.quotes(patterns):
                yield RiskSignal(
                    signal=rule.signal,
                    rule_id=rule.id,
                    severity=rule.severity,
                    score=SCORES[rule.severity],
                    quote=quote,
                )

    def _emergency_signals(self, said: Said) -> Iterator[RiskSignal]:
        for route, patterns in self._emergencies:
            for quote in said.quotes(patterns):
                yield RiskSignal(
                    signal=route.number,
                    rule_id=route.id,
                    severity=Severity.EXTREME,
                    score=SCORES[Severity.EXTREME],
                    quote=quote,
                )


class EmotionScale:
    """Adds up words of each level over the call; the gravest level reached is the call's."""

    def __init__(self, rules: EmotionRules) -> None:
        self._levels = tuple(
            (level, Patterns(level.patterns, rules.idioms, window=rules.window)) for level in rules.levels
        )
        self._intensifiers = tuple(re.compile(pattern) for pattern in rules.intensifiers.patterns)
        self._factor = rules.intensifiers.factor
        self._near = rules.near

    def level(self, turns: tuple[SpokenTurn, ...]) -> tuple[Emotion, tuple[Evidence, ...], float]:
        """Return the level, the words it rests on, and a confidence."""
        for level, patterns in self._levels:
            found = [(turn, hit) for turn in turns for hit in longest_apart(ClosedUp(turn.text).hits(patterns))]
            total = sum(self._weight(level, turn.text, hit) for turn, hit in found)
            if found and total >= level.reached_at:
                quotes = tuple(turn.evidence(hit.start, hit.end) for turn, hit in found)
                return level.level, quotes, min(0.95, 0.5 + 0.2 * total / level.reached_at)
        return Emotion.CALM, (), 0.8

    def _weight(self, level: EmotionLevel, text: str, hit: Hit) -> float:
        before = text[max(0, hit.start - self._near) : hit.start]
        strong = any(pattern.search(before) for pattern in self._intensifiers)
        return level.weight * (self._factor if strong else 1.0)
