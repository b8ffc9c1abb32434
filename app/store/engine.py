"""A database URL in, an engine out: SQLite with WAL and full sync, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, SQLAlchemyError

from app.domain.errors import InvalidInput, ServiceUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_NO_DATABASE = "DATABASE__URL 应为 postgresql+psycopg://用户:密码@主机/库名，或 sqlite:///文件"
_MIGRATING = 12345
"""The advisory lock that one migrating process holds."""


def make_engine(url: str) -> Engine:
    """Return an engine; a SQLite file's folder is made where it is missing.

    Raises:
        InvalidInput: it is no URL of a database that the service can use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput(_NO_DATABASE, field="DATABASE__URL") from error
    if parsed.drivername == "postgresql+psycopg":
        patient = parsed.update_query_dict({**_PATIENCE, **parsed.query})
        return create_engine(patient, **_COMMON, pool_pre_ping=True, pool_size=10, max_overflow=20)
    if parsed.get_backend_name() != "sqlite":
        raise InvalidInput(_NO_DATABASE, field="DATABASE__URL")
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, **_COMMON, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _write_lock)
    return engine


def _as_json(value: Any) -> str:
    return to_json(value).decode()


_COMMON: dict[str, Any] = {"json_serializer": _as_json, "hide_parameters": True}
"""An error is logged, and never with the values that were to be stored."""


_PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""A server that is cut off is noticed within a minute, not in two hours; what the URL says of these counts."""


def _durable(connection: sqlite3.Connection, _record: Any) -> None:
    """Every commit is on disk before it is acknowledged; readers never wait for the writer."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_lock(connection: Connection) -> None:
    """Take the write lock at the start, so that a writer never fails half way for want of it. Readers take none."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, up or down. Of several processes one migrates, the others wait for it.

    Raises:
        ServiceUnavailable: the database cannot be reached.
    """
    if revision == "head" and is_current(engine):
        return
    from alembic import command  # seldom needed, and slow to load
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def reason_of(error: SQLAlchemyError) -> str:
    """Return what the driver says, in one line and without the values that were to be stored."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return said[0] if said else type(error).__name__


@contextmanager
def reached(engine: Engine) -> Iterator[Connection]:
    """Give a connection that only reads.

    Raises:
        ServiceUnavailable: the database cannot be reached.
    """
    try:
        opened = engine.execution_options(reading=True).connect()
    except DatabaseError as error:  # no server, no right, or a file that is no database
        where = engine.url.render_as_string(hide_password=True)
        raise ServiceUnavailable(f"数据库 {where} 连不上：{reason_of(error)}") from error
    with opened as connection:
        yield connection


def is_current(engine: Engine) -> bool:
    """Tell whether the schema is that of the newest migration; a migration's file has its revision's name.

    Raises:
        ServiceUnavailable: a newer release has upgraded it.
    """
    known = sorted(file.stem for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with reached(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found and found not in known:
        raise ServiceUnavailable(
            f"数据库的版本是 {found}，本程序只认识到 {known[-1]}：请用升级它的新版程序，或恢复升级前的备份"
        )
    return bool(found == known[-1])
