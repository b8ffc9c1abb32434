"""A wish as it was said to the words a ticket uses."""

import re

_NUMBERED = re.compile(
    r"^(?:第[一二三四](?:个|条)?(?!楼|单元|层|期)|[一二三四](?=[、：:，]|个?是)|再就是|再一个(?:就是|是)?|还有(?:就是|一个)?|另外|[一两]个?是|首先|其次|最后|\d[、.：:])+[：:、，是]*"
)
_HEAD = re.compile(
    r"^(?:其|我们?|俺们?|就是|就|只|也|主要|那|所以|但|还是|现在|特此|在此|本人|说|再|真|最好|(?:能)?麻烦|一个|第[一二]个?)*"
    r"(?:诉求(?:就是|是)?|想着?|希望(?:能够?)?|要求|请求|恳请|恳求|想让|想请|想要|敬请|请|望|建议|能不能|能否|可不可以|可否|要|得|应该|就想)+(?:能够?|可以|着)?"
)
_WHOM = re.compile(
    r"^(?:你们|恁们?|相关单位|咱们?|政府|领导们?|(?:有关|相关|贵|主管|上级)(?:部门|单位)|部门|热线|12345|帮忙|帮助|帮(?:其|我|俺)|给(?:其家|其|我们?|俺们?|咱)(?!个)|也|都|能(?!源|不能|否)|可以|去|来(?!人))+"
)
_OFFICIAL = tuple(
    (re.compile(spoken), official)
    for spoken, official in (
        (r"赶紧|赶快|抓紧|快点|早点|尽早|马上|立马|快一点", "尽快"),
        (r"(?:给)?(?:修修|修一修|修一下|修理一下|维修一下|来修)", "维修"),
        (r"管一管|管管|管一下", "管理"),
        (r"查一查|查查|查一下|调查一下", "核查"),
        (r"清一清|清清|清一下|拉走", "清理"),
        (r"来个人|来人|派个人|派几个人|派人来", "派人"),
        (r"问一问|问问|打听打听|打听", "了解"),
        (r"要回来", "追回"), (r"弄好|整好", "修好"), (r"退给(?:其|我|俺)|退了", "退还"), (r"解决解决|解决一下", "解决"),
        (r"处理处理|处理一下", "处理"), (r"给(?:其|我|俺)个", "给"), (r"协调协调|协调一下", "协调"), (r"给其家?(?=维修|修|解决|处理|核查|退|清|换|补|安装|装|办|恢复|通|协调)", ""), (r"给(?=维修|清理|解决|处理|核查|退还|协调)", ""),
        (r"不许|不准|^别再?(?=[\u4e00-\u9fff])", "不得"),
    )
)  # fmt: skip
_TAIL = re.compile(
    r"(?:就(?:行|中|管|好|可以|得)了?|行不行|好不好|中不中|可以吗|吗|(?<!什)(?<!怎)么|呗|吧|呀|啊|哈|嘛|一下|了)+$"
)


def official(text: str) -> str:
    """Return a wish without its head, in the words a ticket uses: 赶紧给修修 → 尽快维修."""
    text = _NUMBERED.sub("", text) or text
    shorter = _HEAD.sub("", text, count=1)
    shorter = _WHOM.sub("", shorter if len(shorter) > 1 else text, count=1)
    shorter = _HEAD.sub("", shorter, count=1) if len(_HEAD.sub("", shorter, count=1)) > 3 else shorter
    for spoken, wording in _OFFICIAL:
        shorter = spoken.sub(wording, shorter)
    return _TAIL.sub("", shorter).strip(" 的，") or text
