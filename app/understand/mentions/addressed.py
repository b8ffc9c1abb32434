"""How a ticket addresses a caller who gave no more than a surname: 王 → 王先生, as the call does or by what he says to be."""

import re
from itertools import pairwise

from app.domain.transcript import Evidence, Speaker, SpokenCall
from app.understand.mentions.names import POLITE
from app.understand.mentions.types import Saying

_SEX = re.compile(r"(?:^|[，,。\s])(?:[俺我]是)?(?P<sex>男|女|先生)(?:的|同志|士)?(?=[，,。\s]|$)")
_BY_SEX = dict.fromkeys(("男", "先生", "爸", "爹", "爷爷"), "先生") | dict.fromkeys(
    ("女", "妈", "娘", "奶奶", "姥姥"), "女士"
)
_SEX_SAID = re.compile(
    r"[\s，,。]*(?:不是(?:女士|先生|男的|女的)[，,\s]*(?:[^，,\s]{1,8}[，,\s]+)?)?(?:不是|不对|错了|对|是|我|俺|孩子?的?|他|她|[，,\s])*(?P<sex>男|女|先生|爸|爹|爷爷|妈|娘|奶奶|姥姥)(?:的|同志|士)?(?=[，,。\s啊]|$)"
)
"""An answer to 杭先生对吗: 不是女士 男的; 我是孩子他爸."""
POLITE_WORD = re.compile(rf"(?P<polite>{POLITE})")
_POLITE_NEXT = re.compile(rf"\s?(?P<polite>{POLITE})")
_ADDRESSED = {
    "小姐": "女士",
    "师傅": "先生",
    "大爷": "先生",
    "大叔": "先生",
    "大哥": "先生",
    "老哥": "先生",
} | dict.fromkeys(("大娘", "大姐", "大嫂", "大妈", "阿姨"), "女士")
"""What a ticket calls someone whom the call addresses by age."""
_BY_KIN = {"姐": "女士", "嫂": "女士", "妈妈": "女士", "老太": "女士", "奶奶": "女士", "哥": "先生", "爸爸": "先生"}
"""What a ticket calls someone who goes by 米哥 or 房妈妈."""
_BY_TRADE = ("老师", "同学", "大夫", "医生", "家长", "会计", "经理", "主任", "律师", "园长", "老板", "厂长", "校长")


_BY_RANK = re.compile(".[工总]")
"""鲍工, 顾总."""


def addressed(name: str) -> str:
    """Return 王女士 for 王阿姨."""
    name = name.rstrip("某")
    if (len(name) == len("颜老师") and name.endswith(_BY_TRADE)) or _BY_RANK.fullmatch(name):
        return name[0]
    if polite := _BY_KIN.get(name[1:]):
        return name[0] + polite
    for polite, written in _ADDRESSED.items():
        if name.endswith(polite) and len(name) <= len(polite) + 2:
            return name.removesuffix(polite) + written
    return name


def form_of_address(call: SpokenCall, saying: Saying, surname: str) -> tuple[str, tuple[Evidence, ...]]:
    """Return how anybody in the call addressed the caller, or what sex they say to be, and where: 王 → 王先生."""
    for asked, turn in reversed([*pairwise((None, *call.turns))]):  # 渠女士 … 不好意思渠先生: the last counts
        spoken_to = asked is not None and asked.speaker is Speaker.OPERATOR and POLITE_WORD.search(asked.text)
        if turn and spoken_to and (sex := _SEX_SAID.match(turn.text)):
            return surname + _BY_SEX[sex["sex"]], (turn.evidence(*sex.span()),)
        if turn and (polite := _polite_after(surname, turn.text)):
            return surname + polite["polite"], (turn.evidence(polite.start() - len(surname), polite.end()),)
    if match := _SEX.search(saying.text):
        said = call.turns[saying.turn].evidence(match.start(), match.end())
        return surname + _BY_SEX[match["sex"]], (said,)
    return surname, ()


def _polite_after(surname: str, text: str) -> re.Match[str] | None:
    """Return the first 先生 or the like that is said right after a surname."""
    at = text.find(surname)
    while at >= 0:
        if match := _POLITE_NEXT.match(text, at + len(surname)):
            return match
        at = text.find(surname, at + 1)
    return None
