"""The kinds of published files that can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from crawlers.reference import onet, soc, titles
from crawlers.reference.files import ReferenceFile, Source, UnreadableError, sources_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of published files."""

    name: str
    title: str
    where: str
    """Where an operator gets them."""
    stale_after: timedelta | None
    """Age from which on there is likely a newer release; None where there is none to wait for."""
    parts: tuple[str, ...]
    """What belongs to it in full; empty where any number of files does."""
    read: Callable[[Sequence[Source]], Iterator[ReferenceFile]]


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name=onet.KIND,
            title="O*NET database",
            where="onetcenter.org/database.html: the text or Excel release, as a zip or unpacked",
            stale_after=timedelta(days=365),
            parts=onet.PARTS,
            read=onet.read,
        ),
        Kind(
            name=soc.KIND,
            title="SOC 2018",
            where="bls.gov/soc/2018: structure, definitions, direct-match titles, 2010 to 2018 crosswalk",
            stale_after=None,
            parts=soc.PARTS,
            read=soc.read,
        ),
        Kind(
            name=titles.KIND,
            title="titles of filings",
            where="a table of your own: title, soc_code, count",
            stale_after=None,
            parts=(),
            read=titles.read,
        ),
    )
}


def read_files(kind: Kind, paths: Iterable[Path]) -> Iterator[ReferenceFile]:
    """The tables of these files, folders or zips, one at a time. Raises UnreadableError."""
    sources = [source for path in paths for source in sources_in(path)]
    if not sources:
        raise UnreadableError(f"no table found; {kind.title} is to be had from {kind.where}")
    for file in kind.read(sources):
        if not file.rows:
            raise UnreadableError(f"{file.name}: no rows below the header")
        yield file
