"""The runs of characters of a candidate for a place and around it, by which the place model weighs wording and context."""

from collections.abc import Iterator

from app.domain.ticket import RequestKind
from app.understand.likeness import runs
from app.understand.ticket.place_lines import Told
from app.understand.ticket.place_spans import Candidate

_NEAR = 5
"""Characters before and behind a stretch that are looked at, its edge among them."""


def place_words(told: Told, one: Candidate, kind: RequestKind) -> Iterator[str]:
    """Yield the runs of a candidate's characters and of those beside its stretches, each marked with where it stands."""
    value = one.value
    yield from (f"S{one.source}{len(one.spans)}", f"K{kind}{value[-2:]}")
    yield from (f"v{value[:1]}", f"v{value[:2]}", f"V{value[-1:]}", f"V{value[-2:]}", f"V{value[-3:]}")
    yield from runs(value, (2,), "w")
    for k, start, end in one.spans:
        text = told.lines[k].text
        before, after = ("^" + text[:start])[-_NEAR:], (text[end:] + "$")[:_NEAR]
        yield from (*runs(before, (1, 2), "b"), *runs(after, (1, 2), "a"))
        for size in (1, 2, 3):
            yield from (f"B{before[-size:]}", f"A{after[:size]}")
