"""What the rules search with: regular expressions, compiled once, and words by the thousand."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from operator import add


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a rule's pattern, ready to search with; raises re.error."""
    return re.compile(pattern)


class Words:
    """Thousands of words, looked up by the two characters they begin with."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_start: dict[str, tuple[str, ...]] = {}
        for word in sorted(dict.fromkeys(words), key=len, reverse=True):
            self._by_start[word[:2]] = (*self._by_start.get(word[:2], ()), word)
        self._single = frozenset(start for start in self._by_start if len(start) == 1)
        self.found = lru_cache(maxsize=4096)(self._found)
        """Of a text: its words and where they stand, from left to right, the longest at each place."""

    def _found(self, text: str) -> tuple[tuple[str, int], ...]:
        found: list[tuple[str, int]] = []
        end = 0
        for at, start in enumerate(map(add, text, f"{text[1:]} ")):
            if at < end or not (start in self._by_start or start[0] in self._single):
                continue
            longer = (word for word in self._by_start.get(start, ()) if text.startswith(word, at))
            if word := next(longer, start[0] if start[0] in self._single else ""):
                found.append((word, at))
                end = at + len(word)
        return tuple(found)
