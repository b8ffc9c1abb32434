"""What is sent arrives once, in its order, by the address or the folder of its lane."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.errors import Conflict, InvalidTransition
from app.domain.referral import Receiver
from app.flows.registry import Flows
from app.respond.file_drop import read_drop
from tests.integration.conftest import SetClock
from tests.integration.referral_steps import FIRST, SECOND, proposed, queued, subscribed
from tests.integration.webhook_receiver import receiver


def test_nothing_is_sent_to_nobody(stored: Flows, clock: SetClock) -> None:
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    stored.referrals.confirm(one.id, None, by=FIRST)
    assert stored.referrals.confirm(one.id, None, by=SECOND).status == "confirmed"
    with pytest.raises(Conflict, match="接收渠道"):
        stored.referrals.send(one.id, by=FIRST)
    stored.relay.subscribe("http://127.0.0.1:9/none", [], by="desk")  # everything: but no referral
    with pytest.raises(Conflict, match="接收渠道"):
        stored.referrals.send(one.id, by=FIRST)
    clock.move(minutes=16)
    assert [late.id for late in stored.referrals.page({}, after=None, limit=9, overdue=True, by=FIRST)] == [one.id]
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    assert stored.referrals.send(one.id, by=FIRST).status == "sent"


def test_a_withdrawal_tells_the_receiver_and_nothing_of_the_citizen(stored: Flows) -> None:
    subscribed(stored, Receiver.POLITICAL_LEGAL)
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    with pytest.raises(InvalidTransition):
        stored.referrals.withdraw(one.id, "误报", by=FIRST)
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    taken_back = stored.referrals.withdraw(one.id, "本人已平安，系误会", by=FIRST)
    assert taken_back.status == "withdrawn"
    first, second = queued(stored)
    assert (first["kind"], second["kind"], second["fields"]) == ("referred", "withdrawn", {})
    assert [first["sequence"], second["sequence"]] == [1, 2]
    assert second["recalls"] == {"id": taken_back.message_id, "sequence": 1}
    assert stored.referrals.receive(one.id, "已撤销", None, by=FIRST).status == "withdrawn"


def test_what_was_delivered_into_a_folder_is_recalled_there(stored: Flows, tmp_path: Path) -> None:
    kept = stored.relay.drop_into(tmp_path, Receiver.POLITICAL_LEGAL, by="desk")
    one = proposed(stored, Receiver.POLITICAL_LEGAL)
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    stored.relay.run_once()
    assert stored.referrals.get(one.id, by=FIRST)[0].deliveries[0].status == "delivered"
    stored.referrals.withdraw(one.id, "本人已平安，系误会", by=FIRST)
    stored.relay.run_once()
    shown, _ = stored.referrals.get(one.id, by=FIRST)
    assert {made.message_id for made in shown.deliveries} == {shown.message_id, shown.recall_id}
    assert {made.status for made in shown.deliveries} == {"delivered"}
    events, faults = read_drop(tmp_path, "political_legal", kept.secret)
    assert faults == []
    assert [event["type"].rsplit(".", 1)[1] for event in events] == ["referred", "withdrawn"]
    assert events[1]["data"]["recalls"] == {"id": events[0]["id"], "sequence": 1}


def test_a_receiver_down_for_a_day_gets_each_referral_once_and_in_number(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        subscribed(stored, Receiver.POLITICAL_LEGAL, url=server.url)
        made = []
        for i in range(5):
            one = proposed(stored, Receiver.POLITICAL_LEGAL, f"d-{i}")
            for officer in (FIRST, SECOND):
                stored.referrals.confirm(one.id, None, by=officer)
            made.append(one.id)
        server.answers = [503] * 1000
        for _ in range(13):
            stored.relay.run_once()
            clock.move(hours=2)
        assert {d["status"] for d in stored.relay.log(status=None, limit=99)} == {"pending"}
        server.came.clear()
        server.answers = []
        for _ in range(3):
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda _: stored.relay.run_once(), range(2)))
            clock.move(minutes=11)
        came = [json.loads(body)["data"] for _, body in server.came]
        assert sorted(event["referral_id"] for event in came) == sorted(made)
        assert sorted(event["sequence"] for event in came) == [1, 2, 3, 4, 5]
    shown, _ = stored.referrals.get(made[0], by=FIRST)
    assert [d.status for d in shown.deliveries] == ["delivered"]


def test_no_withdrawal_overtakes_its_referral(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        subscribed(stored, Receiver.POLITICAL_LEGAL, url=server.url)
        one, other = (proposed(stored, Receiver.POLITICAL_LEGAL, call_id) for call_id in ("r-1", "r-2"))
        for officer in (FIRST, SECOND):
            stored.referrals.confirm(one.id, None, by=officer)
        server.answers = [503]
        stored.relay.run_once()
        clock.move(seconds=5)
        stored.referrals.withdraw(one.id, "对象有误", by=FIRST)
        for officer in (FIRST, SECOND):
            stored.referrals.confirm(other.id, None, by=officer)
        stored.relay.run_once()
        clock.move(seconds=6)
        stored.relay.run_once()
        came = [json.loads(body)["data"] for _, body in server.came]
    assert [(event["referral_id"], event["kind"]) for event in came] == [
        (one.id, "referred"),  # refused
        (other.id, "referred"),  # another's does not wait for it
        (one.id, "referred"),
        (one.id, "withdrawn"),
    ]
    assert [bool(event["fields"]) for event in came] == [True, True, False, False]


def test_a_referral_that_waited_for_an_old_address_goes_to_the_new_one_once(stored: Flows, clock: SetClock) -> None:
    lane = Receiver.POLITICAL_LEGAL
    old = stored.relay.subscribe("http://127.0.0.1:9/old", [f"referral.{lane}"], by="desk")
    one = proposed(stored, lane)
    for officer in (FIRST, SECOND):
        stored.referrals.confirm(one.id, None, by=officer)
    stored.relay.run_once()
    stored.relay.unsubscribe(old.id, by="desk")
    clock.move(hours=1)
    assert stored.relay.run_once() == 0
    proposed(stored, Receiver.DISCIPLINE_INSPECTION, "other")
    with stored.relay._store() as uow:  # what waits for nobody yet keeps nothing else waiting
        assert [uow.outbox.fan_out(clock.now(), limit=1) for _ in range(2)] == [1, 0]
        uow.commit()
    with receiver() as server:
        subscribed(stored, lane, url=server.url)
        stored.relay.run_once()
        clock.move(hours=1)
        stored.relay.run_once()
    assert [json.loads(body)["data"]["referral_id"] for _, body in server.came] == [one.id]


def test_a_folder_that_is_away_for_a_day_is_filled_without_a_gap(
    stored: Flows, clock: SetClock, tmp_path: Path
) -> None:
    folder = tmp_path / "exchange"
    folder.mkdir()
    kept = stored.relay.drop_into(folder, Receiver.POLITICAL_LEGAL, by="desk")
    folder.rmdir()
    for i in range(3):
        one = proposed(stored, Receiver.POLITICAL_LEGAL, f"d-{i}")
        for officer in (FIRST, SECOND):
            stored.referrals.confirm(one.id, None, by=officer)
    for _ in range(13):
        stored.relay.run_once()
        clock.move(hours=2)
    folder.mkdir()
    stored.relay.run_once()
    events, faults = read_drop(folder, "political_legal", kept.secret)
    assert (len(events), faults) == (3, [])
    assert events[0]["type"] == "cn.zaozhuang.hotline.referral.political_legal.referred"


def test_a_folder_is_one_lanes_and_has_one_secret(stored: Flows, tmp_path: Path) -> None:
    kept = stored.relay.drop_into(tmp_path, Receiver.JUDICIAL, by="desk")
    for lane in (Receiver.JUDICIAL, Receiver.POLITICAL_LEGAL):
        with pytest.raises(Conflict, match=kept.id):
            stored.relay.drop_into(tmp_path, lane, by="desk")
    stored.relay.unsubscribe(kept.id, by="desk")
    assert stored.relay.drop_into(tmp_path, Receiver.JUDICIAL, by="desk").secret != kept.secret
