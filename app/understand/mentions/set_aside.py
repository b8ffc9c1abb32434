"""What is named only to be set aside, by the words around it: another's place, a name of before, a remark not for the record."""

import re
from collections.abc import Collection, Iterator, Sequence

from app.domain.anchors import Anchored
from app.domain.cue_rules import CorrectionCues
from app.domain.transcript import SpokenCall
from app.understand.mentions.restarts import restarts
from app.understand.mentions.retractions import Retraction
from app.understand.mentions.types import Saying
from app.understand.mentions.values import LEAD, PIECE

_NOTHING_NAMED = re.compile(
    r"(?:我|俺|你|他|她|它|咱|这|那|哪|没|不|都|也|还).*|.*[的了们在说]|老板|物业|公司|店|人家|房东|厂子?|家里|小区|村里|对方|电话|孩子|别人|其他|别的|其余|以前|原来|现在|一直|本来"
)
_WITH_IT = 2
"""Pieces before 这个先不往上写 that it speaks of; a wish is not among them."""
_STOP = re.compile(r"[。！!？?；;]")
_DENIAL = re.compile(r"(?:哎|噢|哦|啊|不)*(?:不|不是|不对|错了|说错了|说顺嘴了|记错了)(?:啊|哈)?")
_AREA_AT = 6
"""Characters at whose start the right area stands."""
_WISH = re.compile(r"希望|要求|尽快|赶紧|提前|给(?:我|俺)|请|别|得")


class SetAside:
    """Finds what callers set aside; `areas` are the names of districts and towns."""

    def __init__(self, rules: CorrectionCues, areas: Collection[str]) -> None:
        self._elsewhere = tuple(Anchored(cue.pattern) for cue in rules.elsewhere)
        self._dropped = re.compile(rules.dropped.pattern)
        self._unrecorded = re.compile("|".join(cue.pattern for cue in rules.unrecorded))
        self._insults = tuple(Anchored(cue.pattern) for cue in rules.insults)
        self._put_right = Anchored(rules.put_right.pattern)
        self._areas = frozenset(areas)
        self._longest_first = sorted(areas, key=lambda name: (-len(name), name))

    def found(self, call: SpokenCall, sayings: Sequence[Saying]) -> Iterator[Retraction]:
        """Yield what counts nowhere in the call, and the stretches that only say so."""
        yield from restarts(call, sayings, self._areas)
        said = "，".join(turn.text for turn in call.turns)
        for index, saying in enumerate(sayings):
            if not saying.confirmed_by:
                yield from self._of_others(said, saying, index)
                yield from self._left_out(saying, index)
                for match in (m for pattern in self._insults for m in pattern.finditer(saying.text)):
                    yield Retraction("", index, *match.span())
                for match in self._put_right.finditer(saying.text):
                    yield Retraction(match["old"], index, *match.span())
                yield from self._other_area(saying, index)
                yield from self._given_up(sayings, index)

    def _of_others(self, said: str, saying: Saying, index: int) -> Iterator[Retraction]:
        for match in (m for pattern in self._elsewhere for m in pattern.finditer(saying.text)):
            name = LEAD.sub("", match["old"])
            if len(name) > 1 and not _NOTHING_NAMED.fullmatch(name) and name not in self._areas:
                again = said.count(name) > 1
                named = saying.text[match.end() - 1] in "是叫成"
                span = match.span() if named else _whole(saying.text, *match.span())
                yield Retraction(name if again else "", index, *span)

    def _left_out(self, saying: Saying, index: int) -> Iterator[Retraction]:
        pieces = list(PIECE.finditer(saying.text))
        for position, piece in enumerate(pieces):
            if self._unrecorded.search(piece.group()):
                first = position
                while first > max(0, position - _WITH_IT) and self._with_it(saying.text, pieces[first - 1 : first + 1]):
                    first -= 1
                yield Retraction("", index, pieces[first].start(), piece.end())

    def _with_it(self, text: str, two: Sequence[re.Match[str]]) -> bool:
        """Tell whether the first of two pieces is spoken of by the second: no wish, nor another sentence."""
        before, after = two
        return not _WISH.search(before.group()) and not _STOP.search(text[before.end() : after.start()])

    def _other_area(self, saying: Saying, index: int) -> Iterator[Retraction]:
        """Yield the district or town before a denial that another one follows: 滕州 不 市中."""
        pieces = list(PIECE.finditer(saying.text))
        for old, denial, new in zip(pieces, pieces[1:], pieces[2:], strict=False):
            wrong = old.group()
            if wrong not in self._areas or not _DENIAL.fullmatch(denial.group()):
                continue
            named = next((area for area in self._longest_first if area in new.group()[:_AREA_AT]), None)
            if named and named not in wrong and wrong not in named:
                yield Retraction(wrong, index, old.start(), denial.end())

    def _given_up(self, sayings: Sequence[Saying], index: int) -> Iterator[Retraction]:
        """Yield every piece that names what is dropped: 早点摊算了."""
        for piece in PIECE.finditer(sayings[index].text):
            dropped = self._dropped.search(piece.group())
            if dropped is None or _NOTHING_NAMED.fullmatch(dropped["old"]):
                continue
            for at in range(index + 1):
                for other in PIECE.finditer(sayings[at].text):
                    if dropped["old"] in other.group() and not sayings[at].confirmed_by:
                        yield Retraction("", at, *other.span())


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch with the rest of the piece that it ends in."""
    last = next((p.end() for p in PIECE.finditer(text) if p.start() < end <= p.end()), end)
    return start, last
