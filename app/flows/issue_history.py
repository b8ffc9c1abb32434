"""History grouped elsewhere: the store's tickets written out as `hotline group` reads them, its issues taken in."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.decide.visibility import is_sensitive
from app.domain.errors import InvalidInput
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.thresholds import IssueRules
from app.domain.ticket import Ticket
from app.flows.hot_issues import keep_issue, member_of, stored_facts

PAGE, ISSUES_AT_ONCE = 500, 100
_LINE = ("text", "district", "town", "detail", "category", "function")


class Loaded(NamedTuple):
    """What came of a result."""

    tickets: int
    issues: int
    left: int
    """Tickets that are not in the store, stay out of issues, or of which people have said where they belong."""


class IssueHistoryFlow:
    """Moves tickets out to be grouped, and issues in. What people said of a ticket stands."""

    def __init__(
        self, store: UnitOfWorkFactory, clock: Clock, rules: IssueRules, caller_key: Callable[[str], str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._caller_key = caller_key

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield every ticket that issues may hold, newest first; callers as keyed hashes."""
        after: str | None = None
        while True:
            with self._store(reading=True) as uow:
                tickets = uow.tickets.page(after=after, limit=PAGE, filters={"demo": "false"})
            if not tickets:
                return
            yield from (self._line(ticket) for ticket in tickets if not is_sensitive(ticket))
            after = tickets[-1].ticket_number

    def load(self, lines: Iterable[Mapping[str, Any]], progress: Callable[[int], None]) -> Loaded:
        """Take in lines of `id, issue`; the same lines again change nothing.

        Raises:
            InvalidInput: a line lacks one of them.
        """
        members: dict[str, list[str]] = {}
        for line in lines:
            if not (isinstance(line.get("id"), str) and isinstance(line.get("issue"), str)):
                raise InvalidInput("每行应为 {id, issue}", field="id")
            members.setdefault(line["issue"], []).append(line["id"])
        groups, loaded = list(members.values()), Loaded(0, 0, 0)
        for start in range(0, len(groups), ISSUES_AT_ONCE):
            with self._store() as uow:
                for group in groups[start : start + ISSUES_AT_ONCE]:
                    taken = self._take(uow, group)
                    loaded = Loaded(
                        loaded.tickets + taken, loaded.issues + (taken > 1), loaded.left + len(group) - taken
                    )  # fmt: skip
                    progress(len(group))
                uow.commit()
        return loaded

    def _take(self, uow: UnitOfWork, numbers: Sequence[str]) -> int:
        """Make some tickets one issue; return how many were."""
        told = {number for pair in uow.issues.told(numbers) for number in (pair.first, pair.second)}
        tickets = [t for t in uow.tickets.many(numbers) if not (is_sensitive(t) or t.demo or t.ticket_number in told)]
        if not tickets:
            return 0
        tickets.sort(key=lambda ticket: (ticket.created_at, ticket.ticket_number))
        issue, before = tickets[0].ticket_number, uow.issues.issue_of([ticket.ticket_number for ticket in tickets])
        moved = [ticket for ticket in tickets if before.get(ticket.ticket_number) != issue]
        for ticket in moved:
            uow.issues.put(member_of(ticket), issue)
        for changed in {issue, *before.values()} if moved else ():
            keep_issue(uow, changed, self._clock.now(), self._rules)
        return len(tickets)

    def _line(self, ticket: Ticket) -> dict[str, Any]:
        facts = stored_facts(ticket)
        line = {name: getattr(facts, name) for name in _LINE if getattr(facts, name)}
        caller = {"caller": self._caller_key(facts.caller)} if facts.caller else {}
        times = {"id": facts.ticket_number, "created_at": facts.created_at.isoformat(), "kind": facts.request_kind}
        return times | line | caller
