"""What a demand's wants can be made of: pieces of official wording, each with the words it rests on.

A piece comes from what the caller asks for, from the matter's remedy, from a thing that is asked about, from the wants
of an earlier demand like this one, or from its deed done to something that was said. Earlier wants are a piece only
where what they name was said: their words that are no stock of the office must stand in the demand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import add, itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.domain.transcript import Evidence, SpokenCall
from app.understand.likeness import neighbours
from app.understand.mentions.types import Mentions
from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.demands import answers_to_asking
from app.understand.ticket.matters import Named
from app.understand.ticket.objects import bare, vague
from app.understand.ticket.official import WishWords
from app.understand.ticket.refusals import asked_instead, refusal
from app.understand.ticket.register import written
from app.understand.ticket.wants import Passage, WantsRules, broken, tells, unfit
from app.understand.ticket.whole_words import stands_whole, whole_words
from app.understand.ticket.wishes import asks

HEADS = {RequestKind.CONSULTATION: "咨询", RequestKind.SUGGESTION: "建议", RequestKind.PRAISE: "表扬"}
"""What the wants of these kinds begin with; a thing alone can follow."""
_WRONGS = (RequestKind.COMPLAINT, RequestKind.REPORT)
"""Kinds that somebody's wrong can be looked into for."""
_KEYS = 4
"""Titles whose matter can be looked into."""
SOURCES = ("ruled", "asked", "remedy", "title", "clause", "thing", "earlier", "topic", "aspect", "key", "deed")
_UNWORDED = frozenset({"clause", "thing", "earlier", "key", "deed"})
"""Sources whose words may be cut out of what was said."""
_STOCK = re.compile(
    r"尽快|依法|督促|责令|协调|核查|核实|查处|查清|检查|整治|整改|治理|处理|解决|处罚|清理|清运|清走|清除|修复|维修|抢修|检修|更换|补齐|补装|安装|加装|"
    r"增设|设置|恢复|疏通|退还|返还|赔偿|补偿|支付|补发|公示|公开|说明|明确|答复|告知|回复|停止|制止|禁止|拆除|撤销|取消|减免|办理|协助|指导|规范|加强|"
    r"改善|排除|消除|保障|落实|优化|调整|延长|增加|咨询|建议|表扬|问题|情况|行为|隐患|责任|损失|费用|原因|依据|结果|时间|材料|条件|流程|标准|地点|时限|"
    r"管理|服务|监管|派人|到场|现场|进行|按时|及时|重新|并|和|与|或|的|对|为|将|给|由|违规|违法|相关|有关|所需|如何|能否|是否|拖欠|欠|"
    r"立即|扑灭|摘除|驱离|劝离|搬离|迁移|挪移|移除|救助|抽运|加固|扶正|铺设|硬化|平整|修剪|划设|施划|开放|开通|"
    r"理赔|承担|出具|责令|关闭|关停|停工|停业|取缔|采样|检测|化验|鉴定|勘查|认定|追究|追查|追回|追责|问责|严惩|查找|寻找|查明|联系|调取|调解|疏导|"
    r"兑现|缴纳|补缴|缴存|发放|报销|审核|审批|复核|更正|纳入|安置|增派|增开|供应|教育|批评|排查|剩余|破损|异常|及"
)
_BEGINS = re.compile(f"(?:{_STOCK.pattern})+")
_HOW = re.compile(
    r"(?:尽快|立即|依法|及时|现场|到场|派人|重新|按时|协调|督促|责令|协助|指导|进行|并|和|与|或|的|对|为|将|给|由|有关|相关|问题)+"
)
"""Words of the office that only say how something is done."""
_FAULT = re.compile(
    r"停[水电气暖热]|[不没](?:热|亮|通|凉|来|供|出)|没(?:水|电|气|暖|灯)|漏|坏|塌|裂|堵|淹|积水|故障|缺失|破损|坑洼|倒伏|倾斜|下垂|失修|"
    r"求助|遗失|走失|被骗|难|养护|管理|服务|姓|觉[着得]|一到|看见|听说|望|请|希望|给予|办理|申请|申领|登记|报销|认定|安置|补偿|退还|投诉|举报|反映|我|俺|其"
)
"""What is no wrong of somebody's, and words of one who tells."""
_NAMES_MORE = re.compile(r"[A-Za-z\d]")
_PART = re.compile(r"[，、,]")
_DIGIT = re.compile(r"\d")
_DEED = re.compile(
    r"^.{0,6}(?:修|清|查|退|赔|补|换|装|拆|停|发|恢复|道歉|交房|办|通|填|挖|安排|解决|处理|核实|答复|撤|减免|协调|检测|化验|派|禁止|治|整改|规范|督促|加|"
    r"增|设|救|追|找|支付|公开|公示|说明|改|落实|明确|认定|鉴定|延|保障|调|评|接|供|送|迁|开|关|打|喷|扶|消|取消|出具|提供|指导|转|归还|帮|联系|叫|审|重|"
    r"搬|移|疏|硬化|铺|画|限|管|表彰)"
)
_REMEDY = re.compile(r"尽快|依法|立即|派人|治理|查处|整治|处理|制止|督促|责令|清理|修复|退还|赔偿|排查|取缔|停止")
_ANSWER = re.compile(r"(?:时间|问题|材料|条件|流程|标准|渠道|办法|手续|地点|方式|政策)$")
_REPAIRED = re.compile(r"^((?:尽快)?(?:维修|修复|更换|检修|疏通).{2,}?)(?:不亮|不热|不通|堵塞|漏水|损坏|坏)$")
"""维修路灯不亮: what is repaired is the thing, not its fault."""
_RESTORED = re.compile(r"(?:维修|修复|抢修|检修)停([水电气暖])$")
"""维修停水: what is asked for is the supply."""
_TELLS_NOTHING = re.compile(r"尽快|及时|立即|马上|[A-Za-z\d]+路?")
_ASKS = re.compile(r"[能是可]否|如何|怎么|哪|什么|多少|何时|有无|(.)不\1")
_LONGEST_NOUN, _LONGEST_ASPECT = 8, 4
_SHORTEST, _LONGEST = 2, 28
_LONGEST_THING = 14
_LIKELY = 0.22
"""Probability of a character from which it is in a thing that is asked about."""
_MOST_UNSAID, _WHOLE = 0.5, 2
"""Share of the characters of a thing which the demand need not say; characters of a thing that must all be said."""
_ADDED = frozenset(
    "间违规法非乱偷私自擅性品员者处费款金证期度率量额设施业户段面部位口内外前后中上下旁边不未无道路车辆房屋体物件单民地场所店家污臭噪音声超多收扣缺残旧"
    "老新被使用经营销售产生活居住人所有其他各类等能可以及已实际行当日时天月年于在从向至"
)
"""Characters that official wording adds to what was said: of a general kind, naming nothing alone."""
_NEAREST = 80
"""Earlier demands whose wants are looked at."""


