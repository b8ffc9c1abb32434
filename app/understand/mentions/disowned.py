"""Values that a caller says no longer count: 第一次登记我写的平安，是我自己的公司; 501 501是旧门牌 现在是502; 其实是嵩山路."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, pairwise

from app.domain.anchors import Anchored
from app.domain.cue_rules import CorrectionCues
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import LEAD, PIECE, Value, akin, bare, differ, values_in

_NO_NAME = re.compile(
    r"(?:我|俺|你|您|他|她|它|咱|这|那|哪|没|不|都|也|还|就|有|要|说).*|.*[的了们在说着过吗呢吧]|老板|物业|公司|店|人家|房东|厂子?|家里|小区|村里|对方|"
    r"电话|孩子|别人|其他|别的|其余|以前|原来|现在|一直|本来|问题|事情?|原因|意思|号码|地址|情况|先生|女士|投诉|举报|一样|诉求"
)
_BOTH = re.compile(r"也|都|还(?!没)|又|再|另外")
"""Beside a second value of a kind: the first stands as well."""
_ASIDE = re.compile(r"[（(][^（）()]*[）)]")
_NUMERAL = re.compile(r"[\d.]+|[一二两三四五六七八九十百千万零]+")
_METERED = ("吨", "度")
"""What a meter shows: a bill of the neighbour's reading is the matter itself."""
_SHORTEST = 2
_REACH = 3
"""Pieces after a value within which it is explained, and after that within which another takes its place."""
_MOST_ALIKE = 100
"""Values that begin alike among which the one spoken of again is looked for: no letter of 500,000 characters takes an hour."""
_BACK = 3
"""Sayings before 其实是 in which the value may have been said."""


