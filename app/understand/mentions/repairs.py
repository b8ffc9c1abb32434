"""What a speaker takes back: slips of the tongue, corrected values, names that turn out to belong to something else."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.domain.anchors import Anchored, held
from app.domain.transcript import SpokenTurn
from app.understand.mentions.values import BROKEN_OFF, LEAD

_BETWEEN = r"[，,。\s]*(?:我|俺)?(?:刚才|刚刚)?(?:说|记|弄)?错?了?[，,。\s]*"
_NOT_BUT = Anchored(
    rf"不是(?P<old>[^，,。！？；不]{{1,14}}?)(?:吧|啊|哈)?(?P<mark>{_BETWEEN})(?:是|应该是|应该|我说的是|说的是|而是|在)(?P<new>[^，,。！？；]{{1,14}})"
)
_WRONG = Anchored(
    r"(?P<old>[^。！？；]{1,40}?)[，,。\s]*(?:哦|噢|啊|哎)?(?:不对|不是|说错了|记错了|弄错了|我说错|错了)"
    r"(?:不对|不是|说错了|记错了|错了|[，,。\s啊哦噢])*(?:是|应该是|应该)?(?P<new>[^，,。！？；]{1,16})"
)
_SAID_WRONG = re.compile(r"(?=不对|不是|说错了|记错了|弄错了|我说错|错了)")
_APART = "，,。哦噢啊哎" + "".join(filter(str.isspace, map(chr, range(0x3001))))
_LONGEST_OLD = 40
"""What `_WRONG` holds behind the old words; what may stand between both; characters of the old words."""
_WRONG_BEFORE = Anchored(
    r"^[^，,。]{0,4}(?:刚才|刚刚|前面|上面)?[^，,。]{0,2}(?:说|记|弄|报)错了?[，,。\s]*(?:应该)?(?:是|在)?(?P<new>[^，,。！？；]{1,16})"
)
_QUERIED = Anchored(
    r"(?:[\u4e00-\u9fff]{1,3}[区市县镇])?(?P<old>[\u4e00-\u9fff\d]{2,8})[？?][，,\s]*(?:[哦噢啊哎嗨呃]+[，,\s]*)?(?:不(?:是|对)?[，,\s]+)+(?:是|叫|应该是)"
)
"""兴仁？不，是临城街道: the caller asks himself and answers."""
_SAID_TWICE = Anchored(
    r"(?P<old>[\u4e00-\u9fff\d]{2,8})[，,\s]+(?P=old)(?:不对|不是)[，,\s]+(?:不(?:对|是)[，,\s]+)?(?=(?:应该)?是|叫|在)"
)
"""夕阳红 夕阳红不对 是金秋颐养院: said once more to take it back."""
_UNITS = "号楼|栋|幢|单元|室|楼|号|元|万|天|个月|月|点|年|多?户|度|米|盏|个|亩|层|斤|吨|公里|里|次|回|趟|路|岁|人|辆|台|棵|根|平"
_VALUE = re.compile(
    rf"(?:\d[\d.]*|[一二三四五六七八九十百千两]+)(?P<unit>{_UNITS})|(?:周|星期|礼拜)(?P<day>[一二三四五六日天])|(?P<name>[\u4e00-\u9fff]{{2,6}}?(?P<kind>小区|家园|花园|街道|镇|路|村|庄|社区|学校|小学|医院|区|市))|\d{{3,}}"
)
_OF_THE_MATTER = re.compile(r"(?:的)?(?:事|事儿|问题|那个)$")
_ELSEWHERE = Anchored(
    r"(?P<old>[\u4e00-\u9fff\d]{2,6}?)(?:那|才|可)?是(?:我|俺|人家|他|她)(?:们)?(?:自己)?(?:的)?(?:娘家|婆家|老家|老丈人|闺女|女儿|儿子|儿|妈|家|单位|亲戚)(?:家|那边|那里|的)*(?=[，,。\s]|$)|"
    r"(?P<before>[\u4e00-\u9fff\d]{2,6}?)(?:早就?|以前就)(?:盖|建|修|拆|搬|完)[^，,。\s]{0,4}了|(?P<former>[\u4e00-\u9fff\d]{2,6}?)是(?:早先|以前|上回|上学期|去年|原来)的|"
    r"(?:我|俺)(?:们)?自己家才?是(?P<mine>[\u4e00-\u9fff\d]{2,8})|不叫(?P<called>[\u4e00-\u9fff\d]{2,6}?)(?=[，,。\s]|$|[^，,。\s]{0,3}那)"
)
"""张庄是俺娘家, 一期早盖完了: why a name that was said is not the one in question."""
_NOT_BLAMED = Anchored(
    r"(?:我|俺)(?:可|也|又)?没说(?:是|他|她|人家)?(?P<a>[^，,。\s]{2,8})|别(?:去)?(?:找|提|说|写)(?:是)?(?:人家)?(?P<b>老?[\u4e00-\u9fff]{1,3})(?=[，,。\s]|$)"
)
"""我可没说是豆制品厂, 别去找人家老闫: a name that the caller does not want on the ticket."""
_MISTAKEN = Anchored(r"(?:看|记|说|弄|搞|念)错了|糊涂了|说岔了|口误")
_HESITATION = re.compile(r"呃|额|哎|欸|诶|噢|哦")
_THAT_ONE_NOT = Anchored(
    r"(?:^|[，,。\s])(?:可|我|俺|我们|俺们)*不是[\s，,]*(?P<what>[^，,。！？；\s]{2,12}?)(?:里头|那边|那个)?(?:啊|哈)(?=[，,。\s]|$)"
)
"""不是市里那个中心人民医院啊: a name that the matter has nothing to do with."""
_JUST = Anchored(
    rf"(?P<old>\d[\d.]*(?P<unit>{_UNITS}))(?P<between>[，,\s][^。]{{0,16}}?)(?:就是?|应该是|其实是?)(?P<new>\d[\d.]*(?P=unit))"
)
"""2公里，三里是1公里半，就1公里半: the value insisted on replaces the first."""
_STEP_BACK = re.compile(
    r"(?:哦|噢|啊|哎|呃|不)*(?:不是|不对|不对不对|说错了|我说错了|记错了|错了|说不准|不不)(?:啊|哈)?"
)
_DENIED_AGAIN = re.compile(r"(?:哦|噢|啊|哎|呃|不|也|又|可)*不是(?P<what>[\u4e00-\u9fff\d]{1,8}?)(?:啊|哈|的)?")
_AMOUNT_LAST = re.compile(r"(?:给|交|花|要|收|扣)?了?[\d一二三四五六七八九十百千万两]+(?:元|块)?$")
_BLANKED = re.compile(r"\s{2}")
"""Where words were taken back already: what stands before them was not meant."""
_NEAR = 3
"""Characters after a hesitation within which the right value begins."""
_LONGEST_NAME = 5
_OPPOSITES = frozenset("东南西北上下左右前后里外男女大小老新旧今明昨早晚一二三四五六七八九十两0123456789这那有没不")
"""东边 西边: names that differ in one of these are two things."""
_LONGEST_SLIP = 9
"""Characters of a slip of the tongue: what is longer is a statement, not a slip."""
_NO_SLIP = re.compile(r"[我俺你恁他她这]|^(?:对|是|嗯|好|没|有)")
_NO_VALUE = re.compile(r"[我俺你恁他她咱]|没|要|给|说|想|能|会|让|因为|就是|光|所有|这个意思|一[次天回]")


def hesitations(turn: SpokenTurn) -> tuple[int, ...]:
    """Return the normalised positions where the speaker hesitated (呃, 哎): what follows may replace what was said."""
    heard = (bisect_right(turn.offsets, match.start()) for match in _HESITATION.finditer(turn.raw))
    return tuple(dict.fromkeys(position for position in heard if 0 < position < len(turn.text)))


def withdrawn(text: str, call: str, hesitated: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Return the stretches of a saying taken back: [不是3号楼，]是13号楼; [3号楼]，不对，13号楼; [600米] 呃 650米.

    `call` is everything said by anybody: a name said again there is no slip of the tongue.
    `hesitated` holds the positions of `hesitations`.
    """
    found = [span for position in hesitated if (span := _replaced(text, position))]
    for match in _NOT_BUT.finditer(text):
        old, new = _VALUE.search(match["old"]), _VALUE.search(match["new"])
        if (old and new and _alike(old, new)) or _repeated(match, text):
            found.append((match.start(), match.start("new")))
    found += [match.span() for match in _THAT_ONE_NOT.finditer(text)]
    found += [(match.start("old"), match.end()) for match in _QUERIED.finditer(text)]
    found += [match.span() for match in _SAID_TWICE.finditer(text)]
    found += [match.span("old") for match in _JUST.finditer(text) if match["old"] != match["new"]]
    found += [span for span in _slips(text, call) if not any(span[0] < end and start < span[1] for start, end in found)]
    for match in _wrong(text):
        new = _VALUE.search(match["new"])
        olds = [old for old in _VALUE.finditer(match["old"]) if new and _alike(old, new)]
        if olds and not any(start <= match.start("old") + olds[-1].start() < end for start, end in found):
            found.append((match.start("old") + olds[-1].start(), match.start("new")))
    return found + [span for start, end in found for span in _explained(text, start, end)]


