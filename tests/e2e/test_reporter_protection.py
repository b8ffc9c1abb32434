"""Who speaks of officials: for the accused unit the ticket does not exist, by whatever way it asks, and no way tells it
from one that never was. Found not to be about officials, the ticket is shown, and still not who spoke."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role, Scope
from app.domain.ticket import Ticket
from app.domain.workflow import Step, TicketStatus
from app.flows.registry import Flows
from tests.factories import ADMIN, call, waiting_messages

NAME, PHONE, WORDS = "裴秀兰", "13911112222", "五千八百块"
ACCUSED = "滕州市荆河街道办事处"
SPOKEN = f"我叫{NAME}，我举报滕州市荆河街道办事处的王主任收了我{WORDS}好处费，就是不给办低保，电话{PHONE}，希望上级查处"
OTHER_CALL, OTHER_PHONE = "other-calls", "13911112223"
PARTS = {"step": list(Step), "kind": ["csv", "json", "xml", "xlsx"]}
"""Parameters of paths that name no record."""


@pytest.fixture
def flows(client: TestClient) -> Flows:
    found: Flows = client.app.state.flows  # type: ignore[attr-defined]
    return found


@pytest.fixture
def reported(client: TestClient, flows: Flows) -> Ticket:
    """A ticket about the conduct of somebody at a unit: supervised, merged with nothing, held by that very unit."""
    posted = client.post("/v1/transcripts", json=call("您好", SPOKEN, call_id="secret-call", caller_number=PHONE))
    number = posted.json()["tickets"][0]["ticket_number"]
    unit = flows.reference.unit_by_name[ACCUSED]
    with flows.tickets._store() as uow:  # past the rules, which refuse it
        held = uow.tickets.get(number)
        given = held.model_copy(update={"handler": unit, "status": TicketStatus.IN_PROGRESS})
        uow.tickets.save(given, expected_version=held.version)
        uow.commit()
    flows.tickets.step(number, Step.FOLLOW_UP, by=ADMIN, details={"text": f"{NAME}又来电"}, expected_version=None)
    flows.tickets.correct(number, {"citizen.name": NAME}, by=ADMIN, expected_version=2)
    flows.supervision.run_once()
    return flows.tickets.get(number, by=ADMIN)


@pytest.fixture
def accused(client: TestClient, flows: Flows, reported: Ticket) -> TestClient:
    """Somebody at the accused unit, who may export as well, and sees an ordinary ticket of the unit."""
    lamp = call("您好", "滕州市荆河街道善国路的路灯全都不亮，希望尽快维修", call_id="ordinary")
    number = flows.intake.run(lamp).tickets[0].ticket_number
    unit = flows.reference.unit_by_name[ACCUSED].unit_code
    for step, details in ((Step.ACCEPT, {}), (Step.ASSIGN, {"unit": unit})):
        flows.tickets.step(number, step, by=ADMIN, details=details, expected_version=None)
    secret = flows.access.create("accused", (Scope.TICKETS_EXPORT,), roles=(Role.UNIT,), unit_code=unit)
    client.headers["X-API-Key"] = secret
    assert [t["ticket_number"] for t in client.get("/v1/tickets").json()["tickets"]] == [number]
    return client


def requests(
    schema: dict[str, Any], number: str, call_id: str, phone: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of the service, asked about one record in every place where something can be asked."""
    known = {
        "ticket_number": number,
        "number": number,
        "referral_id": f"{number}-di",
        "token": call_id,
        "order_id": "1",
    }
    known |= {"article_id": f"faq-{number}", "delivery_id": "1", "webhook_id": "w", "code": "010101", "warning_id": "1"}
    asked = [number, f"{number}-di", call_id, phone, "好处费"]
    body = {
        "ticket_number": number,
        "into": number,
        "field": "wants",
        "verdict": "rejected",
        "reason": "x",
        "text": "x",
    }
    body |= {"approved": True, "unit": ACCUSED, "days": 1, "solved": True, "satisfied": True, "meeting": "policy_gap"}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for filled in _filled(path, known):
                yield method, filled, {"json": body} if method not in ("get", "delete") else {}
                for name in names if method == "get" else []:
                    yield from ((method, filled, {"params": {name: value}}) for value in asked)


