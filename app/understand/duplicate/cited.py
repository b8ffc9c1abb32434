"""The numbers of earlier tickets that a citizen gave."""

import re

from app.domain.transcript import Speaker, Transcript

_TICKET_NUMBER = re.compile(r"(?<!\d)20\d{12}(?!\d)")
"""A day and six digits."""


def cited_in(transcript: Transcript) -> frozenset[str]:
    """Return the numbers of tickets that a citizen gave."""
    told = (transcript.title or "", *(turn.text for turn in transcript.turns if turn.speaker is not Speaker.OPERATOR))
    return frozenset(number for text in told for number in _TICKET_NUMBER.findall(text))
