"""What the citizen asks for, in official wording: from the answer to 您的诉求是, else from the wishes in the call."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.domain.ticket import RequestKind
from app.domain.transcript import Evidence, SpokenCall
from app.understand.mentions.types import Mentions
from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.demands import answers_to_asking
from app.understand.ticket.matters import Named
from app.understand.ticket.objects import apart, completed, vague
from app.understand.ticket.official import WishWords
from app.understand.ticket.register import written
from app.understand.ticket.whole_words import first_words
from app.understand.ticket.wishes import asks, is_wish

MOST_CLAUSES = 4
_SHORT = 9
"""Characters of a clause that goes with the wish beside it: 停工，拆了，把顶修好."""
_NO_ANSWER = re.compile(
    r"不清楚|不知道|不想|打过|别给(?:我|俺)上课|谁急|没办法|就明白|就认了|不认|无所谓|说得对|[?？]$"
)
_SUMMED_UP = re.compile(
    r"(?:希望|诉求(?:就)?是|要求是?|想(?:要|让|请)?)(?:就是|是)?(?P<wish>(?!怎么|什么|哪|如何|我们怎)[^，。？?！]{3,40}?)(?:\s*(?:对吧|对吗|对不对|是吧|是吗|是不是|吗|吧))?[\s。？?]*(?:$|您贵姓|您怎么称呼|[，。])"
)
_VAGUE = re.compile(
    r"^(?:尽快|相关部门|有关部门|部门|领导|政府|贵部门|予以|给予|介入|核实|处理|解决|帮助|关注|重视|管理|协调|并|和|这个|问题|此事|一下|调查)+$"
)
_POST = r"(?:司机|师傅|民警|警官|辅警|交警|网格员|护士|医生|大夫|老师|保安|工作人员|快递员|外卖(?:员|小哥)|售货员|话务员|书记|主任|环卫工|消防员|社工|志愿者|小伙子|姑娘)"
_PRAISED_NAME = re.compile(
    rf"(?P<who>(?:[\u4e00-\u9fff\d]{{0,8}}?(?:路|所|局|站|社区|医院|村|公司|大厅|窗口|队)的?)?{_POST}(?:叫|姓)?[\u4e00-\u9fff]{{2,3}})(?=$|[，,。\s])"
)
_PRAISED_POST = re.compile(
    rf"(?P<who>(?:[\u4e00-\u9fff\d]{{0,8}}?(?:路|所|局|站|社区|医院|村|公司|大厅|窗口|队)(?:公交车?)?的?|公交车?)?{_POST})"
)
_DEED = re.compile(
    r"修|清|查|退|赔|补|换|装|拆|停|发|恢复|道歉|交房|办|通|填|挖|安排|解决|处理|核实|答复|撤销|减免|协调|检测|化验|派"
)


_TALK = re.compile(r"说|咋|啥|谁|哪|吗$|不$|没$|多少|俺|我|恁|你们|是不是|到底")
_NO_OBJECT = re.compile(
    r"尽快|派人|一下|他们?|她|它|安排|来人|来看看|处理|解决|整改|问题|此事|追究|钱$|个|说法|准信|答复"
)
"""What a wish without an object of its own consists of: 尽快派人维修, 处罚他."""
_LEAST_OBJECT = 4
_MONEY_BACK = re.compile(r"(?P<back>(?:尽快)?(?:退还|归还)(?:剩余|多收|多扣|多交|多)?)(?:的)?(?:钱|费用)?")
_MONEY = re.compile(
    r"剩余课时费|课时费|学费|培训费|押金|定金|首付款?|房款|货款|运费|停车费|物业费|取暖费|话费|会员费|年卡费?|健身卡|报名费|医药费|车费|中介费|装修款|工程款|电费|水费|手续费|会费|服务费|保证金"
)
_LONGEST_WANTS = 28
"""Characters of all wishes together."""
_LEAST_WANTS = 5
_LONGEST_THING, _LONGEST_KEY = 10, 18
_STORY = re.compile(
    r"[我俺咱你您]|(?<![尤极与])其(?![他中])|希望|什么|怎么|一直|当时|昨天|(?:部门|单位|机关|中|时)$|吗$|没有?人|不得了|(?<=.)不(?:给|肯)(?!.*[则就])"
)
_BROKEN = re.compile(
    r"^(?:到(?![场期位岗站])|[的和与并且够们被却而但]|及(?![时早])|相关|因为|由于|同时|从而|现(?![场金代行有])|以(?![旧现货后录])|自(?!来水|[行助动])|试问|不知|出面|有空)"
    r"|^叫[^，]{1,6}来$|来看看$|^[\u4e00-\u9fff]{1,6}说(?![明清])|^[\u4e00-\u9fff]{2,8}(?:公司|部门|单位)$|(?<!\d)\d[.、](?!\d)|[的和与及或把对在将让]$|(?<!原)因$|(?<![依根证数单票收凭])据$|(?<![去朝走流风方])向$|(?<![来收不找])到$|请问|有何具体|目前还"
    r"|[“《（(][^”》）)]*$|^[^“《（(]*[”》）)]|[：:](?!\d)"
)
"""What was cut out of a sentence: it begins or ends with a word that leads on, or holds the number of a list."""
_SUGGESTED = re.compile(
    r"^(?:其|我|俺)?(?:给|跟|向)?(?:你们)?(?:提个?)?(?:顺便)?(?:提)?(?:一?个|点)?(?:小)?建议[，,是]*|^关于"
)
_FIGURE = re.compile(r"\d")
_PLAIN = {
    RequestKind.HELP: "尽快处理{}问题",
    RequestKind.COMPLAINT: "核实处理{}问题",
    RequestKind.REPORT: "依法查处{}问题",
}
_MOSTASPECTS = 4


class Passage(NamedTuple):
    """Composed text with the words it rests on."""

    text: str
    evidence: tuple[Evidence, ...]


class WantsRules:
    """Says in official words what the citizen asks for, by the table of wishes."""

    def __init__(self, words: WishWords) -> None:
        self._words = words

    def compose(
        self,
        call: SpokenCall,
        mentions: Mentions,
        clauses: Sequence[Clause],
        kind: RequestKind,
        asked: Sequence[Passage],
        named: Named | None = None,
        things: Sequence[str] = (),
        key: str = "",
    ) -> Passage | None:
        """Return what the citizen asks for, in official words; the matter's remedy where they ask for no more than help.

        `asked` is what `demands_of` finds and names an object, `things` is what the demand is about, the likeliest first,
        and `key` what its likeliest title says.
        """
        told = informative(clauses)
        said = self._said_wants(call, mentions, clauses, kind)
        if kind is RequestKind.PRAISE:
            return said or self._about("表扬", told)
        if kind is RequestKind.CONSULTATION:
            return (self._asked_about(told, named, things) if named else None) or said or self._about("咨询", told)
        demands = list(asked)
        if kind is RequestKind.SUGGESTION:
            return _suggested(_together(_within(demands)) if demands else said) or self._about("建议", told)
        demands = [d._replace(text=completed(d.text, things, told)) for d in demands]
        if named is None or not named.remedies:
            known = named.matter.title if named else (*things, key)[0]
            return _together(_within(demands)) if demands else _sought(kind, said, known, key, told)
        remedy = Passage("，".join(named.remedies), tuple(clause.evidence for clause in named.clauses))
        full = [d for d in demands if len(_NO_OBJECT.sub("", d.text)) >= _LEAST_OBJECT]
        if not full:
            return Passage(remedy.text, (*remedy.evidence, *(quote for d in demands for quote in d.evidence)))
        kept = _within([d for d in demands if d in full or not _deed_in(d, remedy)])
        return _together(kept)

    def demands_of(self, call: SpokenCall, mentions: Mentions, told: Sequence[Clause]) -> list[Passage]:
        """Return what the citizen demands in official words: in the answer to 您的诉求是, else wherever something is asked for."""
        answers = answers_to_asking(call, mentions)
        answered = [c for c in told if c.saying in answers and not _NO_ANSWER.search(c.text)]
        wished = [c for c in told if asks(c)]
        found = self._in_official_words(answered, told) or self._in_official_words(wished, told)[-MOST_CLAUSES + 1 :]
        return [
            d for i, d in enumerate(found) if not any(d.text in e.text for e in (*found[:i], *found[i + 1 :]) if e != d)
        ]

    def _in_official_words(self, clauses: Sequence[Clause], told: Sequence[Clause]) -> list[Passage]:
        named = _MONEY.search("".join(clause.text for clause in told))
        found: dict[str, Clause] = {}
        for clause in clauses:
            words = self._words.demanded(clause.text)
            if words and named and (back := _MONEY_BACK.fullmatch(words)):
                words = back["back"] + named.group()
            if words and not _TALK.search(words):
                found.setdefault(words, clause)
        return [Passage(words, (clause.evidence,)) for words, clause in found.items()]

    def _about(self, head: str, told: Sequence[Clause]) -> Passage | None:
        """Return 表扬, 咨询 or 建议 with the clause that says most, where nothing better was said."""
        if not told:
            return None
        clause = max(told, key=lambda c: len(c.text) if len(c.text) <= _LONGEST_WANTS else 0)
        return Passage(head + self._words.official(written(clause.text)).removeprefix(head), (clause.evidence,))

    def _asked_about(self, told: Sequence[Clause], named: Named, objects: Sequence[str]) -> Passage | None:
        """Return 咨询 with the topic and every aspect asked about."""
        topic = named.matter.topic or named.matter.title
        topic = "、".join([*apart(objects[:1], topic), topic])
        found = [(aspect, clause) for aspect, clause in self._words.aspects(told) if aspect not in topic]
        aspects = list(dict.fromkeys(aspect for aspect, _ in found))[:_MOSTASPECTS]
        if not aspects and (asked := _questions(told)):
            return Passage(f"咨询{topic}，{self._words.official(written(asked[-1].text))}", (asked[-1].evidence,))
        quotes = tuple(dict.fromkeys((*(c.evidence for c in named.clauses), *(c.evidence for _, c in found))))
        return Passage(f"咨询{topic}{'、'.join(aspects)}", quotes)

    def _said_wants(
        self, call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause], kind: RequestKind
    ) -> Passage | None:
        """Return the wishes as they were said, or None where none was."""
        told = informative(clauses)
        if kind is not RequestKind.CONSULTATION and (confirmed := self._confirmed(call, mentions, clauses)):
            return confirmed
        answers = answers_to_asking(call, mentions)
        if kind is RequestKind.PRAISE:
            return _praised(told)
        chosen = _questions(told) if kind is RequestKind.CONSULTATION else []
        chosen = chosen or _asked_for(told, answers) or self._wished(told)
        if not chosen:
            return None
        texts = list(dict.fromkeys(filter(None, (self._words.official(written(clause.text)) for clause in chosen))))
        if not texts:
            return None
        head = "咨询" if kind is RequestKind.CONSULTATION and not texts[0].startswith("咨询") else ""
        return Passage(head + "，".join(texts), tuple(clause.evidence for clause in chosen))

    def _confirmed(self, call: SpokenCall, mentions: Mentions, clauses: Sequence[Clause]) -> Passage | None:
        """Return the wish that the operator summed up and the citizen confirmed, with what the citizen then added."""
        turns = {mentions.sayings[clause.saying].turn for clause in clauses}
        for saying in mentions.sayings:
            match = _SUMMED_UP.search(saying.text) if saying.confirmed_by and saying.turn + 1 in turns else None
            if match:
                added = [
                    c for c in informative(clauses) if mentions.sayings[c.saying].turn == saying.turn + 1 and is_wish(c)
                ][:2]
                texts = [
                    self._words.official(match["wish"]),
                    *(self._words.official(written(clause.text)) for clause in added),
                ]
                quote = call.turns[saying.turn].evidence(*match.span("wish"))
                return Passage(
                    "，".join(dict.fromkeys(texts)), (quote, *saying.confirmed_by, *(c.evidence for c in added))
                )
        return None

    def _wished(self, told: Sequence[Clause]) -> list[Clause]:
        """Return the most telling wishes in the order they were said: the later and the more definite first."""
        wishes = [(clause, position) for position, clause in enumerate(told) if is_wish(clause)]
        ranked = sorted(
            wishes,
            key=lambda item: (
                bool(_VAGUE.match(self._words.official(written(item[0].text)))),
                not _DEED.search(item[0].text),
                -item[1],
            ),
        )
        return [clause for clause, _ in sorted(ranked[:2], key=lambda item: item[1])]


def _brief(said: Passage | None) -> Passage | None:
    """Return a wish that is short enough for the field and names an object without telling a story."""
    fits = said and _LEAST_WANTS <= len(said.text) <= _LONGEST_WANTS
    return said if said and fits and not unfit(said.text) else None


def _suggested(said: Passage | None) -> Passage | None:
    text = _SUGGESTED.sub("", said.text) if said else ""
    return Passage(f"建议{first_words(text, _LONGEST_WANTS)}", said.evidence) if said and text else None


def _sought(kind: RequestKind, said: Passage | None, known: str, key: str, told: Sequence[Clause]) -> Passage | None:
    """Return what is asked for where no deed is: the wish as it was said, else to see to what the demand is about."""
    short = _brief(said) or _plain(kind, known, told, _LONGEST_THING)
    return short or said or _plain(kind, key, told, _LONGEST_KEY)


def _plain(kind: RequestKind, thing: str, told: Sequence[Clause], longest: int) -> Passage | None:
    """Return the bare remedy of a matter that is known by what it is about alone."""
    thing = thing.removesuffix("问题")
    if not 1 < len(thing) <= longest or tells(thing) or _FIGURE.search(thing):
        return None
    speaking = tuple(clause.evidence for clause in told if thing in clause.text)
    return Passage(_PLAIN[kind].format(thing), speaking[:1] or (told[0].evidence,))


def plain(text: str) -> bool:
    """Tell whether wants ask for no more than that the matter is seen to: 核实处理工钱问题."""
    return any(text.startswith(words.partition("{")[0]) and text.endswith("问题") for words in _PLAIN.values())


def tells(text: str) -> bool:
    """Tell whether a text tells of somebody or asks, where a wish would name what is to be done."""
    return bool(_STORY.search(text))


def broken(text: str) -> bool:
    """Tell whether a text is a piece of a sentence rather than a wish."""
    return bool(_BROKEN.search(text))


def unfit(text: str) -> bool:
    """Tell whether a text is no wish for the field: it names no object, tells a story, or is a piece of a sentence."""
    return vague(text) or tells(text) or broken(text)


def _within(demands: Sequence[Passage]) -> list[Passage]:
    """Return the demands from the first on that together are no longer than a ticket's field."""
    kept: list[Passage] = []
    for demand in demands:
        if kept and sum(len(d.text) + 1 for d in kept) + len(demand.text) > _LONGEST_WANTS:
            break
        kept.append(demand)
    return kept


