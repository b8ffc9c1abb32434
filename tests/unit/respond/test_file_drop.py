"""A folder of referrals that is carried between networks: what is missing, altered, foreign or doubled shows."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.events import OutboxMessage
from app.domain.webhook import Delivery, Webhook
from app.respond.file_drop import FileDropSender, read_drop

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SECRET = "a-secret-of-the-lane"
LANE = "judicial"


def delivery(folder: Path, number: int, *, secret: str = SECRET, receiver: str = LANE) -> Delivery:
    payload = {"receiver": receiver, "sequence": number, "ticket_number": f"2026111600000{number}", "fields": {}}
    topic = f"referral.{receiver}.referred"
    message = OutboxMessage(id=f"referral.r{number}", topic=topic, payload=payload, created_at=NOW)
    webhook = Webhook(id="w", url=folder.as_uri(), secret=secret, topics=(), created_at=NOW)
    return Delivery(id=number, message=message, webhook=webhook, attempts=0)


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    """Three messages, the second one tried again at last."""
    folder = tmp_path / "交换 目录"
    folder.mkdir()
    sender = FileDropSender()
    for number in (1, 3, 2, 2):
        assert sender.send(delivery(folder, number), NOW) == (True, f"judicial-{number:08}.json")
    return folder


def numbers(folder: Path, after: int = 0) -> list[int]:
    return [event["data"]["sequence"] for event in read_drop(folder, LANE, SECRET, after=after)[0]]


def test_every_message_is_there_once_in_order(dropped: Path) -> None:
    events, faults = read_drop(dropped, LANE, SECRET)
    assert faults == []
    assert [event["id"] for event in events] == ["referral.r1", "referral.r2", "referral.r3"]
    assert numbers(dropped, after=2) == [3]
    assert sorted(file.name for file in dropped.iterdir())[-1] == "judicial-00000003.json"


def changed(name: str, part: str, value: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        held = json.loads((folder / name).read_text("utf-8"))
        (folder / name).write_text(json.dumps({**held, part: value}), "utf-8")

    return change


@pytest.mark.parametrize(
    ("damage", "told", "left"),
    [
        (lambda folder: (folder / "judicial-00000002.json").unlink(), "缺第 2 号", [1]),
        (lambda folder: (folder / "judicial-00000003.json").unlink(), "缺第 3 号", [1, 2]),
        (lambda folder: (folder / "head.json").unlink(), "head.json", [1, 2, 3]),
        (changed("head.json", "last", 2), "head.json", [1, 2, 3]),
        (changed("judicial-00000002.json", "event", '{"data": {}}'), "00000002.json：读不出、签名不符", [1]),
        (changed("judicial-00000001.json", "timestamp", 0), "00000001.json：读不出、签名不符", []),
        (changed("judicial-00000001.json", "signature", None), "00000001.json：读不出、签名不符", []),
        (lambda folder: (folder / "judicial-00000001.json").write_text("[]"), "00000001.json：读不出、签名不符", []),
        (lambda folder: (folder / "judicial-00000009.json").mkdir(), "00000009.json：读不出", [1, 2, 3]),
        (
            lambda folder: shutil.copy(folder / "judicial-00000001.json", folder / "judicial-00000004.json"),
            "重复",
            [1, 2, 3],
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_after_a_gap_is_used(
    dropped: Path, damage: Callable[[Path], object], told: str, left: list[int]
) -> None:
    damage(dropped)
    assert any(told in fault for fault in read_drop(dropped, LANE, SECRET)[1])
    assert numbers(dropped) == left


def test_an_older_copy_of_the_folder_is_known_by_its_head(dropped: Path) -> None:
    assert read_drop(dropped, LANE, SECRET, after=3) == ([], [])
    _, (fault,) = read_drop(dropped, LANE, SECRET, after=4)
    assert "目录是旧的" in fault


def test_what_is_anothers_is_not_taken(dropped: Path) -> None:
    sender = FileDropSender()
    sender.send(delivery(dropped, 4, secret="somebody else's secret"), NOW)
    sender.send(delivery(dropped, 5, receiver="political_legal"), NOW)
    _, faults = read_drop(dropped, LANE, SECRET)
    assert sum("未采用" in fault for fault in faults) == 2
    assert numbers(dropped) == [1, 2, 3]


def test_a_folder_that_is_away_is_tried_again(tmp_path: Path) -> None:
    taken, answer = FileDropSender().send(delivery(tmp_path / "away", 1), NOW)
    assert (taken, answer.split(":")[0]) == (False, "FileNotFoundError")


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "judicial-00000001.json").mkdir()
    taken, answer = FileDropSender().send(delivery(tmp_path, 1), NOW)
    assert (taken, answer.split(":")[0]) == (False, "IsADirectoryError")
    assert [file.name for file in tmp_path.iterdir()] == ["judicial-00000001.json"]
