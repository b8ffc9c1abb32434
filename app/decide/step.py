"""What a step needs, whether it may be taken now, and what it changes: Shandong practice for returns and extensions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.decide.visibility import DELETED
from app.decide.work_clock import WorkClock
from app.domain.deadline_rules import DeadlineRules, Span
from app.domain.errors import Forbidden, InvalidInput, InvalidTransition
from app.domain.events import TicketEvent
from app.domain.labels import DETAIL, MEETING, OUTCOME, labelled
from app.domain.ticket import Assistance, Ticket
from app.domain.unit import UnitName
from app.domain.workflow import STEP_LABELS, STEPS, MeetingReason, Outcome, Step, TicketStatus

RETURNS_BEFORE_MEETING = 3
_LONGEST = 5000
_MOST_DAYS = 60
_KINDS: dict[str, type] = {"days": int, "solved": bool, "satisfied": bool}
"""Details that are not text."""
_FORMS: dict[type, str] = {int: "，应为整数", bool: "，应为 true 或 false"}
_CHOICES: dict[str, tuple[str, ...]] = {"meeting": tuple(MeetingReason), "outcome": tuple(Outcome)}
_CHOICE_LABELS = {"meeting": MEETING, "outcome": OUTCOME}
GIVING = (Step.ASSIGN, Step.REDISPATCH, Step.CO_ASSIGN)
"""Steps that give a ticket to a unit."""
OF_A_CENTRE = (Step.REDISPATCH, Step.CO_ASSIGN)
"""A district's centre triages what was given to it: these it takes too, within its district."""
RULED = (Step.EXTEND, Step.REFUSE_EXTENSION, Step.APPROVE_RETURN, Step.REDISPATCH, Step.FEED_BACK)
"""After these no unit waits for an extension any more."""
OPTIONAL = ("note", "outcome")
"""`note` is for colleagues only: it never leaves the service with the public text."""


class Taken(NamedTuple):
    """A step about to be taken: all that its effect may depend on."""

    ticket: Ticket
    details: Mapping[str, Any]
    unit: UnitName | None
    """The unit that `details` names."""
    history: Sequence[TicketEvent]
    now: datetime
    clock: WorkClock
    rules: DeadlineRules
    members: Sequence[Ticket] = ()
    """The tickets joined under it, where the step is to end them too."""


