"""Spoken words to the register of an official ticket: the same facts, the caller in the third person."""

import re
from functools import lru_cache

from app.domain.anchors import Anchored, held

_DROPPED = re.compile(
    r"(?:啊|呀|呢|(?<![网酒书茶氧])吧|嘛|哩|哈|咧|了吧|来着|的说)$|^(?:啊|[那这]个(?![月人]|星期|礼拜|季|学期)|那(?![个条块根家棵座栋片排])|这(?![个条块根家棵座栋片排])(?=孩子|事儿?|条路)|然后|就是说|就是|就|反正|其实|主要是|再一个(?:就?是)?|再就是|一个(?:就)?是(?=[我俺咱])|完了|可是说|你说|我说|你看|我跟你说|俺跟你说|说实话|所以说?)(?=[\u4e00-\u9fff]{3})"
)
_WRITTEN = tuple(
    (Anchored(spoken), written)
    for spoken, written in (
        (r"俺们?家|我们?家|咱们?家", "其家"),
        (r"俺们?小区|我们?小区|咱们?小区|俺这个小区|我们这个小区", "其小区"),
        (r"俺们?庄|俺们?村|我们?村|咱们?村", "其村"),
        (r"(?:俺们|我们|咱们|俺|我|咱(?![们这]))的", "其"), (r"俺们|我们|咱们|俺|我|咱(?![们这])", "其"),
        (r"恁们?|你们", "相关单位"),
        (r"夜来黑", "昨日晚上"), (r"夜来", "昨日"), (r"今们|今儿个?", "今日"), (r"明们|明儿个?", "明日"), (r"昨儿个?", "昨日"),
        (r"咋办", "如何处理"), (r"咋", "如何"), (r"啥时候", "何时"), (r"啥", "什么"), (r"木有|没得", "没有"), (r"白搭", "没有用"),
        (r"后晌", "下午"), (r"今黑了?", "今晚"), (r"一早起", "清早"), (r"晌午", "中午"), (r"知不道", "不知道"),
        (r"(?<!这)里头", "里"), (r"外头", "外面"), (r"如何弄", "如何处理"), (r"老嬷嬷", "老人"),
        (r"老些", "很多"), (r"一直没人管", "一直无人处理"), (r"没人管", "无人管理"), (r"打从", "自"), (r"这块儿?|这儿", "此处"),
        (r"瞅|瞧", "看"), (r"闺女", "女儿"), (r"管事的", "负责人"), (r"熊(?=玩意|东西)", ""), (r"忒", "太"),
    )
)  # fmt: skip
_SPOKEN = frozenset().union(*(spoken.needed for spoken, _ in _WRITTEN))
_ORDINAL = re.compile(r"第(?P<number>[一二三四五六七八九])(?=[个家根排间栋层座棵条道盏户])")
_COURTESY = re.compile(
    r"^尊敬的[^，。：:]{0,40}[：:]|^(?:尊敬的)?(?:各位|各级|市委|政府|市里)*(?:(?!村)[\u4e00-\u9fff]?(?:书记|市长|县长|区长|局长)|领导|工作人员)们?(?:(?:您|你们?)?好(?![几多久长])|(?=[A-Z其我本]))|^尊敬的[^，。：:]{0,8}?领导们?|"
    r"(?:您|你)(?:好|看)|麻烦(?:您|你们?)?|谢谢(?:您|你们?)?|请问(?:一下)?|我?想(?:咨询|问|反映|了解|投诉|举报)(?:一下|下|个|一个)?|(?:我|俺)要(?:投诉|举报|反映)(?:一下|下)?|^(?:我|俺)(?:就)?(?:想|要)?(?:问问|打听)(?=[\u4e00-\u9fff]{4})|(?:一下)(?:子)?(?=[\u4e00-\u9fff])(?![雨雪班车课楼水])"
)


@lru_cache(maxsize=4096)
def written(clause: str) -> str:
    """Return a clause in written register; facts, figures and names are left alone."""
    text = _COURTESY.sub("", clause.strip())
    while (shorter := _DROPPED.sub("", text)) != text:
        text = shorter
    if _SPOKEN.isdisjoint(held(text)):
        return text.strip(" ，,")
    for spoken, word in _WRITTEN:
        if spoken.possible(held(text)):
            text = spoken.pattern.sub(word, text)
    return text.strip(" ，,")


def in_figures(text: str) -> str:
    """Return 第3家 for 第三家."""
    return _ORDINAL.sub(lambda match: f"第{'一二三四五六七八九'.index(match['number']) + 1}", text)
