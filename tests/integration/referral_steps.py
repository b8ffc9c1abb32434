"""Steps that tests of referrals take: a danger or a bribe told on the phone, proposed, and what leaves."""

from typing import Any

from app.domain.access import Role
from app.domain.referral import Receiver, Referral
from app.flows.registry import Flows
from tests.factories import ADMIN, call, somebody, waiting_messages
from tests.integration.conftest import MONDAY

DANGER = "我叫张三丰，包工头欠俺们工钱两年了，就在薛城区常庄街道那个工地，再不给俺就从楼上跳下去，不想活了"
BRIBE = "我叫张三丰，我举报滕州市荆河街道办事处的王主任收了我五千块钱好处费，就是不给办低保，我电话13900000000"
FIRST, SECOND = (
    somebody(Role.REFERRAL_OFFICER).model_copy(update={"name": name}) for name in ("officer-1", "officer-2")
)
LANES = {Receiver.POLITICAL_LEGAL: DANGER, Receiver.DISCIPLINE_INSPECTION: BRIBE}


def proposed(flows: Flows, lane: Receiver, call_id: str = "r-1", **changes: Any) -> Referral:
    """A referral that waits for confirmation."""
    changes = {"called_at": MONDAY.isoformat(), **changes}
    ticket = flows.intake.run(call("您好，枣庄12345，请讲", LANES[lane], call_id=call_id, **changes)).tickets[0]
    found = flows.referrals.page(
        {"ticket_number": ticket.ticket_number, "receiver": lane}, after=None, limit=9, overdue=False, by=FIRST
    )
    assert len(found) == 1
    return found[0]


def subscribed(flows: Flows, *lanes: Receiver, url: str = "http://127.0.0.1:9/none") -> None:
    for lane in lanes:
        flows.relay.subscribe(url, [f"referral.{lane}"], by="desk")


def queued(flows: Flows) -> list[dict[str, Any]]:
    """What waits to be handed to the receivers of referrals."""
    return [one.payload for one in waiting_messages(flows) if one.topic.startswith("referral.")]


def names(flows: Flows, referral: Referral) -> list[str]:
    return [event.name for event in flows.tickets.history(referral.ticket_number, by=ADMIN)]
