"""Values that can be corrected: figures with their unit, names with their head word, codes, persons. Two of a kind can stand for each other."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

PIECE = re.compile(r"[^，,。！!？?；;：:、…—（）()\s]+")
CLAUSE = re.compile(r"[^，,。！!？?；;\s]+")
BROKEN_OFF = re.compile(r"[^，,。！!？?；;…—（）()\s]+")
"""Pieces of talk: a colon ends a value, dots and a dash end what is broken off."""
_NUMERAL = r"(?:\d[\d.]*|[一二两三四五六七八九十百千万零〇]+)"
_UNITS = (
    "号楼|号院|栋|幢|单元|室|楼|元|块钱?|毛|公分|厘米|万|个月|个人|个小时|小时|分钟|天|岁|年|月|号线|号|点|户|度|米|公里|里地?|亩|斤|吨|层|"
    "次|回|趟|路|人|辆|台|棵|根|只|盏|平米?|节|期|桌|袋|瓶|家|间|级|楼道|号窗口|床|秒|年级|班|条|张|箱|头|桶|车|座|份|笔|成|倍|吨|里路|平|小时|晚上|排|巷|分|日"
)
_HEADS = "小区|家园|花园|公寓|家属院|华府|新城|新村|新苑|街道|社区|学校|小学|中学|医院|卫生院|幼儿园|银行|超市|大厦|广场|市场|公司|路|街|镇|村|庄|苑|府|湾|园|寨|店|桥|厂"
_CHOICES = {
    "carrier": "联通 移动 电信 广电 铁通",
    "courier": "中通 圆通 韵达 申通 顺丰 极兔 京东 德邦 菜鸟 丰巢 兔喜 邮政",
    "maker": "海尔 美的 格力 海信 小米 华为 苹果 奥克斯 志高 万和 万家乐 老板 方太 长虹 创维 康佳 大众 本田 丰田 现代 起亚 比亚迪 吉利 长安 奇瑞 五菱 别克 福特 雅迪 爱玛 台铃",
    "app": "支付宝 微信 爱山东 云闪付 抖音 淘宝 拼多多 快手 美团 饿了么 闲鱼",
    "bank": "农行 建行 工行 中行 交行 农商行 农商银行 农业银行 建设银行 工商银行 中国银行 邮储 枣庄银行 信用社",
    "city": "北京 上海 济南 青岛 南京 镇江 徐州 临沂 济宁 菏泽 苏州 杭州 烟台 潍坊 泰安 德州 日照 淄博 无锡 常州 广州 深圳 天津 连云港 邳州",
    "day": "周一 周二 周三 周四 周五 周六 周日 礼拜一 礼拜二 礼拜三 礼拜四 礼拜五 礼拜六 礼拜天 星期一 星期二 星期三 星期四 星期五 星期六 星期天",
    "colour": "红的 蓝的 绿的 白的 黑的 黄的 灰的 红色 蓝色 绿色 白色 黑色 黄色 灰色 银色",
    "energy": "供电 供水 供热 燃气 热力 自来水",
}
"""Words of which a caller who names two in a row means one."""
CHOICE_OF = {word: kind for kind, words in _CHOICES.items() for word in words.split()}
_VALUE = re.compile(
    rf"(?P<choice>{'|'.join(sorted(CHOICE_OF, key=len, reverse=True))})|"
    rf"(?P<code>(?<![A-Za-z\d])(?=[A-Za-z]*\d)(?:[A-Za-z\d]*[A-Za-z][A-Za-z\d]*|\d{{5,}})(?![A-Za-z\d])(?!元|块|米|个|年|多))"
    rf"|第?(?P<number>{_NUMERAL})(?:多|来|几)?(?P<unit>{_UNITS})(?P<half>半|[一二三四五六七八九]?十?[一二三四五六七八九\d]*分?(?=$|[的，。\s]))?"
    r"|(?P<amount>[一二两三四五六七八九十]+[百千万][一二两三四五六七八九十百千万零]*)"
    r"|(?P<side>[东西南北]{1,2}(?P<what>户|单元|门|侧|校区|院))"
    r"|(?P<person>(?:姓|老)[\u4e00-\u9fff](?=$|[的他她说是收那也，\s])|(?![的是个位名这那班男女新])[\u4e00-\u9fff](?:老师|师傅|主任|医生|大夫|书记|校长|院长|经理|队长|会计|所长))"
    rf"|(?P<name>[\u4e00-\u9fff\d]{{1,5}}?(?P<head>{_HEADS}))(?!灯|里面|上的)"
    r"|(?P<school>[一二三四五六七八九十]{1,2}(?P<grade>中|小)(?![心间午学区院医型]))"
)
_ALONE = re.compile(
    rf"(?:就|是|要|才|应该|其实)*(?P<number>{_NUMERAL})(?:吧|啊|才对)?|.*[^\d一二两三四五六七八九十百千万零](?P<last>\d{{2,}}|[一二两三四五六七八九十]{{2,}})"
)
LEAD = re.compile(
    r"^(?:那个|这个|就是|就|我们|咱们|我|俺们?|他|她|现在|住在?|人在|停在|叫|是|在|到|从|过了?|说的|姓|开|买的|应该|那是|说是|其实|靠近|挨着|一个|有个?|去|和|跟|与|往|家|上|下|往?[东西南北]边)+"
)
_KINDS = {"日": "号", "块": "元", "块钱": "元", "幢": "栋", "里地": "里", "街": "路"} | dict.fromkeys(
    "小区 家园 花园 公寓 家属院 华府 新城 新村 新苑 社区 村 庄 苑 府 湾 园 寨".split(), "home"
)
_INSIDE = re.compile(r"^.*(?:[的是叫在到]|属于|反正)")
_NO_VALUE = re.compile(
    r".*[那这哪个有的给说我俺它您问坐条去买什]|枣庄|台儿庄$|123\d\d$|[一1](?=[回次个路户块家点人趟级亩斤年天度袋吨米平辆台棵根只张])"
)
"""哪个村, 一回, 1亩: words of the form that name nothing."""


_FIGURE = re.compile(_NUMERAL)
SHORT_NAME = 2
NUMBERED = ("号楼", "栋", "单元", "室", "号窗口")


class Value(NamedTuple):
    """A value and where it stands in its text; `kind` says what it can be exchanged for."""

    kind: str
    words: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def values_in(text: str) -> tuple[Value, ...]:
    """Return the values of a text in order; a piece that is nothing but a figure has the kind 'figure'."""
    found = [value for match in _VALUE.finditer(text) for value in _value(match)]
    for piece in PIECE.finditer(text):
        if alone := _ALONE.fullmatch(piece.group()):
            number = alone["number"] or alone["last"]
            at = piece.start() + piece.group().rindex(number)
            found.append(Value("figure", number, at, at + len(number)))
    return tuple(sorted(found, key=lambda value: value.start))


def _value(match: re.Match[str]) -> Iterator[Value]:
    words = match.group()
    if match["choice"]:
        yield Value(CHOICE_OF[words], words, *match.span())
    elif match["name"]:
        words = _INSIDE.sub("", words) if len(_INSIDE.sub("", words)) > len(match["head"]) else words
        lead = LEAD.match(words)
        words = words[lead.end() :] if lead and len(words) - lead.end() > len(match["head"]) else words
        if len(words) > len(match["head"]) and not _NO_VALUE.match(words):
            yield Value(_KINDS.get(match["head"], match["head"]), words, match.end() - len(words), match.end())
    elif match["unit"] and not words.startswith("第") and not _NO_VALUE.match(words):
        kind = _KINDS.get(match["unit"], match["unit"])
        dated = kind == "年" and len(match["number"]) in (2, 4)
        yield Value("年份" if dated else kind, words, *match.span())
    else:
        kind = "元" if match["amount"] else match["what"] or match["grade"] or ("person" if match["person"] else "code")
        if not match["unit"] and not match["choice"]:
            yield Value(kind, words, *match.span())


def same_kind(old: Value, new: Value) -> bool:
    """Tell whether `new` can stand where `old` stood; a lone figure can stand for any figure."""
    return (
        old.kind == new.kind
        or (new.kind == "figure" and _has_figure(old))
        or (old.kind == "figure" and _has_figure(new))
    )


def differ(old: Value, new: Value) -> bool:
    """Tell whether two values of a kind are two values, not one said at more or less length."""
    a, b = bare(old), bare(new)
    return a != b and (_has_figure(old) or (a not in b and b not in a))


def figured(value: Value) -> bool:
    """Tell whether a value is a figure or a code."""
    return bare(value)[:1].isdigit() or value.kind == "code"


def akin(old: Value, new: Value) -> bool:
    """Tell whether two names share a character beside the word for what they are, or are of a closed set."""
    shared = set(old.words[:-1]) & set(new.words[:-1])
    return old.words in CHOICE_OF or bool(shared) or len(old.words) == len(new.words) == SHORT_NAME


def times_said(value: Value, text: str) -> int:
    """Return how often a building's or a door's number was said: 1单元 is not said by 201, nor by 12345."""
    return len(re.findall(rf"(?<![\d.]){re.escape(bare(value))}(?!\.?\d)", text))


def said_in(value: Value, text: str) -> int:
    """Return how often a value was said, its figure in either writing."""
    words = re.match(r"[^\u4e00-\u9fff]+|[一二两三四五六七八九十百千万零]+", value.words)
    return max(text.count(bare(value)), text.count(words.group()) if words else 0)


def bare(value: Value) -> str:
    """Return a figure in digits and without its unit, a person's surname, any other value as it is."""
    return _bare(value.kind, value.words)


@lru_cache(maxsize=4096)
def _bare(kind: str, words: str) -> str:
    if kind == "person":
        return words[1] if words[0] in "姓老" else words[0]
    if kind in ("day", "colour"):
        return words[-1] if kind == "day" else words[0]
    found = _FIGURE.match(words)
    return _digits(found.group()) if found and kind not in ("code", "中", "小") else words


def _digits(number: str) -> str:
    try:
        if number.isdecimal():
            return str(int(number))
        return str(numeral_reader()(number.replace("两", "二"), "smart")).removesuffix(".0")
    except (ValueError, KeyError):  # 一四: figure by figure; thousands of figures; KeyError of cn2an: 二十零
        return number


def _has_figure(value: Value) -> bool:
    return _FIGURE.match(value.words) is not None


@cache
def numeral_reader() -> Callable[[str, str], float]:
    """Return cn2an's reader of numerals, which takes a while to import."""
    from cn2an import cn2an

    return cn2an  # type: ignore[no-any-return]
