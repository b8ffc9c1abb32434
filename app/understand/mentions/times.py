"""When something happened: relative and absolute expressions to ISO 8601, as exact as the caller was."""

import calendar
import contextlib
import io
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Saying

_DAYS = {
    "大前天": -3, "前天": -2, "前晚": -2, "前儿": -2, "昨天": -1, "昨晚": -1, "昨夜": -1, "昨儿": -1, "昨个": -1, "昨日": -1,
    "今黑": 0, "夜来": -1, "夜儿": -1, "今天": 0, "今早": 0, "今晚": 0, "今上": 0, "今下": 0, "今夜": 0, "今儿": 0, "今们": 0, "今个": 0, "今日": 0, "今晨": 0, "刚才": 0,
}  # fmt: skip
_WEEKDAYS = {name: i for i, name in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}
_TURNS = {
    "过完年": "春节", "过了年": "春节", "开过年": "春节", "出了正月": "正月二十九", "出正月": "正月二十九", "打春": "立春", "立春": "立春",
    "入了伏": "大暑", "入伏": "大暑", "数伏": "大暑", "立了秋": "立秋", "立秋": "立秋", "麦口": "芒种", "收麦": "芒种", "入冬": "立冬", "正月里": "春节", "正月到": "春节",
}  # fmt: skip
"""Turns of the year that callers count from, and the day whose month they mean."""
_PART = r"(?P<part>凌晨|清早|早上|早晨|一大早|上午|中午|下午|傍晚|晚上|夜里|半夜|黑|夜间)?"
_HOUR = rf"(?:的)?{_PART}(?:的)?(?:(?P<hour>\d{{1,2}})点(?:(?P<half>半)|(?P<minute>\d{{1,2}})分?)?)?"
_DATE = r"(?:(?P<dom>3[01]|[12]\d|0?[1-9])[号日]|(?P<said>三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?)(?![一二三四五六七八九十百千万块元个多天点来几户人月口家]))"
"""11月15号, 11月十五."""
_NUMBER = {"半": 0.5, "一": 1, "两": 2, "俩": 2, "仨": 3, "几": None} | {
    c: i for i, c in enumerate("三四五六七八九十", start=3)
}

