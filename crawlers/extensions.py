"""What goes on beside a crawl."""

from __future__ import annotations

import gc
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.robotstxt import RobotParser


class CrawlDelay:
    """Obeys the Crawl-delay of robots.txt, up to CRAWL_DELAY_MAX seconds."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("CRAWL_DELAY_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        return cls(crawler)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Slow the request's host down to what its robots.txt asks."""
        settings = self.crawler.settings
        delay = robotparser.crawl_delay(settings["ROBOTSTXT_USER_AGENT"])
        if not delay or delay <= settings.getfloat("DOWNLOAD_DELAY"):
            return
        delay = min(delay, settings.getfloat("CRAWL_DELAY_MAX"))
        assert self.crawler.engine
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        # For slots made later, since an idle one is dropped and made anew; and for the one that robots.txt came by.
        downloader.per_slot_settings.setdefault(key, {}).update(delay=delay, jitter=0)
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter = max(slot.delay, delay), 0


class RareCollection:
    """Lets Python look for cyclic garbage less often: postings come in thousands and hang in no cycles."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        extension = cls()
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        return extension

    def engine_started(self) -> None:
        """Leave what is loaded by now out of all searches, and search after 20,000 new objects instead of 700."""
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
