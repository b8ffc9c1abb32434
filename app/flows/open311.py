"""Open311 GeoReport v2 on top of intake and tickets: other channels' requests in, their public state out."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.decide.visibility import without
from app.domain.access import AccessKey
from app.domain.errors import InvalidInput, NotFound
from app.domain.ports import Clock
from app.domain.reference import ReferenceData
from app.domain.ticket import Ticket
from app.domain.workflow import TicketStatus
from app.flows.intake import IntakeFlow
from app.flows.tickets import TicketFlow

CLOSED = (
    TicketStatus.DECLINED,
    TicketStatus.REPLIED,
    TicketStatus.EVALUATED,
    TicketStatus.ARCHIVED,
)
_STATES = ("open", "closed")
_MOST = 200
_MOST_IDS = 50
_LONGEST_SPAN = timedelta(days=90)
"""The longest period one query may cover (GeoReport v2)."""
_LONGEST_DESCRIPTION = 4000


class Open311Flow:
    """Services are the leaves of the category tree; requests are tickets of the channel `open311`."""

    def __init__(self, reference: ReferenceData, intake: IntakeFlow, tickets: TicketFlow, clock: Clock) -> None:
        self._tree = reference.categories
        self._intake = intake
        self._tickets = tickets
        self._clock = clock

    def services(self) -> list[dict[str, Any]]:
        """Return every kind of request."""
        return [self.service(leaf.code) for leaf in self._tree.leaves]

    def service(self, code: str) -> dict[str, Any]:
        """Return one kind of request; raises NotFound."""
        category = self._tree.by_code.get(code)
        if category is None:
            raise NotFound(f"没有服务 {code}")
        return {
            "service_code": code,
            "service_name": category.path[-1],
            "description": "-".join(category.path),
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": category.path[0],
        }

    def submit(self, form: Mapping[str, str], *, by: AccessKey) -> dict[str, Any]:
        """Take a request in; return its number.

        Raises:
            InvalidInput: no known service, no description, or nothing in it to act on.
        """
        code, description = form.get("service_code", ""), form.get("description", "").strip()
        if code not in self._tree.by_code:
            raise InvalidInput(f"service_code {code!r} 不存在", field="service_code")
        if not 0 < len(description) <= _LONGEST_DESCRIPTION:
            raise InvalidInput(f"description 应为1至{_LONGEST_DESCRIPTION}字", field="description")
        where, name = form.get("address_string") or located(form), named(form)
        told = [f"{where}，{description}" if where else description, *([f"姓名：{name}"] if name else [])]
        result = self._intake.run(
            {
                "id": f"open311-{uuid.uuid4().hex}",
                "channel": "open311",
                "called_at": self._clock.now().isoformat(),
                "caller_number": form.get("phone") or None,
                "title": self._tree.by_code[code].path[-1],
                "turns": [{"speaker": "citizen", "text": "\n".join(told)}],
                "open311": {name: value for name, value in form.items() if name != "api_key"},
            },
            by=by.name,
        )
        if not result.tickets:
            raise InvalidInput(result.notice or "未识别到诉求内容", field="description")
        return {
            "service_request_id": result.tickets[0].ticket_number,
            "service_notice": result.notice,
            "account_id": None,
        }

    def request(self, number: str, *, by: AccessKey) -> dict[str, Any]:
        """Return a request's public state; raises NotFound for what is confidential too."""
        ticket = self._tickets.get(number, by=by)
        if not _is_public(ticket):
            raise NotFound(f"没有工单 {number}")
        return public_state(ticket)

    def requests(self, asked: Mapping[str, str], *, by: AccessKey) -> list[dict[str, Any]]:
        """Return requests by number, or by service, period (at most 90 days) and state."""
        if numbers := asked.get("service_request_id"):
            return self._of([number.strip() for number in numbers.split(",")[:_MOST_IDS]], by=by)
        now = self._clock.now()
        filters = {
            "created_from": day_of(asked, "start_date") or (now - _LONGEST_SPAN).isoformat(),
            "created_before": day_of(asked, "end_date") or now.isoformat(),
            "demo": "false",
        }
        if code := asked.get("service_code"):
            filters["category_code"] = self.service(code)["service_code"]
        states = set((asked.get("status") or ",".join(_STATES)).split(","))
        if not states <= set(_STATES):
            raise InvalidInput(f"status 应为 {'、'.join(_STATES)}", field="status")
        found = self._tickets.page(after=None, limit=_MOST, filters=filters, by=by)
        return [public_state(t) for t in found if _is_public(t) and public_state(t)["status"] in states]

    def _of(self, numbers: Sequence[str], *, by: AccessKey) -> list[dict[str, Any]]:
        """Return those of the requests that are anybody's to see; raises NotFound where none is."""
        found, missing = [], NotFound("没有工单")
        for number in numbers:
            try:
                found.append(self.request(number, by=by))
            except NotFound as error:
                missing = error
        if not found:
            raise missing
        return found

    def token(self, token: str, *, by: AccessKey) -> dict[str, str]:
        """Return the number behind a token (the call id of the delivery); raises NotFound."""
        found = self._tickets.page(after=None, limit=1, filters={"call_id": token}, by=by)
        if not found:
            raise NotFound(f"没有凭据 {token}")
        return {"service_request_id": found[0].ticket_number, "token": token}


def named(form: Mapping[str, str]) -> str:
    """Return who asks as a Chinese name is written."""
    return "".join(form.get(part, "").strip() for part in ("last_name", "first_name"))


def day_of(asked: Mapping[str, str], name: str) -> str | None:
    """Return a moment that was asked for; raises InvalidInput for what is none."""
    value = asked.get(name)
    try:
        return datetime.fromisoformat(value).isoformat() if value else None
    except ValueError as error:
        raise InvalidInput(f"{name} 应为 ISO 8601 时间，收到 {value!r}", field=name) from error


def located(form: Mapping[str, str]) -> str:
    """Return coordinates as words; raises InvalidInput for what is no coordinate."""
    if not (form.get("lat") and form.get("long")):
        return ""
    try:
        latitude, longitude = float(form["lat"]), float(form["long"])
    except ValueError as error:
        raise InvalidInput("lat、long 应为十进制度数", field="lat") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InvalidInput("lat、long 超出范围", field="lat")
    return f"位置（{latitude:.6f}，{longitude:.6f}）"


def public_state(ticket: Ticket) -> dict[str, Any]:
    """Return what anybody may know of a ticket: never who asked."""
    changed = ticket.changed_at or ticket.created_at
    place = ticket.place.whole
    answered = ticket.status in CLOSED or (ticket.status is TicketStatus.MERGED and ticket.reply is not None)
    notes, title = (without(text, name=ticket.citizen.name, phones=False) for text in (ticket.reply, ticket.title))
    return {
        "service_request_id": ticket.ticket_number,
        "status": "closed" if answered else "open",
        "status_notes": notes,
        "service_name": ticket.category.path[-1] if ticket.category else None,
        "service_code": ticket.category.code if ticket.category else None,
        "description": title,
        "agency_responsible": ticket.handler.name if ticket.handler else None,
        "requested_datetime": ticket.created_at.isoformat(timespec="seconds"),
        "updated_datetime": changed.isoformat(timespec="seconds"),
        "expected_datetime": ticket.deadline.resolve_by.isoformat(timespec="seconds") if ticket.deadline else None,
        "address": place or None,
    }


def _is_public(ticket: Ticket) -> bool:
    return not (ticket.citizen.confidential or ticket.referrals or ticket.demo)
