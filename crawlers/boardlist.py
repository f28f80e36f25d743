"""Lists of boards in files: CSV with the columns platform, board, employer, or a key or URL on each line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from crawlers.base import BoardSpider
from crawlers.detect import board_in, is_url
from crawlers.errors import OperatorError
from crawlers.storage import BoardRow
from crawlers.text import one_line

STARTER = Path(str(files("crawlers"))) / "boards.csv"
"""The list that ships: boards of employers known to sponsor visas."""

_COLUMNS = ("platform", "board", "employer")
"""Of a file without a header, where its lines have more than one cell."""

Platforms = Mapping[str, type[BoardSpider]]


@dataclass(slots=True)
class BoardList:
    """A file of boards; `refused` fills while `rows` is read."""

    path: Path
    platforms: Platforms
    platform: str | None = None
    """Platform of lines that do not name one."""
    refused: list[str] = field(default_factory=list)
    """What was left out, with the line and the reason."""

    def rows(self) -> Iterator[BoardRow]:
        """The boards. Raises OperatorError when the file cannot be read; a bad line is refused, the rest goes on."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file)
                first = next((cells for cells in lines if _means_something(cells)), None)
                if first is None:
                    return
                header = [name.strip().lower() for name in first]
                columns = header if {"platform", "board"} <= set(header) else None
                for cells in lines if columns else _prepend(first, lines):
                    yield from self._row(lines.line_num, cells, columns)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise OperatorError(f"{self.path}: {error}") from None

    def _row(self, line: int, cells: list[str], columns: Sequence[str] | None) -> Iterator[BoardRow]:
        cells = [cell.strip() for cell in cells]
        if not _means_something(cells):
            return
        row = dict(zip(columns or (_COLUMNS if len(cells) > 1 else ("board",)), cells, strict=False))
        try:
            platform, key = self._board(row.get("platform") or self.platform, row.get("board", ""))
        except OperatorError as error:
            self.refused.append(f"line {line}: {error}")
            return
        yield BoardRow(platform=platform, board=key, employer=one_line(row.get("employer")))

    def _board(self, platform: str | None, name: str) -> tuple[str, str]:
        if platform is None and is_url(name):
            for platform, spider in self.platforms.items():
                if key := board_in(name, spider.boards):
                    return platform, key
            raise OperatorError(f"{name} is on no platform known here")
        if platform is None:
            raise OperatorError(f"no platform for {name!r}; name it with --platform, or in a column of that name")
        if platform not in self.platforms:
            raise OperatorError(f"unknown platform {platform!r}")
        return platform, self.platforms[platform].key_of(name)


def _means_something(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#")


def _prepend(first: list[str], rest: Iterable[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rest
