"""Slips of the tongue that the caller marks himself: 大宗村 说岔了 小宗村; 市中区 哪啊 薛城区; 叫鑫源还是鑫缘 我看看 鑫缘."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from app.understand.mentions.values import BROKEN_OFF

_CUE = re.compile(
    r"[啊噢哦哎呃嗯诶]+|(?:那|噢|哦|啊|哎|呸|嗨|嘿|可)*(?:不+(?:是|对)?(?:不?对|是)?|(?:我|俺)?(?:刚才|刚刚)?(?:说|记|看|弄|搞|走|念|报)(?:错|混|岔|反|串)了?|口误|(?:等|稍)(?:一下|会儿?|等)(?:我(?:看看|想想|查查).{0,3})?|"
    r"不好意思|(?:我|俺)(?:再)?(?:看看|想想|算算|翻翻|查查|瞅瞅|数数).{0,4}|(?:你)?看(?:我|俺)这(?:脑子|记性|嘴)?|(?:我|俺)?糊涂了|哪啊|呸)(?:啊|哈|呀|了)?"
)
"""What stands between a slip and the right words."""
_FILLER = re.compile(r"[啊噢哦哎呃嗯诶]+")
_FIRM = re.compile(
    r"(?:说|记|看|弄|搞|走|念|报)(?:错|混|岔|反|串)|口误|不对|不是|看(?:我|俺)这|糊涂了|哪啊|呸|不好意思"
)
"""A cue that says that something was wrong; the others only pause."""
_LEAD = re.compile(
    r"^(?:那个|就是|就|我们|我|俺们?|现在|住|人在|停在|叫|是|在|到|从|说的|姓|开|买的|种的是?|工地|应该|应该是|那是|说是|其实是?)+"
)
_FIGURE = re.compile(r"(?P<number>\d[\d.]*|[一二三四五六七八九十百千万两]{1,4})(?P<unit>[\u4e00-\u9fff]{0,2})")
_CHOICE = re.compile(
    r"(?:叫|是)?(?P<a>[\u4e00-\u9fff]{2,6})(?:还是|要么|或者)(?P<b>[\u4e00-\u9fff]{2,6}?)(?=(?:我|俺)?(?:记不|忘|不记得|搞不)|$)"
)
_UNWANTED = re.compile(
    r"(?:不用|别|甭|不要)(?:再)?(?:写|记|提)(?:他|她|(?P<what>[\u4e00-\u9fff]{2,6}?))(?:了|的名字?)?$"
)
_CALLED_BEFORE = re.compile(r"[\u4e00-\u9fff]{0,8}(?:叫|姓)(?P<name>[\u4e00-\u9fff]{2,4})$")
_NOT_CALLED = re.compile(r"(?:不叫|谁说(?:是)?|没说是?)(?P<name>[\u4e00-\u9fff]{2,6}?)(?:了|的)?$")
_RENAMED = re.compile(r"(?:说|应该|其实|就)?是(?!不是)")
_OBJECT = re.compile(r"^.*[的了过]")
_DENIED = re.compile(r"(?:可|也)?不是(?P<what>.{2,8}?)(?:啊|哈)?")
_INTRODUCED = re.compile(r"^.*(?:叫|在那个|在|是)")
_DIGIT = re.compile(r"\d")
_NAMING = {"是", "叫"}
_OPPOSITES = "东西南北上下左右前后里外"
_LONGEST = 9
_PRONOUN = re.compile(r"[我俺你您恁他她]|没|给|想|要")


class Slip(NamedTuple):
    """A stretch taken back, and the words to be taken back wherever else they were said (may be empty)."""

    start: int
    end: int
    words: str


def slips(text: str, raw: str, heard: str = "") -> Iterator[Slip]:
    """Yield the slips that a saying marks.

    `raw` still holds what was said twice in a row; `heard` is what the operator said before.
    """
    pieces = list(BROKEN_OFF.finditer(text))
    for position, piece in enumerate(pieces):
        if position and _CUE.fullmatch(piece.group()):
            yield from _before_cue(pieces, position, raw)
            yield from _after_twin(pieces, position)
        yield from _unwanted(pieces, position)
        yield from _not_chosen(pieces, position)
        yield from _other_denied(pieces, position, heard)
    yield from _twins(pieces, raw)


def _before_cue(pieces: Sequence[re.Match[str]], position: int, raw: str) -> Iterator[Slip]:
    """Yield [大宗村 说岔了] 小宗村: the words before the cue that the words after it replace."""
    old, new = _slip_words(pieces, position), _right_words(pieces, position)
    if old is None or new is None:
        return
    firm = bool(_FIRM.search("".join(p.group() for p in pieces if old.end() <= p.start() < new.start())))
    last, first = old.group(), _LEAD.sub("", new.group())
    figure = _figure_replaced(last, first)
    if figure is not None and (firm or not _FILLER.fullmatch(pieces[position].group())):
        yield Slip(old.start() + figure.start(), new.start(), figure.group() if figure["unit"] else "")
        return
    own = _LEAD.sub("", _OBJECT.sub("", last) if firm and _RENAMED.match(new.group()) else last)
    again = any(first.startswith(own[-length:]) for length in range(2, len(own) + 1))
    if again or not 1 < len(own) <= _LONGEST or _PRONOUN.search(own):
        return
    named = raw.count(first[: len(own)]) > 1 and raw.count(own) == 1
    renamed = _RENAMED.match(new.group()) and len(own) == len(first)
    if renamed or _share(own, first) or (firm and (named or first[len(own) - 1 : len(own)] == own[-1])):
        yield Slip(old.end() - len(own), new.start(), own)
    elif firm and _same_head(last, new.group()):
        yield Slip(old.start(), new.start(), "")


def _slip_words(pieces: Sequence[re.Match[str]], position: int) -> re.Match[str] | None:
    """Return the piece before the cues."""
    before = [piece for piece in pieces[max(0, position - 3) : position] if not _CUE.fullmatch(piece.group())]
    return before[-1] if before else None


def _right_words(pieces: Sequence[re.Match[str]], position: int) -> re.Match[str] | None:
    """Return the piece after the cues; 我看看票 25路 不 52路 says the slip again before the right words."""
    following = [piece for piece in pieces[position + 1 : position + 4] if not _CUE.fullmatch(piece.group())]
    return following[0] if following else None


def _figure_replaced(old: str, new: str) -> re.Match[str] | None:
    """Return the last figure of `old` where `new` opens with another one of the same unit."""
    figures = list(_FIGURE.finditer(old))
    right = _FIGURE.match(new)
    if not figures or right is None or not old.endswith(figures[-1].group()) or not right["unit"]:
        return None
    same = figures[-1]["unit"][:1] == right["unit"][:1] and figures[-1]["number"] != right["number"]
    return figures[-1] if same else None


def _share(old: str, new: str) -> bool:
    """Tell whether two names are near enough to be a slip: same length to within one, half of the characters."""
    new = new[: len(old) + 1]
    return len(set(old) & set(new)) * 2 >= len(old) and (old[0] == new[0] or old[-1] in new[1:])


def _same_head(old: str, new: str) -> bool:
    """Tell whether both are introduced alike: 在龙泉塔 / 我现在在接官巷, 是钢管 / 是铁管, 是大润发 / 叫佳源超市."""
    lead, again = _LEAD.match(old), _LEAD.match(new)
    ends = {lead.group()[-1], again.group()[-1]} if lead and again else set()
    return len(ends) == 1 or ends == _NAMING


def _after_twin(pieces: Sequence[re.Match[str]], position: int) -> Iterator[Slip]:
    """Yield [聚福楼] 聚贤楼 我记混了: the cue comes after both."""
    if not _FIRM.search(pieces[position].group()) or position < 2:
        return
    right = pieces[position - 1]
    earlier = [piece for piece in pieces[max(0, position - 4) : position - 1] if piece.group() != right.group()]
    for old in reversed(earlier):
        a, b = old.group(), right.group()
        lead = _LEAD.sub("", b)
        if a.endswith(lead) or (len(a) > _LONGEST and not _share(a[-len(b) :], b)):
            continue
        if _share(a[-len(b) :], b) and len(b) <= _LONGEST and not _PRONOUN.search(b):
            start = old.end() - min(len(a), len(b))
            yield Slip(start, old.end(), a[-len(b) :])
            return


def _twins(pieces: Sequence[re.Match[str]], raw: str) -> Iterator[Slip]:
    """Yield [鲁南花园] 鲁南家园 鲁南家园6号楼: two names a character or two apart, the second said again."""
    for old, new in pairwise(pieces):
        a = _LEAD.sub("", _INTRODUCED.sub("", old.group()))
        b = new.group()[: len(a)]
        apart = [pair for pair in zip(a, b, strict=False) if pair[0] != pair[1]]
        if not 3 <= len(a) == len(b) <= _LONGEST or not apart or not _share(a, b) or _PRONOUN.search(a):
            continue
        opposite = all(x in _OPPOSITES and y in _OPPOSITES for x, y in apart)
        if raw.count(b) > 1 and raw.count(a) == 1 and not opposite and not _DIGIT.search(a + b):
            yield Slip(old.end() - len(a), old.end(), a)


def _other_denied(pieces: Sequence[re.Match[str]], position: int, heard: str) -> Iterator[Slip]:
    """Yield 4个月 [不是3个月], 是永安路 [不是永安镇]: what is denied in one breath, of the right value or the operator's."""
    match = _DENIED.fullmatch(pieces[position].group())
    if match is None:
        return
    if match["what"] in heard:
        yield Slip(*pieces[position].span(), match["what"])
    if not position:
        return
    right, after = pieces[position - 1].group(), pieces[position + 1].group() if position + 1 < len(pieces) else ""
    figure, wrong = _FIGURE.search(right), _FIGURE.match(match["what"])
    if figure and wrong and figure["unit"][:1] == wrong["unit"][:1] and figure["number"] != wrong["number"]:
        again = _FIGURE.match(_LEAD.sub("", after))
        if not (again and again["unit"][:1] == wrong["unit"][:1]):
            yield Slip(*pieces[position].span(), match["what"])


def _not_chosen(pieces: Sequence[re.Match[str]], position: int) -> Iterator[Slip]:
    """Yield [叫鑫源还是鑫缘我记不清了] … 鑫缘: the caller's own either-or that he settles."""
    match = _CHOICE.search(pieces[position].group())
    if match is None:
        return
    after = "，".join(piece.group() for piece in pieces[position + 1 :])
    a, b = _LEAD.sub("", match["a"]), match["b"]
    for wrong, right in ((a, b), (b, a)):
        if right in after and wrong not in after and len(wrong) > 1:
            yield Slip(*pieces[position].span(), wrong)


def _unwanted(pieces: Sequence[re.Match[str]], position: int) -> Iterator[Slip]:
    """Yield 叫王建 不用写他, 不叫西林, 别写下水道: a name that the caller wants left out."""
    piece = pieces[position]
    if match := _UNWANTED.search(piece.group()):
        before = _CALLED_BEFORE.search(pieces[position - 1].group()) if position else None
        if match["what"]:
            yield Slip(*piece.span(), match["what"])
        elif before:
            start = pieces[position - 1].start()
            yield Slip(start, piece.end(), before["name"])
    elif match := _NOT_CALLED.search(piece.group()):
        yield Slip(*piece.span(), match["name"])
