"""What the flows need from outside, as Protocols; `bootstrap` picks who provides it."""

from app.domain.ports.city import Analytics, EarlyWarnings, Issues, Reports
from app.domain.ports.knowledge import Articles, DenseIndex, KnowledgeEvents
from app.domain.ports.record import (
    Deletions,
    Deliveries,
    DemoRecords,
    Events,
    Outbox,
    Referrals,
    SupervisionOrders,
    Tickets,
)
from app.domain.ports.service import AccessKeys, Clock, FeedbackRecords, IdempotencyRecords
from app.domain.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

__all__ = [
    "AccessKeys",
    "Analytics",
    "Articles",
    "Clock",
    "Deletions",
    "Deliveries",
    "DemoRecords",
    "DenseIndex",
    "EarlyWarnings",
    "Events",
    "FeedbackRecords",
    "IdempotencyRecords",
    "Issues",
    "KnowledgeEvents",
    "Outbox",
    "Referrals",
    "Reports",
    "SupervisionOrders",
    "Tickets",
    "UnitOfWork",
    "UnitOfWorkFactory",
]
