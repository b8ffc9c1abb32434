"""Messages to their receivers: endpoints are kept, deliveries tried again later and later, dead ones replayed."""

import ipaddress
import secrets
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import structlog

from app.decide.visibility import masked
from app.domain.errors import Conflict, InvalidInput
from app.domain.ports import Clock, UnitOfWorkFactory
from app.domain.referral import Receiver
from app.domain.webhook import EVERYTHING, REFERRALS, TOPICS, Delivery, DeliveryStatus, Webhook, is_topic

_FIRST_WAIT = timedelta(seconds=10)


class Patience(NamedTuple):
    """How often a message is tried, and the longest wait between two trials."""

    attempts: int
    longest_wait: timedelta


PATIENCE = Patience(10, timedelta(hours=6))
OF_REFERRALS = Patience(2000, timedelta(minutes=10))
"""Nothing said of danger or of officials is given up: two weeks, and soon after the receiver is back."""
_QUEUED_AT_A_TIME = 1000
_SENT_AT_A_TIME = 8
"""Tried within the lease even where each takes as long as a sender waits."""
_SERVED_AT_ONCE = 32
_MOST_TOPICS = 50


class Sends(Protocol):
    """Tells one receiver of one event."""

    def send(self, delivery: Delivery, now: datetime) -> tuple[bool, str]:
        """Return whether it was taken, and the answer."""


