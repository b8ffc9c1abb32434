"""Who sees what of a ticket: a unit its own tickets only, never a reporter who asked for confidentiality."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.access import AccessKey
from app.domain.decision import UnitDecision
from app.domain.events import TicketEvent
from app.domain.ticket import Citizen, Ticket

_FIGURE = "[0-9零〇一二两三四五六七八九幺]"
_PHONE = re.compile(
    rf"(?<!{_FIGURE})(?:[1一幺][ ，,-]?[3-9三四五六七八九](?:[ ，,-]?{_FIGURE}){{9}}|0\d{{2,3}}-?\d{{7,8}})"
    rf"(?!{_FIGURE})"
)
"""As written, and as dictated: 幺三九 一二三四 …"""
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚"
    "方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
_KIN = "儿子|闺女|女儿|媳妇|老婆|妻子|爱人|老公|丈夫|对象|老伴|父亲|母亲|爸爸?|妈妈?|爹|娘|[哥弟姐妹]+|孩子|孙子"
_SELF_NAMED = re.compile(
    rf"((?:(?:[我俺咱其]|本人)(?:家|的|家的)?(?:{_KIN})?|登记的?|名字|姓名|真名)(?:是|就)?叫|(?:^|[，,。；;！!？?\s])叫)"
    rf"([{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}(?=[，,。；;！!？?、\s\d（(]|$|电话|手机|住)"
)
"""How callers name themselves and their own, read or not: 俺叫马小六, 我儿子叫马小六."""
_LONG = 10
"""Digits from which on the first and the last of a number do not tell it."""
_OF_THE_CITIZEN = ("citizen.name", "citizen.phone")
_BY_WHO_CALLED = frozenset({"caller", "call_id"})
_INTERNAL = ("note", "citizen.name", "citizen.phone", "call_id", "member", "rules")
"""`rules` name the lanes a ticket was proposed to."""
_TEXTS = ("title", "content", "wants", "reply")
_OF_REFERRALS = "referral_"
DELETED = "personal_data_deleted"


def may_see(ticket: Ticket, by: AccessKey) -> bool:
    """Tell whether a ticket exists for its reader. What is said of officials' conduct never does for a unit.

    For an officer of some lanes only what is referred there does.
    """
    if by.lanes:
        return any(by.sees_lane(one.receiver) for one in ticket.referrals)
    unit = by.sees_only_unit()
    if unit is None:
        return True
    if ticket.kept_from_units:
        return False
    handling = {ticket.handler.unit_code if ticket.handler else None, *(a.unit.unit_code for a in ticket.assisting)}
    return unit in handling


def may_find(ticket: Ticket, asked: Mapping[str, str], by: AccessKey) -> bool:
    """Tell whether a search may end at a ticket.

    For a unit, none by who called ends at one that hides who did, nor one by words that it is not shown.
    """
    if by.sees_only_unit() is None or not _is_unknown(ticket):
        return may_see(ticket, by)
    return may_see(ticket, by) and not _BY_WHO_CALLED & set(asked) and _says(shown(ticket, by), asked.get("q", ""))


def _says(ticket: Ticket, words: str) -> bool:
    """Tell whether a ticket holds every pair of characters searched for, or is the one of that number."""
    place = ticket.place
    text = f"{ticket.title} {ticket.content} {place.district} {place.town} {place.detail}".lower()
    runs = "".join(c if c.isalnum() else " " for c in words.lower()).split()
    pairs = (run[at : at + 2] for run in runs for at in range(len(run) - 1))
    return words.strip() == ticket.ticket_number or all(pair in text for pair in pairs)


def may_pass_over(asked: Mapping[str, str], by: AccessKey) -> bool:
    """Tell whether a search may have hits that it may not end at."""
    return by.sees_only_unit() is not None and bool({"q", *_BY_WHO_CALLED} & set(asked))


def shown(ticket: Ticket, by: AccessKey) -> Ticket:
    """Return the ticket as its reader may see it: for a unit, who is confidential or spoke of officials is unknown."""
    if by.lanes:
        return ticket.model_copy(update={"referrals": tuple(r for r in ticket.referrals if by.sees_lane(r.receiver))})
    if by.sees_only_unit() is None:
        return ticket
    hidden: dict[str, object] = {"referrals": (), "duplicates": (), "members": ()}
    if ticket.speaks_of_officials:  # who was thought of, and which route the citizen was told of, say what it is about
        hidden["unit"] = UnitDecision(decision=ticket.unit.decision, lead=ticket.handler)
    if not _is_unknown(ticket):
        return ticket.model_copy(update=hidden)
    evidence = {path: quotes for path, quotes in ticket.evidence.items() if path.startswith("place.")}
    return ticket.model_copy(
        update={
            **hidden,
            "citizen": Citizen(confidential=True),
            "evidence": evidence,
            "call_id": "",
            **{part: without(getattr(ticket, part), name=ticket.citizen.name, phones=False) for part in _TEXTS},
        }
    )


def shown_history(ticket: Ticket, history: Sequence[TicketEvent], by: AccessKey) -> list[TicketEvent]:
    """Return the events without what is for the centre only, and without a citizen who stays unknown.

    Nobody reads there who the citizen was once that is deleted.
    """
    if any(event.name == DELETED for event in history):
        history = [event.model_copy(update={"data": _of_nobody(event.data)}) for event in history]
    if by.lanes:
        return [_without_rules(event) for event in history if by.sees_lane(event.data.get("receiver", by.lanes[0]))]
    if by.sees_only_unit() is None:
        return list(history)
    name = ticket.citizen.name if _is_unknown(ticket) else None
    return [
        event.model_copy(update={"data": without(_public(event.data), name=name, phones=not _is_unknown(ticket))})
        for event in history
        if not event.name.startswith(_OF_REFERRALS)
    ]


def _without_rules(event: TicketEvent) -> TicketEvent:
    return event.model_copy(update={"data": {key: value for key, value in event.data.items() if key != "rules"}})


def told_of_member(member: Ticket, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the history of a main ticket, which a unit may read, holds of words about a joined one."""
    if member.kept_from_units:
        return {}
    if not _is_unknown(member):
        return dict(details)
    return {key: without(value, name=member.citizen.name, phones=False) for key, value in details.items()}


