"""What can be mentioned in a call."""

from typing import NamedTuple

from app.domain.frozen import Frozen
from app.domain.transcript import Evidence, SpokenCall


class Saying(Frozen):
    """A turn whose words may count: the citizen's own, or the operator's once the citizen confirmed them."""

    turn: int
    """Position in `SpokenCall.turns`, not the turn's own number."""
    text: str
    """Normalised text; withdrawn stretches are blanked with spaces, so that positions stay."""
    confirmed_by: tuple[Evidence, ...] = ()
    """The citizen's confirming words, where the words are the operator's."""


class Mention(Frozen):
    """A value and where it was said (`turn` and positions as in `Saying`)."""

    value: str
    turn: int
    start: int
    end: int
    confidence: float
    evidence: tuple[Evidence, ...]


def mention(call: SpokenCall, saying: Saying, start: int, end: int, value: str, sure: float) -> Mention:
    """Return a value said in a stretch of a saying, with the words it rests on."""
    quote = call.turns[saying.turn].evidence(start, end)
    return Mention(
        value=value, turn=saying.turn, start=start, end=end, confidence=sure, evidence=(quote, *saying.confirmed_by)
    )


class Mentions(Frozen):
    """Everything mentioned, in the order it was said."""

    sayings: tuple[Saying, ...]
    times: tuple[Mention, ...] = ()
    durations: tuple[Mention, ...] = ()
    """Dates worked out from 停水3天了; less sure than a date that was said."""
    clocks: tuple[Mention, ...] = ()
    """Bare hours (6点半的事): they tell a moment only where no day was said."""
    districts: tuple[Mention, ...] = ()
    towns: tuple[Mention, ...] = ()
    details: tuple[Mention, ...] = ()
    spots: tuple[Mention, ...] = ()
    """Spots without a name (西头垃圾池): they belong to a detail said elsewhere."""
    caller_name: Mention | None = None
    name_refused: bool = False
    callback: Mention | None = None
    phone_refused: bool = False
    confidential: Mention | None = None


class Retraction(NamedTuple):
    """Words that count nowhere in the call, or one stretch of a saying."""

    words: str
    saying: int
    start: int
    end: int
