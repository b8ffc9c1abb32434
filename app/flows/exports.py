"""Tickets as rows of a table, and what people corrected as examples to learn from."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.decide.correction import value_at
from app.decide.visibility import masked_number, without
from app.domain.access import AccessKey, Scope
from app.domain.city_time import CITY_TIME
from app.domain.errors import NotFound
from app.domain.events import Feedback, Verdict
from app.domain.issue import ToldPair
from app.domain.labels import CHANNEL, EMOTION, REQUEST_KIND, SUBJECT, TICKET_STATUS, URGENCY
from app.domain.ports import UnitOfWork, UnitOfWorkFactory
from app.domain.ticket import Category, Ticket
from app.domain.unit import UnitName
from app.flows.tickets import TicketFlow
from app.learn.deidentified import deidentified

COLUMNS = (
    "工单编号", "状态", "诉求类型", "诉求主体", "标题", "内容", "诉求", "分类编码", "分类", "区（市）", "镇街", "地点",
    "事发时间", "紧急程度", "情绪", "建议主办单位", "承办单位", "协办单位", "办结时限", "诉求人", "联系电话", "保密",
    "答复", "是否解决", "是否满意", "主单", "渠道", "受理时间",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_FEEDBACK = 1_000_000
_WHO = ("citizen.name", "citizen.phone")


class ExportFlow:
    """Makes tables and examples; names and numbers are masked unless the administrator asks."""

    def __init__(self, store: UnitOfWorkFactory, tickets: TicketFlow) -> None:
        self._store = store
        self._tickets = tickets

    def ticket_rows(self, filters: Mapping[str, str], *, by: AccessKey) -> Iterator[tuple[str, ...]]:
        """Yield one row a ticket, in the order of COLUMNS."""
        openly = by.allows(Scope.ADMIN)
        for ticket in self._tickets.each(filters, by=by):
            yield tuple(harmless(cell) for cell in _row(ticket, openly=openly))

    def corrections(self, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield what people accepted or corrected, with the ticket's own words, de-identified; never who it was.

        Then the pairs of tickets that people joined or took apart.
        """
        with self._store(reading=True) as uow:
            for feedback in uow.feedback.about([field for field in fields if field not in _WHO], limit=_MOST_FEEDBACK):
                try:
                    ticket = uow.tickets.get(feedback.ticket_number)
                except NotFound:
                    continue
                if not ticket.demo:
                    yield _example(feedback, ticket)
            yield from (example for pair in uow.issues.told() if (example := _pair_example(uow, pair)))


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _moment(at: datetime) -> str:
    """Return a moment as people and spreadsheets read it."""
    return f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"


def _said(moment: str | None) -> str | None:
    """Return when something happened, as exactly as it was told: `2026-11-16T19` is an hour."""
    return moment and moment.replace("T", " ") + ("时" if len(moment) == len("2026-11-16T19") else "")


def _row(ticket: Ticket, *, openly: bool) -> tuple[str, ...]:
    place, citizen = ticket.place, ticket.citizen
    title, content, wants, reply = (
        text if openly else without(text, name=citizen.name, phones=False)
        for text in (ticket.title, ticket.content, ticket.wants, ticket.reply)
    )
    name = citizen.name if openly else citizen.name and citizen.name[0] + "某"
    phone = citizen.phone if openly else masked_number(citizen.phone)
    cells = (
        ticket.ticket_number, TICKET_STATUS[ticket.status], REQUEST_KIND[ticket.request_kind], SUBJECT[ticket.subject],
        title, content, wants,
        ticket.category.code if ticket.category else None, "/".join(ticket.category.path) if ticket.category else None,
        place.district, place.town, place.detail, _said(ticket.event_time),
        URGENCY[ticket.urgency], EMOTION[ticket.emotion],
        ticket.unit.lead.name if ticket.unit.lead else None, ticket.handler.name if ticket.handler else None,
        "、".join(a.unit.name for a in ticket.assisting),
        _moment(ticket.deadline.resolve_by) if ticket.deadline else None,
        name, phone, _yes(citizen.confidential), reply, _yes(ticket.solved), _yes(ticket.satisfied),
        ticket.merged_into, CHANNEL.get(ticket.channel, ticket.channel),
        _moment(ticket.created_at),
    )  # fmt: skip
    return tuple("" if cell is None else str(cell) for cell in cells)


def _yes(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def nobodys(value: Any, ticket: Ticket) -> Any:
    """Return a text without the citizen's name, numbers and doors; other values as they are."""
    return deidentified(without(value, name=ticket.citizen.name, phones=True)) if isinstance(value, str) else value


def _example(feedback: Feedback, ticket: Ticket) -> dict[str, Any]:
    return {
        "id": f"{feedback.ticket_number}-{feedback.field}",
        "title": nobodys(ticket.title, ticket),
        "text": nobodys(ticket.content, ticket),
        "field": feedback.field,
        "verdict": str(feedback.verdict),
        "label": nobodys(_right(feedback, ticket), ticket),
        "created_at": feedback.created_at.isoformat(timespec="seconds"),
    }


def _right(feedback: Feedback, ticket: Ticket) -> Any:
    """Return what was right: of what was accepted the value itself, a category or a unit by its code."""
    if feedback.verdict is not Verdict.ACCEPTED or feedback.right_value is not None:
        return feedback.right_value
    value = value_at(ticket, "unit.lead" if feedback.field == "unit" else feedback.field)
    if isinstance(value, Category):
        return value.code
    if isinstance(value, UnitName):
        return value.unit_code
    return value if isinstance(value, str | bool) else None


def _pair_example(uow: UnitOfWork, pair: ToldPair) -> dict[str, Any] | None:
    """Return what a join or its end teaches; None for practice, and where a ticket is gone."""
    try:
        first, second = uow.tickets.get(pair.first), uow.tickets.get(pair.second)
    except NotFound:
        return None
    if first.demo or second.demo:
        return None
    return {
        "id": f"{pair.first}-{pair.second}",
        "title": nobodys(first.title, first),
        "text": nobodys(first.content, first),
        "other_title": nobodys(second.title, second),
        "other_text": nobodys(second.content, second),
        "field": "same_matter",
        "verdict": str(Verdict.ACCEPTED if pair.together else Verdict.REJECTED),
        "label": pair.together,
        "created_at": pair.at.isoformat(timespec="seconds"),
    }