_EXPRESSIONS = (
    re.compile(rf"(?P<day>{'|'.join(_DAYS)})(?:儿|个|黑|午)?\s?{_HOUR}"),
    re.compile(rf"(?:(?P<week>上上|上|这|本)个?|(?<![下每到至和、一两几多\d个单双]))(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7]){_HOUR}"),
    re.compile(rf"(?:(?P<year>20\d\d)年|(?P<lastyear>去年|今年|前年)的?)?\s?(?P<month>1[0-2]|0?[1-9]|元(?=月\d))月份?(?:{_DATE}{_HOUR})?"),
    re.compile(rf"(?P<relmonth>上|这|本)个?月(?:{_DATE}{_HOUR}|初|底|中旬|份)?"),
    re.compile(rf"(?<![\d.第])(?P<dom>3[01]|[12]\d|0?[1-9])[号日](?![楼线院码库机门桌馆车窗床病]|单元|公馆|院){_HOUR}"),
    re.compile(r"(?P<relyear>去年|前年|大前年|今年)(?P<season>春天|夏天|秋天|冬天|上半年|下半年|年初|年底|开春|入冬|春节|过年)?"),
    re.compile(r"(?P<year>20\d\d)年(?!级)"),
    re.compile(r"(?<![一二三四五六七八九十百千年])(?P<spoken>[零〇一二][零〇一二三四五六七八九])年(?![级多前后])"),
    re.compile(r"(?P<lately>上个?(?:周|星期|礼拜)|前几天|前[两些]天)(?![一二三四五六日天1-7末])"),
    re.compile(r"(?P<count>\d+|[半一两俩仨三四五六七八九十])(?P<unit>天|个月|个?星期|个?礼拜|周|年)(?:多)?(?:以|之)?前(?![解给答修处要必])"),
    re.compile(r"(?P<edge>月初|月底)"),
    re.compile(r"(?P<festival>(?:去年|今年|前年)?(?:正月初?|腊月|大年初)[一二三四五六七八九十廿\d]{1,3}|(?:去年|今年|前年)?(?:除夕|年三十|春节|元宵节?|清明节?|五一|端午节?|中秋节?|国庆节?|双十一|元旦))(?P<since>以后|之后|过后|前后|期间|到现在)?"),
    re.compile(rf"(?P<turn>{'|'.join(_TURNS)})"),
    re.compile(r"(?<!\d)(?P<clock>\d{1,2})点(?:(?P<minutes>\d{1,2})分?|半|多)?(?=看见|发现|开始|就停|[停来倒放打撞砸]的)"),
)  # fmt: skip
_DURATION = re.compile(
    r"(?:已经?|都|快|有|停|断|坏|堵|等|了|[，,。\s]|^)[^，。\s]{0,6}?(?P<count>\d+|[一两俩仨三四五六七八九十]|半)(?P<unit>年半?|天|个?[多来]?月|个?星期|个?礼拜)(?:多)?(?:了(?=$|[，,。！？没都还也\s])|(?=没[来有人通亮修见]))"
)
_ALREADY = re.compile(
    r"(?:已经?|都|快|有|停|断|坏|堵|等|了)[^，。]{0,6}?(?P<count>\d+|[一两俩仨三四五六七八九十])(?:来|多)?(?P<unit>天|年半|(?:(?<=[俩仨])|个)[多来]?月|个?星期|个?礼拜)(?:多)?了?(?=$|[，,。！？没都还也了吧\s])"
)
_NOT_EVENT = re.compile(
    r"^(?:里头|期间)?[^，。\s]{0,3}(?:出生|入伍|退伍|的面包车)|^袋|^(?:就|才)?(?:要)?(?:到期|开标|截止|过期|退休)|^(?:之前|以前|前)(?:能|给|必须|要|再|内|解决|修好|答复|回复|交)|^到\d"
)
_SHIFT = re.compile(r"^(?:开|上|下)班")
"""9点上班 is a rule, 今天下班 a moment."""
_CLOCK = re.compile(
    r"(?<![\d到从至前过])(?P<part>凌晨|清早|早上|早晨|一大早|上午|中午|下午|傍晚|晚上|后半夜|夜里|半夜)?(?:的)?(?P<hour>\d{1,2})点"
    r"(?:(?P<half>半)|(?P<minute>\d{1,2})分?)?(?!\d)(?:来|多)?(?:钟)?(?!到|至|以后|之前|以前|前|[上下]班|就?[开关]|发|建议|意见|必须|才|结束)"
)
"""An hour without a day: said of something that has just happened, or of a habit."""
_HABIT = re.compile(
    r"每|天天|一般|平时|别|不许|不准|禁止|营业|[上下]班|首班|末班|班次|以后|之前|要求|希望|规定|写着|应该|到\d|从\d|老是|总是|经常|都是|黑天白夜|[早晚]高峰|天不亮就"
)
_JUST_NOW = ("刚才", "今黑", "今天", "今晚")
"""Days of the call itself: a bare hour is the last one before the call."""
_DAY_HOURS = 24
_AFTERNOON = ("下午", "傍晚", "晚上", "夜间", "黑")
_LUNAR_DAYS = (
    tuple("一二三四五六七八九十")
    + tuple("十" + c for c in "一二三四五六七八九")
    + ("二十",)
    + tuple("二十" + c for c in "一二三四五六七八九")
    + ("三十",)
)
_ONE_AT_A_TIME = threading.Lock()
"""jionlp's reader keeps the call at hand, and its own setting up, in itself: two threads would mix them."""
_SAME_BREATH = re.compile(r"[，,\s]*(?:哎|啊|哦|不|是|就是|应该是|说错了|不对|也就是)*[，,\s]*")
_FUTURE = re.compile(r"(?:等到?|预计|打算|准备|计划|马上|截止|到期)$")


