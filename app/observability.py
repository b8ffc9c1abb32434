"""Structured logs without personal data, request ids, and Prometheus metrics."""

import logging
import sys
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def _stamped(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say when, on the clock of the record and with its zone, wherever the machine stands."""
    event["timestamp"] = datetime.now(_CITY_TIME).isoformat(timespec="milliseconds")
    return event


def configure_logging() -> None:
    """Log JSON lines to stderr. Callers log ids and codes, never what a citizen said."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamped,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


_CITY_TIME = timezone(timedelta(hours=8))
RESULTS = ("intake", "consultation", "paragraph")
"""What a language model or a model server may have a part in."""


class Metrics:
    """Counters of one service process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("hotline_requests", "HTTP requests", ["route", "status"], registry=self.registry)
        self.seconds = Histogram("hotline_request_seconds", "Time to answer", ["route"], registry=self.registry)
        self.tickets = Counter("hotline_tickets", "Tickets made", ["request_kind"], registry=self.registry)
        said = "Results that the embedded engine gave in place of the one that is set"
        self.degraded = Counter("hotline_degraded", said, ["result"], registry=self.registry)
        for result in RESULTS:
            self.degraded.labels(result)  # shown before the first, so that a rise from none is seen

    def count(self, degraded: bool, request_kinds: Sequence[str]) -> None:
        """Count what one call became."""
        self.count_result("intake", degraded)
        for kind in request_kinds:
            self.tickets.labels(kind).inc()

    def count_result(self, result: str, degraded: bool) -> None:
        """Count a result where another engine gave it than the one that is set."""
        if degraded:
            self.degraded.labels(result).inc()

    def render(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self.registry)
