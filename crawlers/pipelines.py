"""The chain that every posting goes through, in order: Check, Deduplicate, Classify, Store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from crawlers.base import BoardSpider, visit_ended
from crawlers.classify import classify, occupation
from crawlers.classify.occupations.index import Index
from crawlers.items import JobPosting
from crawlers.payload import DuplicateError
from crawlers.storage import StorageAwayError, StorageError, database_at
from crawlers.visits import Outcome, Visit

_MAX_ID = 512


class Pipeline:
    """A pipeline with the crawler's settings and stats at hand."""

    def __init__(self, crawler: Crawler) -> None:
        assert crawler.stats
        self.crawler, self.settings, self.stats = crawler, crawler.settings, crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        return cls(crawler)


class Check(Pipeline):
    """Refuses what cannot be a posting, whatever spider it comes from."""

    def process_item(self, item: JobPosting) -> JobPosting:
        """Raises DropItem."""
        if not item.external_id or len(item.external_id) > _MAX_ID:
            raise DropItem(f"{item.url}: no usable id: {item.external_id[:80]!r}")
        if not item.title or not item.url:
            raise DropItem(f"{item.platform}/{item.board}/{item.external_id}: no title or no URL")
        if item.country and not (len(item.country) == 2 and item.country.isascii() and item.country.isalpha()):
            self.stats.inc_value(f"{item.platform}/unknown_country/{item.country[:40]}")
            item.country = None
        return item


class Deduplicate(Pipeline):
    """Lets a posting through once a visit; lists repeat rows across pages and places."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        crawler.signals.connect(self.forget, visit_ended)

    def process_item(self, item: JobPosting) -> JobPosting:
        """Raises DuplicateError."""
        seen = self.seen[item.platform, item.board]
        if item.external_id in seen:
            self.stats.inc_value("posting/duplicate")
            raise DuplicateError(f"{item.url}: listed twice", log_level="DEBUG")
        seen.add(item.external_id)
        return item

    def forget(self, visit: Visit) -> None:
        """Drop what was kept for a visit that has ended."""
        self.seen.pop((visit.platform, visit.board), None)


class Classify(Pipeline):
    """Reads what the posting's own words say."""

    async def open_spider(self) -> None:
        """Read titles by what the database holds of published files. Raises StorageError."""
        occupation.use(await asyncio.to_thread(self.index) if self.settings["DATABASE_URL"] else None)

    def index(self) -> Index | None:
        """The index of the titles in the database; None where none are loaded."""
        database = database_at(self.settings["DATABASE_URL"])
        database.prepare()
        return database.references.index()

    def process_item(self, item: JobPosting) -> JobPosting:
        """Fill the readings."""
        classified = classify(item)
        if classified.unknown_employment:
            self.stats.inc_value(f"{item.platform}/unknown_employment/{classified.unknown_employment[:40]}")
        self.stats.inc_value(f"sponsorship/{item.sponsorship}")
        return item


class Store(Pipeline):
    """Writes postings in batches, off the event loop; the last batch of a visit and the visit's end go together."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if not self.settings["DATABASE_URL"]:
            raise NotConfigured("DATABASE_URL is empty: postings are not stored")
        if crawler.spider and not isinstance(crawler.spider, BoardSpider):
            raise NotConfigured("no board is crawled")
        self.database = database_at(self.settings["DATABASE_URL"])
        self.size = self.settings.getint("STORE_BATCH")
        self.batches: defaultdict[tuple[str, str], list[JobPosting]] = defaultdict(list)
        self.closing: asyncio.Future[None] | None = None
        """Under way once the database is away."""
        crawler.signals.connect(self.end_visit, visit_ended)

    @property
    def spider(self) -> BoardSpider:
        """The spider whose postings these are."""
        assert isinstance(self.crawler.spider, BoardSpider)
        return self.crawler.spider

    async def open_spider(self) -> None:
        """Make sure that there are tables. Raises StorageError."""
        await asyncio.to_thread(self.database.prepare)

    async def process_item(self, item: JobPosting) -> JobPosting:
        """Keep the posting for the batch, and write the batch when it is full."""
        batch = self.batches[item.platform, item.board]
        batch.append(item)
        if len(batch) >= self.size:
            await self.write(self.spider.visits[item.platform, item.board], last=False)
        await self.spider.posting_left(item)
        return item

    async def close_spider(self) -> None:
        """End visits that the crawl leaves open, with what they have read."""
        if self.crawler.spider:
            await self.spider.abandon_visits()

    async def end_visit(self, visit: Visit) -> None:
        """Write the end of a visit."""
        await self.write(visit, last=True)

    async def write(self, visit: Visit, *, last: bool) -> None:
        """Write what is kept of a visit; where the database refuses a batch, each of its postings by itself."""
        batch = self.batches.pop((visit.platform, visit.board), [])
        error = await self.save(visit, batch, last=last)
        if error is None:
            return
        if isinstance(error, StorageAwayError) or not batch:
            self.fail(visit, batch, error)
            return
        for posting in batch:
            if error := await self.save(visit, [posting], last=False):
                self.fail(visit, [posting], error)
        if last and (error := await self.save(visit, [], last=True)):
            self.fail(visit, [], error)

    async def save(self, visit: Visit, batch: list[JobPosting], *, last: bool) -> StorageError | None:
        """One transaction; what the database says where it does not take it."""
        if self.closing:  # one attempt was enough: each would wait for its time-out
            return StorageAwayError("the database is away")
        try:
            saved = await asyncio.to_thread(self.database.save, visit, batch, last=last)
        except StorageError as error:
            self.stats.inc_value("store/failed")
            return error
        visit.new += saved.new
        visit.changed += saved.changed
        visit.same += saved.same
        return None

    def fail(self, visit: Visit, batch: list[JobPosting], error: StorageError) -> None:
        """Fail the visit loudly; without a database the crawl too, which would fetch for nothing."""
        told = batch[0].url if len(batch) == 1 else f"{len(batch)} postings"
        visit.fail(Outcome.PARTIAL, f"{told} not stored: {error}")
        self.spider.logger.error("%s: %s not stored: %s", visit.name, told, error)
        if isinstance(error, StorageAwayError):
            self.stop()

    def stop(self) -> None:
        """Close the spider, once."""
        assert self.crawler.engine
        if not self.closing:
            self.closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="database"))
