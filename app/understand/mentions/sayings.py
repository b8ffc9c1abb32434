"""Which words of a call count: the citizen's, less what was taken back, and the operator's once confirmed."""

import re
from collections.abc import Iterator

from app.domain.transcript import Evidence, Speaker, SpokenCall, SpokenTurn
from app.understand.mentions.types import Saying

CONFIRMS = re.compile(
    r"^[\s，,。]*(?:对+|是+(?:的|啊|呀|哩)?|嗯+|哎+|没错|就是|正是|管|中|行|好)(?![不没])(?:[，,。！!啊呀的了吧对是嗯\s]|$|就|我|俺)"
)
DENIES = re.compile(r"^[\s，,。]*(?:不是|不对|不在|没有|错了)")
_BETWEEN = r"[，,。\s]*(?:我|俺)?(?:刚才|刚刚)?(?:说|记|弄)?错?了?[，,。\s]*"
_NOT_BUT = re.compile(
    rf"不是(?P<old>[^，,。！？；不]{{1,14}}?)(?:吧|啊|哈)?(?P<mark>{_BETWEEN})(?:是|应该是|应该|我说的是|说的是|而是|在)(?P<new>[^，,。！？；]{{1,14}})"
)
_WRONG = re.compile(
    r"(?P<old>[^。！？；]{1,40}?)[，,。\s]*(?:哦|噢|啊|哎)?(?:不对|不是|说错了|记错了|弄错了|我说错|错了)"
    r"(?:不对|不是|说错了|记错了|错了|[，,。\s啊哦噢])*(?:是|应该是|应该)?(?P<new>[^，,。！？；]{1,16})"
)
_WRONG_BEFORE = re.compile(
    r"^[^，,。]{0,4}(?:刚才|刚刚|前面|上面)?[^，,。]{0,2}(?:说|记|弄|报)错了?[，,。\s]*(?:应该)?(?:是|在)?(?P<new>[^，,。！？；]{1,16})"
)
_VALUE = re.compile(
    r"\d[\d.]*(?P<unit>号楼|栋|幢|单元|室|楼|号|元|万|天|个月|月|点|年|多?户|度|米|盏|个|亩|层|斤|吨|公里|里|次|回|趟|路|岁|人|辆|台|棵|根|平)|(?P<name>[\u4e00-\u9fff]{2,6}?(?P<kind>小区|家园|花园|街道|镇|路|村|庄|社区|学校|小学|医院|区|市))|\d{3,}"
)
_STEP_BACK = re.compile(
    r"(?:哦|噢|啊|哎|呃|不)*(?:不是|不对|不对不对|说错了|我说错了|记错了|错了|说不准|不不)(?:啊|哈)?"
)
_DENIED_AGAIN = re.compile(r"(?:哦|噢|啊|哎|呃|不)*不是(?P<what>[\u4e00-\u9fff\d]{1,8}?)(?:啊|哈|的)?")
_LONGEST_SLIP = 9
"""Characters of a slip of the tongue: what is longer is a statement, not a slip."""
_NO_SLIP = re.compile(r"[我俺你恁他她这]|^(?:对|是|嗯|好|没|有)")
_PIECE = re.compile(r"[^，,。！!？?；;\s]+")
_NO_VALUE = re.compile(r"[我俺你恁他她咱]|没|要|给|说|想|能|会|让|因为|就是|光|所有|这个意思|一[次天回]")


def read_sayings(call: SpokenCall) -> tuple[Saying, ...]:
    """Return what counts, in order; a value taken back is blank wherever it was said before."""
    sayings = list(_sayings(call))
    for position, saying in enumerate(sayings):
        for value in _values_withdrawn(saying.text, [earlier.text for earlier in sayings[:position]]):
            said = re.compile(rf"(?<!\d){re.escape(value)}")
            sayings[: position + 1] = [
                earlier.model_copy(update={"text": said.sub(lambda m: " " * len(m.group()), earlier.text)})
                for earlier in sayings[: position + 1]
            ]
    return tuple(s.model_copy(update={"text": _blanked(s.text, withdrawn(s.text))}) for s in sayings)


