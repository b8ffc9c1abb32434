"""What a clause without bearing on the matter can sound like: the rule types of rules/asides.yaml."""

from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis, TextExamples


class AsideCue(Frozen):
    """A way of speaking that asides have more often than matter; one feature of the trained model."""

    id: str
    pattern: str
    examples: TextExamples


class AsideRules(Basis):
    """The file rules/asides.yaml."""

    cues: tuple[AsideCue, ...]
