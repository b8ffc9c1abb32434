"""WS /v1/calls/{call_id}: a call while it is spoken, over the socket that the desk uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from app.main import create_app
from tests.conftest import KEY, embedded, settings_for
from tests.factories import CALLED_AT, WATER, call

OPEN = {"type": "open", "key": KEY, "caller_number": "13900000000", "called_at": CALLED_AT}


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, as a client would write it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


class Desk:
    """What a client keeps of a call."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self.state: dict[str, Any] = {}
        self.notices: list[str] = []
        self.versions: list[int] = []

    def open(self, **changes: Any) -> dict[str, Any]:
        self.socket.send_json({**OPEN, **changes})
        ready: dict[str, Any] = self.socket.receive_json()
        self.state = ready.get("state", {})
        return ready

    def say(self, index: int, speaker: str, text: str) -> None:
        self.socket.send_json({"type": "turn", "index": index, "speaker": speaker, "text": text})

    def hear(self, *, until_turns: int) -> None:
        """Take in what comes until so many turns are read."""
        while True:
            message = self.socket.receive_json()
            if message["type"] == "notice":
                self.notices.append(message["text"])
                continue
            assert message["type"] == "patch", message
            self.versions.append(message["version"])
            self.state = merged(self.state, message["patch"])
            if message["turns"] >= until_turns:
                return

    def hang_up(self) -> dict[str, Any]:
        self.socket.send_json({"type": "hang_up"})
        while True:
            message: dict[str, Any] = self.socket.receive_json()
            if message["type"] == "closed":
                result: dict[str, Any] = message["result"]
                return result
            if message["type"] == "patch":
                self.state = merged(self.state, message["patch"])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all: a call has an id of its own."""
    with TestClient(create_app(settings_for(tmp_path_factory.mktemp("live")), embedded())) as opened:
        yield opened


@pytest.fixture
def call_id(request: pytest.FixtureRequest) -> str:
    return f"live-{abs(hash(request.node.name))}"


@contextmanager
def desk(client: TestClient, call_id: str) -> Iterator[Desk]:
    with client.websocket_connect(f"/v1/calls/{call_id}") as socket:
        yield Desk(socket)


SAID = ("俺住在滕州京河街道幸福家园三号楼，从前天晚上八点就停水了", "不是幸福家园，是和谐家园三号楼，赶紧给俺修修")


def test_a_draft_grows_a_correction_wins_and_the_ticket_is_the_one_of_the_whole_call(
    client: TestClient, call_id: str
) -> None:
    with desk(client, call_id) as line:
        assert line.open() == {
            "type": "ready",
            "next_turn": 0,
            "version": 0,
            "state": {"engine": "embedded", "tickets": {}},
        }
        line.say(0, "operator", "您好，枣庄12345，请讲")
        line.say(1, "citizen", SAID[0])
        line.hear(until_turns=2)
        first = line.state["tickets"]["0"]
        assert first["place"] == {"district": "滕州市", "town": "荆河街道", "detail": "幸福家园3号楼"}
        assert first["unit"]["lead"]["name"] == "枣庄市城市供水企业"
        line.say(2, "citizen", SAID[1])
        line.hear(until_turns=3)
        assert line.state["tickets"]["0"]["place"]["detail"] == "和谐家园3号楼"
        result = line.hang_up()
    assert line.versions == sorted(set(line.versions))
    ticket = result["tickets"][0]
    for name, value in line.state["tickets"]["0"].items():
        assert merged({}, ticket[name]) == value or name in ("evidence", "confidence"), name
    whole = {**call("您好，枣庄12345，请讲", SAID[0], call_id=f"{call_id}-whole"), "turns": []}
    whole["turns"] = [
        {"speaker": s, "text": t}
        for s, t in zip(("operator", "citizen", "citizen"), ("您好，枣庄12345，请讲", *SAID), strict=True)
    ]
    posted = client.post("/v1/transcripts", json=whole, headers={"X-API-Key": KEY}).json()["tickets"][0]
    for name in ("title", "content", "place", "evidence", "category", "unit", "deadline"):
        assert posted[name] == ticket[name]


def test_a_call_goes_on_where_the_connection_was_lost_and_hangs_up_once(client: TestClient, call_id: str) -> None:
    with desk(client, call_id) as line:
        line.open()
        line.say(0, "operator", "您好")
        line.say(1, "citizen", SAID[0])
        line.hear(until_turns=2)
        before = line.state
    with desk(client, call_id) as line:
        ready = line.open()
        assert (ready["next_turn"], ready["state"]) == (2, before)
        line.say(2, "citizen", SAID[1])
        line.hear(until_turns=3)
        result = line.hang_up()
    with desk(client, call_id) as line:
        again = line.open()
    assert again == {"type": "closed", "result": result}
    stored = client.get("/v1/tickets", headers={"X-API-Key": KEY}).json()["tickets"]
    assert sum(ticket["call_id"] == call_id for ticket in stored) == len(result["tickets"]) == 1


def test_an_emergency_is_told_before_anything_else(client: TestClient, call_id: str) -> None:
    with desk(client, call_id) as line:
        line.open()
        line.say(0, "citizen", "快点，俺邻居家着火了，楼上有人出不来")
        message = line.socket.receive_json()
        assert message["type"] == "notice"
        assert "119" in message["text"]
        line.hear(until_turns=1)
        assert line.state["notice"] == message["text"]


def test_who_speaks_of_ending_a_life_is_told_where_to_turn(client: TestClient, call_id: str) -> None:
    with desk(client, call_id) as line:
        line.open()
        line.say(0, "citizen", "俺不想活了，他打了俺十来年，昨天又把俺头打破了")
        line.hear(until_turns=1)
        assert "12356" in line.state["notice"]
        line.say(1, "citizen", "俺不想活了，他又把俺头打破了")
        line.hear(until_turns=2)
        assert len(line.notices) <= 1
        assert "12356" in line.hang_up()["notice"]


def test_a_turn_that_was_heard_better_replaces_what_was_heard(client: TestClient, call_id: str) -> None:
    with desk(client, call_id) as line:
        line.open()
        line.say(0, "citizen", "市中区光明路街道路灯坏了三天")
        line.hear(until_turns=1)
        line.say(0, "citizen", "市中区光明路街道污水管堵了三天")
        line.hear(until_turns=1)
        assert "污水" in line.hang_up()["tickets"][0]["content"]


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ({"type": "open"}, 4401),
        ({"type": "open", "key": "wrong"}, 4401),
        ({"type": "turn", "index": 0, "text": "您好"}, 4422),
        ({**OPEN, "called_at": "2026-13-01"}, 4422),
        ([], 4422),
    ],
)
def test_who_opens_wrongly_is_told_and_closed(client: TestClient, call_id: str, opening: Any, code: int) -> None:
    with desk(client, call_id) as line:
        line.socket.send_json(opening)
        assert line.socket.receive_json()["type"] == "error"
        with pytest.raises(WebSocketDisconnect) as closed:
            line.socket.receive_json()
    assert closed.value.code == code


def test_a_key_without_the_scope_and_a_stranger_get_nothing(client: TestClient, call_id: str) -> None:
    access = client.app.state.flows.access  # type: ignore[attr-defined]
    reader, other = access.create("reader", ["tickets:read"]), access.create("other", ["intake:write"])
    with desk(client, call_id) as line:
        line.open()
        for key in (reader, other):
            with desk(client, call_id) as second:
                assert second.open(key=key)["code"] == "forbidden"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "turn", "index": 5, "text": "早"},
        {"type": "turn", "index": -1, "text": "早"},
        {"type": "turn", "index": True, "text": "早"},
        {"type": "turn", "index": 0, "text": 3},
        {"type": "turn", "index": 0, "speaker": "robot", "text": "早"},
        {"type": "turn", "index": 0, "text": "\x00"},
        {"type": "dance"},
        ["turn"],
        3,
    ],
)
def test_a_wrong_message_is_named_and_ends_nothing(client: TestClient, call_id: str, wrong: Any) -> None:
    with desk(client, call_id) as line:
        line.open()
        line.socket.send_json(wrong)
        assert line.socket.receive_json()["code"] == "invalid_input"
        line.socket.send_bytes(b'{"type": "hang_up"}')
        assert line.socket.receive_json()["detail"] == "消息应为文字帧"
        line.say(0, "citizen", SAID[0])
        line.hear(until_turns=1)
        assert line.hang_up()["tickets"]


def test_the_older_of_two_connections_gives_way(client: TestClient, call_id: str) -> None:
    with desk(client, call_id) as older:
        older.open()
        with desk(client, call_id) as newer:
            newer.open()
            older.say(0, "citizen", SAID[0])
            assert older.socket.receive_json()["code"] == "conflict"
            newer.say(0, "citizen", SAID[0])
            newer.hear(until_turns=1)
            assert newer.hang_up()["tickets"]


def test_a_call_that_came_in_otherwise_meanwhile_is_a_conflict(client: TestClient, call_id: str) -> None:
    with desk(client, call_id) as line:
        line.open()
        line.say(0, "citizen", SAID[0])
        line.hear(until_turns=1)
        assert (
            client.post("/v1/transcripts", json={**WATER, "id": call_id}, headers={"X-API-Key": KEY}).status_code == 201
        )
        line.socket.send_json({"type": "hang_up"})
        assert line.socket.receive_json()["code"] == "conflict"
