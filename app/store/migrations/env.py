"""Runs migrations on the connection it is handed; from the command line on the database that the settings name."""

from typing import Any

from alembic import context

from app.config import Settings
from app.store import unit_of_work as _all_tables  # noqa: F401  what it imports registers every table
from app.store.engine import make_engine
from app.store.tables import Base

_WORDS = "ticket_words"
"""The index of words, and the tables that SQLite keeps it in: each database has its own kind of it."""


def run() -> None:
    """Migrate."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        with make_engine(Settings().database_url).begin() as opened:
            _migrate(opened)
    else:
        _migrate(connection)


def _is_ours(item: Any, name: str | None, kind: str, *_: Any) -> bool:
    table = name if kind == "table" else item.table.name
    return not str(table).startswith(_WORDS)


def _migrate(connection: Any) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, include_object=_is_ours
    )
    context.run_migrations()


run()
