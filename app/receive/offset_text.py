"""Text under rewriting that never loses the way back to its raw characters."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.anchors import Anchored

Replacement = str | None
Sought = re.Pattern[str] | Anchored


@dataclass(frozen=True)
class OffsetText:
    """`starts[i]` is the raw index where character i begins; the last entry is the raw length."""

    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, raw: str) -> "OffsetText":
        """Begin with a raw text."""
        return cls(raw, tuple(range(len(raw) + 1)))

    def map_characters(self, change: Callable[[str], str]) -> "OffsetText":
        """Replace every character by zero or more characters."""
        pieces = [change(character) for character in self.text]
        starts = [start for start, piece in zip(self.starts, pieces, strict=False) for _ in piece]
        return OffsetText("".join(pieces), (*starts, self.starts[-1]))

    def substitute(self, pattern: Sought, rewrite: Callable[[re.Match[str]], Replacement]) -> "OffsetText":
        """Replace every match by what `rewrite` returns; None leaves it as it is."""
        pieces: list[str] = []
        starts: list[int] = []
        done = 0
        for match, new in self._rewrites(pattern, rewrite):
            begin, end = match.span()
            pieces += [self.text[done:begin], new]
            starts += self.starts[done:begin]
            starts += self.starts[begin:end] if len(new) == end - begin else (self.starts[begin],) * len(new)
            done = end
        if not done:
            return self
        pieces.append(self.text[done:])
        return OffsetText("".join(pieces), (*starts, *self.starts[done:]))

    def _rewrites(
        self, pattern: Sought, rewrite: Callable[[re.Match[str]], Replacement]
    ) -> Iterator[tuple[re.Match[str], str]]:
        for match in pattern.finditer(self.text):
            new = rewrite(match)
            if new is not None and new != match.group() and match.end() > match.start():
                yield match, new
