"""Runs migrations on the connection it is handed, or on `DATABASE__URL` from the command line."""

import os

from alembic import context

from app.store import knowledge_tables as _knowledge_tables  # noqa: F401  registers its tables
from app.store import service_tables as _service_tables  # noqa: F401  registers its tables
from app.store.engine import make_engine
from app.store.tables import Base


def run() -> None:
    """Migrate."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        url = os.environ.get("DATABASE__URL", "sqlite:///var/hotline.db")
        with make_engine(url).begin() as opened:
            _migrate(opened)
    else:
        _migrate(connection)


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)  # type: ignore[arg-type]
    context.run_migrations()


run()
