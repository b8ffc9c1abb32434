"""Regular expressions of the rules, compiled once: for the check at the start and for all who search with them."""

import re
from collections.abc import Iterable
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a rule's pattern, ready to search with; raises re.error."""
    return re.compile(pattern)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of thousands of words that finds the longest at a place: a tree, as many begin alike."""
    rests: dict[str, list[str]] = {}
    ends = False
    for word in words:
        if word:
            rests.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    branches = "|".join(re.escape(first) + any_of(rest) for first, rest in rests.items())
    forked = bool(rests) and len(rests) + ends > 1
    return f"(?:{branches}){'?' * ends}" if forked else branches
