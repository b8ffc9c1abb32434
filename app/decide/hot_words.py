"""Which words come more often than they used to: new and rising, not just frequent."""

import math
from collections.abc import Mapping

from app.domain.analytics import HotWord

_SURE = 3.84
"""Chi-square of one degree of freedom at 5 %."""
_PRIOR = 0.5


def rising(
    now: Mapping[str, int], before: Mapping[str, int], *, tickets: int, tickets_before: int, least: int
) -> list[HotWord]:
    """Return the words that rose, the one least explained by chance first.

    Expected is the word's share of earlier tickets times the tickets now: a busier time alone raises no word.
    Rise is the Poisson deviance `2 (n ln(n/e) - (n - e))` of n tickets with the word where e were expected.
    """
    found = []
    for word, count in now.items():
        expected = (before.get(word, 0) + _PRIOR) / max(tickets_before, 1) * tickets
        rise = 2 * (count * math.log(count / expected) - (count - expected)) if count > expected else 0.0
        if count >= least and rise > _SURE:
            new = word not in before
            found.append(HotWord(word=word, count=count, expected=round(expected, 1), rise=round(rise, 1), new=new))
    return sorted(found, key=lambda one: (-one.rise, one.word))
