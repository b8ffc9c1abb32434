"""What is said around a moment, in pieces for cues and as short runs of characters for the model that weighs moments."""

import re
from typing import NamedTuple

from app.domain.transcript import Speaker, SpokenCall
from app.understand.likeness import runs
from app.understand.mentions.types import Mention

ASKS_WHEN = re.compile(r"什么时候|啥时候|多久|多长时间|几点|哪天|几号|何时|时间")
BREAK = re.compile(r"[，,。！!？?；;\s]")
_FIGURE = re.compile(r"[\d一二三四五六七八九十零〇两]+")
_NEAR, _SHORT, _SOON = 14, 3, 2
_CLOSE_BEFORE, _CLOSE_AFTER, _CLAUSE = 7, 9, 10


class Around(NamedTuple):
    """What stands before and behind a moment in its clause, the clauses on either side, the question it answers."""

    before: str
    after: str
    previous: str
    next: str
    question: str


def around(call: SpokenCall, moment: Mention) -> Around:
    """Return what is said around a moment."""
    text = call.turns[moment.turn].text
    before, after = BREAK.split(text[: moment.start].strip()), BREAK.split(text[moment.end :])
    joined = [piece for piece in after if piece]
    own = after[0] if after else ""
    rest = joined[1:] if own else joined
    if len(own) < _SHORT and rest:
        own, rest = own + rest[0], rest[1:]
    asked = _question(call, moment) if len(before) <= _SOON else ""
    return Around(before[-1][-_NEAR:], own[:_NEAR], "".join(before[-2:-1]), rest[0] if rest else "", asked)


def _question(call: SpokenCall, moment: Mention) -> str:
    """Return what the operator asked right before, where that asks for a moment."""
    said = call.turns[moment.turn - 1] if moment.turn else None
    asks = said is not None and said.speaker is Speaker.OPERATOR and ASKS_WHEN.search(said.text)
    return BREAK.split(said.text.strip("？?。 "))[-1] if said and asks else ""


def words_around(call: SpokenCall, moment: Mention) -> list[str]:
    """Return the runs of characters around a moment and in it, each marked with where it stands; figures count as one."""
    told, quote = around(call, moment), _FIGURE.sub("#", call.turns[moment.turn].text[moment.start : moment.end])
    before, after = "^" + told.before, told.after + "$"
    words = [*runs(before[-_CLOSE_BEFORE:], (1, 2, 3), "b"), *runs(after[:_CLOSE_AFTER], (1, 2, 3), "a")]
    words += [f"B{before[-size:]}" for size in (1, 2, 3)] + [f"A{after[:size]}" for size in (1, 2, 3, 4)]
    words += [*runs(told.previous[-_CLAUSE:], (2,), "p"), *runs(told.next[:_CLAUSE], (2,), "n")]
    words += [f"q{told.question[-size:]}" for size in (2, 4)]
    return [*words, f"Q{quote}", *runs(quote, (2,), "Q")]
