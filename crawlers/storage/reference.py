"""Published files in the database: loaded part by part, listed, and read again as sources of the index of titles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from crawlers.classify.occupations.cache import cached_index, version_of
from crawlers.classify.occupations.index import Index
from crawlers.classify.occupations.sources import Kind, Sources, Title, shipped
from crawlers.reference import ReferenceFile
from crawlers.storage.engine import reading, writing
from crawlers.storage.models import Base
from crawlers.storage.reference_models import (
    OccupationTitleRow,
    OnetOccupationRow,
    OnetTaskRow,
    OnetTechnologyRow,
    ReferenceFileRow,
    SocDefinitionRow,
)

_CHUNK = 5_000
"""Rows handed to the driver at once."""
_KINDS = {
    "direct_match": Kind.DIRECT_MATCH,
    "reported": Kind.REPORTED,
    "alternate": Kind.ALTERNATE,
    "filing": Kind.FILING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedFile:
    """A published file that is in the database."""

    kind: str
    part: str
    name: str
    sha256: str
    vintage: str
    rows: int
    attribution: str | None
    loaded_at: datetime


class References:
    """Published files. Methods block and raise StorageError."""

    def __init__(self, engine: Engine, turn: threading.Lock) -> None:
        self._engine, self._turn = engine, turn

    def load(self, file: ReferenceFile, progress: Callable[[int], object] = lambda rows: None) -> bool:
        """Put a file in the place of the same part loaded before; False where it is the very same file.

        `progress` is called with the number of rows done. One transaction: all or nothing.
        """
        same_part = (ReferenceFileRow.kind == file.kind, ReferenceFileRow.part == file.part)
        with self._turn, writing(self._engine) as connection:
            before = connection.execute(select(ReferenceFileRow.id, ReferenceFileRow.sha256).where(*same_part)).first()
            if before and before.sha256 == file.sha256:
                return False
            connection.execute(delete(ReferenceFileRow).where(*same_part))
            values = {
                "kind": file.kind,
                "part": file.part,
                "name": file.name,
                "sha256": file.sha256,
                "vintage": file.vintage,
                "rows": len(file.rows),
                "attribution": file.attribution,
                "loaded_at": datetime.now(UTC),
            }
            file_id = connection.scalars(insert(ReferenceFileRow).values(values).returning(ReferenceFileRow.id)).one()
            _fill(connection, file, file_id, progress)
        return True

    def loaded(self) -> list[LoadedFile]:
        """The files, by kind and part."""
        columns = [getattr(ReferenceFileRow, name) for name in LoadedFile.__slots__]
        query = select(*columns).order_by(ReferenceFileRow.kind, ReferenceFileRow.part)
        with reading(self._engine) as connection:
            return [LoadedFile(**row._mapping) for row in connection.execute(query)]

    def digest(self) -> str:
        """What files titles are read from; "" where there are none."""
        return " ".join(f"{file.kind}/{file.part}:{file.sha256}" for file in self.loaded())

    def are_there(self) -> bool:
        """Whether the database has tables for published files; a SQLite file is not created for asking."""
        url = self._engine.url
        if self._engine.dialect.name == "sqlite" and url.database and not Path(url.database).exists():
            return False
        with reading(self._engine) as connection:
            return inspect(connection).has_table(ReferenceFileRow.__tablename__)

    def index(self) -> Index | None:
        """The index of the shipped titles and of those loaded; None where none are loaded."""
        loaded = self.digest()
        return cached_index(version_of(loaded), self.occupation_sources) if loaded else None

    def occupation_sources(self) -> Sources:
        """The shipped titles with those loaded, and what is known of the occupations' work."""
        sources = shipped()
        with reading(self._engine) as connection:
            sources.titles += _titles(connection)
            for soc_code, text in _texts(connection):
                sources.texts.setdefault(soc_code, []).append(text)
        return sources


def _fill(connection: Connection, file: ReferenceFile, file_id: int, progress: Callable[[int], object]) -> None:
    table = Base.metadata.tables[file.table]
    rows = iter(enumerate(file.rows))
    done = 0
    while chunk := [row | {"file_id": file_id, "position": position} for position, row in islice(rows, _CHUNK)]:
        connection.execute(insert(table), chunk)
        done += len(chunk)
        progress(done)


def _titles(connection: Connection) -> Iterator[Title]:
    row = OccupationTitleRow
    query = select(row.title, row.soc_code, row.kind, row.onet_code, row.count).order_by(row.file_id, row.position)
    for title, soc_code, kind, onet_code, count in connection.execute(query):
        yield Title(title, soc_code, _KINDS[kind], onet_code, count)
    occupations = select(OnetOccupationRow.title, OnetOccupationRow.soc_code, OnetOccupationRow.onet_code)
    for title, soc_code, onet_code in connection.execute(occupations.order_by(OnetOccupationRow.position)):
        yield Title(title, soc_code, Kind.REPORTED, onet_code)


def _texts(connection: Connection) -> Iterator[tuple[str, str]]:
    for query in (
        select(OnetOccupationRow.soc_code, OnetOccupationRow.description).order_by(OnetOccupationRow.position),
        select(OnetTaskRow.soc_code, OnetTaskRow.task).order_by(OnetTaskRow.position),
        select(OnetTechnologyRow.soc_code, OnetTechnologyRow.technology).order_by(OnetTechnologyRow.position),
        select(SocDefinitionRow.soc_code, SocDefinitionRow.definition)
        .where(SocDefinitionRow.level == "detailed", SocDefinitionRow.definition.is_not(None))
        .order_by(SocDefinitionRow.position),
    ):
        yield from ((row.soc_code, str(row[1])) for row in connection.execute(query))
