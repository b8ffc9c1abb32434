"""INSERT statements that say what to do where a row is there already."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insertion(session: Session, table: Any) -> Any:
    """Return an INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`, whichever the database."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
