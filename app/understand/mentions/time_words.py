"""How callers name moments and stretches of time: tables of words, and the expressions made of them."""

import re

from app.domain.anchors import Anchored

DAYS = {
    "大前天": -3, "大前儿": -3, "前天": -2, "前晚": -2, "前夜": -2, "前黑": -2, "前儿": -2, "昨天": -1, "昨晚": -1, "昨夜": -1, "昨黑": -1,
    "昨晌": -1, "昨下": -1, "昨早": -1, "昨儿": -1, "昨个": -1, "昨日": -1, "夜来": -1, "夜儿": -1, "今黑": 0, "今天": 0, "今早": 0, "今晚": 0, "今上": 0, "今下": 0, "今晌": 0,
    "今夜": 0, "今儿": 0, "今们": 0, "今个": 0, "今日": 0, "今晨": 0, "刚才": 0, "刚刚": 0, "方才": 0,
}  # fmt: skip
EVENING_DAYS = ("晚", "夜", "黑")
"""What the name of an evening ends with (昨晚, 今黑)."""
WEEKDAYS = {name: i for i, name in enumerate("一二三四五六日")} | {"天": 6, "末": 5} | {str(i + 1): i for i in range(7)}
NAMED = {
    r"过完年|过了年|开过年|开了年|年后|过年(?:那会儿?|那阵子?|的时候|期间|前|那几天)?|正月里|正月到": ("春节", "month"),
    r"(?<![\d一二两三四五六七八九十几多半近去今前明些])年前": ("春节", "month before"),
    r"出了?正月": ("正月二十九", "month"),
    r"立春|打春": ("立春", "month"),
    r"入了?伏|数伏": ("大暑", "month"),
    r"立了?秋": ("立秋", "month"),
    r"入冬": ("立冬", "month"),
    r"麦口|收麦|麦收|割麦|过麦|麦忙": ("芒种", "month"),
    r"大年三十|年三十|大年30|年30|除夕": ("除夕", "day"),
    r"小年(?=[那儿]|晚|当天|夜|，)": ("腊月二十三", "day"),
    r"腊八节?": ("腊八", "day"),
    r"元宵节?": ("元宵", "day"),
    r"妇女节|三八节": ("妇女节", "day"),
    r"植树节": ("植树节", "day"),
    r"清明节?(?!桥|河)": ("清明", "day"),
    r"五一(?![路街桥号]|大道|小区|村)|劳动节": ("五一", "day"),
    r"端午节?": ("端午", "day"),
    r"六一(?![路街桥号\d]|大道)|儿童节": ("六一", "day"),
    r"建军节": ("建军节", "day"),
    r"七夕": ("七夕", "day"),
    r"中元节|七月十五|7月十五": ("中元节", "day"),
    r"教师节": ("教师节", "day"),
    r"中秋节?|八月十五|8月十五": ("中秋", "day"),
    r"重阳节": ("重阳节", "day"),
    r"国庆节?|(?:10|十)月一(?![号日])|十一(?=放假|假期|长假|黄金周|那天|那几天|期间|以后|之后|过后|前后|当天|回来)": ("国庆", "day"),
    r"双十一": ("双十一", "day"),
    r"元旦": ("元旦", "day"),
    r"春节": ("春节", "day"),
    r"[大小]雪(?=那天|那几天|前后|当天|那日|第二天|头一?天)|惊蛰|春分|谷雨|立夏|芒种|夏至|小暑|大暑|处暑|秋分|寒露|霜降|立冬|冬至": ("", "day"),
}  # fmt: skip
"""Festivals, solar terms and turns of the year: how jionlp calls each (empty: as it was said), and how exact they are."""
ABOUT = r"(?:节?(?:以后|之后|过后|前后|期间|到现在|后(?![天面边期来悔续门院])))"
"""Behind a festival: no more exact than its month."""
BESIDE = {"第二天": 1, "转天": 1, "次日": 1, "头一天": -1, "前一天": -1, "头天": -1}
"""Behind a day that has a name: the day after it, or before it."""
_BESIDE = rf"(?:的?(?P<beside>{'|'.join(BESIDE)}))?"

