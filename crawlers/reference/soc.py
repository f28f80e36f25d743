"""Files of the Standard Occupational Classification 2018 (bls.gov/soc/2018); public domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crawlers.reference.codes import soc_code
from crawlers.reference.files import Column, ReferenceFile, Row, Source, UnreadableError, has_columns, table_rows

KIND = "soc"
_VINTAGE = "2018"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """A file of the classification, known by its header."""

    part: str
    table: str
    columns: dict[str, Column]
    constants: dict[str, Any]


_DIRECT_MATCH = _Table(
    part="direct-match titles",
    table="occupation_titles",
    columns={
        "soc_code": Column(("2018 SOC Code",), soc_code),
        "title": Column(("2018 SOC Direct Match Title", "Direct Match Title")),
    },
    constants={"kind": "direct_match", "onet_code": None, "count": 1},
)
_CROSSWALK = _Table(
    part="2010 to 2018",
    table="soc_crosswalk",
    columns={
        "soc_2010": Column(("2010 SOC Code", "SOC 2010", "soc2010"), soc_code),
        "soc_2018": Column(("2018 SOC Code", "SOC 2018", "soc2018"), soc_code),
    },
    constants={},
)
_DEFINITIONS = _Table(
    part="definitions",
    table="soc_definitions",
    columns={
        "level": Column(("SOC Group",), str.lower),
        "soc_code": Column(("SOC Code",), soc_code),
        "title": Column(("SOC Title",)),
        "definition": Column(("SOC Definition",), may_be_empty=True),
    },
    constants={},
)
_TABLES = (_DIRECT_MATCH, _CROSSWALK, _DEFINITIONS)
PARTS = ("structure", *(table.part for table in _TABLES))
_GROUPS = {
    "major": Column(("Major Group",), soc_code, may_be_empty=True),
    "minor": Column(("Minor Group",), soc_code, may_be_empty=True),
    "broad": Column(("Broad Group", "Broad Occupation"), soc_code, may_be_empty=True),
    "detailed": Column(("Detailed Occupation",), soc_code, may_be_empty=True),
}
_STRUCTURE = _GROUPS | {"title": Column(("",), may_be_empty=True)}


def read(sources: Sequence[Source]) -> Iterator[ReferenceFile]:
    """Each file by its header. Raises UnreadableError where one is none of the classification."""
    for source in sources:
        part, table, rows = _read(source)
        yield ReferenceFile(
            kind=KIND,
            part=part,
            table=table,
            name=source.name,
            sha256=source.sha256,
            vintage=_VINTAGE,
            attribution=None,
            rows=list(rows),
        )


def _read(source: Source) -> tuple[str, str, Iterator[Row]]:
    """Part, table and rows."""
    for table in _TABLES:
        if has_columns(source, table.columns):
            return table.part, table.table, (row | table.constants for row in table_rows(source, table.columns))
    if has_columns(source, _STRUCTURE):
        return "structure", "soc_structure", _structure(source)
    raise UnreadableError(
        f"{source.name}: none of the structure, the definitions, the direct-match titles or the 2010 to 2018 crosswalk"
        " of SOC 2018 (bls.gov/soc/2018), by its header"
    )


def _structure(source: Source) -> Iterator[Row]:
    """Levels stand in columns of their own, the title in the last one, which has no name."""
    for row in table_rows(source, _STRUCTURE):
        level, code = next(((level, row[level]) for level in _GROUPS if row[level]), (None, None))
        if level and row["title"]:
            yield {"soc_code": code, "level": level, "title": row["title"]}
