"""The life of a ticket: which step may follow which, as one table. The only place where a status changes."""

from enum import StrEnum

from app.domain.errors import InvalidTransition


class TicketStatus(StrEnum):
    """工单状态"""

    RECEIVED = "received"
    """待受理"""
    ACCEPTED = "accepted"
    """已受理"""
    DECLINED = "declined"
    """不予受理"""
    ASSIGNED = "assigned"
    """已交办"""
    RETURN_REQUESTED = "return_requested"
    """退单待审核"""
    IN_PROGRESS = "in_progress"
    """办理中"""
    COMPLETED = "completed"
    """已反馈办结"""
    REPLIED = "replied"
    """已回复"""
    ARCHIVED = "archived"
    """已归档"""


class Step(StrEnum):
    """An action on a ticket."""

    ACCEPT = "accept"
    """受理"""
    DECLINE = "decline"
    """不予受理"""
    ASSIGN = "assign"
    """交办"""
    CORRECT = "correct"
    """更正字段"""


TRANSITIONS: dict[Step, dict[TicketStatus, TicketStatus]] = {
    Step.ACCEPT: {TicketStatus.RECEIVED: TicketStatus.ACCEPTED},
    Step.DECLINE: {TicketStatus.RECEIVED: TicketStatus.DECLINED},
    Step.ASSIGN: {TicketStatus.ACCEPTED: TicketStatus.ASSIGNED},
    Step.CORRECT: {
        status: status for status in TicketStatus if status not in (TicketStatus.DECLINED, TicketStatus.ARCHIVED)
    },
}


def possible_steps(status: TicketStatus) -> tuple[Step, ...]:
    """Return the steps that may be taken from `status`."""
    return tuple(step for step, moves in TRANSITIONS.items() if status in moves)


def transition(status: TicketStatus, step: Step) -> TicketStatus:
    """Return the status after `step`.

    Raises:
        InvalidTransition: `step` is not possible from `status`; the message names what is.
    """
    moves = TRANSITIONS[step]
    if status not in moves:
        possible = "、".join(possible_steps(status)) or "无"
        raise InvalidTransition(f"工单处于 {status} 状态，不能执行 {step}；可执行：{possible}")
    return moves[status]
