"""Personal data is sealed, by the one key that the service starts with."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.errors import ServiceUnavailable
from app.domain.given_answer import GivenAnswer
from app.flows.registry import Flows
from app.store.engine import make_engine
from tests.conftest import service, settings_for
from tests.factories import ADMIN, WATER
from tests.integration.conftest import SetClock
from tests.integration.record_steps import NAMED, intake


def test_names_and_numbers_are_not_readable_in_the_database(stored: Flows, database_url: str) -> None:
    number = intake(stored, NAMED).ticket_number
    stored.tickets.correct(number, {"citizen.name": "李四光"}, by=ADMIN, expected_version=1)
    engine = make_engine(database_url)
    with engine.connect() as connection:
        for table in ("tickets", "deliveries", "ticket_events", "feedback", "outbox"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert "13900000000" not in rows, table
            assert "张三丰" not in rows, table
            assert "李四光" not in rows, table
    assert stored.tickets.get(number, by=ADMIN).citizen.name == "李四光"
    assert stored.tickets.history(number, by=ADMIN)[-1].data["old"] == {"citizen.name": "张三丰"}


def test_an_answer_kept_for_a_repetition_is_sealed_and_goes_after_a_week(
    stored: Flows, clock: SetClock, database_url: str
) -> None:
    answer = GivenAnswer(digest="d", status=201, headers={"etag": '"1"'}, body='{"name":"赵大勇"}')
    stored.given_answers.keep("k", answer)
    assert stored.given_answers.find("k") == answer
    with make_engine(database_url).connect() as connection:
        assert "赵大勇" not in str(connection.execute(text("SELECT body FROM idempotency_records")).all())
    clock.move(days=8)
    stored.given_answers.forget_old()
    assert stored.given_answers.find("k") is None


@pytest.fixture
def url(tmp_path: Path, database_url: str) -> str:
    """A database that holds one ticket, whose key is gone."""
    flows = service(settings_for(tmp_path, database_url))
    flows.intake.run(WATER)
    flows.close()
    (tmp_path / "keys" / "store.key").unlink()
    return database_url


def test_without_its_key_nothing_starts_and_no_other_key_is_made(tmp_path: Path, url: str) -> None:
    with pytest.raises(ServiceUnavailable, match=r"没有密钥文件 .*store\.key.*放回备份的密钥"):
        service(settings_for(tmp_path, url))
    assert not (tmp_path / "keys" / "store.key").exists()


def test_a_second_host_with_a_key_of_its_own_is_refused(tmp_path: Path, url: str) -> None:
    other = settings_for(tmp_path / "other", url)
    service(settings_for(tmp_path / "other")).close()
    with pytest.raises(ServiceUnavailable, match="密钥与数据库不符"):
        service(other)