def read_times(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return past moments that were said."""
    moment = call.transcript.called_at
    return tuple(
        mention
        for saying in sayings
        for mention in _settled(saying.text, sorted_by_place(_times(call, saying, moment)))
    )


def sorted_by_place(found: Iterator[Mention]) -> list[Mention]:
    """Return the mentions of one saying in the order they were said."""
    return sorted(found, key=lambda m: m.start)


def _settled(text: str, found: list[Mention]) -> list[Mention]:
    """Drop a moment that the next one, said in the same breath, makes exact: 前天晚上，哎是大前天，8月6号晚上."""
    kept = [m for m, after in pairwise(found) if not _replaced(text, m, after)]
    return kept + found[-1:]


def _replaced(text: str, moment: Mention, after: Mention) -> bool:
    """Tell whether a moment said in the same breath takes another's place; 6月7月 and 昨天今天 are both meant."""
    between = text[moment.end : after.start]
    listed = len(moment.value) == len(after.value) and moment.value < after.value and not between.strip("，, ")
    return bool(_SAME_BREATH.fullmatch(between)) and not listed


def read_durations(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return the dates that 停水3天了 and the like point back to."""
    moment = call.transcript.called_at
    found = []
    for saying in sayings:
        for match in (*_ALREADY.finditer(saying.text), *_DURATION.finditer(saying.text)):
            value = _ago(match["count"], match["unit"], moment.date())
            if value:
                found.append(_mention(call, saying, match.start("count"), match.end("unit"), value, 0.55))
    return tuple(found)


def read_clocks(call: SpokenCall, sayings: tuple[Saying, ...]) -> tuple[Mention, ...]:
    """Return the last moment before the call that each bare hour (6点半的事) can be, where nobody tells a habit."""
    moment = call.transcript.called_at
    found = []
    for saying in sayings:
        for match in () if _HABIT.search(saying.text) else _CLOCK.finditer(saying.text):
            if int(match["hour"]) < _DAY_HOURS:
                value = _last(match.groupdict(), moment)
                found.append(_mention(call, saying, match.start("hour"), match.end(), value, 0.6))
    return tuple(found)


def _last(parts: dict[str, str | None], now: datetime) -> str:
    """Return the last time before `now` that a clock showed an hour."""
    hour, minute = int(parts["hour"] or 0), 30 if parts["half"] else int(parts["minute"] or 0)
    part = parts["part"]
    late = part in _AFTERNOON or (part in ("夜里", "半夜") and hour >= 6)
    hours = {hour + 12} if late and hour < 12 else {hour, hour + 12} if part is None and hour < 12 else {hour}
    today = now.replace(tzinfo=None, second=0, microsecond=0)
    moments = [today.replace(hour=h % 24, minute=minute % 60) for h in hours]
    last = max(m if m <= today else m - timedelta(days=1) for m in moments)
    return last.isoformat(timespec="minutes" if parts["half"] or parts["minute"] else "hours")


def _times(call: SpokenCall, saying: Saying, moment: datetime) -> Iterator[Mention]:
    taken: list[tuple[int, int]] = []
    for expression in _EXPRESSIONS:
        for match in expression.finditer(saying.text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            timed = bool(match.groupdict().get("hour")) and _SHIFT.search(saying.text[match.end() :])
            if timed or _NOT_EVENT.search(saying.text[match.end() :]) or _FUTURE.search(saying.text[: match.start()]):
                continue
            value = _value(match, moment)
            if value and value[:10] <= moment.date().isoformat()[: len(value[:10])]:
                yield _mention(call, saying, match.start(), match.end(), value, 0.85)


def _mention(call: SpokenCall, saying: Saying, start: int, end: int, value: str, confidence: float) -> Mention:
    quote = call.turns[saying.turn].evidence(start, end)
    return Mention(
        value=value, turn=saying.turn, start=start, end=end, confidence=confidence,
        evidence=(quote, *saying.confirmed_by),
    )  # fmt: skip


def _value(match: re.Match[str], now: datetime) -> str | None:
    parts = match.groupdict()
    name = next((name for name in _READERS if parts.get(name)), None)
    return _READERS[name](parts, now) if name else _in_month(parts, now)


def _day(parts: dict[str, Any], now: datetime) -> str:
    return _with_hour(now.date() + timedelta(days=_DAYS[parts["day"]]), parts, now)


def _weekday(parts: dict[str, Any], now: datetime) -> str:
    ahead = _WEEKDAYS[parts["weekday"]] - now.weekday()
    back = {"上上": 14, "上": 7, None: 7 * (ahead > 0)}.get(parts["week"], 0)
    return _with_hour(now.date() + timedelta(days=ahead - back), parts, now)


def _lately(parts: dict[str, Any], now: datetime) -> str:
    """Return the month of last week's Monday, or of a few days ago."""
    back = 3 if "前" in parts["lately"] else now.weekday() + 7
    return (now.date() - timedelta(days=back)).strftime("%Y-%m")


def _spoken_year(parts: dict[str, Any], _now: datetime) -> str:
    return "20" + "".join(str("零一二三四五六七八九".index(c)) for c in parts["spoken"].replace("〇", "零"))


def _clock(parts: dict[str, Any], now: datetime) -> str | None:
    hour = int(parts["clock"])
    return f"{now.date().isoformat()}T{hour:02}" if hour < _DAY_HOURS else None


def _year(parts: dict[str, Any], now: datetime) -> str | None:
    back = {"去年": -1, "前年": -2, "大前年": -3}.get(parts["relyear"], 0)
    return str(now.year + back) if parts["season"] or parts["relyear"] != "今年" else None


_READERS: dict[str, Callable[[dict[str, Any], datetime], str | None]] = {
    "day": _day,
    "weekday": _weekday,
    "count": lambda parts, now: _ago(parts["count"], parts["unit"], now.date()),
    "festival": lambda parts, now: _festival(parts["festival"], since=bool(parts["since"]), today=now.date()),
    "turn": lambda parts, now: _festival(_TURNS[parts["turn"]], since=True, today=now.date()),
    "lately": _lately,
    "spoken": _spoken_year,
    "clock": _clock,
    "edge": lambda _parts, now: now.strftime("%Y-%m"),
    "relyear": _year,
}
"""By the group of an expression that was said; any other expression names a month."""


def _festival(name: str, *, since: bool, today: date) -> str | None:
    """Return the day of a festival or lunar date, the last one before today; 五一以后 is no more exact than a month."""
    name = re.sub(r"\d+", lambda m: _LUNAR_DAYS[int(m.group()) - 1] if 0 < int(m.group()) <= 30 else "", name)
    for year in (today.year, today.year - 1):
        try:
            with _ONE_AT_A_TIME:
                parsed = date_reader()(name, time_base={"year": year, "month": today.month, "day": today.day})
        except ValueError:
            return None
        day = str(parsed["time"][0])[:10]
        if day <= today.isoformat():
            return day[:7] if since else day
    return None


@cache
def date_reader() -> Callable[..., dict[str, Any]]:
    """Return jionlp's reader of dates; its greeting on import stays off the standard output."""
    with contextlib.redirect_stdout(io.StringIO()):
        from jionlp import parse_time
    return parse_time  # type: ignore[no-any-return]


def _in_month(parts: dict[str, str | None], now: datetime) -> str | None:
    today = now.date()
    year = today.year + {"去年": -1, "前年": -2}.get(parts.get("lastyear") or "", 0)
    if parts.get("year"):
        year = int(parts["year"] or 0)
    month = 1 if parts.get("month") == "元" else int(parts.get("month") or today.month)
    if parts.get("relmonth") == "上":
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    stated_year = parts.get("year") or parts.get("lastyear")
    if not stated_year and not parts.get("relmonth") and month > today.month:
        year -= 1
    dom = parts.get("dom") or (_LUNAR_DAYS.index(parts["said"] or "") + 1 if parts.get("said") in _LUNAR_DAYS else None)
    if not dom:
        whole_year = parts.get("year") and not parts.get("month")
        return str(year) if whole_year else f"{year}-{month:02}"
    day = int(dom)
    if not parts.get("month") and not parts.get("relmonth") and day > today.day:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    if day > calendar.monthrange(year, month)[1]:
        return None
    return _with_hour(date(year, month, day), parts, now)


def _with_hour(day: date, parts: dict[str, str | None], now: datetime) -> str:
    if not parts.get("hour"):
        return day.isoformat()
    hour = int(parts["hour"] or 0)
    if not parts.get("part") and parts.get("day") in _JUST_NOW and hour < 12 and now.hour >= hour + 12:
        hour += 12
    if hour < 12 and (parts.get("part") in _AFTERNOON or (parts.get("part") in ("夜里", "半夜") and hour >= 6)):
        hour += 12
    minute = ":30" if parts.get("half") else f":{int(parts['minute'] or 0):02}" if parts.get("minute") else ""
    return f"{day.isoformat()}T{hour:02}{minute}" if hour < 24 else day.isoformat()


def _ago(count: str, unit: str, today: date) -> str | None:
    number = float(count) if count.isdigit() else _NUMBER.get(count)
    if number is None:
        return None
    if unit == "天":
        return (today - timedelta(days=int(number))).isoformat()
    if unit == "年半":
        return _ago(str(int(number * 12 + 6)), "个月", today)
    if "月" in unit:
        if number < 1:
            return (today - timedelta(days=15)).isoformat()
        months = today.year * 12 + today.month - 1 - int(number)
        return f"{months // 12}-{months % 12 + 1:02}"
    if unit == "年":
        return str(today.year - int(number)) if number >= 1 else _ago("6", "个月", today)
    return (today - timedelta(weeks=int(number))).isoformat() if number >= 1 else None
