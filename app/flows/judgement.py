"""Everything decided about one demand, and the order it is decided in."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.decide.deadline import decide_deadline, held_of
from app.decide.duplicate import judge_duplicates
from app.decide.referral import decide_referrals, opened, told_of_lives
from app.decide.unit import decide_unit
from app.decide.urgency import decide_urgency
from app.decide.work_clock import WorkClock
from app.domain.decision import Deadline, UnitDecision
from app.domain.duplicate import DuplicateCandidate, TicketFacts
from app.domain.errors import Forbidden, InvalidInput
from app.domain.events import Feedback, Verdict
from app.domain.reading import CallReading, DemandReading
from app.domain.reference import ReferenceData
from app.domain.reference_rules import RouteFacts, StatutoryRoute
from app.domain.referral import Referral, ReferralProposal
from app.domain.risk import RiskReading, RiskSignal
from app.domain.ticket import Category, RequestKind, Subject, Ticket, Urgency
from app.domain.transcript import Transcript
from app.domain.unit import Precedent, UnitKind, UnitName, UnitReading
from app.domain.workflow import Step
from app.understand.duplicate.cited import cited_in
from app.understand.duplicate.reader import DuplicateReader
from app.understand.precedent import PrecedentReader
from app.understand.text_rules import Patterns


@dataclass(frozen=True)
class Judgement:
    """All decisions about one demand."""

    category: Category | None
    urgency: Urgency
    unit: UnitDecision
    deadline: Deadline
    duplicates: tuple[DuplicateCandidate, ...]
    referrals: tuple[ReferralProposal, ...]


class IntakePolicy:
    """Applies the city's rules to what was read."""

    def __init__(self, reference: ReferenceData, duplicates: DuplicateReader, precedents: PrecedentReader) -> None:
        self._precedents = precedents
        self._reference = reference
        self._duplicates = duplicates
        self.clock = WorkClock(reference.calendar)
        self.deadline_rules = reference.deadline
        self._statutory = tuple(
            (route, Patterns(route.patterns, route.exclude, window=reference.routing.window))
            for route in reference.routing.statutory_routes
        )
        self._key_projects = tuple(
            Patterns(rule.patterns, rule.exclude, window=reference.routing.window)
            for rule in reference.routing.key_projects
        )

    def clock_start(self, transcript: Transcript, received_at: datetime | None) -> datetime:
        """Return when a ticket's clock starts, until it is accepted: no later than it came in, whatever it says."""
        if received_at is None:
            return transcript.called_at
        return received_at if self.deadline_rules.clock_starts == "received" else min(transcript.called_at, received_at)

    def counted(self, ticket: Ticket, clock_start: datetime) -> dict[str, Any]:
        """Return what a new ticket's deadline is counted by: the rule as it is now, and when the clock starts."""
        rules, by = self.deadline_rules, ticket.deadline.rule_id if ticket.deadline else None
        held = (held_of(rule, rules) for rule in rules.rules if rule.id == by)
        return {"clock_start": clock_start.isoformat(), **next(held, {})}

    def judge(self, demand: DemandReading, transcript: Transcript, received_at: datetime | None = None) -> Judgement:
        """Decide one demand."""
        draft, reference = demand.draft, self._reference
        urgency = decide_urgency(draft.matter, demand.risk)
        referrals = decide_referrals(demand.risk, reference.referral)
        statutory = self._statutory_route(draft.matter, draft.request_kind)
        facts = RouteFacts(
            request_kind=draft.request_kind,
            subject=draft.subject,
            urgency=urgency,
            functions=tuple(f.label for f in demand.unit.functions[:1]),
            has_town=draft.place.town is not None,
            has_district=draft.place.district is not None,
            statutory_route=statutory is not None,
            key_project=self._is_of_key_project(draft.matter, draft.subject),
        )
        unit = decide_unit(
            demand.unit,
            draft.place,
            facts,
            reference,
            statutory=statutory,
            precedents=self._near(draft.content, transcript.called_at),
            referred=[proposal.receiver for proposal in referrals],
        )
        return Judgement(
            category=self._category(demand),
            urgency=urgency,
            unit=unit,
            deadline=decide_deadline(facts, reference.deadline, self.clock, self.clock_start(transcript, received_at)),
            duplicates=self._similar(demand, transcript),
            referrals=referrals,
        )

    def referrals(self, ticket: Ticket, transcript: Transcript) -> tuple[Referral, ...]:
        """Return the referrals that a new ticket's proposals begin."""
        return opened(ticket, transcript, self._reference.lanes, self.clock)

    def redecide(self, ticket: Ticket, reading: UnitReading, returned_by: Sequence[str]) -> UnitDecision:
        """Decide a stored ticket's unit again, without the units that handed it back."""
        statutory = self._statutory_route(ticket.content, ticket.request_kind)
        return decide_unit(
            reading,
            ticket.place,
            self.facts_of(ticket).model_copy(update={"statutory_route": statutory is not None}),
            self._reference,
            statutory=statutory,
            precedents=self._near(ticket.content, ticket.changed_at or ticket.created_at),
            referred=[proposal.receiver for proposal in ticket.referrals],
            returned_by=returned_by,
        )

    def facts_of(self, ticket: Ticket) -> RouteFacts:
        """Return what the rules look at of a stored ticket, but for a statutory route."""
        return RouteFacts(
            request_kind=ticket.request_kind,
            subject=ticket.subject,
            urgency=ticket.urgency,
            has_town=ticket.place.town is not None,
            has_district=ticket.place.district is not None,
            key_project=self._is_of_key_project(ticket.content, ticket.subject),
        )

    def _is_of_key_project(self, text: str, subject: Subject) -> bool:
        """Tell whether a business speaks of a key project; who lives beside one is a citizen like any other."""
        return subject is Subject.MARKET_ENTITY and any(rule.first(text) for rule in self._key_projects)

    def _near(self, content: str, now: datetime) -> tuple[Precedent, ...]:
        limits = self._reference.thresholds.unit
        return self._precedents.near(
            matter_of(content),
            least=limits.precedent_likeness,
            now=now,
            half_life_days=limits.precedent_half_life_days,
        )

    def notice(self, reading: CallReading) -> str | None:
        """Return what the operator must know at once: an emergency number, or why there is no ticket."""
        return self.danger(reading.risk) or reading.no_demand_reason

    def danger(self, risk: RiskReading) -> str | None:
        """Return what a caller in danger is told: an emergency number, and the lane's words where lives are meant."""
        lives = told_of_lives(risk, self._reference.referral, self._reference.lanes)
        return "".join(filter(None, (self.emergency_notice(risk.emergencies), lives))) or None

    def emergency_notice(self, emergencies: Sequence[RiskSignal]) -> str | None:
        """Return what to tell the caller: of the rule that saw the emergency, else of the first with its number."""
        routes = self._reference.routing.emergency_routes
        rules, numbers = {signal.rule_id for signal in emergencies}, {signal.signal for signal in emergencies}
        fitting = [r for r in routes if r.id in rules] or [r for r in routes if r.number in numbers]
        return fitting[0].tell_citizen if fitting else None

    def remember(self, ticket: Ticket, demand: DemandReading, transcript: Transcript) -> None:
        """Make a stored ticket findable as a duplicate."""
        self._duplicates.add(
            ticket_facts(
                ticket,
                text=demand.draft.matter,
                created_at=transcript.called_at,
                caller=transcript.caller_number,
            )
        )

    def forget(self, ticket_numbers: Collection[str]) -> None:
        """Propose tickets that are gone no more."""
        self._duplicates.forget(ticket_numbers)

    def precedents_of(self, ticket: Ticket, feedback: Feedback) -> tuple[Precedent, ...]:
        """Return what a verdict on the unit says of dispatching such a matter; nothing for other fields.

        Raises:
            InvalidInput: the right value is no unit's code or name.
        """
        if feedback.field not in UNIT_FIELDS:
            return ()
        if feedback.field == HANDLER:
            unit = self.unit_named(feedback.right_value, field="right_value").unit_code
            return self._precedents_from(ticket, [(unit, feedback.verdict is Verdict.ACCEPTED)], feedback.created_at)
        lead = lead_code(ticket)
        named = [(lead, feedback.verdict is Verdict.ACCEPTED)] if lead else []
        if feedback.verdict is Verdict.CORRECTED:
            named.append((self.unit_named(feedback.right_value, field="right_value").unit_code, True))
        return self._precedents_from(ticket, named, feedback.created_at)

    def learn(self, precedents: Sequence[Precedent]) -> None:
        """Let the next ticket of the kind profit at once."""
        if precedents:
            self._precedents.add(precedents)

    def unit_named(self, value: object, *, field: str) -> UnitName:
        """Return the unit with a code or name; raises InvalidInput for an unknown one."""
        if isinstance(value, str) and value in self._reference.unit_by_code:
            unit = self._reference.unit_by_code[value]
            return UnitName(unit_code=unit.unit_code, name=unit.name)
        if isinstance(value, str) and value in self._reference.unit_by_name:
            return self._reference.unit_by_name[value]
        raise InvalidInput(f"{field} 应为承办单位的代码或名称，收到 {value!r}", field=field)

    def is_centre(self, unit_code: str | None) -> bool:
        """Tell whether a unit is the centre of a district."""
        unit = self._reference.unit_by_code.get(unit_code or "")
        return unit is not None and unit.kind is UnitKind.DISTRICT_CENTRE

    def check_within(self, unit: UnitName, centre: str) -> None:
        """Refuse a unit that is not of a centre's district. Raises Forbidden."""
        area = self._reference.unit_by_code[centre].area_code
        if not self._reference.unit_by_code[unit.unit_code].area_code.startswith(area):
            raise Forbidden(f"区（市）中心只能交给本区（市）的单位；须由{unit.name}办理的，请说明理由退单")

    def _precedents_from(
        self, ticket: Ticket, units: Sequence[tuple[str, bool]], at: datetime
    ) -> tuple[Precedent, ...]:
        if ticket.demo or ticket.kept_from_units:
            return ()  # a precedent is named to the next ticket's unit
        known = self._reference.unit_by_code
        found = [(known[code], good) for code, good in units if code in known]
        return tuple(
            Precedent(
                ticket_number=ticket.ticket_number,
                text=matter_of(ticket.content),
                functions=tuple(unit.functions),
                good=good,
                at=at,
            )
            for unit, good in found
            if unit.functions
        )

    def _category(self, demand: DemandReading) -> Category | None:
        best = demand.unit.categories[:1]
        limit = self._reference.thresholds.category.suggest
        found = self._reference.categories.by_code
        if not best:
            return None
        return found[best[0].label] if best[0].score >= limit else found[best[0].label[:2]]

    def _similar(self, demand: DemandReading, transcript: Transcript) -> tuple[DuplicateCandidate, ...]:
        draft = demand.draft
        new = TicketFacts(
            ticket_number="",
            text=draft.matter,
            created_at=transcript.called_at,
            request_kind=draft.request_kind,
            district=draft.place.district,
            town=draft.place.town,
            detail=draft.place.detail,
            category=demand.unit.categories[0].label if demand.unit.categories else None,
            function=demand.unit.functions[0].label if demand.unit.functions else None,
            caller=transcript.caller_number,
            confidential=draft.citizen.confidential,
            demo=transcript.demo,
        )
        limits = self._reference.thresholds.duplicate
        cited = cited_in(transcript)
        similar = tuple(one for one in self._duplicates.similar(new, cited=cited) if one.facts.demo == new.demo)
        return judge_duplicates(self._duplicates.known(new), similar, self._reference.duplicate, limits, cited)

    def _statutory_route(self, matter: str, kind: RequestKind) -> StatutoryRoute | None:
        if kind in (RequestKind.CONSULTATION, RequestKind.PRAISE):
            return None
        return next((route for route, patterns in self._statutory if patterns.first(matter)), None)


