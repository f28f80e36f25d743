"""SiteSpider: the base of platforms that are whole sites, on which postings have to be searched for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cached_property, partial
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.spiderloader import get_spider_loader
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.addresses import careers_url, page_key
from crawlers.base import BoardSpider, Parse, visit_ended
from crawlers.candidates import Candidates
from crawlers.careerspage import PAGE, CareersPage, board_at, read_page
from crawlers.detail import DetailBoardSpider
from crawlers.detect import Found, is_public_host
from crawlers.errors import OperatorError
from crawlers.payload import GONE, Row, UnreadableError, explained
from crawlers.search import FurtherList, Search
from crawlers.sitemaps import read_sitemap, robots_sitemaps
from crawlers.storage import KnownRow
from crawlers.visits import Outcome, Visit

_AT_A_TIME = 1000
"""Entries of a sitemap that are looked at before other work has its turn."""


class SiteSpider(DetailBoardSpider):
    """A site; the board's key is the URL of its careers page. docs/crawl.md says what is looked for, in which order.

    A row of the list is a page that may hold a posting, {"url", "lastmod"}, or the schema.org data of a posting that
    was found on a page, as crawlers.careerspage has it. Sub-classes write `read`, for the latter.
    """

    boards = r"(?!)"  # a URL does not tell

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.searches: dict[str, Search] = {}
        self.guests: dict[str, BoardSpider] = {}
        self.hosts: dict[tuple[str, str], list[Visit]] = {}
        """By platform and board, the visits that wait for a guest's visit."""
        self.guests_ended: dict[tuple[str, str], Outcome] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's hook; see BoardSpider."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.guest_ended, visit_ended)
        return spider

    @classmethod
    def key_of(cls, name: str) -> str:
        """The careers page's URL in one form. Raises OperatorError."""
        try:
            return careers_url(name)
        except ValueError as error:
            raise OperatorError(f"{name!r} cannot be the URL of a careers page: {error}") from None

    def list_url(self, board: str) -> str:
        """The careers page."""
        return board

    # The search, which keeps its visit open

    async def start(self) -> AsyncIterator[Any]:
        """Requests for the pages; what is a platform's board by its URL goes to that platform without one."""
        async for request in super().start():
            visit: Visit = request.cb_kwargs["visit"]
            if found := board_at(visit.board, self.platforms):
                for handed in self.hand_over([found], visit):
                    yield handed
            elif not self.may_ask(visit.board):
                why = "it is not on the public internet; ALLOW_PRIVATE_ADDRESSES=True would allow that"
                visit.fail(Outcome.BLOCKED, why)
            else:
                yield request
                continue
            visit.waiting -= 1  # the request, which is not made
            async for result in self.answered(nothing(), visit):
                yield result

    def begin(self, board: str) -> Visit:
        """A new visit, and its search."""
        visit = super().begin(board)
        visit.waiting += 1
        most = self.settings.getint("CAREERS_MAX_PAGES", 500)
        self.searches[board] = Search(
            home=board,
            most=most,
            platforms=self.platforms,
            may_ask=self.may_ask,
            candidates=Candidates(may_ask=self.may_ask),
        )
        return visit

    def request(self, visit: Visit, url: str | Request, then: Parse | None = None, **kwargs: Any) -> Request:
        """See BoardSpider; the search waits for the answer."""
        self.searches[visit.board].under_way += 1
        return super().request(visit, url, then, **kwargs)

    async def receive(self, response: Response, visit: Visit, then: Parse) -> AsyncIterator[Any]:
        """See BoardSpider; after the last answer the search goes on."""
        async for result in self.answered(super().receive(response, visit, then), visit):
            yield result

    async def fail(self, failure: Failure) -> AsyncIterator[Any]:
        """See BoardSpider; after the last answer the search goes on."""
        visit: Visit = failure.request.cb_kwargs["visit"]  # type: ignore[attr-defined]
        async for result in self.answered(super().fail(failure), visit):
            yield result

    async def answered(self, results: AsyncIterator[Any], visit: Visit) -> AsyncIterator[Any]:
        """What comes of an answer, and what is to be asked for next if it was the last one, even one that failed."""
        error: Exception | None = None
        try:
            async for result in results:
                yield result
        except CloseSpider:
            raise
        except Exception as raised:  # noqa: BLE001 -- raised again below; the visit knows of it
            error = raised
        finally:
            self.searches[visit.board].under_way -= 1
        async for result in self.go_on(visit):
            yield result
        if error:
            raise error

    async def go_on(self, visit: Visit) -> AsyncIterator[Any]:
        """Requests for the pages that look like postings; when there are no more, the end of the search."""
        search = self.searches[visit.board]
        if not search.under_way and search.set_aside and search.is_let_down() and visit.outcome is None:
            page, search.set_aside, search.over = search.set_aside, None, False
            for request in self.explore(page, 0, visit):
                yield request
        while not search.under_way:
            rows = search.take(visit.listed)
            if not rows or visit.ended_at:
                break
            async for result in self.read_rows(rows, Response(visit.board), visit):
                yield result
        nothing_yet = not visit.listed and visit.outcome is None
        if not search.under_way and nothing_yet and (not search.handed_over or search.is_let_down()):
            for request in self.hand_over(search.last_resort(), visit):
                yield request
        if search.under_way:
            return
        search.conclude(visit)
        del self.searches[visit.board]
        visit.waiting -= 1
        await self.settle(visit)

    # What is read

    async def parse_list(
        self, response: Response, visit: Visit, hops: int = 0, goes_on: bool = False
    ) -> AsyncIterator[Any]:
        """The careers page, or a list that is `hops` links away: its postings, or what tells where they are."""
        search = self.searches[visit.board]
        if search.over:
            return
        await self.known_rows(visit)  # for go_on, where nobody would handle an error of the database
        first, search.begun = not search.begun, True
        if first and not isinstance(response, TextResponse):
            raise UnreadableError(f"no page at {response.url}")
        if first:
            search.home = response.url
        page = self.page(response, search)
        search.leave_out(page.links.alternates)
        async for result in self.read_rows(page.postings, response, visit):
            yield result
        boards = search.credible(page.boards)
        if boards and (page.on_platform or not visit.listed):
            search.over = not visit.listed
            search.set_aside = page if search.over and not page.on_platform else None
            for request in self.hand_over(boards, visit):
                yield request
            if search.over:
                return
        for request in self.explore(page, hops, visit, goes_on=goes_on, first=first):
            yield request

    def explore(
        self, page: CareersPage, hops: int, visit: Visit, *, goes_on: bool = False, first: bool = True
    ) -> Iterator[Request]:
        """Requests for what a list leads to, and from the `first`, the careers page, for what tells of the site."""
        search = self.searches[visit.board]
        search.linked |= dict.fromkeys(page.linked)
        if first and not page.postings:
            robots = Request(urljoin(search.home, "/robots.txt"), meta={"guessed": True})
            yield self.request(visit, robots, self.parse_robots)
            yield from self.ask_for_sitemaps([urljoin(search.home, "/sitemap.xml")], visit, guessed=True)
        yield from self.ask_for_lists(search.add_page(page, hops, goes_on), visit)

    async def parse_robots(self, response: Response, visit: Visit) -> AsyncIterator[Request]:
        """Requests for the sitemaps that robots.txt names."""
        self.check_address(response)
        for request in self.ask_for_sitemaps(robots_sitemaps(response.body, response.url), visit):
            yield request

    async def parse_sitemap(self, response: Response, visit: Visit, depth: int) -> AsyncIterator[Request]:
        """What a sitemap lists, and requests for those below it; one that nobody named need not be there."""
        search = self.searches[visit.board]
        self.check_address(response)
        try:
            sitemap = read_sitemap(response.body, response.url, self.settings.getint("DOWNLOAD_MAXSIZE"))
        except UnreadableError as error:
            if not response.meta.get("guessed"):
                search.note(str(error))
            return
        for start in range(0, len(sitemap.pages), _AT_A_TIME):
            search.add_entries(sitemap.pages[start : start + _AT_A_TIME])
            await asyncio.sleep(0)
        for request in self.ask_for_sitemaps(search.further_sitemaps(sitemap, depth), visit, depth + 1):
            yield request

    async def parse_detail(self, response: Response, visit: Visit, listed: Row, digest: str) -> AsyncIterator[Any]:
        """The posting of a page that looks like one, or several; or nothing."""
        search = self.searches[visit.board]
        page = self.page(response, search)
        if search.is_translation(page.links.alternates, visit.unchanged):
            visit.listed -= 1
            self.count(f"{self.name}/translation")
            return
        if page.postings:
            search.gave(listed["url"])
        known = len(search.candidates.waiting)
        lists = search.add_page(page, search.hops_to(listed["url"]))
        leads_on = bool(lists) or len(search.candidates.waiting) > known
        if len(page.postings) == 1 and not leads_on:
            if posting := self.posting(page.postings[0], digest, visit, response):
                yield posting
            return
        visit.listed -= 1  # without its row's digest, the page is read again at the next visit
        async for result in self.read_rows(page.postings, response, visit):
            yield result
        if page.on_platform:
            for request in self.hand_over(page.boards, visit):
                yield request
        elif not page.postings:
            search.fruitless += 1
            self.count(f"{self.name}/no_posting")
            search.revealed |= dict.fromkeys(page.boards)
            search.linked |= dict.fromkeys(page.linked)
        for request in self.ask_for_lists(lists, visit):
            yield request

    def listed_id(self, job: Row) -> str | None:
        """The page, where the row is one."""
        return None if PAGE in job else page_key(job["url"])

    def detail_url(self, job: Row, board: str) -> str | None:
        """The page, where the row is one."""
        return None if PAGE in job else job["url"]

    def fresh_rows(
        self, rows: list[Any], known: dict[str, KnownRow], response: Response, visit: Visit
    ) -> Iterator[tuple[Row, str]]:
        """Rows that are not stored as they are; of pages, no more than may be asked for."""
        search = self.searches[visit.board]
        fresh = list(super().fresh_rows(rows, known, response, visit))
        changed = {row["url"] for row, _ in fresh if PAGE not in row}
        for row in rows:
            if PAGE not in row and row["url"] not in changed:
                search.gave(row["url"])
        for row, digest in fresh:
            if PAGE in row or search.spend():
                yield row, digest
            else:
                visit.listed -= 1

    # What is asked for

    def ask_for_lists(self, lists: Iterable[FurtherList], visit: Visit) -> Iterator[Request]:
        """Requests for further lists."""
        for each in lists:
            then = partial(self.parse_list, hops=each.hops, goes_on=each.goes_on)
            yield self.request(visit, each.url, then)

    def ask_for_sitemaps(
        self, urls: Iterable[str], visit: Visit, depth: int = 1, guessed: bool = False
    ) -> Iterator[Request]:
        """Requests for sitemaps; `guessed`: nobody named them."""
        search = self.searches[visit.board]
        for url in [] if search.over else urls:
            if search.wants_sitemap(url):
                then = partial(self.parse_sitemap, depth=depth)
                yield self.request(visit, Request(url, meta={"guessed": guessed}), then)

    def hand_over(self, boards: Iterable[Found], visit: Visit) -> Iterator[Request]:
        """First requests of visits by the platforms' own spiders, each board once a crawl."""
        search = self.searches[visit.board]
        for found in boards:
            assert found.board
            key = found.platform, found.board
            if (name := "/".join(key)) in search.handed_over:
                continue
            search.handed_over[name] = self.guests_ended.get(key)
            if search.handed_over[name]:
                continue
            self.hosts.setdefault(key, []).append(visit)
            search.under_way += 1
            if found.platform not in self.guests:
                spider = next(spider for spider in self.platforms if spider.name == found.platform)
                self.guests[found.platform] = spider.guest_of(self)
            guest = self.guests[found.platform]
            if key not in self.begun:
                yield guest.first_request(guest.begin(found.board))

    async def guest_ended(self, visit: Visit) -> None:
        """Signal's handler: the visit of a board that was handed over has ended; searches that waited for it go on."""
        if visit.platform == self.name:
            return
        assert visit.outcome
        key = visit.platform, visit.board
        self.guests_ended[key] = visit.outcome
        for host in self.hosts.pop(key, ()):
            search = self.searches[host.board]
            search.handed_over[visit.name] = visit.outcome
            search.under_way -= 1
            async for request in self.go_on(host):
                assert self.crawler.engine
                self.crawler.engine.crawl(request)

    async def abandon_visits(self) -> None:
        """See BoardSpider; nothing goes on."""
        self.hosts.clear()
        await super().abandon_visits()

    def board_failed(self, failure: Failure, visit: Visit) -> None:
        """The careers page cannot be had; what comes after it is another matter."""
        if self.searches[visit.board].begun:
            self.posting_failed(failure, visit)
        else:
            super().board_failed(failure, visit)

    def posting_failed(self, failure: Failure, visit: Visit) -> None:
        """A page that is gone or forbidden, or was only guessed at, holds nothing; any other may hide postings."""
        error, request = failure.value, failure.request  # type: ignore[attr-defined]
        search = self.searches[visit.board]
        if getattr(request.cb_kwargs["then"], "func", None) == self.parse_detail:
            visit.listed -= 1
            search.fruitless += 1
        gone = isinstance(error, HttpError) and error.response.status in GONE
        forbidden = isinstance(error, IgnoreRequest) and "robots.txt" in str(error)
        if forbidden and not request.meta.get("guessed"):
            search.forbidden += 1
        if gone or forbidden or request.meta.get("guessed"):
            self.count(f"{self.name}/no_page")
        else:
            search.note(explained(failure)[1])

    # What may be asked for

    @cached_property
    def platforms(self) -> list[type[BoardSpider]]:
        """The other platforms' spiders."""
        loader = get_spider_loader(self.settings)
        spiders = [loader.load(name) for name in loader.list() if name != self.name]
        return [spider for spider in spiders if issubclass(spider, BoardSpider)]

    def may_ask(self, url: str) -> bool:
        """Whether a URL that a page or a person names may be asked for."""
        try:
            host = urlsplit(careers_url(url)).hostname or ""
        except ValueError:
            return False
        return is_public_host(host) or self.settings.getbool("ALLOW_PRIVATE_ADDRESSES")

    def check_address(self, response: Response) -> None:
        """Raises UnreadableError for an answer from where nothing is to be asked."""
        if not self.may_ask(response.url):
            raise UnreadableError(f"redirected to {response.url}, which is not on the public internet")

    def page(self, response: Response, search: Search) -> CareersPage:
        """The page that was answered. Raises UnreadableError for one that is not to be asked for."""
        self.check_address(response)
        html = response.text if isinstance(response, TextResponse) else ""
        return read_page(html, response.url, search.home, self.platforms)


async def nothing() -> AsyncIterator[Any]:
    """What comes of a request that is not made."""
    return
    yield
