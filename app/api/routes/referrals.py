"""/v1/referrals: proposals of the lanes, looked at, confirmed, sent, answered, taken back."""

from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query

from app.api.dependencies import AnyKey, Body, FlowsDep, OptionalBody, ReaderKey, ReferKey, clean, text_of
from app.domain.errors import InvalidInput
from app.domain.frozen import Frozen
from app.domain.lanes import Lane
from app.domain.referral import Receiver, Referral, ReferralStatus
from app.domain.risk import Severity
from app.learn.referral_statistics import LaneStatistics

router = APIRouter(prefix="/v1", tags=["移送"])
_LONGEST_ID = 32
Kind = TypeVar("Kind", bound=StrEnum)


class ReferralPage(Frozen):
    """A page of referrals; `next` is the cursor of the page after it."""

    referrals: tuple[Referral, ...]
    overdue: int
    """超过确认、发出或回执时限的件数，不论筛选条件，演示的不计。"""
    next: str | None


class ReferralToSend(Frozen):
    """A referral, and all that its receiver is sent of the ticket."""

    referral: Referral
    fields: dict[str, Any]


class ReceiptTaken(Frozen):
    """What a receiver learns of its receipt."""

    id: str
    status: ReferralStatus
    receipts: int


@router.get("/referrals", summary="移送件列表，新的在前")
def list_referrals(
    flows: FlowsDep,
    key: ReferKey,
    status: ReferralStatus | None = None,
    receiver: Receiver | None = None,
    ticket_number: Annotated[str | None, Query(max_length=20)] = None,
    overdue: Annotated[bool, Query(description="只看超过确认或回执时限的")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=_LONGEST_ID)] = None,
) -> ReferralPage:
    """每件附原话、前后文、确认情况、投递情况和回执；查看会留下记录。overdue 为超过时限的件数，next 为下一页的游标。"""
    given = {"status": status, "receiver": receiver, "ticket_number": ticket_number}
    filters = {name: clean(name, str(value)) for name, value in given.items() if value}
    cursor = clean("after", after) if after else None
    found = flows.referrals.page(filters, after=cursor, limit=limit, overdue=overdue, by=key)
    following = found[-1].id if len(found) == limit else None
    return ReferralPage(referrals=tuple(found), overdue=flows.referrals.overdue(by=key), next=following)


@router.post("/referrals", status_code=201, summary="人工提请移送")
def propose_referral(body: Body, flows: FlowsDep, key: ReaderKey) -> Referral:
    """规则没有提示而听到的：正文含 ticket_number、receiver、quote（诉求人原话），可含 severity（high、extreme）。"""
    return flows.referrals.propose(
        text_of(body, "ticket_number"),
        _one_of(Receiver, body, "receiver"),
        text_of(body, "quote"),
        severity=_one_of(Severity, {"severity": "high", **body}, "severity"),
        by=key,
    )


@router.get("/referrals:lanes", summary="移送渠道：接收机关、确认人数、时限、发送内容")
def list_lanes(flows: FlowsDep, _key: ReferKey) -> list[Lane]:
    """由知识库文件 rules/lanes.yaml 而定。"""
    return list(flows.reference.lanes.lanes)


@router.get("/referrals:statistics", summary="各移送渠道的统计")
def read_statistics(
    flows: FlowsDep,
    key: ReferKey,
    created_from: Annotated[str | None, Query(max_length=40)] = None,
    created_before: Annotated[str | None, Query(max_length=40)] = None,
) -> list[LaneStatistics]:
    """件数、时效、逾期、回执率和各规则的采纳情况；只统计工单，不统计人。"""
    given = {"created_from": created_from, "created_before": created_before}
    asked = {name: clean(name, value) for name, value in given.items() if value}
    return list(flows.referrals.statistics(asked, by=key))


@router.get("/referrals/{referral_id}", summary="查看移送件和将要发送的内容")
def read_referral(referral_id: str, flows: FlowsDep, key: ReferKey) -> ReferralToSend:
    """fields 为接收机关得到的全部内容；查看会留下记录。"""
    referral, fields = flows.referrals.get(clean("referral_id", referral_id), by=key)
    return ReferralToSend(referral=referral, fields=fields)


@router.post("/referrals/{referral_id}/confirm", summary="确认移送")
def confirm_referral(referral_id: str, body: OptionalBody, flows: FlowsDep, key: ReferKey) -> Referral:
    """可附 note。persons 为须确认的人数，同一人只算一次；满数后按渠道规定自动发出或者待发出。"""
    return flows.referrals.confirm(clean("referral_id", referral_id), _optional(body, "note"), by=key)


@router.post("/referrals/{referral_id}/decline", summary="不予移送")
def decline_referral(referral_id: str, body: Body, flows: FlowsDep, key: ReferKey) -> Referral:
    """正文含 reason。"""
    return flows.referrals.decline(clean("referral_id", referral_id), text_of(body, "reason"), by=key)


@router.post("/referrals/{referral_id}/send", summary="发出已确认的移送件")
def send_referral(referral_id: str, flows: FlowsDep, key: ReferKey) -> Referral:
    """写入待投递队列，投递失败会重试；尚未配置接收渠道的返回 409。"""
    return flows.referrals.send(clean("referral_id", referral_id), by=key)


@router.post("/referrals/{referral_id}/receipts", status_code=201, summary="登记回执")
def receive_receipt(referral_id: str, body: Body, flows: FlowsDep, key: AnyKey) -> ReceiptTaken:
    """正文含 text。联络员可直接登记；接收机关的密钥（权限 referrals:receipt）须给出移送件所附的 receipt_token。"""
    token = _optional(body, "receipt_token")
    made = flows.referrals.receive(clean("referral_id", referral_id), text_of(body, "text"), token, by=key)
    return ReceiptTaken(id=made.id, status=made.status, receipts=len(made.receipts))


@router.post("/referrals/{referral_id}/withdraw", summary="撤回移送")
def withdraw_referral(referral_id: str, body: Body, flows: FlowsDep, key: ReferKey) -> Referral:
    """正文含 reason；已发出的，另发撤回通知。"""
    return flows.referrals.withdraw(clean("referral_id", referral_id), text_of(body, "reason"), by=key)


def _one_of(kind: type[Kind], body: dict[str, Any], name: str) -> Kind:
    value, known = text_of(body, name), [one for one in kind if one is not Severity.NOTICE]
    if value not in known:
        raise InvalidInput(f"{name} 应为 {'、'.join(known)}", field=name)
    return kind(value)


def _optional(body: dict[str, Any], name: str) -> str | None:
    return text_of(body, name) if body.get(name) is not None else None
