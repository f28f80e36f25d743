"""An operator's own counts: how often employers filed a title with a SOC code, as a table with a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from crawlers.reference.codes import soc_code
from crawlers.reference.files import Column, ReferenceFile, Source, table_rows

KIND = "titles"


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(f"{count} is no count of filings")
    return count


_COLUMNS = {
    "title": Column(("title", "job title")),
    "soc_code": Column(("soc code", "soc"), soc_code),
    "count": Column(("count", "filings", "weight"), _count, may_be_absent=True),
}


def read(sources: Sequence[Source]) -> Iterator[ReferenceFile]:
    """Each file. Raises UnreadableError."""
    for source in sources:
        rows = [
            row | {"kind": "filing", "onet_code": None, "count": row["count"] or 1}
            for row in table_rows(source, _COLUMNS)
        ]
        yield ReferenceFile(
            kind=KIND,
            part=PurePath(source.name).stem,
            table="occupation_titles",
            name=source.name,
            sha256=source.sha256,
            vintage="own",
            attribution=None,
            rows=rows,
        )