class Asking(NamedTuple):
    """A demand as far as its wants go: what it is about, what is asked for, and what rules make of it."""

    kind: RequestKind
    shares: NDArray[np.float64]
    told: tuple[Clause, ...]
    matter: str
    rows: tuple[Named, ...]
    """The rows of the table of matters that fit, best first."""
    objects: tuple[str, ...]
    keys: tuple[str, ...]
    """What the likeliest titles say of the matter, best first."""
    ruled: Passage | None
    demands: tuple[Passage, ...]
    """What is asked for, in official words."""
    wished: tuple[Clause, ...]
    """Clauses in which something is asked for."""
    worded: tuple[str, ...]
    """Each of them in official words."""
    aspects: tuple[tuple[str, Evidence], ...]
    """What is asked about in a consultation, with the words that ask."""
    answers: frozenset[int]
    """Sayings that answer the question for the demand."""
    unsaid: tuple[re.Pattern[str], ...]
    """Claims that the demand does not speak of."""


class Piece(NamedTuple):
    """A piece of official wording, where it comes from, and its ground: the clause that shares most where none is given."""

    text: str
    source: str
    evidence: tuple[Evidence, ...]


def asking_of(
    words: WishWords,
    call: SpokenCall,
    mentions: Mentions,
    clauses: Sequence[Clause],
    kind: RequestKind,
    shares: NDArray[np.float64],
    rows: tuple[Named, ...],
    objects: tuple[str, ...],
    keys: tuple[str, ...],
    unsaid: tuple[re.Pattern[str], ...],
) -> Asking:
    """Return a demand as far as its wants go; `shares` are those of the category leaves."""
    told = tuple(informative(clauses)) or tuple(clauses)
    answers = frozenset(answers_to_asking(call, mentions))
    rules = WantsRules(words)
    demands = tuple(d for d in rules.demands_of(call, mentions, told) if not unfit(d.text))
    ruled = rules.compose(call, mentions, clauses, kind, demands, rows[0] if rows else None, objects, "".join(keys[:1]))
    questions = kind is RequestKind.CONSULTATION
    wished = tuple(c for c in told if asks(c) or c.saying in answers or (questions and c.question))
    matter = "，".join(clause.text for clause in told)
    worded = tuple(words.official(written(clause.text)) for clause in wished)
    aspects = tuple((aspect, clause.evidence) for aspect, clause in words.aspects(told)) if questions else ()
    return Asking(
        kind, shares, told, matter, rows, objects, keys, ruled, demands, wished, worded, aspects, answers, unsaid
    )


