"""The tables' revision: what the database has, what this version needs, and the way from one to the other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from crawlers.storage.engine import StorageError

_MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def head() -> str:
    """Revision that this version needs."""
    revision = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    assert revision, f"no migration in {_MIGRATIONS}"
    return revision


def current(connection: Connection) -> str | None:
    """Revision that the database has; None: no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring the tables to `head`, inside the connection's transaction. Raises StorageError where that cannot be."""
    revision = current(connection)
    known = {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if revision and revision not in known:
        raise StorageError(
            f"the database is at revision {revision}, which this version does not know: it was written by a newer one"
        )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
