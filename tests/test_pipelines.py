"""The chain, one pipeline at a time: what it lets through, what it counts, and what it does when it cannot go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured
from scrapy.utils.test import get_crawler
from sqlalchemy import select

from crawlers.base import visit_ended
from crawlers.classify import readings_version
from crawlers.items import EmploymentType, JobPosting, Sponsorship
from crawlers.payload import DuplicateError
from crawlers.pipelines import Check, Classify, Deduplicate, Store
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.storage import Database, Saved, StorageAwayError, StorageError
from crawlers.storage.engine import reading
from crawlers.storage.models import Base
from crawlers.visits import Outcome, Visit


def posting(number: int = 1, **changes: Any) -> JobPosting:
    fields: dict[str, Any] = {
        "platform": "greenhouse",
        "board": "acme",
        "external_id": str(number),
        "url": f"https://boards.example/acme/{number}",
        "title": "Engineer",
        "description_text": "We build harbours.",
    }
    return JobPosting(**fields | changes)


def counted(crawler: Crawler) -> dict[str, Any]:
    assert crawler.stats
    return crawler.stats.get_stats()


@pytest.fixture
def crawler() -> Crawler:
    return get_crawler(GreenhouseSpider, {"DATABASE_URL": ""})


# Check


@pytest.mark.parametrize("external_id", ["", "x" * 513])
def test_posting_without_a_usable_id_is_dropped(crawler: Crawler, external_id: str) -> None:
    with pytest.raises(DropItem, match=r"https://boards\.example/acme/1: no usable id") as dropped:
        Check.from_crawler(crawler).process_item(posting(external_id=external_id))
    assert len(str(dropped.value)) < 200


@pytest.mark.parametrize("changes", [{"title": ""}, {"url": ""}])
def test_posting_without_title_or_url_is_dropped(crawler: Crawler, changes: dict[str, str]) -> None:
    with pytest.raises(DropItem, match="greenhouse/acme/1: no title or no URL"):
        Check.from_crawler(crawler).process_item(posting(**changes))


@pytest.mark.parametrize("country", ["Germany", "D", "D1", "ÄÖ", "🇩🇪", " ", "x" * 1000])
def test_garbage_for_a_country_is_none_and_counted(crawler: Crawler, country: str) -> None:
    item = Check.from_crawler(crawler).process_item(posting(country=country))
    assert item.country is None
    assert counted(crawler) == {f"greenhouse/unknown_country/{country[:40]}": 1}


@pytest.mark.parametrize("country", [None, "DE", "FI"])
def test_country_code_is_kept(crawler: Crawler, country: str | None) -> None:
    item = posting(external_id="x" * 512, country=country)
    assert Check.from_crawler(crawler).process_item(item) is item
    assert item.country == country
    assert counted(crawler) == {}


# Deduplicate


def test_posting_goes_through_once_a_visit(crawler: Crawler) -> None:
    deduplicate = Deduplicate.from_crawler(crawler)
    first = posting()
    assert deduplicate.process_item(first) is first
    with pytest.raises(DuplicateError):
        deduplicate.process_item(posting())
    assert counted(crawler) == {"posting/duplicate": 1}
    others = [posting(2), posting(board="other"), posting(platform="lever")]
    assert [deduplicate.process_item(item) for item in others] == others


def test_what_a_visit_had_is_forgotten_when_it_ends(crawler: Crawler) -> None:
    deduplicate = Deduplicate.from_crawler(crawler)
    deduplicate.process_item(posting())
    deduplicate.process_item(posting(board="other"))
    crawler.signals.send_catch_log(visit_ended, visit=Visit(platform="greenhouse", board="acme"))
    again = posting()
    assert deduplicate.process_item(again) is again
    with pytest.raises(DuplicateError):
        deduplicate.process_item(posting(board="other"))


# Classify


def test_readings_are_filled_and_counted(crawler: Crawler) -> None:
    classify = Classify.from_crawler(crawler)
    text = "We sponsor H-1B visas. This is a paid internship."
    item = classify.process_item(posting(title="Engineering Intern", description_text=text))
    assert item.sponsorship == Sponsorship.OFFERED
    assert EmploymentType.INTERN in item.employment_type
    assert item.is_intern is True
    assert item.rules_version == readings_version()
    for evidence in item.evidence:
        source = text if evidence.source == "description" else item.title
        assert source[evidence.start : evidence.end] == evidence.quote
    classify.process_item(posting(2))
    classify.process_item(posting(3))
    assert counted(crawler) == {"sponsorship/offered": 1, "sponsorship/none": 2}


def test_employment_type_that_no_rule_knows_is_counted(crawler: Crawler) -> None:
    raw = "Zwielichtdienst " + "x" * 100
    item = Classify.from_crawler(crawler).process_item(posting(employment_raw=raw))
    assert item.employment_type == []
    assert item.employment_raw == raw
    assert counted(crawler) == {f"greenhouse/unknown_employment/{raw[:40]}": 1, "sponsorship/none": 1}


# Store


class Storing:
    """A spider and its store, with batches of three, over a database that fails when it is told to."""

    def __init__(self, database: Database, patch: pytest.MonkeyPatch) -> None:
        for module in ("base", "pipelines"):
            patch.setattr(f"crawlers.{module}.database_at", lambda url: database)
        patch.setattr(database, "save", self.save)
        self.database, self._save = database, type(database).save
        self.errors: Iterator[Exception | None] = iter(())
        """What the next calls raise; None, or past the end: nothing."""
        self.saves: list[tuple[int, bool]] = []
        """Postings of each call, and whether it was the visit's last."""
        self.closed: list[str] = []
        self.crawler = get_crawler(GreenhouseSpider, {"DATABASE_URL": "sqlite://", "STORE_BATCH": 3})
        self.crawler.engine = SimpleNamespace(close_spider_async=self.close)
        self.spider = GreenhouseSpider.from_crawler(self.crawler, board="acme")
        self.crawler.spider = self.spider
        self.store = Store.from_crawler(self.crawler)

    def save(self, visit: Visit, postings: list[JobPosting], *, last: bool) -> Saved:
        self.saves.append((len(postings), last))
        if error := next(self.errors, None):
            raise error
        return self._save(self.database, visit, postings, last=last)

    async def close(self, *, reason: str) -> None:
        self.closed.append(reason)

    def visit(self, count: int, board: str = "acme") -> Visit:
        """Begin a visit and send its postings through the store; it ends with the last one."""
        visit = self.spider.begin(board)
        visit.listed = visit.waiting = count

        async def send() -> None:
            for number in range(count):
                await self.store.process_item(posting(number, board=board))

        asyncio.run(send())
        return visit

    def stored(self) -> set[str]:
        return {row.external_id for row in self.rows("postings")}

    def ends(self) -> list[tuple[Any, ...]]:
        return [(row.outcome, row.listed, row.stored) for row in self.rows("visits")]

    def rows(self, table: str) -> list[Any]:
        with reading(self.database._engine) as connection:
            return list(connection.execute(select(Base.metadata.tables[table])))