PART = r"(?P<part>凌晨|清早|早上|早晨|一大早|清晨|头晌|上午|中午|晌午|下午|过晌|后晌|傍晚|晚上|夜晚|后半夜|前半夜|夜里|半夜|深夜|黑|夜间)?"
HOUR = (
    rf"(?:的)?{PART}(?:的)?(?:不到|差不多|大概|大约|快|约)?"
    r"(?:(?P<hour>\d{1,2})(?:[点:：]|时(?![间候段常]))(?:(?P<half>半)|(?P<minute>\d{1,2})分?)?)?"
)
_DOM = r"3[01]|[12]\d|0?[1-9]"
_DATE = (
    rf"(?:(?P<dom>{_DOM})(?:[号日]|(?=开始|起|那天|当天|晚上|早上|早晨|上午|下午|夜里|前后|左右|报到|[，,。]|$|\\s(?![号日个块])))|"
    r"(?P<said>三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?)(?![一二三四五六七八九十百千万块元个多天点来几户人月口家]))"
)
"""11月15号, 11月15开始, 11月十五."""
_SHORT_YEAR = r"(?<![\d一二三四五六七八九十百千年])(?P<short>[012]\d|[零〇一二][零〇一二三四五六七八九])年(?:的)?"
_RELATIVE_YEAR = "去年|头年|今年|前年|大前年"

EXPRESSIONS = (
    Anchored(rf"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>1[0-2]|0?[1-9])(?:[-/.](?P<dom>{_DOM})(?!\d)[T\s]?{HOUR}|(?![-/.\d]))"),
    Anchored(rf"(?P<day>{'|'.join(DAYS)})(?:儿|个|黑|午|头)*\s?{HOUR}"),
    Anchored(rf"(?:(?P<week>上上|上|这|本)个?|(?<![下每到至和、一两几多\d个单双]))(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7]|(?<=[上这本]周)末|(?<=[上这本]个周)末){HOUR}"),
    Anchored(r"(?:(?:农历|阴历|旧历)(?:的)?|(?=闰?(?:\d{1,2}|[五六七八])月初[一二三四五六七八九十\d]))(?P<moon>闰?(?:\d{1,2}|[正一二三四五六七八九十冬腊]{1,2})月(?:初)?[一二三四五六七八九十廿\d]{1,3})" + _BESIDE),
    Anchored(rf"(?P<festival>(?:(?:{_RELATIVE_YEAR})的?)?(?:正月初?|腊月初?|大?年初)[一二三四五六七八九十廿\d]{{1,3}})(?P<since>{ABOUT})?{_BESIDE}"),
    Anchored(rf"(?:(?P<lastyear>{_RELATIVE_YEAR})的?)?(?P<named>{'|'.join(NAMED)})(?P<since>{ABOUT})?{_BESIDE}"),
    Anchored(rf"(?P<lunarmonth>(?:(?:{_RELATIVE_YEAR})的?)?(?:腊月|正月))(?!初|\d)"),
    Anchored(rf"(?:(?P<year>20\d\d)年|{_SHORT_YEAR}|(?P<lastyear>{_RELATIVE_YEAR})的?)?\s?(?<![\d个.])(?P<month>1[0-2]|0?[1-9]|元(?=月\d))月份?(?:{_DATE}{HOUR})?"),
    Anchored(rf"(?<![\d.])(?P<month>1[0-2]|0?[1-9])[./](?P<dom>{_DOM})[号日]{HOUR}"),
    Anchored(rf"(?P<relmonth>上|这|本)个?月(?:{_DATE}{HOUR}|初|底|中旬|份)?"),
    Anchored(rf"(?<![\d.第])(?P<dom>{_DOM})[号日](?![楼线院码库机门桌馆车窗床病]|单元|公馆|院){HOUR}"),
    Anchored(r"(?P<sametime>去年|前年)(?:的)?(?:这个?时候|这时候|这会儿?|同期|这个月)"),
    Anchored(rf"(?P<relyear>{_RELATIVE_YEAR})(?P<season>春天|夏天|秋天|冬天|上半年|下半年|年初|年底|开春|入冬|春节|过年)?"),
    Anchored(r"(?P<year>20\d\d)年(?!级)"),
    Anchored(r"(?<![一二三四五六七八九十百千年])(?P<spoken>[零〇一二][零〇一二三四五六七八九])年(?![级多前后])"),
    Anchored(r"(?P<lately>上个?(?:周|星期|礼拜)|前几天|[前头][两些]天)(?![一二三四五六日天1-7末])"),
    Anchored(r"(?P<count>\d+|[半一两俩仨三四五六七八九十])(?:多|来)?(?P<unit>天|个月|个?星期|个?礼拜|周|年)(?:多)?(?:以|之)?前(?![解给答修处要必])"),
    Anchored(r"(?<![正腊])(?P<edge>月初|月底)"),
    Anchored(r"(?<!\d)(?P<hour>\d{1,2})点(?:(?P<half>半)|(?P<minute>\d{1,2})分?|多)?(?=看见|发现|开始|就停|[停来倒放打撞砸]的)"),
)  # fmt: skip

