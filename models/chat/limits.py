"""How long, how often and how many at once: the bounds every call to a chat server keeps."""

from typing import NamedTuple


class ChatLimits(NamedTuple):
    """Seconds unless said otherwise. The caller's own time limit stands above all of these."""

    connect_seconds: float = 2.0
    read_seconds: float = 30.0
    """Longest silence of a server that is connected."""
    attempts: int = 3
    first_wait_seconds: float = 0.2
    """Wait before the second attempt; doubled, with jitter, before each further one."""
    longest_wait_seconds: float = 2.0
    concurrency: int = 16
    """Calls under way at once, over all endpoints."""
    break_after: int = 3
    """Failures in a row after which an endpoint is left alone."""
    break_seconds: float = 15.0
