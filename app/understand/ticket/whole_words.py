"""Stretches of talk, made to begin and end where words do: 理河道 → 治理河道, 管网清 → 管网清淤."""

from bisect import bisect_left, bisect_right
from functools import lru_cache

from models.word_tags import dictionary_tokenizer

_LOOSE = '，、：:（）()“”"或和与及跟并而且也都还就又往向从把被将给让使的地得了着吗呢吧啊'
"""What nothing that is called by a name begins or ends with."""
_NOT = frozenset("不没未无非")


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch of a text with the words whole that it begins or ends in the middle of."""
    edges = _edges(text)
    before, after = edges[bisect_right(edges, start) - 1], edges[bisect_left(edges, end)]
    return (
        start if _is_word(text[start : min(edges[bisect_right(edges, start)], end)]) else before,
        end if _is_word(text[max(edges[bisect_left(edges, end) - 1], start) : end]) else after,
    )


def whole_words(text: str, start: int, end: int) -> str:
    """Return a stretch with its words whole, what denies it, and nothing loose at its ends."""
    start, end = widened(text, start, end)
    return text[start - (text[start - 1 : start] in _NOT) : end].strip(_LOOSE)


def first_words(text: str, most: int) -> str:
    """Return as many whole words from the beginning of a text as `most` characters hold."""
    if len(text) <= most:
        return text
    edges = _edges(text)
    return text[: edges[bisect_right(edges, most) - 1]].rstrip(_LOOSE) or text[:most]


def stands_whole(words: str, text: str) -> bool:
    """Tell whether words stand in a text without cutting another in two; what is not there cuts none."""
    at, found = text.find(words), False
    while at >= 0:
        if widened(text, at, at + len(words)) == (at, at + len(words)):
            return True
        at, found = text.find(words, at + 1), True
    return not found


def _is_word(part: str) -> bool:
    return len(part) > 1 and bool(dictionary_tokenizer().FREQ.get(part))


@lru_cache(maxsize=64)
def _edges(text: str) -> list[int]:
    """Return where the words of a text begin that the dictionary holds, or else its characters; and its end."""
    edges = [0]
    for word in dictionary_tokenizer().cut(text, HMM=False):
        edges.append(edges[-1] + len(word))
    return edges
