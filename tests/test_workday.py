"""A whole crawl of a hard Workday tenant, over HTTP; and the plan behind it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from crawlers.errors import OperatorError
from crawlers.spiders.workday import WorkdaySpider
from tests.conftest import Run
from tests.server import Answer, serve
from tests.workday_tenant import Tenant, openings

Crawl = Callable[[Tenant], tuple[Any, ...]]
VISIT = "SELECT outcome, reason, advertised, listed, requests FROM visits ORDER BY id DESC LIMIT 1"


@pytest.fixture
def crawl(run: Run, tmp_path: Path) -> Crawl:
    def crawl(tenant: Tenant) -> tuple[Any, ...]:
        with serve() as site:
            site.anything = tenant
            environment = {
                "LOOPBACK": site.url,
                "LIST_CAP": str(tenant.cap),
                "SCRAPY_SETTINGS_MODULE": "tests.loopback_settings",
            }
            fast = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16", "-s", "ROBOTSTXT_OBEY=False", "-L", "WARNING")
            run("crawl", "workday", "-a", "board=skis.wd5.Careers", *fast, env=environment)
        with closing(sqlite3.connect(tmp_path / "run.sqlite3")) as connection:
            stored = connection.execute("SELECT count(*), count(DISTINCT external_id) FROM postings").fetchone()
            return (*connection.execute(VISIT).fetchone(), *stored)

    return crawl


def test_hard_tenant_is_crawled_whole(crawl: Crawl) -> None:
    """5,000 of 5,000, where two parts are longer than the list shows, a hundred openings are in no family, others of no
    kind: no facet holds all of them, or tells how many there are.
    """
    tenant = Tenant(openings(5000), busy_every=700)
    outcome, reason, advertised, listed, requests, stored, distinct = crawl(tenant)
    assert (outcome, reason, advertised, listed) == ("complete", None, 5000, 5000)
    assert (stored, distinct) == (5000, 5000)
    assert tenant.requests["page"] == 5000, "one request a posting"
    assert tenant.requests["list"] <= 700, "250 full pages; then by places, of which some openings have two"
    assert requests == tenant.requests["all"] - tenant.requests["busy"]
    # Again: the list only, and nothing of it has changed.
    before = tenant.requests["page"]
    assert crawl(tenant)[:4] == ("complete", None, 5000, 5000)
    assert tenant.requests["page"] == before


def test_list_that_cannot_be_split_is_partial(crawl: Crawl) -> None:
    outcome, reason, _, listed, _, stored, _ = crawl(Tenant(openings(230), faceted=False, cap=200))
    assert outcome == "partial"
    assert "200 of a list that shows no more" in reason
    assert (listed, stored) == (200, 200)


def test_tenant_that_pages_on_past_the_cap(crawl: Crawl) -> None:
    tenant = Tenant(openings(230), cut=False, cap=200)
    assert crawl(tenant)[:4] == ("complete", None, 230, 230)
    assert tenant.requests["list"] == 12


def test_row_that_leads_nowhere_costs_itself(crawl: Crawl) -> None:
    """It is on the first page of every slice, and counted once."""
    tenant = Tenant(openings(230), cap=200, nameless=True)
    outcome, _, _, listed, _, stored, _ = crawl(tenant)
    assert (outcome, listed, stored) == ("complete", 231, 230)


def test_list_that_does_not_say_how_long_it_is(crawl: Crawl) -> None:
    tenant = Tenant(openings(50))
    tenant.rows = lambda query, rows=tenant.rows: {**rows(query), "total": None}  # type: ignore[method-assign,misc]
    outcome, reason, *_, stored, _ = crawl(tenant)
    assert (outcome, stored) == ("partial", 20)
    assert "does not say how long it is" in reason


def test_host_that_fails_is_left_alone(crawl: Crawl) -> None:
    """A site that answers its list, but not its pages."""
    tenant = Tenant(openings(600))
    tenant.page = lambda path: tenant.requests.update(["page"]) or Answer(b"<html>", 403)  # type: ignore[method-assign]
    outcome, reason, *_ = crawl(tenant)
    assert outcome == "partial"
    assert "HTTP 403" in reason
    assert tenant.requests["page"] < 300, "ten in a row, between pages of the list, and what was under way by then"


def test_posting_that_left_between_list_and_page(crawl: Crawl) -> None:
    assert crawl(Tenant(openings(30), gone={7}))[-2:] == (29, 29)


@pytest.mark.parametrize(
    ("url", "board"),
    [
        ("https://skis.wd5.myworkdayjobs.com/Careers", "skis.wd5.Careers"),
        ("https://SKIS.wd5.myworkdayjobs.com/en-US/Careers/job/Graz/Waxer_R1", "skis.wd5.Careers"),
        ("https://skis.wd5.myworkdayjobs.com/es/Careers/details/Waxer_R1", "skis.wd5.Careers"),
        ("https://skis.wd5.myworkdayjobs.com/zh-Hans-CN/Careers", "skis.wd5.Careers"),
        ("https://skis.wd5.myworkdayjobs.com/HR/job/Graz/Waxer_R1", "skis.wd5.HR"),
        ("https://skis.wd5.myworkdayjobs.com/es/jobs/job/Graz/Waxer_R1", "skis.wd5.jobs"),
        ("https://skis.wd5.myworkdayjobs.com/wday/cxs/skis/Careers/jobs", "skis.wd5.Careers"),
        ("https://wd5.myworkdaysite.com/en-US/recruiting/skis/Careers", "wd5.skis.Careers"),
        ("skis|wd5|Careers", "skis.wd5.Careers"),
    ],
)
def test_site_behind_a_url(url: str, board: str) -> None:
    assert WorkdaySpider.key_of(url) == board


@pytest.mark.parametrize("url", ["https://skis.wd5.myworkdayjobs.com/en-US", "https://skis.wd5.myworkdayjobs.com/"])
def test_tenant_without_a_site_is_no_board(url: str) -> None:
    with pytest.raises(OperatorError):
        WorkdaySpider.key_of(url)


@pytest.mark.parametrize(
    ("board", "url"),
    [
        ("skis.wd5.Careers", "https://skis.wd5.myworkdayjobs.com/Careers/job/Graz/Waxer_R1"),
        ("wd5.skis.Careers", "https://wd5.myworkdaysite.com/recruiting/skis/Careers/job/Graz/Waxer_R1"),
    ],
)
def test_page_of_a_posting_that_does_not_say_where_it_is(board: str, url: str) -> None:
    spider = WorkdaySpider.from_crawler(get_crawler(WorkdaySpider, {"DATABASE_URL": ""}))
    posting = spider.read({"externalPath": "/job/Graz/Waxer_R1", "title": "Waxer"}, board)
    assert posting.url == url
    assert WorkdaySpider.key_of(posting.url) == board
