"""Checks that need more than one entry: codes that point nowhere, names claimed twice, patterns that do not compile."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from app.domain.patterns import compiled
from app.domain.reference import CITY_AREA, CategoryNode, ReferenceData
from app.domain.unit import UnitKind
from app.domain.workflow import EVENT_LABELS
from app.store.reference.yaml_file import Location, YamlFile

Files = dict[str, YamlFile]
_PATTERNS = frozenset("pattern patterns exclude unless direct slight idioms courtesies said deed when_of".split())
"""Keys of the rules whose texts are regular expressions."""


def check_cross_references(reference: ReferenceData, files: Files, today: date) -> None:
    """Note every cross-reference problem in the file it stands in."""
    for name, file in files.items():
        if name.startswith("rules/"):
            _check_values(file, today, file.value)
    _check_units(reference, files)
    _check_bodies(reference, files)
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


def _check_bodies(reference: ReferenceData, files: Files) -> None:
    """The city has its centre and every town its unit, and no name leads to two of them."""
    if not any(unit.kind is UnitKind.CITY_CENTRE for unit in reference.units):
        files["units/city"].problem(("units",), f"没有 kind 为 {UnitKind.CITY_CENTRE} 的单位")
    for i, town in enumerate(reference.gazetteer.towns):
        if (code := f"{town.code}.town") not in reference.unit_by_code:
            said = f"{town.name} 没有承办单位：units/towns.yaml 中没有 {code}"
            files["places/towns"].problem(("towns", i, "code"), said)
    _check_aliases(files)
    _check_former_names(files)


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


def _check_former_names(files: Files) -> None:
    """A name leads to one unit: nobody is called what another was called, unless it took that one's place."""
    claimed = {entry.get("name"): entry.get("unit_code") for _, _, entry in _unit_entries(files)}
    for file, index, entry in _unit_entries(files):
        for position, name in enumerate(entry.get("former_names") or []):
            if (owner := claimed.setdefault(name, entry.get("unit_code"))) != entry.get("unit_code"):
                file.problem(("units", index, "former_names", position), f"{name} 同时是 {owner} 的名称")


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
    _check_landmark_names(reference, landmarks)


def _check_landmark_names(reference: ReferenceData, file: YamlFile) -> None:
    """A name is one place: of two that bear it the later would hide the other."""
    claimed: dict[str, int] = {}
    for i, place in enumerate(reference.gazetteer.landmarks):
        for name in (place.name, *place.aliases):
            if claimed.setdefault(name, i) != i:
                said = f"{name} 已在第 {claimed[name] + 1} 条：不止一处的合为一条，district、town 不同的写 null"
                file.problem(("places", i), said)


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
    _check_cues(reference, files)
    _check_complete(reference, files)


def _check_complete(reference: ReferenceData, files: Files) -> None:
    """Every ticket finds its rule, and every order of supervision what raises it."""
    routing, deadline = files["rules/routing"], files["rules/deadline"]
    for file, rules in ((routing, reference.routing.rules), (deadline, reference.deadline.rules)):
        if not rules or any(wanted is not None for _, wanted in rules[-1].when):
            file.problem(("rules", len(rules) - 1, "when"), "最后一条规则须适用于其余一切工单：when: {}")
    for i, raised in enumerate(reference.supervision.rules):
        if raised.when.event and raised.when.event not in EVENT_LABELS:
            files["rules/supervision"].problem(("rules", i, "when", "event"), f"没有 {raised.when.event} 这种经过")


def _check_cues(reference: ReferenceData, files: Files) -> None:
    for name in ("areas", "asides", "corrections", "moments"):
        _unique(files[f"rules/{name}"], "cues", "id", (cue.id for cue in getattr(reference, name).cues))


def _check_text_rules(reference: ReferenceData, files: Files) -> None:
    routing = files["rules/routing"]
    text_rules = (
        (files["rules/referral"], "rules", reference.referral.rules),
        (routing, "key_projects", reference.routing.key_projects),
        (routing, "statutory_routes", reference.routing.statutory_routes),
        (routing, "emergency_routes", reference.routing.emergency_routes),
    )
    for file, key, rules in text_rules:
        _unique(file, key, "id", (rule.id for rule in rules))


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
    named = [(("anywhere", i), prefix) for i, prefix in enumerate(rules.anywhere)]
    for i, matter in enumerate(rules.matters):
        named += [(("matters", i), prefix) for prefix in matter.leaves]
    for where, prefix in named:
        if not any(code.startswith(prefix) for code in codes):
            file.problem(where, f"{prefix} 不是已知的分类代码")


def _check_values(file: YamlFile, today: date, value: Any, where: Location = ()) -> None:
    """Every pattern of a file compiles, and every rule is in force."""
    named = next((step for step in reversed(where) if isinstance(step, str)), "")
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _check_values(file, today, inner, (*where, step))
    elif isinstance(value, str) and named in _PATTERNS:
        try:
            compiled(value)
        except re.error as error:
            file.problem(where, f"正则表达式有误：{error}")
    elif named == "effective_from":
        begins = _date_of(str(value))
        if begins is None:
            file.problem(where, f"{value} 不是日期，应如 2026-11-28")
        elif begins > today:
            file.problem(where, f"{value} 尚未到期：写在这里的规则一经启动就生效，请届时再写入")


def _date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check_calendar(reference: ReferenceData, file: YamlFile, hours: YamlFile) -> None:
    halves = reference.calendar.hours
    limits = [halves.morning.start, halves.morning.end, halves.afternoon.start, halves.afternoon.end]
    for i, limit in enumerate(limits[1:], start=1):
        if limit <= limits[i - 1]:
            where = (("morning", "afternoon")[i // 2], ("start", "end")[i % 2])
            hours.problem(where, f"{limit} 应晚于 {limits[i - 1]}")
    seen: set[str] = set()
    for i, day in enumerate(reference.calendar.days):
        if _date_of(day.date) is None:
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
