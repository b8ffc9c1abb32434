"""What `understand.risk` reads: the emotion of a call and signals, each with its quote."""

from enum import StrEnum

from app.domain.frozen import Frozen
from app.domain.transcript import Evidence


class Emotion(StrEnum):
    """情绪等级"""

    CALM = "calm"
    """平稳"""
    DISSATISFIED = "dissatisfied"
    """不满"""
    ANGRY = "angry"
    """愤怒"""
    EXTREME = "extreme"
    """极端"""


class Severity(StrEnum):
    """How serious a signal is."""

    NOTICE = "notice"
    """提示"""
    HIGH = "high"
    """较重"""
    EXTREME = "extreme"
    """极端"""


RULE_SCORES = {Severity.NOTICE: 0.6, Severity.HIGH: 0.8, Severity.EXTREME: 0.95}
"""How sure a rule is of itself."""


class RiskSignal(Frozen):
    """One passage of the citizen's own words that a rule or the model read as a risk."""

    signal: str
    """Kind of signal: `self_harm`, `cadre_conduct`, … as the rules name it."""
    rule_id: str
    severity: Severity
    score: float
    quote: Evidence


class RiskReading(Frozen):
    """Emotion and signals of a whole call."""

    emotion: Emotion = Emotion.CALM
    emotion_evidence: tuple[Evidence, ...] = ()
    emotion_confidence: float = 1.0
    signals: tuple[RiskSignal, ...] = ()
    emergencies: tuple[RiskSignal, ...] = ()
    """Life, fire or crime under way; `signal` is the number to call: `110`, `119`, `120`, `122`."""
