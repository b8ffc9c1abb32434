"""A title in the register of an official ticket: place and matter in at most 30 characters."""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.matters import Named
from app.understand.ticket.objects import apart
from app.understand.ticket.register import written
from app.understand.ticket.wants import Passage
from app.understand.ticket.wishes import is_wish

LONGEST_TITLE = 30
_LONGEST_PLACE = 14
_SAME_PLACE = 4
"""Characters in common from which a clause repeats the place before it."""
_FIRST_NAME = re.compile(r".{1,9}?(?:街道|社区|小区|大道|[区市镇路街园])(?=..)")
_TELLING = 9
"""Characters from which a clause tells the matter alone."""
_FOCUS_WEIGHT = 3.0
"""What it counts that a clause alone speaks for the demand's category."""
_HEADING_WEIGHT = 2.0
"""What it counts that a clause is the heading that the writer gave the message."""
_OBJECT_WEIGHT = 1.0
"""What it counts that a clause names the demand's first object."""
_MOST_CLAUSES = 6
"""Likely clauses that the category model looks at."""
_SHORT_KEY = 4
_DIGIT = re.compile(r"\d")
_PERSON = re.compile(r"[我俺其他她你]")
_TAIL = re.compile(r"(?:吗|么|不|没|行不行|好不好|可以吗|一下)$")
Topics = Callable[[Sequence[str]], tuple[tuple[str, ...], NDArray[np.float64]]]
"""Texts in; the names of all topics and each text's probabilities out."""


class TitleMeasures(NamedTuple):
    """What is weighed of a title; a title that is the matter's official name leaves at nothing what clauses alone have."""

    score: float = 0.0
    """How much the clause tells by its words, and by how much it is behind the one that tells most."""
    below_best: float = 0.0
    gain: float = 0.0
    """How much the clause alone speaks for the demand's category."""
    late: float = 0.0
    first: float = False
    says_where: float = 0.0
    first_object: float = False
    any_object: float = False
    length: float = 0.0
    short: float = False
    wish: float = False
    question: float = False
    troubles: float = 0.0
    words: float = 0.0
    fits_name: float = False
    figure: float = False
    named: float = False
    """It is the official name."""
    sure: float = 0.0
    consultation: float = False
    suggestion: float = False
    praise: float = False
    person: float = False
    clauses: float = 0.0


class Heading(NamedTuple):
    """A title that could be chosen: the clauses it is made of, its matter, and what is known of it."""

    passage: Passage
    key: str
    clauses: tuple[Clause, ...]
    measures: TitleMeasures


def headings(
    clauses: Sequence[Clause],
    kind: RequestKind,
    place: str | None,
    matter_words: re.Pattern[str],
    topics: Topics,
    named: Named | None,
    objects: Sequence[str] = (),
) -> list[Heading]:
    """Return the titles that the likeliest clauses make, with what follows them and alone, and the matter's official name."""
    told = informative(clauses) or list(clauses)
    ranked = sorted(
        ((_matter_score(clause, position, matter_words), -position) for position, clause in enumerate(told)),
        reverse=True,
    )[:_MOST_CLAUSES]
    likely = [told[-position] for _, position in ranked]
    _names, shares = topics(["，".join(clause.text for clause in told), *(clause.text for clause in likely)])
    gains = shares[1:, int(shares[0].argmax())].tolist()
    start, end = _TITLE_FORMS.get(kind, ("", "问题"))
    where = _short_place(place or "")
    found: list[Heading] = []
    each = zip(ranked, likely, gains, strict=True)
    for ((score, place_in), clause, gain), follows in product(each, (True, False)):
        longest = LONGEST_TITLE - len(start + end + where)
        key, used = _key_words(told, -place_in, where, matter_words, longest, follows=follows)
        if not follows and found[-1].key == key:
            continue
        runs_on = where[-1:].isdigit() and key[:1].isdigit()
        spot = "" if runs_on or (where and where in key) else where
        measures = _measured(clause.text, key, kind, objects, matter_words)._replace(
            score=score,
            below_best=score - ranked[0][0],
            gain=gain,
            late=-place_in / len(told),
            first=place_in == 0,
            says_where=_says_where(clause, place),
            short=len(key) < _SHORT_KEY,
            wish=is_wish(clause),
            question=clause.question,
            fits_name=bool(named and re.search(named.matter.said, key)),
            figure=bool(_DIGIT.search(key)),
            person=bool(_PERSON.search(key)),
            clauses=len(used),
        )
        passage = Passage(f"{start}{spot}{key}{end}", tuple(clause.evidence for clause in used))
        found.append(Heading(passage, key, tuple(used), measures))
    if named and kind in _NAMED_KINDS:
        passage = _titled(named, kind, place, objects)
        official = _measured(passage.text, passage.text, kind, objects, matter_words)._replace(
            gain=max(gains), fits_name=True, named=True, sure=float(shares[0].max())
        )
        found.append(Heading(passage, passage.text, named.clauses, official))
    return found


