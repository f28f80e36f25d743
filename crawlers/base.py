"""BoardSpider: the one base class of all platforms. It runs visits; a platform says where its list is and how to read
it.

A visit ends when nothing of it is under way any more: no request, and no posting between the spider and the store.
Then `visit_ended` is sent (with `visit`), which the store answers by writing the visit's end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import quote

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

import crawlers
from crawlers.classify.rules import rules_version
from crawlers.detect import board_in, is_key, is_url
from crawlers.errors import OperatorError
from crawlers.items import JobPosting
from crawlers.payload import (
    UNREADABLE,
    DuplicateError,
    NoBoardError,
    Row,
    UnreadableError,
    digest_of,
    explained,
    finish,
    label,
    read_json,
)
from crawlers.storage import Database, KnownRow, StorageError, database_at
from crawlers.visits import Outcome, Visit

visit_ended = object()
"""Signal: a visit has ended; `visit` is the Visit. Handlers may be async, and may still make it fail."""

Parse = Callable[[Response, Visit], AsyncIterator[Any]]

_LOGGED_ROWS = 3
"""Unreadable rows of a visit that are logged one by one."""


class BoardSpider(Spider):
    """A platform. Sub-classes set the attributes and write `read`; the other hooks have answers that often fit."""

    api: ClassVar[str]
    """URL of a board's list; "{board}" stands for its key."""
    boards: ClassVar[str]
    """Pattern of the platform's URLs; its groups, joined, are the board's key."""
    jobs_key: ClassVar[str | None] = None
    """Key of the list of rows in the answer; None: the answer is the list."""
    unread: ClassVar[frozenset[str]] = frozenset()
    """Keys of a row that `read` leaves on purpose; any other key left is counted as drift."""
    options: ClassVar[frozenset[str]] = frozenset()
    """Spider arguments that the platform takes beside `board` and `boards`."""

    def __init__(self, board: str | None = None, boards: str | None = None, **kwargs: Any) -> None:
        self.check_arguments(kwargs)
        super().__init__(**kwargs)
        self.keys = self.board_keys(board, boards)
        self.visits: dict[tuple[str, str], Visit] = {}
        self.begun: set[tuple[str, str]] = set()
        self.database: Database | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's hook: connect to the database and to the fate of postings."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if url := crawler.settings["DATABASE_URL"]:
            spider.database = database_at(url)
        else:  # the store, which tells otherwise, is off; a signal for each posting costs a tenth of the crawl
            crawler.signals.connect(spider.posting_left, signals.item_scraped)
        for signal in (signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.posting_left, signal)
        crawler.signals.connect(spider.abandon_visits, signals.spider_closed)
        return spider

    # What a platform may say differently

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from a row. Pops what it reads; what it raises, if it is one of UNREADABLE, costs this row only."""
        raise NotImplementedError

    def list_url(self, board: str) -> str:
        """URL of the list of a board."""
        return self.api.format(board=quote(board, safe="%"))

    def jobs(self, response: Response) -> list[Any]:
        """Rows of a list. Raises UnreadableError, or NoBoardError."""
        data = read_json(response)
        rows = data.get(self.jobs_key) if self.jobs_key and isinstance(data, dict) else data
        if not isinstance(rows, list):
            raise UnreadableError(f"no list of jobs in the answer of {response.url}")
        return rows

    def next_page(self, response: Response) -> str | Request | None:
        """Where the list goes on; None: this was all of it."""
        return None

    def advertised(self, response: Response) -> int | None:
        """Openings that the platform says the board has; None: it does not say."""
        return None

    def detail_url(self, job: Row, board: str) -> str | None:
        """Where a posting is to be read, if not in its row of the list."""
        return None

    def board_failed(self, failure: Failure, visit: Visit) -> None:
        """Note why the list could not be had."""
        visit.fail(*explained(failure))

    def elsewhere(self, visit: Visit) -> Iterable[Request]:
        """Requests for a board that was not found, where a platform has another place for boards. Asked for once."""
        return ()

    # How a visit runs

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy's hook: a request for the list of every board."""
        keys = self.keys
        if keys is None and self.database:
            keys = await asyncio.to_thread(self.database.enabled_boards, self.name)
        for key in keys or ():
            if (self.name, key) not in self.begun:
                yield self.request(self.begin(key), self.list_url(key))

    def begin(self, board: str) -> Visit:
        """A new visit of a board; a crawl has one of each at most."""
        self.begun.add((self.name, board))
        visit = self.visits[self.name, board] = Visit(platform=self.name, board=board)
        return visit

    def request(self, visit: Visit, url: str | Request, then: Parse | None = None, **kwargs: Any) -> Request:
        """A request that belongs to a visit; `then` reads its answer, by default as a list."""
        visit.waiting += 1
        if isinstance(url, str):
            url = Request(url, dont_filter=True, **kwargs)
        answer = {"visit": visit, "then": then or self.parse_list}
        return url.replace(callback=self.receive, errback=self.fail, cb_kwargs=answer, dont_filter=True)

    async def receive(self, response: Response, visit: Visit, then: Parse) -> AsyncIterator[Any]:
        """Read an answer; whatever happens, the visit learns of it."""
        visit.requests += 1
        visit.bytes += len(response.body)
        try:
            async for result in then(response, visit):
                yield result
        except NoBoardError as error:
            visit.fail(Outcome.NOT_FOUND, str(error))
            for request in self.try_elsewhere(visit):
                yield request
        except UnreadableError as error:
            visit.fail(Outcome.PARTIAL if visit.listed else Outcome.UNREADABLE, str(error))
        except StorageError as error:
            visit.fail(Outcome.PARTIAL, str(error))
            raise CloseSpider("database") from error
        except Exception as error:
            visit.fail(Outcome.PARTIAL if visit.listed else Outcome.UNREADABLE, f"{type(error).__name__}: {error}")
            raise
        finally:
            visit.waiting -= 1
            await self.settle(visit)

    async def fail(self, failure: Failure) -> AsyncIterator[Any]:
        """Scrapy's hook: a request of a visit failed."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit: Visit = request.cb_kwargs["visit"]
        visit.requests += 1
        if visit.listed:
            visit.fail(Outcome.PARTIAL, explained(failure)[1])
        else:
            self.board_failed(failure, visit)
            for instead in self.try_elsewhere(visit):
                yield instead
        visit.waiting -= 1
        await self.settle(visit)

    def try_elsewhere(self, visit: Visit) -> Iterable[Request]:
        """Requests for a board that was not found, once."""
        if visit.outcome != Outcome.NOT_FOUND or visit.asked_elsewhere:
            return ()
        visit.asked_elsewhere = True
        return self.elsewhere(visit)

    async def parse_list(self, response: Response, visit: Visit) -> AsyncIterator[Any]:
        """Postings of a page of the list that are new or changed, and requests for what is still to be read."""
        rows = self.jobs(response)
        visit.listed += len(rows)
        if visit.advertised is None:
            visit.advertised = self.advertised(response)
        known = await self.known_rows(visit)
        fresh = []
        for row in rows:
            digest = self.row_hash(row)
            if stored := known.get(digest):
                visit.unchanged[stored.external_id] = stored.id
            elif isinstance(row, dict):
                fresh.append((row, digest))
            else:
                self.skip(visit, TypeError(f"{type(row).__name__} instead of an object"), response.url)
        for row, digest in fresh:
            try:
                url = self.detail_url(row, visit.board)
            except UNREADABLE as error:
                self.skip(visit, error, label(row) or response.url)
                continue
            if url:
                yield self.request(visit, url, self.detail_reader(digest))
            elif posting := self.posting(row, digest, visit, response):
                yield posting
        if following := self.next_page(response):
            yield self.request(visit, following)

    def detail_reader(self, digest: str) -> Parse:
        """Reads the page of one posting; `digest` is the hash of its row in the list."""

        async def parse_detail(response: Response, visit: Visit) -> AsyncIterator[Any]:
            row = read_json(response)
            if not isinstance(row, dict):
                raise UnreadableError(f"no posting in the answer of {response.url}")
            if posting := self.posting(row, digest, visit, response):
                yield posting

        return parse_detail

    def posting(self, row: Row, digest: str, visit: Visit, response: Response) -> JobPosting | None:
        """A row's posting, ready for the pipelines; None, logged and counted, where it cannot be read."""
        whole = row.copy()  # `read` pops
        try:
            posting = self.read(row, visit.board)
            finish(posting)
        except UNREADABLE as error:
            self.skip(visit, error, label(whole) or response.url)
            return None
        for key in row.keys() - self.unread:
            self.count(f"{self.name}/unread/{key}")
        if posting.external_id in visit.unchanged:  # listed a second time, by another row
            self.count("posting/duplicate")
            return None
        posting.row_hash = digest
        visit.waiting += 1
        return posting

    def skip(self, visit: Visit, error: Exception, where: str) -> None:
        """Count a row that cannot be read."""
        visit.unreadable += 1
        kind = type(error).__name__
        self.count(f"{self.name}/unreadable/{kind}")
        if visit.unreadable <= _LOGGED_ROWS:
            self.logger.warning("%s: a posting cannot be read (%s): %s: %s", visit.name, where, kind, error)

    def row_hash(self, row: Any) -> str:
        """Digest of a row. It changes with this project's version, its rules and the spider's options too: with a new
        one every row is read once.
        """
        chosen = {name: getattr(self, name, None) for name in sorted(self.options)}
        return digest_of(f"{crawlers.__version__} {rules_version()} {chosen}", row)

    async def known_rows(self, visit: Visit) -> dict[str, KnownRow]:
        """What is stored of the board and need not be read again, by row hash.

        A feed (-o, -O) is to hold all that the board lists, so with one every row is read.
        """
        settings = self.crawler.settings
        if not self.database or settings.getbool("READ_UNCHANGED") or settings.getdict("FEEDS"):
            return {}
        return await asyncio.to_thread(self.database.known_rows, visit.platform, visit.board)

    async def settle(self, visit: Visit) -> None:
        """End the visit if nothing of it is under way."""
        if visit.waiting > 0 or visit.ended_at:
            return
        if visit.listed and visit.unreadable >= visit.listed:
            visit.fail(Outcome.UNREADABLE, f"none of {visit.listed} rows could be read")
        visit.end()
        for _, result in await self.crawler.signals.send_catch_log_async(visit_ended, visit=visit):
            if isinstance(result, Exception):  # logged with its traceback by then
                visit.fail(Outcome.PARTIAL, f"its end was not handled: {type(result).__name__}: {result}")
        self.visits.pop((visit.platform, visit.board), None)
        assert visit.outcome
        fine = visit.outcome in {Outcome.COMPLETE, Outcome.UNCHANGED}
        self.logger.log(logging.INFO if fine else logging.WARNING, visit.summary())
        self.count(f"visit/{visit.outcome}")
        for name in ("new", "changed", "same"):
            self.count(f"posting/{name}", getattr(visit, name))
        self.count("posting/unchanged", len(visit.unchanged))

    async def abandon_visits(self) -> None:
        """End the visits that are still open, because the crawl stops."""
        for visit in list(self.visits.values()):
            visit.fail(Outcome.PARTIAL, "the crawl was stopped")
            visit.waiting = 0
            await self.settle(visit)

    async def posting_left(
        self, item: JobPosting, exception: Exception | None = None, failure: BaseException | None = None
    ) -> None:
        """A posting has been through the pipelines: kept, dropped (`exception`) or lost to an error (`failure`)."""
        visit = self.visits[item.platform, item.board]
        if failure:
            visit.fail(Outcome.PARTIAL, f"{item.url} could not be processed: {failure}")
        if exception and not isinstance(exception, DuplicateError):
            visit.unreadable += 1
        visit.waiting -= 1
        await self.settle(visit)

    def count(self, name: str, by: int = 1) -> None:
        """Add to a statistic of the crawl."""
        assert self.crawler.stats
        self.crawler.stats.inc_value(name, by)

    # Arguments

    @classmethod
    def check_arguments(cls, arguments: Iterable[str]) -> None:
        """Raise OperatorError for a spider argument that the platform does not take."""
        known = {"board", "boards", *cls.options}
        for name in arguments:
            if name not in known:
                raise OperatorError(f"{cls.name} takes no argument {name!r}; it takes -a {', -a '.join(sorted(known))}")

    @classmethod
    def board_keys(cls, board: str | None, boards: str | None) -> list[str] | None:
        """Keys that `-a board=` and `-a boards=FILE` name; None without either. Raises OperatorError."""
        if board is None and boards is None:
            return None
        names = [name.strip() for name in (board or "").split(",")]
        if boards is not None:
            try:
                lines = Path(boards).read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise OperatorError(f"boards={boards}: {error}") from None
            names += [line.partition("#")[0].strip() for line in lines]
        keys = [cls.key_of(name) for name in names if name]
        if not keys:
            raise OperatorError("no board named; write -a board=KEY, or a file with a key on each line")
        return list(dict.fromkeys(keys))

    @classmethod
    def key_of(cls, name: str) -> str:
        """A board's key from a key or a URL. Raises OperatorError."""
        key = board_in(name, cls.boards) if is_url(name) else name
        if key is None:
            raise OperatorError(f"{name} is not the URL of a {cls.name} board")
        if not is_key(key):
            raise OperatorError(f"{name!r} cannot be a {cls.name} board's key")
        return key
