"""Calls as a hotline delivers them. Names and numbers are invented."""

from datetime import UTC, datetime
from typing import Any

from app.domain.access import AccessKey, Role, Scope
from app.domain.events import OutboxMessage
from app.domain.webhook import DeliveryStatus
from app.flows.registry import Flows

ADMIN = AccessKey(name="desk", scopes=(Scope.ADMIN,), created_at=datetime(2026, 1, 1, tzinfo=UTC))
CALLED_AT = "2026-11-18T09:42:00+08:00"


def call(*turns: str, call_id: str = "c-1", **changes: Any) -> dict[str, Any]:
    """Return a phone call; turns alternate, the operator first."""
    spoken = [{"speaker": ("operator", "citizen")[i % 2], "text": text} for i, text in enumerate(turns)]
    return {
        "id": call_id,
        "channel": "phone",
        "called_at": CALLED_AT,
        "caller_number": "13900000000",
        "turns": spoken,
        **changes,
    }


def message(text: str, call_id: str = "m-1", **changes: Any) -> dict[str, Any]:
    """Return a web message."""
    turns = [{"speaker": "citizen", "text": text}]
    return {"id": call_id, "channel": "web", "called_at": CALLED_AT, "turns": turns, **changes}


WATER = call(
    "您好，枣庄12345，请讲",
    "俺住在滕州京河街道幸福家园三号楼，哦不对，十三号楼二单元，从前天晚上八点就停水了，你们能不能赶紧给俺修修",
)


def somebody(*roles: Role, unit_code: str | None = None) -> AccessKey:
    """Return who does the work of some roles."""
    name = "-".join(roles) or "nobody"
    return AccessKey(name=name, scopes=(), roles=roles, unit_code=unit_code, created_at=ADMIN.created_at)


def waiting_messages(flows: Flows) -> list[OutboxMessage]:
    """What waits to be told to the endpoints, in the order in which they get it. It goes on waiting."""
    now, told = flows.clock.now(), []
    with flows.relay._store() as uow:  # never committed
        uow.outbox.fan_out(now, limit=999)
        while claimed := uow.outbox.claim(now, limit=999):
            for one in claimed:
                told.append(one.message)
                uow.outbox.settle(one.id, DeliveryStatus.DELIVERED, answer="", due_at=now, now=now)
    return told
