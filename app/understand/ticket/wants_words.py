"""The runs of characters of a piece of wants, by which its wording is weighed beside where it comes from."""

from collections.abc import Iterator

from app.understand.likeness import runs
from app.understand.ticket.want_pieces import Piece


def piece_words(piece: Piece) -> Iterator[str]:
    """Yield how a piece begins and ends, and its pairs of characters, alone and with its source."""
    text, source = piece.text, piece.source
    yield from (f"^{text[:2]}", f"^{text[:3]}", f"{text[-2:]}$", f"{text[-3:]}$", f"{source}:{text[:1]}")
    yield from (*runs(text, (2,)), *runs(text, (2,), f"{source}:"))
