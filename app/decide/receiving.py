"""Who receives a ticket: the city's routing rules over all functions that it may be about."""

from collections.abc import Collection, Sequence

from app.domain.reference import ReferenceData
from app.domain.reference_rules import RouteFacts, RoutingRule
from app.domain.ticket import Place
from app.domain.unit import ScoredLabel, Unit, UnitName

_AT_TOWN = "town_government"


def received(
    functions: Sequence[ScoredLabel],
    proposed: Collection[str],
    facts: RouteFacts,
    place: Place,
    reference: ReferenceData,
) -> tuple[RoutingRule, UnitName | None]:
    """Return the rule and the unit that most likely receives: functions that are in doubt may all go to one town.

    `proposed` are the codes of the units whose functions count. Whatever `facts.functions` says, they are looked at.
    """
    shares: dict[str | None, float] = {}
    found: dict[str | None, tuple[RoutingRule, UnitName | None]] = {}
    for scored in functions:
        unit = unit_of(scored.label, place, reference)
        if unit is None or unit.unit_code not in proposed:
            continue
        rule = _rule(facts, (scored.label,), reference)
        receiver = _receiver(rule, named(unit), place, reference)
        code = receiver.unit_code if receiver else None
        shares[code] = shares.get(code, 0.0) + scored.score
        found.setdefault(code, (rule, receiver))
    if not found:
        rule = _rule(facts, (), reference)
        return rule, _receiver(rule, None, place, reference)
    return found[max(shares, key=lambda code: shares[code])]


def unit_of(function: str, place: Place, reference: ReferenceData) -> Unit | None:
    """Return the unit that carries a function where the matter is: town, district, else city."""
    town = reference.gazetteer.town_by_name.get(place.town or "")
    if function == _AT_TOWN:
        if town:
            return reference.unit_by_code.get(f"{town.code}.town")
        return reference.centre(reference.gazetteer.area_code(place.district))
    if function == "hotline_centre":
        return reference.centre(None)
    return reference.unit_for(function, reference.gazetteer.area_code(place.district))


def named(unit: Unit) -> UnitName:
    """Return what a decision keeps of a unit."""
    return UnitName(unit_code=unit.unit_code, name=unit.name)


def _rule(facts: RouteFacts, functions: tuple[str, ...], reference: ReferenceData) -> RoutingRule:
    facts = facts.model_copy(update={"functions": functions})
    return next(rule for rule in reference.routing.rules if rule.when.fits(facts))


def _receiver(rule: RoutingRule, lead: UnitName | None, place: Place, reference: ReferenceData) -> UnitName | None:
    area = reference.gazetteer.area_code(place.district)
    town = reference.gazetteer.town_by_name.get(place.town or "")
    if rule.receiver == "functional_unit":
        return lead
    if rule.receiver == "town" and town:
        unit = reference.unit_by_code[f"{town.code}.town"]
    elif rule.receiver == "district_centre":
        unit = reference.centre(area)
    else:
        unit = reference.centre(None)
    return named(unit)
