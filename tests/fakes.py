"""Stand-ins that keep the contract of what they stand in for."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from models.base import ChatMessage, ModelTimeout

Script = Callable[[Sequence[ChatMessage]], str]
EMPTY_TICKET: dict[str, Any] = {
    "demand": 0,
    "kind": None,
    "subject": None,
    "district": None,
    "town": None,
    "detail": None,
    "event_time": None,
    "caller_name": None,
    "callback_number": None,
    "confidential": None,
    "left_out": [],
    "wants": None,
    "title": None,
    "content": None,
}


class ScriptedChatModel:
    """A ChatModel that says what it is told to; `asked` keeps every conversation."""

    name = "scripted"
    revision = "test"

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self.asked: list[tuple[ChatMessage, ...]] = []
        self.closed = False

    def generate(
        self,
        messages: Sequence[ChatMessage],
        *,
        form: type[BaseModel],
        seconds: float,
        heard: Callable[[str], None] | None = None,
    ) -> str:
        if seconds <= 0:
            raise ModelTimeout("no time left")
        with self._lock:
            self.asked.append(tuple(messages))
        text = self._script(messages)
        for end in range(0, len(text), 7) if heard else ():
            heard(text[:end])
        return text

    def close(self) -> None:
        self.closed = True


def ticket_forms(**fields: Any) -> str:
    """Return one ticket's form as the model would write it; fields not given are null."""
    return json.dumps({"tickets": [{**EMPTY_TICKET, **fields}]}, ensure_ascii=False)


def claim(turn: int, quote: str, value: Any) -> dict[str, Any]:
    return {"turn": turn, "quote": quote, "value": value}


def passage(value: str, *quotes: tuple[int, str]) -> dict[str, Any]:
    return {"quotes": [{"turn": turn, "quote": quote} for turn, quote in quotes], "value": value}
