"""Boards that an operator names: a URL, or a file, which is CSV with the columns platform, board, employer, or has a
key or URL on each line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from crawlers.base import BoardSpider
from crawlers.detect import detect_url, is_public_host, is_url, web_address
from crawlers.errors import OperatorError
from crawlers.storage import BoardRow
from crawlers.text import one_line

STARTER = Path(str(files("crawlers"))) / "boards.csv"
"""The list that ships: boards of employers known to sponsor visas."""

_COLUMNS = ("platform", "board", "employer")
"""Of a file without a header, where its lines have more than one cell."""

CAREERS = "careers"
"""The spider that reads pages of any site; its boards' keys are URLs."""

Platforms = Mapping[str, type[BoardSpider]]


def known_platforms(settings: BaseSettings) -> Platforms:
    """The project's platforms by name."""
    loader = get_spider_loader(settings)
    spiders = {name: loader.load(name) for name in loader.list()}
    return {name: spider for name, spider in spiders.items() if issubclass(spider, BoardSpider)}


def board_behind(url: str, platforms: Platforms, *, private: bool = False) -> BoardRow:
    """The board that a URL of the board, or of one of its postings, names; of `careers` if no platform is known there.

    `private` allows hosts that are not on the public internet. Raises OperatorError with the reason for what is none.
    """
    address = web_address(url)
    if address is None:
        raise OperatorError("it is not the URL of a web page")
    if found := detect_url(url, platforms.values()):
        if found.board is None:
            raise OperatorError(f"it is on {found.platform}, but names no board; `scrapy detect --fetch` looks into it")
        return BoardRow(platform=found.platform, board=found.board)
    if not private and not is_public_host(address.host):
        raise OperatorError(f"{address.host} is not a host on the public internet")
    if CAREERS not in platforms:
        raise OperatorError("it is on no platform known here")
    return BoardRow(platform=CAREERS, board=platforms[CAREERS].key_of(url))


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
            found = detect_url(name, self.platforms.values())
            if found and found.board:
                return found.platform, found.board
            place = f"{found.platform}, but names no board" if found else "no platform known here"
            raise OperatorError(f"{name} is on {place}")
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
