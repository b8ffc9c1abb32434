"""What the knowledge base lacks, what of it is no longer right, what could be added, and what of it is used."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from app.decide.knowledge_upkeep import faults_by_day, faults_by_pair
from app.domain.errors import Conflict, InvalidInput, ServiceUnavailable
from app.domain.events import Verdict
from app.domain.knowledge import Article, ConsultationAnswer
from app.domain.knowledge_upkeep import ArticleFault, ArticleUsage, Gap, KnowledgeEvent
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.thresholds import UpkeepLimits
from app.domain.ticket import Ticket
from app.domain.workflow import TicketStatus
from app.flows.exports import nobodys
from app.flows.knowledge import KnowledgeFlow
from app.learn.deidentified import deidentified
from app.understand.likeness import grouped, likeness, pairs_of

CLOSED = (TicketStatus.REPLIED, TicketStatus.EVALUATED, TicketStatus.ARCHIVED)
MOST_EVENTS = 5000
PAGE = 500
MINED_SOURCE = "12345历史答复（待核实依据）"


class KnowledgeUpkeepFlow:
    """Keeps what was asked, and finds what an editor should look at."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, knowledge: KnowledgeFlow, limits: UpkeepLimits) -> None:
        self._store = store
        self._clock = clock
        self._knowledge = knowledge
        self._limits = limits

    def note(self, answer: ConsultationAnswer) -> ConsultationAnswer:
        """Keep the question, de-identified, with what became of it; return the answer with its id.

        A store that cannot be written, as on a full disk, leaves it without one: nobody waits for a note.
        """
        answer_id = str(uuid.uuid4())
        event = KnowledgeEvent(
            answer_id=answer_id,
            question=deidentified(answer.question),
            article_id=answer.citations[0].article_id if answer.citations else None,
            refusal=answer.refusal.code if answer.refusal else None,
            asked_at=self._clock.now(),
        )
        try:
            with self._store() as uow:
                uow.knowledge_events.add(event)
                uow.commit()
        except ServiceUnavailable:
            return answer
        return answer.model_copy(update={"answer_id": answer_id})

    def rate(self, answer_id: str, verdict: str) -> None:
        """Write down whether an answer was adopted; raises InvalidInput or NotFound."""
        if verdict not in set(Verdict):
            raise InvalidInput(f"verdict 应为 {'、'.join(Verdict)}", field="verdict")
        with self._store() as uow:
            uow.knowledge_events.rate(answer_id, Verdict(verdict))
            uow.commit()

    def gaps(self, *, days: int) -> list[Gap]:
        """Return questions without a good answer, those alike together, the most asked first."""
        with self._store(reading=True) as uow:
            events = uow.knowledge_events.unanswered(since=self._since(days), limit=MOST_EVENTS)
        groups = grouped([event.question for event in events], self._limits.same_question)
        gaps = [_gap([events[place] for place in places]) for places in groups]
        return sorted(gaps, key=lambda gap: -gap.count)

    def usage(self, *, days: int) -> list[ArticleUsage]:
        """Return every published article with how often it was cited and adopted, the most cited first."""
        with self._store(reading=True) as uow:
            counts = uow.knowledge_events.counts(since=self._since(days))
        hits: Counter[str] = Counter()
        rated: Counter[tuple[str, str | None]] = Counter()
        for article_id, verdict, count in counts:
            hits[article_id] += count
            rated[article_id, verdict] += count
        used = [
            ArticleUsage(
                article_id=article.id,
                title=article.title,
                hits=hits[article.id],
                accepted=rated[article.id, Verdict.ACCEPTED],
                rejected=rated[article.id, Verdict.REJECTED] + rated[article.id, Verdict.CORRECTED],
            )
            for article in self._all("published")
        ]
        return sorted(used, key=lambda one: -one.hits)

    def faults(self) -> list[ArticleFault]:
        """Return the published articles that expired, are stale, say the same or contradict each other."""
        articles = list(self._all("published"))
        with self._store(reading=True) as uow:
            changed = {id_: moment.date() for id_, moment in uow.articles.changed_at().items()}
        today: date = self._clock.now().date()
        titles = {article.id: pairs_of(article.title) for article in articles}
        asked = {a.id: {pairs_of(text) for text in (a.title, *a.questions)} for a in articles}
        alike = {
            (one, other): 1.0 if asked[one] & asked[other] else likeness(titles[one], titles[other])
            for one, other in combinations(sorted(titles), 2)
        }
        return [
            *faults_by_day(articles, changed, today, self._limits),
            *faults_by_pair(articles, alike, self._limits),
        ]

    def mine(self, *, actor: str, limit: int = PAGE) -> list[Article]:
        """Keep drafts made of closed tickets and their replies; what is known, or made up for practice, is left out."""
        known = [pairs_of(text) for article in self._all(None) for text in (article.title, *article.questions)]
        made = []
        for ticket in self._answered():
            asked = pairs_of(deidentified(ticket.title))
            if any(likeness(asked, other) >= self._limits.same_question for other in known):
                continue
            try:
                made.append(self._knowledge.create(_draft_fields(ticket), actor=actor))
            except (Conflict, InvalidInput):
                continue
            known.append(asked)
            if len(made) == limit:
                break
        return made

    def _answered(self) -> Iterator[Ticket]:
        with self._store(reading=True) as uow:
            for status in CLOSED:
                for ticket in uow.tickets.each({"status": status}):
                    enough = len(ticket.reply or "") >= self._limits.least_reply
                    open_ = not (ticket.demo or ticket.citizen.confidential or ticket.referrals)
                    if enough and ticket.satisfied is not False and open_:
                        yield ticket

    def _all(self, status: str | None) -> Iterator[Article]:
        after = ""
        while page := self._knowledge.page(status=status, after=after, limit=PAGE):
            yield from page
            after = page[-1].id

    def _since(self, days: int) -> datetime:
        return self._clock.now() - timedelta(days=days)


def _gap(events: Sequence[KnowledgeEvent]) -> Gap:
    questions = tuple(dict.fromkeys(event.question for event in events))
    return Gap(
        example=questions[0],
        questions=questions[:10],
        count=len(events),
        badly_rated=sum(event.verdict is not None for event in events),
        last_asked=max(event.asked_at for event in events),
        articles=tuple(sorted({event.article_id for event in events if event.article_id})),
    )


def _draft_fields(ticket: Ticket) -> dict[str, Any]:
    unit = ticket.handler or ticket.unit.lead
    owner = unit.unit_code.split(".", 1)[-1] if unit else ""
    asked = str(nobodys(ticket.wants or ticket.content, ticket))[:60]
    return {
        "id": f"faq-{ticket.ticket_number}",
        "title": nobodys(ticket.title, ticket),
        "questions": [asked],
        "source": MINED_SOURCE,
        "region": ticket.place.district or "枣庄市",
        "owner": owner,
        "body": nobodys(ticket.reply or "", ticket),
    }
