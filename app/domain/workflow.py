"""The life of a ticket: which step may follow which, and what it needs, as one table.

The only place where a status changes.
"""

from enum import StrEnum
from typing import NamedTuple

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
    SUSPENDED = "suspended"
    """已挂起"""
    COMPLETED = "completed"
    """已反馈办结"""
    REVIEWED = "reviewed"
    """已审核"""
    REPLIED = "replied"
    """已回复"""
    EVALUATED = "evaluated"
    """已评价"""
    ARCHIVED = "archived"
    """已归档"""


class Step(StrEnum):
    """An action on a ticket."""

    ACCEPT = "accept"
    """受理"""
    DECLINE = "decline"
    """不予受理"""
    DIRECT_ANSWER = "direct_answer"
    """直接答复"""
    ASSIGN = "assign"
    """交办"""
    ACKNOWLEDGE = "acknowledge"
    """签收"""
    RETURN = "return"
    """退单"""
    APPROVE_RETURN = "approve_return"
    """同意退单"""
    REFUSE_RETURN = "refuse_return"
    """不同意退单"""
    REDISPATCH = "redispatch"
    """改派"""
    FEED_BACK = "feed_back"
    """反馈办结"""
    APPROVE = "approve"
    """审核通过"""
    SEND_BACK = "send_back"
    """退回重办"""
    REPLY = "reply"
    """回复诉求人"""
    EVALUATE = "evaluate"
    """评价"""
    REOPEN = "reopen"
    """重办"""
    ARCHIVE = "archive"
    """归档"""
    EXTEND = "extend"
    """延期"""
    SUSPEND = "suspend"
    """挂起"""
    RESUME = "resume"
    """恢复办理"""
    CORRECT = "correct"
    """更正字段"""


class StepRule(NamedTuple):
    """From which status to which a step leads, what its details must hold, and the event it leaves."""

    moves: dict[TicketStatus, TicketStatus]
    needs: tuple[str, ...]
    event: str


def _to(after: TicketStatus, *before: TicketStatus) -> dict[TicketStatus, TicketStatus]:
    return dict.fromkeys(before, after)


_S = TicketStatus
_OPEN = (_S.ASSIGNED, _S.IN_PROGRESS)
_LIVING = tuple(status for status in _S if status not in (_S.DECLINED, _S.ARCHIVED))
STEPS: dict[Step, StepRule] = {
    Step.ACCEPT: StepRule(_to(_S.ACCEPTED, _S.RECEIVED), (), "ticket_accepted"),
    Step.DECLINE: StepRule(_to(_S.DECLINED, _S.RECEIVED), ("reason",), "ticket_declined"),
    Step.DIRECT_ANSWER: StepRule(_to(_S.REPLIED, _S.RECEIVED, _S.ACCEPTED), ("text",), "ticket_answered_directly"),
    Step.ASSIGN: StepRule(_to(_S.ASSIGNED, _S.ACCEPTED), ("unit",), "ticket_assigned"),
    Step.ACKNOWLEDGE: StepRule(_to(_S.IN_PROGRESS, _S.ASSIGNED), (), "ticket_acknowledged"),
    Step.RETURN: StepRule(_to(_S.RETURN_REQUESTED, *_OPEN), ("reason",), "return_requested"),
    Step.APPROVE_RETURN: StepRule(_to(_S.ACCEPTED, _S.RETURN_REQUESTED), ("reason",), "return_approved"),
    Step.REFUSE_RETURN: StepRule(_to(_S.ASSIGNED, _S.RETURN_REQUESTED), ("reason",), "return_refused"),
    Step.REDISPATCH: StepRule(_to(_S.ASSIGNED, *_OPEN, _S.RETURN_REQUESTED), ("unit", "reason"), "ticket_redispatched"),
    Step.FEED_BACK: StepRule(_to(_S.COMPLETED, _S.IN_PROGRESS), ("text",), "ticket_completed"),
    Step.APPROVE: StepRule(_to(_S.REVIEWED, _S.COMPLETED), (), "completion_approved"),
    Step.SEND_BACK: StepRule(_to(_S.IN_PROGRESS, _S.COMPLETED), ("reason",), "completion_sent_back"),
    Step.REPLY: StepRule(_to(_S.REPLIED, _S.REVIEWED), ("text",), "ticket_replied"),
    Step.EVALUATE: StepRule(_to(_S.EVALUATED, _S.REPLIED), ("solved", "satisfied"), "ticket_evaluated"),
    Step.REOPEN: StepRule(_to(_S.IN_PROGRESS, _S.REPLIED, _S.EVALUATED), ("reason",), "ticket_reopened"),
    Step.ARCHIVE: StepRule(_to(_S.ARCHIVED, _S.REPLIED, _S.EVALUATED), (), "ticket_archived"),
    Step.EXTEND: StepRule({status: status for status in _OPEN}, ("days", "reason"), "deadline_extended"),
    Step.SUSPEND: StepRule(_to(_S.SUSPENDED, *_OPEN), ("reason",), "ticket_suspended"),
    Step.RESUME: StepRule(_to(_S.IN_PROGRESS, _S.SUSPENDED), (), "ticket_resumed"),
    Step.CORRECT: StepRule({status: status for status in _LIVING}, (), "field_corrected"),
}


def possible_steps(status: TicketStatus) -> tuple[Step, ...]:
    """Return the steps that may be taken from `status`."""
    return tuple(step for step, rule in STEPS.items() if status in rule.moves)


def transition(status: TicketStatus, step: Step) -> TicketStatus:
    """Return the status after `step`.

    Raises:
        InvalidTransition: `step` is not possible from `status`; the message names what is.
    """
    moves = STEPS[step].moves
    if status not in moves:
        possible = "、".join(possible_steps(status)) or "无"
        raise InvalidTransition(f"工单处于 {status} 状态，不能执行 {step}；可执行：{possible}")
    return moves[status]