class Disowned:
    """Finds values that no longer count, by the caller's own words about them; `areas` are districts and towns."""

    def __init__(self, rules: CorrectionCues, areas: Collection[str]) -> None:
        self._patterns = tuple(Anchored(cue.pattern) for cue in rules.disowned)
        self._denied = re.compile(rules.denied.pattern)
        self._explains, self._former, self._now = (
            re.compile(cue.pattern) for cue in (rules.explains, rules.former, rules.now)
        )
        self._in_truth = Anchored(rules.in_truth.pattern)
        self._areas = frozenset(areas)

    def found(self, call: SpokenCall, sayings: Sequence[Saying]) -> Iterator[Retraction]:
        """Yield what counts nowhere in the call, and the stretches that only say so."""
        said = "，".join(turn.text for turn in call.turns)
        for index, saying in enumerate(sayings):
            if not saying.confirmed_by:
                yield from self._by_its_words(sayings, index)
                pieces, values = list(PIECE.finditer(saying.text)), values_in(saying.text)
                yield from self._explained(call, saying, index, pieces, values)
                yield from self._formerly(said, index, pieces, values)
                yield from self._truly(call, sayings, index)
                yield from self._only_denied(index, pieces)

    def _by_its_words(self, sayings: Sequence[Saying], index: int) -> Iterator[Retraction]:
        """Yield the value in @old of a pattern, and the stretch that it stands in less @new."""
        text = sayings[index].text
        for match in (m for pattern in self._patterns for m in pattern.finditer(text)):
            groups = match.groupdict()
            old = _own_words(groups.get("named") or match["old"], self._areas)
            if len(old) < _SHORTEST or _NO_NAME.fullmatch(old):
                continue
            new = groups.get("new")
            start, end = (match.start(), match.start("new")) if new else _whole_aside(text, *match.span())
            if _NUMERAL.fullmatch(old):
                number = bare(Value("", old, 0, 0))
                same = (v.words for s in sayings for v in values_in(s.text) if bare(v) == number and v.words != old)
                yield from (Retraction(words, index, start, start) for words in dict.fromkeys(same))
            yield Retraction(old, index, start, end)

    def _only_denied(self, index: int, pieces: Sequence[re.Match[str]]) -> Iterator[Retraction]:
        """Yield [不是老校 老校去年改造完了]: a piece that only denies, and the next where that tells of the same thing."""
        for position, piece in enumerate(pieces):
            denied = self._denied.match(piece.group())
            if denied is None:
                continue
            yield Retraction("", index, *piece.span())
            after = pieces[position + 1] if position + 1 < len(pieces) else None
            if after and LEAD.sub("", after.group()).startswith((denied["old"], denied["old"][0] + "的")):
                yield Retraction("", index, *after.span())

    def _explained(
        self,
        call: SpokenCall,
        saying: Saying,
        index: int,
        pieces: Sequence[re.Match[str]],
        values: Sequence[Value],
    ) -> Iterator[Retraction]:
        """Yield [501 501是旧门牌] 502: a value, what it is instead, and the one that takes its place."""
        begun: dict[str, list[tuple[Value, str]]] = {}
        for value in values:
            if value.kind not in _METERED:
                begun.setdefault(value.words[0], []).append((value, _figure_of(value) or value.words))
        for position, piece in enumerate(pieces):
            own = LEAD.sub("", piece.group())
            same = begun.get(own[:1], [])[:_MOST_ALIKE]
            named = (v for v, begins in same if own.startswith(begins) and v.end <= piece.start())
            wrong = next((v for v in named if self._tells_of(v, own)), None)
            if wrong is None or wrong.start < pieces[max(0, position - _REACH)].start():
                continue
            last = pieces[min(position + _REACH, len(pieces) - 1)].end()
            after = (v for v in values if piece.end() <= v.start < last)
            inside = (v for v in values if piece.start() + len(wrong.words) < v.start < piece.end())
            right = next((v for v in chain(after, inside) if _stands_for(wrong, v)), None)
            if right and not _again(wrong, call, saying, right) and not _BOTH.search(_piece_of(pieces, right)):
                yield Retraction(wrong.words, index, piece.start(), min(piece.end(), max(right.start, piece.start())))

    def _tells_of(self, value: Value, own: str) -> bool:
        """Tell whether a piece's own words begin with a value, or its bare figure, and say what that is."""
        for words in (value.words, _figure_of(value)):
            if words and own.startswith(words):
                return bool(self._explains.match(own[len(words) :]))
        return False

    def _formerly(
        self, said: str, index: int, pieces: Sequence[re.Match[str]], values: Sequence[Value]
    ) -> Iterator[Retraction]:
        """Yield [老房子是11号楼] 这个是16号楼: two of a kind, the first of something else by its piece."""
        for first, second in pairwise(pieces):
            if not (self._former.match(first.group()) and self._now.match(second.group())):
                continue
            old, new = (
                next((v for v in values if piece.start() <= v.start and v.end <= piece.end()), None)
                for piece in (first, second)
            )
            if old and new and _stands_for(old, new):
                yield Retraction(old.words, index, *first.span())

    def _truly(self, call: SpokenCall, sayings: Sequence[Saying], index: int) -> Iterator[Retraction]:
        """Yield the value of a saying before that 其实是嵩山路 puts right."""
        text = sayings[index].text
        for match in self._in_truth.finditer(text):
            right = next((v for v in values_in(text) if 0 <= v.start - match.end() <= 2), None)
            before = sayings[max(0, index - _BACK) : index]
            olds = [v for s in before for v in values_in(s.text)] if right else []
            old = next((v for v in reversed(olds) if right and _stands_for(v, right) and akin(v, right)), None)
            if old and right and not _again(old, call, sayings[index], right):
                yield Retraction(old.words, index, match.start(), match.start())


def _own_words(words: str, areas: Collection[str]) -> str:
    """Return a name without what leads in to it, nor the district or town that it stands in."""
    own = LEAD.sub("", words)
    area = max((own[:end] for end in range(_SHORTEST, len(own) - 1) if own[:end] in areas), key=len, default="")
    return own[len(area) :]


def _whole_aside(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch with the rest of its last piece, and of the brackets that it begins in."""
    end = next((p.end() for p in PIECE.finditer(text) if p.start() < end <= p.end()), end)
    around = next((m.span() for m in _ASIDE.finditer(text) if m.start() <= start < m.end()), (start, end))
    return min(start, around[0]), max(end, around[1])


def _stands_for(old: Value, new: Value) -> bool:
    return old.kind == new.kind and differ(old, new)


def _again(value: Value, call: SpokenCall, saying: Saying, right: Value) -> bool:
    """Tell whether a value is said again behind the one that took its place; an operator's echo at once is none."""
    later = (t.text for t in call.turns[saying.turn + 2 :] if t.speaker is not Speaker.OPERATOR)
    rest = "，".join((saying.text[right.end :], *later))
    return bare(value) in rest or value.words in rest


def _figure_of(value: Value) -> str:
    found = _NUMERAL.match(value.words)
    return found.group() if found else ""


def _piece_of(pieces: Sequence[re.Match[str]], value: Value) -> str:
    return next(piece.group() for piece in pieces if piece.start() <= value.start < piece.end())
