"""Chooses which stretch of the talk is the place of a demand: a small model weighs the candidates, or takes none."""

import re
from collections.abc import Sequence
from itertools import combinations
from math import log, log1p
from operator import mul

import numpy as np
from numpy.typing import NDArray

from app.domain.ticket import RequestKind
from app.domain.transcript import SpokenCall
from app.understand.mentions.types import Mention, Mentions
from app.understand.ticket.clauses import Clause
from app.understand.ticket.place_lines import Told
from app.understand.ticket.place_spans import NUMBER, ROAD, Candidate, alike, candidates
from app.understand.ticket.place_words import place_words
from app.understand.ticket.whole_words import widened
from models.base import ChoiceScorer
from models.pair_odds import PairOdds

_HEAD = re.compile(
    r"(?:小区|家园|花园|苑|城|路|街|大道|村|庄|店|馆|厂|公司|学校|小学|中学|医院|市场|超市|公园|广场|桥|河|站|中心|大厅|社区|门|口|旁|侧|头|边|楼|单元|室|\d|工地|段|处|下|前|后|对过|对面|东|西|南|北|米)$"
)
_VILLAGE = re.compile(r"[村庄]")
_LETTER = re.compile(r"[\u4e00-\u9fff]")
_LEAST_UNBOUND = 0.4
"""Least probability of a place where nobody has to go and see: papers and accounts have none."""
_AREA_ENDS, _MOST_ADDED = frozenset("镇乡区市县村街路"), 3
"""What areas' names end in, and the most characters by which a place is widened to whole words."""
_LOST_ONE = re.compile(
    r"(?:^|[区县市镇道在到往，,。])[\u4e00-\u9fff]$(?<![那这的住是就有从去个我俺你咱他她往路街老北南东西上下家村庄院楼小大该本爬跑和与或及在到了某各叫转使靠把被让给请对离沿])"
)
"""在首 before 山路: a name that lost its first character, behind an area or a word that leads to a place."""
_SOURCES = ("tagged", "named", "both", "apart", "part")
FEATURES = (
    "sum log_sum mean least begins after before own confirmed area_before area named length log_length joined rule_only tagged named_only "
    "both apart part rule in_rule repeated agreed longer fits expected rest head road number distance road_first number_second forward saying "
    "consultation praise suggestion report bound rule_mean rule_sure letter village pause_before pause_after pauses "
    "usual least_usual second_least begins_usual ends_usual usual_sum"
).split()


class PlaceModel:
    """Finds the place of a demand with trained models."""

    def __init__(self, scorer: ChoiceScorer, usual: PairOdds, least: float) -> None:
        """`usual` tells how places are worded."""
        self._scorer, self._usual, self._least = scorer, usual, least

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
        """Return the likeliest place, as sure as the model is that there is one; `rule` is what the rules found."""
        found = [] if kind is RequestKind.CONSULTATION and not bound else candidates(told, mentions, rule)
        if not found:
            return None
        features = place_features(told, found, clauses, kind, bound, rule, self._usual)
        shares = self._scorer.shares(features, [place_words(told, one, kind) for one in found])
        best, sure = int(shares.argmax()), round(float(shares.sum()), 2)
        if sure < (self._least if bound else max(self._least, _LEAST_UNBOUND)):
            return None
        if not found[best].spans:
            return rule.model_copy(update={"confidence": sure}) if rule else None
        return _mention(call, told, mentions, with_its_first(told, in_whole_words(told, found[best])), sure)