HANDLER = "unit.handler"
"""Field of a verdict that a step implies: a unit (`right_value`) handed the ticket back, or saw it through."""
UNIT_FIELDS = ("unit", "unit.lead", HANDLER)
_FRAME = re.compile(r"^来[电信]人(?:反映|咨询|表扬)：|诉求：.*$")


def matter_of(content: str) -> str:
    """Return a ticket's content without the words that every ticket has."""
    return _FRAME.sub("", content)


def lead_code(ticket: Ticket) -> str | None:
    """Return the code of the unit that a ticket names as leading."""
    return ticket.unit.lead.unit_code if ticket.unit.lead else None


def ticket_facts(
    ticket: Ticket, *, text: str, created_at: datetime, caller: str | None, closed_at: datetime | None = None
) -> TicketFacts:
    """Return what later comparisons look at."""
    lead = ticket.unit.lead
    return TicketFacts(
        ticket_number=ticket.ticket_number,
        text=text,
        created_at=created_at,
        request_kind=ticket.request_kind,
        district=ticket.place.district,
        town=ticket.place.town,
        detail=ticket.place.detail,
        category=ticket.category.code if ticket.category else None,
        function=lead.unit_code.split(".", 1)[-1] if lead else None,
        caller=caller,
        confidential=ticket.citizen.confidential,
        demo=ticket.demo,
        closed_at=closed_at,
    )


def verdict_of_step(before: Ticket, after: Ticket, step: Step, actor: str, now: datetime) -> Feedback | None:
    """Return what a step says of dispatch: a unit handed the matter back, took it next, or saw it through."""
    unit, good = {
        Step.APPROVE_RETURN: (before.handler, False),
        Step.REDISPATCH: (after.handler, True),
        Step.ASSIGN: (after.handler if before.unit.excluded else None, True),
        Step.ARCHIVE: (after.handler, True),
    }.get(step, (None, True))
    if unit is None or after.demo:
        return None
    return Feedback(
        ticket_number=after.ticket_number,
        field=HANDLER,
        verdict=Verdict.ACCEPTED if good else Verdict.REJECTED,
        right_value=unit.unit_code,
        actor=actor,
        created_at=now,
    )
