"""INSERT statements: plain ones, and those that say what to do where a row is there already."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insertion(session: Session, table: Any) -> Any:
    """Return an INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`, whichever the database."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def put(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows at once, as they are: nobody changes them in this transaction, so no session need watch them."""
    if rows:
        session.connection().execute(_plain(table), rows)


@cache
def _plain(table: Any) -> Any:
    return insert(table.__table__)
