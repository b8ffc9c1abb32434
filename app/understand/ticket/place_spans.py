"""Stretches of the talk that may be the place of a demand.

The rules (`mentions/details.py`) know the words that places end in; the tagger has learnt how callers say where.
Candidates are what either marks, both together, their parts between pauses, and two of them joined.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

from app.understand.likeness import neighbours
from app.understand.mentions.types import Mention, Mentions
from app.understand.ticket.place_lines import Line, Told, stretches
from app.understand.ticket.register import in_figures

_LEVELS = ((0.15, 0.08), (0.5, 0.35), (0.3, 0.12))
"""Probability of a character that begins a stretch, and of those that it takes along."""
_FILLER = re.compile(
    r"[，,。\s、“”\"]+|那个|这个|就是|(?<=[\u4e00-\u9fff])那(?=[\u4e00-\u9fff]{2})|的(?=[^\u4e00-\u9fff]|[工空东西南北门对路后前院楼])|从(?=.)|哎|呃|啊|(?<=[\u4e00-\u9fff\d])(?:好像|可能|应该)?(?:也|是)?叫(?=[\u4e00-\u9fff]{2})|应该是?(?=\d)"
)
_EDGES = re.compile(
    r"^(?:镇上(?=[\u4e00-\u9fff]{3})|反[映应]|投诉|举报|表扬|个(?!体)(?=[\u4e00-\u9fff]{2})|又是|这(?=[\u4e00-\u9fff]{3})|[的在是住到有从往离去跟与叫镇就我俺们写]|和(?![谐平顺泰美润兴庄])|登记|原来|以前|你|请问|还有|主要是?|因为|由于|关于|目前|如今|[而将把](?=[\u4e00-\u9fff]{3})|其实|说是|现在|经过|过了|具体|旁边的?(?=[\u4e00-\u9fff]{3}))+"
    r"|(?:[的了呢嘛啊有那这他我俺就叫开说]|(?<![网酒书茶氧餐])吧|(?<!民政)(?<!街道)办|有人|什么|多?收费|[没停断](?:有)?(?:水|电|气|暖气?|网)|漏水|不[亮热通]|(?<=[楼元室院])20\d\d年?|这边|这块|那块|这一[段片带]|都这样|还是|臭不可闻|进行整?治?|[也就]行|的问题|的师傅|要不要.{0,2}|怎么.|吗|是)+$|(?<=[路街])上$"
)
_TALK = re.compile(
    r"[我俺你您恁咱]|觉得|什么|要不|有(?:没有|探头|没)|没(?:有|人|拴)|也行|不对|怎么|姓[\u4e00-\u9fff]?$|好像|还是|都这样|[坏漏堵偷撞吵骗欠扔]|被|发现|安(?:窗|装)"
)
"""What no place holds: the caller talks on."""
_FAULT = re.compile(r"坏$|不亮|污染|塌陷(?!区)|堵塞|丢失|缺失|破损|漏水|停[水电气]$")
"""What is wrong at a place is no part of it: 善国路，路灯坏了."""
_PERSON = re.compile(r"[\u4e00-\u9fff]{1,3}(?:警官|老师|医生|大夫|护士|师傅|同志|先生|女士|经理|主任|书记|会计)")
_TWICE = re.compile(r"(?P<part>\d+(?:单元|号楼|楼|层))(?=(?P=part)|\d+号楼(?P=part))")
"""1单元2号楼1单元: a number that was said too early."""
_PART_OF_NAME = "苑段园湖河湾"
"""What makes a name of a town's or district's: 龙泉苑 is an estate."""
ROAD = re.compile(r"(?:路|街|大道)$")
_ROADS = re.compile(r"(?<=[路街道])[和跟](?=[^路街道]{1,5}(?:路|街|大道))")
_CROSSING = re.compile(r"(?<=[路街道])(?:那个|这个)?(?:(?:十字|丁字|交叉)?路口|交叉口)(?:红绿灯)?")
NUMBER = re.compile(r"[\dA-Za-z]")
_SHOP_FIRST = re.compile(
    r"^(?P<shop>[\u4e00-\u9fff]{2,8}(?:铺|店|馆|超市|饭庄|酒楼|诊所|药房))(?P<road>[\u4e00-\u9fff]{2,5}(?:路|街|大道))店?(?P<rest>门口|门前)?$"
)
"""石家粥铺文化西路: a shop that was said before its road."""
_DOOR_FIRST = re.compile(r"^店?(?P<door>门口|门前)(?P<rest>.{4,})(?<!门口)(?<!门前)$")
_FIGURE = re.compile(r"\d+|[A-Za-z]+")
"""No place may hold a part of a number or of a word in letters, nor two that run into one."""
_SHORTEST, _LONGEST = 2, 26
_CLOSE = 6
"""Characters between two stretches that are taken for one place."""
_MOST_JOINED = 6
_AREA_NEAR = 8
_NAMES_NEAR = 50
"""Names before the end of a stretch among which those that it touches are looked for."""
_MOST_AREA = 0.7
_SAME = 0.3
"""Share of pairs in common from which two stretches are the same place twice."""
_REACH = 4
"""Characters from a stretch to the pause that it may reach to."""


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


def candidates(told: Told, mentions: Mentions, rule: Mention | None) -> list[Candidate]:
    """Return every stretch that may be a place, pairs joined too, each value once."""
    single = [c for k in range(len(told.lines)) for c in _of_line(told, k, mentions)]
    found = [*single, *_joins(single)]
    if rule and all(c.value != rule.value for c in found):
        parts = [c.mean for c in single if c.value in rule.value] or [0.0]
        mean = sum(parts) / len(parts)
        found.append(Candidate(rule.value, (), "rule", 0, mean, 0, 0, 0.5, 0.5, False, 0, rule.confidence))
    best: dict[str, Candidate] = {}
    figures = {figure for line in told.lines for figure in _FIGURE.findall(in_figures(line.text))}
    for one in found:
        fits = one.area < _MOST_AREA and _SHORTEST <= len(one.value) <= _LONGEST and not _TALK.search(one.value)
        fits = fits and not _FAULT.search(one.value) and not _PERSON.fullmatch(one.value)
        fits = fits and (not one.spans or figures.issuperset(_FIGURE.findall(one.value)))
        if fits and (one.value not in best or one.sum > best[one.value].sum):
            best[one.value] = one
    return list(best.values())


def _of_line(told: Told, k: int, mentions: Mentions) -> Iterator[Candidate]:
    line = told.lines[k]
    named = sorted(
        (bisect_left(line.kept, m.start), bisect_left(line.kept, m.end), m.confidence)
        for m in mentions.details
        if m.turn == line.turn
    )
    items, main = _stretches(line, told.inside[k], named)
    for span, source in items.items():
        for kept, of in _clear_of_areas(line, *span, source):
            yield _candidate(told, k, (kept,), of, named)
    for first, second in pairwise(main):
        again = alike(line.text[slice(*first)], line.text[slice(*second)]) > _SAME
        whole = all(end - start >= _SHORTEST or NUMBER.match(line.text[start]) for start, end in (first, second))
        if whole and second[0] - first[1] <= _CLOSE and not again:
            yield _candidate(told, k, (first, second), "apart", named)


def _stretches(
    line: Line, inside: Sequence[float], named: Sequence[tuple[int, int, float]]
) -> tuple[dict[tuple[int, int], str], list[tuple[int, int]]]:
    """Return where something is marked and by what, and the tagger's own stretches."""
    likely = max(inside) >= _LEVELS[0][0]
    levels = [stretches(line.text, inside, *level) for level in _LEVELS] if likely else [[]]
    main = levels[-1]
    items = {span: "tagged" for level in levels for span in level}
    for part in [part for span in items for part in _parts(line, span)]:
        items.setdefault(part, "part")
    for a, b, _ in named:
        items.setdefault((a, b), "named")
    for a, b in main:
        for x, y, _ in named:
            if x < b and a < y:
                items.setdefault((min(a, x), max(b, y)), "both")
    return items, main


