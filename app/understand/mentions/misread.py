"""What an operator reads back wrongly, and the caller's answer puts right: 是600元吗？650."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Retraction, Saying
from app.understand.mentions.values import PIECE, Value, akin, bare, differ, figured, said_in, same_kind, values_in

_DENIES = re.compile(
    r"^[\s，,]*(?:不是|不对|不叫|不在|不归|哪(?:有|是)?|没有|错了|[啊哦]?不)(?!好|知道|清楚|用|行|要紧|客气)"
)
_AGREES = re.compile(r"^[\s，,]*(?:对|是(?!不是)|嗯|没错|就是|中(?!区)|行|好)")
_READ_BACK = re.compile(r"[吗吧么？?，]|是(?:不是|吧|吗)|对(?:不对|吗|吧)|^(?:好的?|哦|那就?是?|嗯)|您|是")
_ASKS = re.compile(r"哪|多少|什么|几|谁|怎么|何时|多久|多长|多大")
"""An operator who asks this reads nothing back."""
EXPLAINS = r"(?:我|俺|那|这|跟|和|人家|至于|家|个|台|辆|边|栋)*{}[^，。]{{0,3}}(?:是|人家|早|不是|在|不(?:算|归)|没(?:事|问题|丢|坏))"
"""After a value: what else that is (109是上医院的)."""
_PART = re.compile(r"个人|自己|其中|光|只")
_BESIDE = 4
"""Characters that a piece which only puts a figure right may have beside it."""


def misread(call: SpokenCall, sayings: Sequence[Saying]) -> Iterator[Retraction]:
    """Yield the value of an operator's turn that the answer replaces or denies."""
    at = {saying.turn: index for index, saying in enumerate(sayings) if not saying.confirmed_by}
    for position, (turn, answer) in enumerate(pairwise(call.turns), start=1):
        asked = turn.speaker is not Speaker.OPERATOR or _ASKS.search(turn.text)
        if not asked and position in at and not _AGREES.search(answer.text):
            for heard in values_in(turn.text):
                if heard.kind != "figure" and _put_right(call, position, heard):
                    yield Retraction(heard.words, at[position], 0, 0)


def _put_right(call: SpokenCall, position: int, heard: Value) -> bool:
    """Tell whether an answer says another value in the place of the one that the operator read back."""
    text = call.turns[position].text
    pieces = list(PIECE.finditer(text))[:3]
    first = pieces[0].end() if pieces else 0
    own = [v for v in values_in(text) if v.start < (first if v.kind == "figure" else pieces[-1].end())]
    right = next((v for v in own if same_kind(heard, v) and differ(heard, v)), None)
    if right is None:
        return False
    about = re.compile(EXPLAINS.format(re.escape(heard.words)))
    if any(bare(heard) == bare(v) and not about.match(text, _piece_start(pieces, v)) for v in own):
        return False
    if said_in(heard, "，".join(turn.text for turn in call.turns[position + 1 :])):
        return False
    denied = _DENIES.search(text)
    if not figured(heard):
        return bool(denied) or (_READ_BACK.search(call.turns[position - 1].text) is not None and akin(heard, right))
    piece = next(p.group() for p in pieces if p.start() <= right.start < p.end())
    return bool(denied) or (len(piece) - len(right.words) <= _BESIDE and not _PART.search(piece))


def _piece_start(pieces: Sequence[re.Match[str]], value: Value) -> int:
    return next(piece.start() for piece in pieces if piece.start() <= value.start < piece.end())
