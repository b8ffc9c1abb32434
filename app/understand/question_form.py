"""One form for a question asked in different words: 请问居住证咋办理呀 and 怎么办居住证 are both 居住证怎么办."""

import re

_SAME = tuple(
    (re.compile(spoken), written)
    for spoken, written in (
        (r"^(?:您好|你好|喂|请问|麻烦|打听|咨询|想?问)*(?:一下)?(?:我|俺)?(?:想|要)?"
         r"(?:问|咨询|了解|知道|打听)?(?:一下|下)?", ""),
        (r"咋个?样?|如何|怎样|怎么样|怎么个", "怎么"),
        (r"啥子?|哪些|哪种", "什么"),
        (r"哪里|哪儿|什么地方|哪个地方|哪个部门|什么部门", "哪"),
        (r"补办|补领|补发|重新办", "补"),
        (r"办理|办下来|弄|去办", "办"),
        (r"需要|得要", "要"),
        (r"资料|手续|证件|东西", "材料"),
        (r"多长时间|多少天|几天|多少日子", "多久"),
        (r"(?:收费|费用)(?:是)?多少|怎么收费|要多少钱|收多少钱", "多少钱"),
        (r"(?:丢|掉|弄没|遗失|没)了(?=怎么补)", ""),
        (r"[的呢吗啊呀吧]|一下|一个", ""),
    )
)  # fmt: skip
_ASKED_FIRST = re.compile(r"^(?P<how>怎么[办申请领取查交补]{1,2})(?P<what>[\u4e00-\u9fff]{2,})$")
_ASKS = re.compile(r"怎么|什么|多[久少]|几|吗")


def plain_form(question: str) -> str:
    """Return letters and figures in one wording; questions that mean the same in standard words become equal."""
    text = "".join(filter(str.isalnum, question))
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    asked = _ASKED_FIRST.match(text)
    return asked["what"] + asked["how"] if asked else text


def asked_in(title: str) -> str:
    """Return the first question of a title: of 身份证怎么办、有效期几年, 身份证怎么办; else all of it."""
    first = re.split(r"[、，]", title, maxsplit=1)[0]
    return first if _ASKS.search(first) else title
