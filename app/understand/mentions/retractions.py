"""What a caller takes back in whatever words: a value of the same kind follows a cue, an echo, or the operator's misreading."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.misread import EXPLAINS, misread
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import (
    LEAD,
    NUMBERED,
    PIECE,
    SHORT_NAME,
    Value,
    akin,
    bare,
    differ,
    figured,
    said_in,
    same_kind,
    times_said,
    values_in,
)

_CUE = re.compile(
    r"不对|^(?:也|又|好像|可)?不+是?(?:的|啊|吧)?$|(?:说|讲)(?:错|顺嘴|秃噜嘴|急|快|多|少|反|混|岔|早|晚)了?|(?:记|看|念|弄|搞|写|报|走|听|算|数|按)(?:错|混|岔|反|花|串|多|少)|口误|重来|重新(?:说|念|报)|"
    r"应该(?:是|叫)|(?:准确|正确)(?:地|的)?说|刚(?:才)?看了|^(?:我|俺)(?:再)?(?:看看|想想|算算|查查|数数|瞅瞅|翻翻|看一眼|看下|对一下|捋捋)|没那么(?:多|久|大|远)|^(?:哪|啥)[^，。]{0,5}(?:啊|呀|呢)|不到$|"
    r"改(?:成|为|一下|的|到)|(?:更正|纠正)(?!过来)"
)
"""What says that the value before was wrong."""
_DENIED = re.compile(r"(?:哪(?:有|是|来的)?|不是|不叫|又不|没有?)$")
_LONGEST_DENIAL = 4
"""Characters before a value that hold its denial."""
_AFTER_DENIED = re.compile(
    r"^(?:那)?是[^，。]{0,5}(?:说的|吹的|估的|猜的|报的|瞎说)|^(?:的)?(?:那个|这个)?[，,\s]*(?:也|又|好像|可)?不(?:是|对)(?=[，,。\s]|$)"
)
"""What stands right after one: hearsay, or a denial."""
_RENAMED = re.compile(
    r"(?:的|是|叫)(?P<old>[\u4e00-\u9fff]{2,4})[，,\s啊哦呃哎噢不对]+是(?P<new>[\u4e00-\u9fff]{2,4})(?=[，,。\s]|$)"
)
_CONTRAST = re.compile(
    r"原来|本来|现在|从|到|之前|后来|涨|降|以前|上回|这回|和|跟|还有|实付|结账|先|再|又|其中|每|一共|总共|加|或|比|给|退|找|剩|减|差|多要|多收|一[张个份台]|分|。|[早晚]上|[上下]午|最好|[今去明前]年"
)
_EITHER = re.compile(
    r"(?:叫|是|姓)?(?P<a>[\u4e00-\u9fff\dA-Za-z]{1,8})还是(?P<b>[\u4e00-\u9fff\dA-Za-z]{1,8}?)[，,\s]*(?P<lost>(?:我|俺|反正)?(?:都)?(?:忘|没记|没?看不?清|没看清|记不|不确定|不知道|想不|不敢说|搞不))"
)
_NOT_TO_WRITE = re.compile(
    r"(?:别|甭|不用|不要|先别|不必)(?:给(?:我|俺))?(?:往上|往里)?(?:写|记|登|提(?!前)|录)(?!了|错|死|混)(?:上|进去|到|在)?(?P<what>[^，。\s]{0,8})$"
)
_NOTHING_NAMED = re.compile(r"(?:这个?|那个?|它|他|她|这些|那些|这事|上|了|[警工车单]?号|数)*")
_NO_MATTER = re.compile(r"(?:不用|不必|别)(?:去)?(?:管|算)(?:它|他|这个|那个)?了?$")
_CALLED = re.compile(r"叫(?P<name>(?!什么|啥)[\u4e00-\u9fff]{2,3})(?=$|[，。的也])")
_LONGEST_GAP = 8
_TOLD_OF = re.compile(r"(?P<name>[\u4e00-\u9fff\d]{2,5}?)(?:那|才|可)?是")
_GOES_ON = re.compile(r"[\u4e00-\u9fff\d]")
_FORMER = r"[^，。\s]{0,4}(?:原来|以前|早先|那是)[^，。\s]*"
_WRITE = re.compile(r"(?:就|你|给我|给俺)(?:写|记|算|按)(?:成|上|个)?(?=[\d一二两三四五六七八九十])")
_LEAST_SHARED, _MOST_SHARED, _NEAR_DENIAL = 3, 8, 24
"""Characters that two names have in common at their end; within which a denial counts."""
_NEAR = 4
_SHORT_CUE = 8
"""Characters of a piece that says nothing but that something was wrong."""


def retractions(call: SpokenCall, sayings: Sequence[Saying]) -> Iterator[Retraction]:
    """Yield what the citizen takes back; a piece that only explains the wrong value goes with it."""
    found = [*misread(call, sayings)]
    for index, saying in enumerate(sayings):
        if not saying.confirmed_by:
            found += _replaced(call, sayings, index)
            found += _undecided(sayings, index)
            found += _left_out(saying, index)
            found += _named_again(saying, index)
    for one in found:
        yield one
        if one.words:
            yield from _same_value(sayings, one)
            yield from _explained(sayings, one)


def _replaced(call: SpokenCall, sayings: Sequence[Saying], index: int) -> Iterator[Retraction]:
    """Yield what a saying denies, renames, replaces after a cue, or says once beside the value that is said again."""
    text = sayings[index].text
    values = values_in(text)
    wrong = [v for v in values if _is_denied(text, v, values)]
    yield from (Retraction(v.words, index, v.start, v.end) for v in wrong)
    values = tuple(v for v in values if bare(v) not in {bare(w) for w in wrong})
    for match in _RENAMED.finditer(text):
        if match["new"] in text[match.end() :] and match["old"] not in text[match.end() :]:
            yield Retraction(match["old"], index, *match.span("old"))
    yield from _cued(call, sayings, index, values)
    for old, new in pairwise(values):
        if _corrects(call, sayings[index], old, new):
            yield Retraction(old.words, index, old.start, old.end)


def _cued(call: SpokenCall, sayings: Sequence[Saying], index: int, values: Sequence[Value]) -> Iterator[Retraction]:
    """Yield the values that another of their kind replaces after a cue, and the piece that holds nothing but the cue."""
    pieces = list(PIECE.finditer(sayings[index].text))
    for position, piece in enumerate(pieces):
        cue = _CUE.search(piece.group())
        if cue is None:
            continue
        at, reach = piece.start() + cue.start(), _NEAR
        olds = [v for v in values if pieces[max(0, position - _NEAR)].start() <= v.start < at]
        if position == 0 and index:
            olds, reach = [*values_in(sayings[index - 1].text), *olds], 1
        news = [v for v in values if at <= v.start < pieces[min(position + reach, len(pieces) - 1)].end()]
        pair = _pair(olds, news)
        if pair and not said_in(pair[0], _rest(call, sayings[index], pair[1])):
            yield Retraction(pair[0].words, index, at, at)
            if len(piece.group()) <= _SHORT_CUE and not any(v.end <= piece.end() for v in news):
                yield Retraction("", index, *piece.span())


def _is_denied(text: str, value: Value, values: Sequence[Value]) -> bool:
    """Tell whether a value is denied, or called hearsay, where another of its kind stands."""
    before = text[max(0, value.start - _LONGEST_DENIAL) : value.start]
    if not (_DENIED.search(before) or _AFTER_DENIED.match(text[value.end :])):
        return False
    near = (v for v in values if abs(v.start - value.start) <= _NEAR_DENIAL)
    return any(same_kind(value, v) and differ(value, v) for v in near)


def _pair(olds: Sequence[Value], news: Sequence[Value]) -> tuple[Value, Value] | None:
    """Return the last value before a cue and the first of its kind after it."""
    for new in news:
        for old in reversed(olds):
            if same_kind(old, new):
                return (old, new) if differ(old, new) else None
    return None


def _corrects(call: SpokenCall, saying: Saying, old: Value, new: Value) -> bool:
    """Tell whether the second of two neighbouring values of a kind is the one that is said again from there on."""
    between = saying.text[old.end : new.start]
    if not same_kind(old, new) or not differ(old, new) or len(between) > _LONGEST_GAP or _CONTRAST.search(between):
        return False
    if not (re.search(r"[，,\s。]", between) if between else old.kind == "单元"):
        return False
    if old.kind != new.kind or len(bare(new)) < SHORT_NAME > len(new.words):
        return False
    if not (figured(old) or akin(old, new) or _read_back(call, saying, old, new)):
        return False
    about = re.compile(f"{_FORMER}|{EXPLAINS.format(re.escape(old.words))}")
    rest = about.sub("", _rest(call, saying, new))
    said = about.sub("", "，".join(turn.text for turn in call.turns))
    count = times_said if old.kind in NUMBERED else said_in
    return count(new, rest) > 0 and not count(old, rest) and count(old, said) == 1


def _read_back(call: SpokenCall, saying: Saying, old: Value, new: Value) -> bool:
    """Tell whether the operator repeats the second of two names alike in form, and not the first: 新华街 黄河东路."""
    heard = "".join(t.text for t in call.turns[saying.turn + 1 : saying.turn + 2] if t.speaker is Speaker.OPERATOR)
    alike = (old.words[-1] == new.words[-1] or old.kind == "路") and not _GOES_ON.match(saying.text, old.end)
    return alike and new.words in heard and old.words not in heard


def _rest(call: SpokenCall, saying: Saying, new: Value) -> str:
    """Return everything said by anybody after a value."""
    return "，".join((saying.text[new.end :], *(turn.text for turn in call.turns[saying.turn + 1 :])))


def _undecided(sayings: Sequence[Saying], index: int) -> Iterator[Retraction]:
    """Yield the side of 李强还是李刚没记住 that is not said again: both where neither is."""
    for match in _EITHER.finditer(sayings[index].text):
        after = sayings[index].text[match.end() :] + "，".join(s.text for s in sayings[index + 1 :])
        yield Retraction("", index, *match.span())
        for side in (match["a"], match["b"]):
            if side not in after and len(side) > 1:
                yield Retraction(side, index, *match.span())


def _named_again(saying: Saying, index: int) -> Iterator[Retraction]:
    """Yield a name that is none of the kinds known: 腾达纺织，不是，是鸿达纺织; 鲁南出租，不是，鲁南是以前的; 就写4点."""
    pieces = list(PIECE.finditer(saying.text))
    for position, (cue, after) in enumerate(pairwise(pieces)):
        if _CUE.search(cue.group()) and len(cue.group()) <= _SHORT_CUE:
            told = _TOLD_OF.match(after.group())
            for before in pieces[max(0, position - 2) : position]:
                if told and told["name"] in before.group():
                    yield Retraction(told["name"], index, *after.span())
                elif word := _other_start(before.group(), after.group()):
                    yield Retraction(word, index, *cue.span())
    for match in _WRITE.finditer(saying.text):
        values = values_in(saying.text)
        new = next((v for v in values if v.start == match.end()), None)
        olds = [
            v for v in values if new and v.kind == new.kind and differ(v, new) and 0 < new.start - v.end < _NEAR_DENIAL
        ]
        yield from (Retraction(v.words, index, v.start, v.end) for v in olds[-1:])


def _other_start(old: str, new: str) -> str | None:
    """Return the word of `old` that `new` says with another first character: 枣庄腾达纺织, 枣庄鸿达纺织."""
    a, b = old.rstrip("的了"), LEAD.sub("", new).rstrip("的了")
    same = next((n for n in range(min(len(a), len(b))) if a[-1 - n] != b[-1 - n]), 0)
    return a[-1 - same : len(a) - same + 1] if _LEAST_SHARED <= same <= _MOST_SHARED else None


def _left_out(saying: Saying, index: int) -> Iterator[Retraction]:
    """Yield what the caller does not want written (你别写警号了)."""
    pieces = list(PIECE.finditer(saying.text))
    for position, piece in enumerate(pieces):
        if _NO_MATTER.search(piece.group()):
            yield Retraction("", index, *piece.span())
        if match := _NOT_TO_WRITE.search(piece.group()):
            before = pieces[max(0, position - 2) : position]
            named = values_in(match["what"])
            called = [found["name"] for p in pieces[: position + 1] for found in _CALLED.finditer(p.group())]
            yield Retraction("", index, *piece.span())
            for words in [v.words for v in named] or (called if "名" in match["what"] or not before else []):
                yield Retraction(words, index, *piece.span())
            if before and _NOTHING_NAMED.fullmatch(match["what"]):
                yield Retraction("", index, before[0].start(), piece.end())


def _same_value(sayings: Sequence[Saying], one: Retraction) -> Iterator[Retraction]:
    """Yield the other forms in which a value taken back was said: 姓宋 of 宋老师, 60来户 of 60户."""
    for wrong in values_in(one.words)[:1]:
        for index, saying in enumerate(sayings):
            for value in values_in(saying.text):
                coded = wrong.kind == value.kind == "code" and value.words in wrong.words
                if coded or (value.kind == wrong.kind and bare(value) == bare(wrong) and value.words != one.words):
                    yield Retraction(value.words, index, value.start, value.end)


def _explained(sayings: Sequence[Saying], one: Retraction) -> Iterator[Retraction]:
    """Yield the pieces from the correction on that say what the wrong value is: 109是上医院的."""
    wrong = re.compile(EXPLAINS.format(re.escape(one.words)) + "|" + EXPLAINS.format(re.escape(_stem(one.words))))
    for index in range(one.saying, len(sayings)):
        for piece in PIECE.finditer(sayings[index].text):
            later = index > one.saying or piece.start() >= one.end
            if later and not sayings[index].confirmed_by and wrong.match(piece.group()):
                yield Retraction("", index, *piece.span())


def _stem(words: str) -> str:
    """Return a figure of three digits and more without its unit, a village's name without 村; anything else as it is."""
    found = re.match(r"\d{3,}|[\u4e00-\u9fff]{2,}(?=[村庄]$)", words)
    return found.group() if found else words
