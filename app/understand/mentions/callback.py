"""On what number to call back; never a third party's."""

import re

from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Saying, mention

_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[2-8]\d{6,7})(?!\d)")
_OTHERS_PHONE = re.compile(
    r"(?:他|她|对方|物业|老板|客服|公司|村里|书记|经理|包工头|中介|那个人)[^，。]{0,8}(?:电话|号码|手机)?[^，。]{0,4}$"
)


def read_callback(call: SpokenCall, sayings: tuple[Saying, ...]) -> Mention | None:
    """Return the number to call back on where one was said."""
    found = None
    for saying in sayings:
        for match in _PHONE.finditer(saying.text):
            if _OTHERS_PHONE.search(saying.text[: match.start()]):
                continue
            found = mention(call, saying, *match.span(), match.group(), 0.9)
    return found
