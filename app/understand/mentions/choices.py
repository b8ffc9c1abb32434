"""Names that an answer did not choose: 是临城街道还是常庄街道？临城 leaves 常庄 out."""

import re
from collections.abc import Iterator

from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.values import CLAUSE

_EITHER = re.compile(
    r"(?P<a>[\u4e00-\u9fff]{2,8}?)(?:街道|镇|小区)?(?:那边|这边)?[，,\s]*还是[，,\s]*(?P<b>[\u4e00-\u9fff]{2,8}?)(?:街道|镇|小区)?(?:那边|这边)?(?:呢|啊)?(?=[，,。？?\s]|$)"
)
_LEAD = re.compile(r"^.*(?:是|在|说的|叫)")


def not_chosen(call: SpokenCall) -> Iterator[tuple[int, str]]:
    """Yield the answering turn and the name that it did not choose: 是A还是B？A → B."""
    for position, turn in enumerate(call.turns[:-1]):
        answer = call.turns[position + 1]
        if turn.speaker is not Speaker.OPERATOR or answer.speaker is Speaker.OPERATOR:
            continue
        first = CLAUSE.search(answer.text)
        match = _EITHER.search(turn.text)
        if match is None or first is None:
            continue
        a, b = _LEAD.sub("", match["a"]), match["b"]
        if len(a) > 1 and (a in first.group()) != (b in first.group()):
            yield position + 1, b if a in first.group() else a
