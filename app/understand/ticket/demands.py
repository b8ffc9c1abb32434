"""One call, several demands: where one ends and the next begins."""

import re
from collections.abc import Callable, Sequence

from app.domain.transcript import Speaker, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.ticket.clauses import Clause

_ANNOUNCED = re.compile(
    r"^(?:(?:哦|对了|那|然后)?(?:还有|另外|再|除此之外|除了这个)[^，。]{0,4}(?:一?个?(?:事|件事|问题|情况|小事))|"
    r"第[二三四](?:(?:个|件|个事|件事|个问题)(?:就?是|，|\s|$)|件|个(?:事|问题))|另一(?:个|件)(?:事|问题)|再说(?:个|一个)?事)"
)
"""Words that announce another matter."""
_PERHAPS = re.compile(
    r"^(?:(?:还有|另外)?(?:我|俺)?(?:再|顺便)(?:想)?(?:问|咨询|反映|投诉|举报|打听|说)|(?:还有|另外)?(?:我|俺)(?:还)(?:想)?(?:问|咨询|反映|投诉|举报|打听|说)|还(?:有)?(?:想|要|得)(?:问|咨询|反映|投诉|举报|打听)|"
    r"(?:还|另外)(?:我|俺)?想?(?:问|咨询|反映|投诉|举报|打听|说)(?:一下|一个|个|一?件)|(?:第[二三四](?:个|件|是)?|二一个)(?![个件是]|[回次天年家户层部栋期趟份遍]|也|路口|女|男)|[二三]是|另外(?!的|一(?!个)|[两三]|找|租|收|加|算|交|付|给|买|请|雇|又)|其次|再一个(?:就是|是)?|再有(?:就是|一个)|对了|顺便(?:我|俺)?(?:还|再)?(?:有|提)个?)"
)
"""Words that begin another matter, or more of the same."""
_OF_ITS_OWN = re.compile(
    r"^(?:还有|另外|再就是|再有)(?:(?:我们|俺们?|咱们?)(?:那个?|楼道|(?:庄|村|小区)(?!上?[一两二三四五六七八九十])(?:那个?)?)|那个?|这个|[村庄坝路楼门院桥河街][头上口边里道](?=[^，。]{0,6}那个))"
    r"(?![^，。]{0,4}(?:护士|医生|大夫|人|位|保姆|经理|老板|司机|照片|钱|费|医保|事|馆|公司|章|证|票|号))[^，。]{2,}"
)
"""还有村头那个路灯: what begins so names a thing of its own."""
_ANYTHING_ELSE = re.compile(r"还有(?:其他|别的|什么)|其他(?:问题|诉求|需要|事)|别的(?:问题|事|诉求)")
ASKS_WANTS = re.compile(
    r"诉求|您(?:是)?(?:要求|希望|想)|希望(?:怎么|咋|如何|我们|什么|达到|哪|得到|政府|相关|有关)|(?:什么|啥|哪些|具体)(?:样的)?(?:要求|想法|需求)|怎么(?:处理|解决|办|帮)|"
    r"想(?:怎么|咋|要|让|达到|解决)|需要(?:我们|什么|怎么|哪)|要求是"
)
_NOTHING = re.compile(r"^[^\u4e00-\u9fff]*(?:没|不|就这|行|好|谢谢|可以了|暂时)")
_DROPS = re.compile(
    r"(?:这个?|这事|那个|这条|那条)[^，。\s]{0,2}(?:算了|不(?:用|必)?(?:记|登|反映)了?$|我(?:们)?自己|别(?:记|写|登))|算了[，,\s。]*(?:这个|那个|不说|别记|我自己|不反映)|(?:^|[，,。\s])(?:别记了?|别登了?|不用(?:登记|记了?))(?=[，,。\s]|$)"
)
"""这个算了 我自己跟他说 别记."""
_SHORTEST = 8
"""Characters a demand needs to be one: shorter stretches are afterthoughts."""


Apart = Callable[[Sequence[Clause], Sequence[Clause], bool], bool]
"""Tells whether the clauses after words that may begin another matter tell of one; the last: whether they name a thing."""


def split_demands(
    call: SpokenCall, mentions: Mentions, clauses: tuple[Clause, ...], apart: Apart
) -> list[tuple[Clause, ...]]:
    """Return the clauses of each demand; a demand without substance joins the one before."""
    parts: list[list[Clause]] = [[]]
    unsure: list[bool] = [False]
    asked = _answers(call, mentions, _ANYTHING_ELSE)
    for position, clause in enumerate(clauses):
        first_of_turn = position == 0 or clauses[position - 1].saying != clause.saying
        announced = bool(_ANNOUNCED.match(clause.text)) or (
            first_of_turn and clause.saying in asked and not _NOTHING.match(clause.text)
        )
        begins = announced or bool(_PERHAPS.match(clause.text) or _OF_ITS_OWN.match(clause.text))
        if begins and _substance(parts[-1]) >= _SHORTEST and _substance(clauses[position:]) >= _SHORTEST:
            parts.append([])
            unsure.append(not announced)
        parts[-1].append(clause)
    whole = [tuple(part) for part in _joined(call, mentions, parts, unsure, apart) if _substance(part) > 0]
    return _with_own_wishes(whole, answers_to_asking(call, mentions)) if len(whole) > 1 else whole


def _joined(
    call: SpokenCall, mentions: Mentions, parts: list[list[Clause]], unsure: list[bool], apart: Apart
) -> list[list[Clause]]:
    """Join what tells of no other matter to the part before, and leave out a matter that is dropped in its own turn."""
    kept = parts[:1]
    for part, doubtful in zip(parts[1:], unsure[1:], strict=True):
        dropped = _dropped(call, mentions, part)
        named = bool(_OF_ITS_OWN.match(part[0].text))
        if dropped or (doubtful and not apart(kept[-1], part, named)):
            kept[-1] = [*kept[-1], *part[dropped:]]
        else:
            kept.append(part)
    return kept


def _dropped(call: SpokenCall, mentions: Mentions, part: list[Clause]) -> int:
    """Return how many clauses of a part tell of a matter that the caller drops in the turn that names it."""
    first = part[0]
    said = call.turns[mentions.sayings[first.saying].turn].text[first.start :]
    return sum(clause.saying == first.saying for clause in part) if _DROPS.search(said) else 0


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
