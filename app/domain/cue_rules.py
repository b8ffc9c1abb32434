"""Cues that a trained model weighs, and cues that say themselves how sure a thing is: the types of their files."""

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis, TextExamples


class Cue(Frozen):
    """A way of speaking; one feature of the trained model."""

    id: str
    pattern: str
    examples: TextExamples


class CueRules(Basis):
    """A file of cues."""

    cues: tuple[Cue, ...]


class AsideCues(CueRules):
    """The file of asides: cues to weigh, and ways of speaking that are asides whatever stands beside them."""

    certain: tuple[Cue, ...]
    guess: Cue
    dropped: Cue
    began: Cue


class SureCue(Cue):
    """A way of speaking, and how sure is what it is said of."""

    confidence: float = Field(ge=0, le=1)


class SureCues(Basis):
    """A file of cues of which the first that fits decides."""

    cues: tuple[SureCue, ...]
