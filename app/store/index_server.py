"""A Chroma server as a client that waits for no answer longer than a caller may."""

from typing import Any

import httpx
from chromadb.api.client import Client
from chromadb.auth import UserIdentity
from chromadb.config import Settings

_SECONDS = 2.0
_SECONDS_IN_BULK = 30.0
_IN_BULK = ("/get", "/upsert", "/delete")
"""What may be told of all passages at once."""


def connect(url: str, settings: Settings) -> Any:
    """Return a client of the server at `http://host:port`.

    Raises:
        httpx.TransportError: it does not answer in time.
    """
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    settings.chroma_api_impl = "chromadb.api.fastapi.FastAPI"
    settings.chroma_server_host, settings.chroma_server_http_port = host, int(port or 8000)
    return _Patient(settings=settings)


class _Patient(Client):
    """The library sets no time limit, and asks who it is before it can be told of one."""

    def get_user_identity(self) -> UserIdentity:
        """Limit every request from this first one on."""
        session: httpx.Client = getattr(self._server, "_session")  # noqa: B009  no part of the server's own port
        session.event_hooks = {"request": [_in_time]}
        return super().get_user_identity()


def _in_time(request: httpx.Request) -> None:
    seconds = _SECONDS_IN_BULK if request.url.path.endswith(_IN_BULK) else _SECONDS
    request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
