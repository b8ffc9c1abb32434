"""What is made from tickets for the city: figures, issues, warnings, reports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from app.domain.analytics import Dimension, Measures, Scope, TicketFact
from app.domain.early_warning import EarlyWarning, Signal, WarningStatus
from app.domain.issue import HotIssue, IssueMember, ToldPair
from app.domain.report import Report


class Analytics(Protocol):
    """Facts of tickets and the counts made from them; all of it can be made again from tickets and events."""

    def keep(self, facts: Sequence[TicketFact]) -> set[str]:
        """Write facts; return the days (ISO dates) of which the counts are no longer right."""

    def without_fact(self, ticket_numbers: Collection[str]) -> frozenset[str]:
        """Return those of the tickets that have no fact yet."""

    def add_words(self, words: Mapping[tuple[bool, str, str], int]) -> None:
        """Count words on: demo, day (ISO date), word → tickets; the empty word counts tickets."""

    def words(self, start: str, end: str, *, demo: bool) -> Mapping[str, int]:
        """Return tickets by word of a period, both days included."""

    def days_to_count(self) -> set[str]:
        """Return the days that have open tickets, whose counts change by the clock alone, and those not counted yet."""

    def count(self, days: Collection[str], now: datetime) -> None:
        """Count days again."""

    def sum_up(self, today: date) -> None:
        """Sum up the days of months that are over, where that is not done."""

    def forget(self) -> None:
        """Begin anew: no facts, no counts."""

    def grouped(self, dimension: Dimension, scope: Scope, now: datetime) -> Mapping[str, Measures]:
        """Return the measures of a scope by value of a dimension; unknown values are the empty text."""


class Issues(Protocol):
    """Tickets grouped by matter, and what people said of pairs."""

    def issue_of(self, ticket_numbers: Collection[str]) -> Mapping[str, str]:
        """Return the issues of those tickets that have one."""

    def members(self, issue_id: str, *, latest: int | None = None) -> Sequence[IssueMember]:
        """Return an issue's members, oldest first; the latest so many where asked."""

    def members_within(
        self, issue_ids: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[IssueMember]]:
        """Return the members that many issues had in a period, oldest first."""

    def put(self, member: IssueMember, issue_id: str) -> None:
        """Write down a ticket's issue, whichever it had before; who called is the ticket's own."""

    def leave(self, ticket_number: str) -> None:
        """Take a ticket out of its issue."""

    def keep(self, issue: HotIssue, now: datetime) -> None:
        """Write an issue as it stands."""

    def drop(self, issue_id: str) -> None:
        """Forget an issue that has no two members any more."""

    def changed_since(self, moment: datetime, *, limit: int) -> Sequence[str]:
        """Return the ids of issues changed after a moment, the longest unchanged first."""

    def active(
        self, *, start: datetime, end: datetime, least: int, demo: bool, filters: Mapping[str, str]
    ) -> Iterable[tuple[str, float, datetime]]:
        """Yield the issues that had tickets in a period: id, and the heat at the moment when that was reckoned."""

    def tell(self, pair: ToldPair) -> None:
        """Keep what a person said of two tickets; the last word counts."""

    def told(self, ticket_numbers: Collection[str] | None = None) -> Sequence[ToldPair]:
        """Return what people said of pairs that hold one of these tickets; of all without any named."""


class EarlyWarnings(Protocol):
    """Warnings that an area has many more requests of one category than usual."""

    def hourly(self, start: str, end: str, *, demo: bool) -> Iterable[tuple[str, int, str, str, int]]:
        """Return day, hour, district, second-level category and tickets of a period, both days included."""

    def add(self, signal: Signal, *, demo: bool, quiet_since: datetime) -> EarlyWarning | None:
        """Keep a warning; None where its cell was warned of since."""

    def page(self, *, status: WarningStatus | None, demo: bool, start: str, end: str) -> Sequence[EarlyWarning]:
        """Return the warnings raised in a period, newest first."""

    def get(self, warning_id: int) -> EarlyWarning:
        """Return a warning; raises NotFound."""

    def save(self, warning: EarlyWarning, *, was: WarningStatus) -> None:
        """Write a changed warning; raises Conflict where somebody changed it meanwhile."""

    def samples(self, warning: EarlyWarning, *, limit: int) -> Sequence[str]:
        """Return the newest of the tickets that a warning counted."""


class Reports(Protocol):
    """Reports as they were made."""

    def add(self, report: Report) -> Report:
        """Keep a report; return it with its number."""

    def has(self, occasion: str, *, demo: bool) -> bool:
        """Tell whether an occasion has its report."""

    def add_once(self, report: Report, occasion: str) -> bool:
        """Keep a report unless its occasion has one; return whether it is new."""

    def page(self, *, demo: bool, limit: int) -> Sequence[Report]:
        """Return reports, newest first."""

    def get(self, report_id: int) -> Report:
        """Return a report; raises NotFound."""
