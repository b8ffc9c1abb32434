"""Which stretch of the talk is the place of a demand: a tagger marks characters, a small model weighs what they make.

The rules (`mentions/details.py`) know the words that places end in; the tagger has learnt how callers say where.
Candidates are what either marks, both together, and two of them joined; the likeliest is the place, or none.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, permutations
from math import log, log1p
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Mentions
from app.understand.ticket.clauses import Clause
from app.understand.ticket.place_lines import Told, stretches
from models.base import PairScorer

_LEVELS = ((0.15, 0.08), (0.5, 0.35), (0.3, 0.12))
"""Probability of a character that begins a stretch, and of those that it takes along."""
_FILLER = re.compile(
    r"[，,。\s、“”\"]+|那个|这个|就是|(?<=[\u4e00-\u9fff])那(?=[\u4e00-\u9fff]{2})|的(?=[^\u4e00-\u9fff]|[工空东西南北门对路后前院楼])|从(?=.)|哎|呃|啊"
)
_EDGES = re.compile(
    r"^(?:[的在是住到有从往离去和跟与叫镇]|就是|具体|旁边的?(?=[\u4e00-\u9fff]{3}))+|(?:[的了呢吧有那这他我俺就叫开]|有人|什么)+$"
)
_ROAD = re.compile(r"(?:路|街|大道)$")
_HEAD = re.compile(
    r"(?:小区|家园|花园|苑|城|路|街|大道|村|庄|店|馆|厂|公司|学校|小学|中学|医院|市场|超市|公园|广场|桥|河|站|中心|大厅|社区|门|口|旁|侧|头|边|楼|单元|室|\d|工地|段|处|下|前|后|对过|对面|东|西|南|北|米)$"
)
_NUMBER = re.compile(r"[\dA-Za-z]")
_FIGURE = re.compile(r"\d+")
"""No place may hold a part of a number, nor two numbers that run into one."""
_VILLAGE = re.compile(r"[村庄]")
_LETTER = re.compile(r"[\u4e00-\u9fff]")
_SHORTEST, _LONGEST = 2, 26
_CLOSE = 6
"""Characters between two stretches that are taken for one place."""
_MOST_JOINED = 6
_AREA_NEAR = 8
_MOST_AREA = 0.7
_SAME = 0.3
"""Share of pairs in common from which two stretches are the same place twice."""
_SOURCES = ("tagged", "named", "both", "apart")
FEATURES = (
    "sum log_sum mean least begins after before own confirmed area_before area named length log_length joined rule_only tagged named_only "
    "both apart rule in_rule repeated agreed longer fits expected rest head road number distance road_first number_second forward saying "
    "consultation praise suggestion report bound rule_mean rule_sure letter village"
).split()


class Candidate(NamedTuple):
    """A value and what is known of it; `spans` are lines with a start and an end."""

    value: str
    spans: tuple[tuple[int, int, int], ...]
    source: str
    sum: float
    mean: float
    least: float
    begins: float
    after: float
    before: float
    area_before: bool
    area: float
    named: float


class PlaceModel:
    """Finds the place of a demand with trained models."""

    def __init__(self, scorer: PairScorer, least: float) -> None:
        self._scorer, self._least = scorer, least

    def best(
        self,
        call: SpokenCall,
        told: Told,
        mentions: Mentions,
        clauses: Sequence[Clause],
        kind: RequestKind,
        bound: bool,
        rule: Mention | None,
    ) -> Mention | None:
        """Return the likeliest place, as sure as the model is; `rule` is what the rules found."""
        found = candidates(told, mentions, rule)
        if not found:
            return None
        scores = self._scorer.scores(place_features(told, found, clauses, kind, bound, rule))
        best = int(scores.argmax())
        if scores[best] < self._least:
            return None
        sure = round(float(scores[best]), 2)
        if not found[best].spans:
            return rule.model_copy(update={"confidence": sure}) if rule else None
        return _mention(call, told, mentions, found[best], sure)


def candidates(told: Told, mentions: Mentions, rule: Mention | None) -> list[Candidate]:
    """Return every stretch that may be a place, pairs joined too, each value once."""
    single = [c for k in range(len(told.lines)) for c in _of_line(told, k, mentions)]
    found = [*single, *_joins(single)]
    if rule and all(c.value != rule.value for c in found):
        parts = [c.mean for c in single if c.value in rule.value] or [0.0]
        mean = sum(parts) / len(parts)
        found.append(Candidate(rule.value, (), "rule", 0, mean, 0, 0, 0.5, 0.5, False, 0, rule.confidence))
    best: dict[str, Candidate] = {}
    figures = {figure for line in told.lines for figure in _FIGURE.findall(line.text)}
    for one in found:
        fits = one.area < _MOST_AREA and _SHORTEST <= len(one.value) <= _LONGEST
        fits = fits and (not one.spans or figures.issuperset(_FIGURE.findall(one.value)))
        if fits and (one.value not in best or one.sum > best[one.value].sum):
            best[one.value] = one
    return list(best.values())


def _of_line(told: Told, k: int, mentions: Mentions) -> Iterator[Candidate]:
    line, inside = told.lines[k], told.inside[k]
    named = [
        (int(np.searchsorted(line.at, m.start)), int(np.searchsorted(line.at, m.end)), m.confidence)
        for m in mentions.details
        if m.turn == line.turn
    ]
    likely = max(inside) >= _LEVELS[0][0]
    levels = [stretches(line.text, inside, *level) for level in _LEVELS] if likely else [[]]
    main = levels[-1]
    items = {span: "tagged" for level in levels for span in level}
    for a, b, _ in named:
        items.setdefault((a, b), "named")
    for a, b in main:
        for x, y, _ in named:
            if x < b and a < y:
                items.setdefault((min(a, x), max(b, y)), "both")
    for (a, b), source in items.items():
        yield _candidate(told, k, ((a, b),), source, named)
    for first, second in pairwise(main):
        if second[0] - first[1] <= _CLOSE:
            yield _candidate(told, k, (first, second), "apart", named)


def _candidate(
    told: Told, k: int, spans: Sequence[tuple[int, int]], source: str, named: Sequence[tuple[int, int, float]]
) -> Candidate:
    line, inside, begins = told.lines[k], told.inside[k], told.begins[k]
    a, b = spans[0][0], spans[-1][1]
    own, total = inside[a:b], sum(inside[a:b])
    sure = max((sure for x, y, sure in named if x < b and a < y), default=0.0)
    area = line.in_area
    return Candidate(
        "".join(_cleaned(line.text[x:y]) for x, y in spans),
        tuple((k, x, y) for x, y in spans),
        source,
        total,
        total / len(own),
        min(own),
        begins[a],
        1 - inside[b] if b < len(inside) else 1.0,
        1 - inside[a - 1] if a else 1.0,
        any(area[max(0, a - _AREA_NEAR) : a]),
        sum(area[a:b]) / len(own),
        sure,
    )


def _joins(single: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield pairs of different stretches, the outer first: in the order they were said, or a road or before a number."""
    likely = sorted(single, key=lambda c: (-c.sum, c.spans))[:_MOST_JOINED]
    for first, second in permutations(likely, 2):
        if first.value in second.value or second.value in first.value or _overlap(first, second):
            continue
        forward = first.spans < second.spans
        if alike(first.value, second.value) > _SAME or not (forward or _ROAD.search(first.value) or _number(second)):
            continue
        size, more = len(first.value), len(second.value)
        yield first._replace(
            value=first.value + second.value,
            spans=(*first.spans, *second.spans),
            source="joined",
            sum=first.sum + second.sum,
            mean=(first.mean * size + second.mean * more) / max(size + more, 1),
            least=min(first.least, second.least),
            after=second.after,
            named=max(first.named, second.named),
        )


