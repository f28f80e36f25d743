"""DetailBoardSpider: the base of platforms whose list does not hold the bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from zlib import crc32

from scrapy import Request
from twisted.python.failure import Failure

from crawlers.base import BoardSpider
from crawlers.payload import Row, identity, is_gone
from crawlers.visits import Visit


class DetailBoardSpider(BoardSpider):
    """A platform with a request per posting: the list first, then the page of each posting that is new or changed.

    Sub-classes write `detail_url` too. `read` gets a posting's own page with what only its row of the list has. Pages
    are asked for after all lists, as slowly as the host's settings say. As a list tells nothing of a body that was
    edited, each page is read again after DETAIL_MAX_AGE days, a share of them every day.
    """

    id_key: ClassVar[str] = "id"
    """Key of a posting's id in its row of the list."""

    def listed_id(self, job: Row) -> str | None:
        """The id, by which rows that pages of the list repeat are known."""
        return identity(job[self.id_key])

    def detail_url(self, job: Row, board: str) -> str | Request | None:
        """Where a posting's own page is."""
        raise NotImplementedError

    def row_hash(self, row: Any) -> str:
        """Digest of a row, which changes every DETAIL_MAX_AGE days as well."""
        digest = super().row_hash(row)
        age = self.crawler.settings.getint("DETAIL_MAX_AGE")
        if age <= 0:
            return digest
        own_day = crc32((self.listed_id(row) or "").encode("utf-8", "replace")) % age
        period = (datetime.now(UTC).toordinal() + own_day) // age
        return f"{int(digest, 16) ^ period:032x}"

    def posting_failed(self, failure: Failure, visit: Visit) -> None:
        """A posting that left between its row and its page costs itself; anything else makes the visit partial."""
        request: Request = failure.request  # type: ignore[attr-defined]
        own_page = getattr(request.cb_kwargs["then"], "func", None) == self.parse_detail
        if own_page and is_gone(failure):
            self.gone(visit, failure.value, request.url)
        else:
            super().posting_failed(failure, visit)
