"""Referrals as rows: what lists filter by in columns, all else sealed; and the message numbers of each lane."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, NotFound
from app.domain.referral import Receiver, Referral
from app.domain.webhook import REFERRALS
from app.store.service_tables import ReferralRow, ReferralSequenceRow
from app.store.tables import OutboxRow
from app.store.tickets import moment_of
from app.store.vault import Vault
from app.store.writing import changes_one, insertion, put

_COLUMNS = ("id", "ticket_number", "receiver", "status", "severity", "demo", "version", "created_at", "due_at")
_SAID: dict[str, Any] = {"quote": "", "context": [], "confirmations": [], "receipts": [], "closing": None}


class SqlReferrals:
    """Referrals by id."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(self, referrals: Sequence[Referral]) -> None:
        """Insert new ones."""
        put(self._session, ReferralRow, [self._values(one) for one in referrals])

    def get(self, referral_id: str) -> Referral:
        """Return one; raises NotFound."""
        row = self._session.get(ReferralRow, referral_id)
        if row is None:
            raise NotFound(f"没有移送件 {referral_id}")
        return self._referral(row)

    def save(self, referral: Referral, *, expected_version: int) -> None:
        """Write a changed one; raises Conflict if the stored version is another."""
        change = (
            update(ReferralRow)
            .where(ReferralRow.id == referral.id, ReferralRow.version == expected_version)
            .values(**self._values(referral))
        )
        if not changes_one(self._session, change):
            raise Conflict(f"移送件 {referral.id} 已被他人处理，请刷新后重试")

    def page(self, filters: Mapping[str, str], *, after: str | None, limit: int) -> Sequence[Referral]:
        """Return up to `limit`, newest first, after an id.

        `filters`: a column's value, or `created_from`, `created_before`, `overdue_at` (moments), `demo` (true, false),
        `lanes` (separated by commas).
        """
        conditions: dict[str, Callable[[str], Any]] = {
            "created_from": lambda value: ReferralRow.created_at >= moment_of("created_from", value),
            "created_before": lambda value: ReferralRow.created_at < moment_of("created_before", value),
            "overdue_at": lambda value: ReferralRow.due_at < moment_of("overdue_at", value),
            "demo": lambda value: ReferralRow.demo.is_(value == "true"),
            "lanes": lambda value: ReferralRow.receiver.in_(value.split(",")),
        }
        query = select(ReferralRow).order_by(ReferralRow.id.desc()).limit(limit)
        if after:
            query = query.where(ReferralRow.id < after)
        for name, value in filters.items():
            made = conditions.get(name)
            query = query.where(made(value) if made else getattr(ReferralRow, name) == value)
        return [self._referral(row) for row in self._session.scalars(query)]

    def count_overdue(self, now: datetime, lanes: Collection[str]) -> int:
        """Return how many of some lanes are past their limit, practice left out."""
        late = (ReferralRow.due_at < now, ReferralRow.demo.is_(False), ReferralRow.receiver.in_(lanes))
        return self._session.scalar(select(func.count()).where(*late)) or 0

    def next_sequence(self, receiver: Receiver) -> int:
        """Return the number of a lane's next message; one that is not committed is given again."""
        values = insertion(self._session, ReferralSequenceRow).values(receiver=str(receiver), last=1)
        upsert = values.on_conflict_do_update(
            index_elements=[ReferralSequenceRow.receiver], set_={"last": ReferralSequenceRow.last + 1}
        ).returning(ReferralSequenceRow.last)
        last: int = self._session.execute(upsert).scalar_one()
        return last

    def forget(self, ticket_number: str) -> None:
        """Delete what was said, of a ticket's referrals and their messages."""
        for row in self._session.scalars(select(ReferralRow).where(ReferralRow.ticket_number == ticket_number)):
            row.sealed = self._vault.seal(self._vault.open(row.sealed) | _SAID)
        emptied: dict[str, Any] = {"deleted": True}
        sent = OutboxRow.id.startswith(f"{REFERRALS}{ticket_number}-", autoescape=True)
        self._session.execute(update(OutboxRow).where(sent).values(payload=emptied))

    def _values(self, referral: Referral) -> dict[str, Any]:
        body = referral.model_dump(mode="json", exclude={*_COLUMNS, "deliveries", "overdue"})
        columns = {name: getattr(referral, name) for name in _COLUMNS}
        words = {name: str(columns[name]) for name in ("receiver", "status", "severity")}
        return columns | words | {"sealed": self._vault.seal(body)}

    def _referral(self, row: ReferralRow) -> Referral:
        columns = {name: getattr(row, name) for name in _COLUMNS}
        return Referral.model_validate(columns | self._vault.open(row.sealed))
