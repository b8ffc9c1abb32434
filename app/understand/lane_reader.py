"""Scores what the citizen said for each lane of referral by a model, and tells which hits of rules to doubt."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from app.domain.reference_rules import ReferralModel, ReferralRules
from app.domain.referral import Receiver
from app.domain.risk import RiskSignal
from app.domain.transcript import Evidence
from app.understand.said import Reading, Said, Window, around, joined
from app.understand.text_rules import Hit
from models.base import LaneScorer

SHOWN_FROM = 0.05
"""Probability from which the model's reading of a lane is kept as a signal."""
_SHORT = 60
"""Characters up to which a message tells one matter."""
_SURE_ALONE = 0.9
"""Probability from which a hit in a short message needs no more than its own piece. On 7,377 windows that the model had
not met .9 brought 11 false alarms among 4,061 that are nobody's, any such reading 55; of 396 must-catch statements
behind six everyday sentences one is doubted, 26 without it."""


class LaneReader:
    """Scores passages for each lane, and quotes the sentence that speaks for it most.

    It learnt of news, denial and the past by examples: frames hold for the rules alone.
    """

    def __init__(self, model: LaneScorer, referral: ReferralRules) -> None:
        self._column = {label: i for i, label in enumerate(model.labels)}
        self._lanes = {entry.receiver: entry for entry in referral.models}
        self._courtesy = re.compile(referral.courtesies)

    def read(
        self, said: Said, hits: Sequence[tuple[Hit, Receiver]]
    ) -> Reading[tuple[list[float | None], list[RiskSignal]]]:
        """Return each hit's score where it is too low to believe the hit, and at most one signal a lane."""
        if all(self._courtesy.fullmatch(said.text, piece.start, piece.end) for piece in said.pieces):
            return [None] * len(hits), []
        asked = [_asked(said, hit) for hit, _ in hits]
        scores = yield [*(text for text, _ in said.passages), *chain.from_iterable(asked)]
        short = len(said.text) <= _SHORT
        doubts = [
            self._doubt(lane, *(scores[text][self._column[lane]] for text in passages), short=short)
            for passages, (_, lane) in zip(asked, hits, strict=True)
        ]
        return doubts, (yield from self._signals(said, [scores[text] for text, _ in said.passages]))

    def _doubt(self, lane: Receiver, alone: float, wider: float, *, short: bool) -> float | None:
        """Return the score of a hit that is not borne out: a short message may take back what its piece says alone."""
        score = wider if short and alone < _SURE_ALONE else max(alone, wider)
        return score if score < self._lanes[lane].doubted_below else None

    def _signals(self, said: Said, scores: Sequence[Sequence[float]]) -> Reading[list[RiskSignal]]:
        found: dict[Receiver, float] = {}
        shown: dict[Receiver, Window] = {}
        for lane in self._lanes:
            of = [one[self._column[lane]] for one in scores]
            best = max(of)
            found[lane] = among(best, len(of))
            if found[lane] >= SHOWN_FROM:
                _, shown[lane] = said.passages[of.index(best)]
        quoted = yield from self._quoted(said.text, shown)
        return [self._signal(self._lanes[lane], found[lane], said.evidence(piece)) for lane, piece in quoted.items()]

    @staticmethod
    def _signal(entry: ReferralModel, score: float, quote: Evidence) -> RiskSignal:
        return RiskSignal(
            signal=entry.signal, rule_id=entry.id, severity=entry.severity, score=round(score, 4), quote=quote
        )

    def _quoted(self, text: str, shown: Mapping[Receiver, Window]) -> Reading[dict[Receiver, Hit]]:
        """Return the piece of each lane's window that speaks for it most."""
        told = {piece: text[piece.start : piece.end] for window in shown.values() for piece in window}
        scores = (yield list(told.values())) if any(len(window) > 1 for window in shown.values()) else {}
        return {
            lane: max(window, key=lambda piece: scores[told[piece]][self._column[lane]]) if scores else window[0]
            for lane, window in shown.items()
        }


def _asked(said: Said, hit: Hit) -> tuple[str, str]:
    """Return the passages one of which must bear a rule's hit out: itself, and what stands around it.

    That is a short message as a whole, and of a longer one the pieces beside the hit. What else is told would drown it:
    a street and a fault before 俺不想活了.
    """
    wider = said.pieces if len(said.text) <= _SHORT else around(said.pieces, hit, 1)
    return joined(said.text, around(said.pieces, hit, 0)), joined(said.text, wider)


def among(score: float, windows: int) -> float:
    """Return the probability of the gravest of several windows: a grave one was the less to be expected in each.

    A lane's matter is as rare in a long call as in a short one, and every word lies in two windows, so the odds are
    divided by half the windows. Without this a long call would alert many times as often as a short one.
    """
    odds = score / max(1 - score, 1e-9) * 2 / (windows + 1)
    return odds / (1 + odds)
