"""Releases of the O*NET database (onetcenter.org/database.html), text or workbooks; CC BY 4.0.

Their codes are of O*NET-SOC 2019, the first seven characters of which are codes of SOC 2018.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from crawlers.reference.codes import onet_code
from crawlers.reference.files import Column, ReferenceFile, Source, UnreadableError, table_rows

KIND = "onet"
_RELEASE = re.compile(r"O\*NET (\d+\.\d+) Database")
_IN_NAME = re.compile(r"db_(\d+)_(\d+)")
_CODE = Column(("O*NET-SOC Code",), onet_code)


def _is_yes(text: str) -> bool:
    return text.upper() == "Y"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """A file of the release."""

    stem: str
    table: str
    columns: dict[str, Column]
    constants: dict[str, Any]


_TABLES = (
    _Table(
        stem="Occupation Data",
        table="onet_occupations",
        columns={"onet_code": _CODE, "title": Column(("Title",)), "description": Column(("Description",))},
        constants={},
    ),
    _Table(
        stem="Alternate Titles",
        table="occupation_titles",
        columns={"onet_code": _CODE, "title": Column(("Alternate Title",))},
        constants={"kind": "alternate", "count": 1},
    ),
    _Table(
        stem="Sample of Reported Titles",
        table="occupation_titles",
        columns={"onet_code": _CODE, "title": Column(("Reported Job Title",))},
        constants={"kind": "reported", "count": 1},
    ),
    _Table(
        stem="Job Zones",
        table="onet_job_zones",
        columns={"onet_code": _CODE, "job_zone": Column(("Job Zone",), int)},
        constants={},
    ),
    _Table(
        stem="Technology Skills",
        table="onet_technologies",
        columns={
            "onet_code": _CODE,
            "technology": Column(("Example", "Technology")),
            "commodity": Column(("Commodity Title",)),
            "is_hot": Column(("Hot Technology",), _is_yes),
        },
        constants={},
    ),
    _Table(
        stem="Task Statements",
        table="onet_tasks",
        columns={
            "onet_code": _CODE,
            "task_id": Column(("Task ID",), int),
            "task": Column(("Task",)),
            "task_type": Column(("Task Type",), may_be_empty=True),
        },
        constants={},
    ),
)

PARTS = tuple(table.stem for table in _TABLES)


def read(sources: Sequence[Source]) -> Iterator[ReferenceFile]:
    """The tables of a release, one by one. Raises UnreadableError where one is missing or malformed."""
    by_stem = {PurePath(source.name).stem.lower(): source for source in sources}
    missing = [table.stem for table in _TABLES if table.stem.lower() not in by_stem]
    if missing:
        raise UnreadableError(f"no release of O*NET: {', '.join(missing)} missing (.txt or .xlsx)")
    release = _release(sources)
    for table in _TABLES:
        source = by_stem[table.stem.lower()]
        rows = [_with_soc(row, table) for row in table_rows(source, table.columns)]
        yield ReferenceFile(
            kind=KIND,
            part=table.stem,
            table=table.table,
            name=source.name,
            sha256=source.sha256,
            vintage=release,
            attribution=_attribution(release),
            rows=rows,
        )


def _with_soc(row: dict[str, Any], table: _Table) -> dict[str, Any]:
    return row | table.constants | {"soc_code": row["onet_code"][:7]}


def _release(sources: Sequence[Source]) -> str:
    for source in sources:
        if PurePath(source.name).stem.lower().replace(" ", "") == "readme":
            found = _RELEASE.search(source.content[:4000].decode("utf-8", errors="replace"))
            if found:
                return found[1]
    for source in sources:
        if found := _IN_NAME.search(source.name):
            return f"{found[1]}.{found[2]}"
    return "unknown"


def _attribution(release: str) -> str:
    version = f"{release} " if release != "unknown" else ""
    return (
        f"This product includes information from the O*NET {version}Database by the U.S. Department of Labor,"
        " Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET(R) is a"
        " trademark of USDOL/ETA. The information has been modified: titles are cleaned and indexed. USDOL/ETA has not"
        " approved, endorsed, or tested these modifications."
    )
