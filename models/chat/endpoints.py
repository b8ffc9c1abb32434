"""Several servers of one model: the least busy healthy one is chosen; one that keeps failing is left alone a while."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.base import BadOutput, ModelRefused, ModelUnavailable, ModelUnknown
from models.chat.limits import ChatLimits

Client = TypeVar("Client")
_LOG = logging.getLogger(__name__)


@dataclass
class Endpoint(Generic[Client]):
    """One server and what is known of it. `opened_at` is set while its circuit is open."""

    url: str
    client: Client
    in_flight: int = 0
    failures: int = 0
    opened_at: float | None = None
    unknown: ModelUnknown | None = None
    """Why it is of no use as it is set; the last failure was of this kind."""
    trying: bool = False
    """The one call that tries an open circuit again is under way."""


class EndpointHealth(dict[str, str | int | bool]):
    """What an operator of the service sees of one endpoint."""


class Endpoints(Generic[Client]):
    """Chooses endpoints and keeps their circuits. Used from one event loop only."""

    def __init__(
        self,
        clients: Sequence[tuple[str, Client]],
        limits: ChatLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._all = [Endpoint(url, client) for url, client in clients]
        self._limits = limits
        self._clock = clock

    @contextmanager
    def borrowed(self, *, but_for: Sequence[str] = ()) -> Iterator[Endpoint[Client]]:
        """Lend the least busy endpoint that may be called, one not in `but_for` if there is one.

        How the block ends is the endpoint's record: an error of the server counts against it, an answer that was
        not what was asked for, or a refusal of this one call, does not.

        Raises:
            ModelUnavailable: every circuit is open; ModelUnknown where each is of a server that is set wrongly.
        """
        endpoint = self._chosen(but_for)
        endpoint.in_flight += 1
        endpoint.trying = endpoint.opened_at is not None
        try:
            yield endpoint
        except (BadOutput, ModelRefused):
            self._succeeded(endpoint)
            raise
        except BaseException as error:  # a cancelled call too: it was cut off because the server was too slow
            self._failed(endpoint, error)
            raise
        else:
            self._succeeded(endpoint)
        finally:
            endpoint.in_flight -= 1
            endpoint.trying = False

    def others(self, tried: Sequence[str]) -> bool:
        """Tell whether an endpoint may be called that was not tried."""
        return any(self._may_be_called(e) for e in self._all if e.url not in tried)

    def health(self) -> list[EndpointHealth]:
        """Return what is known of each endpoint."""
        return [
            EndpointHealth(url=e.url, in_flight=e.in_flight, failures=e.failures, open=e.opened_at is not None)
            for e in self._all
        ]

    def _chosen(self, but_for: Sequence[str]) -> Endpoint[Client]:
        allowed = [endpoint for endpoint in self._all if self._may_be_called(endpoint)]
        if not allowed:
            if all(endpoint.unknown for endpoint in self._all) and (known := self._all[0].unknown):
                raise known
            raise ModelUnavailable("every endpoint failed lately and is left alone for now")
        return min(allowed, key=lambda e: (e.url in but_for, e.failures > 0, e.in_flight))

    def _may_be_called(self, endpoint: Endpoint[Client]) -> bool:
        if endpoint.opened_at is None:
            return True
        return not endpoint.trying and self._clock() - endpoint.opened_at >= self._limits.break_seconds

    def _succeeded(self, endpoint: Endpoint[Client]) -> None:
        endpoint.failures, endpoint.opened_at, endpoint.unknown = 0, None, None

    def _failed(self, endpoint: Endpoint[Client], error: BaseException) -> None:
        endpoint.failures += 1
        _LOG.warning("language model at %s: %s %s", endpoint.url, type(error).__name__, error)
        endpoint.unknown = error if isinstance(error, ModelUnknown) else None
        if endpoint.failures >= self._limits.break_after:
            endpoint.opened_at = self._clock()
