"""A service on both databases whose clock the test sets."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from app.flows.registry import Flows
from tests.conftest import service, settings_for

ZONE = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)


class SetClock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.moment = MONDAY

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def stored(tmp_path: Path, database_url: str, clock: SetClock) -> Iterator[Flows]:
    flows = service(settings_for(tmp_path, database_url), clock)
    yield flows
    flows.close()
