"""Lanes of referral, rules/lanes.yaml: to whom, by when, confirmed by how many, and what is sent."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from app.domain.deadline_rules import Span
from app.domain.frozen import Frozen
from app.domain.reference_rules import Basis
from app.domain.referral import Receiver
from app.domain.risk import Severity

_PROPOSED = (Severity.HIGH, Severity.EXTREME)
_PERSONS_FOR_EXTREME = 2


class LaneField(StrEnum):
    """What a receiver may be sent of a ticket."""

    RECEIVED_AT = "received_at"
    """收到时间"""
    EVENT_TIME = "event_time"
    """事发时间"""
    SEVERITY = "severity"
    """严重程度"""
    TITLE = "title"
    """标题"""
    QUOTE = "quote"
    """原话"""
    CONTEXT = "context"
    """前后文"""
    CATEGORY = "category"
    """分类"""
    DISTRICT = "place.district"
    """区（市）"""
    TOWN = "place.town"
    """镇街"""
    DETAIL = "place.detail"
    """地点"""
    NAME = "citizen.name"
    """诉求人姓名"""
    PHONE = "citizen.phone"
    """诉求人电话"""
    HANDLER = "handler"
    """承办单位"""


class Lane(Basis):
    """One receiving organ."""

    receiver: Receiver
    name: str
    priority: int = Field(ge=1)
    triggers: tuple[str, ...] = Field(min_length=1)
    """Signals that are proposed to it."""
    persons: dict[Severity, int]
    confirm_within: dict[Severity, Span]
    receipt_within: Span
    send_on_confirmation: bool
    fields: tuple[LaneField, ...] = Field(min_length=1)
    withheld_when_confidential: tuple[LaneField, ...] = ()
    tell_citizen: str
    statutory_route: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in ("persons", "confirm_within"):
            if set(getattr(self, name)) != set(_PROPOSED):
                raise ValueError(f"{name} 须且只须给出 {'、'.join(_PROPOSED)}")
        if min(self.persons.values()) < 1:
            raise ValueError("persons 至少1人")
        if self.persons[Severity.EXTREME] < _PERSONS_FOR_EXTREME:
            raise ValueError("persons.extreme 至少2人：极端情形须由两人先后确认")
        return self


class LaneRules(Frozen):
    """The file rules/lanes.yaml: one lane for each receiver."""

    lanes: tuple[Lane, ...]

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if sorted(lane.receiver for lane in self.lanes) != sorted(Receiver):
            raise ValueError(f"lanes 须且只须各有一条：{'、'.join(Receiver)}")
        return self

    def of(self, receiver: Receiver) -> Lane:
        """Return a receiver's lane."""
        return next(lane for lane in self.lanes if lane.receiver is receiver)