class RelayFlow:
    """Hands on what the outbox holds. A delivery that was sent but not settled is sent again: receivers go by id."""

    def __init__(self, store: UnitOfWorkFactory, clock: Clock, senders: Mapping[str, Sends]) -> None:
        """`senders`: who tells an endpoint, by the scheme of its address."""
        self._store = store
        self._clock = clock
        self._senders = senders
        self._pool = ThreadPoolExecutor(_SERVED_AT_ONCE, "relay")
        self._choosing = threading.Lock()
        self._served: set[str] = set()
        self._closing = False

    def begin(self) -> list[Future[int]]:
        """Begin to deliver what is due and wait for nobody: who answers slowly keeps only its own messages waiting.

        Safe in several processes.
        """
        now = self._clock.now()
        with self._store() as uow:
            uow.outbox.fan_out(now, limit=_QUEUED_AT_A_TIME)
            uow.commit()
        with self._store(reading=True) as uow:
            waiting = uow.outbox.waiting(now)
        with self._choosing:
            idle = [endpoint for endpoint in waiting if endpoint not in self._served]
            self._served.update(idle)
        begun = [self._pool.submit(self._serve, endpoint) for endpoint in idle]
        for served in begun:
            served.add_done_callback(_noted)
        return begun

    def run_once(self) -> int:
        """Deliver what is due; return how many deliveries were tried."""
        return sum(served.result() for served in self.begin())

    def close(self) -> None:
        """End after the deliveries at hand; the rest waits for the next start."""
        self._closing = True
        self._pool.shutdown(cancel_futures=True)

    def subscribe(self, url: object, topics: object, secret: object = None, *, by: str) -> Webhook:
        """Keep a receiver; its secret is shown once.

        Raises:
            InvalidInput: no http(s) address, a link-local one, or topics that are none.
        """
        if not isinstance(topics, list | tuple) or not all(isinstance(t, str) and t for t in topics):
            raise InvalidInput("topics 应为文字列表", field="topics")
        if len(topics) > _MOST_TOPICS:
            raise InvalidInput(f"topics 最多{_MOST_TOPICS}个", field="topics")
        if unknown := next((topic for topic in topics if not is_topic(topic)), None):
            raise InvalidInput(f"没有事件 {unknown[:64]}；可订阅：{'、'.join(TOPICS)}", field="topics")
        if secret is not None and (not isinstance(secret, str) or len(secret) < 16):
            raise InvalidInput("secret 至少16个字符", field="secret")
        return self._keep(checked_url(url), tuple(topics) or (EVERYTHING,), secret, by)

    def drop_into(self, folder: Path, receiver: Receiver, *, by: str) -> Webhook:
        """Let a lane's messages be written into a folder, to be carried over; its secret is shown once.

        Only whoever sits at the machine may name folders.

        Raises:
            InvalidInput: there is no such folder.
            Conflict: messages are written into it already, with another secret.
        """
        if not folder.is_dir():
            raise InvalidInput(f"没有目录 {folder}", field="folder")
        url = folder.resolve().as_uri()
        if taken := next((one for one in self.webhooks() if one.url == url), None):
            raise Conflict(
                f"目录 {folder} 已用于渠道 {taken.id}；一个目录只供一个渠道，要换密文请先由管理员退订"
                f"（DELETE /v1/webhooks/{taken.id}），移走旧文件"
            )
        return self._keep(url, (f"{REFERRALS}{receiver}",), None, by)

    def unsubscribe(self, webhook_id: str, *, by: str) -> None:
        """End a subscription; raises NotFound."""
        with self._store() as uow:
            uow.outbox.unsubscribe(webhook_id, self._clock.now(), by=by)
            uow.commit()

    def webhooks(self, *, ended: bool = False) -> Sequence[Webhook]:
        """Return the receivers in force; where asked for, those that ended too."""
        with self._store(reading=True) as uow:
            return uow.outbox.webhooks(ended=ended)

    def log(self, *, status: str | None, limit: int) -> Sequence[dict[str, Any]]:
        """Return the newest deliveries."""
        with self._store(reading=True) as uow:
            return uow.outbox.log(status=status, limit=limit)

    def replay(self, delivery_id: int) -> None:
        """Queue a delivery again; raises NotFound."""
        with self._store() as uow:
            uow.outbox.replay(delivery_id, self._clock.now())
            uow.commit()

    def _keep(self, url: str, topics: tuple[str, ...], secret: str | None, by: str) -> Webhook:
        webhook = Webhook(
            id=secrets.token_hex(8),
            url=url,
            secret=secret or secrets.token_urlsafe(32),
            topics=topics,
            created_at=self._clock.now(),
            created_by=by,
        )
        with self._store() as uow:
            uow.outbox.subscribe(webhook)
            uow.commit()
        return webhook

    def _serve(self, endpoint: str) -> int:
        """Deliver all that is due to one endpoint, one after the other; return how many were tried."""
        tried = 0
        try:
            while not self._closing and (claimed := self._claim(endpoint)):
                for delivery in claimed:
                    self._deliver(delivery)
                tried += len(claimed)
        finally:
            with self._choosing:
                self._served.discard(endpoint)
        return tried

    def _claim(self, endpoint: str) -> Sequence[Delivery]:
        with self._store() as uow:
            claimed = uow.outbox.claim(self._clock.now(), limit=_SENT_AT_A_TIME, endpoint=endpoint)
            uow.commit()
        return claimed

    def _deliver(self, delivery: Delivery) -> None:
        sender = self._senders[urlsplit(delivery.webhook.url).scheme]
        taken, said = sender.send(delivery, self._clock.now())
        answer = masked(said) or ""  # a receiver may quote what it was sent
        now, attempts = self._clock.now(), delivery.attempts + 1
        patience = OF_REFERRALS if delivery.message.topic.startswith(REFERRALS) else PATIENCE
        status = DeliveryStatus.DELIVERED if taken else DeliveryStatus.PENDING
        if not taken and attempts >= patience.attempts:
            status = DeliveryStatus.DEAD
        with self._store() as uow:
            due_at = now + wait_after(attempts, patience)
            uow.outbox.settle(delivery.id, status, answer=answer, due_at=due_at, now=now)
            uow.commit()


def _noted(served: Future[int]) -> None:
    """Log what nobody waits for."""
    if not served.cancelled() and (error := served.exception()):
        structlog.get_logger().warning("relay_failed", error=type(error).__name__)


def wait_after(attempts: int, patience: Patience) -> timedelta:
    """Return how long to wait after so many failures: 10 s, 30 s, 90 s … at most as long as patience says."""
    waits: int = 3 ** min(attempts - 1, 20)
    return min(_FIRST_WAIT * waits, patience.longest_wait)


def checked_url(url: object) -> str:
    """Return an http(s) address with a host; link-local ones (cloud metadata) are refused."""
    if not isinstance(url, str) or len(url) > 2000:
        raise InvalidInput("url 应为 http 或 https 地址", field="url")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput("url 应为 http 或 https 地址", field="url") from error
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise InvalidInput("url 应为 http 或 https 地址", field="url")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return url
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise InvalidInput("url 不能指向本地链路地址", field="url")
    return url
