"""One pass over tickets as they come: each joins the issue it fits best, or starts one of its own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from app.decide.issue import affinity, choose_issue
from app.domain.duplicate import SimilarTicket, TicketFacts
from app.domain.thresholds import IssueRules
from app.understand.duplicate.reader import DuplicateReader

Members = Mapping[str, Sequence[tuple[str, datetime]]]
"""Numbers and times of each issue's latest members."""


def issue_fits(new: TicketFacts, members: Members, duplicates: DuplicateReader, rules: IssueRules) -> dict[str, float]:
    """Return how well a ticket fits each of some issues, by all of their latest members, found by search or not."""
    latest = {issue: own[-rules.members_compared :] for issue, own in members.items()}
    likely = duplicates.one_issue(new, [number for own in latest.values() for number, _ in own])
    fits = {}
    for issue, own in latest.items():
        known = [(likely[number], abs(new.created_at - at)) for number, at in own if number in likely]
        if known:
            fits[issue] = affinity([one for one, _ in known], [age for _, age in known], rules)
    return fits


class IssueGrouping:
    """Grouping that lives in memory: for batches and for measurement."""

    def __init__(self, duplicates: DuplicateReader, rules: IssueRules) -> None:
        self._duplicates = duplicates
        self._rules = rules
        self._issue_of: dict[str, str] = {}
        self._members: dict[str, list[tuple[str, datetime]]] = {}

    def add(self, new: TicketFacts, similar: Collection[SimilarTicket]) -> str:
        """Return the issue of a ticket, which is the number of its first ticket; `similar`: what search found."""
        near = {self._issue_of[one.facts.ticket_number] for one in similar}
        fits = issue_fits(new, {issue: self._members[issue] for issue in near}, self._duplicates, self._rules)
        issue = choose_issue(fits, self._rules) or new.ticket_number
        self._issue_of[new.ticket_number] = issue
        self._members.setdefault(issue, []).append((new.ticket_number, new.created_at))
        return issue
