"""Drafts for a person to look over: the note of a supervision order, a paragraph of a report. Nothing is sent."""

from collections.abc import Sequence
from typing import Any, Protocol

from app.domain.paragraph import Paragraph
from app.domain.ports import UnitOfWorkFactory
from app.observability import Metrics


class WritesParagraphs(Protocol):
    """Words facts by a language model."""

    def write(self, inputs: dict[str, Any], facts: Sequence[str], *, plain: str) -> Paragraph:
        """Return a paragraph that says no more than the facts, or the plain one and why."""


class ParagraphFlow:
    """Without a language model the plain text is the draft."""

    def __init__(
        self,
        store: UnitOfWorkFactory,
        notes: WritesParagraphs | None,
        reports: WritesParagraphs | None,
        metrics: Metrics | None = None,
    ) -> None:
        self._store = store
        self._notes = notes
        self._reports = reports
        self._metrics = metrics or Metrics()

    def urging_note(self, order_id: int) -> Paragraph:
        """Return a note for a supervision order; number and unit stand in it, and no date that is not the ticket's."""
        with self._store(reading=True) as uow:
            order = uow.supervision.get(order_id)
            ticket = uow.tickets.get(order.ticket_number)
        if self._notes is None:
            return Paragraph(text=order.note)
        by = ticket.deadline.resolve_by.strftime("%Y年%m月%d日%H:%M") if ticket.deadline else "未定"
        facts = [f"工单号{ticket.ticket_number}", f"办结时限{by}", order.reason]
        inputs = {"ticket": ticket.title, "unit": order.receiver, "facts": facts}
        borne_out = [ticket.ticket_number, order.receiver, ticket.title, *facts]
        return self._counted(self._notes.write(inputs, borne_out, plain=order.note))

    def report(self, period: str, figures: Sequence[str]) -> Paragraph:
        """Return a paragraph on the figures of a period, each figure a phrase: `受理工单 1200 件`."""
        plain = f"{period}，{'；'.join(figures)}。"
        if self._reports is None:
            return Paragraph(text=plain)
        inputs = {"period": period, "figures": list(figures)}
        return self._counted(self._reports.write(inputs, [*figures, period], plain=plain))

    def _counted(self, paragraph: Paragraph) -> Paragraph:
        self._metrics.count_result("paragraph", paragraph.degraded_reason is not None)
        return paragraph
