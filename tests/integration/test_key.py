"""The key that seals personal data: the service never starts with another than the one of its database."""

from pathlib import Path

import pytest

from app.domain.errors import ServiceUnavailable
from tests.conftest import service, settings_for
from tests.factories import WATER


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
