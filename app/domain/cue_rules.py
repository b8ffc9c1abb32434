"""Ways of speaking as data: cues that a trained model weighs, and cues that say themselves what holds."""

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis, TextExamples


class Cue(Frozen):
    """A way of speaking; where a trained model weighs it, one of its features."""

    id: str
    pattern: str
    examples: TextExamples


class CueRules(Basis):
    """A file of cues."""

    cues: tuple[Cue, ...]


class AsideCues(CueRules):
    """The file of asides: cues to weigh, ways of speaking that are asides whatever is beside them, and danger: none."""

    certain: tuple[Cue, ...]
    danger: Cue
    guess: Cue
    dropped: Cue
    began: Cue


class CorrectionCues(CueRules):
    """The file of values taken back: cues to weigh, and what says itself that a name or a remark does not count."""

    elsewhere: tuple[Cue, ...]
    dropped: Cue
    unrecorded: tuple[Cue, ...]
    insults: tuple[Cue, ...]
    put_right: Cue
    disowned: tuple[Cue, ...]
    denied: Cue
    explains: Cue
    former: Cue
    now: Cue
    in_truth: Cue


class SubjectCues(Basis):
    """The file of who speaks: what a business says of itself, and what is no business's."""

    business: tuple[Cue, ...]
    private: tuple[Cue, ...]


class SureCue(Cue):
    """A way of speaking, and how sure is what it is said of."""

    confidence: float = Field(ge=0, le=1)


class SureCues(Basis):
    """A file of cues of which the first that fits decides."""

    cues: tuple[SureCue, ...]


class PrivacyCues(Basis):
    """The file of what callers keep to themselves."""

    secrecy: tuple[Cue, ...]
    promised: tuple[Cue, ...]
    offered: tuple[Cue, ...]
    open: tuple[Cue, ...]
    name_refused: tuple[Cue, ...]
    name_declined: tuple[Cue, ...]
    call_declined: tuple[Cue, ...]
    asks_to_call: tuple[Cue, ...]
    call_refused: tuple[Cue, ...]

    @property
    def by_key(self) -> dict[str, tuple[Cue, ...]]:
        """Every list of cues by its key in the file."""
        return {name: value for name, value in self if isinstance(value, tuple)}