def parts_of(wants: str) -> list[str]:
    """Return the pieces that wants are made of."""
    return [part for part in _PART.split(wants) if part]


def wrong(matter: str) -> bool:
    """Tell whether a matter can be somebody's wrong: what fails or is needed is looked after, not 查处."""
    return not _FAULT.search(matter)


def can_be_asked_again(part: str) -> bool:
    """Tell whether a piece of earlier wants names nothing that belongs to one call alone."""
    return len(part) > 3 and not _NAMES_MORE.search(part)


def supported(part: str, matter: str) -> bool:
    """Tell whether the demand speaks of each thing that a piece names."""
    return all(thing in matter or _spoken_of(thing, matter) for thing in named_in(part))


def _spoken_of(thing: str, matter: str) -> bool:
    """Tell whether a thing was said but for what official wording adds, some of it in one piece."""
    if len(thing) <= _WHOLE or neighbours(matter).isdisjoint(map(add, thing, thing[1:])):
        return False
    unsaid = [character for character in thing if character not in matter]
    return len(unsaid) <= _MOST_UNSAID * len(thing) and _ADDED.issuperset(unsaid)


@lru_cache(maxsize=8192)
def named_in(part: str) -> tuple[str, ...]:
    """Return the stretches of a piece that are no stock of the office."""
    return tuple(stretch for stretch in _STOCK.split(part) if stretch)


@lru_cache(maxsize=32768)
def begun(part: str) -> str:
    """Return the words of the office that a piece begins with; nothing where they only say how."""
    found = _BEGINS.match(part)
    return found.group() if found and not _HOW.fullmatch(found.group()) else ""


def pieces(
    asking: Asking,
    asked: Sequence[Sequence[tuple[str, float]]],
    earlier: Iterable[str],
    deeds: Iterable[str],
) -> list[Piece]:
    """Return every piece once, from its best source.

    `asked` is what the tagger says of the characters of each clause; `earlier` are pieces of the wants of demands like
    this one, `deeds` what is put together from theirs and from what this one names.
    """
    head = HEADS.get(asking.kind, "")
    before = [Piece(part, "earlier", ()) for part in _claimed(asking, earlier)]
    done = [Piece(deed, "deed", ()) for deed in _claimed(asking, deeds)]
    found: dict[str, Piece] = {}
    for piece in (*_asked(asking), *_of_matter(asking), *_things(asking, asked), *before, *done):
        text = _RESTORED.sub(r"恢复供\1", _REPAIRED.sub(r"\1", piece.text.strip("，、 ").removeprefix(head)))
        if _fits(text, piece.source, bool(head)) and text not in found and _is_whole(text, piece.source, asking.matter):
            found[text] = piece._replace(text=text)
    return list(found.values())


def _claimed(asking: Asking, parts: Iterable[str]) -> Iterator[str]:
    """Yield the pieces that claim nothing which the demand does not speak of."""
    return (part for part in parts if not any(claim.search(part) for claim in asking.unsaid))


def _fits(text: str, source: str, headed: bool) -> bool:
    """Tell whether a text can be a piece: more than 尽快修, and in its own words a deed, where no head makes it one."""
    if not _SHORTEST <= len(text) <= _LONGEST or len(_TELLS_NOTHING.sub("", text)) < _SHORTEST:
        return False
    if (vague(text) and source != "ruled") or (bare(text) and source == "earlier"):
        return False
    if source == "earlier" and not _asked_alike(text, headed):
        return False
    own = source in ("clause", "asked")
    if broken(text) and (own or source == "ruled"):
        return False
    return headed or not own or bool(_DEED.match(text) and not tells(text))


def _is_whole(text: str, source: str, matter: str) -> bool:
    """Tell whether what a piece names cuts no word of the demand in two, where no rule worded it."""
    return source not in _UNWORDED or all(stands_whole(thing, matter) for thing in named_in(text))


def _asked_alike(text: str, headed: bool) -> bool:
    """Tell whether an earlier piece asks as this demand does: for an answer behind a head, else for a deed."""
    return not _REMEDY.match(text) if headed else bool(_STOCK.match(text) or not _ANSWER.search(text))


