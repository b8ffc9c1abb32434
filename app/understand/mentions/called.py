"""Names that are no place word's: 叫 极速手机维修, “萌宠之家”."""

import re
from collections.abc import Iterator

_CALLED = re.compile(
    r"(?:(?:小区|楼盘|公司|厂子?|店|学校|饭店|村|庄)(?:名字?)?(?:叫做?|名叫)|(?:^|[，,。\s]|[一那这]家)叫(?:做|个)?\s*(?=[\u4e00-\u9fff]{3}))"
    r"(?P<name>(?![我俺你恁他她它人啥什上来去这那个])[\u4e00-\u9fff]{2,8}?)(?=[，,。\s\d的]|$)|[“\"「](?P<quoted>[\u4e00-\u9fff]{3,9})[”\"」]"
)
_NOT_A_SHOP = re.compile(
    r"交警|民警|领导|相关|部门|派出所来|物业|医生|司机|师傅|(?:先生|女士)$|[了吗呢吧着过]|已报|实习"
)


def called_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield names that are no place word's: 叫 极速手机维修, “萌宠之家”."""
    for match in _CALLED.finditer(text):
        group = "name" if match["name"] else "quoted"
        if not _NOT_A_SHOP.search(match[group]):
            yield match.span(group)
