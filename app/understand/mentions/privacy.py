"""What callers keep to themselves: whether they want secrecy, leave no name, or want no call."""

import re
from collections.abc import Iterator, Sequence

from app.domain.anchors import Anchored
from app.domain.cue_rules import Cue, PrivacyCues
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mention


class PrivacyRules:
    """The rules of rules/privacy.yaml, compiled."""

    def __init__(self, rules: PrivacyCues) -> None:
        self._secrecy, self._promised, self._offered, self._open = (
            _any_of(cues) for cues in (rules.secrecy, rules.promised, rules.offered, rules.open)
        )
        self._name_refused, self._name_declined = _any_of(rules.name_refused), _any_of(rules.name_declined)
        self._call_declined = _any_of(rules.call_declined)
        self._asks_to_call, self._call_refused = _any_of(rules.asks_to_call), _any_of(rules.call_refused)

    def confidential(self, call: SpokenCall) -> Mention | None:
        """Return the words that ask for secrecy, accept it where it is offered, or promise it."""
        for position, asked, text in _heard(call):
            by_operator = call.turns[position].speaker is Speaker.OPERATOR
            match = (self._promised if by_operator else self._secrecy).search(text)
            if not by_operator and self._offered.search(asked):
                match = None if self._open.search(text) else match or re.search(r"\S+", text)
            if match:
                start, end = match.span()
                quote = call.turns[position].evidence(start, end)
                return Mention(value="保密", turn=position, start=start, end=end, confidence=0.9, evidence=(quote,))
        return None

    def refuses_name(self, said: str) -> bool:
        """Tell whether words refuse a name whatever was asked."""
        return self._name_refused.search(said) is not None

    def declines_name(self, answer: str) -> bool:
        """Tell whether an answer to 您贵姓 gives no name."""
        return self._name_declined.search(answer) is not None

    def wants_no_call(self, call: SpokenCall) -> bool:
        """Tell whether the caller wants no call back."""
        return any(
            self._call_declined.search(text) or (self._asks_to_call.search(asked) and self._call_refused.search(text))
            for position, asked, text in _heard(call)
            if call.turns[position].speaker is not Speaker.OPERATOR
        )


def _heard(call: SpokenCall) -> Iterator[tuple[int, str, str]]:
    """Yield every turn's position, what the operator said right before it, and its text."""
    asked = ""
    for position, turn in enumerate(call.turns):
        yield position, asked, turn.text
        asked = turn.text if turn.speaker is Speaker.OPERATOR else ""


def _any_of(cues: Sequence[Cue]) -> Anchored:
    return Anchored("|".join(cue.pattern for cue in cues))