def _asked(asking: Asking) -> Iterator[Piece]:
    if asking.ruled:
        yield Piece(asking.ruled.text, "ruled", asking.ruled.evidence)
        for part in parts_of(asking.ruled.text):
            yield Piece(part, "ruled", asking.ruled.evidence)
    for demand in asking.demands:
        yield Piece(demand.text, "asked", demand.evidence)
        if asking.kind in _WRONGS and demand.text.startswith("核查"):
            yield Piece("查处" + demand.text[2:], "asked", demand.evidence)
    for clause, text in zip(asking.wished, asking.worded, strict=True):
        yield Piece(text, "clause", (clause.evidence,))


def _of_matter(asking: Asking) -> Iterator[Piece]:
    for row in asking.rows:
        quotes = tuple(clause.evidence for clause in row.clauses)
        title = row.matter.title.removesuffix("问题")
        if asking.kind in HEADS:
            yield Piece(row.matter.topic or row.matter.title, "topic", quotes)
            continue
        for part in row.remedies:
            yield Piece(part, "remedy", quotes)
        if wrong(title):
            yield Piece("查处" + title, "title", quotes)
        yield Piece(f"处理{title}问题", "title", quotes)
    yield from _of_keys(asking)
    for aspect, evidence in asking.aspects:
        yield Piece(aspect, "aspect", (evidence,))


def _of_keys(asking: Asking) -> Iterator[Piece]:
    """Yield what is to be looked into as a wrong, or done because somebody refuses it."""
    for key in asking.keys[:_KEYS] if asking.kind in _WRONGS else ():
        if refused := refusal(key):
            yield Piece(asked_instead(refused), "key", ())
        elif len(key) <= _LONGEST_THING and wrong(key):
            yield Piece("查处" + key, "key", ())


def _things(asking: Asking, asked: Sequence[Sequence[tuple[str, float]]]) -> Iterator[Piece]:
    """Yield what is asked or proposed about, where a thing alone can follow the head."""
    if asking.kind in HEADS and asking.kind is not RequestKind.PRAISE:
        for thing in dict.fromkeys([*asking.objects, *asking.keys[:_KEYS], *stretches(asked)]):
            if _SHORTEST <= len(thing) <= _LONGEST_THING:
                yield Piece(thing, "thing", ())


def stretches(clauses: Sequence[Sequence[tuple[str, float]]]) -> Iterator[str]:
    """Yield what stands together of likely characters, in whole words and without figures."""
    for clause in clauses:
        text, first = "".join(map(itemgetter(0), clause)), 0
        for at, (character, share) in enumerate((*clause, ("", 0.0))):
            if share > _LIKELY and not _DIGIT.match(character):
                continue
            if at - first >= _SHORTEST:
                yield whole_words(text, first, at)
            first = at + 1


def together(kind: RequestKind, parts: Sequence[Piece], matter: str) -> str:
    """Return pieces as wants; what is asked of a thing follows it: 缴费时间, 医保 → 咨询医保缴费时间."""
    head = HEADS.get(kind, "")
    texts = [part.text.removesuffix(f"的{head}" if kind is RequestKind.SUGGESTION else head) for part in parts]
    if kind is not RequestKind.CONSULTATION:
        return head + "，".join(texts)
    aspects = [part.text for part in parts if part.source == "aspect" or _is_aspect(part.text)]
    things = sorted((text for text in texts if text not in aspects), key=lambda text: _first_said(text, matter))
    last = things[-1] if things and aspects else ""
    if last and len(last) <= _LONGEST_NOUN and not (_ASKS.search(last) or _ANSWER.search(last)):
        things[-1:], aspects[:1] = [last + aspects[0]], []
    return head + "、".join((*things, *aspects))


def _is_aspect(text: str) -> bool:
    return not named_in(text) or (len(text) <= _LONGEST_ASPECT and bool(_ANSWER.search(text)))


def _first_said(text: str, matter: str) -> int:
    """Return where a pair of characters of a text is said first; behind all where none is."""
    places = (matter.find(text[i : i + 2]) for i in range(len(text) - 1))
    return min((place for place in places if place >= 0), default=len(matter))


def ground(text: str, told: Sequence[Clause]) -> tuple[Evidence, ...]:
    """Return the clause that shares most with a text."""
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    best = max(told, key=lambda clause: sum(pair in clause.text for pair in pairs))
    return (best.evidence,)


def nearest_parts(near: Sequence[int], parts: Sequence[Sequence[str]], matter: str) -> list[str]:
    """Return the pieces of the nearest earlier demands that what was said supports, each once."""
    once = dict.fromkeys(part for row in near[:_NEAREST] for part in parts[row])
    return [part for part in once if supported(part, matter)]
