"""Names that were misheard and that the operator then repeated rightly: 猴孟 → 侯孟, unless somebody objects."""

import re
from collections.abc import Sequence
from functools import lru_cache

from app.domain.transcript import Speaker, SpokenTurn
from app.receive.sound_alike import sounds

_OBJECTION = re.compile(r"^[\s，,。]*(?:不是|不对|错了|没有)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
_TWICE = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<first>[\u4e00-\u9fff]{2,5})[，,\s]+(?:不是|不对)?[，,\s]*是?(?=(?P<second>[\u4e00-\u9fff]{2,5}))"
)
_FUNCTION_WORDS = frozenset(
    "他她它那哪是事市在再做作坐的得地了啦吗嘛呢有又由到道一以已个给跟和就没每你您我俺们这名师叫交"
)
"""Characters that sound alike and differ in everyday words: a difference in them says nothing of a name."""
_NAME_LENGTHS = (4, 3, 2)
_TURNS_BACK = 3


def as_the_operator_wrote(turns: Sequence[SpokenTurn]) -> list[SpokenTurn]:
    """Return the turns with the citizen's names spelled as the operator repeated them, character for character."""
    settled = list(turns)
    for position, turn in enumerate(turns):
        answer = turns[position + 1].text if position + 1 < len(turns) else ""
        if turn.speaker is not Speaker.OPERATOR or _OBJECTION.match(answer):
            continue
        near = range(max(0, position - _TURNS_BACK), min(position + 2, len(turns)))
        heard = [i for i in near if settled[i].speaker is not Speaker.OPERATOR]
        written = dict(_words(turn.text)) if heard else {}
        for i in heard:
            text = _respelled(settled[i].text, written)
            if text != settled[i].text:
                settled[i] = settled[i].model_copy(update={"text": text})
    return [_corrected_by_themselves(turn) for turn in settled]


def _corrected_by_themselves(turn: SpokenTurn) -> SpokenTurn:
    """Return a turn in which 百慧 是佰汇 names one shop: a short name and, right after it, the same sounds."""
    text = turn.text
    for match in _TWICE.finditer(text):
        first, second = match["first"], match["second"]
        if first != second and sounds(first) == sounds(second[: len(first)]):
            text = text[: match.start()] + second[: len(first)] + text[match.start() + len(first) :]
    return turn if text == turn.text else turn.model_copy(update={"text": text})


def _respelled(text: str, written: dict[str, str]) -> str:
    for key, word in _words(text):
        right = written.get(key)
        if right and right != word and _differ_in_a_name(word, right):
            text = text.replace(word, right)
    return text


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[tuple[str, str], ...]:
    """Return every stretch of 4, 3 and 2 characters with its sounds."""
    found: list[tuple[str, str]] = []
    for run in _CHINESE.findall(text):
        heard = sounds(run)
        for length in _NAME_LENGTHS:
            found += [(heard[i : i + length], run[i : i + length]) for i in range(len(run) - length + 1)]
    return tuple(found)


def _differ_in_a_name(heard: str, written: str) -> bool:
    differing = [pair for pair in zip(heard, written, strict=True) if pair[0] != pair[1]]
    return len(differing) < len(heard) and not any(set(pair) & _FUNCTION_WORDS for pair in differing)
