"""Fixtures: the city's reference data, an empty service on SQLite and on PostgreSQL, a client with a key."""

import functools
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.bootstrap import Embedded, build_flows, load_embedded
from app.config import ROOT, Settings
from app.domain.ports import Clock
from app.domain.reference import ReferenceData
from app.flows.registry import Flows
from app.main import create_app

KEY = "test-key"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if "__" in name or name == "DATA_DIR":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def services_are_let_go() -> Iterator[None]:
    """A process here starts many services: what a real one keeps for good would take gigabytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", lambda: None)
        yield


@pytest.fixture(scope="session")
def reference() -> ReferenceData:
    return embedded().reference


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import pgserver

    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hotline.db'}"
    base: str = request.getfixturevalue("postgres_server")
    return fresh_database(base, f"t_{abs(hash(str(tmp_path))):x}")


def fresh_database(base: str, name: str) -> str:
    from sqlalchemy import create_engine, text

    admin = create_engine(base, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return admin.url.set(database=name).render_as_string(hide_password=False)


SHORT_DEMO = ("streetlight", "ask_probation", "wages", "resident_danger", "petrol_bought")


def with_short_demo(folder: Path, sorts: tuple[str, ...] = SHORT_DEMO, times: int = 3) -> Path:
    """Return a copy of the city's reference data with a few sorts of demo calls, so many of each, bursts apart."""
    knowledge = Path(shutil.copytree(ROOT / "knowledge_base", folder / "knowledge_base"))
    script = yaml.safe_load((knowledge / "demo.yaml").read_text("utf-8"))
    kept = [one for one in script["calls"] if one["id"] in sorts]
    script["calls"] = [{**one, "times": times} for one in kept]
    (knowledge / "demo.yaml").write_text(yaml.safe_dump(script, allow_unicode=True), "utf-8")
    return knowledge


def settings_for(folder: Path, url: str = "") -> Settings:
    settings = Settings(data_dir=folder)
    settings.database.url = url
    settings.duties = False
    settings.auth.bootstrap_key = SecretStr(KEY)
    return settings


@functools.cache
def embedded() -> Embedded:
    """Everything that is read from files, once for all tests: it never changes."""
    return load_embedded(Settings())


def service(settings: Settings, clock: Clock | None = None) -> Flows:
    """Return the flows of a service of its own."""
    return build_flows(settings, clock, embedded())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture
def flows(settings: Settings) -> Iterator[Flows]:
    built = service(settings)
    yield built
    built.close()


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, embedded()), headers={"X-API-Key": KEY}) as opened:
        yield opened
