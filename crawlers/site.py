"""SiteSpider: the base of platforms that are whole sites, on which postings have to be searched for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cached_property, partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.spiderloader import get_spider_loader
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.base import BoardSpider, Parse
from crawlers.careerspage import PAGE, CareersPage, board_at, read_page
from crawlers.detail import DetailBoardSpider
from crawlers.detect import Found, is_public_host
from crawlers.errors import OperatorError
from crawlers.links import careers_url
from crawlers.payload import GONE, Row, UnreadableError, explained
from crawlers.schemaorg import page_key
from crawlers.search import Search
from crawlers.sitemaps import read_sitemap, robots_sitemaps
from crawlers.storage import KnownRow
from crawlers.visits import Outcome, Visit


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
        self.searches[board] = Search(home=board, most=most, platforms=self.platforms, may_ask=self.may_ask)
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
        """What comes of an answer, and what is to be asked for next if it was the last one."""
        try:
            async for result in results:
                yield result
        finally:
            self.searches[visit.board].under_way -= 1
        async for result in self.go_on(visit):
            yield result

    async def go_on(self, visit: Visit) -> AsyncIterator[Any]:
        """Requests for the pages that look like postings; when there are no more, the end of the search."""
        search = self.searches[visit.board]
        while not search.under_way:
            rows = search.take(visit.listed)
            if not rows or visit.ended_at:
                break
            for result in await self.read_rows(rows, Response(visit.board), visit):
                yield result
        if search.under_way:
            return
        if not visit.listed and not search.handed_over and visit.outcome is None:
            for request in self.hand_over(search.last_resort(), visit):
                yield request
        search.conclude(visit)
        del self.searches[visit.board]
        visit.waiting -= 1
        await self.settle(visit)

    # What is read

    async def parse_list(self, response: Response, visit: Visit, hops: int = 0) -> AsyncIterator[Any]:
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
        for result in await self.read_rows(page.postings, response, visit):
            yield result
        if page.boards and (page.on_platform or not visit.listed):
            search.over = not visit.listed
            for request in self.hand_over(page.boards, visit):
                yield request
        search.linked |= dict.fromkeys(page.linked)
        if first and not page.postings and not page.boards:
            robots = Request(urljoin(response.url, "/robots.txt"), meta={"guessed": True})
            yield self.request(visit, robots, self.parse_robots)
            for request in self.ask_for_sitemaps([urljoin(response.url, "/sitemap.xml")], visit, guessed=True):
                yield request
        for request in self.ask_for_lists(page, hops, visit):
            yield request

    async def parse_robots(self, response: Response, visit: Visit) -> AsyncIterator[Request]:
        """Requests for the sitemaps that robots.txt names."""
        for request in self.ask_for_sitemaps(robots_sitemaps(response.body, response.url), visit):
            yield request

    async def parse_sitemap(self, response: Response, visit: Visit, depth: int) -> AsyncIterator[Request]:
        """What a sitemap lists, and requests for those below it; one that nobody named need not be there."""
        search = self.searches[visit.board]
        try:
            sitemap = read_sitemap(response.body, response.url, self.settings.getint("DOWNLOAD_MAXSIZE"))
        except UnreadableError as error:
            if not response.meta.get("guessed"):
                search.note(str(error))
            return
        for request in self.ask_for_sitemaps(search.add_sitemap(sitemap, depth), visit, depth + 1):
            yield request

    async def parse_detail(self, response: Response, visit: Visit, listed: Row, digest: str) -> AsyncIterator[Any]:
        """The posting of a page that looks like one, or several; or nothing."""
        search = self.searches[visit.board]
        page = self.page(response, search)
        if len(page.postings) == 1:
            if posting := self.posting(page.postings[0], digest, visit, response):
                yield posting
            return
        visit.listed -= 1
        for result in await self.read_rows(page.postings, response, visit):
            yield result
        if page.on_platform:
            for request in self.hand_over(page.boards, visit):
                yield request
        elif not page.postings:
            search.fruitless += 1
            self.count(f"{self.name}/no_posting")
            search.revealed |= dict.fromkeys(page.boards)
            search.linked |= dict.fromkeys(page.linked)
        for request in self.ask_for_lists(page, search.hops_to(listed["url"]), visit):
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
        for row, digest in super().fresh_rows(rows, known, response, visit):
            if PAGE in row or self.searches[visit.board].spend():
                yield row, digest
            else:
                visit.listed -= 1

    # What is asked for

    def ask_for_lists(self, page: CareersPage, hops: int, visit: Visit) -> Iterator[Request]:
        """Requests for lists that a page links to."""
        search = self.searches[visit.board]
        for url in search.add_links(page.links, hops):
            yield self.request(visit, url, partial(self.parse_list, hops=search.hops_to(url)))

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
        handed_over = self.searches[visit.board].handed_over
        for found in boards:
            assert found.board
            if (name := f"{found.platform}/{found.board}") in handed_over:
                continue
            handed_over.append(name)
            if found.platform not in self.guests:
                spider = next(spider for spider in self.platforms if spider.name == found.platform)
                self.guests[found.platform] = spider.guest_of(self)
            guest = self.guests[found.platform]
            if (found.platform, found.board) not in self.begun:
                yield guest.first_request(guest.begin(found.board))

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

    def page(self, response: Response, search: Search) -> CareersPage:
        """The page that was answered. Raises UnreadableError for one that is not to be asked for."""
        if not self.may_ask(response.url):
            raise UnreadableError(f"redirected to {response.url}, which is not on the public internet")
        html = response.text if isinstance(response, TextResponse) else ""
        return read_page(html, response.url, search.home, self.platforms)


async def nothing() -> AsyncIterator[Any]:
    """What comes of a request that is not made."""
    return
    yield