def _overlap(first: Candidate, second: Candidate) -> bool:
    return any(k == m and a < y and x < b for k, a, b in first.spans for m, x, y in second.spans)


def _number(one: Candidate) -> bool:
    return bool(_NUMBER.match(one.value))


def place_features(
    told: Told,
    found: Sequence[Candidate],
    clauses: Sequence[Clause],
    kind: RequestKind,
    bound: bool,
    rule: Mention | None,
) -> NDArray[np.float32]:
    """Return one row a candidate, columns as in `FEATURES`."""
    own = {clause.saying for clause in clauses}
    expected = max(c.sum for c in found)
    value, sure = (rule.value, rule.confidence) if rule else ("", 0.0)
    kinds = [
        kind is k for k in (RequestKind.CONSULTATION, RequestKind.PRAISE, RequestKind.SUGGESTION, RequestKind.REPORT)
    ]
    rows = []
    for c in found:
        size, is_rule = len(c.value), c.value == value
        lines = [told.lines[k] for k, _, _ in c.spans]
        joined = c.source == "joined"
        others = [o for o in found if o is not c]
        agreed = sum(alike(c.value, o.value) * o.mean for o in others) / max(len(others), 1)
        longer = max((o.sum - c.sum for o in others if c.value in o.value), default=0.0)
        row = [
            c.sum,
            log1p(c.sum),
            c.mean,
            c.least,
            c.begins,
            c.after,
            c.before,
            all(x.saying in own for x in lines),
        ]
        row += [any(x.confirmed for x in lines), c.area_before, c.area, c.named, size / 10, log(size), joined]
        row += [not c.spans, *(c.source == name for name in _SOURCES), is_rule, c.value in value or value in c.value]
        row += [min(_times(told, c.value), 3), agreed, longer, 2 * c.sum / (size + expected + 0.1), expected]
        row += [expected - c.sum, bool(_HEAD.search(c.value)), bool(_ROAD.search(c.value)), c.value[0].isdigit()]
        row += [abs(lines[0].saying - lines[-1].saying) if joined else 0, *_order(told, c)]
        row += [min(lines[0].saying if lines else 0, 5) / 5, *kinds, bound, is_rule * c.mean, is_rule * sure]
        rows.append([*row, bool(_LETTER.match(c.value)), bool(_VILLAGE.search(c.value))])
    return np.array(rows, np.float32)