def checked_details(step: Step, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details a step needs, each of its kind, and the optional ones that were given.

    Raises:
        InvalidInput: one is missing, empty or of another kind.
    """
    given = {name: details[name] for name in OPTIONAL if details.get(name) not in (None, "")}
    wanted = {name: details.get(name) for name in STEPS[step].needs}
    for name, value in (wanted | given).items():
        kind = _KINDS.get(name, str)
        right = isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
        if not right or (isinstance(value, str) and not value.strip()):
            raise InvalidInput(f"{STEP_LABELS[step]}须给出{DETAIL[name]}（{name}）{_FORMS.get(kind, '')}", field=name)
        _check_value(name, value)
    return wanted | given


def _check_value(name: str, value: object) -> None:
    if isinstance(value, str) and len(value) > _LONGEST:
        raise InvalidInput(f"{DETAIL[name]}（{name}）最长{_LONGEST}字", field=name)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise InvalidInput(f"{DETAIL[name]}应为{labelled(_CHOICES[name], _CHOICE_LABELS[name])}", field=name)
    if name == "days" and isinstance(value, int) and not 0 < value <= _MOST_DAYS:
        raise InvalidInput(f"{DETAIL[name]}（{name}）应为1至{_MOST_DAYS}的整数", field=name)


def check_unit(step: Step, ticket: Ticket, named: UnitName | None, unit: str) -> None:
    """Refuse what is not a unit's to do: the lead handles, who helps answers what it was asked, each in its own name.

    Raises:
        Forbidden: always then.
    """
    if step is Step.CO_FEED_BACK and named and named.unit_code != unit:
        raise Forbidden("协办反馈须由协办单位本单位提交")
    if step is not Step.CO_FEED_BACK and not _leads(ticket, unit):
        raise Forbidden(f"{STEP_LABELS[step]}须由主办单位执行，协办单位只提交协办反馈")


def offered(step: Step, ticket: Ticket, unit: str | None) -> bool:
    """Tell whether a step makes sense for a ticket as it stands; `unit`: the one that asks, None for the centre."""
    if step is Step.CO_FEED_BACK:
        waiting = [a.unit.unit_code for a in ticket.assisting if a.feedback is None]
        return bool(waiting) if unit is None else unit in waiting
    if step in GIVING and ticket.kept_from_units:
        return False
    if step is Step.EVALUATE and ticket.reply is None:
        return False
    if step is Step.ACCEPT and ticket.merged_into:
        return False
    if step is Step.REFUSE_EXTENSION and ticket.extension_requested is None:
        return False
    if step is Step.DIRECT_ANSWER and _is_with_a_unit(ticket):
        return False
    return unit is None or _leads(ticket, unit)


def _leads(ticket: Ticket, unit: str) -> bool:
    return ticket.handler is not None and ticket.handler.unit_code == unit


def _is_with_a_unit(ticket: Ticket) -> bool:
    return ticket.handler is not None and not ticket.kept_from_units


def effect(step: Step, taken: Taken) -> dict[str, Any]:
    """Return the fields of the ticket that a step changes beside status, version and deadline.

    Raises:
        InvalidTransition: it comes too late, or something else must come first.
        InvalidInput: a detail does not fit the ticket's history.
    """
    if step in GIVING and taken.ticket.kept_from_units:
        raise InvalidTransition(
            "工单涉及干部作风线索，对承办单位不可见，不能交办；请直接答复法定渠道，经移送联络员核定不予移送的方可交办"
        )
    changes = _EFFECTS.get(step, _nothing)(taken)
    return changes | ({"extension_requested": None} if step in RULED and taken.ticket.extension_requested else {})


def _nothing(_: Taken) -> dict[str, Any]:
    return {}


def _accepted(taken: Taken) -> dict[str, Any]:
    """Whoever was declined was told why: that is his answer no more."""
    if taken.ticket.merged_into:
        raise InvalidTransition("工单随主单不予受理，不能单独受理；请先撤销并单")
    if any(event.name == DELETED for event in taken.history):
        raise InvalidTransition("工单的个人信息已到期删除，不能再受理；请重新登记")
    return {"reply": None} if taken.ticket.status is TicketStatus.DECLINED else {}


def _given_to(taken: Taken) -> dict[str, Any]:
    code = taken.unit.unit_code if taken.unit else None
    rulings = [e for e in taken.history if e.name == "put_on_meeting" or _let_go(e, code)]
    if rulings and rulings[-1].name == "return_approved":
        raise InvalidInput("该单位的退单已获同意，不能再次交办；确需其办理的请先列入会商，按会商意见交办", field="unit")
    helping = taken.ticket.assisting
    kept = tuple(a for a in helping if a.unit.unit_code != code or a.feedback is not None)
    return {"handler": taken.unit} | ({"assisting": kept} if kept != helping else {})


def _let_go(event: TicketEvent, code: str | None) -> bool:
    return event.name == "return_approved" and event.data.get("unit") == code


def _return(taken: Taken) -> dict[str, Any]:
    given = [e.occurred_at for e in taken.history if e.name in ("ticket_assigned", "ticket_redispatched")]
    within = taken.rules.return_window.within
    if given and taken.now > taken.clock.add(given[-1], within):
        raise InvalidTransition(f"交办已超过{within.amount}个工作日，不能再退单；确需调整的，请由中心改派")
    return {}


def _return_approved(taken: Taken) -> dict[str, Any]:
    approved = 1 + sum(event.name == "return_approved" for event in taken.history)
    changes: dict[str, Any] = {"handler": None}
    return changes | ({"meeting": MeetingReason.THIRD_RETURN} if approved >= RETURNS_BEFORE_MEETING else {})


def _extension(taken: Taken) -> dict[str, Any]:
    most = taken.rules.extension.max.amount
    granted = sum(event.data["days"] for event in taken.history if event.name == "deadline_extended")
    if taken.details["days"] > most - granted:
        raise InvalidInput(f"累计延期不得超过{most}个工作日，已延期{granted}个", field="days")
    return {}


def _extension_refused(taken: Taken) -> dict[str, Any]:
    if taken.ticket.extension_requested is None:
        raise InvalidTransition("没有待审核的延期申请")
    return {}


def _co_assigned(taken: Taken) -> dict[str, Any]:
    ticket, unit = taken.ticket, taken.unit
    if unit is None or _leads(ticket, unit.unit_code) or any(_helps(a, unit) for a in ticket.assisting):
        raise InvalidInput("该单位已是主办或者协办单位", field="unit")
    by = taken.clock.add(taken.now, Span(amount=taken.details["days"], unit="working_day"))
    return {"assisting": (*ticket.assisting, Assistance(unit=unit, resolve_by=by))}


def _co_fed_back(taken: Taken) -> dict[str, Any]:
    waiting = [a for a in taken.ticket.assisting if _helps(a, taken.unit) and a.feedback is None]
    if not waiting:
        raise InvalidInput("该单位没有待反馈的协办事项", field="unit")
    done = waiting[0].model_copy(update={"feedback": taken.details["text"]})
    return {"assisting": tuple(done if a is waiting[0] else a for a in taken.ticket.assisting)}


def _helps(one: Assistance, unit: UnitName | None) -> bool:
    """Tell whether it is this unit's, whatever that was called when it was asked."""
    return unit is not None and one.unit.unit_code == unit.unit_code


def _fed_back(taken: Taken) -> dict[str, Any]:
    if _looked_at_again(taken) and "outcome" not in taken.details:
        raise InvalidInput(f"重办的工单反馈时须给出处理结果（outcome）：{labelled(Outcome, OUTCOME)}", field="outcome")
    return {}


def _looked_at_again(taken: Taken) -> bool:
    return any(event.name == "ticket_reopened" for event in taken.history)


def _answered_directly(taken: Taken) -> dict[str, Any]:
    if _is_with_a_unit(taken.ticket):
        raise InvalidTransition(
            "工单已交承办单位，须由其反馈、审核后回复；诉求人已撤回的请登记补充，由其据此反馈；其退单的，同意退单后可直接答复"
        )
    return {"reply": taken.details["text"]}


def _reopened(taken: Taken) -> dict[str, Any]:
    given = {} if taken.ticket.handler else {"status": TicketStatus.ACCEPTED}
    return {"solved": None, "satisfied": None, **given}


def _evaluated(taken: Taken) -> dict[str, Any]:
    if taken.ticket.reply is None:
        raise InvalidTransition("主单尚未回复诉求人，不能评价")
    return {name: taken.details[name] for name in ("solved", "satisfied")}


def _archived(taken: Taken) -> dict[str, Any]:
    unhappy = [t.ticket_number for t in (taken.ticket, *taken.members) if False in (t.solved, t.satisfied)]
    if unhappy and not _looked_at_again(taken):
        whose = "" if unhappy[0] == taken.ticket.ticket_number else f"并入的{'、'.join(unhappy)}"
        raise InvalidTransition(f"{whose}诉求人不满意或问题未解决的工单须再次核查：请先重办，再归档")
    return {}


_EFFECTS: dict[Step, Callable[[Taken], dict[str, Any]]] = {
    Step.ACCEPT: _accepted,
    Step.ASSIGN: _given_to,
    Step.REDISPATCH: _given_to,
    Step.RETURN: _return,
    Step.APPROVE_RETURN: _return_approved,
    Step.REQUEST_EXTENSION: lambda taken: _extension(taken) | {"extension_requested": taken.details["days"]},
    Step.EXTEND: _extension,
    Step.REFUSE_EXTENSION: _extension_refused,
    Step.CO_ASSIGN: _co_assigned,
    Step.CO_FEED_BACK: _co_fed_back,
    Step.FEED_BACK: _fed_back,
    Step.REPLY: lambda taken: {"reply": taken.details["text"]},
    Step.DECLINE: lambda taken: {"reply": taken.details["reason"]},
    Step.DIRECT_ANSWER: _answered_directly,
    Step.ARCHIVE: _archived,
    Step.EVALUATE: _evaluated,
    Step.REOPEN: _reopened,
    Step.ESCALATE: lambda _: {"escalated": True},
    Step.PUT_ON_MEETING: lambda taken: {"meeting": MeetingReason(taken.details["meeting"])},
}
