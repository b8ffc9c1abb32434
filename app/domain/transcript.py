"""What was said: a call or a message, as it came in and as it reads once normalised."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.domain.frozen import Frozen


class Speaker(StrEnum):
    """Who speaks in a turn."""

    OPERATOR = "operator"
    """话务员"""
    CITIZEN = "citizen"
    """诉求人"""
    UNKNOWN = "unknown"
    """未区分说话人"""


class Turn(Frozen):
    """One stretch of speech by one speaker, exactly as delivered."""

    speaker: Speaker
    text: str


class Transcript(Frozen):
    """A whole call, or a web message (one citizen turn, with an optional title)."""

    id: str = Field(min_length=1, max_length=128)
    channel: str = Field(min_length=1, max_length=40)
    called_at: datetime
    """When the citizen called or wrote; always timezone-aware."""
    caller_number: str | None = None
    title: str | None = None
    turns: tuple[Turn, ...]
    demo: bool = False
    """Made up for practice: what becomes of it stays apart from what is real, and can be taken away."""


class Evidence(Frozen):
    """A stretch of the raw transcript that supports a value.

    `turn` counts from 0; `turns[turn].text[start:end] == text`. A web message's title is turn -1.
    """

    turn: int
    start: int
    end: int
    text: str


class SpokenTurn(Frozen):
    """One turn after normalisation, with the way back to the raw text.

    `offsets[i]` is the raw index at which the i-th normalised character begins; the tuple has one more
    entry than `text` has characters: the raw length.
    """

    index: int
    speaker: Speaker
    raw: str
    text: str
    offsets: tuple[int, ...]

    def evidence(self, start: int, end: int) -> Evidence:
        """Return the raw stretch behind normalised characters `start` to `end` (end excluded)."""
        first, last = self.offsets[start], self.offsets[end]
        if last == first:  # within a rewritten stretch: quote the whole of it
            last = next((offset for offset in self.offsets[end:] if offset > first), len(self.raw))
        return Evidence(turn=self.index, start=first, end=last, text=self.raw[first:last])


class SpokenCall(Frozen):
    """A transcript whose turns are normalised: what `understand` reads."""

    transcript: Transcript
    turns: tuple[SpokenTurn, ...]
    """A web message's title, where there is one, is the first of these, with index -1."""

    @property
    def citizen_turns(self) -> tuple[SpokenTurn, ...]:
        """Turns that may carry the citizen's own words (speaker citizen or unknown)."""
        return tuple(turn for turn in self.turns if turn.speaker is not Speaker.OPERATOR)
