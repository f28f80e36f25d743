"""Inserts of many rows: the statement is compiled once, and the driver runs it over plain tuples.

SQLAlchemy's own way through `execute(statement, rows)` works on every value of every row, which costs more than the
database itself; see docs/performance.md for the figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from crawlers.storage.models import UtcDateTime

Row = dict[str, Any]

_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class BulkInsert:
    """An INSERT into a table; where the columns `key` are given, a row that is there by these is updated.

    An update leaves the columns `kept` as they are. The table's `id`, where it has one, counts up by itself.
    """

    def __init__(self, engine: Engine, table: Table, *, key: Sequence[str] = (), kept: Sequence[str] = ()) -> None:
        self._sqlite = engine.dialect.name == "sqlite"
        names = [column.name for column in table.columns if column.name != "id"]
        insert: Any = (sqlite.insert if self._sqlite else postgresql.insert)(table)
        if key:
            changes = {name: insert.excluded[name] for name in names if name not in {*key, *kept}}
            insert = insert.on_conflict_do_update(index_elements=key, set_=changes)
        compiled = insert.inline().compile(dialect=engine.dialect, column_keys=names)
        self._statement = str(compiled)
        self._values = itemgetter(*compiled.positiontup)
        self._times = [column.name for column in table.columns if isinstance(column.type, UtcDateTime)]
        self._documents = [column.name for column in table.columns if isinstance(column.type, JSON)]

    def execute(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Insert rows, each with a value for every column; their times and documents are encoded in place."""
        values = []
        for row in rows:
            for name in self._documents:
                if row[name] is not None:
                    row[name] = _dumps(row[name]) if row[name] else "[]" if row[name] == [] else "{}"
            if self._sqlite:
                for name in self._times:
                    if row[name] is not None:
                        row[name] = _sqlite_time(row[name])
            values.append(self._values(row))
        if values:
            connection.exec_driver_sql(self._statement, values)


def _sqlite_time(time: datetime) -> str:
    """A time as SQLAlchemy writes it into SQLite, which has no type for it."""
    return time.astimezone(UTC).isoformat(" ", "microseconds")[:26]
