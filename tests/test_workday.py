"""A whole crawl of a hard Workday tenant, over HTTP; and the plan behind it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.server import serve
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
    """5,000 of 5,000, where one family has more than the list shows and a hundred openings are in none."""
    tenant = Tenant(openings(5000), busy_every=700)
    outcome, reason, advertised, listed, requests, stored, distinct = crawl(tenant)
    assert (outcome, reason, advertised, listed) == ("complete", None, 5000, 5000)
    assert (stored, distinct) == (5000, 5000)
    assert tenant.requests["page"] == 5000, "one request a posting"
    assert tenant.requests["list"] <= 350, "250 full pages, and slices of places, which overlap"
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


def test_posting_that_left_between_list_and_page(crawl: Crawl) -> None:
    assert crawl(Tenant(openings(30), gone={7}))[-2:] == (29, 29)
