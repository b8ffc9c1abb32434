"""A clause in the words of a title: no time, no person, no word of talk, and the place said once."""

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from app.understand.ticket.clauses import Clause
from app.understand.ticket.register import written
from app.understand.ticket.whole_words import first_words

_LONGEST_PLACE = 14
_SAME_PLACE = 4
"""Characters in common from which a clause repeats the place before it."""
_FIRST_NAME = re.compile(r".{1,9}?(?:街道|社区|小区|大道|[区市镇路街园])(?=..)")
_HALF_NAME = re.compile(r"^(?:[\u4e00-\u9fff]?镇(?![政中卫])|[区号]|市(?![场政民中直立])|县(?![城医直]))(?=..)")
"""The end of a name that a place lost: 区某路."""
_TAIL = re.compile(r"(?:吗|(?<![什怎多这那要])么|不|没|行不行|好不好|可以吗|一下)$")
_NIGHT_ENDS, _NIGHT_BEGINS = 6, 21
_CLOCK = re.compile(
    r"(?P<part>大?(?:凌晨|深夜|半夜|夜间|夜里|晚上|清晨|早上|上午|中午|下午|傍晚)|晚|早)?(?:将?近|快)?(?<!\d)(?P<hour>\d{1,2})(?:[：:]\d{2}分?|点(?:\d{1,2}分?|半|多|钟|左右|[以之过]后|后)*)"
    r"(?:[到至\-~]+(?:次日|第二天)?(?:凌晨|深夜|半夜|夜间|夜里|晚上|清晨|早上|上午|中午|下午|傍晚|晚|早)*\d{1,2}(?:[：:]\d{2}分?|点(?:\d{1,2}分?|半|多|钟|左右)*))?"
)
_DARK = re.compile(r"凌晨|深夜|半夜|夜|晚")
_MOVED_TO = ("提前到", "推迟到", "延长到", "延迟到", "提前至", "推迟至", "延长至", "改到", "改成", "改为")
"""An hour behind these is asked for or complained of itself: 末班提前到5点."""
_NOT_IN_TITLES = re.compile(
    r"(?:从|自|到|打从)?(?:大前天|前天|昨天|昨晚|今天|今早|现在|目前|最近|近期|这几天|这两天|刚才|夜来|上个?(?:月[初中底末]?|(?:周|星期|礼拜)[一二三四五六日天末]?)|去年|今年|前年|\d{1,2}月\d{1,2}[号日]|\d{4}年(?:\d{1,2}月)?)(?:开始|以来|起)?"
    r"(?:的)?(?:早上|上午|中午|下午|晚上|夜里|半夜|凌晨)?(?:\d{1,2}点(?:多|半|\d{1,2}分?)?)?|"
    r"^(?:我|俺|其)?(?:要|想|来|得)?(?:投诉|举报|反映|表扬)(?:一下|一?个|过)?|"
    r"^(?:我们?|俺们?|咱们?|其|本人|他们?|她|[这那]个(?![月人]|星期|礼拜|季|学期)|就是|因为|但是?|不过|然后|而且|所以|并且|还有|另外|同时|既然|说是|近日|均|不但|不仅|甚至|尤其是?|特别是?|为了|造成|导致|致使|由于|关于|反映|建议|希望|表扬|请问|想咨询|咨询|投诉|举报)+|(?:一直|已经|都|就|又|还在|还|也|竟然|居然|总是|老是|天天|每天|连续几天|众所周知)(?=[\u4e00-\u9fff]{2})|"
    r"(?:都|快|得有|有)?(?:\d+|[一二两三四五六七八九十半几好])个?多?(?:天|月|年|星期|礼拜|小时|钟头)多?(?:了|来)?$|"
    r"(?:了|啊|呀|呢|(?<![网酒书茶氧])吧|的)$"
)
_NO_PERSON = re.compile(r"^其家?|(?<![与对给向])其(?=小区|村|庄|单位|公司|楼)")
_FLUENT = re.compile(
    r"到底|究竟|难道|[那这]个(?=[\u4e00-\u9fff]{2})(?!个?(?:月|星期|礼拜|季|学期|年级|人$))|"
    r"(?<![为除不没到算])了(?=[\u4e00-\u9fff])(?![解结断])"
)
"""Words of talk inside a statement: 占用了土地."""
_NUMBERED = re.compile(r"(?:^|(?<=[\u4e00-\u9fff]))[1-9][.、](?!\d)|^[（(]?[一二三四五六][）)、]")
_ADDRESSED = re.compile(
    r"^(?:[^，：:]{0,16}(?:书记|领导|[市县区局镇]长|主任|您好|你好|附件|链接|标题|如题)[^，：:]{0,8}[：:]|(?:尊敬|敬爱)的[^，：:]{0,6}?(?:书记|领导|[市县区局镇]长|主任))"
)
_NO_MATTER = re.compile(
    r"^[^，]{0,4}(?:书记|领导|[市县区局镇]长)们?[您你好：:]*$|(?:原|本)(?:来)?以为|难道|哪门子|据(?:报道|说|悉|了解)|新闻(?:里|上|说|报道)|《|第[\d一二三四五六七八九十]+条|(?:条例|规定|办法)(?:明确|指出|写|中|里)|"
    r"^按(?:照)?[^，]{0,8}规定|[回答]复(?:说|称|是|我|不|中|的|如下|：|:)|得到的(?:回复|答复)|喊(?:了)?半天|不满意|[几二两三四]个问题|附件|图片|照片|链接|http|业主$|居民$|村民$|住户$|市民$|^(?:本人|我|俺)(?:是|系)"
)
_AREA = re.compile(r"^[\u4e00-\u9fff]{2,3}[区县](?=[\u4e00-\u9fff]{4})")
_BESIDE = "在的、旁边"
_EMPTY = re.compile(r"[（(【“「][）)】”」]")
_PAIRS = (("（", "）"), ("(", ")"), ("【", "】"), ("“", "”"), ("「", "」"), ("《", "》"))
_BREAK = re.compile(r"[，、；：:（(“]")


