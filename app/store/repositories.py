"""Deliveries, answers already given, API keys and feedback: domain types in and out, rows inside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app.domain.access import AccessKey
from app.domain.errors import Conflict, NotFound
from app.domain.events import Feedback
from app.domain.given_answer import GivenAnswer
from app.domain.ticket import IntakeResult
from app.store.tables import ApiKeyRow, DeliveryRow, FeedbackRow, IdempotencyRow
from app.store.vault import Vault
from app.store.writing import put

_BECAME = select(DeliveryRow.digest, DeliveryRow.result).where(DeliveryRow.call_id == bindparam("call_id"))
_PERSONAL = ("citizen.name", "citizen.phone")


class SqlDeliveries:
    """What the channels delivered, sealed."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(
        self, call_id: str, digest: str, raw: Mapping[str, Any], received_at: datetime, result: IntakeResult
    ) -> None:
        """Keep a delivery and what it became; the same call id twice is a Conflict."""
        row = {
            "call_id": call_id,
            "digest": digest,
            "raw": {"sealed": self._vault.seal(dict(raw))},
            "received_at": received_at,
            "result": {"sealed": self._vault.seal(result)},
        }
        put(self._session, DeliveryRow, [row])

    def find(self, call_id: str) -> tuple[str, IntakeResult] | None:
        """Return digest and result of an earlier delivery; raises Conflict where it was deleted since."""
        row = self._session.connection().execute(_BECAME, {"call_id": call_id}).one_or_none()
        if row is None or row.result is None:
            return None
        if row.result.get("deleted"):
            raise Conflict(f"通话 {call_id} 早先接收过，已按保存期限删除", field="id")
        return row.digest, IntakeResult.model_validate(self._opened(row.result))

    def payload(self, call_id: str) -> Mapping[str, Any]:
        """Return one payload as delivered; raises NotFound where it was deleted, or never came."""
        row = self._session.get(DeliveryRow, call_id)
        if row is None or row.raw.get("deleted"):
            raise NotFound(f"没有通话 {call_id} 的原文")
        payload: Mapping[str, Any] = self._opened(row.raw)
        return payload

    def known(self, call_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the call ids that were delivered before."""
        return frozenset(self._session.scalars(select(DeliveryRow.call_id).where(DeliveryRow.call_id.in_(call_ids))))

    def raw(self, *, after: str, limit: int) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Return call ids and payloads as they were delivered, by id: what a replay reads again."""
        query = select(DeliveryRow).where(DeliveryRow.call_id > after).order_by(DeliveryRow.call_id).limit(limit)
        return [
            (row.call_id, self._opened(row.raw)) for row in self._session.scalars(query) if not row.raw.get("deleted")
        ]

    def _opened(self, stored: Mapping[str, Any]) -> Any:
        return self._vault.open(stored["sealed"]) if "sealed" in stored else stored


class SqlIdempotencyRecords:
    """Answers already given, sealed: they hold names and numbers."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def find(self, key: str) -> GivenAnswer | None:
        """Return the answer given before, or None."""
        row = self._session.get(IdempotencyRow, key)
        return GivenAnswer.model_validate(self._vault.open(row.body)) if row else None

    def add(self, key: str, answer: GivenAnswer, created_at: datetime) -> None:
        """Keep an answer."""
        sealed = self._vault.seal(answer)
        row = IdempotencyRow(key=key, digest=answer.digest, status=answer.status, body=sealed, created_at=created_at)
        self._session.add(row)

    def forget_before(self, moment: datetime) -> None:
        """Drop the answers that were given earlier."""
        self._session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < moment))


class SqlAccessKeys:
    """API keys by hash."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: AccessKey, key_hash: str) -> None:
        """Keep a new key; a name twice is a Conflict."""
        row = ApiKeyRow(
            name=key.name,
            key_hash=key_hash,
            scopes=list(key.scopes),
            roles=list(key.roles),
            unit_code=key.unit_code,
            lanes=list(key.lanes),
            created_at=key.created_at,
            revoked_at=None,
        )
        self._session.add(row)
        self._session.flush()

    def find(self, key_hash: str) -> AccessKey | None:
        """Return the key with this hash unless it is revoked."""
        row = self._session.scalar(
            select(ApiKeyRow).where(ApiKeyRow.key_hash == key_hash, ApiKeyRow.revoked_at.is_(None))
        )
        return _access_key(row) if row else None

    def all(self) -> Sequence[AccessKey]:
        """Return every key, revoked ones too, oldest first."""
        return [_access_key(row) for row in self._session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at))]

    def revoke(self, name: str, revoked_at: datetime) -> None:
        """End a key; raises NotFound."""
        row = self._session.get(ApiKeyRow, name)
        if row is None:
            raise NotFound(f"没有名为 {name} 的密钥")
        row.revoked_at = row.revoked_at or revoked_at


class SqlFeedback:
    """What people said of results; a person's name or number among it is sealed."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(self, feedback: Feedback) -> None:
        """Keep one verdict."""
        row = feedback.model_dump(mode="python")
        if feedback.field in _PERSONAL and feedback.right_value is not None:
            row["right_value"] = self._vault.seal(feedback.right_value)
        self._session.add(FeedbackRow(**row))

    def about(self, fields: Sequence[str], *, limit: int) -> Sequence[Feedback]:
        """Return the newest verdicts on any of these fields, oldest first."""
        query = select(FeedbackRow).where(FeedbackRow.field.in_(fields)).order_by(FeedbackRow.id.desc()).limit(limit)
        rows = list(self._session.scalars(query))
        return [_feedback(row) for row in reversed(rows)]

    def since(self, fields: Sequence[str], *, after: int | None, limit: int) -> Sequence[tuple[int, Feedback]]:
        """Return verdicts with their numbers, oldest first: those above `after`, or the newest ones."""
        query = select(FeedbackRow).where(FeedbackRow.field.in_(fields)).limit(limit)
        if after is None:
            rows = list(self._session.scalars(query.order_by(FeedbackRow.id.desc())))[::-1]
        else:
            rows = list(self._session.scalars(query.where(FeedbackRow.id > after).order_by(FeedbackRow.id)))
        return [(row.id, _feedback(row)) for row in rows]


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(**{name: getattr(row, name) for name in Feedback.model_fields})


def _access_key(row: ApiKeyRow) -> AccessKey:
    return AccessKey(
        name=row.name,
        scopes=tuple(row.scopes),
        roles=tuple(row.roles),
        unit_code=row.unit_code,
        lanes=tuple(row.lanes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