@pytest.fixture
def storing(database: Database, monkeypatch: pytest.MonkeyPatch) -> Storing:
    return Storing(database, monkeypatch)


def test_without_a_database_nothing_is_stored(crawler: Crawler) -> None:
    with pytest.raises(NotConfigured, match="DATABASE_URL is empty"):
        Store.from_crawler(crawler)


def test_batches_are_written_as_they_fill_and_the_end_with_the_last(storing: Storing) -> None:
    visit = storing.visit(7)
    assert storing.saves == [(3, False), (3, False), (1, True)]
    assert (visit.outcome, visit.new) == (Outcome.COMPLETE, 7)
    assert storing.stored() == set("0123456")
    assert storing.ends() == [("complete", 7, 7)]


def test_end_is_written_where_the_last_batch_was_full(storing: Storing) -> None:
    storing.visit(3)
    assert storing.saves == [(3, False), (0, True)]
    assert storing.ends() == [("complete", 3, 3)]


def test_boards_fill_batches_of_their_own(storing: Storing) -> None:
    storing.visit(2)
    storing.visit(2, board="other")
    assert storing.saves == [(2, True), (2, True)]
    assert len(storing.rows("postings")) == 4


def test_crawl_that_stops_keeps_what_it_has_read(storing: Storing) -> None:
    visit = storing.spider.begin("acme")
    visit.listed = visit.waiting = 5

    async def stop() -> None:
        await storing.store.open_spider()
        await storing.store.process_item(posting())
        await storing.store.close_spider()

    asyncio.run(stop())
    assert storing.stored() == {"1"}
    assert storing.ends() == [("partial", 5, 1)]
    assert visit.reason == "the crawl was stopped"