def _measured(
    text: str, key: str, kind: RequestKind, objects: Sequence[str], matter_words: re.Pattern[str]
) -> TitleMeasures:
    """Return what is measured of every title: `text` may name the objects, `key` is what the title says of the matter."""
    return TitleMeasures(
        first_object=any(word in text for word in objects[:1]),
        any_object=any(word in text for word in objects),
        length=len(key) / 10,
        troubles=len(set(_TROUBLE.findall(key))),
        words=len(matter_words.findall(key)),
        consultation=kind is RequestKind.CONSULTATION,
        suggestion=kind is RequestKind.SUGGESTION,
        praise=kind is RequestKind.PRAISE,
    )


def by_rules(found: Sequence[Heading], kind: RequestKind) -> Heading:
    """Return the clause that tells most, or the official name where that clause does not speak of it."""
    name = next((heading for heading in found if heading.measures.named), None)
    if name and kind is RequestKind.CONSULTATION:
        return name
    best = max((heading for heading in found if not heading.measures.named), key=_by_rules)
    return name if name and not best.measures.fits_name else best


def best_keys(found: Sequence[Heading]) -> tuple[str, ...]:
    """Return what the titles made of clauses say of the matter, the one that tells most first."""
    said = [heading for heading in found if not heading.measures.named]
    return tuple(heading.key for heading in sorted(said, key=_by_rules, reverse=True))


def _by_rules(heading: Heading) -> float:
    m = heading.measures
    return m.score + _FOCUS_WEIGHT * m.gain - 2 * m.says_where + _OBJECT_WEIGHT * m.first_object


def _titled(named: Named, kind: RequestKind, place: str | None, objects: Sequence[str]) -> Passage:
    """Return place and the matter's official name; a consultation's with the objects asked about."""
    quotes = tuple(clause.evidence for clause in named.clauses)
    if kind is RequestKind.CONSULTATION:
        topic = named.matter.topic or named.matter.title
        return Passage(f"咨询{'、'.join([*apart(objects[:2], topic), topic])}", quotes)
    return Passage(f"{_short_place(place or '')}{named.matter.title.removesuffix('问题')}问题", quotes)


