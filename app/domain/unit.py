"""Units and the fields of duty (functions) they carry: an area times a function."""

from datetime import datetime
from enum import StrEnum

from app.domain.frozen import Frozen


class UnitKind(StrEnum):
    """What sort of body a unit is."""

    CITY_DEPARTMENT = "city_department"
    """市直部门"""
    PUBLIC_UTILITY = "public_utility"
    """公共服务企业"""
    CENTRAL_AGENCY = "central_agency"
    """中央、省驻枣单位"""
    CITY_CENTRE = "city_centre"
    """市市民诉求办理服务中心"""
    DISTRICT_CENTRE = "district_centre"
    """区（市）市民诉求办理服务中心"""
    DISTRICT_DEPARTMENT = "district_department"
    """区（市）部门"""
    TOWN = "town"
    """镇（街道）"""


class UnitName(Frozen):
    """A unit by code and full name."""

    unit_code: str
    name: str


class Duty(Frozen):
    """One matter a function answers for, with the clause that says so where it is known."""

    id: str
    text: str
    basis: str | None = None
    keywords: tuple[str, ...] = ()


class Function(Frozen):
    """A field of duty: what the text model predicts. Jurisdiction then picks the unit of the area."""

    function: str
    name: str
    keywords: tuple[str, ...] = ()
    duties: tuple[Duty, ...]


class Unit(Frozen):
    """承办单位: a body that must handle tickets of its functions in its area."""

    unit_code: str
    name: str
    short_name: str
    kind: UnitKind
    area_code: str
    """Six digits for city and districts (370400 is the city), nine for towns and streets."""
    functions: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


class ScoredLabel(Frozen):
    """A function or category with its calibrated probability and the words that speak for it."""

    label: str
    score: float
    words: tuple[str, ...] = ()
    duty_ids: tuple[str, ...] = ()
    precedents: tuple[str, ...] = ()
    """Ticket numbers of confirmed dispatches of similar matters."""


class UnitReading(Frozen):
    """What `understand.unit` reads from one demand: functions and categories, best first."""

    functions: tuple[ScoredLabel, ...]
    categories: tuple[ScoredLabel, ...]
    plausible: tuple[str, ...] = ()
    """Functions that cannot be ruled out at the reader's error rate (conformal set), best first."""


class Precedent(Frozen):
    """What a person said of the dispatch of an earlier ticket: one of these functions was right, or was not."""

    ticket_number: str
    text: str
    functions: tuple[str, ...]
    good: bool
    at: datetime | None = None
    """When it was said; a verdict weighs less with time."""
    likeness: float = 0.0
    """Of its text to the text at hand, 0 to 1, less with time; 0 in store."""
