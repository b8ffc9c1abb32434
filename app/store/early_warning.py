"""Early warnings, and the hourly counts they are made from."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.city_time import CITY_TIME, midnight
from app.domain.early_warning import EarlyWarning, Signal, WarningStatus
from app.domain.errors import Conflict, NotFound
from app.store.analytics_tables import EarlyWarningRow, FactRow, below
from app.store.months import days_of
from app.store.tables import TicketRow
from app.store.writing import changes_one


class SqlEarlyWarnings:
    """Warnings by number; one cell has one in its quiet time."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hourly(self, start: str, end: str, *, demo: bool) -> Iterable[tuple[str, int, str, str, int]]:
        """Return day, hour, district, second-level category and tickets of a period, both days included."""
        second = func.substr(FactRow.leaf, 1, 4)
        query = select(FactRow.day, FactRow.hour, FactRow.district, second, func.count()).where(
            FactRow.demo.is_(demo), FactRow.day.between(start, end)
        )
        for row in self._session.execute(query.group_by(FactRow.day, FactRow.hour, FactRow.district, second)):
            yield row[0], row[1], row[2], row[3], row[4]

    def add(self, signal: Signal, *, demo: bool, quiet_since: datetime) -> EarlyWarning | None:
        """Keep a warning; None where its cell was warned of since."""
        earlier = select(EarlyWarningRow.id).where(
            EarlyWarningRow.demo.is_(demo),
            EarlyWarningRow.district == signal.district,
            EarlyWarningRow.category_code == signal.category_code,
            EarlyWarningRow.raised_at > quiet_since,
        )
        if self._session.scalar(earlier.limit(1)) is not None:
            return None
        row = EarlyWarningRow(**signal.model_dump(), demo=demo, status=str(WarningStatus.OPEN))
        self._session.add(row)
        self._session.flush()
        return _warning(row)

    def page(self, *, status: WarningStatus | None, demo: bool, start: str, end: str) -> Sequence[EarlyWarning]:
        """Return the warnings of a period, newest first: those of its last hour are raised as the next day begins."""
        query = select(EarlyWarningRow).where(
            EarlyWarningRow.demo.is_(demo),
            EarlyWarningRow.raised_at > midnight(date.fromisoformat(start)),
            EarlyWarningRow.raised_at <= midnight(date.fromisoformat(end)) + timedelta(days=1),
        )
        if status:
            query = query.where(EarlyWarningRow.status == str(status))
        return [_warning(row) for row in self._session.scalars(query.order_by(EarlyWarningRow.raised_at.desc()))]

    def get(self, warning_id: int) -> EarlyWarning:
        """Return a warning; raises NotFound."""
        row = self._session.get(EarlyWarningRow, warning_id)
        if row is None:
            raise NotFound(f"没有预警 {warning_id}")
        return _warning(row)

    def save(self, warning: EarlyWarning, *, was: WarningStatus) -> None:
        """Write a changed warning; raises Conflict where somebody changed it meanwhile."""
        change = (
            update(EarlyWarningRow)
            .where(EarlyWarningRow.id == warning.id, EarlyWarningRow.status == str(was))
            .values(**warning.model_dump(exclude={"id"}))
        )
        if not changes_one(self._session, change):
            raise Conflict(f"预警 {warning.id} 已由他人处理，请刷新")

    def samples(self, warning: EarlyWarning, *, limit: int) -> Sequence[str]:
        """Return the newest of the tickets that a warning counted."""
        first, last = (at.astimezone(CITY_TIME).date().isoformat() for at in (warning.since, warning.raised_at))
        query = (
            select(FactRow.ticket_number)
            .join(TicketRow, TicketRow.ticket_number == FactRow.ticket_number)
            .where(
                FactRow.demo.is_(warning.demo),
                FactRow.day.in_(days_of(first, last)),
                below(FactRow.leaf, warning.category_code),
                FactRow.district == warning.district,
                TicketRow.created_at >= warning.since,
                TicketRow.created_at < warning.raised_at,
            )
        )
        return self._session.scalars(query.order_by(FactRow.ticket_number.desc()).limit(limit)).all()


def _warning(row: EarlyWarningRow) -> EarlyWarning:
    return EarlyWarning.model_validate({name: getattr(row, name) for name in EarlyWarning.model_fields})
