"""Reports as they were made."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.report import Report
from app.store.analytics_tables import ReportRow
from app.store.writing import insertion


class SqlReports:
    """Reports by number."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, report: Report) -> Report:
        """Keep a report; return it with its number."""
        row = ReportRow(**_columns(report))
        self._session.add(row)
        self._session.flush()
        return report.model_copy(update={"id": row.id})

    def has(self, occasion: str, *, demo: bool) -> bool:
        """Tell whether an occasion has its report."""
        query = select(ReportRow.id).where(ReportRow.demo.is_(demo), ReportRow.occasion == occasion)
        return self._session.scalar(query) is not None

    def add_once(self, report: Report, occasion: str) -> bool:
        """Keep a report unless its occasion has one; return whether it is new."""
        made = insertion(self._session, ReportRow).values(**_columns(report), occasion=occasion)
        once = made.on_conflict_do_nothing(index_elements=["demo", "occasion"])
        return self._session.scalar(once.returning(ReportRow.id)) is not None

    def page(self, *, demo: bool, limit: int) -> Sequence[Report]:
        """Return reports, newest first."""
        query = select(ReportRow).where(ReportRow.demo.is_(demo)).order_by(ReportRow.id.desc()).limit(limit)
        return [_report(row) for row in self._session.scalars(query)]

    def get(self, report_id: int) -> Report:
        """Return a report; raises NotFound."""
        row = self._session.get(ReportRow, report_id)
        if row is None:
            raise NotFound(f"没有报告 {report_id}")
        return _report(row)


def _columns(report: Report) -> dict[str, Any]:
    body = report.model_dump(mode="json", exclude={"id"})
    return {"demo": report.demo, "made_at": report.made_at, "body": body}


def _report(row: ReportRow) -> Report:
    return Report.model_validate({**row.body, "id": row.id})
