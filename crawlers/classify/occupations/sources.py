"""What an index of titles is built from: the shipped table, and what an operator has loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from crawlers.classify import rules
from crawlers.classify.occupations.structure import soc_titles


class Kind(IntEnum):
    """Where a title is from, the most trusted first."""

    SHIPPED = 0
    """This project's own table."""
    OFFICIAL = 1
    """The occupation's own title."""
    DIRECT_MATCH = 2
    """BLS: the SOC's direct-match title file."""
    REPORTED = 3
    """O*NET: reported by people in the occupation."""
    ALTERNATE = 4
    """O*NET: alternate titles."""
    FILING = 5
    """Employers' filings, as the operator counted them."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title of an occupation."""

    title: str
    soc_code: str
    kind: Kind
    onet_code: str | None = None
    count: int = 1
    """How often employers filed it with this code; of FILING titles only."""


@dataclass(kw_only=True, slots=True)
class Sources:
    """All that an index is built from."""

    titles: list[Title] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    """What occupations do and use: descriptions, tasks and technologies by detailed code."""


def shipped() -> Sources:
    """The table of this project, and the official titles."""
    titles = [Title(title, code, Kind.SHIPPED) for code, title in _shipped_rows()]
    titles += [Title(title, code, Kind.OFFICIAL) for code, title in soc_titles().items()]
    return Sources(titles=titles)


@cache
def shipped_digest() -> str:
    """SHA-256 over the shipped files and rules, in hexadecimal."""
    digest = sha256()
    package = files(__package__)
    for file in (*_title_files(), package / "soc.tsv", files(rules) / "occupations.toml"):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _shipped_rows() -> Iterator[tuple[str, str]]:
    for file in _title_files():
        for line in file.read_text(encoding="utf-8").splitlines():
            code, _, title = line.partition("\t")
            yield code, title


def _title_files() -> list[Traversable]:
    return sorted((files(__package__) / "titles").iterdir(), key=lambda file: file.name)
