"""One delivery in, one signed CloudEvents request out."""

import base64
import contextlib
import hashlib
import hmac
import time
from datetime import UTC, datetime
from typing import Any

import httpx2
from pydantic_core import to_json

from app.domain.webhook import Delivery

SOURCE = "/枣解决枣满意/hotline"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
TIMEOUT_S = 10.0
_LONGEST_ANSWER = 300


class WebhookSender:
    """Posts events in CloudEvents 1.0 structured mode, signed as Standard Webhooks prescribes (HMAC-SHA256)."""

    def __init__(self, transport: httpx2.BaseTransport | None = None) -> None:
        self._client = httpx2.Client(timeout=TIMEOUT_S, transport=transport, follow_redirects=False)

    def send(self, delivery: Delivery, now: datetime) -> tuple[bool, str]:
        """Return whether the receiver took the event (2xx), and what it answered."""
        body = to_json(cloud_event(delivery))
        headers = {
            "Content-Type": CONTENT_TYPE,
            "webhook-id": delivery.message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(delivery.webhook.secret, delivery.message.id, int(now.timestamp()), body),
        }
        try:
            with self._client.stream("POST", delivery.webhook.url, content=body, headers=headers) as answer:
                said = f"{answer.status_code} {_beginning(answer)}"
                return answer.is_success, said[:_LONGEST_ANSWER]
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return False, f"{type(error).__name__}: {error}"[:_LONGEST_ANSWER]

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def _beginning(answer: httpx2.Response) -> str:
    """Return how an answer begins: its status is what counts, and its text may never end."""
    said, latest = "", time.monotonic() + TIMEOUT_S
    with contextlib.suppress(httpx2.HTTPError):
        for part in answer.iter_text():
            said += part
            if len(said) >= _LONGEST_ANSWER or time.monotonic() >= latest:
                break
    return said


def cloud_event(delivery: Delivery) -> dict[str, Any]:
    """Return the event as CloudEvents 1.0: a receiver knows a repetition by `source` and `id`."""
    message = delivery.message
    return {
        "specversion": "1.0",
        "id": message.id,
        "source": SOURCE,
        "type": f"cn.zaozhuang.hotline.{message.topic}",
        "subject": message.payload.get("ticket_number"),
        "time": message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": message.payload,
    }


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` (Standard Webhooks 1.0)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
