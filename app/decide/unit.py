"""Who receives a ticket and who finally acts: function scores × area × routing rules, with reasons.

Functions say what the matter is; jurisdiction says whose. Thresholds come from rules/thresholds.yaml.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from app.decide.receiving import named, received, unit_of
from app.decide.return_risk import return_risk
from app.domain.decision import Decision, ReturnRisk, UnitCandidate, UnitDecision, UnitRole
from app.domain.reference import ReferenceData
from app.domain.reference_rules import RouteFacts, RoutingRule, StatutoryRoute
from app.domain.referral import Receiver
from app.domain.thresholds import UnitLimits, UnitThresholds
from app.domain.ticket import Place, RequestKind, Urgency
from app.domain.unit import Precedent, ScoredLabel, Unit, UnitName, UnitReading

NEVER_AUTO = ("discipline_inspection", "court", "procuratorate")
"""Conduct and court matters are always a person's decision."""
_OF_CONDUCT = "discipline_inspection"


class _Ranked(NamedTuple):
    """A unit with the joint probability of its functions, and the likeliest of them."""

    unit: Unit
    score: float
    reading: ScoredLabel


def decide_unit(
    reading: UnitReading,
    place: Place,
    facts: RouteFacts,
    reference: ReferenceData,
    *,
    statutory: StatutoryRoute | None = None,
    precedents: Sequence[Precedent] = (),
    referred: Collection[Receiver] = (),
    returned_by: Sequence[str] = (),
) -> UnitDecision:
    """Return the dispatch decision.

    The routing rule looks at the functions read, whatever `facts.functions` says. What is `referred` to a lane
    (conduct, enforcement, extreme words) is never automatic. Units in `returned_by` are not proposed again.
    """
    limits = reference.thresholds.unit
    functions = weighed(reading.functions, precedents, limits.precedent_weight)
    if Receiver.DISCIPLINE_INSPECTION in referred:
        functions = likelier(functions, _OF_CONDUCT, limits.conduct_odds)
    ranked = [one for one in _ranked(functions, place, reference) if one.unit.unit_code not in returned_by]
    codes = {one.unit.unit_code for one in ranked}
    rule, receiver = received(functions, codes, facts, place, reference)
    asked = facts.request_kind is RequestKind.CONSULTATION
    lead = named(ranked[0].unit) if ranked else None
    route = _statutory_route(rule, statutory, ranked, reference)
    rivals = _rivals(ranked, reading, functions, place, reference)
    limit = limits.limits(reading.categories[0].label if reading.categories else None)
    by_person = (
        bool(referred or returned_by) or rule.human or _never_auto(ranked, reading, reference) or not place.district
    )
    return UnitDecision(
        decision=_decision(ranked, rivals, facts, limit, limits, by_person=by_person),
        lead=lead,
        receiver=receiver,
        candidates=_candidates(ranked, place, rule, reference, asked=asked),
        rule_id=route.id if route and route is statutory else rule.id,
        statutory_route=route.tell_citizen if route else None,
        # What is asked is answered, not handed out: nobody hands it back.
        return_risk=None if asked else _return_risk(ranked, rivals, place, precedents, reference),
        excluded=tuple(returned_by),
        consult=_consult(ranked, returned_by, reference),
    )


def weighed(
    functions: Sequence[ScoredLabel], precedents: Sequence[Precedent], weight: float
) -> tuple[ScoredLabel, ...]:
    """Return the functions moved by what people said of similar tickets: towards the right one, away from the wrong."""
    scores = {scored.label: scored for scored in functions}
    for precedent in precedents:
        share = weight * precedent.likeness
        function = max(precedent.functions, key=lambda f: scores[f].score if f in scores else 0.0)
        old = scores.get(function, ScoredLabel(label=function, score=0.0))
        score = old.score + share * (1 - old.score) if precedent.good else old.score * (1 - share)
        said = (*old.precedents, precedent.ticket_number) if precedent.good else old.precedents
        others = (1 - share) if precedent.good else 1.0
        scores = {label: s.model_copy(update={"score": s.score * others}) for label, s in scores.items()}
        scores[function] = old.model_copy(update={"score": score, "precedents": said})
    return tuple(sorted(scores.values(), key=lambda scored: -scored.score))


def likelier(functions: Sequence[ScoredLabel], function: str, odds: float) -> tuple[ScoredLabel, ...]:
    """Return the functions after the odds of one of them have grown so many times."""
    grown = {scored.label: scored.score * (odds if scored.label == function else 1.0) for scored in functions}
    whole = sum(scored.score for scored in functions) / max(sum(grown.values()), 1e-9)
    found = (scored.model_copy(update={"score": grown[scored.label] * whole}) for scored in functions)
    return tuple(sorted(found, key=lambda scored: -scored.score))


def _ranked(functions: Sequence[ScoredLabel], place: Place, reference: ReferenceData) -> list[_Ranked]:
    """Turn functions into units of the area, best first. A unit that carries several adds up their scores."""
    found: dict[str, _Ranked] = {}
    for scored in functions:
        unit = unit_of(scored.label, place, reference)
        if unit is None:
            continue
        first = found.get(unit.unit_code)
        found[unit.unit_code] = (
            first._replace(score=min(1.0, first.score + scored.score)) if first else _Ranked(unit, scored.score, scored)
        )
    return sorted(found.values(), key=lambda ranked: -ranked.score)


