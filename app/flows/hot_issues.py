"""Issues kept up to date from the history: new tickets join, people's word counts, neighbours are looked at again."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from heapq import nlargest

from app.decide.issue import choose_issue, cooled, describe, heat, regroup
from app.decide.visibility import is_sensitive
from app.domain.duplicate import TicketFacts
from app.domain.errors import NotFound
from app.domain.events import TicketEvent
from app.domain.issue import HotIssue, IssueMember, ToldPair
from app.domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from app.domain.thresholds import IssueRules
from app.domain.ticket import Ticket
from app.domain.workflow import STEPS, Step, TicketStatus
from app.flows.grouping import issue_fits
from app.flows.judgement import matter_of, ticket_facts
from app.flows.referrals import PROPOSED
from app.understand.duplicate.reader import DuplicateReader

ENDED = (TicketStatus.DECLINED, TicketStatus.REPLIED, TicketStatus.EVALUATED, TicketStatus.ARCHIVED)
_READER = "issues"
RECEIVED = "ticket_received"
JOINED, PARTED = STEPS[Step.MERGE].event, STEPS[Step.UNMERGE].event
GROUPED_BY = (RECEIVED, STEPS[Step.CORRECT].event, PROPOSED)
"""Events after which a ticket may be one that is grouped, or one that is not any more."""
SETTLED = timedelta(seconds=2)
AT_ONCE = 100
"""Events a transaction, and issues a look."""
SPARE = 10
"""Times as many issues are looked at as are wanted for a period that is past: what is on file is the heat of today."""
SILENT = 10
"""Half-lives after which an issue is below a thousandth of its heat, if nobody spoke of it: others come first."""
LARGEST_LOOK = 60
"""Members that are grouped afresh together."""


class HotIssueFlow:
    """Groups every ticket that is neither confidential nor referred: those stay out of what many may see."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, duplicates: DuplicateReader, rules: IssueRules) -> None:
        self._store = store
        self._clock = clock
        self._duplicates = duplicates
        self._rules = rules
        self._writing = threading.Lock()
        self._looked_at = clock.now() - timedelta(days=1)

    def follow(self) -> int:
        """Take up what happened since the last time; return how many events that were."""
        names, done = (*GROUPED_BY, JOINED, PARTED), 0
        with self._writing:
            while True:
                with self._store() as uow:
                    settled = self._clock.now() - SETTLED
                    events = uow.events.after(uow.events.position(_READER), names, settled=settled, limit=AT_ONCE)
                    touched = {issue for _, event in events for issue in self._take(uow, event)}
                    for issue in touched:
                        keep_issue(uow, issue, self._clock.now(), self._rules)
                    if events:
                        uow.events.read_up_to(_READER, events[-1][0])
                    uow.commit()
                done += len(events)
                if len(events) < AT_ONCE:
                    return done

    def look_again(self) -> int:
        """Group afresh the issues that changed since the last look with their neighbours; return how many moved."""
        moved = 0
        with self._writing:
            since, self._looked_at = self._looked_at, self._clock.now()
            with self._store(reading=True) as uow:
                changed = uow.issues.changed_since(since, limit=AT_ONCE)
            for issue in changed:
                with self._store() as uow:
                    moved += self._regroup(uow, [issue, *self._neighbours(uow, issue)])
                    uow.commit()
        return moved

    def hottest(
        self, *, start: datetime, end: datetime, demo: bool, filters: Mapping[str, str], least: int | None, limit: int
    ) -> list[HotIssue]:
        """Return the issues with most people lately, hottest first; heat and trend are those at the period's end."""
        now = min(self._clock.now(), end)
        with self._store(reading=True) as uow:
            wanted = least or self._rules.least_tickets
            spare = SPARE if end < self._clock.now() else 2
            for since in (max(start, end - SILENT * timedelta(days=self._rules.half_life_days)), start):
                active = uow.issues.active(start=since, end=end, least=wanted, demo=demo, filters=filters)
                warmth = ((cooled(then, at, now, self._rules), issue) for issue, then, at in active)
                warmest = nlargest(spare * limit, warmth)
                if len(warmest) >= limit:
                    break
            inside = uow.issues.members_within([issue for _, issue in warmest], start, end)
        ranked = sorted(
            ((issue, members) for issue, members in inside.items() if len(members) >= wanted),
            key=lambda pair: (-heat(pair[1], now, self._rules), pair[0]),
        )
        return [describe(issue, members, now, self._rules) for issue, members in ranked[:limit]]

    def _take(self, uow: UnitOfWork, event: TicketEvent) -> set[str]:
        """Take up one event; return the issues it touched."""
        try:
            ticket = uow.tickets.get(event.ticket_number)
        except NotFound:
            return set()
        if event.name in GROUPED_BY:
            grouped = set(uow.issues.issue_of([ticket.ticket_number]).values())
            if is_sensitive(ticket):
                uow.issues.leave(ticket.ticket_number)
                return grouped
            return set() if grouped else {self._assign(uow, ticket)}
        told = self._said(uow, event)
        if told is None:
            return set()
        uow.issues.tell(told)
        issues = uow.issues.issue_of((told.first, told.second))
        self._regroup(uow, sorted(set(issues.values())))
        return set()

    def _said(self, uow: UnitOfWork, event: TicketEvent) -> ToldPair | None:
        """Return the pair that a join, or the end of one, speaks of."""
        if event.name == JOINED:
            other: str | None = event.data["into"]
        else:
            known = [t for t in uow.issues.told((event.ticket_number,)) if t.together]
            other = next((_other(t, event.ticket_number) for t in reversed(known)), None)
        return (other and ToldPair(
            first=event.ticket_number,
            second=other,
            together=event.name == JOINED,
            by=event.actor,
            at=event.occurred_at,
        )) or None  # fmt: skip

    def _assign(self, uow: UnitOfWork, ticket: Ticket) -> str:
        facts = stored_facts(ticket)
        similar = [
            one
            for one in self._duplicates.similar(facts)
            if one.facts.demo == facts.demo and one.facts.ticket_number != ticket.ticket_number
        ]
        issue_of = uow.issues.issue_of([one.facts.ticket_number for one in similar])
        members = {
            issue: [(m.ticket_number, m.at) for m in uow.issues.members(issue, latest=self._rules.members_compared)]
            for issue in set(issue_of.values())
        }
        fits = issue_fits(facts, members, self._duplicates, self._rules)
        issue = choose_issue(fits, self._rules) or ticket.ticket_number
        uow.issues.put(member_of(ticket), issue)
        return issue

    def _neighbours(self, uow: UnitOfWork, issue: str) -> list[str]:
        """Return the issues of what resembles an issue's latest ticket, likeliest first."""
        latest = uow.issues.members(issue, latest=1)
        similar = self._duplicates.similar(stored_facts(uow.tickets.get(latest[0].ticket_number))) if latest else ()
        ranked = sorted(similar, key=lambda one: -one.score)[:10]
        issue_of = uow.issues.issue_of([one.facts.ticket_number for one in ranked])
        found = [issue_of[one.facts.ticket_number] for one in ranked if one.facts.ticket_number in issue_of]
        return [other for other in dict.fromkeys(found) if other != issue]

    def _regroup(self, uow: UnitOfWork, issues: Sequence[str]) -> int:
        """Group the members of some issues afresh; return how many changed their issue."""
        before: dict[str, str] = {}
        members: list[IssueMember] = []
        for issue in issues:
            own = uow.issues.members(issue)
            if len(members) + len(own) > LARGEST_LOOK:
                continue
            members += own
            before |= {member.ticket_number: issue for member in own}
        told = uow.issues.told(tuple(before))
        likely = self._likely(uow, members)
        groups = regroup(
            members,
            lambda one, other: likely.get(frozenset((one.ticket_number, other.ticket_number)), 0.0),
            self._rules,
            together=frozenset(frozenset((t.first, t.second)) for t in told if t.together),
            apart=frozenset(frozenset((t.first, t.second)) for t in told if not t.together),
        )
        moved = 0
        for group in groups:
            issue = group[0].ticket_number
            for member in group:
                if before[member.ticket_number] != issue:
                    uow.issues.put(member, issue)
                    moved += 1
        for issue in {*before.values(), *(group[0].ticket_number for group in groups)} if moved else ():
            keep_issue(uow, issue, self._clock.now(), self._rules)
        return moved

    def _likely(self, uow: UnitOfWork, members: Sequence[IssueMember]) -> dict[frozenset[str], float]:
        numbers = [member.ticket_number for member in members]
        found: dict[frozenset[str], float] = {}
        for i, number in enumerate(numbers[1:], start=1):
            scores = self._duplicates.one_issue(stored_facts(uow.tickets.get(number)), numbers[:i])
            found |= {frozenset((number, other)): score for other, score in scores.items()}
        return found


def keep_issue(uow: UnitOfWork, issue: str, now: datetime, rules: IssueRules) -> None:
    """Write down what an issue looks like from outside, once its members are written."""
    members = uow.issues.members(issue)
    if len(members) < 2:
        uow.issues.drop(issue)
    else:
        uow.issues.keep(describe(issue, members, now, rules), now)


def member_of(ticket: Ticket) -> IssueMember:
    """Return what grouping keeps of a ticket."""
    return IssueMember(
        ticket_number=ticket.ticket_number,
        title=ticket.title,
        at=ticket.created_at,
        district=ticket.place.district,
        town=ticket.place.town,
        place=ticket.place.detail,
        category_code=ticket.category.code if ticket.category else None,
        demo=ticket.demo,
    )


def stored_facts(ticket: Ticket) -> TicketFacts:
    """Return what comparisons look at, of a ticket from the store."""
    return ticket_facts(
        ticket,
        text=matter_of(ticket.content),
        created_at=ticket.created_at,
        caller=ticket.citizen.phone,
        closed_at=ticket.changed_at if ticket.status in ENDED else None,
    )


def _other(pair: ToldPair, ticket_number: str) -> str:
    return pair.second if pair.first == ticket_number else pair.first
