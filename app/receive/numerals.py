"""Spoken numbers to written ones: 幺三九… → 139…, 十三号楼 → 13号楼, 一千二百多块 → 1200多元. Words stay words."""

import re

from app.domain.anchors import Anchored
from app.domain.numerals import DIGITS, digit_by_digit, parse_numeral
from app.receive.offset_text import OffsetText

_DIGIT = "[一二两三四五六七八九]"
_NUMERAL = "[一二两三四五六七八九十\\d][一二两三四五六七八九十百千万亿零〇\\d]*"
_MEASURES = (
    "号楼|号院|栋|幢|单元|层|楼|室|号线|路车|路公交|号|元|块|毛|角|米|公里|里地|里路|平方米?|平米?|厘米|"
    "天|个多?月|个多?小时|个多?钟头|小时|分钟|年|岁|月|日|点钟|点|度|人|口人|口|户|家|辆|台|次|回|趟|遍|斤|亩|吨|"
    "间|套|桌|瓶|袋|节课|个人|个孩子"
)
_ONE_STAYS = (
    "个",
    "次",
    "家",
    "天",
    "年",
    "人",
    "口",
    "户",
    "辆",
    "台",
    "回",
    "趟",
    "遍",
    "间",
    "套",
    "桌",
    "瓶",
    "袋",
    "点",
    "块",
    "层",
    "节",
)

