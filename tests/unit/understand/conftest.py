"""What several tests of understanding read with."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.domain.ticket import TicketDraft
from app.receive.payload import parse_transcript
from tests.conftest import embedded
from tests.factories import call


@pytest.fixture(scope="module")
def draft_of() -> Callable[[str], TicketDraft]:
    """Return the first draft that the service makes of what a citizen says."""
    reader = embedded().reader

    def read(said: str) -> TicketDraft:
        return reader.read(parse_transcript(call("您好", said), received_at=datetime.now(UTC))).demands[0].draft

    return read
