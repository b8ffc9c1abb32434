"""Who is told of events, and what came of telling them."""

from datetime import datetime
from enum import StrEnum

from app.domain.events import OutboxMessage
from app.domain.frozen import Frozen
from app.domain.referral import Receiver

EVERYTHING = "*"
RESTRICTED = ("referral.", "restricted.")
"""Topics that `*` leaves out: what goes to one receiving organ, and what is said of officials' conduct."""
REFERRALS = RESTRICTED[0]
TOPICS = (EVERYTHING, "ticket.", "supervision.", "warning.", "restricted.", *(f"{REFERRALS}{r}" for r in Receiver))
"""What can be subscribed to: those that end in a point are beginnings of topics."""


class Webhook(Frozen):
    """An endpoint of another system: where to, signed with what, which topics (`*`, or prefixes: `ticket.`).

    Referrals are subscribed to by their whole lane: `referral.judicial`.
    """

    id: str
    url: str
    secret: str
    topics: tuple[str, ...] = (EVERYTHING,)
    created_at: datetime
    created_by: str | None = None
    """Whose key it was; `command` at the machine itself, None before this was kept."""
    disabled_at: datetime | None = None
    disabled_by: str | None = None

    def wants(self, topic: str) -> bool:
        """Tell whether the endpoint subscribed to a topic."""
        if topic.startswith(REFERRALS):
            return topic.rsplit(".", 1)[0] in self.topics
        if topic.startswith(RESTRICTED):
            return any(wanted.startswith(RESTRICTED) and topic.startswith(wanted) for wanted in self.topics)
        return any(wanted == EVERYTHING or topic.startswith(wanted) for wanted in self.topics)


def is_topic(wanted: str) -> bool:
    """Tell whether any message may have a topic that is wanted so."""
    return wanted in TOPICS or wanted.startswith(tuple(one for one in TOPICS if one.endswith(".")))


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    """待投递"""
    DELIVERED = "delivered"
    """已送达"""
    DEAD = "dead"
    """多次失败，待人工重放"""


class Delivery(Frozen):
    """One message for one endpoint, claimed by one sender."""

    id: int
    message: OutboxMessage
    webhook: Webhook
    attempts: int
