"""Made-up calls and the lives of their tickets, as knowledge_base/demo.yaml tells them."""

from typing import Any

from pydantic import Field

from app.domain.access import Role
from app.domain.frozen import Frozen
from app.domain.workflow import Step


class LifeStep(Frozen):
    """One step in the life of a demo ticket, so many working hours after the one before."""

    step: Step
    by: Role
    after: int = Field(ge=0)
    unit: str | None = None
    """`other`: not the unit the service proposes."""
    details: dict[str, Any] = Field(default_factory=dict)


class Life(Frozen):
    """What happens to a ticket; `weight`: how often, among calls that name no lives."""

    weight: int = Field(ge=0)
    within_days: int | None = None
    """Only calls of the last so many days lead it: it does not come to its end."""
    steps: tuple[LifeStep, ...]


class Burst(Frozen):
    """Many callers about one place within the last days."""

    count: int = Field(ge=2)
    within_days: int = Field(ge=1)
    place: str
    lives: tuple[str, ...]
    rising: bool = False
    """The more callers the later: something goes on now."""


class DemoCall(Frozen):
    """One sort of call: what is said, and the words its ticket's life needs."""

    id: str
    times: int = Field(ge=1)
    spot: str
    channel: str = "phone"
    says: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """The whole of a call that names no place."""
    handling: str = ""
    result: str = ""
    reply: str
    lives: tuple[str, ...] = ()
    within_days: int | None = Field(default=None, ge=1)
    """Said within the last so many days; over the whole time where left out."""
    burst: Burst | None = None


class DemoScript(Frozen):
    """The whole demo data set before it is played."""

    days: int = Field(ge=1)
    spots: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    names: tuple[str, ...]
    given: tuple[str, ...]
    lives: dict[str, Life]
    calls: tuple[DemoCall, ...]


class DemoState(Frozen):
    """What there is of it: demo tickets in the store, and how far the playing is."""

    tickets: int
    added: bool
    """Whether the made-up calls were played; practice calls count among `tickets` all the same."""
    busy: bool
    done: int
    planned: int
