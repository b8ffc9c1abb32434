"""How wishes are said and written: the rule types of rules/wishes.yaml."""

from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis, TextExamples


class Way(Frozen):
    """Something that stands in or around a wish: `begin`, any one of `any`, `end`."""

    begin: str = ""
    any: tuple[str, ...]
    end: str = ""
    examples: TextExamples

    @property
    def pattern(self) -> str:
        """The whole of it."""
        return f"{self.begin}(?:{'|'.join(self.any)}){self.end}"


class Ways(Frozen):
    """What stands around the deed of a wish; each is told in the file."""

    numbered: Way
    head: Way
    whom: Way
    ended: Way
    lead: Way
    asked: Way
    sent: Way
    told: Way
    for_me: Way
    haste: Way
    sorry: Way
    may_you: Way
    filler: Way
    tail: Way
    secret: Way
    forbidden: Way
    as_spoken: Way
    when_or_how: Way
    authority: Way
    body: Way
    not_asked: Way


class Wording(Frozen):
    """Spoken words and the official ones in their place."""

    said: str
    written: str
    examples: TextExamples


class Deed(Frozen):
    """A spoken verb and the deed it names."""

    said: str
    deed: str
    as_said: bool = False
    """The verb stays where it is an official word itself."""
    before_spot: bool = False
    """The deed goes before a spot and the thing on it."""
    examples: TextExamples


class Aspect(Frozen):
    """Something that can be asked about a matter."""

    said: str
    aspect: str
    examples: TextExamples


class WishRules(Basis):
    """The file rules/wishes.yaml."""

    ways: Ways
    words: tuple[Wording, ...]
    deeds: tuple[Deed, ...]
    aspects: tuple[Aspect, ...]
    when: Way
    """A time is asked about."""
    when_of: tuple[str, ...]
    """Deeds whose time is asked about by name: 通车 in 什么时候通车."""
    other_when: str
    """What is asked about where a time is, but of no such deed."""
