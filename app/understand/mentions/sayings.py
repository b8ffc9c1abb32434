"""Which words of a call count: the citizen's, less what was taken back, and the operator's once confirmed."""

import re
from collections.abc import Iterator, Sequence

from app.domain.transcript import Evidence, Speaker, SpokenCall, SpokenTurn
from app.understand.mentions.choices import not_chosen
from app.understand.mentions.corrections import CorrectionModel
from app.understand.mentions.repairs import explained_away, hesitations, taken_back, withdrawn
from app.understand.mentions.retractions import retractions
from app.understand.mentions.set_aside import SetAside
from app.understand.mentions.slips import slips
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import CLAUSE

_FIGURES = "零〇一二两三四五六七八九十百千万"
CONFIRMS = re.compile(
    r"^[\s，,。]*(?!(?:对|是)[，,\s]+不(?:是|对)?[，,\s]+是)(?:对+|是+(?:的|啊|呀|哩)?|嗯+|哎+|没错|就是|正是|管|中|行|好)(?![不没])(?:[，,。！!啊呀的了吧对是嗯\s]|$|就|我|俺)"
)
DENIES = re.compile(r"^[\s，,。]*(?:(?:对|是)[，,\s]+不(?:是|对)?[，,\s]+(?=是)|不是|不对|不在|没有|错了)")


def read_sayings(
    call: SpokenCall, corrections: CorrectionModel | None = None, set_aside: SetAside | None = None
) -> tuple[Saying, ...]:
    """Return what counts, in order; a value taken back is blank wherever it was said before."""
    sayings = list(as_spoken(call))
    aside = list(set_aside.found(call, sayings)) if set_aside else []
    likely = list(corrections.found(call, sayings)) if corrections else []
    retracted = [*retractions(call, sayings), *_but_the_right_ones(likely, aside, sayings), *aside]
    sayings = _without_rejected(call, sayings)
    sayings = _without_slips(call, sayings)
    for position, saying in enumerate(sayings):
        earlier = [before.text for before in sayings[:position]]
        for value in taken_back(saying.text, earlier):
            sayings[: position + 1] = [_without_words(before, value) for before in sayings[: position + 1]]
        if not saying.confirmed_by:
            said_before = [turn.text for turn in call.turns[: saying.turn]]
            for name, words in explained_away(saying.text, said_before):
                said = re.compile(f"{re.escape(words)}|{re.escape(name)}")
                sayings = [_without(other, said) for other in sayings]
    said_by_all = "".join(turn.text for turn in call.turns)
    sayings = [
        s.model_copy(update={"text": _blanked(s.text, withdrawn(s.text, said_by_all, hesitations(call.turns[s.turn])))})
        for s in sayings
    ]
    return tuple(_without_retracted(sayings, retracted))


def _but_the_right_ones(
    likely: Sequence[Retraction], aside: Sequence[Retraction], sayings: Sequence[Saying]
) -> list[Retraction]:
    """Return what a model takes for taken back, less the words that a rule says replaced others."""
    nexts = ((one.saying, CLAUSE.search(sayings[one.saying].text, one.end)) for one in aside if one.words)
    right = {(saying, piece.start()) for saying, piece in nexts if piece}
    return [one for one in likely if (one.saying, one.start) not in right]


def _without_slips(call: SpokenCall, sayings: list[Saying]) -> list[Saying]:
    """Blank the citizen's slips of the tongue, and what they name wherever it was said before."""
    for position, saying in enumerate(sayings):
        heard = call.turns[saying.turn - 1].text if saying.turn else ""
        for slip in [] if saying.confirmed_by else list(slips(saying.text, call.turns[saying.turn].raw, heard)):
            text = _blanked(sayings[position].text, [(slip.start, slip.end)])
            sayings[position] = sayings[position].model_copy(update={"text": text})
            if len(slip.words) > 1:
                sayings[: position + 1] = [_without_words(before, slip.words) for before in sayings[: position + 1]]
    return sayings


def _without_retracted(sayings: list[Saying], retracted: list[Retraction]) -> list[Saying]:
    """Blank the words taken back wherever they were said, and the stretches that only explain them."""
    for one in retracted:
        if one.words:
            edges = one.words[0].isdigit(), one.words[-1].isdigit()
            sayings = [_without_words(saying, one.words, *edges) for saying in sayings]
        text = _blanked(sayings[one.saying].text, [(one.start, one.end)])
        sayings[one.saying] = sayings[one.saying].model_copy(update={"text": text})
    return sayings


def _without_words(saying: Saying, words: str, alone_before: bool = True, alone_after: bool = False) -> Saying:
    """Blank words wherever they stand; where they must stand alone, no figure may be right beside them."""
    text, at = saying.text, saying.text.find(words)
    while at >= 0:
        end = at + len(words)
        before = text[at - 1 : at] if at else ""
        cut = before.isdecimal() or (before in _FIGURES and words[0] in _FIGURES)
        beside = (alone_before and bool(before) and cut) or (alone_after and text[end : end + 1].isdecimal())
        text = text if beside else text[:at] + " " * len(words) + text[end:]
        at = text.find(words, at + 1 if beside else end)
    return saying if text == saying.text else saying.model_copy(update={"text": text})


def _without(saying: Saying, words: re.Pattern[str]) -> Saying:
    text = words.sub(_blank, saying.text)
    return saying if text == saying.text else saying.model_copy(update={"text": text})


def _without_rejected(call: SpokenCall, sayings: list[Saying]) -> list[Saying]:
    """Blank the name that an answer to 是临城街道还是常庄街道 did not choose, and the answer's words about it."""
    for turn, rejected in not_chosen(call):
        whole = re.compile(rf"[^，,。！？；\s]*{re.escape(rejected)}[^，,。！？；\s]*")
        name = re.compile(re.escape(rejected))
        sayings = [_without(saying, whole if saying.turn == turn else name) for saying in sayings]
    return sayings


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def as_spoken(call: SpokenCall) -> Iterator[Saying]:
    """Yield what the citizen said, and what the operator said and the citizen confirmed; nothing is taken back yet."""
    for position, turn in enumerate(call.turns):
        if turn.speaker is not Speaker.OPERATOR:
            yield Saying(turn=position, text=turn.text)
            continue
        answer = call.turns[position + 1] if position + 1 < len(call.turns) else None
        if answer is None or answer.speaker is Speaker.OPERATOR or DENIES.search(answer.text):
            continue
        if confirming := CONFIRMS.search(answer.text):
            quote = answer.evidence(confirming.start(), confirming.end())
            yield Saying(turn=position, text=turn.text, confirmed_by=(quote,))
        elif position and (echoed := _echoed(call.turns[position - 1], turn.text)):
            yield Saying(turn=position, text=turn.text, confirmed_by=(echoed,))


def _echoed(before: SpokenTurn, said: str) -> Evidence | None:
    """Return the citizen's words that an operator repeats at the start of a turn: 紫泥汪 → 水泉镇紫泥汪村，多长时间了."""
    if before.speaker is Speaker.OPERATOR:
        return None
    first = CLAUSE.match(said)
    names = [name for name in re.findall(r"[\u4e00-\u9fff]{2,}", before.text) if first and name in first.group()]
    longest = max(names, key=len, default="")
    start = before.text.rfind(longest)
    return before.evidence(start, start + len(longest)) if len(longest) > 1 else None


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
