"""A call in, its emotion and risk signals out, each with its quote: rules that always run, and a model beside them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain

from app.domain.reference_rules import EmotionLevel, EmotionRules, ReferralRules, RoutingRules
from app.domain.referral import Receiver
from app.domain.risk import Emotion, RiskReading, RiskSignal, Severity
from app.domain.transcript import Evidence, SpokenCall, SpokenTurn
from app.understand.frames import Frames, within
from app.understand.text_rules import Hit, Patterns, closed_up, longest_apart
from models.base import LaneScorer

SCORES = {Severity.NOTICE: 0.6, Severity.HIGH: 0.8, Severity.EXTREME: 0.95}
"""How sure a rule is of itself."""
SHOWN_FROM = 0.05
"""Probability from which the model's reading of a lane is kept as a signal."""
_LONGEST_WINDOW = 90
_SHORT = 60
"""Characters up to which a message tells one matter."""
_PIECE = re.compile(r"[^。！？!?；;，,\s]+")
Framed = Callable[[Receiver], Sequence[Hit]]
"""What frames cover for a lane: looked for once, and only where something is to be covered."""


class Said:
    """The citizen's turns as one closed-up text, so that a rule looks once at the whole call.

    A full stop stands between turns: no pattern reaches across one.
    """

    def __init__(self, turns: tuple[SpokenTurn, ...]) -> None:
        self._turns = turns
        self._starts: list[int] = []
        self._kept: list[Sequence[int]] = []
        self.pieces: list[Hit] = []
        """Stretches between two breaks: a pause that the recogniser wrote as a space is one."""
        said: list[str] = []
        length = 0
        for turn in turns:
            closed, kept = closed_up(turn.text)
            for match in _PIECE.finditer(turn.text):
                start = length + bisect_left(kept, match.start())
                self.pieces.append(Hit(start, start + len(match.group())))
            self._starts.append(length)
            self._kept.append(kept)
            said.append(closed)
            length += len(closed) + 1
        self.text = "".join(f"{closed}。" for closed in said)

    def hits(self, patterns: Patterns, framed: Callable[[], Sequence[Hit]] = tuple) -> Iterator[Hit]:
        """Yield one stretch a turn that the patterns hit outside what is framed."""
        quoted: set[int] = set()
        for hit in self.each(patterns):
            turn = self._turn_at(hit.start)
            if turn not in quoted and not any(within(hit, frame) for frame in framed()):
                quoted.add(turn)
                yield hit

    def each(self, patterns: Patterns) -> Iterator[Hit]:
        """Yield every stretch of one turn that the patterns hit."""
        for hit in patterns.hits(self.text):
            if self._turn_at(hit.start) == self._turn_at(hit.end - 1):
                yield hit

    def before(self, hit: Hit, reach: int) -> str:
        """Return what a turn says just before a stretch."""
        return self.text[max(self._starts[self._turn_at(hit.start)], hit.start - reach) : hit.start]

    def evidence(self, hit: Hit) -> Evidence:
        """Return the turn's own words behind a stretch."""
        number = self._turn_at(hit.start)
        turn, kept, before = self._turns[number], self._kept[number], self._starts[number]
        return turn.evidence(kept[hit.start - before], kept[min(hit.end - before, len(kept)) - 1] + 1)

    def _turn_at(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1


Window = list[Hit]
"""A run of pieces, each a stretch between two breaks."""


class LaneReader:
    """Scores passages for each lane, and quotes the sentence that speaks for it most.

    It learnt of news, denial and the past by examples: frames hold for the rules alone.
    """

    def __init__(self, model: LaneScorer, referral: ReferralRules) -> None:
        self._model = model
        self._column = {label: i for i, label in enumerate(model.labels)}
        self._lanes = {entry.receiver: entry for entry in referral.models}
        self._direct = re.compile("|".join(referral.direct))

    def signals(self, said: Said) -> Iterator[RiskSignal]:
        """Yield at most one signal a lane."""
        windows = list(_windows(said.pieces))
        if not windows:
            return
        scores = self._model.independent_scores([_joined(said.text, window) for window in windows])
        places = {lane: int(scores[:, self._column[lane]].argmax()) for lane in self._lanes}
        found = {lane: among(float(scores[at, self._column[lane]]), len(windows)) for lane, at in places.items()}
        shown = {lane: windows[places[lane]] for lane, score in found.items() if score >= SHOWN_FROM}
        for lane, piece in self._quoted(said.text, shown).items():
            entry = self._lanes[lane]
            yield RiskSignal(
                signal=entry.signal,
                rule_id=entry.id,
                severity=entry.severity,
                score=round(found[lane], 4),
                quote=said.evidence(piece),
            )

    def doubt(self, said: Said, hit: Hit, lane: Receiver) -> float | None:
        """Return the score of what a rule's hit stands in, where it is too low to believe the hit.

        A short message is read whole. In a longer one other matters would drown the hit: it is read alone and with
        the pieces beside it. Callers who speak of themselves and of now are believed.
        """
        around = _around(said.pieces, hit, 1)
        if self._direct.search(_joined(said.text, around)):
            return None
        short = len(said.text) <= _SHORT
        windows = [said.pieces] if short else [_around(said.pieces, hit, 0), around]
        passages = [_joined(said.text, window) for window in windows]
        score = float(self._model.independent_scores(passages)[:, self._column[lane]].max())
        return score if score < self._lanes[lane].doubted_below else None

    def _quoted(self, text: str, shown: Mapping[Receiver, Window]) -> dict[Receiver, Hit]:
        """Return the piece of each lane's window that speaks for it most; all are read at once."""
        pieces = list(dict.fromkeys(chain.from_iterable(shown.values())))
        if not pieces:
            return {}
        scores = self._model.independent_scores([text[piece.start : piece.end] for piece in pieces])
        of = {lane: dict(zip(pieces, scores[:, self._column[lane]], strict=True)) for lane in shown}
        return {lane: max(window, key=of[lane].__getitem__) for lane, window in shown.items()}


def among(score: float, windows: int) -> float:
    """Return the probability of the gravest of several windows: a grave one was the less to be expected in each.

    A lane's matter is as rare in a long call as in a short one, and every word lies in two windows, so the odds are
    divided by half the windows. Without this a long call would alert many times as often as a short one.
    """
    odds = score / max(1 - score, 1e-9) * 2 / (windows + 1)
    return odds / (1 + odds)


def _around(pieces: Sequence[Hit], hit: Hit, beside: int) -> Window:
    """Return the pieces a hit lies in, and some on either side."""
    first = next(i for i, piece in enumerate(pieces) if hit.start < piece.end)
    last = next((i for i, piece in enumerate(pieces) if hit.end <= piece.end), len(pieces) - 1)
    return list(pieces[max(0, first - beside) : last + 1 + beside])


def _windows(pieces: Sequence[Hit]) -> Iterator[Window]:
    """Yield overlapping runs of pieces, each as long as what the model was trained on."""
    window: Window = []
    length = fresh = 0
    for piece in pieces:
        window.append(piece)
        fresh += 1
        length += piece.end - piece.start
        if length >= _LONGEST_WINDOW:
            yield window
            window, fresh = window[len(window) // 2 + 1 :], 0
            length = sum(kept.end - kept.start for kept in window)
    if fresh:
        yield window


def passage(turns: tuple[SpokenTurn, ...]) -> str:
    """Return the citizen's turns as the model reads them: without spaces, a comma at each break."""
    said = Said(turns)
    return _joined(said.text, said.pieces)


def _joined(text: str, window: Window) -> str:
    return "，".join(text[piece.start : piece.end] for piece in window)


class RiskReader:
    """Reads only what the citizen said; the operator's words never count."""

    def __init__(
        self,
        referral: ReferralRules,
        emotion: EmotionRules,
        routing: RoutingRules,
        model: LaneScorer | None = None,
    ) -> None:
        self._lanes = LaneReader(model, referral) if model else None
        self._rules = tuple(
            (rule, Patterns(rule.patterns, rule.exclude, window=referral.window)) for rule in referral.rules
        )
        self._frames = {
            lane: Frames([frame for frame in referral.frames if lane in frame.lanes], referral.direct)
            for lane in Receiver
        }
        self._emergencies = tuple(
            (route, Patterns(route.patterns, route.exclude, window=routing.window))
            for route in routing.emergency_routes
        )
        self._emotion = EmotionScale(emotion)

    def read(self, call: SpokenCall) -> RiskReading:
        """Return emotion, signals and emergencies of the whole call."""
        turns = call.citizen_turns
        said = Said(turns)
        framed = cache(lambda lane: self._frames[lane].framed(said.text))
        signals = tuple(self._signals(said, framed))
        if self._lanes:
            signals += tuple(self._lanes.signals(said))
        emotion, evidence, confidence = self._emotion.level(said)
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

    def emergencies(self, call: SpokenCall) -> tuple[RiskSignal, ...]:
        """Return the emergencies alone."""
        return tuple(self._emergency_signals(Said(call.citizen_turns)))

    def _signals(self, said: Said, framed: Framed) -> Iterator[RiskSignal]:
        for rule, patterns in self._rules:
            for hit in said.hits(patterns, partial(framed, rule.receiver)):
                doubt = self._lanes.doubt(said, hit, rule.receiver) if self._lanes else None
                yield RiskSignal(
                    signal=rule.signal,
                    rule_id=rule.id,
                    severity=rule.severity if doubt is None else Severity.NOTICE,
                    score=SCORES[rule.severity] if doubt is None else round(doubt, 4),
                    quote=said.evidence(hit),
                )

    def _emergency_signals(self, said: Said) -> Iterator[RiskSignal]:
        for route, patterns in self._emergencies:
            for hit in said.hits(patterns):
                yield RiskSignal(
                    signal=route.number,
                    rule_id=route.id,
                    severity=Severity.EXTREME,
                    score=SCORES[Severity.EXTREME],
                    quote=said.evidence(hit),
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

    def level(self, said: Said) -> tuple[Emotion, tuple[Evidence, ...], float]:
        """Return the level, the words it rests on, and a confidence."""
        for level, patterns in self._levels:
            found = longest_apart(said.each(patterns))
            total = sum(self._weight(level, said.before(hit, self._near)) for hit in found)
            if found and total >= level.reached_at:
                quotes = tuple(said.evidence(hit) for hit in found)
                return level.level, quotes, min(0.95, 0.5 + 0.2 * total / level.reached_at)
        return Emotion.CALM, (), 0.8

    def _weight(self, level: EmotionLevel, before: str) -> float:
        strong = any(pattern.search(before) for pattern in self._intensifiers)
        return level.weight * (self._factor if strong else 1.0)
