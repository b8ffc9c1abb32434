"""Demo tickets: counted, and taken away with everything that hangs on their numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from app.domain.demo import DemoScript
from app.domain.errors import ReferenceDataError
from app.store.analytics_tables import (
    DailyCountRow,
    DailyWordRow,
    EarlyWarningRow,
    FactRow,
    MonthlyCountRow,
    MonthlyWordRow,
    ReportRow,
)
from app.store.issue_tables import IssueMemberRow, IssueRow
from app.store.reference.yaml_file import YamlFile
from app.store.service_tables import DeletionRow, ReadingPositionRow, ReferralRow, SensitiveReadRow, SupervisionOrderRow
from app.store.tables import DeliveryRow, EventRow, FeedbackRow, TicketRow, TicketUnitRow

HANGING_ON: tuple[Any, ...] = (
    EventRow,
    TicketUnitRow,
    FeedbackRow,
    SupervisionOrderRow,
    ReferralRow,
    SensitiveReadRow,
    DeletionRow,
    FactRow,
    IssueMemberRow,
)
"""Tables whose rows belong to a ticket by its number."""
MADE: tuple[Any, ...] = (DailyCountRow, MonthlyCountRow, DailyWordRow, MonthlyWordRow, EarlyWarningRow, ReportRow)
"""Tables whose rows say that they tell of demo tickets."""


class SqlDemo:
    """What is made up."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self) -> int:
        """Return how many demo tickets there are."""
        return self._session.scalar(select(func.count()).where(TicketRow.demo.is_(True))) or 0

    def remove(self) -> Sequence[str]:
        """Delete every demo ticket and all that is its own; return the numbers."""
        demo = select(TicketRow.ticket_number).where(TicketRow.demo.is_(True))
        numbers = self._session.scalars(demo).all()
        key = "ticket_number" if self._session.get_bind().dialect.name == "postgresql" else "CAST(rowid AS TEXT)"
        words = f"DELETE FROM ticket_words WHERE {key} IN (SELECT ticket_number FROM tickets WHERE demo)"
        self._session.execute(text(words))
        for table in HANGING_ON:
            self._session.execute(delete(table).where(table.ticket_number.in_(demo)))
        for made in MADE:
            self._session.execute(delete(made).where(made.demo.is_(True)))
        # SQLite gives the numbers of deleted events again.
        last = select(func.coalesce(func.max(EventRow.id), 0)).scalar_subquery()
        self._session.execute(
            update(ReadingPositionRow).where(ReadingPositionRow.event_id > last).values(event_id=last)
        )
        calls = select(TicketRow.call_id).where(TicketRow.demo.is_(True))
        self._session.execute(delete(DeliveryRow).where(DeliveryRow.call_id.in_(calls)))
        self._session.execute(delete(IssueRow).where(IssueRow.demo.is_(True)))
        self._session.execute(delete(TicketRow).where(TicketRow.demo.is_(True)))
        return numbers


def load_demo_script(file: Path) -> DemoScript:
    """Read the made-up calls.

    Raises:
        ReferenceDataError: the file is wrong; the message names line and key.
    """
    opened = YamlFile(file, file.parent)
    script = opened.parse(DemoScript) if not opened.problems else None
    if script is None:
        raise ReferenceDataError("演示数据有误：\n" + "\n".join(opened.problems))
    return script
