"""What the model is asked to fill in: in every part the quote stands before the value that rests on it."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from app.domain.frozen import Frozen
from app.domain.ticket import RequestKind, Subject

Value = TypeVar("Value")
_QUOTE = Field(max_length=200)
_MOST_QUOTES = 12


class Quote(Frozen):
    """Words copied from one turn."""

    turn: int
    quote: Annotated[str, _QUOTE]


class Claim(Quote, Generic[Value]):
    """A value and the words it rests on."""

    value: Value


class Passage(Frozen):
    """Composed text and all the words it rests on."""

    quotes: Annotated[tuple[Quote, ...], Field(max_length=_MOST_QUOTES)]
    value: Annotated[str, Field(max_length=600)]


Short = Annotated[str, Field(max_length=80)]


class TicketForm(Frozen):
    """The fields of one demand's ticket; null where the call does not say."""

    demand: int
    kind: Claim[RequestKind] | None
    subject: Claim[Subject] | None
    district: Claim[Short] | None
    town: Claim[Short] | None
    detail: Passage | None
    event_time: Claim[Short] | None
    caller_name: Claim[Short] | None
    callback_number: Claim[Short] | None
    confidential: Claim[bool] | None
    left_out: Annotated[tuple[Quote, ...], Field(max_length=_MOST_QUOTES)]
    wants: Passage | None
    title: Passage | None
    content: Passage | None


class TicketForms(Frozen):
    """One form a demand, in the order given."""

    tickets: Annotated[tuple[TicketForm, ...], Field(max_length=8)]


class UnitReason(Quote):
    """Why one of the given candidates."""

    candidate: int
    reason: Annotated[str, Field(max_length=120)]


class UnitReasons(Frozen):
    """Reasons for candidates, by the number they were given."""

    reasons: Annotated[tuple[UnitReason, ...], Field(max_length=5)]


class RiskSign(Quote):
    """Words that speak for one of the given signals."""

    signal: Annotated[str, Field(max_length=40)]
    reason: Annotated[str, Field(max_length=60)]


class RiskSigns(Frozen):
    """What the second reading found; empty where there is nothing."""

    signs: Annotated[tuple[RiskSign, ...], Field(max_length=6)]


class MatterVerdict(Frozen):
    """Whether one earlier ticket is about the same matter; both quotes stand before the verdict."""

    candidate: int
    new_quote: Annotated[str, _QUOTE]
    old_quote: Annotated[str, _QUOTE]
    same: bool
    reason: Annotated[str, Field(max_length=60)]


class MatterVerdicts(Frozen):
    """Verdicts by the number the earlier tickets were given."""

    verdicts: Annotated[tuple[MatterVerdict, ...], Field(max_length=10)]
