"""What platforms with a request per posting share."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure

import crawlers.detail
from crawlers.base import BoardSpider
from crawlers.detail import DetailBoardSpider
from crawlers.items import JobPosting
from crawlers.visits import Visit


class SkiSpider(DetailBoardSpider):
    """A platform of its own."""

    name = "skis"
    api = "https://skis.example/{board}/jobs"
    boards = r"https?://skis\.example/([\w-]+)"
    jobs_key = "jobs"
    volatile = frozenset({"age"})

    def detail_url(self, job: dict[str, Any], board: str) -> str:
        return f"https://skis.example/{board}/jobs/{job['id']}"

    def read(self, job: dict[str, Any], board: str) -> JobPosting:
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=str(job.pop("id")),
            url=f"https://skis.example/{board}",
            title=job.pop("title"),
            location_raw=job.pop("place"),
        )


def spider(**settings: Any) -> SkiSpider:
    return SkiSpider.from_crawler(get_crawler(SkiSpider, {"DATABASE_URL": "", **settings}), board="acme")


def answer(body: str, url: str = "https://skis.example/acme/jobs") -> TextResponse:
    return TextResponse(url, body=body, encoding="utf-8")


async def results_of(results: Any) -> list[Any]:
    return [result async for result in results]


def test_age_of_a_page_spreads_over_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is read again once in ten days, and about as many on each of them."""
    today = datetime(2026, 3, 1, 8, tzinfo=UTC)

    class Clock:
        @staticmethod
        def now(zone: Any) -> datetime:
            return today

    monkeypatch.setattr(crawlers.detail, "datetime", Clock)
    skis = spider(DETAIL_MAX_AGE=10)
    rows = [{"id": number, "title": "Waxer", "age": 3} for number in range(300)]
    before = [skis.row_hash(row) for row in rows]
    assert [skis.row_hash(row | {"age": 4}) for row in rows] == before, "what changes by itself does not count"
    changes = []
    for _ in range(10):
        today += timedelta(days=1)
        now = [skis.row_hash(row) for row in rows]
        changes.append(sum(a != b for a, b in zip(before, now, strict=True)))
        before = now
    assert sum(changes) == 300
    assert min(changes) > 10


def test_age_of_a_page_can_be_left_out_of_account() -> None:
    row = {"id": 1, "title": "Waxer"}
    assert spider(DETAIL_MAX_AGE=0).row_hash(row) == BoardSpider.row_hash(spider(), row)


def test_page_and_row_are_read_together_and_rows_once() -> None:
    skis = spider(DETAIL_MAX_AGE=0)
    visit = skis.begin("acme")
    listed = answer('{"jobs": [{"id": 1, "title": "Waxer", "place": "Graz"}, {"id": 1, "title": "Again"}, 7]}')
    requests = asyncio.run(results_of(skis.parse_list(listed, visit)))
    assert [request.url for request in requests] == ["https://skis.example/acme/jobs/1"]
    assert (visit.listed, visit.unreadable) == (2, 1)
    then = requests[0].cb_kwargs["then"]
    [posting] = asyncio.run(results_of(then(answer('{"title": "Ski Waxer"}'), visit)))
    assert (posting.title, posting.location_raw, posting.external_id) == ("Ski Waxer", "Graz", "1")


@pytest.mark.parametrize(("status", "outcome", "gone"), [(404, "complete", 1), (503, "partial", 0)])
def test_posting_that_left_costs_itself(status: int, outcome: str, gone: int) -> None:
    skis = spider()
    visit = skis.begin("acme")
    rows = [{"id": number, "title": "Waxer"} for number in (1, 2)]
    request, _ = asyncio.run(results_of(skis.read_rows(rows, answer("{}"), visit)))
    assert isinstance(request, Request)
    failure = Failure(HttpError(TextResponse(request.url, status=status)))
    failure.request = request  # type: ignore[attr-defined]
    visit.waiting = 1
    asyncio.run(results_of(skis.fail(failure)))
    assert (visit.outcome, visit.gone, visit.unreadable) == (outcome, gone, 0)


def test_slip_in_a_platforms_code_ends_its_visit_only() -> None:
    """What is raised half-way through a list leaves nothing waiting for it."""

    class SlippingSpider(SkiSpider):
        def detail_url(self, job: dict[str, Any], board: str) -> str:
            if job["id"] == 2:
                raise RuntimeError("a slip")
            return super().detail_url(job, board)

    skis = SlippingSpider.from_crawler(get_crawler(SlippingSpider, {"DATABASE_URL": ""}), board="acme")
    visit = skis.begin("acme")
    visit.waiting = 1
    listed = answer('{"jobs": [{"id": 1, "title": "Waxer"}, {"id": 2, "title": "Maker"}]}')
    yielded: list[Any] = []

    async def receive() -> None:
        async for result in skis.receive(listed, visit, skis.parse_list):
            yielded.append(result)  # noqa: PERF401

    with pytest.raises(RuntimeError):
        asyncio.run(receive())
    assert len(yielded) == 1
    assert visit.waiting == len(yielded), "the page of the first, which was asked for"
    assert visit.outcome == "partial"


def test_fewer_than_advertised_is_partial() -> None:
    visit = Visit(platform="skis", board="acme", advertised=3, listed=2)
    asyncio.run(spider().settle(visit))
    assert (visit.outcome, visit.reason) == ("partial", "2 of 3 openings are in the list")


def test_robots_txt_is_left_aside_where_the_operator_says_so() -> None:
    visit = Visit(platform="skis", board="acme")
    request = Request("https://skis.example/acme", meta={"depth": 1})
    assert "dont_obey_robotstxt" not in spider().request(visit, request).meta
    allowed = spider(ROBOTSTXT_EXCEPTIONS=["skis"]).request(visit, request)
    assert allowed.meta == {"depth": 1, "dont_obey_robotstxt": True}


def test_boards_wait_for_each_other() -> None:
    """No more visits are under way than BOARDS_AT_ONCE."""

    async def run() -> list[int]:
        skis = SkiSpider.from_crawler(
            get_crawler(SkiSpider, {"DATABASE_URL": "", "BOARDS_AT_ONCE": 3}), board=",".join("abcdefgh")
        )
        under_way = []
        async for request in skis.start():
            under_way.append(len(skis.visits))
            if len(skis.visits) == 3:
                visit = request.cb_kwargs["visit"]

                async def end(visit: Visit = visit) -> None:
                    visit.waiting = 0
                    await skis.settle(visit)

                tasks.append(asyncio.ensure_future(end()))
        return under_way

    tasks: list[asyncio.Future[None]] = []
    assert asyncio.run(run()) == [1, 2, 3, 3, 3, 3, 3, 3]
