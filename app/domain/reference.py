"""The city as the service knows it: units, categories, places, calendar and rules, read once and frozen."""

from functools import cached_property
from typing import Literal

from pydantic import Field

from app.domain.analytics import HotWordRules, KeyDateRules
from app.domain.cue_rules import AsideCues, CorrectionCues, CueRules, PrivacyCues, SubjectCues, SureCues
from app.domain.deadline_rules import DeadlineRules, SupervisionRules
from app.domain.early_warning import EarlyWarningRules
from app.domain.frozen import Frozen
from app.domain.lanes import Lane, LaneRules
from app.domain.place import Gazetteer
from app.domain.reference_rules import (
    DuplicateRules,
    EmotionRules,
    MatterRules,
    ReferralRules,
    RequestKindRules,
    RoutingRules,
)
from app.domain.thresholds import Thresholds
from app.domain.ticket import Category
from app.domain.unit import Function, Unit, UnitKind, UnitName
from app.domain.wish_rules import WishRules

CITY_AREA = "370400"
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class CategoryNode(Frozen):
    """One node of the category tree; leaves carry the words citizens say."""

    code: str
    name: str
    keywords: tuple[str, ...] = ()
    function: str | None = None
    """Of a leaf: the function that usually answers for it."""
    children: tuple["CategoryNode", ...] = ()


class LivelihoodArea(Frozen):
    """One of the six livelihood areas, as category codes of any level."""

    area: str
    name: str
    categories: tuple[str, ...]


class CategoryTree(Frozen):
    """诉求分类体系, three levels."""

    categories: tuple[CategoryNode, ...]
    livelihood_areas: tuple[LivelihoodArea, ...]

    @cached_property
    def by_code(self) -> dict[str, Category]:
        """Every node by code, with its path of names."""
        found: dict[str, Category] = {}

        def walk(nodes: tuple[CategoryNode, ...], path: tuple[str, ...]) -> None:
            for node in nodes:
                found[node.code] = Category(code=node.code, path=(*path, node.name))
                walk(node.children, (*path, node.name))

        walk(self.categories, ())
        return found

    @cached_property
    def leaves(self) -> tuple[CategoryNode, ...]:
        """Third-level nodes."""
        return tuple(leaf for top in self.categories for second in top.children for leaf in second.children)


class CalendarDay(Frozen):
    """A day that differs from the library's calendar."""

    date: str
    working: bool
    reason: str
    basis: str


class Session(Frozen):
    """Office hours of half a day, `HH:MM`."""

    start: str = Field(pattern=_CLOCK)
    end: str = Field(pattern=_CLOCK)


class OfficeHours(Frozen):
    """The file calendars/office_hours.yaml."""

    id: str
    basis: str
    effective_from: str
    timezone: Literal["Asia/Shanghai"]
    morning: Session
    afternoon: Session


class WorkCalendar(Frozen):
    """Office hours, and the days that differ from the national calendar."""

    days: tuple[CalendarDay, ...] = ()
    hours: OfficeHours


class ReferenceData(Frozen):
    """Everything under knowledge_base/ but the articles."""

    functions: tuple[Function, ...]
    units: tuple[Unit, ...]
    categories: CategoryTree
    gazetteer: Gazetteer
    calendar: WorkCalendar
    deadline: DeadlineRules
    routing: RoutingRules
    supervision: SupervisionRules
    referral: ReferralRules
    lanes: LaneRules
    emotion: EmotionRules
    request_kind: RequestKindRules
    matters: MatterRules
    wishes: WishRules
    areas: SureCues
    asides: AsideCues
    corrections: CorrectionCues
    moments: CueRules
    privacy: PrivacyCues
    subject: SubjectCues
    duplicate: DuplicateRules
    thresholds: Thresholds
    key_dates: KeyDateRules
    hot_words: HotWordRules
    early_warning: EarlyWarningRules
    digest: str = Field(description="sha256 over the files, for the record of each decision")

    @cached_property
    def unit_by_code(self) -> dict[str, Unit]:
        """Units by code."""
        return {unit.unit_code: unit for unit in self.units}

    @cached_property
    def function_by_id(self) -> dict[str, Function]:
        """Functions by id."""
        return {function.function: function for function in self.functions}

    @cached_property
    def _by_area_and_function(self) -> dict[tuple[str, str], Unit]:
        """The unit of an area whose main function it is, else one that carries it among others."""
        found: dict[tuple[str, str], Unit] = {}
        for main_only in (True, False):
            for unit in self.units:
                for function in unit.functions[:1] if main_only else unit.functions[1:]:
                    found.setdefault((unit.area_code, function), unit)
        return found

    def unit_for(self, function: str, area_code: str | None) -> Unit | None:
        """Return the unit of `function` in the area, else the city's, else None."""
        if area_code and (unit := self._by_area_and_function.get((area_code, function))):
            return unit
        return self._by_area_and_function.get((CITY_AREA, function))

    def told_of(self, lane: Lane) -> str:
        """Return what a citizen is told in a lane's matter, the statutory route too."""
        routes = (route for route in self.routing.statutory_routes if route.id == lane.statutory_route)
        return lane.tell_citizen + "".join(route.tell_citizen for route in routes)

    @cached_property
    def behind(self) -> dict[str, str]:
        """What stands behind a decision, in words, by the id of a duty or a rule that the decision names."""
        routes = (*self.routing.rules, *self.routing.statutory_routes, *self.routing.emergency_routes)
        rules = (*self.deadline.rules, *routes, *self.referral.rules, *self.referral.models)
        duties = {duty.id: f"{one.name}职责：{duty.text}" for one in self.functions for duty in one.duties}
        return duties | {rule.id: rule.basis for rule in rules}

    def centre(self, area_code: str | None) -> Unit:
        """Return the request centre of a district, or the city's."""
        for unit in self.units:
            if unit.kind is UnitKind.DISTRICT_CENTRE and unit.area_code == area_code:
                return unit
        return next(unit for unit in self.units if unit.kind is UnitKind.CITY_CENTRE)

    @cached_property
    def unit_codes(self) -> dict[str, str]:
        """Codes of units, by code and by each of their names."""
        named = {name: unit.unit_code for name, unit in self.unit_by_name.items()}
        return named | {unit.unit_code: unit.unit_code for unit in self.units}

    @cached_property
    def unit_by_name(self) -> dict[str, UnitName]:
        """Units by full, short and former name."""
        return {
            name: UnitName(unit_code=unit.unit_code, name=unit.name)
            for unit in self.units
            for name in (*unit.former_names, unit.short_name, unit.name)
        }
