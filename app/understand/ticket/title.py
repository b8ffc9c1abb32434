"""A title in the register of an official ticket: place and matter in at most 30 characters."""

import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.patterns import Words, compiled
from app.domain.ticket import RequestKind
from app.understand.ticket.clauses import Clause, informative
from app.understand.ticket.matters import Named
from app.understand.ticket.objects import apart
from app.understand.ticket.title_words import fitted, short_place, tells_matter, without_area, worded
from app.understand.ticket.wants import Passage
from app.understand.ticket.wishes import is_wish

LONGEST_TITLE = 30
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
_MOST_NAMES = 3
_SHORT_KEY = 4
_DIGIT = re.compile(r"\d")
_WHY = re.compile(r"为什么|为何|为啥|怎么(?=[没不还])")
_PERSON = re.compile(r"[我俺其他她你]")
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
    named_next: float = 0.0
    """How many matters fit better than the one whose official name it is."""
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
    cut: bool = False
    """It is longer than a title and was cut."""


def headings(
    clauses: Sequence[Clause],
    kind: RequestKind,
    place: str | None,
    matter_words: Words,
    topics: Topics,
    named: Sequence[Named],
    objects: Sequence[str] = (),
) -> list[Heading]:
    """Return the titles that the likeliest clauses make, with what follows them and alone, and the official names of the
    matters that fit."""
    told = informative(clauses) or list(clauses)
    can_be = [position for position, clause in enumerate(told) if tells_matter(clause)] or range(len(told))
    ranked = sorted(((_matter_score(told[i], i, matter_words), -i) for i in can_be), reverse=True)[:_MOST_CLAUSES]
    likely = [told[-position] for _, position in ranked]
    _names, shares = topics(["，".join(clause.text for clause in told), *(clause.text for clause in likely)])
    gains = shares[1:, int(shares[0].argmax())].tolist()
    start, end = TITLE_FORMS.get(kind, ("", "问题"))
    where, longest = short_place(place or ""), LONGEST_TITLE - len(start + end)
    found: list[Heading] = []
    each = zip(ranked, likely, gains, strict=True)
    for ((score, place_in), clause, gain), follows in product(each, (True, False)):
        key, text, cut, used = _said(told, -place_in, where, longest, follows=follows)
        if not follows and found[-1].key == key:
            continue
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
            fits_name=bool(named and compiled(named[0].matter.said).search(key)),
            figure=bool(_DIGIT.search(key)),
            person=bool(_PERSON.search(key)),
            clauses=len(used),
        )
        text = text if clause.question and start else _WHY.sub("", text)
        passage = Passage(start + text.removesuffix(end) + end, tuple(clause.evidence for clause in used))
        found.append(Heading(passage, key, tuple(used), measures, cut=cut))
    for rank, one in enumerate(named[:_MOST_NAMES] if kind in _NAMED_KINDS else ()):
        passage = _titled(one, kind, place, objects)
        official = _measured(passage.text, passage.text, kind, objects, matter_words)._replace(
            gain=max(gains), fits_name=rank == 0, named=True, named_next=rank, sure=float(shares[0].max())
        )
        found.append(Heading(passage, passage.text, one.clauses, official))
    return found


def _measured(text: str, key: str, kind: RequestKind, objects: Sequence[str], matter_words: Words) -> TitleMeasures:
    """Return what is measured of every title: `text` may name the objects, `key` is what the title says of the matter."""
    return TitleMeasures(
        first_object=any(word in text for word in objects[:1]),
        any_object=any(word in text for word in objects),
        length=len(key) / 10,
        troubles=len(set(_TROUBLE.findall(key))),
        words=len(matter_words.found(key)),
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
    return Passage(f"{short_place(place or '')}{named.matter.title.removesuffix('问题')}问题", quotes)


_NAMED_KINDS = (RequestKind.HELP, RequestKind.COMPLAINT, RequestKind.REPORT, RequestKind.CONSULTATION)
"""Kinds whose matter the table names; a suggestion and a praise are told by their own words."""
TITLE_FORMS = {
    RequestKind.CONSULTATION: ("咨询", ""),
    RequestKind.SUGGESTION: ("关于", "的建议"),
    RequestKind.PRAISE: ("表扬", ""),
}
_THREAT = re.compile(r"跳下去|跳楼|不想活|自杀|喝药|同归于尽|拼命")
_TROUBLE = re.compile(
    r"拖欠|欠|坏|漏|堵|停[水电气暖]|吵|臭|脏|占|骗|打人|塌|裂|淹|冷|不热|不亮|不通|不给|不退|不管|不发|没发|乱|超|违|偷|缺|断|丢|撞|倒闭|跑路|推诿|态度|扰民|涨价|收费|隐患|办不|报销|补贴|申请"
)


class _Said(NamedTuple):
    """What clauses say of the matter, in the words of a title, with the place in its own spot before it or inside it."""

    key: str
    text: str
    cut: bool
    clauses: list[Clause]


def _said(told: Sequence[Clause], position: int, where: str, longest: int, *, follows: bool) -> _Said:
    """Return a clause's matter, with what `follows` it while that is short and fits."""
    used = [told[position]]
    key, whole = worded(told[position].text, where)
    before = "" if whole else _spot(where, key)
    for clause in told[position + 1 :] if follows else ():
        more = worded(clause.text, where)
        if clause.saying != told[position].saying or len(key) >= _TELLING or len(before + key + more.key) > longest:
            break
        if more.key and not more.whole and not is_wish(clause) and tells_matter(clause):
            key, used = key + more.key, [*used, clause]
            whole = whole and whole + more.key
    text = whole or before + key
    if len(text) > longest and whole and where in whole:
        text = whole[whole.index(where) :]
    text = without_area(text) if len(text) > longest else text
    return _Said(fitted(key, longest), fitted(text, longest), len(text) > longest, used)


def _spot(where: str, key: str) -> str:
    """Return the place that stands before a matter; none before its own end or a number that would run into it."""
    runs_on = where[-1:].isdigit() and key[:1].isdigit()
    return "" if runs_on or (where and where in key) else where


def _matter_score(clause: Clause, position: int, matter_words: Words) -> float:
    words = {word for word, _at in matter_words.found(clause.text)}
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


def _says_where(clause: Clause, place: str | None) -> float:
    """Return the share of a clause that only names the place."""
    words = clause.text.replace(" ", "")
    pairs = [words[i : i + 2] for i in range(len(words) - 1)]
    return sum(pair in (place or "") for pair in pairs) / len(pairs) if pairs else 0.0