class Worded(NamedTuple):
    """What a clause says of the matter, and the same with the place where it was said inside it."""

    key: str
    whole: str
    """Empty where the place can stand before the key."""


def tells_matter(clause: Clause) -> bool:
    """Tell whether a clause can be a title: it is no address, quoted rule, answer, rhetorical question or old belief."""
    return not _NO_MATTER.search(clause.text.strip())


@lru_cache(maxsize=1024)
def worded(clause: str, where: str) -> Worded:
    """Return a clause in the words of a title; it is asked for on its own and behind each clause that it follows."""
    said = _NUMBERED.sub("", _ADDRESSED.sub("", clause.strip())).replace(" ", "")
    whole = _plain(said)
    key = _apart(_plain(said.replace(where, "")) if where and where in said else whole, where)
    common = SequenceMatcher(None, whole, where, autojunk=False).find_longest_match()
    inside = common.size >= min(_SAME_PLACE, max(len(where), 2)) and common.a > 0
    return Worded(
        "" if key in where else key.removeprefix(_runs_on(where, key)), whole if inside and key not in where else ""
    )


def _runs_on(where: str, key: str) -> str:
    """Return the end of the place that a matter begins with: 6号楼 in 某小区6号楼, 6号楼漏水."""
    sizes = range(min(len(where), len(key) - 1), 1, -1)
    return next((key[:size] for size in sizes if where.endswith(key[:size])), "")


def short_place(place: str) -> str:
    """Return the end of a long place, from where one of its names begins."""
    place = _HALF_NAME.sub("", place)
    while len(place) > _LONGEST_PLACE and (first := _FIRST_NAME.match(place)):
        place = place[first.end() :]
    return place[-_LONGEST_PLACE:]


def without_area(text: str) -> str:
    """Return a text without the district that it begins with."""
    return _AREA.sub("", text)


def fitted(text: str, longest: int) -> str:
    """Return a text that is no longer, cut where one of its parts ends, without half a pair of brackets."""
    if len(text) > longest:
        cut = text[:longest]
        ends = [match.start() for match in _BREAK.finditer(cut)] + [cut.rfind("的")]
        text = cut[: max(ends)] if max(ends) > longest // 2 else first_words(text, longest)
    for opened, closed in _PAIRS:
        if text.count(opened) != text.count(closed):
            text = text.replace(opened, "").replace(closed, "")
    return text


def _plain(text: str) -> str:
    """Return a text without time, person and words of talk."""
    text = written(_NOT_IN_TITLES.sub("", text))
    text = _TAIL.sub("", _NOT_IN_TITLES.sub("", text)).lstrip("在的、").replace(" ", "")
    text = _CLOCK.sub(_part_of_day, text)
    return _EMPTY.sub("", _FLUENT.sub("", _NO_PERSON.sub("", text)))


def _part_of_day(clock: re.Match[str]) -> str:
    """Return when in the day a thing happens; an hour that something is moved to as it is."""
    if clock.string[: clock.start()].endswith(_MOVED_TO):
        return clock.group()
    dark = _DARK.search(clock["part"] or "") or not _NIGHT_ENDS <= int(clock["hour"]) < _NIGHT_BEGINS
    return "夜间" if dark else clock["part"] or ""


def _apart(text: str, where: str) -> str:
    """Return a text without the stretches that it has in common with the place."""
    while (common := SequenceMatcher(None, text, where, autojunk=False).find_longest_match()).size >= _SAME_PLACE:
        text = (text[: common.a] + text[common.a + common.size :]).lstrip(_BESIDE)
    return text
