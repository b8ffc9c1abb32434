"""What is named only to be set aside, by the words around it: another's place, a name of before, a remark not for the record."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from app.domain.anchors import Anchored
from app.domain.cue_rules import CorrectionCues
from app.domain.transcript import SpokenCall
from app.understand.mentions.disowned import Disowned
from app.understand.mentions.restarts import restarts
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import LEAD, PIECE, values_in

_NOTHING_NAMED = re.compile(
    r"(?:我|俺|你|他|她|它|咱|这|那|哪|没|不|都|也|还).*|.*[的了们在说]|老板|物业|公司|店|人家|房东|厂子?|家里|小区|村里|对方|电话|孩子|别人|其他|别的|其余|以前|原来|现在|一直|本来"
)
_WITH_IT = 2
"""Pieces before 这个先不往上写 that it speaks of; a wish is not among them."""
_STOP = re.compile(r"[。！!？?；;]")
_DENIAL = re.compile(r"(?:哎|噢|哦|啊|不)*(?:不|不是|不对|错了|说错了|说顺嘴了|记错了)(?:啊|哈)?")
_OF_TOWN = re.compile(r"(?:镇|街道|街道办|乡)?(?:那边|这边|那里|的|吧)?$")
_FORMER = re.compile(r"[^，,。\s]*(?:原来|以前|早先|不是|不归)[^，,。\s]*")
"""What is said of a town that is not the one in question."""
_LIES_IN = re.compile(r"(?P<old>[\u4e00-\u9fff]{2,6}?)(?:那|才)?是[\u4e00-\u9fff]{1,4}[区市县镇]的")
_AREA_AT, _LONGEST_TOWN = 6, 8
"""Characters at whose start the right area stands; of the longest name of a town."""
_WISH = re.compile(r"希望|要求|尽快|赶紧|提前|给(?:我|俺)|请|别|得")


class SetAside:
    """Finds what callers set aside; `areas` are the names of districts and towns, `towns` those of towns alone."""

    def __init__(self, rules: CorrectionCues, areas: Collection[str], towns: Collection[str]) -> None:
        self._elsewhere = tuple(Anchored(cue.pattern) for cue in rules.elsewhere)
        self._dropped = re.compile(rules.dropped.pattern)
        self._unrecorded = re.compile("|".join(cue.pattern for cue in rules.unrecorded))
        self._insults = tuple(Anchored(cue.pattern) for cue in rules.insults)
        self._put_right = Anchored(rules.put_right.pattern)
        self._areas = frozenset(areas)
        self._disowned = Disowned(rules, areas)
        self._towns = frozenset(towns)
        self._longest_first = sorted(areas, key=lambda name: (-len(name), name))

    def found(self, call: SpokenCall, sayings: Sequence[Saying]) -> Iterator[Retraction]:
        """Yield what counts nowhere in the call, and the stretches that only say so."""
        yield from restarts(call, sayings, self._areas)
        yield from self._disowned.found(call, sayings)
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
                yield from self._other_town(said, saying, index)
                yield from self._given_up(sayings, index)

    def _of_others(self, said: str, saying: Saying, index: int) -> Iterator[Retraction]:
        for match in (m for pattern in self._elsewhere for m in pattern.finditer(saying.text)):
            name = _last_value(LEAD.sub("", match["old"]))
            if len(name) > 1 and not _NOTHING_NAMED.fullmatch(name) and name not in self._areas:
                again = said.count(name) > 1
                named = saying.text[match.end() - 1] in "是叫成"
                start, end = match.end("old") - len(name), match.end()
                span = (start, end) if named else _whole(saying.text, start, end)
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
        """Yield what another district or town follows: 滕州 不 市中, 兴城是高新区的 我这儿是常庄街道."""
        pieces = list(PIECE.finditer(saying.text))
        for old, denial, new in zip(pieces, pieces[1:], pieces[2:], strict=False):
            wrong = old.group()
            if wrong not in self._areas or not _DENIAL.fullmatch(denial.group()):
                continue
            named = next((area for area in self._longest_first if area in new.group()[:_AREA_AT]), None)
            if named and named not in wrong and wrong not in named:
                yield Retraction(wrong, index, old.start(), denial.end())
        for old, new in pairwise(pieces):
            said = _LIES_IN.fullmatch(old.group())
            if said and said["old"] in self._areas and any(area in new.group() for area in self._areas - {said["old"]}):
                yield Retraction(said["old"], index, *old.span())

    def _other_town(self, said: str, saying: Saying, index: int) -> Iterator[Retraction]:
        """Yield the town that the next piece replaces by one that is said again: 周营 沙沟 沙沟镇."""
        for old, new in pairwise(PIECE.finditer(saying.text)):
            right = _town_of(new.group()) if len(new.group()) <= _LONGEST_TOWN else ""
            if right not in self._towns:
                continue
            words = old.group()[-_LONGEST_TOWN:]
            wrong = next((words[i:] for i in range(len(words) - 1) if words[i:] in self._towns), "")
            named = _town_of(wrong)
            if wrong and not right.startswith(named) and not wrong.startswith(right):
                meant = _FORMER.sub("", said)
                if meant.count(named) == 1 < meant.count(right):
                    yield Retraction(wrong, index, old.end() - len(wrong), old.end())

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


def _town_of(words: str) -> str:
    return _OF_TOWN.sub("", LEAD.sub("", words))


def _last_value(words: str) -> str:
    """Return the last value of words that hold several: 青檀路与建设路解放路."""
    values = values_in(words)
    return values[-1].words if len(values) > 1 and words.endswith(values[-1].words) else words


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch with the rest of the piece that it ends in."""
    last = next((p.end() for p in PIECE.finditer(text) if p.start() < end <= p.end()), end)
    return start, last
