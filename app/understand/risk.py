"""A call in, its emotion and risk signals out, each with its quote: rules that always run, and a model beside them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import Any

from app.domain.reference_rules import EmotionLevel, EmotionRules, ReferralRule, ReferralRules, RoutingRules
from app.domain.referral import Receiver
from app.domain.risk import RULE_SCORES, Emotion, RiskReading, RiskSignal, Severity
from app.domain.transcript import Evidence, SpokenCall
from app.understand.alarm import AlarmReader
from app.understand.frames import Frames
from app.understand.lane_reader import LaneReader
from app.understand.said import Reading, Said, answered
from app.understand.text_rules import Hit, Patterns, Sieve, longest_apart
from models.base import LaneScorer

_SLIGHT = 0.5
"""What a slight cue counts beside a whole one."""
Framed = Callable[[Receiver], Sequence[Hit]]
"""What frames cover for a lane: looked for once, and only where something is to be covered."""


class RiskReader:
    """Reads only what the citizen said; the operator's words never count."""

    def __init__(
        self,
        referral: ReferralRules,
        emotion: EmotionRules,
        routing: RoutingRules,
        model: LaneScorer | None = None,
    ) -> None:
        self._model = model
        self._lanes = LaneReader(model, referral) if model else None
        self._rules = tuple(
            (rule, Patterns(rule.patterns, rule.exclude, window=referral.window)) for rule in referral.rules
        )
        self._frames = {
            lane: Frames([frame for frame in referral.frames if lane in frame.lanes], referral.direct)
            for lane in Receiver
        }
        self._alarm = AlarmReader(routing, model)
        self._emotion = EmotionScale(emotion)
        rules = [patterns for _, patterns in self._rules]
        self._sieve = Sieve([*rules, *self._alarm.patterns, *self._emotion.patterns])

    def read(self, call: SpokenCall) -> RiskReading:
        """Return emotion, signals and emergencies of the whole call."""
        turns = call.citizen_turns
        said = Said(turns, self._sieve)
        framed = cache(lambda lane: self._frames[lane].framed(said.text))
        hits = list(self._hits(said, framed))
        (doubts, signals), emergencies = self._answered(self._weighed(said, hits), self._alarm.read(said))
        signals = (*map(partial(_rule_signal, said), hits, doubts), *signals)
        emotion, evidence, confidence = self._emotion.level(said)
        if any(signal.severity is Severity.EXTREME for signal in signals) and emotion is not Emotion.EXTREME:
            quotes = tuple(signal.quote for signal in signals if signal.severity is Severity.EXTREME)
            emotion, evidence, confidence = Emotion.EXTREME, quotes, RULE_SCORES[Severity.EXTREME]
        return RiskReading(
            emotion=emotion,
            emotion_evidence=evidence,
            emotion_confidence=confidence,
            signals=signals,
            emergencies=tuple(emergencies),
        )

    def emergencies(self, call: SpokenCall) -> tuple[RiskSignal, ...]:
        """Return the emergencies alone."""
        (found,) = self._answered(self._alarm.read(Said(call.citizen_turns)))
        return tuple(found)

    def _answered(self, *readers: Reading[Any]) -> list[Any]:
        return answered(readers, self._model.independent_scores if self._model else None)

    def _weighed(
        self, said: Said, hits: Sequence[tuple[ReferralRule, Hit]]
    ) -> Reading[tuple[list[float | None], list[RiskSignal]]]:
        if not self._lanes:
            return [None] * len(hits), []
        return (yield from self._lanes.read(said, [(hit, rule.receiver) for rule, hit in hits]))

    def _hits(self, said: Said, framed: Framed) -> Iterator[tuple[ReferralRule, Hit]]:
        for rule, patterns in self._rules:
            for hit in said.hits(patterns, partial(framed, rule.receiver)):
                yield rule, hit


def _rule_signal(said: Said, found: tuple[ReferralRule, Hit], doubt: float | None) -> RiskSignal:
    """Return a rule's signal; one that the model does not bear out is a notice."""
    rule, hit = found
    return RiskSignal(
        signal=rule.signal,
        rule_id=rule.id,
        severity=rule.severity if doubt is None else Severity.NOTICE,
        score=RULE_SCORES[rule.severity] if doubt is None else round(doubt, 4),
        quote=said.evidence(hit),
    )


class EmotionScale:
    """Adds up words of each level over the call; the gravest level reached is the call's."""

    def __init__(self, rules: EmotionRules) -> None:
        self._levels = tuple(
            (
                level,
                Patterns(level.patterns, rules.idioms, window=rules.window),
                Patterns(level.slight, rules.idioms, window=rules.window),
            )
            for level in rules.levels
        )
        self._intensifiers = tuple(re.compile(pattern) for pattern in rules.intensifiers.patterns)
        self._factor = rules.intensifiers.factor
        self._near = rules.near

    @property
    def patterns(self) -> list[Patterns]:
        """The words of all levels."""
        return [patterns for _, *both in self._levels for patterns in both]

    def level(self, said: Said) -> tuple[Emotion, tuple[Evidence, ...], float]:
        """Return the level, the words it rests on, and a confidence."""
        for level, patterns, slight in self._levels:
            whole = set(longest_apart(said.each(patterns)))
            found = longest_apart((*whole, *_apart_from(whole, said.each(slight))))
            total = sum(self._weight(level, said, hit) * (1.0 if hit in whole else _SLIGHT) for hit in found)
            if found and total >= level.reached_at:
                quotes = tuple(said.evidence(hit) for hit in found)
                return level.level, quotes, min(0.95, 0.5 + 0.2 * total / level.reached_at)
        return Emotion.CALM, (), 0.8

    def _weight(self, level: EmotionLevel, said: Said, hit: Hit) -> float:
        before = said.before(hit, self._near)
        strong = any(pattern.search(before) for pattern in self._intensifiers)
        return level.weight * (self._factor if strong else 1.0)


def _apart_from(whole: Collection[Hit], hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield the hits that overlap none of those that count in full."""
    for hit in hits:
        if all(hit.end <= other.start or other.end <= hit.start for other in whole):
            yield hit