_SPOKEN = "".join(DIGITS)
_FIGURE = re.compile(f"[{_SPOKEN}十百千万亿\\d]")
"""Nothing is written otherwise where none of these stands."""
_PHONE = re.compile(rf"(?:[{_SPOKEN.replace('两', '')}\d](?:[，,、\s\-—]|那个|然后){{0,2}}){{7,}}")
_MOBILE, _OTHER_NUMBER = re.compile(r"1[3-9]\d{9}"), re.compile(r"0\d{9,11}|[2-8]\d{6,7}|\d{15}|\d{17}[\dXx]")
_YEARS = re.compile(r"20\d\d[，,\s\-—]+20\d\d")
"""Figures that stand beside each other and are no number of a telephone: 28、29、30三晚 and 2024 2025 are lists."""
_YEAR = Anchored(r"[一二][零〇九][零〇一二三四五六七八九]{2}(?=年)")
_PERCENT = Anchored(rf"百分之({_NUMERAL})")
_DECIMAL = Anchored(rf"({_NUMERAL})点([零〇一二三四五六七八九]+)(?=度|米|公里|平|万|倍|个百分点|斤|亩|%)")
_MONEY = Anchored(rf"({_NUMERAL})块([一二两三四五六七八九])(?:毛)?(?![十百千万\d个])")
_COUNT = re.compile(
    rf"(?<![第周拜几数一二两三四五六七八九十百千\d])(?<!星期)(?!(?<=\d\.)\d)({_NUMERAL})(多|来|几)?(?={_MEASURES})(?!天半个?月|天八天)"
)
_TEN_THOUSANDS = Anchored(
    r"[一二两三四五六七八九十][一二两三四五六七八九十百千]*万[一二两三四五六七八九十百千零〇]*(?![分一])"
)
_SUM_AND_MONTH = re.compile(r"(.*[百千万])([一二三四五六七八九]|十[一二]?|\d{1,2})")
_MONTH = re.compile(r"月(?![租薪供息费付嫂饼子])")
"""一万六月底给: a sum and a month, no 16000 months."""
_ROOM = Anchored(
    r"(?<=单元|号楼)([零〇一二三四五六七八九]{3,4})|(?<=[栋幢楼])([零〇一二三四五六七八九]{3,4})(?=室|户|房|$|[，。,、\s的])"
)
_DOOR = Anchored(
    r"(?<![零〇一二三四五六七八九幺十百千万\d第])[一二三四五六七八九]零[一二三四五六七八九](?![零〇一二三四五六七八九幺十百千万\d年])"
)
"""五零二: figure by figure, so a number of a door or a house."""
_PLATE = Anchored(
    r"([京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-Z])((?:\s?[零〇一二三四五六七八九幺洞拐勾\dA-Z]){5,6})(?![A-Za-z\d])"
)
_BUS = Anchored(r"([一二三四五六七八九]?十[一二三四五六七八九]?)路(?=[，,。\s的那上]|公交|$)")
_RATE = Anchored(rf"((?:利息|利率|年息|年化)[^，。\d]{{0,8}}?)({_NUMERAL})点([零一二三四五六七八九]+)(?![十百\d])")
_MONEY_UNIT = Anchored(r"(?<=[\d万多])(?:块钱|块|元钱)(?!地|砖|石|玻璃|板|布|肉|牌)")
_APPROXIMATE = re.compile("^[一二两三四五六七八九]{2}(?:[十百千万]|$)")
_MINUTE = Anchored(
    r"(?<=\d点)([二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九])(?![来几多个十百千万分])"
    r"|(?<=\d点)([二三四五]?十[一二三四五六七八九]?)(?=分(?!钟|[重严必清满感困热冷大小多吵不难危恶痛气紧脏乱差]|要紧|着急|明显))"
)
"""7点十分 is a time, 这一点十分重要 is none."""
_ONE_OCLOCK = Anchored(
    r"一点(?=半(?![天会个截拉])|[来多]?钟)|(?<=凌晨|下午|中午|夜里|半夜|晚上|今晚|昨晚)一点(?=$|[，,。\s多来左])"
)
"""一点 is a little, unless half past or a part of the day says that it is an hour."""
_SMALL_PART = Anchored(r"(?<=\d[亩斤])([一二三四五六七八九])(?=[分两])")
_TENTH = Anchored(
    r"(?<=\d[吨米度亩])([一二三四五六七八九])(?=$|[，。,、\s的多了])|(?<=\d米)([一二三四五六七八九]{2})(?=$|[，。,、\s的])"
)
_HUNDREDS = Anchored(
    r"(?<![第几数上\d一二两三四五六七八九十百千万零])"
    rf"(?!二百五(?!十))({_DIGIT}千(?:零{_DIGIT}十?{_DIGIT}?|{_DIGIT}百(?:零{_DIGIT}|{_DIGIT}十{_DIGIT}?|{_DIGIT})?|{_DIGIT})|"
    rf"{_DIGIT}百(?:零{_DIGIT}|{_DIGIT}十{_DIGIT}?|{_DIGIT}))(?![一二两三四五六七八九十百千万亿\d分来])"
)
_COUNTED = re.compile(r"[一-龥](?<![的还了就吧呢啊我俺他她没现全包办买上打不])|[a-zA-Z\d]")
_PAID = re.compile(
    r"(?:退|赔|花|交|收|付|欠|补|罚|给|扣|凑|兑|掏|涨|发|还|差|卖|买|要|押金|房租|房贷|月供|工资|价格?|[钱费价款]|"
    r"个人|[一每](?:个?月|年|天|袋|套|张|箱|人|亩|次|节|户|件))(?:了|到|的|是|得|还|剩|我|俺|您|他|她|人家|一共|总共|共){0,3}$"
)
"""What stands before a bare amount of money: 交了一千八百六 → 交了1860元."""
_FIXED = re.compile(
    r"三天两头|[这那前头过近]两天|两口(?![人井锅缸塘])|二次(?:供水|加压|过街|装修|污染|伤害|入户|转运|报销)|"
    r"[一二三四五六]年级|[二三]度(?=烧伤|烫伤|冻伤)|三角(?!钱)|[一两二三四五六]点(?=建议|意见|疑问|要求|诉求|问题)|"
    r"[两二三四五六七八九十]块(?=广告|招牌|牌|宣传|展板|地|菜地|田|板|砖|石|玻璃|布|肉|瓷|铁|钢|木|水泥|电池|[电水]表|屏|豆腐)"
)
"""Words that hold a numeral and are not counted: 这两天 is about now, 老两口 a couple, 二次供水 a kind of supply."""


