"""Referrals for a network that no line leads to: one signed file a message, and a head that says how many there are.

A folder is carried over as it is. `<receiver>-<number>.json` holds the CloudEvents text with the same signature as over
HTTP; `head.json` the last number, signed too. Whoever reads it sees what is missing, altered, foreign or doubled.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic_core import to_json

from app.domain.webhook import Delivery
from app.respond.webhook import cloud_event, signature

HEAD = "head.json"
SCHEME = "file"


class FileDropSender:
    """Writes messages as files. The same message is the same file, however often it is written."""

    def send(self, delivery: Delivery, now: datetime) -> tuple[bool, str]:
        """Return whether the file is there, and its name or what went wrong."""
        message, secret = delivery.message, delivery.webhook.secret
        folder = Path(unquote(urlsplit(delivery.webhook.url).path))
        receiver, number = message.payload["receiver"], message.payload["sequence"]
        event, stamp = to_json(cloud_event(delivery)).decode(), int(message.created_at.timestamp())
        signed = {
            "id": message.id,
            "timestamp": stamp,
            "signature": signature(secret, message.id, stamp, event.encode()),
        }
        name = f"{receiver}-{number:08}.json"
        try:
            _write(folder / name, {**signed, "event": event})
            _raise_head(folder, receiver, number, secret, now)
        except OSError as error:
            return False, f"{type(error).__name__}: {error.strerror}"
        return True, name


def read_drop(folder: Path, receiver: str, secret: str, *, after: int = 0) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the events after a number, in order up to the first gap, and every fault in Chinese."""
    events: dict[int, dict[str, Any]] = {}
    faults: list[str] = []
    for file in sorted(folder.glob("*.json")):
        if file.name == HEAD:
            continue
        event = _event_of(file, secret)
        if event is None or event["data"].get("receiver") != receiver:
            faults.append(f"{file.name}：读不出、签名不符或者不是发给本机关的，未采用")
            continue
        number = event["data"]["sequence"]
        if file.name != f"{receiver}-{number:08}.json":
            faults.append(f"{file.name}：与第 {number} 号重复或者被改名，未采用")
        elif number > after:
            events[number] = event
    last = _head_of(folder, receiver, secret)
    if last is None:
        faults.append(f"{HEAD} 缺失或者签名不符，不能确认是否齐全")
    elif last < after:
        faults.append(f"{HEAD} 只到第 {last} 号，已处理到第 {after} 号：目录是旧的")
    upto = max([*events, last or 0, after])
    faults += [f"缺第 {number} 号" for number in range(after + 1, upto + 1) if number not in events]
    return list(_before_gap(events, after)), faults


def _before_gap(events: dict[int, dict[str, Any]], after: int) -> Iterator[dict[str, Any]]:
    while event := events.get(after := after + 1):
        yield event


def _event_of(file: Path, secret: str) -> dict[str, Any] | None:
    try:
        held = json.loads(file.read_text("utf-8"))
        wanted = signature(secret, held["id"], held["timestamp"], held["event"].encode())
        event: dict[str, Any] = json.loads(held["event"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return event if compare_digest(wanted, str(held["signature"])) else None


def _head_of(folder: Path, receiver: str, secret: str) -> int | None:
    try:
        held = json.loads((folder / HEAD).read_text("utf-8"))
        last, stamp = int(held["last"]), int(held["timestamp"])
        right = compare_digest(_head_signature(secret, receiver, last, stamp), str(held["signature"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return last if right else None


def _raise_head(folder: Path, receiver: str, number: int, secret: str, now: datetime) -> None:
    """Say how far the numbers go; a lower one, sent again, changes nothing."""
    stamp = int(now.timestamp())
    if number > (_head_of(folder, receiver, secret) or 0):
        signed = _head_signature(secret, receiver, number, stamp)
        _write(folder / HEAD, {"receiver": receiver, "last": number, "timestamp": stamp, "signature": signed})


def _head_signature(secret: str, receiver: str, last: int, stamp: int) -> str:
    return signature(secret, f"head.{receiver}", stamp, str(last).encode())


def _write(file: Path, content: dict[str, Any]) -> None:
    """Write a file as a whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as opened:
            json.dump(content, opened, ensure_ascii=False, indent=1)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except OSError:  # half a file would keep a full disk full
        draft.unlink(missing_ok=True)
        raise
