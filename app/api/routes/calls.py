"""WS /v1/calls/{call_id}: turns as they are spoken, patches of the tickets back; JSON text frames.

Client: `open` (with `key` where no header can be set; caller_number, called_at, channel), then `turn` (index from 0;
a smaller one again replaces that turn), at last `hang_up`.
Server: `ready` (next_turn: where to go on, also after a lost connection; the whole state), `notice` (an emergency,
at once), `patch` (RFC 7396, on the state), `closed` (the IntakeResult), `error` (code, Chinese detail, field). An error
in a turn ends nothing; one that ends the connection closes it with 4000 + its HTTP status (4401, 4403, 4409, 4422).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool

from app.api.dependencies import secret_in
from app.api.exception_handlers import STATUS, safe
from app.domain.access import Scope
from app.domain.errors import HotlineError, InvalidInput
from app.domain.ticket import IntakeResult
from app.flows.live_call import LiveCall, LiveCallFlow, Patch, Snapshot
from app.flows.registry import Flows

router = APIRouter()
OPEN_WITHIN_S = 10.0
LONGEST_MESSAGE = 1024 * 1024
_OWN_CODES = 4000
_INTERNAL = 500
T = TypeVar("T")


@router.websocket("/v1/calls/{call_id}")
async def live_call(socket: WebSocket, call_id: str) -> None:
    """通话进行中逐句生成工单草稿，挂断后生成工单。"""
    await socket.accept()
    connection = LiveConnection(socket)
    sending = asyncio.create_task(connection.keep_sending())
    try:
        await connection.serve(call_id)
    except WebSocketDisconnect:
        sending.cancel()  # the call waits for its next connection
    except HotlineError as error:
        connection.complain(error)
        connection.end(_OWN_CODES + STATUS.get(error.code, _INTERNAL))
    await asyncio.gather(sending, return_exceptions=True)


class LiveConnection:
    """One connection of one call: listens, and reads and asks beside it."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._flows: Flows = socket.app.state.flows
        self._calls: LiveCallFlow = self._flows.live_calls
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue()
        self._heard = asyncio.Event()
        self._asking = asyncio.Event()
        self._listener = self._tell  # one object: a call knows its connection by it

    async def serve(self, call_id: str) -> None:
        """Run the conversation to its end."""
        try:
            opening = await asyncio.wait_for(self._message(), OPEN_WITHIN_S)
        except TimeoutError as error:
            raise InvalidInput("连接后未发送 open", field="type") from error
        if opening.get("type") != "open":
            raise InvalidInput("第一条消息的 type 应为 open", field="type")
        result = await run_in_threadpool(self._opened, call_id, opening)
        if isinstance(result, LiveCall):
            result = await self._ended(result)
        self._send(type="closed", result=result.model_dump(mode="json"))
        self.end()

    async def keep_sending(self) -> None:
        """Send what is to be sent, in its order, until the close code."""
        with suppress(WebSocketDisconnect, RuntimeError):  # the other side is gone
            while isinstance(message := await self._outgoing.get(), dict):
                await self._socket.send_text(json.dumps(message, ensure_ascii=False))
            await self._socket.close(message)

    def complain(self, error: HotlineError) -> None:
        """Say what is wrong."""
        field = {"field": error.field} if error.field else {}
        self._send(type="error", code=error.code, detail=safe(error.message_zh), **field)

    def end(self, code: int = 1000) -> None:
        """Close once everything is sent."""
        self._outgoing.put_nowait(code)

    def _opened(self, call_id: str, opening: Mapping[str, Any]) -> LiveCall | IntakeResult:
        given = opening.get("key")
        secret = secret_in(self._socket.headers) or (given if isinstance(given, str) else None)
        key = self._flows.access.check(secret, Scope.INTAKE_WRITE)
        return self._calls.open(call_id, opening, by=key.name, listener=self._listener)

    async def _ended(self, call: LiveCall) -> IntakeResult:
        """Listen until the caller hangs up; read and ask meanwhile."""
        beside = (
            asyncio.create_task(self._after(self._heard, self._read, call)),
            asyncio.create_task(self._after(self._asking, self._calls.ask, call)),
        )
        try:
            return await self._listen(call)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _listen(self, call: LiveCall) -> IntakeResult:
        while True:
            try:
                message = await self._message()
                if message.get("type") == "hang_up":
                    return await self._in_thread(self._hang_up, call)
                if message.get("type") != "turn":
                    raise InvalidInput("type 应为 turn 或 hang_up", field="type")
                notice = await run_in_threadpool(self._calls.hear, call, message, listener=self._listener)
            except InvalidInput as error:
                self.complain(error)
                continue
            if notice:
                self._send(type="notice", text=notice, turn=message["index"])
            self._heard.set()

    async def _after(self, happened: asyncio.Event, work: Callable[[LiveCall], None], call: LiveCall) -> None:
        """Do the work each time something happened; what happens meanwhile is dealt with in one."""
        while True:
            await happened.wait()
            happened.clear()
            try:
                await self._in_thread(work, call)
            except Exception as error:  # noqa: BLE001  the call goes on, and its tickets are made from the whole of it
                structlog.get_logger().error("live_call_failed", exc_info=error)

    def _read(self, call: LiveCall) -> None:
        self._calls.read(call)
        if self._calls.asks_a_model:
            self._loop.call_soon_threadsafe(self._asking.set)

    def _hang_up(self, call: LiveCall) -> IntakeResult:
        return self._calls.hang_up(call, listener=self._listener)

    async def _in_thread(self, work: Callable[[LiveCall], T], call: LiveCall) -> T:
        """Run what may take as long as a model does; it takes no thread from the other routes."""
        return await run_sync(work, call, limiter=self._socket.app.state.live_threads)

    def _tell(self, news: Patch | Snapshot) -> None:
        """Hear of a call from a thread of its flow."""
        name = "ready" if isinstance(news, Snapshot) else "patch"
        with suppress(RuntimeError):  # the service stops
            self._loop.call_soon_threadsafe(self._outgoing.put_nowait, {"type": name, **news._asdict()})

    async def _message(self) -> Mapping[str, Any]:
        try:
            text = await self._socket.receive_text()
        except KeyError as error:  # a frame of bytes has no text
            raise InvalidInput("消息应为文字帧", field="body") from error
        if len(text) > LONGEST_MESSAGE:
            raise InvalidInput(f"每条消息最长 {LONGEST_MESSAGE // 1024} KiB", field="text")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidInput("消息不是合法的 JSON", field="body") from error
        if not isinstance(message, dict):
            raise InvalidInput("消息应为 JSON 对象", field="body")
        return message

    def _send(self, **message: Any) -> None:
        self._outgoing.put_nowait(message)