def test_refused_batch_is_tried_posting_by_posting(storing: Storing, caplog: pytest.LogCaptureFixture) -> None:
    storing.errors = iter([StorageError("no room"), None, StorageError("no room")])
    visit = storing.visit(4)
    assert visit.outcome == Outcome.PARTIAL
    assert str(visit.reason).endswith("not stored: no room")
    assert len(storing.stored()) == 3
    assert storing.ends() == [("partial", 4, 3)]
    assert "not stored: no room" in caplog.text
    assert counted(storing.crawler)["visit/partial"] == 1
    assert storing.closed == []


def test_refused_batch_whose_postings_are_taken_costs_nothing(storing: Storing) -> None:
    storing.errors = iter([StorageError("no room")])
    assert storing.visit(4).outcome == Outcome.COMPLETE
    assert storing.ends() == [("complete", 4, 4)]


def test_database_that_is_away_closes_the_spider_once_and_is_not_tried_again(storing: Storing) -> None:
    storing.errors = iter([None, StorageAwayError("gone")])

    async def crawl() -> tuple[Visit, Visit]:
        visits = []
        for board in ("acme", "other"):
            visit = storing.spider.begin(board)
            visit.listed = visit.waiting = 7
            visits.append(visit)
            for number in range(7):
                await storing.store.process_item(posting(number, board=board))
        await asyncio.sleep(0)
        return visits[0], visits[1]

    first, second = asyncio.run(crawl())
    assert storing.saves == [(3, False), (3, False)]
    assert storing.closed == ["database"]
    assert (first.outcome, first.reason) == (Outcome.PARTIAL, "3 postings not stored: gone")
    assert (second.outcome, second.reason) == (Outcome.PARTIAL, "3 postings not stored: the database is away")
    assert storing.stored() == set("012")
    assert counted(storing.crawler)["visit/partial"] == 2
    assert storing.spider.visits == {}


def test_database_that_goes_away_under_two_writes_closes_the_spider_once(storing: Storing) -> None:
    both = Barrier(2, timeout=30)

    def save(visit: Visit, postings: list[JobPosting], *, last: bool) -> Saved:
        both.wait()
        raise StorageAwayError("gone")

    storing.database.save = save  # type: ignore[method-assign]
    boards = ["acme", "other"]
    for board in boards:
        storing.spider.begin(board).waiting = 9

    async def crawl() -> None:
        items = [posting(number, board=board) for board in boards for number in range(3)]
        await asyncio.gather(*map(storing.store.process_item, items))
        await asyncio.sleep(0)

    asyncio.run(crawl())
    assert counted(storing.crawler)["store/failed"] == 2
    assert storing.closed == ["database"]


def test_error_that_nobody_foresaw_does_not_pass_for_a_complete_visit(storing: Storing) -> None:
    storing.errors = iter([OverflowError("too large for a column")])
    visit = storing.visit(2)
    assert visit.outcome == Outcome.PARTIAL
    assert counted(storing.crawler).get("visit/partial") == 1


@pytest.mark.parametrize("word", ["\ud800 gone", "gone\0"], ids=["surrogate", "nul"])
def test_end_is_written_whatever_a_platform_says(storing: Storing, word: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL + 1)  # workers cannot pass such words on in their reports
    visit = storing.spider.begin("acme")
    visit.fail(Outcome.NOT_FOUND, word)
    asyncio.run(storing.spider.settle(visit))
    assert storing.ends() == [("not_found", 0, 0)]
