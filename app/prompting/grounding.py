"""Whether a text that a model composed says no more than the words it rests on. Plain text in, plain reasons out."""

import re
import unicodedata

_OFFICIAL = re.compile(
    r"来[电信]人|诉求人|市民|反映|反应|咨询|投诉|举报|建议|表扬|求助|诉求|关于|问题|希望|要求|请求|恳请|有关|相关|部门|单位|尽快|及时|依法|予以|给予|进行|核实|核查|调查|处理|解决|办理|协调|答复|回复|说明|"
    r"反馈|加强|管理|监管|整改|整治|规范|恢复|维修|修复|清理|督促|目前|现在|已经|仍|未果|情况|事宜|事项|其|该|并|称|表示|认为|由于|因此|导致|造成|影响|存在|发现|位于|位置|附近|的"
)
"""Words of the register that every ticket is written in: they need no source."""
_NOT = str.maketrans(dict.fromkeys("没未无别勿莫", "不"))
_NEGATED = re.compile(r"不(?=[\u4e00-\u9fff])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日")
LEAST_CHARACTERS = 0.8
"""Share of a composed text's characters, official words aside, that its source must hold."""
LEAST_PAIRS = 0.4
"""The same for pairs of neighbouring characters: rewording breaks pairs, invention has none."""


def dates_of(moment: str) -> set[str]:
    """Return the ways a ticket writes an ISO date: 2026年11月16日, 11月16日, 2026年11月, 2026年."""
    year, *rest = moment[: len("2026-11-16")].split("-")
    month = f"{int(rest[0])}月" if rest else ""
    day = f"{month}{int(rest[1])}日" if len(rest) > 1 else ""
    return {f"{year}年", *(f"{year}年{part}" for part in (month, day) if part), *({day} if day else ())}


def letters(text: str) -> str:
    """Return letters, figures and Chinese characters alone, half-width, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum()).lower()


def invention(text: str, source: str) -> str | None:
    """Return, in Chinese, what a composed text says that its source does not; None if it says no more."""
    spoken = set(_NUMBER.findall(source))
    foreign = [n for n in _NUMBER.findall(_DATE.sub("", text)) if n not in spoken]
    if foreign:
        return f"数字{'、'.join(foreign[:3])}在原话中没有"
    own, held = letters(_OFFICIAL.sub("", text)), letters(source)
    if not own:
        return "没有实质内容"
    characters = sum(c in held for c in own) / len(own)
    pairs = [own[i : i + 2] for i in range(len(own) - 1)]
    together = sum(pair in held for pair in pairs) / len(pairs) if pairs else 1.0
    if characters < LEAST_CHARACTERS or together < LEAST_PAIRS:
        return "有原话之外的内容"
    plain, stated = letters(text).translate(_NOT), held.translate(_NOT)
    turned = [plain[m.start() : m.start() + 2] for m in _NEGATED.finditer(plain)]
    if any(pair not in stated for pair in turned):
        return "有原话中没有的否定"
    return None


def share_kept(old: str, new: str) -> float:
    """Return the share of a text's pairs of neighbouring characters, official words aside, that another text holds."""
    own, held = letters(_OFFICIAL.sub("", old)), letters(_OFFICIAL.sub("", new))
    pairs = [own[i : i + 2] for i in range(len(own) - 1)]
    return sum(pair in held for pair in pairs) / len(pairs) if pairs else 1.0


def numbers_of(text: str) -> set[str]:
    """Return the numbers in a text, dates left aside."""
    return set(_NUMBER.findall(_DATE.sub("", text)))


def dates_in(text: str) -> list[str]:
    """Return the dates written in a text."""
    return _DATE.findall(text)
