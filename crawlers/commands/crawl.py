"""`scrapy crawl`: Scrapy's own, with exit codes that a schedule can go by."""

from __future__ import annotations

import argparse
import logging
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from crawlers.base import BoardSpider
from crawlers.cli import (
    COULD_NOT_START,
    nearest,
    option_strings,
    refuse_mistyped_settings,
    refuse_unknown,
    refuse_unknown_level,
)
from crawlers.errors import OperatorError
from crawlers.playback import recordings_under
from crawlers.storage import database_at
from crawlers.visits import Outcome

logger = logging.getLogger(__name__)

_CHATTY = ("alembic", "scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log")
"""Loggers that tell at every start what is switched on; with -L DEBUG they do."""


class Command(ScrapyCrawl):
    """Exit code 0: every visit complete, unchanged or not_found; 1: some failed; 2: the crawl could not start."""

    def syntax(self) -> str:
        """Scrapy's hook."""
        return "[options] <platform>"

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Crawl boards of a platform: -a board=KEY[,KEY...] or a URL, -a boards=FILE, or all that are enabled"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook."""
        super().add_options(parser)
        parser.allow_abbrev = False
        self._known_options = {option: option for option in option_strings(parser)}
        self._known_options |= {
            "--board": "-a board=KEY",
            "--boards": "-a boards=FILE",
            "--questions": "-a questions=1",
        }

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook."""
        assert self.settings is not None
        refuse_unknown(args, self._known_options, positional=1)
        refuse_mistyped_settings(opts.set, list(self.settings))
        refuse_unknown_level(opts.loglevel)
        super().process_options(args, opts)
        if self.settings["LOG_LEVEL"] != "DEBUG":
            for name in _CHATTY:
                logging.getLogger(name).setLevel(logging.WARNING)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook."""
        assert self.crawler_process
        if not args:
            platforms = ", ".join(self.crawler_process.spider_loader.list())
            raise UsageError(f"name a platform: {platforms}", print_help=False)
        try:
            self.check(args[0], opts.spargs)
        except OperatorError as error:
            print(f"Error: {error}", file=sys.stderr)
            self.exitcode = COULD_NOT_START
            return
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed or crawler.stats is None:
            self.exitcode = COULD_NOT_START
            return
        visits = {outcome: crawler.stats.get_value(f"visit/{outcome}", 0) for outcome in Outcome}
        finished = crawler.stats.get_value("finish_reason") == "finished"
        self.exitcode = int(not finished or any(visits[outcome] for outcome in Outcome if not outcome.succeeded))
        told = ", ".join(f"{count} {outcome}" for outcome, count in visits.items() if count) or "none"
        logger.info("Visits: %s. Database: %s", told, self.settings and database_name(self.settings["DATABASE_URL"]))

    def check(self, name: str, arguments: dict[str, str]) -> None:
        """Raise OperatorError for whatever would keep the crawl from starting."""
        assert self.crawler_process
        assert self.settings is not None
        platforms = self.crawler_process.spider_loader.list()
        if name not in platforms:
            raise OperatorError(f"unknown platform {name}{nearest(name, platforms)} (known: {', '.join(platforms)})")
        spider = self.crawler_process.spider_loader.load(name)
        recordings_under(self.settings["PLAYBACK"] or "")
        if not issubclass(spider, BoardSpider):
            return
        spider.check_arguments(arguments)
        keys = spider.board_keys(arguments.get("board"), arguments.get("boards"))
        if url := self.settings["DATABASE_URL"]:
            database = database_at(url)
            database.prepare()
            keys = database.enabled_boards(name) if keys is None else keys
        if not keys:
            raise OperatorError(
                f"no {name} board to crawl: name one with -a board=KEY, or add some with `scrapy boards import`"
            )


def database_name(url: str) -> str:
    """The database as a person knows it."""
    return database_at(url).name if url else "none, postings are not stored"