def _order(told: Told, one: Candidate) -> tuple[bool, bool, bool]:
    """Return of a pair whether it begins with a road, ends in a number, and was said in this order."""
    if one.source != "joined":
        return False, False, True
    k, a, b = one.spans[0]
    m, x, _ = one.spans[-1]
    road, number = _ROAD.search(told.lines[k].text[a:b]), _NUMBER.match(told.lines[m].text[x:])
    return bool(road), bool(number), (k, a) < (m, x)


def _times(told: Told, value: str) -> int:
    return sum(value in line.text for line in told.lines)


def _cleaned(text: str) -> str:
    return _EDGES.sub("", _FILLER.sub("", text))


def alike(left: str, right: str) -> float:
    """Return the share of character pairs that two texts have in common."""
    a, b = _pairs(left), _pairs(right)
    return 2 * len(a & b) / max(len(a) + len(b), 1)


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(map(add, text, text[1:]))


def _mention(call: SpokenCall, told: Told, mentions: Mentions, one: Candidate, sure: float) -> Mention:
    quotes = []
    for k, a, b in one.spans:
        line = told.lines[k]
        quote = call.turns[line.turn].evidence(int(line.at[a]), int(line.at[b - 1]) + 1)
        quotes += [quote, *mentions.sayings[line.saying].confirmed_by]
    k, a, b = one.spans[0]
    line = told.lines[k]
    start, end = int(line.at[a]), int(line.at[b - 1]) + 1
    evidence = tuple(dict.fromkeys(quotes))
    return Mention(value=one.value, turn=line.turn, start=start, end=end, confidence=sure, evidence=evidence)
