"""PagedBoardSpider: the base of platforms whose lists come in pages, and may be cut short."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from crawlers.detail import DetailBoardSpider
from crawlers.facets import Facet, Listing, Page
from crawlers.visits import Outcome, Visit


class PagedBoardSpider(DetailBoardSpider):
    """A platform whose list says at its beginning how long it is, and is asked for by offset.

    Sub-classes write `page_request`, `advertised` and, where the list is cut short at `list_cap` rows, `facets`.
    """

    page_size: ClassVar[int]
    list_cap: ClassVar[int] = 10**9
    """Rows that a list shows at the most, however many there are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listings: dict[str, Listing] = {}

    @abstractmethod
    def page_request(self, board: str, page: Page) -> Request:
        """Request for a page of the list."""

    def facets(self, response: Response) -> list[Facet]:
        """Properties that the list can be narrowed by, as its first page tells them."""
        return []

    def list_url(self, board: str) -> Request:
        """The first page."""
        listing = self.listings[board] = Listing(page=self.page_size, cap=self.list_cap)
        return self.page_request(board, listing.begin())

    async def parse_list(self, response: Response, visit: Visit) -> AsyncIterator[Any]:
        """Postings of the first page, and the requests for the others."""
        async for result in self.parse_page(response, visit, Page(offset=0)):
            yield result

    async def parse_page(self, response: Response, visit: Visit, page: Page) -> AsyncIterator[Any]:
        """Postings of a page, and what is to be asked for after it."""
        listing = self.listings[visit.board]
        for result in await self.read_rows(self.jobs(response), response, visit):
            yield result
        listing.waiting -= 1
        pages: list[Page] = []
        if page.offset == 0:  # only there are the total and the facets
            pages = listing.more(page.chosen, self.advertised(response) or 0, self.facets(response))
        if not listing.waiting:
            pages = listing.rest(len(visit.ids))
        visit.advertised = listing.size
        if not listing.waiting and not listing.sure:
            reason = f"{visit.listed:,} of a list that shows no more, and has no facets to split it by"
            visit.fail(Outcome.PARTIAL, reason)
        for following in pages:
            yield self.request(
                visit, self.page_request(visit.board, following), partial(self.parse_page, page=following)
            )
