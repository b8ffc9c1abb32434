"""Issues and their members: rows in, domain types out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.domain.issue import HotIssue, IssueMember, ToldPair
from app.store.issue_tables import IssueMemberRow, IssueRow, ToldPairRow
from app.store.tables import TicketRow
from app.store.writing import insertion

_MEMBER = tuple(IssueMember.model_fields)
_ISSUE = tuple(name for name in HotIssue.model_fields if name != "ticket_numbers")
_AT_ONCE = 500


class SqlIssues:
    """Tickets grouped by matter."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue_of(self, ticket_numbers: Collection[str]) -> Mapping[str, str]:
        """Return the issues of those tickets that have one."""
        columns = select(IssueMemberRow.ticket_number, IssueMemberRow.issue_id)
        found: dict[str, str] = {}
        numbers = sorted(ticket_numbers)
        for start in range(0, len(numbers), _AT_ONCE):
            part = columns.where(IssueMemberRow.ticket_number.in_(numbers[start : start + _AT_ONCE]))
            found |= {number: issue for number, issue in self._session.execute(part)}
        return found

    def members(self, issue_id: str, *, latest: int | None = None) -> Sequence[IssueMember]:
        """Return an issue's members, oldest first; the latest so many where asked."""
        query = select(IssueMemberRow).where(IssueMemberRow.issue_id == issue_id)
        query = query.order_by(IssueMemberRow.at.desc(), IssueMemberRow.ticket_number.desc()).limit(latest)
        return [_member(row) for row in reversed(self._session.scalars(query).all())]

    def members_within(
        self, issue_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[IssueMember]]:
        """Return the members that many issues had in a period, oldest first."""
        columns = [getattr(IssueMemberRow, name) for name in _MEMBER]
        found: dict[str, list[IssueMember]] = {issue: [] for issue in issue_ids}
        for first in range(0, len(issue_ids), _AT_ONCE):
            query = select(IssueMemberRow.issue_id, *columns).where(
                IssueMemberRow.issue_id.in_(issue_ids[first : first + _AT_ONCE]),
                IssueMemberRow.at >= start,
                IssueMemberRow.at < end,
            )
            for issue, *values in self._session.execute(query.order_by(IssueMemberRow.at)):
                found[issue].append(IssueMember.model_construct(**dict(zip(_MEMBER, values, strict=True))))
        return found

    def put(self, member: IssueMember, issue_id: str) -> None:
        """Write down a ticket's issue, whichever it had before; who called is the ticket's own."""
        values = {**member.model_dump(), "issue_id": issue_id}
        values["title"], values["place"] = member.title[:200], member.place and member.place[:200]
        caller = select(TicketRow.caller_hash).where(TicketRow.ticket_number == member.ticket_number)
        values["caller"] = caller.scalar_subquery()
        self._upsert(IssueMemberRow, values, ["ticket_number"])

    def leave(self, ticket_number: str) -> None:
        """Take a ticket out of its issue."""
        self._session.execute(delete(IssueMemberRow).where(IssueMemberRow.ticket_number == ticket_number))

    def keep(self, issue: HotIssue, now: datetime) -> None:
        """Write an issue as it stands."""
        values = {**issue.model_dump(include=set(_ISSUE)), "changed_at": now}
        values["title"], values["place"] = issue.title[:200], issue.place and issue.place[:200]
        self._upsert(IssueRow, values, ["issue_id"])

    def drop(self, issue_id: str) -> None:
        """Forget an issue that has no two members any more."""
        self._session.execute(delete(IssueRow).where(IssueRow.issue_id == issue_id))

    def changed_since(self, moment: datetime, *, limit: int) -> Sequence[str]:
        """Return the ids of issues changed after a moment, the longest unchanged first."""
        query = select(IssueRow.issue_id).where(IssueRow.changed_at > moment).order_by(IssueRow.changed_at).limit(limit)
        return self._session.scalars(query).all()

    def active(
        self, *, start: datetime, end: datetime, least: int, demo: bool, filters: Mapping[str, str]
    ) -> Iterable[tuple[str, float, datetime]]:
        """Yield the issues that had tickets in a period: id, and the heat at the moment when that was reckoned."""
        query = select(IssueRow.issue_id, IssueRow.heat, IssueRow.changed_at).where(
            IssueRow.demo.is_(demo), IssueRow.last_at >= start, IssueRow.first_at < end, IssueRow.tickets >= least
        )
        for name, value in filters.items():
            column = getattr(IssueRow, name)
            codes = [code for code in value.split(",") if code] if name == "category_code" else []
            below = (column.startswith(code, autoescape=True) for code in codes)
            query = query.where(or_(*below) if codes else column == value)
        yield from self._session.execute(query)

    def tell(self, pair: ToldPair) -> None:
        """Keep what a person said of two tickets; the last word counts."""
        first, second = sorted((pair.first, pair.second))
        self._upsert(ToldPairRow, pair.model_dump() | {"first": first, "second": second}, ["first", "second"])

    def told(self, ticket_numbers: Collection[str] | None = None) -> Sequence[ToldPair]:
        """Return what people said of pairs that hold one of these tickets; of all without any named."""
        query = select(ToldPairRow).order_by(ToldPairRow.at)
        if ticket_numbers is not None:
            numbers = sorted(ticket_numbers)
            query = query.where(or_(ToldPairRow.first.in_(numbers), ToldPairRow.second.in_(numbers)))
        rows = self._session.scalars(query)
        return [ToldPair(**{name: getattr(row, name) for name in ToldPair.model_fields}) for row in rows]

    def _upsert(self, table: Any, values: dict[str, Any], key: list[str]) -> None:
        made = insertion(self._session, table).values(**values)
        rest = {name: made.excluded[name] for name in values if name not in key}
        self._session.execute(made.on_conflict_do_update(index_elements=key, set_=rest))


def _member(row: IssueMemberRow) -> IssueMember:
    return IssueMember(**{name: getattr(row, name) for name in _MEMBER})
