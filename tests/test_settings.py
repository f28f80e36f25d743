"""Safe and polite: the settings that every crawl starts from, and the middleware that slows it down."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object
from scrapy.utils.test import get_crawler

import crawlers
from crawlers.middlewares import GiveUpMiddleware, PoliteRetryMiddleware, PublicHostsMiddleware, retry_after
from crawlers.visits import Visit

SETTINGS = Settings()
SETTINGS.setmodule("crawlers.settings")
SPIDERS = SpiderLoader.from_settings(SETTINGS)
URL = "https://boards.example/jobs"


@pytest.mark.parametrize("name", ["ROBOTSTXT_OBEY", "CRAWL_DELAY_OBEY", "DOWNLOAD_VERIFY_CERTIFICATES"])
def test_switched_on(name: str) -> None:
    assert SETTINGS.getbool(name)


@pytest.mark.parametrize("name", ["REMOTE_CONTROL_ENABLED", "TELNETCONSOLE_ENABLED", "COOKIES_ENABLED"])
def test_switched_off(name: str) -> None:
    assert not SETTINGS.getbool(name)


def test_a_host_is_asked_seldom() -> None:
    assert 1 <= SETTINGS.getint("CONCURRENT_REQUESTS_PER_DOMAIN") <= 2
    assert SETTINGS.getfloat("DOWNLOAD_DELAY") >= 0.5
    assert SETTINGS.getint("RETRY_TIMES") <= 2


def test_answers_are_bounded() -> None:
    assert SETTINGS.getint("DOWNLOAD_MAXSIZE") == 32 * 1024 * 1024
    assert 0 < SETTINGS.getfloat("DOWNLOAD_TIMEOUT") <= 60


def test_retries_are_the_polite_ones() -> None:
    named = build_component_list(SETTINGS.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES"))
    chain = [load_object(name) for name in named]
    assert PoliteRetryMiddleware in chain
    assert RetryMiddleware not in chain


def settings_with(name: str, tmp_path: Path, **environment: str) -> str:
    """A setting as a process with this environment has it."""
    plain = {key: value for key, value in os.environ.items() if key not in {"CRAWLERS_CONTACT", "DATABASE_URL"}}
    command = [sys.executable, "-c", f"import crawlers.settings; print(crawlers.settings.{name})"]
    return subprocess.check_output(command, env=plain | environment, cwd=tmp_path, text=True).strip()


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("", f"crawlers/{crawlers.__version__}"),
        (" https://crawl.example/about ", f"crawlers/{crawlers.__version__} (+https://crawl.example/about)"),
    ],
)
def test_user_agent_names_the_project_and_its_contact(tmp_path: Path, contact: str, agent: str) -> None:
    assert settings_with("USER_AGENT", tmp_path, CRAWLERS_CONTACT=contact) == agent
    assert agent.startswith(SETTINGS["ROBOTSTXT_USER_AGENT"]), "robots.txt speaks to the same name"


def test_database_comes_from_the_environment(tmp_path: Path) -> None:
    url = "postgresql://crawler@db.example/jobs"
    assert settings_with("DATABASE_URL", tmp_path, DATABASE_URL=url) == url
    assert settings_with("DATABASE_URL", tmp_path, DATABASE_URL="").startswith("sqlite:///")


@pytest.mark.parametrize("name", SPIDERS.list())
def test_spider_may_be_slower_but_not_ruder(name: str) -> None:
    crawler = Crawler(SPIDERS.load(name), SETTINGS.copy())
    own = crawler.settings
    for kept in ("ROBOTSTXT_OBEY", "CRAWL_DELAY_OBEY", "DOWNLOAD_VERIFY_CERTIFICATES"):
        assert own.getbool(kept), kept
    for most in ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN", "DOWNLOAD_MAXSIZE", "RETRY_TIMES"):
        assert 0 < own.getint(most) <= SETTINGS.getint(most), most
    assert own.getfloat("DOWNLOAD_DELAY") >= SETTINGS.getfloat("DOWNLOAD_DELAY")
    for same in ("USER_AGENT", "ROBOTSTXT_USER_AGENT", "COOKIES_ENABLED", "DOWNLOADER_MIDDLEWARES"):
        assert own[same] == SETTINGS[same], same
    for host, slot in own.getdict("DOWNLOAD_SLOTS").items():
        assert slot.get("delay", own.getfloat("DOWNLOAD_DELAY")) >= SETTINGS.getfloat("DOWNLOAD_DELAY"), host
        assert slot.get("concurrency", 1) <= SETTINGS.getint("CONCURRENT_REQUESTS_PER_DOMAIN"), host
    for attribute in ("download_delay", "user_agent", "max_concurrent_requests"):
        assert not hasattr(crawler.spidercls, attribute), attribute


# Hosts


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x", "https://[::1]/x", "http://db.internal/x", "http://2130706433/x"]
)
def test_hosts_in_private_networks_are_not_asked(url: str) -> None:
    guard = PublicHostsMiddleware(get_crawler(None, {}))
    with pytest.raises(IgnoreRequest, match="not on the public internet"):
        guard.process_request(Request(url))
    assert guard.process_request(Request("https://boards.example/x")) is None
    with pytest.raises(NotConfigured):
        PublicHostsMiddleware(get_crawler(None, {"ALLOW_PRIVATE_ADDRESSES": True}))


def test_visit_that_fails_and_fails_is_given_up() -> None:
    guard = GiveUpMiddleware(get_crawler(None, {"VISIT_FAILURES_MAX": 10}))
    visit = Visit(platform="skis", board="acme", failures=9)
    asked = Request("https://boards.example/x", cb_kwargs={"visit": visit})
    assert guard.process_request(asked) is None
    visit.failures += 1
    with pytest.raises(IgnoreRequest, match="10 requests of this visit"):
        guard.process_request(asked)
    assert guard.process_request(Request("https://boards.example/robots.txt")) is None


def test_host_that_wants_to_be_asked_slowly_is() -> None:
    assert SETTINGS["DOWNLOAD_SLOTS"]["apply.workable.com"] == {"concurrency": 1, "delay": 1}


# Retry-After


def refused(retry_after: str | None = None, status: int = 429) -> Response:
    return Response(URL, status=status, headers={} if retry_after is None else {"Retry-After": retry_after})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("\0", None),
        ("Mon, 32 Foo 2026 99:99:99 GMT", None),
        ("Mon, 01 Jan 99999999 00:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert retry_after(refused(value)) == seconds


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after(refused(date)) == pytest.approx(89, abs=2)


def test_retry_after_beyond_all_measure_is_a_long_time() -> None:
    wait = retry_after(refused("9" * 400))
    assert wait is not None
    assert wait > SETTINGS.getfloat("RETRY_AFTER_MAX")


# Pauses


class Slowed:
    """The middleware, over a downloader with one slot."""

    def __init__(self, delay: float = 0.5) -> None:
        self.slot = SimpleNamespace(delay=delay, lastseen=monotonic(), queue=deque())
        self.crawler: Any = get_crawler(
            None, dict.fromkeys(["RETRY_TIMES", "BUSY_RETRY_TIMES"], 2) | {"RETRY_BACKOFF": 5, "RETRY_AFTER_MAX": 300}
        )
        self.crawler.engine = SimpleNamespace(
            downloader=SimpleNamespace(slots={"boards.example": self.slot}, per_slot_settings={})
        )
        self.crawler.spider = self.crawler._create_spider("loopback")
        self.middleware = PoliteRetryMiddleware.from_crawler(self.crawler)

    def waits(self) -> float:
        """Seconds from now until the slot may be used again, its delay left out."""
        return float(self.slot.lastseen - monotonic())


def request(**meta: Any) -> Request:
    return Request(URL, meta={"download_slot": "boards.example"} | meta)


def test_pause_doubles_the_delay_up_to_a_minute() -> None:
    slowed = Slowed(delay=0.5)
    delays = []
    for _ in range(9):
        slowed.middleware.pause(request(), 1)
        delays.append(slowed.slot.delay)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert slowed.crawler.stats.get_value("politeness/paused") == 9


def test_pause_slows_a_slot_without_delay_too() -> None:
    slowed = Slowed(delay=0)
    slowed.middleware.pause(request(), 1)
    assert slowed.slot.delay == 0.1


def test_pause_never_speeds_up() -> None:
    slowed = Slowed(delay=90)
    slowed.middleware.pause(request(), 1)
    assert slowed.slot.delay >= 90


def test_good_answers_speed_a_host_up_again_to_what_was_usual() -> None:
    slowed = Slowed(delay=0.5)
    for _ in range(3):
        slowed.middleware.pause(request(), 1)
    delays = []
    while slowed.middleware.usual:
        slowed.middleware.process_response(request(), refused("", status=200))
        delays.append(slowed.slot.delay)
    assert delays[0] == pytest.approx(4 * 0.9)
    assert delays == sorted(delays, reverse=True)
    assert delays[-1] == 0.5
    assert len(delays) == 20


def test_pause_for_robots_txt_is_for_good() -> None:
    """It may have told a Crawl-delay, below which no good answer leads."""
    slowed = Slowed(delay=0.5)
    slowed.middleware.pause(request().replace(url="https://boards.example/robots.txt"), 1)
    slowed.middleware.process_response(request(), refused("", status=200))
    assert slowed.slot.delay == 1


def test_shorter_pause_does_not_cut_a_longer_one() -> None:
    slowed = Slowed()
    slowed.middleware.pause(request(), 200)
    until = slowed.slot.lastseen
    assert slowed.waits() == pytest.approx(200, abs=5)
    slowed.middleware.pause(request(), 1)
    assert slowed.slot.lastseen == until


@pytest.mark.parametrize("meta", [{"download_slot": "other.example"}, {"download_slot": ""}])
def test_answer_that_came_by_no_slot_pauses_none(meta: dict[str, str]) -> None:
    slowed = Slowed()
    slowed.middleware.pause(request(**meta), 100)
    assert slowed.slot.delay == 0.5
    assert slowed.crawler.stats.get_stats() == {}


@pytest.mark.parametrize(
    ("status", "header", "retries", "seconds"),
    [(429, "30", 0, 30), (503, "30", 0, 30), (429, None, 0, 5), (429, "soon", 1, 10), (503, None, 1, 10)],
)
def test_refusal_is_retried_after_a_pause(status: int, header: str | None, retries: int, seconds: float) -> None:
    slowed = Slowed()
    again = slowed.middleware.process_response(request(retry_times=retries), refused(header, status))
    assert isinstance(again, Request)
    assert again.meta["retry_times"] == retries + 1
    assert slowed.waits() == pytest.approx(seconds, abs=2)


def test_last_refusal_is_an_answer() -> None:
    slowed = Slowed()
    answer = refused("30")
    assert slowed.middleware.process_response(request(retry_times=2), answer) is answer


@pytest.mark.parametrize(("meta", "header"), [({}, "301"), ({"dont_retry": True}, "1")])
def test_refusal_that_is_not_retried_pauses_nobody(meta: dict[str, Any], header: str) -> None:
    slowed = Slowed()
    answer = refused(header)
    assert slowed.middleware.process_response(request(**meta), answer) is answer
    assert slowed.slot.delay == 0.5


def test_other_failures_are_retried_without_a_pause() -> None:
    slowed = Slowed()
    assert isinstance(slowed.middleware.process_response(request(), refused("30", status=502)), Request)
    assert slowed.slot.delay == 0.5