def write_numbers(text: OffsetText) -> OffsetText:
    """Return the text with spoken numbers written in digits, offsets kept."""
    if not _FIGURE.search(text.text):
        return text
    text = text.substitute(_PHONE, _phone)
    text = text.substitute(_PLATE, lambda m: m[1] + digit_by_digit("".join(m[2].split())))
    text = text.substitute(_BUS, lambda m: _suffixed(parse_numeral(m[1]), "路"))
    text = text.substitute(_RATE, lambda m: f"{m[1]}{parse_numeral(m[2])}.{digit_by_digit(m[3])}")
    text = text.substitute(_YEAR, lambda m: digit_by_digit(m.group()))
    text = text.substitute(_PERCENT, lambda m: _suffixed(parse_numeral(m.group(1)), "%"))
    text = text.substitute(_DECIMAL, _decimal)
    text = text.substitute(_MONEY, _money)
    text = text.substitute(_ROOM, lambda m: digit_by_digit(m.group()))
    text = text.substitute(_DOOR, lambda m: digit_by_digit(m.group()))
    text = text.substitute(_COUNT, _count)
    text = text.substitute(_ONE_OCLOCK, lambda _: "1点")
    text = text.substitute(_MINUTE, _minute)
    text = text.substitute(_SMALL_PART, lambda m: digit_by_digit(m.group()))
    text = text.substitute(_TENTH, lambda m: digit_by_digit(m.group()))
    text = text.substitute(_TEN_THOUSANDS, _large)
    text = text.substitute(_HUNDREDS, _hundreds)
    return text.substitute(_MONEY_UNIT, lambda _: "元")


def _phone(match: re.Match[str]) -> str | None:
    """Join a number spoken in groups; keep what follows the last digit."""
    spoken = match.group()
    tail = re.search(r"(?:[，,、\s\-—]|那个|然后)*$", spoken)
    body = spoken[: tail.start()] if tail else spoken
    digits = re.sub(r"\D", "", digit_by_digit(body))
    listed = "、" in body or _YEARS.fullmatch(body)
    whole = _MOBILE.fullmatch(digits) or (not listed and _OTHER_NUMBER.fullmatch(digits))
    return digits + spoken[len(body) :] if whole else None


def _decimal(match: re.Match[str]) -> str | None:
    whole = parse_numeral(match.group(1))
    return None if whole is None else f"{whole}.{digit_by_digit(match.group(2))}"


def _money(match: re.Match[str]) -> str | None:
    whole = parse_numeral(match.group(1))
    return None if whole is None else f"{whole}.{digit_by_digit(match.group(2))}元"


def _count(match: re.Match[str]) -> str | None:
    numeral, about = match.group(1), match.group(2) or ""
    following = match.string[match.end() : match.end() + 2]
    if _APPROXIMATE.match(numeral) or (numeral == "一" and following.startswith(_ONE_STAYS)):
        return None  # 三四天 is a range, 一次 a word
    if about == "几" or numeral.isdigit() or _is_fixed(match):
        return None
    if not about and (both := _SUM_AND_MONTH.fullmatch(numeral)) and _MONTH.match(match.string, match.end()):
        return _sum_and_month(*both.groups())
    value = parse_numeral(numeral)
    return None if value is None else _written(value) + about


def _sum_and_month(numeral: str, month: str) -> str | None:
    """Write a sum and the month behind it, so that they do not read as one figure."""
    value, number = parse_numeral(numeral), parse_numeral(month)
    if value is None or number is None:
        return None
    written = _written(value)
    return f"{written}{'' if written.endswith('万') else ' '}{number}"


def _is_fixed(match: re.Match[str]) -> bool:
    """Tell whether a numeral belongs to one of the fixed words."""
    around = _FIXED.finditer(match.string, max(0, match.start() - 2), match.end() + 4)
    return any(word.start() <= match.start() < word.end() for word in around)


def _minute(match: re.Match[str]) -> str | None:
    """Write the minutes of an hour: 7点四十 → 7点40."""
    return str(parse_numeral(match.group())).zfill(2)


def _large(match: re.Match[str]) -> str | None:
    if _APPROXIMATE.match(match.group()):
        return None
    value = parse_numeral(match.group())
    return None if value is None else _written(value)


def _hundreds(match: re.Match[str]) -> str | None:
    """Write a bare number, as an amount of money where the words before it speak of money."""
    written = _large(match)
    follows = match.string[match.end() : match.end() + 1]
    money = written and _PAID.search(match.string[: match.start()]) and not _COUNTED.match(follows)
    return f"{written}元" if money else written


def _written(value: int) -> str:
    return f"{value // 10_000}万" if value >= 10_000 and value % 10_000 == 0 else str(value)


def _suffixed(value: int | None, suffix: str) -> str | None:
    return None if value is None else f"{value}{suffix}"
