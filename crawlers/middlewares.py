"""Between the engine and the network."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawlers.detect import is_public_host
from crawlers.visits import Visit

_SLOW_DOWN = {429, 503}
_LEFT = "the host asked for a longer pause than RETRY_AFTER_MAX and is left alone for this crawl"


class PublicHostsMiddleware:
    """Lets requests go to hosts on the public internet only, redirects among them, by their names.

    What a name leads to is not looked at. ALLOW_PRIVATE_ADDRESSES turns it off.
    """

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings.getbool("ALLOW_PRIVATE_ADDRESSES"):
            raise NotConfigured
        assert crawler.stats
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Scrapy's hook. Raises IgnoreRequest."""
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and not is_public_host(address.hostname or ""):
            self.stats.inc_value("safety/private_host")
            raise IgnoreRequest(f"{address.hostname} is not on the public internet")


class GiveUpMiddleware:
    """Asks nothing more for a visit, partial by then, of which VISIT_FAILURES_MAX requests in a row failed."""

    def __init__(self, crawler: Crawler) -> None:
        self.most = crawler.settings.getint("VISIT_FAILURES_MAX")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Scrapy's hook. Raises IgnoreRequest."""
        visit = request.cb_kwargs.get("visit")
        if isinstance(visit, Visit) and visit.failures >= self.most:
            raise IgnoreRequest(f"{visit.failures} requests of this visit in a row failed")


class PoliteRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, but when a host says 429 or 503 everything for that host waits, as long as it asks.

    Without Retry-After the wait doubles with each retry. The host's delay doubles too, and comes down again by a tenth
    with every good answer. Such a request is repeated BUSY_RETRY_TIMES; a host that asks for more than
    RETRY_AFTER_MAX seconds is not asked again.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.left: set[str] = set()
        self.usual: dict[str, float] = {}
        """Delays of the hosts that were slowed down, as they were before."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Scrapy's hook."""
        if response.status not in _SLOW_DOWN or request.meta.get("dont_retry", False):
            if response.status < 400 and self.usual:
                self.recover(request)
            return super().process_response(request, response)
        settings = self.crawler.settings
        wait = retry_after(response)
        if wait is None:
            wait = settings.getfloat("RETRY_BACKOFF") * 2 ** request.meta.get("retry_times", 0)
        if wait > settings.getfloat("RETRY_AFTER_MAX"):
            self.leave(request)
            return response
        self.pause(request, wait)
        request.meta.setdefault("max_retry_times", settings.getint("BUSY_RETRY_TIMES"))
        return super().process_response(request, response)

    def process_request(self, request: Request) -> None:
        """Scrapy's hook. Raises IgnoreRequest for a host that is left alone."""
        assert self.crawler.engine
        if self.left and self.crawler.engine.downloader.get_slot_key(request) in self.left:
            raise IgnoreRequest(_LEFT)

    def leave(self, request: Request) -> None:
        """Ask nothing more of the request's host in this crawl, not even what waits for its turn."""
        assert self.crawler.engine
        assert self.crawler.stats
        key = request.meta.get("download_slot", "")
        self.left.add(key)
        self.crawler.stats.inc_value("politeness/left")
        if slot := self.crawler.engine.downloader.slots.get(key):
            waiting = list(slot.queue)
            slot.queue.clear()
            for _, deferred in waiting:
                deferred.errback(IgnoreRequest(_LEFT))

    def pause(self, request: Request, seconds: float) -> None:
        """Let everything for the request's host wait, and slow it down."""
        assert self.crawler.engine
        assert self.crawler.stats
        key = request.meta.get("download_slot", "")
        slot = self.crawler.engine.downloader.slots.get(key)
        if slot is None:  # answered without a download
            return
        if not request.url.endswith("/robots.txt"):  # it may hold a Crawl-delay, below which there is no way back
            self.usual.setdefault(key, slot.delay)
        self.set_delay(key, slot, max(slot.delay, min(max(slot.delay * 2, 0.1), 60.0)))
        slot.lastseen = max(slot.lastseen, monotonic() + seconds)
        self.crawler.stats.inc_value("politeness/paused")

    def recover(self, request: Request) -> None:
        """Ask the request's host a little faster again, up to what was usual."""
        assert self.crawler.engine
        key = request.meta.get("download_slot", "")
        slot = self.crawler.engine.downloader.slots.get(key)
        if slot is None or key not in self.usual:
            return
        delay = slot.delay * 0.9
        if delay <= max(self.usual[key], 0.01):
            delay = self.usual.pop(key)
        self.set_delay(key, slot, delay)

    def set_delay(self, key: str, slot: Slot, seconds: float) -> None:
        """Seconds between two requests to a host, for its slot as it is and for one that is made anew."""
        assert self.crawler.engine
        slot.delay = seconds
        self.crawler.engine.downloader.per_slot_settings.setdefault(key, {})["delay"] = seconds


def retry_after(response: Response) -> float | None:
    """Seconds that the answer's Retry-After asks to wait; None where it does not say, or not readably."""
    value = (response.headers.get(b"Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
