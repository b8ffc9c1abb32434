"""The record guards itself: sealed personal data, a chain that shows tampering, deletion in time, tokens, receivers."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.decide.work_clock import WorkClock
from app.domain.access import Role, Scope
from app.domain.answers import GivenAnswer
from app.domain.deadline_rules import Span
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, ServiceUnavailable, Unauthenticated
from app.domain.reference import CalendarDay
from app.domain.webhook import Delivery
from app.domain.workflow import Step
from app.flows.registry import Flows
from app.flows.relay import RelayFlow
from app.store.engine import make_engine
from tests.conftest import service, settings_for
from tests.factories import ADMIN, call
from tests.integration.conftest import MONDAY, SetClock

SPOKEN = "俺叫张三丰，滕州市荆河街道善国路的路灯全都不亮，希望尽快维修"


def intake(flows: Flows, call_id: str = "c-1") -> str:
    delivered = call("您好", SPOKEN, call_id=call_id, called_at=MONDAY.isoformat())
    return flows.intake.run(delivered).tickets[0].ticket_number


def take(flows: Flows, number: str, step: Step, **details: Any) -> None:
    flows.tickets.step(number, step, by=ADMIN, details=details, expected_version=None)


def test_names_and_numbers_are_not_readable_in_the_database(stored: Flows, database_url: str) -> None:
    number = intake(stored)
    stored.tickets.correct(number, {"citizen.name": "李四光"}, by=ADMIN, expected_version=1)
    engine = make_engine(database_url)
    with engine.connect() as connection:
        for table in ("tickets", "deliveries", "ticket_events", "feedback", "outbox"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert "13900000000" not in rows, table
            assert "张三丰" not in rows, table
            assert "李四光" not in rows, table
    assert stored.tickets.get(number, by=ADMIN).citizen.name == "李四光"
    assert stored.tickets.history(number, by=ADMIN)[-1].data["old"] == {"citizen.name": "张三丰"}


def test_an_answer_kept_for_a_repetition_is_sealed_and_goes_after_a_week(
    stored: Flows, clock: SetClock, database_url: str
) -> None:
    answer = GivenAnswer(digest="d", status=201, headers={"etag": '"1"'}, body='{"name":"赵大勇"}')
    stored.answers.keep("k", answer)
    assert stored.answers.find("k") == answer
    with make_engine(database_url).connect() as connection:
        assert "赵大勇" not in str(connection.execute(text("SELECT body FROM idempotency_records")).all())
    clock.move(days=8)
    stored.answers.forget_old()
    assert stored.answers.find("k") is None


def test_another_key_opens_nothing(stored: Flows, database_url: str, tmp_path: Path) -> None:
    number = intake(stored)
    elsewhere = build_flows_quietly(tmp_path / "elsewhere", database_url)
    with pytest.raises(ServiceUnavailable, match="密钥"):
        elsewhere(number)


def build_flows_quietly(folder: Path, url: str) -> Any:
    def read(number: str) -> object:
        flows = service(settings_for(folder, url))
        try:
            return flows.tickets.get(number, by=ADMIN)
        finally:
            flows.close()

    return read


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE ticket_events SET actor = 'nobody' WHERE sequence = 2", "第 2 条经过被改动"),
        ("UPDATE ticket_events SET data = '{}' WHERE sequence = 1", "第 1 条经过被改动"),
        ("DELETE FROM ticket_events WHERE sequence = 2", "第 2 条经过缺失"),
        ("DELETE FROM ticket_events WHERE sequence = 4", "不符"),
        ("DELETE FROM tickets", "缺失，只剩经过"),
        ("DELETE FROM ticket_events", "封存的经过缺失"),
        ("UPDATE tickets SET version = 9", "版本 9"),
        ("UPDATE ticket_events SET words = NULL WHERE sequence = 4", "第 4 条经过的文字被改动"),
        ("UPDATE ticket_events SET words = words || 'A' WHERE sequence = 4", "第 4 条经过的文字被改动"),
    ],
)
def test_tampering_is_found(stored: Flows, clock: SetClock, database_url: str, tampering: str, told: str) -> None:
    number = intake(stored)
    take(stored, number, Step.ACCEPT)
    take(stored, number, Step.ASSIGN, unit="滕州市综合行政执法局")
    take(stored, number, Step.FOLLOW_UP, text="又来电催了一次")
    clock.move(hours=1)
    assert stored.audit.seal() == 4
    assert stored.audit.seal() == 0
    assert not list(stored.audit.faults())
    with make_engine(database_url).begin() as connection:
        connection.exec_driver_sql(tampering)
    assert any(told in fault for fault in stored.audit.faults())


def test_personal_data_ends_with_its_keeping_time(stored: Flows, clock: SetClock) -> None:
    number = intake(stored)
    stored.tickets.correct(number, {"citizen.name": "张三封", "wants": "修路灯"}, by=ADMIN, expected_version=1)
    for step, details in ((Step.DIRECT_ANSWER, {"text": "已修好"}), (Step.ARCHIVE, {})):
        take(stored, number, step, **details)
    clock.move(days=1094)
    assert stored.audit.delete_expired() == 0
    clock.move(days=2)
    assert stored.audit.delete_expired() == 1
    assert stored.audit.delete_expired() == 0
    left = stored.tickets.get(number, by=ADMIN)
    assert (left.citizen.name, left.citizen.phone, left.evidence) == (None, None, {})
    history = stored.tickets.history(number, by=ADMIN)
    assert history[-1].name == "personal_data_deleted"
    assert history[1].data == {}
    with pytest.raises(Conflict, match="保存期限"):
        intake(stored)
    assert not list(stored.audit.faults())


def test_a_changed_calendar_moves_deadlines_when_it_is_told_to(stored: Flows) -> None:
    number = intake(stored)
    policy, first = stored.audit._policy, stored.tickets.get(number, by=ADMIN).deadline
    storm = CalendarDay(date="2026-11-18", working=False, reason="暴雪", basis="通知")
    calendar = stored.reference.calendar
    policy.clock = WorkClock(calendar.model_copy(update={"days": (*calendar.days, storm)}))
    assert [number in fault for fault in stored.audit.faults()] == [True]
    assert (stored.audit.recount(), stored.audit.recount()) == (1, 0)
    later = stored.tickets.get(number, by=ADMIN).deadline
    assert first is not None
    assert later is not None
    assert (first.resolve_by.day, later.resolve_by.day) == (20, 23)
    assert stored.tickets.history(number, by=ADMIN)[-1].name == "deadline_recounted"
    assert list(stored.audit.faults()) == []


def test_what_is_left_with_an_abolished_unit_is_told(stored: Flows) -> None:
    number = intake(stored)
    take(stored, number, Step.ACCEPT)
    take(stored, number, Step.ASSIGN, unit="滕州市综合行政执法局")
    code = "370481.urban_management"
    stored.access.create("old", roles=[Role.UNIT], unit_code=code)
    assert list(stored.audit.left_behind(stored.reference.unit_by_code)) == []
    tickets, key = stored.audit.left_behind({"370400.housing"})
    assert "未办结工单 1 件" in tickets
    assert f"handler_code={code}" in tickets
    assert "keys revoke old" in key


def test_a_changed_time_limit_is_for_later_tickets(stored: Flows) -> None:
    number = intake(stored)
    first = stored.tickets.get(number, by=ADMIN).deadline
    policy = stored.audit._policy
    rules = policy.deadline_rules
    longer = Span(amount=30, unit="working_day")
    changed = tuple(rule.model_copy(update={"resolve": longer}) for rule in rules.rules)
    policy.deadline_rules = rules.model_copy(update={"rules": changed, "clock_starts": "accepted"})
    assert list(stored.audit.faults()) == []
    take(stored, number, Step.ACCEPT)
    assert stored.tickets.get(number, by=ADMIN).deadline == first
    policy.deadline_rules = rules.model_copy(update={"rules": changed[-1:]})
    take(stored, number, Step.ASSIGN, unit="滕州市综合行政执法局")
    assert stored.tickets.get(number, by=ADMIN).deadline == first
    assert list(stored.audit.faults()) == []


class Receiver(HTTPServer):
    """Answers as it is told and remembers what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.hangs = threading.Event()
        self.hangs.set()
        self.endless = False
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.body = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/events"