_NAMED_KINDS = (RequestKind.HELP, RequestKind.COMPLAINT, RequestKind.REPORT, RequestKind.CONSULTATION)
"""Kinds whose matter the table names; a suggestion and a praise are told by their own words."""
_TITLE_FORMS = {
    RequestKind.CONSULTATION: ("咨询", ""),
    RequestKind.SUGGESTION: ("关于", "的建议"),
    RequestKind.PRAISE: ("表扬", ""),
}
_THREAT = re.compile(r"跳下去|跳楼|不想活|自杀|喝药|同归于尽|拼命")
_TROUBLE = re.compile(
    r"拖欠|欠|坏|漏|堵|停[水电气暖]|吵|臭|脏|占|骗|打人|塌|裂|淹|冷|不热|不亮|不通|不给|不退|不管|不发|没发|乱|超|违|偷|缺|断|丢|撞|倒闭|跑路|推诿|态度|扰民|涨价|收费|隐患|办不|报销|补贴|申请"
)
_NOT_IN_TITLES = re.compile(
    r"(?:从|自|到|打从)?(?:大前天|前天|昨天|昨晚|今天|今早|现在|目前|最近|近期|这几天|这两天|刚才|夜来|上个?(?:月|周|星期|礼拜).?|去年|今年|前年|\d{1,2}月\d{1,2}[号日]|\d{4}年(?:\d{1,2}月)?)(?:开始|以来|起)?"
    r"(?:的)?(?:早上|上午|中午|下午|晚上|夜里|半夜|凌晨)?(?:\d{1,2}点(?:多|半|\d{1,2}分?)?)?|"
    r"^(?:我|俺|其)?(?:要|想|来|得)?(?:投诉|举报|反映)(?:一下|一?个)?|"
    r"^(?:我们?|俺们?|咱们?|其|本人|他们?|她|这个|那个|就是|因为|但是|然后|而且|所以|并且|还有|另外|由于|关于|反映|建议|希望|表扬|请问|想咨询|咨询|投诉|举报)+|(?:一直|已经|都|就|又|还在|还|也|竟然|居然|总是|老是|天天|每天)(?=[\u4e00-\u9fff]{2})|"
    r"(?:都|快|得有|有)?(?:\d+|[一二两三四五六七八九十半几好])个?多?(?:天|月|年|星期|礼拜|小时|钟头)多?(?:了|来)?$|"
    r"(?:了|啊|呀|呢|吧|的)$"
)


def _key_words(
    told: Sequence[Clause], position: int, where: str, matter_words: re.Pattern[str], longest: int, *, follows: bool
) -> tuple[str, list[Clause]]:
    """Return a clause's matter, with what `follows` it while that is short and fits, and the clauses used."""
    used = [told[position]]
    text = _matter_of(told[position].text, where)
    for clause in told[position + 1 :] if follows else ():
        more = _matter_of(clause.text, where)
        if clause.saying != told[position].saying or len(text) >= _TELLING or len(text) + len(more) > longest:
            break
        if more and not is_wish(clause):
            text, used = text + more, [*used, clause]
    if len(text) > longest and (first := matter_words.search(text)):
        text = text[max(0, min(first.start() - 2, len(text) - longest)) :]
    return _shorter(text, longest), used


def _matter_of(clause: str, where: str) -> str:
    """Return a clause without time, pronoun, or the place that stands before it."""
    text = written(_NOT_IN_TITLES.sub("", clause.replace(where, "") if where else clause))
    text = _TAIL.sub("", _NOT_IN_TITLES.sub("", text)).lstrip("在的、").replace(" ", "")
    while (common := SequenceMatcher(None, text, where, autojunk=False).find_longest_match()).size >= _SAME_PLACE:
        text = (text[: common.a] + text[common.a + common.size :]).lstrip("在的、旁边")
    return "" if text in where else text


def _matter_score(clause: Clause, position: int, matter_words: re.Pattern[str]) -> float:
    words = {match.group() for match in matter_words.finditer(clause.text)}
    wish = (is_wish(clause) and not clause.question) or bool(_THREAT.search(clause.text))
    trouble = len(set(_TROUBLE.findall(clause.text)))
    return (
        2.0 * len(words)
        + 1.2 * trouble
        + sum(len(w) for w in words) / 4
        - len(clause.text) / 12
        - 0.2 * position
        - 1.5 * wish
        + _HEADING_WEIGHT * (clause.evidence.turn == -1 and len(clause.text) <= LONGEST_TITLE)
    )


def _short_place(place: str) -> str:
    """Return the end of a long place, from where one of its names begins."""
    while len(place) > _LONGEST_PLACE and (first := _FIRST_NAME.match(place)):
        place = place[first.end() :]
    return place[-_LONGEST_PLACE:]


def _says_where(clause: Clause, place: str | None) -> float:
    """Return the share of a clause that only names the place."""
    words = clause.text.replace(" ", "")
    pairs = [words[i : i + 2] for i in range(len(words) - 1)]
    return sum(pair in (place or "") for pair in pairs) / len(pairs) if pairs else 0.0


def _shorter(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    cut = text[:longest]
    return cut[: cut.rfind("的")] if "的" in cut[longest // 2 :] else cut