def _explained(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what goes on to say whose the slip was: [呼吸 不对] 是老年医学科，[呼吸是他上回住的]."""
    words = next((piece.group() for piece in BROKEN_OFF.finditer(text, start, end)), "")
    for piece in BROKEN_OFF.finditer(text, end) if len(words) > 1 and not _NO_VALUE.search(words) else ():
        if piece.group().startswith(words) and piece.group()[len(words) :].lstrip("那才可").startswith("是"):
            yield piece.span()


def _wrong(text: str) -> Iterator[re.Match[str]]:
    """Yield what `_WRONG` finds; it is tried only where what says so stands near enough behind."""
    done = 0
    for mark in _SAID_WRONG.finditer(text) if _WRONG.possible(held(text)) else ():
        first = max(done, len(text[: mark.start()].rstrip(_APART)) - _LONGEST_OLD)
        tried = (_WRONG.pattern.match(text, at) for at in range(first, mark.start()))
        if match := next(filter(None, tried), None):
            yield match
            done = match.end()


def _replaced(text: str, position: int) -> tuple[int, int] | None:
    """Return the value before a hesitation where a value of the same kind follows it: [张庄] 呃 北洛村."""
    before = BROKEN_OFF.findall(text[:position])
    after = BROKEN_OFF.search(text, position)
    olds = list(_VALUE.finditer(before[-1])) if before else []
    new = _VALUE.search(after.group()) if after else None
    if not (olds and new and _alike(olds[-1], new)) or olds[-1].group() == new.group() or new.start() > _NEAR:
        return None
    start = text.rindex(before[-1], 0, position) + olds[-1].start()
    return start, position


def _slips(text: str, call: str) -> Iterator[tuple[int, int]]:
    """Yield [前湖 不是] 后湖; [青檀花园 不是花园] 青檀苑; [申捷] 中捷 中捷的: stretches that the next one takes back."""
    pieces = list(BROKEN_OFF.finditer(text))
    for before, after in pairwise(pieces):
        if _said_again(before.group(), after.group(), call):
            yield before.start(), after.start()
    for three in zip(pieces, pieces[1:], pieces[2:], strict=False):
        gone = _BLANKED.search(text, three[0].end(), three[1].start())
        if not gone and (span := _denied(*three) or _stepped_back(*three)):
            yield span


def _denied(before: re.Match[str], piece: re.Match[str], after: re.Match[str]) -> tuple[int, int] | None:
    """Return [青檀花园 不是花园] 青檀苑, or [学校宿舍 不 不是宿舍]."""
    denial, end = (after, after.end()) if piece.group() in "不没" else (piece, after.start())
    again = _DENIED_AGAIN.fullmatch(denial.group())
    short = len(before.group()) <= _LONGEST_SLIP
    what = LEAD.sub("", again["what"]) or again["what"] if again else ""
    return (before.start(), end) if what and short and what in before.group() else None


def _stepped_back(before: re.Match[str], piece: re.Match[str], after: re.Match[str]) -> tuple[int, int] | None:
    """Return [前湖 不是] 后湖, [三千六 不是 三千六是上学期的], 俺[给了五百 不是] 头回是八百."""
    slip = before.group()
    if not _STEP_BACK.fullmatch(piece.group()):
        return None
    if any(slip.endswith(after.group()[:length]) for length in (2, 3, 4, 5) if len(after.group()) > length):
        return before.start(), after.end()
    if len(slip) <= _LONGEST_SLIP and not _NO_SLIP.search(slip):
        return before.start(), after.start()
    amount = _AMOUNT_LAST.search(slip)
    return (before.start() + amount.start(), after.start()) if amount else None


def _said_again(slip: str, after: str, call: str) -> bool:
    """Tell whether 申捷 中捷 is one name twice: one character differs, and only the second is said again."""
    right = after[: len(slip)]
    differing = [pair for pair in zip(slip, right, strict=False) if pair[0] != pair[1]]
    return (
        1 < len(slip) <= _LONGEST_NAME
        and len(right) == len(slip)
        and len(differing) == 1
        and not set(differing[0]) & _OPPOSITES
        and call.count(right) > 1
        and call.count(slip) == 1
    )


def taken_back(text: str, before: Sequence[str]) -> Iterator[str]:
    """Yield the values that a saying takes back of what was said earlier in the call."""
    for denial in _NOT_BUT.finditer(text):
        old, said = _OF_THE_MATTER.sub("", denial["old"]), text[: denial.start()] + "，".join(before)
        if len(old) > 1 and old in said and old not in denial["new"] and not _NO_VALUE.search(old):
            yield old
    if (match := _WRONG_BEFORE.search(text)) and (new := _VALUE.search(match["new"])):
        olds = [old for earlier in before for old in _VALUE.finditer(earlier) if _alike(old, new)]
        if olds and olds[-1].group() not in new.group():
            yield olds[-1].group()
    yield from _mistaken(text, before)


def _mistaken(text: str, before: Sequence[str]) -> set[str]:
    """Return what 周五，我看错了 takes back: other values of the kind in this saying and the two before."""
    match = _MISTAKEN.search(text)
    named = [v for v in _VALUE.finditer(text[: match.start()]) if any(v.groups())] if match else []
    if not named:
        return set()
    olds = (old for earlier in (*before[-2:], text) for old in _VALUE.finditer(earlier) if _alike(old, named[-1]))
    right = named[-1].group()
    return {old.group() for old in olds if right not in old.group() and old.group() not in right}


def explained_away(text: str, before: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield a name that has nothing to do with the matter after all, and the words that say so."""
    for pattern in (_ELSEWHERE, _NOT_BLAMED):
        for match in pattern.finditer(text):
            name = next(group for group in match.groups() if group)
            said = "，".join((*before, text))
            longest = next((name[i:] for i in range(len(name) - 1) if said.count(name[i:]) > 1), None)
            if longest and not _NO_VALUE.search(longest):
                yield longest, match.group()
            elif pattern is _NOT_BLAMED:
                yield match.group(), match.group()


def _repeated(match: re.Match[str], text: str) -> bool:
    """Tell whether 城头，不是城头，是山城 says its old value twice: then it is one, whatever its form."""
    old = match["old"]
    return len(old) > 1 and not _NO_VALUE.search(old) and (old in text[: match.start()] or "错" in match["mark"])


def _alike(old: re.Match[str], new: re.Match[str]) -> bool:
    same_kind = old["kind"] == new["kind"] or {old["kind"], new["kind"]} == {"村", "庄"}
    return old["unit"] == new["unit"] and same_kind and bool(old["day"]) == bool(new["day"])
