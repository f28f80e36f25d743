"""Crawls answered from recordings: `-s PLAYBACK=DIR[,DIR...]`. No request leaves the machine.

A recording is a folder with `exchanges.json`: a list of {"request": {"method", "url", "body"?}, "response": {"status",
"headers", "file"}}, and the files, which hold the bodies as they came over the wire. The folder bears its board's key;
where that is no name for a folder, the key stands in a file `board`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from w3lib.url import canonicalize_url

from crawlers.errors import OperatorError

BOARD_FILE = "board"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A recorded answer."""

    status: int
    headers: dict[str, str | list[str]]
    file: Path | None
    """Where the body is; None: no body."""


class Recordings:
    """All exchanges under some folders; the first recording of a request counts."""

    def __init__(self, folders: str) -> None:
        self._exchanges: dict[tuple[str, str, str], Exchange] = {}
        for name in filter(None, (name.strip() for name in folders.split(","))):
            files = sorted(Path(name).rglob("exchanges.json"))
            if not files:
                raise OperatorError(f"PLAYBACK={name}: no exchanges.json under this folder")
            for file in files:
                self._load(file)

    def answer(self, request: Request) -> Response | None:
        """The recorded answer; None: this request was not recorded."""
        exchange = self._exchanges.get(request_key(request))
        if exchange is None:
            return None
        headers = Headers(exchange.headers)
        body = exchange.file.read_bytes() if exchange.file else b""
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return kind(request.url, status=exchange.status, headers=headers, body=body, request=request)

    def _load(self, file: Path) -> None:
        try:
            for exchange in json.loads(file.read_text(encoding="utf-8")):
                request, response = exchange["request"], exchange["response"]
                body = file.parent / response["file"] if response.get("file") else None
                if body and not (body.is_file() and body.resolve().is_relative_to(file.parent.resolve())):
                    raise ValueError(f"no such file in the recording: {response['file']}")
                key = request.get("method", "GET"), canonicalize_url(request["url"]), _body(request.get("body"))
                headers = dict(response.get("headers") or {})
                self._exchanges.setdefault(key, Exchange(int(response["status"]), headers, body))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise OperatorError(f"{file} is not a recording: {type(error).__name__}: {error}") from None


def board_of(folder: Path) -> str:
    """Key of the board whose recording is in a folder. Raises OperatorError."""
    try:
        return (folder / BOARD_FILE).read_text(encoding="utf-8").strip() or folder.name
    except FileNotFoundError:
        return folder.name
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"{folder / BOARD_FILE} is to hold the board's key: {error}") from None


def request_key(request: Request) -> tuple[str, str, str]:
    """By what a request is known: method, URL with its query in order, body."""
    return request.method, canonicalize_url(request.url), _body(request.body.decode("utf-8", "replace"))


@cache
def recordings_under(folders: str) -> Recordings:
    """Recordings under these folders, loaded once. Raises OperatorError."""
    return Recordings(folders)


class PlaybackHandler:
    """Download handler that answers from recordings, and 404 for what was not recorded."""

    lazy: ClassVar[bool] = True

    def __init__(self, crawler: Crawler) -> None:
        assert crawler.stats
        self._recordings = recordings_under(crawler.settings["PLAYBACK"])
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """The recorded answer."""
        if answer := self._recordings.answer(request):
            self._stats.inc_value("playback/answered")
            return answer
        self._stats.inc_value("playback/unrecorded")
        return Response(request.url, status=404, request=request)

    async def close(self) -> None:
        """Nothing to close."""


class Playback:
    """Add-on that turns the network off where PLAYBACK is set; there is no host to be polite to then."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Scrapy's hook. Raises OperatorError when there is nothing to play."""
        if not settings["PLAYBACK"]:
            return
        recordings_under(settings["PLAYBACK"])
        changes: dict[str, Any] = {
            "DOWNLOAD_HANDLERS": {"http": PlaybackHandler, "https": PlaybackHandler, "ftp": None, "s3": None},
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_SLOTS": {},
            "CRAWL_DELAY_OBEY": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        }
        for name, value in changes.items():
            settings.set(name, value, priority="cmdline")


def _body(body: Any) -> str:
    """A request's body in one form: JSON with sorted keys where it is JSON."""
    if body is None or body == "":
        return ""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return str(body)
    return json.dumps(body, sort_keys=True)
