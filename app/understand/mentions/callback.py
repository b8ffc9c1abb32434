"""On what number to call back; never a third party's."""

import re

from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Saying, mention

_PHONE = re.compile(r"(?<![\dA-Za-z_])(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|(?P<local>[2-8]\d{6,7}))(?![\dA-Za-z_])")
_DATE = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_NUMBER_OF_A_THING = re.compile(
    r"(?:(?:户|订单|单|表|卡|账|帐|证|编|案|房|合同|流水|学|工|票|柜|桩|杆)(?:号码?|编号)|编码|编号)[^\d，。；]{0,4}$"
)
"""户号20231456, 订单号83746251: as long as a number without its area code."""
_OTHERS_PHONE = re.compile(
    r"(?:他|她|对方|物业|老板|客服|公司|村里|书记|经理|包工头|中介|那个人)[^，。]{0,8}(?:电话|号码|手机)?[^，。]{0,4}$"
)


def read_callback(call: SpokenCall, sayings: tuple[Saying, ...]) -> Mention | None:
    """Return the number to call back on where one was said."""
    found = None
    for saying in sayings:
        for match in _PHONE.finditer(saying.text):
            before = saying.text[: match.start()]
            if _OTHERS_PHONE.search(before) or (match["local"] and _is_of_a_thing(match["local"], before)):
                continue
            found = mention(call, saying, *match.span(), match.group(), 0.9)
    return found


def _is_of_a_thing(number: str, before: str) -> bool:
    return bool(_DATE.fullmatch(number) or _NUMBER_OF_A_THING.search(before))
