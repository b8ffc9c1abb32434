"""What is subscribed to: signed events, once each, again after a fault, and nothing to who left."""

import base64
import hashlib
import hmac
import json
import threading
import time
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import InvalidInput, NotFound
from app.domain.webhook import Delivery
from app.flows.registry import Flows
from app.flows.relay import RelayFlow
from tests.integration.conftest import SetClock
from tests.integration.record_steps import NAMED, intake
from tests.integration.webhook_receiver import receiver


def test_receivers_get_signed_events_once_each_and_again_after_a_fault(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        webhook = stored.relay.subscribe(server.url, ["ticket."], by="desk")
        server.answers = [500, 204]
        number = intake(stored, NAMED).ticket_number
        assert stored.relay.run_once() == 1
        assert stored.relay.run_once() == 0  # waits before it tries again
        clock.move(seconds=11)
        assert stored.relay.run_once() == 1
        clock.move(hours=9)
        assert stored.relay.run_once() == 0
    (headers, body), (again, _) = server.came
    event = json.loads(body)
    assert (event["specversion"], event["subject"], event["id"]) == ("1.0", number, f"{number}.1")
    assert event["type"] == "cn.zaozhuang.hotline.ticket.received"
    assert headers["webhook-id"] == again["webhook-id"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(webhook.secret.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"


def test_a_receiver_that_stays_down_ends_among_the_dead_and_can_be_replayed(stored: Flows, clock: SetClock) -> None:
    stored.relay.subscribe("http://127.0.0.1:9/none", [], by="desk")
    intake(stored)
    for _ in range(12):
        stored.relay.run_once()
        clock.move(hours=7)
    dead = stored.relay.log(status="dead", limit=9)
    assert [row["attempts"] for row in dead] == [10]
    stored.relay.replay(dead[0]["id"])
    assert stored.relay.log(status="pending", limit=9)
    for url in ("ftp://x", "http://169.254.169.254/", "", None, "http://[::1", "javascript:1"):
        with pytest.raises(InvalidInput, match="url"):
            stored.relay.subscribe(url, [], by="desk")


@pytest.mark.parametrize("topic", ["nonsense", "referral.", "referral.political", "referral.judicial.referred", "r"])
def test_what_no_event_is_called_is_no_topic(stored: Flows, topic: str) -> None:
    with pytest.raises(InvalidInput, match=r"可订阅：\*、ticket\.、.*referral\.political_legal"):
        stored.relay.subscribe("http://127.0.0.1:9/", ["ticket.", topic], by="desk")


def test_who_unsubscribed_is_told_nothing_more(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        webhook = stored.relay.subscribe(server.url, [], by="desk")
        server.answers = [500]
        intake(stored)
        stored.relay.run_once()
        stored.relay.unsubscribe(webhook.id, by="desk")
        clock.move(hours=1)
        assert stored.relay.run_once() == 0
    (dead,) = stored.relay.log(status="dead", limit=9)
    assert (len(server.came), dead["last_answer"]) == (1, "已退订")
    with pytest.raises(NotFound, match="已退订"):
        stored.relay.replay(dead["id"])


def test_who_subscribed_and_who_ended_it_stay_on_record(client: TestClient) -> None:
    made = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/a", "topics": ["ticket."]}).json()
    assert made["created_by"] == "admin"
    assert client.delete(f"/v1/webhooks/{made['id']}").status_code == 204
    assert client.get("/v1/webhooks").json() == []
    (ended,) = client.get("/v1/webhooks", params={"ended": True}).json()
    assert (ended["created_by"], ended["disabled_by"], ended["secret"]) == ("admin", "admin", "")
    assert ended["disabled_at"] >= ended["created_at"]


def test_nothing_leaves_twice_when_several_relays_run(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        stored.relay.subscribe(server.url, [], by="desk")
        for i in range(30):
            intake(stored, call_id=f"c-{i}")
        threads = [threading.Thread(target=stored.relay.run_once) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored.relay.run_once()
    ids = [headers["webhook-id"] for headers, _ in server.came]
    assert len(ids) == len(set(ids)) == 30


def test_who_answers_slowly_keeps_nobody_else_waiting(stored: Flows) -> None:
    with receiver() as slow, receiver() as quick:
        slow.hangs.clear()
        stored.relay.subscribe(slow.url, [], by="desk")
        stored.relay.subscribe(quick.url, [], by="desk")
        for i in range(3):
            intake(stored, call_id=f"c-{i}")
        begun = stored.relay.begin()
        until = time.monotonic() + 20
        while (len(quick.came), len(slow.came)) != (3, 1) and time.monotonic() < until:
            time.sleep(0.02)
        assert (len(quick.came), len(slow.came)) == (3, 1)
        intake(stored, call_id="c-3")
        stored.relay.run_once()
        assert (len(quick.came), len(slow.came)) == (4, 1)
        slow.hangs.set()
        assert sum(served.result() for served in begun) >= 6
        stored.relay.run_once()
    assert len(slow.came) == 4


def test_an_answer_that_never_ends_counts_by_its_status(stored: Flows) -> None:
    with receiver() as server:
        server.endless = True
        stored.relay.subscribe(server.url, [], by="desk")
        intake(stored)
        assert stored.relay.run_once() == 1
        server.endless = False
    (row,) = stored.relay.log(status=None, limit=9)
    assert (row["status"], row["last_answer"][:6]) == ("delivered", "200 ..")
    assert len(row["last_answer"]) == 300


class Quotes:
    """Takes nothing, and says what it was sent."""

    def send(self, delivery: Delivery, now: datetime) -> tuple[bool, str]:
        return False, f"422 {delivery.message.id}: 13900000000 is no number"


def test_what_a_receiver_quotes_is_kept_without_numbers(stored: Flows, clock: SetClock) -> None:
    stored.relay.subscribe("http://127.0.0.1:9/", [], by="desk")
    number = intake(stored, NAMED).ticket_number
    RelayFlow(stored.relay._store, clock, {"http": Quotes()}).run_once()
    (row,) = stored.relay.log(status=None, limit=9)
    assert row["last_answer"] == f"422 {number}.1: 139****0000 is no number"
