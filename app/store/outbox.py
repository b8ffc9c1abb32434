"""Messages to the outside: queued with their cause, made a delivery an endpoint, tried until delivered or dead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.errors import NotFound
from app.domain.events import OutboxMessage
from app.domain.referral import ReferralDelivery
from app.domain.webhook import REFERRALS, Delivery, DeliveryStatus, Webhook
from app.store.service_tables import WebhookDeliveryRow, WebhookRow
from app.store.tables import OutboxRow
from app.store.vault import Vault
from app.store.writing import insertion, put

LEASE = timedelta(minutes=2)
"""How long a claimed delivery is left to its sender before another may try."""


class SqlOutbox:
    """Messages, endpoints and deliveries."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._postgres = session.get_bind().dialect.name == "postgresql"

    def add(self, message: OutboxMessage) -> None:
        """Queue a message; what it holds of a referral is sealed."""
        row = message.model_dump(mode="python")
        if message.topic.startswith(REFERRALS):
            row["payload"] = {"sealed": self._vault.seal(message.payload)}
        put(self._session, OutboxRow, [row])

    def empty(self, message_id: str) -> None:
        """Take out of a referral's message what is said of the ticket; its number stays."""
        row = self._session.get_one(OutboxRow, message_id)
        row.payload = {"sealed": self._vault.seal({**self._message(row).payload, "fields": {}})}

    def subscribe(self, webhook: Webhook) -> None:
        """Keep an endpoint; its secret is sealed."""
        row = webhook.model_dump(mode="python") | {"secret": self._vault.seal(webhook.secret)}
        self._session.add(WebhookRow(**row))
        self._session.flush()

    def unsubscribe(self, webhook_id: str, now: datetime, *, by: str) -> None:
        """End an endpoint's subscription: what waits for it goes nowhere, a referral to whoever takes its lane next.

        Raises:
            NotFound: there is no such subscription.
        """
        row = self._session.get(WebhookRow, webhook_id)
        if row is None or row.disabled_at:
            raise NotFound(f"没有订阅 {webhook_id}")
        row.disabled_at, row.disabled_by = now, by
        pending = WebhookDeliveryRow.status == str(DeliveryStatus.PENDING)
        waiting = (WebhookDeliveryRow.webhook_id == webhook_id, pending)
        messages = select(WebhookDeliveryRow.message_id).where(*waiting)
        of_referrals = (OutboxRow.id.in_(messages), OutboxRow.topic.startswith(REFERRALS))
        self._session.execute(update(OutboxRow).where(*of_referrals).values(sent_at=None))
        ended = {"status": str(DeliveryStatus.DEAD), "last_answer": "已退订"}
        self._session.execute(update(WebhookDeliveryRow).where(*waiting).values(**ended))

    def webhooks(self, *, ended: bool = False) -> Sequence[Webhook]:
        """Return the endpoints in force, oldest first; where asked for, those that ended too."""
        query = select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id)
        rows = self._session.scalars(query if ended else query.where(WebhookRow.disabled_at.is_(None)))
        return [self._webhook(row) for row in rows]

    def fan_out(self, now: datetime, *, limit: int) -> int:
        """Make a delivery of each queued message for each endpoint that wants it; return how many messages.

        A referral waits for an endpoint that takes its lane, and keeps nothing else waiting.
        """
        endpoints = self.webhooks()
        lanes = {topic for endpoint in endpoints for topic in endpoint.topics if topic.startswith(REFERRALS)}
        wanted_lanes = (OutboxRow.topic.startswith(f"{lane}.", autoescape=True) for lane in sorted(lanes))
        ready = or_(OutboxRow.topic.not_like(f"{REFERRALS}%"), *wanted_lanes)
        waiting = select(OutboxRow).where(OutboxRow.sent_at.is_(None), ready)
        queued = self._taken(waiting.order_by(OutboxRow.created_at, OutboxRow.id), limit)
        subjects = {message.id: self._message(message).subject for message in queued}
        wanted = [
            {
                "message_id": message.id,
                "webhook_id": endpoint.id,
                "subject": subjects[message.id],
                "status": str(DeliveryStatus.PENDING),
                "attempts": 0,
                "due_at": now,
            }
            for message in queued
            for endpoint in endpoints
            if endpoint.wants(message.topic)
        ]
        if wanted:
            rows = insertion(self._session, WebhookDeliveryRow).values(wanted)
            self._session.execute(rows.on_conflict_do_nothing(index_elements=["message_id", "webhook_id"]))
        for message in queued:
            message.sent_at = now
        return len(queued)

    def waiting(self, now: datetime) -> Sequence[str]:
        """Return the ids of the endpoints for which something is due."""
        return self._session.scalars(select(WebhookDeliveryRow.webhook_id).where(*_due(now)).distinct()).all()

    def claim(self, now: datetime, *, limit: int, endpoint: str | None = None) -> Sequence[Delivery]:
        """Return deliveries that are due, theirs alone for the length of the lease.

        One waits until the earlier ones of its subject got there: no withdrawal overtakes its referral.
        """
        due = select(WebhookDeliveryRow).where(*_due(now)).order_by(WebhookDeliveryRow.due_at, WebhookDeliveryRow.id)
        rows = self._taken(due.where(WebhookDeliveryRow.webhook_id == endpoint) if endpoint else due, limit)
        endpoints = {row.id: row for row in self._session.scalars(select(WebhookRow))}
        claimed = []
        for row in rows:
            row.due_at = now + LEASE
            message = self._session.get_one(OutboxRow, row.message_id)
            claimed.append(
                Delivery(
                    id=row.id,
                    message=self._message(message),
                    webhook=self._webhook(endpoints[row.webhook_id]),
                    attempts=row.attempts,
                )
            )
        return claimed

    def settle(self, delivery_id: int, status: DeliveryStatus, *, answer: str, due_at: datetime, now: datetime) -> None:
        """Write down what came of an attempt."""
        self._session.execute(
            update(WebhookDeliveryRow)
            .where(WebhookDeliveryRow.id == delivery_id)
            .values(
                status=str(status),
                attempts=WebhookDeliveryRow.attempts + 1,
                last_answer=answer,
                due_at=due_at,
                delivered_at=now if status is DeliveryStatus.DELIVERED else None,
            )
        )

    def log(self, *, status: str | None, limit: int) -> Sequence[dict[str, Any]]:
        """Return the newest deliveries with their last answer."""
        query = select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.id.desc()).limit(limit)
        if status:
            query = query.where(WebhookDeliveryRow.status == status)
        names = ("id", "message_id", "webhook_id", "status", "attempts", "due_at", "last_answer", "delivered_at")
        return [{name: getattr(row, name) for name in names} for row in self._session.scalars(query)]

    def deliveries_of(self, message_ids: Sequence[str]) -> Sequence[ReferralDelivery]:
        """Return how far messages are on their way."""
        query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.message_id.in_(message_ids))
        names = ReferralDelivery.model_fields
        return [
            ReferralDelivery(**{name: getattr(row, name) for name in names}) for row in self._session.scalars(query)
        ]

    def replay(self, delivery_id: int, now: datetime) -> None:
        """Queue a dead or delivered message again.

        Raises:
            NotFound: there is no such delivery, or its endpoint is subscribed no more.
        """
        row = self._session.get(WebhookDeliveryRow, delivery_id)
        if row is None:
            raise NotFound(f"没有投递记录 {delivery_id}")
        if self._session.get_one(WebhookRow, row.webhook_id).disabled_at:
            raise NotFound(f"投递记录 {delivery_id} 的订阅已退订")
        row.status, row.attempts, row.due_at = str(DeliveryStatus.PENDING), 0, now

    def _taken(self, query: Select[Any], limit: int) -> Sequence[Any]:
        """Lock rows that nobody else holds; SQLite has one writer, who holds them all."""
        limited = query.limit(limit)
        return self._session.scalars(limited.with_for_update(skip_locked=True) if self._postgres else limited).all()

    def _message(self, row: OutboxRow) -> OutboxMessage:
        payload = self._vault.open(row.payload["sealed"]) if "sealed" in row.payload else row.payload
        return OutboxMessage(id=row.id, topic=row.topic, payload=payload, created_at=row.created_at)

    def _webhook(self, row: WebhookRow) -> Webhook:
        told = {name: getattr(row, name) for name in Webhook.model_fields}
        return Webhook(**{**told, "secret": self._vault.open(row.secret), "topics": tuple(row.topics)})


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What holds for deliveries that are due to an endpoint in force."""
    in_force = select(WebhookRow.id).where(WebhookRow.disabled_at.is_(None))
    row, earlier, pending = WebhookDeliveryRow, aliased(WebhookDeliveryRow), str(DeliveryStatus.PENDING)
    of_one_subject = (earlier.subject == row.subject, earlier.webhook_id == row.webhook_id, earlier.id < row.id)
    overtakes = exists().where(*of_one_subject, earlier.status == pending)
    return row.status == pending, row.due_at <= now, row.webhook_id.in_(in_force), ~overtakes