def _sayings(call: SpokenCall) -> Iterator[Saying]:
    for position, turn in enumerate(call.turns):
        if turn.speaker is not Speaker.OPERATOR:
            yield Saying(turn=position, text=turn.text)
            continue
        answer = call.turns[position + 1] if position + 1 < len(call.turns) else None
        if answer is None or answer.speaker is Speaker.OPERATOR or DENIES.search(answer.text):
            continue
        if confirming := CONFIRMS.search(answer.text):
            quote = answer.evidence(confirming.start(), confirming.end())
            yield Saying(turn=position, text=turn.text, confirmed_by=(quote,))
        elif position and (echoed := _echoed(call.turns[position - 1], turn.text)):
            yield Saying(turn=position, text=turn.text, confirmed_by=(echoed,))


def _echoed(before: SpokenTurn, said: str) -> Evidence | None:
    """Return the citizen's words that an operator repeats at the start of a turn: 紫泥汪 → 水泉镇紫泥汪村，多长时间了."""
    if before.speaker is Speaker.OPERATOR:
        return None
    first = _PIECE.match(said)
    names = [name for name in re.findall(r"[\u4e00-\u9fff]{2,}", before.text) if first and name in first.group()]
    longest = max(names, key=len, default="")
    start = before.text.rfind(longest)
    return before.evidence(start, start + len(longest)) if len(longest) > 1 else None


def withdrawn(text: str) -> list[tuple[int, int]]:
    """Return the stretches taken back: [不是3号楼，]是13号楼; [3号楼]，不对，13号楼."""
    found = []
    for match in _NOT_BUT.finditer(text):
        old, new = _VALUE.search(match["old"]), _VALUE.search(match["new"])
        if (old and new and _alike(old, new)) or _repeated(match, text):
            found.append((match.start(), match.start("new")))
    found += [span for span in _slips(text) if not any(span[0] < end and start < span[1] for start, end in found)]
    for match in _WRONG.finditer(text):
        new = _VALUE.search(match["new"])
        olds = [old for old in _VALUE.finditer(match["old"]) if new and _alike(old, new)]
        if olds and not any(start <= match.start("old") + olds[-1].start() < end for start, end in found):
            found.append((match.start("old") + olds[-1].start(), match.start("new")))
    return found


def _slips(text: str) -> Iterator[tuple[int, int]]:
    """Yield [前湖 不是] 后湖; [青檀花园 不是花园] 青檀苑: a short stretch that the next one takes back."""
    pieces = list(_PIECE.finditer(text))
    for before, piece, after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        slip = before.group()
        if len(slip) > _LONGEST_SLIP or _NO_SLIP.search(slip):
            continue
        again = _DENIED_AGAIN.fullmatch(piece.group())
        if _STEP_BACK.fullmatch(piece.group()) or (again and again["what"] in slip):
            yield before.start(), after.start()


def _values_withdrawn(text: str, before: list[str]) -> Iterator[str]:
    """Yield what a saying takes back of what was said earlier in the call."""
    for denial in _NOT_BUT.finditer(text):
        old, said = denial["old"], text[: denial.start()] + "，".join(before)
        if old in said and old not in denial["new"] and not _NO_VALUE.search(old):
            yield old
    if (match := _WRONG_BEFORE.search(text)) and (new := _VALUE.search(match["new"])):
        olds = [old for earlier in before for old in _VALUE.finditer(earlier) if _alike(old, new)]
        if olds and olds[-1].group() not in new.group():
            yield olds[-1].group()


def _repeated(match: re.Match[str], text: str) -> bool:
    """Tell whether 城头，不是城头，是山城 says its old value twice: then it is one, whatever its form."""
    old = match["old"]
    return len(old) > 1 and not _NO_VALUE.search(old) and (old in text[: match.start()] or "错" in match["mark"])


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _alike(old: re.Match[str], new: re.Match[str]) -> bool:
    return old["unit"] == new["unit"] and old["kind"] == new["kind"]
