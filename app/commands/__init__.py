"""What `hotline …` does: one module a group of commands. `app/cli.py` puts them together."""

from datetime import UTC, datetime

from rich.console import Console

from app.domain.access import AccessKey, Scope

console = Console(markup=False)
HERE = AccessKey(name="command", scopes=(Scope.ADMIN,), created_at=datetime(2026, 1, 1, tzinfo=UTC))
"""Who sits at the machine itself."""
