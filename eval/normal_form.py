"""One normal form for comparing values people wrote with values the service wrote."""

import re
import unicodedata

import cn2an

_DROP = re.compile(r"[\s，。、；：！？,.;:!?“”\"'（）()《》【】\[\]—\-~～…·]")
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[，。；、：！？](?=\d)")
_NUMERAL = re.compile(r"[零〇一二三四五六七八九十百千万两俩幺]+")
_SAME = (
    ("块钱", "元"),
    ("块", "元"),
    ("个月", "月"),
    ("多钱", "多元"),
    ("摄氏度", "度"),
    ("星期", "周"),
    ("礼拜", "周"),
)


def normal(text: str) -> str:
    """Return `text` without spaces and punctuation, half-width, with amounts in one wording.

    Two numbers with a stop between them stay two: 8720。3月 does not become 87203月.
    """
    apart = _BETWEEN_NUMBERS.sub("|", text)
    folded = _DROP.sub("", unicodedata.normalize("NFKC", apart)).lower()
    for spoken, written in _SAME:
        folded = folded.replace(spoken, written)
    return folded


def numerals_to_digits(text: str) -> str:
    """Return `text` with every Chinese numeral written in digits: 十三号楼 → 13号楼, 幺三九 → 139."""
    return _NUMERAL.sub(lambda match: _digits(match.group()), text)


def _digits(numeral: str) -> str:
    plain = numeral.replace("两", "二").replace("俩", "二").replace("幺", "一").replace("〇", "零")
    if not re.search("[十百千万]", plain):
        return "".join(str("零一二三四五六七八九".index(c)) for c in plain)
    try:
        return str(int(cn2an.cn2an(plain, "smart")))
    except (ValueError, KeyError):  # cn2an knows no unit before 两百五 and the like
        return numeral


def contains(text: str, wanted: str) -> bool:
    """Tell whether `wanted` stands in `text`; a number never matches inside a longer number."""
    wanted = normal(wanted)
    before = r"(?<![\d])" if wanted[:1].isdigit() else ""
    after = r"(?![\d])" if wanted[-1:].isdigit() else ""
    return bool(wanted) and re.search(before + re.escape(wanted) + after, normal(text)) is not None


def holds_fact(text: str, fact: str | list[str]) -> bool:
    """Tell whether a fact (or one of its accepted wordings) stands in `text`, numerals written either way."""
    accepted = [fact] if isinstance(fact, str) else fact
    digits = numerals_to_digits(normal(text))
    return any(contains(text, wording) or contains(digits, numerals_to_digits(normal(wording))) for wording in accepted)


def bigrams(text: str) -> list[str]:
    """Return the character bigrams of the normal form."""
    folded = numerals_to_digits(normal(text))
    return [folded[i : i + 2] for i in range(len(folded) - 1)] or [folded]


def bigram_f1(left: str, right: str) -> float:
    """Return the F1 of character bigrams that two texts share."""
    a, b = bigrams(left), bigrams(right)
    shared = sum(min(a.count(g), b.count(g)) for g in set(a))
    return 2 * shared / (len(a) + len(b)) if a and b else 0.0


def rouge_l(reference: str, candidate: str) -> float:
    """Return ROUGE-L F1 over characters of the normal forms (Lin 2004)."""
    a, b = normal(reference), normal(candidate)
    if not a or not b:
        return 0.0
    row = [0] * (len(b) + 1)
    for x in a:
        previous = 0
        for j, y in enumerate(b, start=1):
            previous, row[j] = row[j], previous + 1 if x == y else max(row[j], row[j - 1])
    longest = row[-1]
    precision, recall = longest / len(b), longest / len(a)
    return 2 * precision * recall / (precision + recall) if longest else 0.0