def _statutory_route(
    rule: RoutingRule, named: StatutoryRoute | None, ranked: Sequence[_Ranked], reference: ReferenceData
) -> StatutoryRoute | None:
    """Return what the citizen is told: the route the words named, else the one the rule tells of.

    The rule's own needs a lead that may be suggested: no one is turned away on a guess.
    """
    if rule.receiver != "statutory_route":
        return None
    if named or not ranked or ranked[0].score < reference.thresholds.unit.suggest:
        return named
    return next((route for route in reference.routing.statutory_routes if route.id == rule.tells), None)


def _decision(
    ranked: Sequence[_Ranked],
    rivals: Sequence[Unit],
    facts: RouteFacts,
    limit: UnitLimits,
    limits: UnitThresholds,
    *,
    by_person: bool,
) -> Decision:
    """Tell who decides: `by_person` leaves no more than a suggestion, and so does any unit not ruled out."""
    best = ranked[0].score if ranked else 0.0
    if best < limit.suggest or len(rivals) > limits.most_rivals or facts.urgency is Urgency.EMERGENCY:
        return Decision.HUMAN
    if by_person or rivals or best < limit.auto or _margin(ranked) < limits.auto_margin:
        return Decision.SUGGEST
    return Decision.AUTO


def _never_auto(ranked: Sequence[_Ranked], reading: UnitReading, reference: ReferenceData) -> bool:
    """Tell whether the function, or the branch of the category tree, is one that a person always decides."""
    branches = reference.thresholds.unit.never_auto
    return bool(ranked and ranked[0].reading.label in NEVER_AUTO) or any(
        category.label.startswith(branches) for category in reading.categories[:1]
    )


def _rivals(
    ranked: Sequence[_Ranked],
    reading: UnitReading,
    functions: Sequence[ScoredLabel],
    place: Place,
    reference: ReferenceData,
) -> list[Unit]:
    """Return the other units that cannot be ruled out: those of the conformal set that no verdict has set aside."""
    read = {scored.label: scored.score for scored in reading.functions}
    now = {scored.label: scored.score for scored in functions}
    lead = ranked[0].unit.unit_code if ranked else None
    found: dict[str, Unit] = {}
    for function in reading.plausible:
        unit = unit_of(function, place, reference)
        if unit and unit.unit_code != lead and now.get(function, 0.0) >= read.get(function, 0.0) / 2:
            found.setdefault(unit.unit_code, unit)
    return list(found.values())


def _margin(ranked: Sequence[_Ranked]) -> float:
    best = ranked[0].score if ranked else 0.0
    return best - (ranked[1].score if len(ranked) > 1 else 0.0)


def _return_risk(
    ranked: Sequence[_Ranked],
    rivals: Sequence[Unit],
    place: Place,
    precedents: Sequence[Precedent],
    reference: ReferenceData,
) -> ReturnRisk | None:
    if not ranked:
        return None
    own = ranked[0].unit.functions
    return return_risk(
        score=ranked[0].score,
        rivals=[unit.short_name for unit in rivals],
        place=place,
        returned=[p for p in precedents if not p.good and set(p.functions) & set(own)],
        weights=reference.thresholds.unit.return_risk,
    )


def _consult(ranked: Sequence[_Ranked], returned_by: Sequence[str], reference: ReferenceData) -> tuple[UnitName, ...]:
    """Return who settles a matter that was handed back too often: those that returned it and those still likely."""
    if len(returned_by) < reference.thresholds.unit.consult_after_returns:
        return ()
    units = [reference.unit_by_code[code] for code in returned_by] + [one.unit for one in ranked[:2]]
    return tuple(named(unit) for unit in units)


def _candidates(
    ranked: Sequence[_Ranked], place: Place, rule: RoutingRule, reference: ReferenceData, *, asked: bool
) -> tuple[UnitCandidate, ...]:
    return tuple(
        UnitCandidate(
            unit_code=unit.unit_code,
            name=unit.name,
            role=UnitRole.ASSISTING if position else UnitRole.LEAD,
            score=round(score, 4),
            reason=_reason(reading, unit, place, reference, asked=asked),
            basis=(*_duty_basis(reading, reference), rule.id, *(f"ticket:{n}" for n in reading.precedents)),
        )
        for position, (unit, score, reading) in enumerate(ranked[: reference.thresholds.unit.top_k])
    )


def _reason(scored: ScoredLabel, unit: Unit, place: Place, reference: ReferenceData, *, asked: bool) -> str:
    """Say in one sentence which words, which duty and which area speak for the unit."""
    function = reference.function_by_id[scored.label]
    duty = next((d.text for d in function.duties if d.id in scored.duty_ids), None)
    words = "、".join(f"“{word}”" for word in scored.words[:3])
    because = f"诉求提到{words}，" if words else "按诉求内容判断，"
    matter = f"属于{function.name}职责中的“{duty}”" if duty else f"属于{function.name}职责"
    nowhere = "" if asked else "，未说明区（市），暂列市级单位，请核实地点"
    area = f"，{'所问' if asked else '事发'}地在{place.district}" if place.district else nowhere
    known = f"，与已核实的工单{scored.precedents[0]}相似" if scored.precedents else ""
    return f"{because}{matter}{area}{known}，由{unit.short_name}{'解答' if asked else '办理'}。"


def _duty_basis(scored: ScoredLabel, reference: ReferenceData) -> list[str]:
    duties = {duty.id: duty for duty in reference.function_by_id[scored.label].duties}
    cited: list[str] = []
    for duty_id in scored.duty_ids[:1]:
        cited.append(duty_id)
        if basis := duties[duty_id].basis:
            cited.append(basis)
    return cited
