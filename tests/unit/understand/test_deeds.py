"""Deeds of earlier demands: done to what a demand names, and only to what ends as things they were done to."""

import numpy as np
import pytest

from app.domain.ticket import RequestKind
from app.understand.ticket.deeds import Deed, Deeds, deed_in
from app.understand.ticket.want_pieces import Asking

EARLIER = [["尽快维修路灯"], ["维修石凳", "赔偿损失"], ["清理垃圾堆"], ["查处乱倒垃圾"], ["维修电梯"]]


def asking(matter: str, kind: RequestKind, *objects: str) -> Asking:
    """Return a demand of which nothing is known but what it says and what it is about."""
    return Asking(kind, np.zeros(1), (), matter, (), objects, (), None, (), (), (), (), frozenset(), ())


@pytest.mark.parametrize(
    ("piece", "deed"),
    [
        ("维修石凳", Deed("维修", "石凳")),
        ("尽快维修路灯", Deed("尽快维修", "路灯")),
        ("退还多交的学费", Deed("退还", "多交的学费")),
        ("尽快开门", None),
        ("赔偿损失", None),
        ("石凳坏了", None),
    ],
)
def test_a_piece_is_a_deed_and_a_thing(piece: str, deed: Deed | None) -> None:
    assert deed_in(piece) == deed


def test_deeds_are_done_to_what_is_named() -> None:
    found = Deeds(EARLIER).asked(asking("公园的电梯和石凳都坏了", RequestKind.HELP), range(5), ())
    assert {"维修石凳", "维修电梯"} <= set(found)
    assert not any("路灯" in piece or "垃圾" in piece for piece in found), "nobody spoke of these"


def test_a_deed_is_not_done_to_what_it_never_was_done_to() -> None:
    found = Deeds(EARLIER).asked(asking("石凳坏了，找过妇联", RequestKind.HELP, "妇联"), range(5), ())
    assert "维修石凳" in found
    assert not any("妇联" in piece for piece in found)


def test_no_thing_is_punished_and_an_answer_is_no_deed() -> None:
    told = {kind: Deeds(EARLIER).asked(asking("垃圾堆和石凳", kind), range(5), ()) for kind in RequestKind}
    assert "清理垃圾堆" in told[RequestKind.REPORT]
    assert not any("查处" in piece for pieces in told.values() for piece in pieces)
    assert told[RequestKind.CONSULTATION] == ()


def test_what_was_asked_for_before_is_more_familiar() -> None:
    deeds = Deeds(EARLIER)
    known, likely, strange = (deeds.familiar(piece) for piece in ("维修石凳", "维修木凳", "清理石凳"))
    assert known > likely
    assert likely[2] > strange[2]
    assert not any(deeds.familiar("石凳坏了"))
