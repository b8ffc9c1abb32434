"""Names said wrongly and at once said right: 顺达 顺安驾校, 龟山公墓 凤凰山公墓. Whoever goes on says only the right one again."""

import re
from collections.abc import Collection, Iterator, Sequence

from app.domain.anchors import Anchored
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.repairs import hesitations
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import LEAD, PIECE, values_in

_NAME = re.compile(
    r"(?![我俺你您恁他她它咱])(?:(?![的了吗呢吧是在有没不说给被把就都也还这那哪谁和跟与啥个])[\u4e00-\u9fff]){2,6}"
)
_CALLED = re.compile(r"^.*(?:叫|是|那个|这个|[路镇区]|街道?)(?=[\u4e00-\u9fff]{2})")
_ANOTHER = re.compile(
    r"^(?:我|俺|咱)|以前|原来|早先|(?:邻居|老板|书记|主任|经理|老师|司机|对象|儿子|人|他|她)(?:是|叫)"
)
"""Before a name that is said of somebody else."""
_ASKS_WHICH = re.compile(r"哪|什么|名|位置|地[址点方]|具体|谁")
_EITHER = Anchored(
    r"(?:(?<![\u4e00-\u9fff\d])|叫|是|个)(?P<a>[\u4e00-\u9fff\d]{1,6}?)[，,\s]*还是(?:叫)?(?P<b>[\u4e00-\u9fff\d]{1,6}?)(?:来着|来|呢|吧)?(?=[，,。！!？?；;\s]|$)"
)
_DIRECTED = re.compile(r"(?P<stem>[\u4e00-\u9fff]{2,4}?)(?P<side>[东西南北中]?)(?:路|街|大街)")
_OPPOSITES = frozenset("东西南北上下左右前后里外男女大小老新旧今明昨早晚内中一二三四五六七八九十两")
"""东门 西门: names that differ in one of these are two things."""
_COUNTED = frozenset("一二三四五六七八九十两几半年月日周每第礼星")
_REACH = 3
"""Pieces after a name within which the right one follows."""
_TAIL = 2
_LONGEST_HEAD = 4


def restarts(call: SpokenCall, sayings: Sequence[Saying], areas: Collection[str]) -> Iterator[Retraction]:
    """Yield the names that the next words replace; `areas` are districts and towns, which villages may be called after."""
    said = "，".join(turn.raw for turn in call.turns)
    for index, saying in enumerate(sayings):
        if not saying.confirmed_by:
            pieces = list(PIECE.finditer(saying.text))
            paused = set(hesitations(call.turns[saying.turn]))
            asked = _asks_which(call, saying.turn)
            for position, piece in enumerate(pieces[:-1]):
                old = _named(piece.group())
                if old is None or old in areas or said.count(old) != 1:
                    continue
                following = pieces[position + 1 : position + 1 + _REACH]
                if any(_replaces(old, new, said, asked, new.start() in paused) for new in following):
                    yield Retraction(old, index, piece.end() - len(old), piece.end())
            for match in _EITHER.finditer(saying.text):
                if wrong := _not_meant(call, match, asked):
                    yield Retraction(wrong, index, *match.span())


def _asks_which(call: SpokenCall, turn: int) -> bool:
    before = call.turns[turn - 1] if turn else None
    return before is not None and before.speaker is Speaker.OPERATOR and bool(_ASKS_WHICH.search(before.text))


def _not_meant(call: SpokenCall, match: re.Match[str], asked: bool) -> str | None:
    """Return the side of 老码头还是新码头来着 that the call does not say again."""
    a, b = match["a"], match["b"]
    names = asked and len(a) == len(b) and bool(_NAME.fullmatch(a) and _NAME.fullmatch(b))
    if len(a) < _TAIL or abs(len(a) - len(b)) > 1 or not (names or set(a) & set(b)):
        return None
    texts = ["，".join(turn.raw for turn in call.turns), "，".join(turn.text for turn in call.turns)]
    for wrong, right in ((a, b), (b, a)):
        if max(text.count(right) for text in texts) > 1 and max(text.count(wrong) for text in texts) == 1:
            return wrong
    return None


def _named(piece: str) -> str | None:
    """Return the name that a piece is or ends in: 物业叫安居."""
    own = _CALLED.sub("", LEAD.sub("", piece))
    return own if _NAME.fullmatch(own) else None


def _replaces(old: str, new: re.Match[str], said: str, asked: bool, paused: bool) -> bool:
    """Tell whether a piece opens with another name like `old`, which the call says again."""
    if _ANOTHER.search(new.group()):
        return False
    for right in dict.fromkeys((LEAD.sub("", new.group()), _CALLED.sub("", new.group()))):
        if _another_side(old, right):
            return True
        name = _like(old, right, paused)
        if name and (asked or any(v.words.startswith(name[:2]) for v in values_in(right))):
            stem = name.removesuffix(old[-_TAIL:])
            return max(said.count(name), said.count(stem) if len(stem) > 1 else 0) > 1
    return False


def _another_side(old: str, right: str) -> bool:
    """Tell whether 建设中路 建设南路, or 建设路 建设南路, is one road twice: two parts of one road never cross."""
    a, b = _DIRECTED.fullmatch(old), _DIRECTED.match(right)
    return a is not None and b is not None and a["stem"] == b["stem"] and b["side"] not in ("", a["side"])


def _like(old: str, right: str, paused: bool) -> str | None:
    """Return the name at the start of `right` that begins or ends as `old` does and differs otherwise."""
    if len(right) < _TAIL or right.startswith(old) or old.startswith(right) or old in right:
        return None
    apart = [(a, b) for a, b in zip(old, right, strict=False) if a != b]
    opposite = bool(apart) and apart[0][0] in _OPPOSITES and apart[0][1] in _OPPOSITES
    if (opposite and not paused) or old[0] in _COUNTED:
        return None
    if old[0] == right[0]:
        return right[:2] if old[1] != right[1] else None
    tail = old[-1:] if paused else old[-_TAIL:]
    at = right.find(tail, 1)
    return right[: at + len(tail)] if 0 < at <= _LONGEST_HEAD and len(old) > len(tail) else None
