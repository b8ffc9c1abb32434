"""A database that is not there, or is none, is named in one line."""

from pathlib import Path

import pytest

from app.domain.errors import InvalidInput, ServiceUnavailable
from app.store.engine import make_engine, migrate


@pytest.mark.parametrize("url", ["mysql://host/db", "postgresql://host/db", "var/hotline.db"])
def test_what_is_no_database_of_the_service_is_refused_with_what_would_be(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"postgresql\+psycopg://"):
        make_engine(url)


def test_a_server_that_is_cut_off_is_noticed_soon() -> None:
    base = "postgresql+psycopg://hotline:x@host/hotline"
    assert make_engine(base).url.query["connect_timeout"] == "5"
    assert make_engine(f"{base}?connect_timeout=20").url.query["connect_timeout"] == "20"


def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("记事" * 100, "utf-8")
    with pytest.raises(ServiceUnavailable, match="连不上：file is not a database"):
        migrate(make_engine(f"sqlite:///{tmp_path / 'notes.txt'}"))
    assert (tmp_path / "notes.txt").read_text("utf-8") == "记事" * 100


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(ServiceUnavailable, match="连不上") as refused:
        migrate(make_engine("postgresql+psycopg://hotline:geheim@127.0.0.1:1/hotline"))
    assert "127.0.0.1:1" in refused.value.message_zh
    assert "geheim" not in refused.value.message_zh
