"""What of a call may be quoted, and the moments that follow from what was said."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from app.domain.transcript import Evidence, SpokenCall
from app.prompting.grounding import dates_in, dates_of, letters
from app.prompting.untrusted import gives_orders
from app.understand.generated.forms import Quote
from app.understand.mentions.types import Mentions, Saying

_LEAST_QUOTE = 2


class Found(NamedTuple):
    """A quote as it stands in a saying."""

    saying: Saying
    start: int
    end: int


class Ground:
    """The words of a call that a value may rest on: what counts, less what speaks to the model."""

    def __init__(self, call: SpokenCall, mentions: Mentions) -> None:
        self.call = call
        self.mentions = mentions
        ordering = {i for i, turn in enumerate(call.turns) if gives_orders(turn.raw) or gives_orders(turn.text)}
        self.gives_orders = bool(ordering)
        """Somebody in the call speaks to the model: then it composes nothing and judges nothing."""
        self._sayings = [saying for saying in mentions.sayings if saying.turn not in ordering]

    @cached_property
    def said(self) -> str:
        """Return everything that may be quoted."""
        return "。".join(saying.text for saying in self._sayings)

    def find(self, quote: Quote) -> Found | None:
        """Return where a quote stands: in the turn it names, else in any other."""
        wanted = letters(quote.quote)
        if len(wanted) < _LEAST_QUOTE:
            return None
        named = [s for s in self._sayings if self.call.turns[s.turn].index == quote.turn]
        for saying in (*named, *self._sayings):
            at = [i for i, character in enumerate(saying.text) if character.isalnum()]
            start = "".join(saying.text[i] for i in at).lower().find(wanted)
            if start >= 0:
                return Found(saying, at[start], at[start + len(wanted) - 1] + 1)
        return None

    def evidence(self, found: Found) -> tuple[Evidence, ...]:
        """Return the raw words behind a quote, and the citizen's confirmation where the words were the operator's."""
        quote = self.call.turns[found.saying.turn].evidence(found.start, found.end)
        return (quote, *found.saying.confirmed_by)

    def quoted(self, quotes: Sequence[Quote]) -> list[Found] | None:
        """Return where every quote stands; None if one does not, or there is none."""
        found = [self.find(quote) for quote in quotes]
        whole = [one for one in found if one is not None]
        return whole if whole and len(whole) == len(found) else None

    def foreign_date(self, text: str) -> str | None:
        """Return a date in a text that was neither said nor follows from what was said."""
        moments = (*self.mentions.times, *self.mentions.durations)
        written = {form for mention in moments for form in dates_of(mention.value)}
        return next((d for d in dates_in(text) if d not in written and d not in self.said), None)
