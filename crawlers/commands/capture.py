"""`scrapy capture`: a recording of a live board, cut and scrubbed, for the tests."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.conf import arglist_to_dict

import crawlers
from crawlers.base import BoardSpider, visit_ended
from crawlers.capture import LIMIT, CaptureMiddleware, Recording, check_free, fitted, folder_name
from crawlers.cli import Command as BaseCommand
from crawlers.cli import nearest
from crawlers.errors import OperatorError
from crawlers.visits import Outcome, Visit

_CHECKOUT = Path(crawlers.__file__).parent.parent
_FIXTURES = (_CHECKOUT if (_CHECKOUT / "scrapy.cfg").exists() else Path.cwd()) / "tests" / "fixtures"
_FAILED = 1
_ABOVE_ALL = SETTINGS_PRIORITIES["cmdline"] + 10
_AT_THE_ENGINE = 10
"""Place of the middleware: what comes from it goes to the spider as it is."""


class VisitFailedError(Exception):
    """The board could not be had; the message says why."""


class Command(BaseCommand):
    """Crawls a board and writes what it was answered as a recording that plays as the same visit."""

    requires_crawler_process = True

    def syntax(self) -> str:
        """Scrapy's hook."""
        return "PLATFORM -a board=KEY [options]"

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Record a live board for the tests: a few postings, without people in them"

    def long_desc(self) -> str:
        """Scrapy's hook."""
        return (
            "Crawl a board, by the project's settings and without a database, and write OUTPUT/PLATFORM/BOARD:"
            " exchanges.json and the answers, cut to a few postings, without e-mail addresses, telephone numbers and"
            f" named persons, below {LIMIT // 1000} kB. Exit code 1: the board could not be had. 2: nothing was asked."
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which board, how much of it, where to."""
        parser.add_argument("platform", nargs="?", metavar="PLATFORM")
        parser.add_argument(
            "-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE", help="board=KEY, ..."
        )
        parser.add_argument("--keep", type=int, default=3, metavar="N", help="postings to keep (default: 3)")
        parser.add_argument("--output", type=Path, default=_FIXTURES, metavar="DIR", help=f"default: {_FIXTURES}")
        parser.add_argument("--force", action="store_true", help="write over a recording that is there")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook."""
        self._known_options |= {"--board": "-a board=KEY", "--questions": "-a questions=1"}
        super().process_options(args, opts)
        try:
            opts.spargs = arglist_to_dict(opts.spargs)
        except ValueError:
            raise UsageError("-a takes NAME=VALUE, such as -a board=KEY", print_help=False) from None
        if opts.keep < 1:
            raise UsageError(f"--keep {opts.keep}: write a number of postings, 1 at least", print_help=False)
        assert self.settings is not None
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")

    def execute(self, options: argparse.Namespace) -> int:
        """Record, play back, and say what came of it."""
        assert isinstance(self.crawler_process, AsyncCrawlerProcess)
        spider, board = self.spider_and_board(options.platform, options.spargs)
        folder: Path = options.output / spider.name / folder_name(board)
        check_free(folder, board, force=options.force)
        arguments = {name: value for name, value in options.spargs.items() if name != "boards"} | {"board": board}
        capture = Capture(self.crawler_process, spider, arguments)
        try:
            crawled = capture.run(options.keep)
            assert crawled.recording
            crawled.recording.write(folder)
        except VisitFailedError as error:
            more = "" if options.loglevel else " -L INFO shows how it went."
            print(f"Error: {error}\nNothing was written.{more}", file=sys.stderr)
            return _FAILED
        except OSError as error:
            raise OperatorError(f"{folder}: {error.strerror}") from None
        print(report(folder, crawled))
        return 0

    def spider_and_board(self, name: str | None, arguments: dict[str, str]) -> tuple[type[BoardSpider], str]:
        """The platform's spider and the key of the one board. Raises OperatorError."""
        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        platforms = [each for each in loader.list() if issubclass(loader.load(each), BoardSpider)]
        if name is None:
            raise OperatorError(f"name a platform: {', '.join(platforms)}")
        if name not in platforms:
            raise OperatorError(f"unknown platform {name}{nearest(name, platforms)} (known: {', '.join(platforms)})")
        spider = loader.load(name)
        assert issubclass(spider, BoardSpider)
        spider.check_arguments(arguments)
        keys = spider.board_keys(arguments.get("board"), arguments.get("boards"))
        if not keys or len(keys) > 1:
            raise OperatorError(f"name one board to record, with -a board=KEY; {len(keys or ())} named")
        return spider, keys[0]


@dataclass(kw_only=True, slots=True)
class Crawled:
    """What came of one crawl."""

    visits: list[Visit]
    """The board's own first; more where it led to others."""
    recording: Recording | None = None
    """None where nothing was to be recorded."""

    @property
    def postings(self) -> int:
        """Rows of all lists."""
        return sum(visit.listed for visit in self.visits)

    def outcomes(self) -> set[tuple[str, str | None, int, int]]:
        """What is to be the same when the recording is played."""
        return {(visit.name, visit.outcome, visit.listed, visit.unreadable) for visit in self.visits}


class Capture:
    """A crawl that is recorded, crawls of that recording for fewer postings, and one of what is to be written."""

    def __init__(self, process: AsyncCrawlerProcess, spider: type[BoardSpider], arguments: dict[str, str]) -> None:
        self.process, self.spider, self.arguments = process, spider, arguments

    def run(self, keep: int) -> Crawled:
        """The crawl as it plays, and its recording. Raises VisitFailedError."""
        task = asyncio.get_event_loop().create_task(self.record(keep))
        task.add_done_callback(stop_reactor)
        self.process.start(stop_after_crawl=False)
        if not task.done():
            raise VisitFailedError("interrupted")
        return task.result()

    async def record(self, keep: int) -> Crawled:
        """Crawl the board; crawl what was recorded for fewer postings until it is small enough; play it."""
        live = await self.crawl(keep)
        visit = live.visits[0]
        if visit.outcome not in {Outcome.COMPLETE, Outcome.NOT_FOUND}:
            raise VisitFailedError(f"{visit.name}: {visit.outcome} ({visit.reason})")
        assert live.recording
        with TemporaryDirectory() as name:
            folder = Path(name)
            live.recording.write(folder / "whole")
            small = await self.fitted(live, live.recording, folder / "whole")
            assert small.recording
            small.recording.write(folder / "small")
            played = await self.crawl(0, PLAYBACK=str(folder / "small"))
        if played.outcomes() != small.outcomes():
            summary = "; ".join(visit.summary() for visit in played.visits)
            raise VisitFailedError(f"the recording would not play as it was recorded, but as {summary}")
        return Crawled(visits=played.visits, recording=small.recording)

    async def fitted(self, live: Crawled, recording: Recording, folder: Path) -> Crawled:
        """The crawl, with a recording that is small enough, for fewer postings if need be. Raises VisitFailedError."""
        if small := fitted(recording, live.postings):
            return Crawled(visits=live.visits, recording=small)
        for keep in range(live.postings - 1, 0, -1):
            fewer = await self.crawl(keep, PLAYBACK=str(folder))
            assert fewer.recording
            if small := fitted(fewer.recording, fewer.postings):
                done = f"{keep} instead of {live.postings} postings kept, for the size"
                small.done = [*recording.done, done, *(each for each in small.done if each not in recording.done)]
                return Crawled(visits=fewer.visits, recording=small)
        raise VisitFailedError(
            f"{live.visits[0].name}: {recording.size:,} bytes, which nothing brings below {LIMIT:,}: record it by hand"
        )

    async def crawl(self, keep: int, **settings: Any) -> Crawled:
        """Crawl the board once; for `keep` postings into a recording, for 0 as it is. Raises VisitFailedError."""
        settings |= {"DATABASE_URL": "", "FEEDS": {}}
        if keep:  # one after the other, so that nothing more is under way when there is enough
            settings |= {"CONCURRENT_REQUESTS": 1, "CAREERS_MAX_PAGES": 100_000}
            components = self.process.settings.getdict("DOWNLOADER_MIDDLEWARES")
            settings["DOWNLOADER_MIDDLEWARES"] = {**components, CaptureMiddleware: _AT_THE_ENGINE}
            settings |= {"CAPTURE_KEEP": keep, "CAPTURE_BOARD": self.arguments["board"]}
        changed = self.process.settings.copy()
        changed.setdict(settings, priority=_ABOVE_ALL)
        crawler = Crawler(self.spider, changed)
        visits: list[Visit] = []

        def ended(visit: Visit) -> None:
            visits.append(visit)

        crawler.signals.connect(ended, visit_ended, weak=False)
        await self.process.crawl(crawler, **self.arguments)
        visits.sort(key=lambda visit: visit.board != self.arguments["board"])
        if not visits:
            raise VisitFailedError(
                f"{self.spider.name}/{self.arguments['board']}: the crawl ended before the visit did"
            )
        if not keep:
            return Crawled(visits=visits)
        middleware = crawler.get_downloader_middleware(CaptureMiddleware)
        assert middleware
        return Crawled(visits=visits, recording=middleware.recorded())


def stop_reactor(_: object) -> None:
    """Let `start` return."""
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    with suppress(ReactorNotRunning):  # an interrupt has stopped it
        reactor.stop()  # type: ignore[misc]


def report(folder: Path, crawled: Crawled) -> str:
    """What was written, what was done to it, and what is to be done next."""
    recording, visit = crawled.recording, crawled.visits[0]
    assert recording
    lines = [f"{folder}: {crawled.postings} posting{'s' if crawled.postings != 1 else ''}, {recording.size:,} bytes"]
    for exchange in recording.exchanges:
        request = f"{exchange.request.method} {exchange.request.url}"
        lines.append(f"  {exchange.file or 'no body':<16} {len(exchange.body):>7,}  {exchange.status}  {request}")
        lines += [f"  {'':<16} {done}" for done in exchange.done]
    if recording.done:
        lines += ["In all of it:", *(f"  {done}" for done in dict.fromkeys(recording.done))]
    lines.append("Plays as:")
    lines += [f"  {visit.summary()}" for visit in crawled.visits]
    if visit.outcome == Outcome.NOT_FOUND:
        lines.append(
            "There is no such board, which is worth a recording too. If you did not expect it, see to the key."
        )
    return "\n".join(
        [
            *lines,
            "Next:",
            "  Read it: names of persons in running text are not found.",
            "  Write its texts anew in your own words: an employer's text is not yours to publish.",
            f"  {approval(folder, visit)}",
        ]
    )


def approval(folder: Path, visit: Visit) -> str:
    """The command that shows what is read from a recording."""
    if folder.parent.parent.resolve() == _FIXTURES.resolve():
        test = f"tests/test_recordings.py::test_board_reads_as_approved[{folder.parent.name}/{folder.name}]"
        return f"pytest {quote(test)} --approve, and read {folder / 'expected.json'}"
    played = f"PLAYBACK={folder}"
    return (
        f"scrapy crawl {visit.platform} -a {quote(f'board={visit.board}')} -s {quote(played)} -s DATABASE_URL= -O FILE"
    )
