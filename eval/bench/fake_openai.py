"""A chat server on the loopback that behaves as badly as it is told: real HTTP, for tests and the fallback matrix."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = Mapping[str, Any]
Behaviour = Callable[["Handler", Request], None]
Writer = Callable[[Request], str]
"""A chat request in, the message's text out."""


class FakeOpenAI(ThreadingHTTPServer):
    """One server; `behaviour` may be changed while it runs. `requests` holds every body it was sent."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self.at_once = 0
        self.most_at_once = 0
        self.stopping = threading.Event()
        self.counting = threading.Lock()

    @property
    def url(self) -> str:
        """The base URL a client is given."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: callers hang up on purpose here."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: FakeOpenAI
    protocol_version = "HTTP/1.1"
    counted = False

    def do_POST(self) -> None:
        """Take a chat request and behave."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.counting:
            self.server.requests.append(body)
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        self.counted = True
        try:
            self.server.behaviour(self, body)
        finally:
            self.leave()

    def leave(self) -> None:
        """Count the request as over: before its answer is sent, since the caller may ask again at once."""
        with self.server.counting:
            self.server.at_once -= self.counted
        self.counted = False

    def reply(self, status: int, body: bytes, content_type: str = "application/json", **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.leave()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
        """Log nothing."""


def completion(text: str, finish_reason: str = "stop") -> bytes:
    """Return the body of a chat completion."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "fake", "choices": [choice], "usage": usage}
    return json.dumps(body, ensure_ascii=False).encode()


def writes(text: Writer) -> Behaviour:
    """Answer well, with what `text` makes of the request; in pieces where it asks for a stream."""

    def behave(handler: Handler, request: Request) -> None:
        if request.get("stream"):
            handler.reply(200, b"".join(chunks(text(request))), "text/event-stream")
        else:
            handler.reply(200, completion(text(request)))

    return behave


def chunks(text: str, size: int = 8) -> Iterator[bytes]:
    """Yield a chat completion as server-sent events."""
    pieces = [{"content": text[i : i + size]} for i in range(0, len(text), size)]
    opening = {"role": "assistant", "content": ""}
    for delta, finish in [*((piece, None) for piece in (opening, *pieces)), ({}, "stop")]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "fake", "choices": [choice]}
        yield b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def hangs(handler: Handler, _request: Request) -> None:
    """Take the request and never answer."""
    handler.server.stopping.wait(60)
    handler.close_connection = True


def drips(handler: Handler, request: Request) -> None:
    """Send a right answer, one byte at a time, slower than anyone waits."""
    body = completion("{}") * 50
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    handler.wfile.write(f"Content-Length: {len(body)}\r\n\r\n".encode())
    for byte in body:
        if handler.server.stopping.wait(0.05):
            break
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
    handler.close_connection = True


def drops(handler: Handler, _request: Request) -> None:
    """Break the connection within the answer, as a killed server does."""
    handler.wfile.write(
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"id": "x", '
    )
    handler.wfile.flush()
    handler.close_connection = True


def babbles(handler: Handler, _request: Request) -> None:
    """Answer 200 with something that is no chat completion."""
    handler.reply(200, b"<html>\xff\xfe nginx</html>")


def thinks_forever(handler: Handler, _request: Request) -> None:
    """Answer with thoughts alone."""
    handler.reply(200, completion("<think>" + "嗯" * 200))


def refuses(status: int, message: str = "") -> Behaviour:
    """Answer every request with an error status."""
    body = json.dumps({"error": {"message": message, "type": "server_error", "code": status}}).encode()
    return lambda handler, _request: handler.reply(status, body)


def cuts_off(writer: Writer) -> Behaviour:
    """Answer with the first half of the text, as a server out of tokens or disk does."""
    return lambda handler, request: handler.reply(200, completion(writer(request)[: len(writer(request)) // 2]))


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[FakeOpenAI]:
    """Run a server for the length of the block."""
    server = FakeOpenAI(behaviour)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