_COUNT = r"(?P<count>\d+|[一两俩仨三四五六七八九十]|半)"
_UNIT = r"(?P<unit>年半?|天|个?半?[多来把]?月|周|个?星期|个?礼拜)"
DURATIONS = (
    Anchored(
        rf"(?:已经?|都|快|有|停|断|坏|堵|等|了)[^，。]{{0,6}}?{_COUNT}(?:来|多)?"
        r"(?P<unit>天|年半|周|(?:(?<=[俩仨])|个)半?[多来把]?月|个?星期|个?礼拜)(?:多)?(?:[一二两三四五六七八九十\d]+[夜宿])?了?(?=$|[，,。！？没都还也了吧\s])"
    ),
    Anchored(
        rf"(?:已经?|都|快|有|停|断|坏|堵|等|了|[，,。\s]|^)[^，。\s]{{0,6}}?{_COUNT}(?:来|多)?{_UNIT}(?:多)?"
        r"(?:[一二两三四五六七八九十\d]+[夜宿])?(?:了(?=$|[，,。！？没都还也\s])|(?=没[来有人通亮修见]))"
    ),
    Anchored(r"(?:连着|连续|接连|一连|整整|[近这](?![一二三四五六七八九十\d]?年))(?P<count>\d+|[两俩仨三四五六七八九十])(?P<unit>天|个月|周|个?星期|个?礼拜)"),
)  # fmt: skip
"""已经停了3天, 停水3天了, 连着3天."""
HOURS_AGO = Anchored(
    r"(?P<count>\d+|[半一两俩仨三四五六七八九十])个?(?:多|来|把)?(?P<unit>小时|钟头|分钟)(?:多)?(?:(?:以|之)?前|了(?=$|[，,。！？没都还也\s]))"
)

NOT_EVENT = re.compile(
    r"^(?:里头|期间)?[^，。\s]{0,3}(?:出生|入伍|退伍|的面包车)|^袋|^(?:就|才)?(?:要)?(?:到期|开标|截止|过期|退休)|"
    r"^(?:之前|以前|前)(?:能|给|必须|要|再|内|解决|修好|答复|回复|交(?![付房]))"
)
"""Behind a moment that is none of the matter's."""
STILL = re.compile(r"^[^，,。！？；\s的]{0,7}还(?![回款钱账上清给要俺我])")
"""昨天下午还没有, 前晚还亮着: a moment at which it was still, or not yet, so is not when it began."""
FUTURE = re.compile(r"(?:等到?|预计|打算|准备|计划|马上|截止|到期)$")
SHIFT = re.compile(r"^(?:开|上|下)班")
"""9点上班 is a rule, 今天下班 a moment."""
CLOCK = Anchored(
    r"(?<![\d到从至前过:：])(?P<part>凌晨|清早|早上|早晨|一大早|清晨|上午|中午|下午|傍晚|晚上|后半夜|夜里|半夜|深夜)?(?:的)?(?P<hour>\d{1,2})[点:：]"
    r"(?:(?P<half>半)|(?P<minute>\d{1,2})分?)?(?!\d)(?:来|多)?(?:钟)?(?!到|至|以后|之前|以前|前|[上下]班|就?[开关]|发|建议|意见|必须|才|结束)"
)
"""An hour without a day: said of something that has just happened, or of a habit."""
HABIT = re.compile(
    r"每|天天|一般|平时|别|不许|不准|禁止|营业|[上下]班(?!回|路|时候|走|看见)|首班|末班|班次|以后|之前|要求|希望|规定|写着|应该|到\d|从\d|老是|总是|经常|都是|黑天白夜|[早晚]高峰|天不亮就"
)
JUST_NOW = ("刚才", "今黑", "今天", "今晚")
"""Days of the call itself: a bare hour is the last one before the call."""
DAYTIME = ("下午", "傍晚", "后晌", "过晌")
AFTERNOON = (*DAYTIME, "晚上", "夜间", "夜晚", "黑")
NIGHT = ("夜里", "半夜", "深夜")
"""Hours from six on are of the evening; twelve is of no certain day."""
SAME_BREATH = re.compile(r"[，,\s]*(?:哎|啊|哦|不|是|就是|应该是|说错了|不对|也就是)*[，,\s]*")
LUNAR_DAYS = (
    tuple("一二三四五六七八九十")
    + tuple("十" + c for c in "一二三四五六七八九")
    + ("二十",)
    + tuple("二十" + c for c in "一二三四五六七八九")
    + ("三十", "三十一")
)
NUMBERS = {"半": 0.5, "一": 1, "两": 2, "俩": 2, "仨": 3} | {c: i for i, c in enumerate("三四五六七八九十", start=3)}
