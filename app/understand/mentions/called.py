"""Names that are no place word's: 叫 极速手机维修, “萌宠之家”, 石姐粥铺 in answer to 您的店叫什么."""

import re
from collections.abc import Collection, Iterator, Sequence

from app.domain.anchors import Anchored
from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mention, Saying, mention

_CALLED = Anchored(
    r"(?:(?:小区|楼盘|公司|厂子?|店|学校|饭店|村|庄)(?:名字?)?(?:叫做?|名叫)|(?:^|[，,。\s]|[一那这]家)叫(?:做|个)?\s*(?=[\u4e00-\u9fff]{3}))"
    r"(?P<name>(?![我俺你恁他她它人啥什上来去这那个])[\u4e00-\u9fff]{2,8}?)(?=[，,。\s\d的]|$)|[“\"「](?P<quoted>[\u4e00-\u9fff]{3,9})[”\"」]"
)
_NOT_A_SHOP = re.compile(
    r"交警|民警|领导|相关|部门|派出所来|物业|医生|司机|师傅|(?:先生|女士)$|[了吗呢吧着过]|已报|实习"
)
_ANSWER_SURE = 0.7
"""How sure a name is that answers the question for it."""
_FIRM = "店|公司|厂|企业|诊所|合作社|饭店|宾馆|酒吧|驾校|机构|健身房|幼儿园|超市|旅行社|工地|楼盘|美容院|网吧|养老院|馆"
_ASKS_FIRM = re.compile(
    rf"(?:{_FIRM})[^，。？?]{{0,3}}(?:名字?|叫什么|叫啥|名称)|(?:哪个?|哪家|什么)(?:{_FIRM})|店名|(?<!您)叫什么(?!名)|哪家$"
)
_ANSWERED = re.compile(
    r"^[\s，,]*(?:(?:就|叫|是|在)(?=[\u4e00-\u9fff]{3}))*(?P<name>(?:(?![我俺你您恁他她它这那哪了吗呢吧不没有说去来给都也就的])[\u4e00-\u9fffA-Za-z]){3,9})(?=[，,。\s]|$)"
)


def answered_names(
    call: SpokenCall, saying: Saying, details: Sequence[Mention], areas: Collection[str]
) -> Iterator[Mention]:
    """Yield the name that answers the operator's question for a shop or firm, where no detail holds it."""
    before = call.turns[saying.turn - 1] if saying.turn and not saying.confirmed_by else None
    asked = before is not None and before.speaker is Speaker.OPERATOR and _ASKS_FIRM.search(before.text)
    match = _ANSWERED.match(saying.text) if asked else None
    if match is None or _NOT_A_SHOP.search(match["name"]) or any(area in match["name"] for area in areas):
        return
    start, end = match.span("name")
    if not any(m.turn == saying.turn and m.start < end and start < m.end for m in details):
        yield mention(call, saying, start, end, match["name"], _ANSWER_SURE)


def called_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield names that are no place word's: 叫 极速手机维修, “萌宠之家”."""
    for match in _CALLED.finditer(text):
        group = "name" if match["name"] else "quoted"
        if not _NOT_A_SHOP.search(match[group]):
            yield match.span(group)
