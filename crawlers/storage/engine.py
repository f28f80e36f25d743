"""Connections: from DATABASE_URL to an engine that is safe under several writers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from crawlers.errors import OperatorError

_WRITES = "crawlers_writes"


class StorageError(OperatorError):
    """The database cannot be used: it is away, full, read-only, of another revision, or refuses what it is given."""


class StorageAwayError(StorageError):
    """The database itself is out of reach, so that trying further postings is of no use."""


def read_url(text: str) -> URL:
    """DATABASE_URL as SQLAlchemy's URL, with the driver that this project uses. Raises StorageError."""
    try:
        url = make_url(re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", text.strip()))
        dialect = url.get_backend_name()
    except (ArgumentError, ValueError):
        # The text itself may hold a password, so it is not repeated.
        raise StorageError("DATABASE_URL is not a URL; write sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if dialect not in {"sqlite", "postgresql"}:
        raise StorageError(
            f"DATABASE_URL names the database {dialect!r}; this project works with sqlite and postgresql"
        )
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StorageError(f"DATABASE_URL names the driver {url.get_driver_name()!r}; leave it out: {dialect}://...")
    return url


def connect(url: URL) -> Engine:
    """An engine for this URL; nothing is connected yet. Raises StorageError."""
    options: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        # Positional parameters, as SQLite's driver has them, for BulkInsert.
        options = {"connect_args": {"connect_timeout": 5}, "pool_pre_ping": True, "paramstyle": "format"}
    try:
        engine = create_engine(url, **options)
    except ModuleNotFoundError:
        raise StorageError("PostgreSQL needs its driver: pip install 'crawlers[postgres]'") from None
    except (ArgumentError, NoSuchModuleError) as error:
        raise StorageError(f"DATABASE_URL {name_of(url)}: {error}") from None
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine)
    return engine


def name_of(url: URL) -> str:
    """The URL for people: without its password, and without options, which may hold one."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction; database errors leave as StorageError."""
    with _explained(engine), engine.execution_options(**{_WRITES: True}).begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read transaction; database errors leave as StorageError."""
    with _explained(engine), engine.connect() as connection:
        yield connection


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        kind = StorageAwayError if isinstance(error, OperationalError) or error.connection_invalidated else StorageError
        cause = " ".join(str(error.orig).split())
        raise kind(f"database {name_of(engine.url)}: {cause}") from error
    except (ValueError, TypeError, OverflowError) as error:  # a value that no driver takes
        raise StorageError(f"database {name_of(engine.url)}: {type(error).__name__}: {error}") from error


def _set_up_sqlite(engine: Engine) -> None:
    """Write-ahead log, waiting instead of failing when another process writes, and transactions that mean it.

    Python's driver begins a transaction only at the first change, and SQLite lets a reader that turns writer fail at
    once instead of waiting: hence BEGIN by hand, and BEGIN IMMEDIATE for those that will write. Raises StorageError.
    """
    if engine.url.database and not (folder := Path(engine.url.database).resolve().parent).is_dir():
        raise StorageError(f"DATABASE_URL {name_of(engine.url)}: there is no folder {folder}")

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