def _together(passages: Sequence[Passage]) -> Passage:
    quotes = dict.fromkeys(quote for passage in passages for quote in passage.evidence)
    return Passage("，".join(passage.text for passage in passages), tuple(quotes))


def _deed_in(demand: Passage, remedy: Passage) -> bool:
    return set(_NO_OBJECT.sub("", demand.text)[:2]) <= set(remedy.text)


def _praised(told: Sequence[Clause]) -> Passage | None:
    """Return 表扬 with whom the praise is for, as the citizen named them."""
    for pattern in (_PRAISED_NAME, _PRAISED_POST):
        for clause in told:
            if match := pattern.search(clause.text):
                who = written(match["who"])
                return Passage(f"表扬{who}", (clause.evidence,))
    return None


def _asked_for(told: Sequence[Clause], answers: set[int]) -> list[Clause]:
    """Return the answer to the question for the demand: its wishes and the short clauses about them."""
    answered = [c for c in told if c.saying in answers and not _NO_ANSWER.search(c.text)]
    wishes = [i for i, clause in enumerate(answered) if is_wish(clause)]
    start = wishes[0] if wishes else 0
    while start and len(answered[start - 1].text) <= _SHORT and answered[start - 1].saying == answered[start].saying:
        start -= 1
    kept: list[Clause] = []
    for clause in answered[start:]:
        if kept and not is_wish(clause) and len(clause.text) > _SHORT:
            break
        kept.append(clause)
    return kept[:MOST_CLAUSES] if wishes or all(len(clause.text) <= 2 * _SHORT for clause in kept) else []


def _questions(told: Sequence[Clause]) -> list[Clause]:
    """Return the questions of a consultation, with the statement that one rests on."""
    asked = [position for position, clause in enumerate(told) if clause.question]
    if not asked:
        return []
    first = asked[0]
    start = first - 1 if first and len(told[first].text) < 8 and told[first - 1].saying == told[first].saying else first
    return [told[position] for position in range(len(told)) if position in asked[:MOST_CLAUSES] or position == start]
