"""Whether a text that a model composed says no more than the words it rests on. Plain text in, plain reasons out."""

import re
import unicodedata
from typing import NamedTuple

from app.domain.numerals import digit_by_digit, parse_numeral

_OFFICIAL = (
    r"来[电信]人|诉求人|市民|反映|反应|咨询|投诉|举报|建议|表扬|求助|诉求|关于|问题|希望|要求|请求|恳请|有关|相关|部门|单位|尽快|及时|依法|予以|给予|进行|核实|核查|调查|处理|解决|办理|协调|答复|回复|说明|"
    r"反馈|加强|管理|监管|整改|整治|规范|恢复|维修|修复|清理|督促|目前|现在|已经|仍|未果|情况|事宜|事项|其|该|并|称|表示|认为|由于|因此|导致|造成|影响|存在|发现|位于|位置|附近|的"
)
"""Words of the register that every ticket is written in: they need no source."""
_REMEDIES = (
    r"按规定|负责人|"
    r"退还|返还|归还|退款|退费|退回|查处|查明|查找|追查|排查|检查|检测|检修|抢修|修补|修缮|更换|更正|加装|安装|增设|设置|设立|加固|加盖|回填|填补|铺设|疏通|疏导|清除|清运|清扫|清洗|"
    r"拆除|搬离|搬迁|移走|移至|移除|封闭|关闭|停止|停用|禁止|制止|责令|取消|解除|消除|排除|安排|派人|派员|到场|上门|现场|查看|勘查|取证|调取|认定|鉴定|评估|赔偿|赔付|补偿|补发|补足|支付|"
    r"发放|结清|追回|追讨|减免|免除|承担|责任|损失|费用|款项|余款|差额|告知|明确|公示|公开|出具|开具|提供|协助|帮助|救助|寻找|保障|落实|确保|防止|避免|立即|先行|重新|延长|调整|开放|开通|接通|"
    r"供水|供电|供暖|供气|照明|通行|标准|依据|条件|材料|地点|时间|时限|方式|途径|手续|办法|原因|隐患|安全|警示|标志|人员|行为|期间|夜间|是否|能否|如何|有无|扰民|受损|损坏|破损|污染|噪声|积水|故障|"
    r"未予|无法|无人|对方|双方|本人|其中|至今|持续|频繁|多次|之前|以及|后续|该处|此处|[处及或与至由向将被为等后前内时未无约仅均且曾自起以因所令使予者于从对请]"
)
"""Words in which officials say what is wrong and what is to be done, whatever the citizen's own were."""
NOT = str.maketrans(dict.fromkeys("没未无别勿莫", "不"))
_HAVE_NOT = re.compile("没有(?=[\u4e00-\u9fff])")
_NEGATED = re.compile(r"不(?=[\u4e00-\u9fff])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NUMBERED = re.compile(rf"({_NUMBER.pattern})(\D?)")
_CLAUSE = re.compile(r"[，。；：、！？\n（）]")
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]")
_NO_COUNT = re.compile(
    rf"{_DATE.pattern}|\d{{1,2}}(?:月|[、，]\d{{1,2}}[日号]|[日号](?!楼|院|线|机|摊|店|车|门|井))|(?:^|(?<=[^\d.]))\d{{1,2}}[.、](?=[^\d])"
)
"""Numbers that count nothing: dates and their parts, and those of lists."""
_NUMERAL = re.compile("[零〇一二两三四五六七八九十百千万亿幺洞拐勾]+")
_TALL = re.compile(r"(\d+)([米块吨亩])(\d{1,2})(?!\d)")
_DENIES = re.compile("不(?!同(?!意)|仅|但|动|过)|没|未|无(?!线|人机)|非(?!机动|物质|法|常|本)|免(?!疫)|禁|勿|拒")
_LEAST_PAIRS = 2
_LEAST_CLAUSE = 4
"""Characters, official words aside, from which a clause says something of its own."""


class Bounds(NamedTuple):
    """How much of a composed text, official words aside, its source must hold."""

    official: re.Pattern[str]
    characters: float
    pairs: float
    """Of neighbouring characters: rewording breaks pairs, invention has none."""
    clause: float = 0.0
    """Of the characters of any one clause."""


_PLAIN = re.compile(_OFFICIAL)
PARAGRAPH = Bounds(_PLAIN, 0.65, 0.3, clause=0.4)
"""Reports and notes: their figures stand among words of comparison (增幅最为明显, 居前)."""
ANSWER = Bounds(re.compile(f"{_OFFICIAL}|[您可要须需带打拨到先再就也还只是有这那]"), 0.7, 0.3)
"""Sentences that put an article's words so that a citizen follows them."""
_REWORDED = re.compile(f"{_REMEDIES}|{_OFFICIAL}")
TITLE = Bounds(_REWORDED, 0.5, 0.25)
WISH = Bounds(_REWORDED, 0.4, 0.05, clause=0.2)
ACCOUNT = Bounds(_REWORDED, 0.7, 0.35, clause=0.3)
REASON = Bounds(_REWORDED, 0.6, 0.2)
"""Talk put in the words of a ticket. Of the wishes that people wrote of 3,000 calls five in six keep these bounds, of
those that they wrote of other calls on the like matters one in twenty."""


