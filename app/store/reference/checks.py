"""Checks that need more than one entry: codes that point nowhere, names claimed twice, patterns that do not compile."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from app.domain.patterns import compiled
from app.domain.reference import CITY_AREA, CategoryNode, ReferenceData
from app.domain.unit import UnitKind
from app.domain.wish_rules import WishRules
from app.store.reference.yaml_file import Location, YamlFile

Files = dict[str, YamlFile]


def check_cross_references(reference: ReferenceData, files: Files) -> None:
    """Note every cross-reference problem in the file it stands in."""
    _check_units(reference, files)
    _check_categories(reference, files["categories"], files["rules/duplicate"])
    _check_places(reference, files)
    _check_rules(reference, files)
    _check_calendar(reference, files["calendars/overrides"], files["calendars/office_hours"])


def _check_units(reference: ReferenceData, files: Files) -> None:
    functions = files["units/functions"]
    _unique(functions, "functions", "function", (f.function for f in reference.functions))
    _unique_values(
        functions,
        (
            (("functions", i, "duties", j, "id"), d.id)
            for i, f in enumerate(reference.functions)
            for j, d in enumerate(f.duties)
        ),
    )
    known = {f.function for f in reference.functions}
    areas = {CITY_AREA} | {d.area_code for d in reference.gazetteer.districts}
    towns = {t.code for t in reference.gazetteer.towns}
    taken: set[tuple[str, object]] = set()
    for file, index, entry in _unit_entries(files):
        where: Location = ("units", index)
        for key in ("unit_code", "name"):
            if (key, entry.get(key)) in taken:
                file.problem((*where, key), f"{entry.get(key)} 重复")
            taken.add((key, entry.get(key)))
        if entry.get("area_code") not in (towns if entry.get("kind") == UnitKind.TOWN else areas):
            file.problem((*where, "area_code"), f"{entry.get('area_code')} 不是已知的区划代码")
        for position, function in enumerate(entry.get("functions", [])):
            if function not in known:
                file.problem((*where, "functions", position), f"{function} 不在 functions.yaml 中")
    _check_aliases(files)


def _unit_entries(files: Files) -> Iterable[tuple[YamlFile, int, dict[str, Any]]]:
    for name in ("city", "utilities", "districts", "towns"):
        file = files[f"units/{name}"]
        for index, entry in enumerate(file.value.get("units", [])):
            yield file, index, entry


def _check_aliases(files: Files) -> None:
    """An alias may recur in another area, never twice within one."""
    claimed: dict[tuple[object, str], object] = {}
    for file, index, entry in _unit_entries(files):
        for position, alias in enumerate(entry.get("aliases") or []):
            owner = claimed.setdefault((entry.get("area_code"), alias), entry.get("unit_code"))
            if owner != entry.get("unit_code"):
                file.problem(("units", index, "aliases", position), f"{alias} 同时是 {owner} 的别名")


def _check_categories(reference: ReferenceData, file: YamlFile, duplicate: YamlFile) -> None:
    seen: set[str] = set()
    for where, second_code, leaf in _leaves(reference):
        if leaf.code in seen:
            file.problem((*where, "code"), f"{leaf.code} 重复")
        if leaf.code[:4] != second_code:
            file.problem((*where, "code"), f"{leaf.code} 不在上级 {second_code} 之下")
        if leaf.function not in reference.function_by_id:
            file.problem((*where, "function"), f"{leaf.function} 不在 functions.yaml 中")
        seen.add(leaf.code)
    _check_codes(reference, file, duplicate)


def _leaves(reference: ReferenceData) -> Iterable[tuple[Location, str, CategoryNode]]:
    for i, top in enumerate(reference.categories.categories):
        for j, second in enumerate(top.children):
            for k, leaf in enumerate(second.children):
                yield ("categories", i, "children", j, "children", k), second.code, leaf


def _check_codes(reference: ReferenceData, file: YamlFile, duplicate: YamlFile) -> None:
    known = reference.categories.by_code
    for i, area in enumerate(reference.categories.livelihood_areas):
        for j, code in enumerate(area.categories):
            if code not in known:
                file.problem(("livelihood_areas", i, "categories", j), f"{code} 不是已知的分类")
    for i, recurring in enumerate(reference.duplicate.recurring):
        for j, code in enumerate(recurring.categories):
            if code not in known:
                duplicate.problem(("recurring", i, "categories", j), f"{code} 不是已知的分类")


def _check_places(reference: ReferenceData, files: Files) -> None:
    districts = {d.name: d.area_code for d in reference.gazetteer.districts}
    towns = files["places/towns"]
    claimed: dict[str, str] = {}
    for i, town in enumerate(reference.gazetteer.towns):
        if districts.get(town.district) != town.area_code:
            towns.problem(("towns", i, "district"), f"{town.district} 与 {town.area_code} 不符")
        for alias in (town.name, *town.aliases):
            if claimed.setdefault(alias, town.code) != town.code:
                towns.problem(("towns", i), f"{alias} 同时指 {claimed[alias]}")
    names = {t.name: t.district for t in reference.gazetteer.towns}
    landmarks = files["places/landmarks"]
    for i, place in enumerate(reference.gazetteer.landmarks):
        if place.district is not None and place.district not in districts:
            landmarks.problem(("places", i, "district"), f"{place.district} 不是已知的区（市）")
        if place.town is not None and names.get(place.town) != place.district:
            landmarks.problem(("places", i, "town"), f"{place.town} 不在 {place.district}")


def _check_rules(reference: ReferenceData, files: Files) -> None:
    functions = {f.function for f in reference.functions}
    routing, deadline = files["rules/routing"], files["rules/deadline"]
    _unique(routing, "rules", "id", (r.id for r in reference.routing.rules))
    _unique(deadline, "rules", "id", (r.id for r in reference.deadline.rules))
    for i, rule in enumerate(reference.routing.rules):
        for j, function in enumerate(rule.when.functions or ()):
            if function not in functions:
                routing.problem(("rules", i, "when", "functions", j), f"{function} 不在 functions.yaml 中")
        if rule.tells and rule.tells not in {route.id for route in reference.routing.statutory_routes}:
            routing.problem(("rules", i, "tells"), f"{rule.tells} 不是已知的法定渠道")
    _check_text_rules(reference, files)
    _check_lanes(reference, files["rules/lanes"])
    _check_matters(reference, files["rules/matters"])
    _check_wishes(reference.wishes, files["rules/wishes"])
    _check_cues(reference, files)


def _check_cues(reference: ReferenceData, files: Files) -> None:
    for name in ("areas", "asides", "corrections", "moments"):
        cues = getattr(reference, name).cues
        _unique(files[f"rules/{name}"], "cues", "id", (cue.id for cue in cues))
        for i, cue in enumerate(cues):
            _check_patterns(files[f"rules/{name}"], ("cues", i, "pattern"), (cue.pattern,))
    asides = reference.asides
    _check_patterns(files["rules/asides"], ("certain",), [cue.pattern for cue in asides.certain])
    for key in ("guess", "dropped", "began", "danger"):
        _check_patterns(files["rules/asides"], (key, "pattern"), (getattr(asides, key).pattern,))
    for key in ("business", "private"):
        _check_patterns(files["rules/subject"], (key,), [cue.pattern for cue in getattr(reference.subject, key)])
    taken_back = reference.corrections
    for key in ("elsewhere", "unrecorded"):
        _check_patterns(files["rules/corrections"], (key,), [cue.pattern for cue in getattr(taken_back, key)])
    _check_patterns(files["rules/corrections"], ("dropped", "pattern"), (taken_back.dropped.pattern,))
    for key, cues in reference.privacy.by_key.items():
        _check_patterns(files["rules/privacy"], (key,), [cue.pattern for cue in cues])


def _check_wishes(wishes: WishRules, file: YamlFile) -> None:
    for name, way in wishes.ways:
        _check_patterns(file, ("ways", name), (way.pattern,))
    _check_patterns(file, ("when",), (wishes.when.pattern,))
    for part in ("words", "deeds", "aspects"):
        for i, row in enumerate(getattr(wishes, part)):
            _check_patterns(file, (part, i, "said"), (row.said,))


def _check_text_rules(reference: ReferenceData, files: Files) -> None:
    routing = files["rules/routing"]
    text_rules = (
        (files["rules/referral"], "rules", reference.referral.rules),
        (routing, "key_projects", reference.routing.key_projects),
        (routing, "statutory_routes", reference.routing.statutory_routes),
        (routing, "emergency_routes", reference.routing.emergency_routes),
    )
    _check_patterns(files["rules/referral"], ("courtesies",), (reference.referral.courtesies,))
    for file, key, rules in text_rules:
        _unique(file, key, "id", (rule.id for rule in rules))
        for i, text_rule in enumerate(rules):
            for part in ("patterns", "exclude"):
                _check_patterns(file, (key, i, part), getattr(text_rule, part))
    emotion = files["rules/emotion"]
    _check_patterns(emotion, ("idioms",), reference.emotion.idioms)
    kinds = files["rules/request_kind"]
    for i, kind in enumerate(reference.request_kind.kinds):
        _check_patterns(kinds, ("kinds", i, "cues"), (cue.pattern for cue in kind.cues))
    for i, level in enumerate(reference.emotion.levels):
        _check_patterns(emotion, ("levels", i, "patterns"), level.patterns)


def _check_lanes(reference: ReferenceData, file: YamlFile) -> None:
    """Every signal that is proposed has its lane, and every lane only signals that there are."""
    routes = {route.id for route in reference.routing.statutory_routes}
    rules = {(rule.receiver, rule.signal) for rule in reference.referral.rules}
    rules |= {(model.receiver, model.signal) for model in reference.referral.models}
    for i, lane in enumerate(reference.lanes.lanes):
        raised = {signal for receiver, signal in rules if receiver is lane.receiver}
        for signal in sorted(raised.symmetric_difference(lane.triggers)):
            fault = "没有列出，referral.yaml 中有它的规则" if signal in raised else "在 referral.yaml 中没有规则"
            file.problem(("lanes", i, "triggers"), f"{signal} {fault}")
        if lane.statutory_route and lane.statutory_route not in routes:
            file.problem(("lanes", i, "statutory_route"), f"{lane.statutory_route} 不是已知的法定渠道")


def _check_matters(reference: ReferenceData, file: YamlFile) -> None:
    codes = [leaf.code for leaf in reference.categories.leaves]
    rules = reference.matters
    for i, claim in enumerate(rules.claims):
        _check_patterns(file, ("claims", i), (claim.deed, claim.said))
    named = [(("anywhere", i), prefix) for i, prefix in enumerate(rules.anywhere)]
    for i, matter in enumerate(rules.matters):
        _check_patterns(file, ("matters", i, "said"), (matter.said,))
        named += [(("matters", i), prefix) for prefix in matter.leaves]
    for where, prefix in named:
        if not any(code.startswith(prefix) for code in codes):
            file.problem(where, f"{prefix} 不是已知的分类代码")


def _check_patterns(file: YamlFile, where: Location, patterns: Iterable[str]) -> None:
    for i, pattern in enumerate(patterns):
        try:
            compiled(pattern)
        except re.error as error:
            file.problem((*where, i), f"正则表达式有误：{error}")


def _check_calendar(reference: ReferenceData, file: YamlFile, hours: YamlFile) -> None:
    halves = reference.calendar.hours
    limits = [halves.morning.start, halves.morning.end, halves.afternoon.start, halves.afternoon.end]
    for i, limit in enumerate(limits[1:], start=1):
        if limit <= limits[i - 1]:
            where = (("morning", "afternoon")[i // 2], ("start", "end")[i % 2])
            hours.problem(where, f"{limit} 应晚于 {limits[i - 1]}")
    seen: set[str] = set()
    for i, day in enumerate(reference.calendar.days):
        try:
            date.fromisoformat(day.date)
        except ValueError:
            file.problem(("days", i, "date"), f"{day.date} 不是日期")
        if day.date in seen:
            file.problem(("days", i, "date"), f"{day.date} 重复")
        seen.add(day.date)


def _unique(file: YamlFile, key: str, field: str, values: Iterable[str]) -> None:
    _unique_values(file, (((key, i, field), value) for i, value in enumerate(values)))


def _unique_values(file: YamlFile, values: Iterable[tuple[Location, str]]) -> None:
    seen: set[str] = set()
    for where, value in values:
        if value in seen:
            file.problem(where, f"{value} 重复")
        seen.add(value)
