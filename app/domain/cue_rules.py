"""Cues that a trained model weighs: the rule types of rules/asides.yaml and rules/corrections.yaml."""

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