def numerals_in_digits(text: str) -> str:
    """Return a text with its Chinese numerals in figures: S三二零 → S320, 八百 → 800, 一米六八 → 1.68米."""
    return _TALL.sub(r"\1.\3\2", _NUMERAL.sub(lambda match: _figures(match[0]), text))


def _figures(numeral: str) -> str:
    """Return one numeral in figures: its value where it has a unit, else figure by figure."""
    value = parse_numeral(numeral) if set(numeral) & set("十百千万亿") else None
    return str(value) if value is not None else digit_by_digit(numeral)


def letters(text: str) -> str:
    """Return letters, figures and Chinese characters alone, half-width, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum()).lower()


def invention(text: str, source: str, bounds: Bounds) -> str | None:
    """Return, in Chinese, what a composed text says that its source does not; None if it says no more."""
    return new_number(text, source) or beyond(text, source, bounds) or new_denial(text, source)


def new_number(text: str, source: str) -> str | None:
    """Return, in Chinese, which numbers of a text its source lacks, dates left aside."""
    spoken = numbers_in(source)
    foreign = [number for number, _ in numbered(text) if number not in spoken]
    return f"数字{'、'.join(foreign[:3])}在原话中没有" if foreign else None


def numbers_in(text: str) -> set[str]:
    """Return all the numbers in a text."""
    return set(_NUMBER.findall(text))


def numbered(text: str) -> list[tuple[str, str]]:
    """Return each number of a text, dates left aside, with the character after it."""
    return [(match[1], match[2]) for match in _NUMBERED.finditer(_DATE.sub("", text))]


def beyond(text: str, source: str, bounds: Bounds) -> str | None:
    """Return, in Chinese, that a text, or which clause of it, is made of other words than its source."""
    held = letters(source)
    own, characters, pairs = _held(text, held, bounds.official)
    if not own:
        return None if bounds is WISH else "没有实质内容"
    for clause in _CLAUSE.split(text) if bounds.clause else ():
        part, held_characters, held_pairs = _held(clause, held, bounds.official)
        if len(part) >= _LEAST_CLAUSE and held_characters < bounds.clause and not held_pairs:
            return f"“{clause}”在原话中没有"
    if characters < bounds.characters or pairs < bounds.pairs:
        return "有原话之外的内容"
    return None


def new_denial(text: str, source: str) -> str | None:
    """Return, in Chinese, that a text denies what its source affirms; in other words it may deny."""
    plain, stated = (_HAVE_NOT.sub("没", letters(t)).translate(NOT) for t in (text, source))
    for match in _NEGATED.finditer(plain):
        denied = plain[match.end() : match.end() + 2]
        if f"不{denied[:1]}" not in stated and denied in stated:
            return "有原话中没有的否定"
    return None


def lost_denial(text: str, source: str) -> str | None:
    """Return, in Chinese, which clause of a text affirms what the clause of its source that is likest to it denies."""
    stated = [(part, pairs_of(_DENIES.sub("", part))) for part in _CLAUSE.split(source)]
    for clause in _CLAUSE.split(text):
        own = pairs_of(_DENIES.sub("", clause))
        if len(own) < _LEAST_PAIRS or _DENIES.search(clause):
            continue
        likest, pairs = max(stated, key=lambda one: len(own & one[1]))
        if len(own & pairs) * 2 >= len(own) and _DENIES.search(likest):
            return f"“{clause}”与引文的否定相反"
    return None


def pairs_of(text: str) -> set[str]:
    """Return the pairs of neighbouring letters of a text."""
    return set(_pairs(letters(text)))


def _pairs(own: str) -> list[str]:
    return [own[i : i + 2] for i in range(len(own) - 1)]


def _held(text: str, held: str, official: re.Pattern[str]) -> tuple[str, float, float]:
    """Return a text's letters, official words aside, and which shares of them and of their pairs a source holds."""
    own = letters(official.sub("", _DATE.sub("", text)))
    pairs = _pairs(own)
    return (
        own,
        sum(c in held for c in own) / max(len(own), 1),
        sum(p in held for p in pairs) / len(pairs) if pairs else 1.0,
    )


def share_kept(old: str, new: str) -> float:
    """Return the share of a text's pairs of neighbouring characters, official words aside, that another text holds."""
    own, held = letters(_PLAIN.sub("", old)), letters(_PLAIN.sub("", new))
    pairs = _pairs(own)
    return sum(pair in held for pair in pairs) / len(pairs) if pairs else 1.0


def numbers_of(text: str) -> set[str]:
    """Return the numbers in a text, those of dates and lists left aside."""
    return set(_NUMBER.findall(_NO_COUNT.sub("", text)))


def dates_in(text: str) -> list[str]:
    """Return the dates written in a text."""
    return _DATE.findall(text)