def place_features(
    told: Told,
    found: Sequence[Candidate],
    clauses: Sequence[Clause],
    kind: RequestKind,
    bound: bool,
    rule: Mention | None,
    usual: PairOdds,
) -> NDArray[np.float32]:
    """Return one row a candidate, columns as in `FEATURES`."""
    own = {clause.saying for clause in clauses}
    expected = max(c.sum for c in found)
    value, sure = (rule.value, rule.confidence) if rule else ("", 0.0)
    kinds = [
        kind is k for k in (RequestKind.CONSULTATION, RequestKind.PRAISE, RequestKind.SUGGESTION, RequestKind.REPORT)
    ]
    rows, likenesses, means = [], _likenesses(found), [c.mean for c in found]
    for c, likeness in zip(found, likenesses, strict=True):
        size, is_rule = len(c.value), c.value == value
        lines = [told.lines[k] for k, _, _ in c.spans]
        joined = c.source == "joined"
        agreed = sum(map(mul, likeness, means)) / max(len(found) - 1, 1)
        longer = max((o.sum - c.sum for o in found if c.value in o.value and o is not c), default=0.0)
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
        row += [expected - c.sum, bool(_HEAD.search(c.value)), bool(ROAD.search(c.value)), c.value[0].isdigit()]
        row += [abs(lines[0].saying - lines[-1].saying) if joined else 0, *_order(told, c)]
        row += [min(lines[0].saying if lines else 0, 5) / 5, *kinds, bound, is_rule * c.mean, is_rule * sure]
        row += [
            bool(_LETTER.match(c.value)),
            bool(_VILLAGE.search(c.value)),
            *_pauses(told, c),
            *_wording(c.value, usual),
        ]
        rows.append(row)
    return np.array(rows, np.float32)


def _likenesses(found: Sequence[Candidate]) -> list[list[float]]:
    """Return how alike each candidate is to every other one."""
    alike_to = [[0.0] * len(found) for _ in found]
    for (i, one), (k, other) in combinations(enumerate(found), 2):
        alike_to[i][k] = alike_to[k][i] = alike(one.value, other.value)
    return alike_to


def _order(told: Told, one: Candidate) -> tuple[bool, bool, bool]:
    """Return of a pair whether it begins with a road, ends in a number, and was said in this order."""
    if one.source != "joined":
        return False, False, True
    k, a, b = one.spans[0]
    m, x, _ = one.spans[-1]
    road, number = ROAD.search(told.lines[k].text[a:b]), NUMBER.match(told.lines[m].text[x:])
    return bool(road), bool(number), (k, a) < (m, x)


def _pauses(told: Told, one: Candidate) -> tuple[float, float, float]:
    """Return the share of stretches that begin behind a pause, that end before one, and the pauses inside."""
    edges = [told.lines[k].edges[a:b] for k, a, b in one.spans]
    if not edges:
        return 0.5, 0.5, 0
    begins, ends = sum(e[0] & 1 for e in edges), sum(bool(e[-1] & 2) for e in edges)
    return begins / len(edges), ends / len(edges), sum(edge & 1 for e in edges for edge in e[1:])


def _wording(value: str, usual: PairOdds) -> tuple[float, ...]:
    """Return how usual the wording of a place is: on average, at its worst twice, where it begins and ends, in all."""
    logs = usual.of(value)
    least, second, *_ = sorted(logs)
    return sum(logs) / len(logs), least, second, logs[0] + logs[1], logs[-1], sum(logs) / 10


def _times(told: Told, value: str) -> int:
    return sum(value in line.text for line in told.lines)


def with_its_first(told: Told, one: Candidate) -> Candidate:
    """Return a place with the one character that its name lost: 仓山区首山路43号 → 首山路43号, no 山路43号."""
    k, first, last = one.spans[0]
    line = told.lines[k]
    lost = _LOST_ONE.search(line.text, 0, first) and not (line.in_area[first - 1] or line.edges[first] & 1)
    if not lost or not one.value.startswith(line.text[first : first + 2]):
        return one
    return one._replace(value=line.text[first - 1] + one.value, spans=((k, first - 1, last), *one.spans[1:]))


def in_whole_words(told: Told, one: Candidate) -> Candidate:
    """Return a stretch with the words whole that it cuts (三叉街地 → 三叉街地铁口), where no area's name ends in them."""
    k, first, last = one.spans[0]
    line = told.lines[k]
    start, end = widened(line.text, first, last)
    added = (
        line.text[start:first].removeprefix("市" if line.text.startswith("市立", start) else "") + line.text[last:end]
    )
    if len(one.spans) > 1 or one.value != line.text[first:last] or _AREA_ENDS.intersection(added):
        return one
    fits = len(added) <= _MOST_ADDED
    return one._replace(value=line.text[start:end], spans=((k, start, end),)) if fits else one


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