class Handler(BaseHTTPRequestHandler):
    """Takes events, hands out keys."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.server.hangs.wait(30)
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200 if self.server.endless else 204)
        self.end_headers()
        with suppress(OSError):
            while self.server.endless:
                self.wfile.write(b".")
                time.sleep(0.02)

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_receivers_get_signed_events_once_each_and_again_after_a_fault(stored: Flows, clock: SetClock) -> None:
    with receiver() as server:
        webhook = stored.relay.subscribe(server.url, ["ticket."], by="desk")
        server.answers = [500, 204]
        number = intake(stored)
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
            intake(stored, f"c-{i}")
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
            intake(stored, f"c-{i}")
        begun = stored.relay.begin()
        until = time.monotonic() + 20
        while (len(quick.came), len(slow.came)) != (3, 1) and time.monotonic() < until:
            time.sleep(0.02)
        assert (len(quick.came), len(slow.came)) == (3, 1)
        intake(stored, "c-3")
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
    number = intake(stored)
    RelayFlow(stored.relay._store, clock, {"http": Quotes()}).run_once()
    (row,) = stored.relay.log(status=None, limit=9)
    assert row["last_answer"] == f"422 {number}.1: 139****0000 is no number"


def test_a_token_of_the_identity_provider_counts_as_its_roles(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    now = datetime.now(UTC)
    claims = {"iss": "https://id.example", "aud": "hotline", "sub": "u1", "iat": now, "exp": now + timedelta(hours=1)}

    def token(signer: rsa.RSAPrivateKey = key, **changes: Any) -> str:
        return jwt.encode({**claims, **changes}, signer, algorithm="RS256", headers={"kid": "k1"})

    with receiver() as server:
        server.body = json.dumps({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]}).encode()
        settings = settings_for(tmp_path)
        settings.auth.oidc_issuer, settings.auth.oidc_jwks_url = "https://id.example", server.url
        flows = service(settings)
        check = flows.access.check
        operator = check(token(roles=["operator", "emperor"]), Scope.TICKETS_WRITE)
        assert (operator.name, operator.acts_as()) == ("u1", {Role.OPERATOR})
        unit = check(token(roles="unit", unit_code="x.y"), Scope.TICKETS_READ)
        assert unit.sees_only_unit() == "x.y"
        assert check(token(roles="unit"), Scope.TICKETS_READ).sees_only_unit() == ""
        assert check(token(roles="referral_officer", lanes=["judicial"]), Scope.REFER).lanes == ("judicial",)
        with pytest.raises(Forbidden, match="移送渠道"):
            check(token(roles="referral_officer", lanes="justice"), Scope.REFER)
        for other in ("operator", "leader", "admin"):
            with pytest.raises(Forbidden, match="不能兼有其他角色"):
                check(token(roles=["unit", other], unit_code="x.y"), Scope.TICKETS_READ)
        with pytest.raises(Forbidden):
            check(token(), Scope.TICKETS_READ)
        for bad in (
            token(stranger, roles=["admin"]),
            token(iss="https://other"),
            token(aud="other"),
            token(exp=now - timedelta(hours=1)),
            jwt.encode({**claims, "roles": ["admin"]}, "0" * 32, algorithm="HS256", headers={"kid": "k1"}),
            "a.b.c",
        ):
            with pytest.raises(Unauthenticated):
                check(bad, Scope.TICKETS_READ)
        flows.close()
