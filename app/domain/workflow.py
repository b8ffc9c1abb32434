"""The life of a ticket: which step may follow which, and what it needs, as one table.

The only place where a status changes.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from app.domain.access import Role
from app.domain.errors import InvalidTransition
from app.domain.labels import TICKET_STATUS, possible


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
    MERGED = "merged"
    """已并入主单"""


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
    HANDLE = "handle"
    """办理进展"""
    CO_ASSIGN = "co_assign"
    """交协办单位"""
    CO_FEED_BACK = "co_feed_back"
    """协办反馈"""
    REQUEST_EXTENSION = "request_extension"
    """申请延期"""
    EXTEND = "extend"
    """同意延期"""
    REFUSE_EXTENSION = "refuse_extension"
    """不同意延期"""
    ESCALATE = "escalate"
    """提级办理"""
    PUT_ON_MEETING = "put_on_meeting"
    """列入月度会商"""
    FOLLOW_UP = "follow_up"
    """诉求人补充、催问"""
    SUSPEND = "suspend"
    """挂起"""
    RESUME = "resume"
    """恢复办理"""
    CORRECT = "correct"
    """更正字段"""
    MERGE = "merge"
    """并入主单"""
    UNMERGE = "unmerge"
    """撤销并单"""


class Outcome(StrEnum):
    """What a second look at an unsolved or unsatisfying ticket came to."""

    SOLVED = "solved"
    """已解决"""
    EXPLAINED = "explained"
    """已解释"""
    PERSUADED = "persuaded"
    """已疏导"""


class MeetingReason(StrEnum):
    """Why a ticket is on the list of the monthly meeting."""

    POLICY_GAP = "policy_gap"
    """政策空白"""
    UNCLEAR_DUTY = "unclear_duty"
    """职责不清"""
    THIRD_RETURN = "third_return"
    """三次退单"""


class StepRule(NamedTuple):
    """From which status to which a step leads, who may take it, what its details must hold, the event it leaves."""

    moves: dict[TicketStatus, TicketStatus]
    roles: tuple[Role, ...]
    needs: tuple[str, ...]
    event: str


def _to(after: TicketStatus, *before: TicketStatus) -> dict[TicketStatus, TicketStatus]:
    return dict.fromkeys(before, after)


def _stay(*statuses: TicketStatus) -> dict[TicketStatus, TicketStatus]:
    return {status: status for status in statuses}


_S = TicketStatus
_OPEN = (_S.ASSIGNED, _S.IN_PROGRESS)
_LIVING = tuple(status for status in _S if status not in (_S.DECLINED, _S.ARCHIVED))
_JOINABLE = tuple(status for status in _LIVING if status is not _S.MERGED)
_BEGUN = tuple(status for status in _LIVING if status is not _S.RECEIVED)
_OPERATOR, _REVIEWER, _UNIT, _SUPERVISOR = Role.OPERATOR, Role.REVIEWER, Role.UNIT, Role.SUPERVISOR
_DESK = (_OPERATOR, _REVIEWER)
STEPS: dict[Step, StepRule] = {
    Step.ACCEPT: StepRule(_to(_S.ACCEPTED, _S.RECEIVED, _S.DECLINED), _DESK, (), "ticket_accepted"),
    Step.DECLINE: StepRule(_to(_S.DECLINED, _S.RECEIVED), _DESK, ("reason",), "ticket_declined"),
    Step.DIRECT_ANSWER: StepRule(
        _to(_S.REPLIED, _S.RECEIVED, _S.ACCEPTED, *_OPEN, _S.RETURN_REQUESTED),
        _DESK,
        ("text",),
        "ticket_answered_directly",
    ),
    Step.ASSIGN: StepRule(_to(_S.ASSIGNED, _S.ACCEPTED), _DESK, ("unit",), "ticket_assigned"),
    Step.ACKNOWLEDGE: StepRule(_to(_S.IN_PROGRESS, _S.ASSIGNED), (_UNIT,), (), "ticket_acknowledged"),
    Step.RETURN: StepRule(_to(_S.RETURN_REQUESTED, *_OPEN), (_UNIT,), ("reason",), "return_requested"),
    Step.APPROVE_RETURN: StepRule(_to(_S.ACCEPTED, _S.RETURN_REQUESTED), (_REVIEWER,), ("reason",), "return_approved"),
    Step.REFUSE_RETURN: StepRule(_to(_S.ASSIGNED, _S.RETURN_REQUESTED), (_REVIEWER,), ("reason",), "return_refused"),
    Step.REDISPATCH: StepRule(
        _to(_S.ASSIGNED, *_OPEN, _S.RETURN_REQUESTED), (_REVIEWER,), ("unit", "reason"), "ticket_redispatched"
    ),
    Step.HANDLE: StepRule(_stay(_S.IN_PROGRESS), (_UNIT,), ("text",), "progress_noted"),
    Step.CO_ASSIGN: StepRule(_stay(*_OPEN), _DESK, ("unit", "days"), "ticket_co_assigned"),
    Step.CO_FEED_BACK: StepRule(_stay(*_BEGUN), (_UNIT,), ("unit", "text"), "co_handling_completed"),
    Step.FEED_BACK: StepRule(_to(_S.COMPLETED, _S.IN_PROGRESS), (_UNIT,), ("text",), "ticket_completed"),
    Step.APPROVE: StepRule(_to(_S.REVIEWED, _S.COMPLETED), (_REVIEWER,), (), "completion_approved"),
    Step.SEND_BACK: StepRule(_to(_S.IN_PROGRESS, _S.COMPLETED), (_REVIEWER,), ("reason",), "completion_sent_back"),
    Step.REPLY: StepRule(_to(_S.REPLIED, _S.REVIEWED), _DESK, ("text",), "ticket_replied"),
    Step.EVALUATE: StepRule(
        _to(_S.EVALUATED, _S.REPLIED) | _stay(_S.EVALUATED, _S.MERGED),
        _DESK,
        ("solved", "satisfied"),
        "ticket_evaluated",
    ),
    Step.REOPEN: StepRule(_to(_S.IN_PROGRESS, _S.REPLIED, _S.EVALUATED), _DESK, ("reason",), "ticket_reopened"),
    Step.ARCHIVE: StepRule(_to(_S.ARCHIVED, _S.REPLIED, _S.EVALUATED), _DESK, (), "ticket_archived"),
    Step.REQUEST_EXTENSION: StepRule(_stay(*_OPEN), (_UNIT,), ("days", "reason"), "extension_requested"),
    Step.EXTEND: StepRule(_stay(*_OPEN), (_REVIEWER,), ("days", "reason"), "deadline_extended"),
    Step.REFUSE_EXTENSION: StepRule(_stay(*_OPEN), (_REVIEWER,), ("reason",), "extension_refused"),
    Step.SUSPEND: StepRule(_to(_S.SUSPENDED, *_OPEN), (_REVIEWER,), ("reason",), "ticket_suspended"),
    Step.RESUME: StepRule(_to(_S.IN_PROGRESS, _S.SUSPENDED), (_REVIEWER,), (), "ticket_resumed"),
    Step.ESCALATE: StepRule(_stay(_S.ACCEPTED, *_OPEN), (_REVIEWER, _SUPERVISOR), ("reason",), "ticket_escalated"),
    Step.PUT_ON_MEETING: StepRule(
        _stay(_S.ACCEPTED, *_OPEN, _S.RETURN_REQUESTED),
        (_REVIEWER, _SUPERVISOR),
        ("meeting", "reason"),
        "put_on_meeting",
    ),
    Step.FOLLOW_UP: StepRule(_stay(*_LIVING), _DESK, ("text",), "citizen_followed_up"),
    Step.CORRECT: StepRule(_stay(*_LIVING), (*_DESK, _SUPERVISOR), (), "field_corrected"),
    Step.MERGE: StepRule(_to(_S.MERGED, *_JOINABLE), _DESK, ("into",), "ticket_merged"),
    Step.UNMERGE: StepRule(_to(_S.RECEIVED, _S.MERGED, _S.ARCHIVED, _S.DECLINED), _DESK, ("reason",), "merge_undone"),
}
"""ACCEPT takes back what was declined by mistake. UNMERGE gives the ticket back the status it had: RECEIVED stands for
it here. A main ticket that has come to its end may be left too: whoever was joined to the wrong one was never answered.
REOPEN without a unit that had it leads to ACCEPTED. DIRECT_ANSWER takes a ticket from a unit only where no unit may
know of it. In EVALUATE each caller of joined tickets speaks for himself, and the last word counts."""
REVIEWS: dict[str, dict[bool, Step]] = {
    "review_return": {True: Step.APPROVE_RETURN, False: Step.REFUSE_RETURN},
    "review": {True: Step.APPROVE, False: Step.SEND_BACK},
    "review_extension": {True: Step.EXTEND, False: Step.REFUSE_EXTENSION},
}
"""A review is one call with `approved`; its two ends are steps of their own."""
OPEN_STATUSES = (_S.RECEIVED, _S.ACCEPTED, *_OPEN, _S.RETURN_REQUESTED, _S.COMPLETED, _S.REVIEWED)
"""Where the clock runs: not suspended, not yet replied."""


def possible_steps(status: TicketStatus, *, joined: bool = False) -> tuple[Step, ...]:
    """Return the steps that may be taken from `status`; `joined`: the ticket is under a main one."""
    leaves = joined or status is TicketStatus.MERGED
    return tuple(step for step, rule in STEPS.items() if status in rule.moves and (leaves or step is not Step.UNMERGE))


def transition(
    status: TicketStatus, step: Step, *, joined: bool = False, mine: Collection[Step] = tuple(Step)
) -> TicketStatus:
    """Return the status after `step`; `mine`: what is for whoever asks.

    Raises:
        InvalidTransition: `step` is not possible from `status`; the message names what is, and is theirs.
    """
    found = possible_steps(status, joined=joined)
    if step not in found:
        said = possible((one for one in found if one in mine), STEP_LABELS)
        raise InvalidTransition(f"工单{TICKET_STATUS[status]}，不能{STEP_LABELS[step]}；{said}")
    return STEPS[step].moves[status]


STEP_LABELS: dict[Step, str] = {
    Step.ACCEPT: "受理", Step.DECLINE: "不予受理", Step.DIRECT_ANSWER: "直接答复", Step.ASSIGN: "交办",
    Step.ACKNOWLEDGE: "签收", Step.RETURN: "退单", Step.APPROVE_RETURN: "同意退单", Step.REFUSE_RETURN: "不同意退单",
    Step.REDISPATCH: "改派", Step.HANDLE: "办理进展", Step.CO_ASSIGN: "交协办", Step.CO_FEED_BACK: "协办反馈",
    Step.FEED_BACK: "反馈办结", Step.APPROVE: "审核通过", Step.SEND_BACK: "退回重办", Step.REPLY: "回复诉求人",
    Step.EVALUATE: "评价", Step.REOPEN: "重办", Step.ARCHIVE: "归档", Step.REQUEST_EXTENSION: "申请延期",
    Step.EXTEND: "同意延期", Step.REFUSE_EXTENSION: "不同意延期", Step.SUSPEND: "挂起", Step.RESUME: "恢复办理",
    Step.ESCALATE: "提级办理", Step.PUT_ON_MEETING: "列入会商", Step.FOLLOW_UP: "补充或催问", Step.CORRECT: "更正字段",
    Step.MERGE: "并入主单", Step.UNMERGE: "撤销并单",
}  # fmt: skip
EVENT_LABELS = {rule.event: STEP_LABELS[step] for step, rule in STEPS.items()} | {
    "ticket_received": "收到",
    "member_joined": "他单并入",
    "member_left": "他单撤出",
    "reply_shared": "随主单回复",
    "extension_shared": "随主单延期",
    "suspension_shared": "随主单挂起",
    "resumption_shared": "随主单恢复",
    "reopening_shared": "随主单重办",
    "member_archived": "随主单归档",
    "member_declined": "随主单不予受理",
    "acceptance_shared": "随主单受理",
    "ticket_supervised": "督办",
    "deadline_recounted": "按日历重算时限",
    "personal_data_deleted": "到期删除个人信息",
    "referral_proposed": "提请移送",
    "referral_confirmed": "确认移送",
    "referral_declined": "不予移送",
    "referral_sent": "移送发出",
    "referral_received": "移送回执",
    "referral_withdrawn": "撤回移送",
    "referral_overdue": "移送超时",
}