def _filled(path: str, known: dict[str, str]) -> list[str]:
    paths = [path]
    for name, values in PARTS.items():
        if f"{{{name}}}" in path:
            paths = [one.replace(f"{{{name}}}", value) for one in paths for value in values]
    return [one.format_map(_Known(known)) for one in paths]


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"


def told(client: TestClient, asked: tuple[str, str, dict[str, Any]], *own: str) -> str:
    """What the service answers, without what was said to it and what differs each time."""
    method, path, given = asked
    answer = client.request(method, path, **given)
    text = answer.text
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        text = json.dumps({n: problem.get(n) for n in ("title", "detail", "field")}, ensure_ascii=False)
    for word in own:
        text = text.replace(word, "…")
    return f"{answer.status_code} {text}"


@pytest.mark.slow
def test_no_way_of_asking_tells_the_ticket_from_one_that_never_was(accused: TestClient, reported: Ticket) -> None:
    schema = accused.get("/openapi.json").json()
    number, nowhere = reported.ticket_number, f"{reported.ticket_number[:-1]}0"
    there = list(requests(schema, number, "secret-call", PHONE))
    nothing = list(requests(schema, nowhere, OTHER_CALL, OTHER_PHONE))
    assert len({path for path, *_ in schema["paths"].items()}) > 40
    for asked, about_nothing in zip(there, nothing, strict=True):
        answer = told(accused, asked, number, "secret-call", PHONE)
        for secret in (NAME, PHONE, WORDS, "王主任", "secret-call", number):
            assert secret not in answer, asked
        if not asked[1].startswith(("/metrics", "/v1/demo")):
            assert answer == told(accused, about_nothing, nowhere, OTHER_CALL, OTHER_PHONE), asked


def test_no_event_export_search_or_log_tells_of_it(
    accused: TestClient, flows: Flows, reported: Ticket, capsys: pytest.CaptureFixture[str]
) -> None:
    with flows.tickets._store(reading=True) as uow:
        assert uow.supervision.page(status=None, level=None, ticket=reported.ticket_number, limit=1)
    for topics in ([], ["ticket."], ["supervision."], ["warning."]):
        flows.relay.subscribe("http://127.0.0.1:9/unit", topics, by="desk")
    order = flows.supervision.page(status=None, level=None, ticket=reported.ticket_number, limit=1)[0]
    flows.supervision.send(order.id or 0, None, by=ADMIN)
    heard = [message.payload for message in waiting_messages(flows)]
    assert heard  # the ordinary ticket's
    for payload in heard:
        assert reported.ticket_number not in json.dumps(payload)
    for query in ("?q=好处费", "?q=王主任", f"?caller={PHONE}", "?call_id=secret-call", "?overdue=true", ""):
        assert reported.ticket_number not in accused.get(f"/v1/tickets{query}").text
        for kind in ("csv", "xlsx"):
            exported = accused.get(f"/v1/tickets:export{query or '?'}&kind={kind}")
            assert exported.status_code == 200
            assert WORDS not in exported.text
    accused.get(f"/v1/tickets/{reported.ticket_number}")
    logged = "".join(capsys.readouterr())
    for secret in (NAME, PHONE, WORDS, "王主任"):
        assert secret not in logged


def test_a_call_in_progress_is_none_of_a_units_business(accused: TestClient) -> None:
    with accused.websocket_connect("/v1/calls/secret-call", headers={"X-API-Key": accused.headers["X-API-Key"]}) as ws:
        ws.send_json({"type": "open", "channel": "phone"})
        said = ws.receive_json()
    assert (said["type"], said["code"]) == ("error", "forbidden")


def test_found_to_be_about_no_official_it_is_shown_without_who_spoke(
    accused: TestClient, flows: Flows, reported: Ticket
) -> None:
    flows.referrals.decline(f"{reported.ticket_number}-di", "属于服务态度问题，由单位办理", by=ADMIN)
    seen = [t["ticket_number"] for t in accused.get("/v1/tickets").json()["tickets"]]
    assert reported.ticket_number in seen
    schema = accused.get("/openapi.json").json()
    for asked in requests(schema, reported.ticket_number, OTHER_CALL, OTHER_PHONE):
        if asked[0] == "get":
            answer = told(accused, asked)
            assert not [secret for secret in (NAME, PHONE, "secret-call") if secret in answer], asked
            if asked[1].startswith("/v1/tickets"):
                assert not [word for word in ("referral_", '"di.', "discipline_") if word in answer], asked
