"""BoardSpider: the one base class of all platforms. It runs visits; a platform says where its list is and how to read
it.

A visit ends when nothing of it is under way any more: no request, and no posting between the spider and the store.
Then `visit_ended` is sent (with `visit`), which the store answers by writing the visit's end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from typing import Any, Self
from urllib.parse import quote

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

import crawlers
from crawlers.classify import readings_version
from crawlers.items import JobPosting
from crawlers.payload import (
    UNREADABLE,
    DuplicateError,
    GonePostingError,
    NoBoardError,
    Row,
    UnreadableError,
    digest_of,
    explained,
    finish,
    is_gone,
    label,
    read_json,
    was_sent,
)
from crawlers.platform import PlatformSpider
from crawlers.storage import Database, KnownRow, StorageError, database_at
from crawlers.visits import Outcome, Visit

visit_ended = object()
"""Signal: a visit has ended; `visit` is the Visit. Handlers may be async, and may still make it fail."""

Parse = Callable[[Response, Visit], AsyncIterator[Any]]

_LOGGED_ROWS = 3
"""Unreadable rows of a visit that are logged one by one."""


class BoardSpider(PlatformSpider):
    """A platform. Sub-classes set the attributes and write `read`; the other hooks have answers that often fit."""

    def __init__(self, board: str | None = None, boards: str | None = None, **kwargs: Any) -> None:
        self.check_arguments(kwargs)
        super().__init__(**kwargs)
        self.keys = self.board_keys(board, boards)
        self.visits: dict[tuple[str, str], Visit] = {}
        self.begun: set[tuple[str, str]] = set()
        self.known: dict[tuple[str, str], dict[str, KnownRow]] = {}
        self.visit_settled = asyncio.Event()
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

    @classmethod
    def guest_of(cls, host: BoardSpider) -> Self:
        """This platform's spider in the crawl of another one, which found a board of this platform."""
        guest = cls()
        guest._set_crawler(host.crawler)
        guest.visits, guest.begun, guest.known, guest.database = host.visits, host.begun, host.known, host.database
        guest.visit_settled = host.visit_settled
        return guest

    # What a platform may say differently

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from a row. Pops what it reads; what it raises, if it is one of UNREADABLE, costs this row only."""
        raise NotImplementedError

    def list_url(self, board: str) -> str | Request:
        """Where the list of a board is."""
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
        """Openings that the platform says the board has; None: it does not say. Fewer listed make a visit partial."""
        return None

    def listed_id(self, job: Row) -> str | None:
        """The posting's id, where a row tells it without being read; rows of one id are then read once a visit."""
        return None

    def detail_url(self, job: Row, board: str) -> str | Request | None:
        """Where a posting is to be read, if not in its row of the list."""
        return None

    def detail(self, response: Response) -> Row:
        """The row that a posting's own page holds. Raises UnreadableError."""
        row = read_json(response)
        if not isinstance(row, dict):
            raise UnreadableError(f"no posting in the answer of {response.url}")
        return row

    def board_failed(self, failure: Failure, visit: Visit) -> None:
        """Note why the list could not be had."""
        visit.fail(*explained(failure))

    def posting_failed(self, failure: Failure, visit: Visit) -> None:
        """Note why something else than the list's beginning could not be had."""
        visit.fail(Outcome.PARTIAL, explained(failure)[1])

    def elsewhere(self, visit: Visit) -> Iterable[Request]:
        """Requests for a board that was not found, where a platform has another place for boards. Asked for once."""
        return ()

    # How a visit runs

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy's hook: a request for the list of every board."""
        keys = self.keys
        if keys is None and self.database:
            keys = await asyncio.to_thread(self.database.enabled_boards, self.name)
        at_once = self.crawler.settings.getint("BOARDS_AT_ONCE", 64)
        for key in keys or ():
            while len(self.visits) >= at_once:  # their requests wait in memory
                self.visit_settled.clear()
                await self.visit_settled.wait()
            if (self.name, key) not in self.begun:
                yield self.first_request(self.begin(key))

    def first_request(self, visit: Visit) -> Request:
        """The request that a visit begins with."""
        return self.request(visit, self.list_url(visit.board))

    def begin(self, board: str) -> Visit:
        """A new visit of a board; a crawl has one of each at most."""
        self.begun.add((self.name, board))
        visit = self.visits[self.name, board] = Visit(platform=self.name, board=board)
        return visit

    def request(self, visit: Visit, url: str | Request, then: Parse | None = None, **kwargs: Any) -> Request:
        """A request that belongs to a visit; `then` reads its answer, by default as a list."""
        visit.waiting += 1
        if isinstance(url, str):
            url = Request(url)
        if self.name in self.settings.getlist("ROBOTSTXT_EXCEPTIONS"):
            url = url.replace(meta={**url.meta, "dont_obey_robotstxt": True})
        answer = {"visit": visit, "then": then or self.parse_list}
        kwargs |= {"callback": self.receive, "errback": self.fail, "cb_kwargs": answer, "dont_filter": True}
        request: Request = url.replace(**kwargs)
        return request

    async def receive(self, response: Response, visit: Visit, then: Parse) -> AsyncIterator[Any]:
        """Read an answer; whatever happens, the visit learns of it."""
        visit.requests += 1
        visit.bytes += len(response.body)
        try:
            async for result in then(response, visit):
                yield result
            visit.failures = 0
        except NoBoardError as error:
            visit.fail(Outcome.PARTIAL if visit.listed else Outcome.NOT_FOUND, str(error))
            for request in self.try_elsewhere(visit):
                yield request
        except UnreadableError as error:
            visit.failures += 1
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
        if was_sent(failure):
            visit.requests += 1
            visit.failures = 0 if is_gone(failure) else visit.failures + 1
        if visit.listed:
            self.posting_failed(failure, visit)
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
        if visit.advertised is None:
            visit.advertised = self.advertised(response)
        async for result in self.read_rows(rows, response, visit):
            yield result
        if following := self.next_page(response):
            yield self.request(visit, following)

    async def read_rows(self, rows: list[Any], response: Response, visit: Visit) -> AsyncIterator[JobPosting | Request]:
        """Postings of rows that are new or changed, or requests for their own pages."""
        known = await self.known_rows(visit)
        for row, digest in list(self.fresh_rows(rows, known, response, visit)):
            try:
                url = self.detail_url(row, visit.board)
            except UNREADABLE as error:
                self.skip(visit, error, label(row) or response.url)
                continue
            if url:
                then = partial(self.parse_detail, listed=row, digest=digest)
                yield self.request(visit, url, then, priority=-1)
            elif posting := self.posting(row, digest, visit, response):
                yield posting

    def fresh_rows(
        self, rows: list[Any], known: dict[str, KnownRow], response: Response, visit: Visit
    ) -> Iterator[tuple[Row, str]]:
        """Rows that are not stored as they are, with their digests; all are counted."""
        for row in rows:
            visit.listed += 1
            try:
                if not isinstance(row, dict):
                    raise TypeError(f"{type(row).__name__} instead of an object")
                listed_id, digest = self.listed_id(row), self.row_hash(row)
            except UNREADABLE as error:
                listed_id = f"unreadable {digest_of('', row)}"
                if listed_id not in visit.ids:
                    visit.ids.add(listed_id)
                    self.skip(visit, error, (isinstance(row, dict) and label(row)) or response.url)
                else:
                    visit.listed -= 1
                continue
            if listed_id in visit.ids:
                visit.listed -= 1
                continue
            if listed_id is not None:
                visit.ids.add(listed_id)
            if stored := known.get(digest):
                visit.unchanged[stored.external_id] = stored.id
            else:
                yield row, digest

    async def parse_detail(
        self, response: Response, visit: Visit, listed: Row, digest: str
    ) -> AsyncIterator[JobPosting]:
        """The posting on its own page, together with its row of the list; `digest` is that row's."""
        if posting := self.posting({**listed, **self.detail(response)}, digest, visit, response):
            yield posting

    def posting(self, row: Row, digest: str, visit: Visit, response: Response) -> JobPosting | None:
        """A row's posting, ready for the pipelines; None, logged and counted, where it cannot be read."""
        whole = row.copy()  # `read` pops
        try:
            posting = self.read(row, visit.board)
            finish(posting)
        except GonePostingError as error:
            self.gone(visit, error, label(whole) or response.url)
            return None
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

    def gone(self, visit: Visit, error: object, where: str) -> None:
        """Count a row whose posting had left by the time that its page was asked for."""
        visit.gone += 1
        self.count(f"{self.name}/gone")
        self.logger.info("%s: a posting is gone (%s): %s", visit.name, where, error)

    def row_hash(self, row: Any) -> str:
        """Digest of a row. It changes with this project's version, its rules and the spider's options too: with a new
        one every row is read once.
        """
        chosen = {name: getattr(self, name, None) for name in sorted(self.options)}
        if self.volatile:
            row = {key: value for key, value in row.items() if key not in self.volatile}
        return digest_of(f"{crawlers.__version__} {readings_version()} {chosen}", row)

    async def known_rows(self, visit: Visit) -> dict[str, KnownRow]:
        """What is stored of the board and need not be read again, by row hash.

        A feed (-o, -O) is to hold all that the board lists, so with one every row is read.
        """
        settings = self.crawler.settings
        if not self.database or settings.getbool("READ_UNCHANGED") or settings.getdict("FEEDS"):
            return {}
        key = visit.platform, visit.board
        if key not in self.known:
            self.known[key] = await asyncio.to_thread(self.database.known_rows, *key)
        return self.known[key]

    async def settle(self, visit: Visit) -> None:
        """End the visit if nothing of it is under way."""
        if visit.waiting > 0 or visit.ended_at:
            return
        if visit.advertised is not None and visit.listed < visit.advertised:
            visit.fail(Outcome.PARTIAL, f"{visit.listed} of {visit.advertised} openings are in the list")
        if visit.unreadable and visit.unreadable + visit.gone >= visit.listed:
            visit.fail(Outcome.UNREADABLE, f"none of {visit.listed} rows could be read")
        visit.end()
        for _, result in await self.crawler.signals.send_catch_log_async(visit_ended, visit=visit):
            if isinstance(result, Exception):  # logged with its traceback by then
                visit.fail(Outcome.PARTIAL, f"its end was not handled: {type(result).__name__}: {result}")
        self.visits.pop((visit.platform, visit.board), None)
        self.known.pop((visit.platform, visit.board), None)
        self.visit_settled.set()
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
