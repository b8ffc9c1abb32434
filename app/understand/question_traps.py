"""What is no question for a knowledge base: orders to the service itself, and local facts it was never told."""

import re
from collections.abc import Iterable

_ORDER = re.compile(
    r"(?:忽略|无视|绕过|忘掉)[^。]{0,12}(?:指令|规则|限制|要求)|系统提示|提示词|没有(?:任何)?限制|不受[^。]{0,4}限制"
    r"|开发者模式|(?:扮演|假装|假设)你|你(?:现在)?(?:是一个|必须回答)|密钥|DROP\s+TABLE|</?system"
    r"|ignore (?:all |previous )|system\s*:|(?:输出|打印|告诉我|导出)[^。]{0,14}(?:手机号|身份证号|数据库)",
    re.IGNORECASE,
)
_CRIME = re.compile(r"教我[^。]{0,4}怎么|帮我[编造伪]|不被发现|(?:伪造|造假)[^。]{0,8}(?:骗|证|怎么)")
_LOCAL_FACT = re.compile(
    r"电话|地址|在哪|几点|多少|哪天|标准|补贴|补助|叫什么|怎么走|门票|什么时候|哪个|哪家|收费|分数线"
)
_HERE = ("本市", "我市", "咱市", "市里", "这边")


class TrapReader:
    """Finds both kinds by their words."""

    def __init__(self, places: Iterable[str]) -> None:
        names = sorted({*_HERE, *places}, key=len, reverse=True)
        self._places = re.compile("|".join(map(re.escape, names)))

    def is_order(self, question: str) -> bool:
        """Tell whether the text tells the service how to behave, or wants help with a crime."""
        return bool(_ORDER.search(question) or _CRIME.search(question))

    def names_place(self, question: str) -> bool:
        """Tell whether this city or a part of it is named."""
        return bool(self._places.search(question))

    def asks_local_fact(self, question: str) -> bool:
        """Tell whether a fact of this place is asked for, which no national article holds."""
        return bool(self._places.search(question) and _LOCAL_FACT.search(question))
