"""A recording on its way to a folder: exchanges, what was done to them, how large they are."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scrapy import Request

from crawlers.capture.documents import MarkupDocument
from crawlers.errors import OperatorError
from crawlers.playback import BOARD_FILE, board_of, request_key

LIMIT = 50_000
"""Bytes of a recording's files together."""
NOT_TEXT = "bin"
"""Ending of files whose content is not looked into."""
_FILE_NAME = re.compile(r"(?!\.)(?!.*\.$)[A-Za-z0-9._~%+-]{1,100}")
_SECRET = re.compile(r"[?&](api_?key|app_?key|key|access_?token|token|secret|password|auth)=", re.IGNORECASE)


@dataclass(kw_only=True, slots=True)
class Exchange:
    """A request, and what is stored as its answer."""

    request: Request
    status: int
    headers: dict[str, str]
    file: str | None = None
    """Name of the body's file; None: no body."""
    body: bytes = b""
    done: list[str] = field(default_factory=list)
    """What was done to the answer, for a person."""
    lighten: Callable[[str], str] | None = None
    """Makes a page smaller, as far as the spider reads the same in it."""

    def markup(self) -> MarkupDocument | None:
        """The body as a page or a feed; None where it is neither."""
        if not self.file or not self.file.endswith((".html", ".xml")):
            return None
        markup = MarkupDocument(self.body.decode("utf-8", "replace"), xml=self.file.endswith(".xml"))
        try:
            _ = markup.root
        except ValueError:
            return None
        return markup

    def unlink(self, urls: Container[str]) -> None:
        """Take links to these URLs out of the body."""
        markup = self.markup()
        if markup and (gone := markup.unlink(self.request.url, urls)):
            self.body = markup.render().encode("utf-8", "replace")
            self.done.append(f"{gone} links to postings that were not asked for taken out")

    def as_json(self) -> dict[str, Any]:
        """The exchange as `exchanges.json` has it."""
        request: dict[str, Any] = {"method": self.request.method, "url": self.request.url}
        if self.request.body:
            body = self.request.body.decode("utf-8", "replace")
            try:
                request["body"] = json.loads(body)
            except ValueError:
                request["body"] = body
        response: dict[str, Any] = {"status": self.status, "headers": self.headers}
        if self.file:
            response["file"] = self.file
        return {"request": request, "response": response}


@dataclass(kw_only=True, slots=True)
class Recording:
    """What a crawl of a board asked and was answered, cut and scrubbed."""

    board: str
    exchanges: list[Exchange] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    """What was done to all of it, for a person."""

    def add(self, exchange: Exchange, kind: str, ending: str) -> None:
        """Keep an exchange, its body in a file named after its kind; the first answer to a request counts."""
        if any(request_key(each.request) == request_key(exchange.request) for each in self.exchanges):
            return
        if exchange.body:
            number = sum(1 for each in self.exchanges if each.file and re.match(rf"{kind}-\d+\.", each.file)) + 1
            exchange.file = f"{kind}-{number}.{ending}"
        self.exchanges.append(exchange)
        if match := _SECRET.search(exchange.request.url):
            exchange.done.append(f"the URL holds a {match[1]}: replace it if it is yours")

    @property
    def folder_name(self) -> str:
        """See `folder_name`."""
        return folder_name(self.board)

    def files(self) -> dict[str, bytes]:
        """Content of the folder, by file name."""
        exchanges = json.dumps([each.as_json() for each in self.exchanges], indent=2, ensure_ascii=False) + "\n"
        files = {"exchanges.json": exchanges.encode("utf-8", "replace")}
        if self.folder_name != self.board:
            files[BOARD_FILE] = f"{self.board}\n".encode()
        return files | {each.file: each.body for each in self.exchanges if each.file}

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.files().values()))

    def write(self, folder: Path) -> None:
        """Write the files; those of a recording that is there already go. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in recorded_files(folder):
            (folder / name).unlink(missing_ok=True)
        for name, content in self.files().items():
            (folder / name).write_bytes(content)

    def with_bodies(self, bodies: Callable[[Exchange], bytes], done: str) -> Recording:
        """The same with other bodies."""
        exchanges = [replace(each, body=bodies(each)) if each.file else each for each in self.exchanges]
        return Recording(board=self.board, exchanges=exchanges, done=[*self.done, done])


def folder_name(board: str) -> str:
    """Name of the folder for a board: its key, or, where that is no name for a file, what can be kept of it.

    >>> folder_name("eu.fjordlicht"), folder_name("https://acme.example/careers?lang=en")
    ('eu.fjordlicht', 'acme.example-careers-lang-en')
    """
    if _FILE_NAME.fullmatch(board):
        return board
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", board.partition("://")[2] or board)[:100].strip("-.")
    return name or "board"


def recorded_files(folder: Path) -> Iterator[str]:
    """Names of the files that make up the recording in a folder; none where there is none that can be read."""
    try:
        exchanges = json.loads((folder / "exchanges.json").read_bytes())
        names = {exchange["response"].get("file") for exchange in exchanges}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    yield from (name for name in (*names, BOARD_FILE, "exchanges.json") if name and Path(name).name == name)


def check_free(folder: Path, board: str, *, force: bool) -> None:
    """Raise OperatorError where a recording cannot be written, or, without `force`, would be written over another."""
    if not force and folder.is_dir() and any(folder.iterdir()):
        there = board_of(folder)
        other = f" of another board, {there}" if there != board else ""
        raise OperatorError(f"{folder} holds a recording{other} already; --force writes over it")
    above = next(each for each in (folder, *folder.parents) if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise OperatorError(f"{above} is no folder that can be written to")