def _parts(line: Line, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the parts that pauses make of a stretch, and the stretch as far as the pauses around it."""
    first, last = span[0], span[1] - 1
    edges = line.edges
    stops = [first, *(i for i in range(first + 1, last + 1) if edges[i] & 1), last + 1]
    if len(stops) > 2:
        yield from pairwise(stops)
    start = next((i for i in range(first, max(first - _REACH, 0) - 1, -1) if edges[i] & 1), first)
    end = next((i for i in range(last, min(last + _REACH, len(edges) - 1) + 1) if edges[i] & 2), last)
    yield start, end + 1
    if len(stops) > 2:
        yield start, stops[1]
        yield stops[-2], end + 1


def _clear_of_areas(line: Line, start: int, end: int, source: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield a stretch without the part of a district's or town's name that it begins or ends in, then without any."""
    area = line.in_area
    inner = next((i for i in range(start, end) if not area[i]), end)
    named = inner < end and line.text[inner] in _PART_OF_NAME
    while 0 < start < end and area[start] and area[start - 1] and not named:
        start += 1
    if named and 0 < start == inner - 1 and area[start - 1]:
        start -= 1
    while end < len(area) and start < end and area[end - 1] and area[end]:
        end -= 1
    if end - start >= _SHORTEST:
        yield (start, end), source
    inner = next((i for i in range(start, end) if not area[i]), end)
    if inner > start and end - inner >= _SHORTEST and not named:
        yield (inner, end), "part"


def _candidate(
    told: Told, k: int, spans: Sequence[tuple[int, int]], source: str, named: Sequence[tuple[int, int, float]]
) -> Candidate:
    line, inside, begins = told.lines[k], told.inside[k], told.begins[k]
    a, b = spans[0][0], spans[-1][1]
    own, total = inside[a:b], sum(inside[a:b])
    behind = bisect_left(named, (b,))
    near = named[max(0, behind - _NAMES_NEAR) : behind]
    sure = max((sure for _, y, sure in near if a < y), default=0.0)
    area = line.in_area
    return Candidate(
        _official("".join(_cleaned(_without_spelling(line, x, y)) for x, y in spans)),
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
    surest = {c.value: c for c in sorted(single, key=lambda c: (c.sum + c.named, c.spans))}
    likely = list(surest.values())[: -_MOST_JOINED - 1 : -1]
    for first, second in permutations(likely, 2):
        if first.value in second.value or second.value in first.value or _overlap(first, second):
            continue
        forward = first.spans < second.spans
        if alike(first.value, second.value) > _SAME or not (forward or ROAD.search(first.value) or _number(second)):
            continue
        size, more = len(first.value), len(second.value)
        yield first._replace(
            value=_official(first.value + second.value),
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
    return bool(NUMBER.match(one.value))


def _without_spelling(line: Line, start: int, end: int) -> str:
    return "".join(c for c, edge in zip(line.text[start:end], line.edges[start:end], strict=True) if not edge & 4)


def _cleaned(text: str) -> str:
    return _EDGES.sub("", _FILLER.sub("", text))


def _official(value: str) -> str:
    """Return a place as officials write it: a crossing of two roads, the road before its shop, 第3家."""
    written = _TWICE.sub("", _CROSSING.sub("路口", _ROADS.sub("与", in_figures(value))))
    return _SHOP_FIRST.sub(r"\g<road>\g<shop>\g<rest>", _DOOR_FIRST.sub(r"\g<rest>\g<door>", written))


def alike(left: str, right: str) -> float:
    """Return the share of character pairs that two texts have in common."""
    a, b = neighbours(left), neighbours(right)
    return 2 * len(a & b) / max(len(a) + len(b), 1)
