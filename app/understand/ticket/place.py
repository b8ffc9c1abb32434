"""Which of the places mentioned is the place of a demand."""

import re
from collections.abc import Sequence

from app.domain.ticket import Place, RequestKind
from app.domain.transcript import Evidence
from app.understand.mentions.types import Mention, Mentions
from app.understand.ticket.clauses import Clause

Found = tuple[Place, dict[str, tuple[Evidence, ...]], dict[str, float]]
_ROADS = ("路", "街", "大道")
_DETAIL_OF_QUESTION = 0.9
"""A place named in a question is seldom where something is wrong: only a sure one is kept."""
_NEAR_TURNS = 2
_MUCH_SURER = 0.1
"""By how much a district elsewhere is surer than the town that a caller only comes from."""
_NEAR_CHARACTERS = 8
"""Characters between a village and what stands in it."""
_VILLAGE = re.compile(r"[村庄寨屯]$")
_HAS_A_ROAD = ("路", "街", "大道", "村", "庄", "号楼", "单元", "小区")
_FLAT = re.compile(r"号楼|单元")
_HOUSE = re.compile(r"号楼|单元|室|栋")
_HOME = re.compile(r"(?![村庄寨路街河])[\u4e00-\u9fff]$|\d$")
"""A place that has house numbers: no village, no road."""
_HOUSE_NUMBER = ("号楼", "单元", "栋", "室", "层", "楼")


def detail_by_rules(mentions: Mentions, clauses: Sequence[Clause], kind: RequestKind) -> Mention | None:
    """Return the detail that the rules find."""
    found = _detail(mentions, clauses)
    doubtful = kind is RequestKind.CONSULTATION and found is not None and found.confidence < _DETAIL_OF_QUESTION
    return None if doubtful else found


def place_of(mentions: Mentions, clauses: Sequence[Clause], detail: Mention | None, *, least: float) -> Found:
    """Return the place of a demand with evidence and confidence; what lies outside its clauses is inherited."""
    town = _best(mentions.towns, mentions, clauses)
    district = _best(mentions.districts, mentions, clauses)
    if town:
        its = _its_district(town, mentions)
        surer = district and district.turn == town.turn and district.confidence > town.confidence + _MUCH_SURER
        elsewhere = its and district and district.value != its.value
        town, district = (None, district) if surer and elsewhere else (town, its or district)
    evidence: dict[str, tuple[Evidence, ...]] = {}
    confidence: dict[str, float] = {}
    values: dict[str, str] = {}
    for name, found in (("district", district), ("town", town), ("detail", detail)):
        if found and (name == "detail" or found.confidence >= least):
            values[name] = found.value
            evidence[f"place.{name}"] = found.evidence
            confidence[f"place.{name}"] = found.confidence
    return Place(**values), evidence, confidence


def _its_district(town: Mention, mentions: Mentions) -> Mention | None:
    """Return the district that was named with a town."""
    return next((d for d in mentions.districts if d.evidence == town.evidence), None)


def _best(found: Sequence[Mention], mentions: Mentions, clauses: Sequence[Clause]) -> Mention | None:
    own = inside(found, mentions, clauses) or list(found)
    return max(own, key=lambda m: (m.confidence, -m.turn), default=None)


def _detail(mentions: Mentions, clauses: Sequence[Clause]) -> Mention | None:
    """Return the surest detail; a house number said apart joins the estate it belongs to."""
    said = inside(mentions.details, mentions, clauses) or list(mentions.details)
    named = [m for m in said if not _only_number(m.value)]
    numbers = [m for m in said if _only_number(m.value)]
    if not named:
        return numbers[-1] if numbers else None
    best = max(
        named, key=lambda m: m.confidence + 0.02 * min(len(m.value), 10) + 0.1 * (len(m.evidence) > 1) - 0.01 * m.turn
    )
    best = max((m for m in named if best.value in m.value), key=lambda m: len(m.value))
    best = _on_its_road(best, named)
    if _VILLAGE.search(best.value) and (spot := _spot_of(best, [*said, *mentions.spots])):
        return _joined(best, spot)
    if not inside([best], mentions, clauses) and (spots := inside(mentions.spots, mentions, clauses)):
        return _joined(best, spots[0])
    numbers = [m for m in numbers if m.turn == best.turn or _HOUSE.search(m.value)]
    numbers = [m for m in numbers if _HOME.search(best.value) or _FLAT.search(m.value)]
    if numbers and not any(part in best.value for part in _HOUSE_NUMBER):
        number = min(numbers, key=lambda m: (m.turn < best.turn, abs(m.turn - best.turn), abs(m.start - best.end)))
        return _joined(best, number)
    return best


def _on_its_road(best: Mention, named: Sequence[Mention]) -> Mention:
    """Return a road with what stands on it, or what stands there with its road, where both were said close together."""
    road = best.value.endswith(_ROADS)
    near = [m for m in named if abs(m.turn - best.turn) <= _NEAR_TURNS and m.value.endswith(_ROADS) != road]
    if not near or any(name in best.value for name in _HAS_A_ROAD if not road):
        return best
    other = min(near, key=lambda m: (abs(m.turn - best.turn), m.start < best.start if road else m.start > best.start))
    first, second = (best, other) if road else (other, best)
    return best if second.value in first.value or first.value in second.value else _joined(first, second)


def _spot_of(village: Mention, found: Sequence[Mention]) -> Mention | None:
    """Return what was named right after a village, and so stands there."""
    near = [
        m
        for m in found
        if m.turn == village.turn and 0 <= m.start - village.end <= _NEAR_CHARACTERS and m.value not in village.value
    ]
    return min(near, key=lambda m: m.start, default=None)


def _joined(first: Mention, second: Mention) -> Mention:
    return first.model_copy(
        update={"value": first.value + second.value, "evidence": (*first.evidence, *second.evidence)}
    )


def _only_number(value: str) -> bool:
    return value[0].isdigit() or (value[0] in "东西南北一二三" and value[1:2] in "区期")


def inside(found: Sequence[Mention], mentions: Mentions, clauses: Sequence[Clause]) -> list[Mention]:
    """Return the mentions that were made within a demand's clauses."""
    spans: dict[int, tuple[int, int]] = {}
    for clause in clauses if found else ():
        start, end = spans.get(clause.saying, (clause.start, clause.end))
        spans[clause.saying] = (min(start, clause.start), max(end, clause.end))
    told = [(mentions.sayings[saying].turn, start, end + 1) for saying, (start, end) in spans.items()]
    return [m for m in found if any(m.turn == turn and start <= m.start and m.end <= end for turn, start, end in told)]
