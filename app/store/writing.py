"""Rows written: many at once, beside one that is there already, and one that nobody may have changed meanwhile."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Update, insert
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


def changes_one(session: Session, statement: Update) -> bool:
    """Run an UPDATE of one row; tell whether the row was still as its conditions say."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


@cache
def _plain(table: Any) -> Any:
    return insert(table.__table__)
