"""Regular expressions of the rules, compiled once: for the check at the start and for all who search with them."""

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a rule's pattern, ready to search with; raises re.error."""
    return re.compile(pattern)
