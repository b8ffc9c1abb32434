"""Calls in which nothing is wanted after all: dialled wrongly, played, taken back, or settled while they lasted."""

import re
from collections.abc import Sequence
from itertools import pairwise

from app.domain.transcript import Speaker, SpokenCall
from app.understand.ticket.clauses import Clause
from app.understand.ticket.wishes import is_wish

_WRONG_NUMBER = re.compile(
    r"(?<!说)(?<!名字)(?:打|拨|存|按)(?:错|混|岔|串)了(?![一两][个位]?[字数])|(?:打|拨)错(?:电话|号)|(?:号码?|电话)[^，。]{0,4}(?:存|看|记)(?:错|混|差)"
)
_PLAYED = re.compile(r"占用(?:热线|线路|公共|资源|话务)|玩电话|恶作剧")
"""What an operator says to nobody but a player."""
_STILL = re.compile(r"(?:还|那)[^，。]{0,4}(?:需要|要|用)|需要[^，。]{0,4}(?:登记|反映|派)|确定|确认")
_WITHDRAWN = re.compile(
    r"不(?:用|需要|必)(?:不用|不需要|你们|您)?(?:再)?(?:来|派人?|登记|反映|转|记|管)?了|不用不用|不(?:反映|投诉|登记)了"
)
"""An operator asks whether there is still a matter, and the caller says that there is none."""
_GIVEN_UP = re.compile(
    r"小朋友|听不到您的声音|没有(?:什么)?诉求|开玩笑|(?:这里|这边|我们)(?:可)?不是|不是[^，。]{1,6}(?:客服|医院|快递|驿站|公司|银行|饭店)|您(?:是不是)?(?:打|拨)错"
)
"""What an operator says to a caller who wants nothing of the hotline."""
_SETTLED = re.compile(
    r"(?:找(?:到|着)|来[水电气]|[水电气暖]来|修好|送到|接通|到账|想起来)了(?!吗|没)[^。]{0,24}?(?:不好意思|白麻烦|没事了|不用(?:管|了|再|报|派|给|登)|打扰)|(?:你|您|恁)?给(?:我|俺)?撤了吧"
)
"""What a caller says whose matter settled itself while he talked."""
_THANKS = re.compile(
    r"(?!.*(?:说|称|答复|回复|显示))(?:(?:非常|十分|多|太)?(?:谢谢|感谢)[^，。！!]{0,10}[，,。！!\s]+)?"
    r"[^，,。！!]{0,20}?(?<![没未不])(?:已经?|都)(?:[给被]?[^，。没未不]{0,4})(?:解决|修好|修复|处理好|办好|恢复|来[水电气])了"
    r"[，,。！!\s]*(?:(?:非常|十分|多|太)?(?:谢谢|感谢)[^，,。！!]{0,10}[，,。！!\s]*)?"
)
"""A message that says no more than that all is well."""
_BROKEN_OFF = re.compile(r"听不(?:到|见|清)您|没(?:有)?声音|信号不|(?:稍后|再)[^，。]{0,4}(?:打|拨)|请继续|能听[到见]")
_BROKEN_OFF_AT = re.compile(r"(?:那个|这个|就是|想说|反映|一下|等会儿?|等一下|先别挂)[，,。\s啊哈]*$")
"""What an operator says to a caller who is gone, and where the caller's last words broke off."""
_LEAST_WISH = 8
_LAST_TURNS = 4


def nothing_wanted(call: SpokenCall, clauses: Sequence[Clause]) -> bool:
    """Tell whether a caller dialled wrongly or played: they or the operator say so, and nothing is asked for."""
    if (
        is_thanks(call)
        or _withdrawn(call)
        or any(_SETTLED.search(turn.text) for turn in call.citizen_turns[-_LAST_TURNS:])
    ):
        return True
    operator = "，".join(turn.text for turn in call.turns if turn.speaker is Speaker.OPERATOR)
    citizen = "，".join(turn.text for turn in call.citizen_turns)
    if _PLAYED.search(operator):
        return True
    if _WRONG_NUMBER.search(citizen):
        return not any(is_wish(clause) for clause in clauses)
    return bool(_GIVEN_UP.search(operator)) and not any(is_wish(c) and len(c.text) > _LEAST_WISH for c in clauses)


def broken_off(call: SpokenCall) -> bool:
    """Tell whether the line broke before the caller came to the matter; who is in danger is followed up all the same."""
    if not call.citizen_turns or call.turns[-1].speaker is not Speaker.OPERATOR:
        return False
    gone = _BROKEN_OFF.search(call.turns[-1].text)
    return bool(gone and _BROKEN_OFF_AT.search(call.citizen_turns[-1].text.strip()))


def is_thanks(call: SpokenCall) -> bool:
    """Tell whether a message says that its matter is settled, and no more."""
    return len(call.turns) == 1 and _THANKS.fullmatch(call.turns[0].text.strip()) is not None


def _withdrawn(call: SpokenCall) -> bool:
    """Tell whether the caller's matter settled itself while they talked: 来电了 … 不用了."""
    pairs = list(pairwise(call.turns))[-_LAST_TURNS:]
    return any(
        asked.speaker is Speaker.OPERATOR
        and said.speaker is not Speaker.OPERATOR
        and _STILL.search(asked.text) is not None
        and _WITHDRAWN.search(said.text) is not None
        for asked, said in pairs
    )