def told_reply(ticket: Ticket) -> str:
    """Return the reply as other systems are told of it."""
    reply = ticket.reply or ""
    told: str = without(reply, name=ticket.citizen.name, phones=False) if _is_unknown(ticket) else reply
    return told


def _is_unknown(ticket: Ticket) -> bool:
    """Tell whether who asked stays unknown to units."""
    return ticket.citizen.confidential or ticket.speaks_of_officials


def is_sensitive(ticket: Ticket) -> bool:
    """Tell whether reading a ticket is itself put on record."""
    return ticket.citizen.confidential or bool(ticket.referrals)


def masked(text: str | None) -> str | None:
    """Return a text with telephone numbers masked: 139****0000."""
    return text and _PHONE.sub(lambda m: f"{m.group()[:3]}****{m.group()[-4:]}", text)


def without_papers(value: Any, *, names: bool) -> Any:
    """Return a text, or all that is in lists and mappings, without identity numbers.

    Unless `names` may stay, without the names that callers give of themselves and their own too.
    """
    if isinstance(value, list | tuple):
        return [without_papers(one, names=names) for one in value]
    if isinstance(value, dict):
        return {key: without_papers(one, names=names) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    told = _IDENTITY.sub("【证件号】", value)
    return told if names else _SELF_NAMED.sub(r"\1\2某", told)


def masked_number(number: str | None) -> str | None:
    """Return a telephone number of any form with its middle masked, a short one with nearly all of it."""
    return number and (f"{number[:3]}****{number[-4:]}" if len(number) >= _LONG else f"****{number[-2:]}")


def without(value: Any, *, name: str | None, phones: bool) -> Any:
    """Return a text, or all that is in lists and mappings, without a name and, unless `phones` may stay, numbers."""
    if isinstance(value, list | tuple):
        return [without(one, name=name, phones=phones) for one in value]
    if isinstance(value, dict):
        return {key: without(one, name=name, phones=phones) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    told = value if phones else masked(value) or ""
    return told.replace(name, f"{name[0]}某") if name and len(name) > 1 else told


def _public(data: dict[str, object]) -> dict[str, object]:
    return _of_nobody({key: value for key, value in data.items() if key not in _INTERNAL})


def _of_nobody(data: dict[str, object]) -> dict[str, object]:
    """Return what an event holds without the citizen that somebody put in or took out."""
    kept = dict(data)
    for part in ("old", "new"):
        fields = kept.get(part)
        if isinstance(fields, dict):
            kept[part] = {path: value for path, value in fields.items() if path not in _OF_THE_CITIZEN}
    return kept
