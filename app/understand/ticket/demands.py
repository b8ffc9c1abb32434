"""One call, several demands: where one ends and the next begins."""

import re

from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.ticket.clauses import Clause

_NEXT = re.compile(
    r"^(?:(?:哦|对了|那|然后)?(?:还有|另外|再|除此之外|除了这个)[^，。]{0,4}(?:一?个?(?:事|件事|问题|情况|小事))|(?:还有|另外)?(?:我|俺)?(?:还|再|顺便)(?:想)?(?:问|咨询|反映|投诉|举报|打听|说)(?:一下|一个|个|一?件)?|"
    r"(?:第[二三四]|其次)(?:个|件)?(?:事|问题|是)?(?![回次天年家户层部栋期趟份])|另一(?:个|件)(?:事|问题)|顺便(?:再)?(?:问|说|反映|咨询)|再一个(?:就是|是)?|再有(?:就是|一个)|另外(?:就是|一个|还)|对了)"
)
_ANYTHING_ELSE = re.compile(r"还有(?:其他|别的|什么)|其他(?:问题|诉求|需要|事)|别的(?:问题|事|诉求)")
ASKS_WANTS = re.compile(
    r"诉求|您(?:是)?(?:要求|希望|想)|希望(?:怎么|咋|如何|我们|什么|达到|哪|得到|政府|相关|有关)|(?:什么|啥|哪些|具体)(?:样的)?(?:要求|想法|需求)|怎么(?:处理|解决|办|帮)|"
    r"想(?:怎么|咋|要|让|达到|解决)|需要(?:我们|什么|怎么|哪)|要求是"
)
_NOTHING = re.compile(r"^[^\u4e00-\u9fff]*(?:没|不|就这|行|好|谢谢|可以了|暂时)")
_SHORTEST = 8
"""Characters a demand needs to be one: shorter stretches are afterthoughts."""


def split_demands(call: SpokenCall, mentions: Mentions, clauses: tuple[Clause, ...]) -> list[tuple[Clause, ...]]:
    """Return the clauses of each demand; a demand without substance joins the one before."""
    parts: list[list[Clause]] = [[]]
    asked = _answers(call, mentions, _ANYTHING_ELSE)
    for position, clause in enumerate(clauses):
        first_of_turn = position == 0 or clauses[position - 1].saying != clause.saying
        begins = bool(_NEXT.match(clause.text)) or (
            first_of_turn and clause.saying in asked and not _NOTHING.match(clause.text)
        )
        if begins and _substance(parts[-1]) >= _SHORTEST and _substance(clauses[position:]) >= _SHORTEST:
            parts.append([])
        parts[-1].append(clause)
    whole = [tuple(part) for part in parts if _substance(part) > 0]
    return _with_own_wishes(whole, answers_to_asking(call, mentions)) if len(whole) > 1 else whole


def _with_own_wishes(parts: list[tuple[Clause, ...]], answers: set[int]) -> list[tuple[Clause, ...]]:
    """Give each wish of the closing answer (路灯赶紧修，垃圾及时清) to the demand whose words it shares."""
    told = [[clause for clause in part if clause.saying not in answers] for part in parts]
    if not all(told):
        return parts
    pairs = [{pair for clause in part for pair in _pairs(clause.text)} for part in told]
    for number, part in enumerate(parts):
        for clause in part:
            if clause.saying in answers:
                shared = [len(own & _pairs(clause.text)) for own in pairs]
                told[shared.index(max(shared)) if max(shared) else number].append(clause)
    return [tuple(part) for part in told]


def answers_to_asking(call: SpokenCall, mentions: Mentions) -> set[int]:
    """Return the sayings that answer an operator who asked what the citizen wants."""
    return _answers(call, mentions, ASKS_WANTS)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _substance(clauses: list[Clause] | tuple[Clause, ...]) -> int:
    return sum(len(clause.text) for clause in clauses if not clause.chatter)


def _answers(call: SpokenCall, mentions: Mentions, question: re.Pattern[str]) -> set[int]:
    """Return the sayings that come right after an operator's question."""
    found = set()
    for index, saying in enumerate(mentions.sayings):
        before = call.turns[saying.turn - 1] if saying.turn else None
        if before and before.speaker is Speaker.OPERATOR and question.search(before.text):
            found.add(index)
    return found
