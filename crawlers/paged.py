"""PagedBoardSpider: the base of platforms whose lists come in pages, and may be cut short."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from crawlers.detail import DetailBoardSpider
from crawlers.facets import Facet, Listing, Page
from crawlers.payload import UnreadableError
from crawlers.visits import Outcome, Visit


class PagedBoardSpider(DetailBoardSpider):
    """A platform whose list says at its beginning how long it is, and is asked for by offset.

    Sub-classes write `page_request`, `advertised` and, where the list is cut short at `list_cap` rows, `facets`.
    """

    page_size: ClassVar[int]
    list_cap: ClassVar[int] = 10**9
    """Rows that a list shows at the most, however many there are."""

    def page_request(self, board: str, page: Page) -> Request:
        """Request for a page of the list."""
        raise NotImplementedError

    def facets(self, response: Response) -> list[Facet]:
        """Properties that the list can be narrowed by, as its first page tells them."""
        return []

    def list_url(self, board: str) -> Request:
        """The first page."""
        return self.page_request(board, Page(offset=0))

    async def parse_list(self, response: Response, visit: Visit) -> AsyncIterator[Any]:
        """Postings of the first page, and the requests for the others."""
        listing = Listing(page=self.page_size, cap=self.list_cap)
        async for result in self.parse_page(response, visit, listing.begin(), listing):
            yield result

    async def parse_page(self, response: Response, visit: Visit, page: Page, listing: Listing) -> AsyncIterator[Any]:
        """Postings of a page, and what is to be asked for after it. Raises UnreadableError."""
        rows = self.jobs(response)
        async for result in self.read_rows(rows, response, visit):
            yield result
        listing.waiting -= 1
        pages: list[Page] = []
        if page.offset == 0:  # only there are the total and the facets
            total = self.advertised(response)
            if total is None or total < len(rows):
                raise UnreadableError(f"a list that does not say how long it is at {response.url}: {total!r}")
            pages = listing.more(page.chosen, total, self.facets(response))
        if not listing.waiting:
            pages = listing.rest(len(visit.ids))
        visit.advertised = max(listing.size, len(visit.ids))
        if not listing.waiting and not listing.sure:
            reason = f"{visit.listed:,} of a list that shows no more, and has no facets to split it by"
            visit.fail(Outcome.PARTIAL, reason)
        for following in pages:
            then = partial(self.parse_page, page=following, listing=listing)
            yield self.request(visit, self.page_request(visit.board, following), then)
