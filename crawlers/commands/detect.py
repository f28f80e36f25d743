"""`scrapy detect`: the platform, board and posting behind URLs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from crawlers.boardlist import CAREERS, Platforms, known_platforms
from crawlers.cli import Command as BaseCommand
from crawlers.detect import Found, detect_page, detect_url, is_public_host
from crawlers.errors import OperatorError
from crawlers.payload import explained

_REDIRECTS = [301, 302, 303, 307, 308]


@dataclass(slots=True)
class Answer:
    """What is known of a URL."""

    url: str
    found: Found | None
    failure: str | None = None
    """Why its page could not be looked into, if it was tried."""


class Command(BaseCommand):
    """Exit code 0: all platforms known; 1: some unknown, or a page could not be had; 2: wrong usage."""

    requires_crawler_process = True

    def syntax(self) -> str:
        """Scrapy's hook."""
        return "[options] [URL...]"

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Say which platform, board and posting a URL belongs to"

    def long_desc(self) -> str:
        """Scrapy's hook."""
        return f"{self.short_desc()}. By the URLs alone, unless --fetch is given. {type(self).__doc__}"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """URLs, and what to do with them."""
        parser.add_argument("url", nargs="*", metavar="URL", help="- reads them from standard input, one a line")
        parser.add_argument("--file", type=Path, metavar="FILE", help="a file with one a line")
        parser.add_argument(
            "--fetch", action="store_true", help="get the page of a URL that names no board, look into it"
        )
        parser.add_argument(
            "--json", action="store_true", help="one JSON object per line: url, platform, board, posting"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook: without a log, unless asked for one; failures are told anyway."""
        super().process_options(args, opts)
        assert self.settings is not None
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")

    def execute(self, options: argparse.Namespace) -> int:
        """Detect, and print."""
        assert self.settings is not None
        urls = list(named_urls(options.url, options.file))
        if not urls:
            raise OperatorError("no URL; write some, or --file FILE, or - for standard input")
        platforms = known_platforms(self.settings)
        answers = {url: Answer(url, detect_url(url, platforms.values())) for url in urls}
        if options.fetch:
            self.fetch([each for each in answers.values() if not (each.found and each.found.board)], platforms)
        rows = [answers[url] for url in urls]
        for line in map(json_line, rows) if options.json else table_lines(rows, hint=CAREERS in platforms):
            print(line)
        failed = [answer for answer in answers.values() if answer.failure]
        for answer in failed:
            print(f"{printable(answer.url)}: {answer.failure}", file=sys.stderr)
        return int(bool(failed) or any(answer.found is None for answer in rows))

    def fetch(self, answers: Sequence[Answer], platforms: Platforms) -> None:
        """Look into the pages of these, as politely as any crawl."""
        assert self.crawler_process
        if not answers:
            return
        self.crawler_process.crawl(PageSpider, answers=answers, platforms=platforms)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed:
            raise OperatorError("the crawl of the pages could not start; see the log above")


class PageSpider(Spider):
    """Gets pages and notes what they reveal; follows redirects itself, since where one leads may say it all."""

    name = "pages"
    custom_settings = {"ITEM_PIPELINES": {}}  # noqa: RUF012

    def __init__(self, answers: Sequence[Answer], platforms: Platforms, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.answers, self.platforms = answers, platforms

    async def start(self) -> AsyncIterator[Request]:
        """Scrapy's hook: a request for every page."""
        for answer in self.answers:
            answer.failure = "it was not answered"  # unless something else is noted
            url = answer.url.strip()
            for request in self.requests(answer, url if "://" in url else f"https://{url.removeprefix('//')}"):
                yield request

    def requests(self, answer: Answer, url: str, redirects: int = 0) -> Iterator[Request]:
        """The request for a page; none, with the reason noted, if it may not be asked for."""
        try:
            request = Request(
                url,
                callback=self.parse,
                errback=self.fail,
                cb_kwargs={"answer": answer, "redirects": redirects},
                meta={"dont_redirect": True, "handle_httpstatus_list": _REDIRECTS},
                dont_filter=True,
            )
            parts = urlparse_cached(request)
            host = parts.hostname or ""
        except ValueError as error:
            answer.failure = f"{printable(url)} is no URL: {error}"
            return
        if parts.scheme not in {"http", "https"}:
            answer.failure = f"{parts.scheme}:// is neither http:// nor https://"
        elif not self.settings.getbool("ALLOW_PRIVATE_ADDRESSES") and not is_public_host(host):
            answer.failure = f"{printable(host) or 'nothing'} is not a host on the public internet"
        else:
            yield request

    def parse(self, response: Response, answer: Answer, redirects: int) -> Iterator[Request]:
        """Look into a page, or see where it is."""
        if response.status in _REDIRECTS:
            yield from self.follow(response, answer, redirects + 1)
        elif isinstance(response, TextResponse):
            answer.failure = None
            found = detect_page(response.text, response.url, self.platforms.values())
            note(answer, found[0] if found else None)
        else:
            answer.failure = f"{response.url} is no page"

    def follow(self, response: Response, answer: Answer, redirects: int) -> Iterator[Request]:
        """Go where a redirect leads, unless its URL names a board."""
        try:
            url = response.urljoin(safe_url_string(response.headers.get(b"Location") or b""))
        except ValueError as error:
            answer.failure = f"the redirect of {response.url} leads nowhere: {error}"
            return
        found = detect_url(url, self.platforms.values())
        note(answer, found)
        if found and found.board:
            answer.failure = None
        elif redirects > self.settings.getint("REDIRECT_MAX_TIMES"):
            answer.failure = f"more than {redirects - 1} redirects"
        else:
            yield from self.requests(answer, url, redirects)

    def fail(self, failure: Failure) -> None:
        """Scrapy's hook: a page could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        request.cb_kwargs["answer"].failure = explained(failure)[1]


def note(answer: Answer, found: Found | None) -> None:
    """Take over what was found, with the posting that an earlier URL named."""
    before = answer.found
    if found is None:
        return
    if before and before.platform == found.platform and found.posting is None:
        found = replace(found, posting=before.posting)
    answer.found = found


def named_urls(urls: Iterable[str], file: Path | None) -> Iterator[str]:
    """URLs of the command line, standard input (`-`) and a file, without empty lines and notes (#)."""
    for url in urls:
        yield from _lines(sys.stdin.buffer.read()) if url == "-" else [url]
    if file:
        try:
            yield from _lines(file.read_bytes())
        except OSError as error:
            raise OperatorError(f"{file}: {error.strerror}") from None


def _lines(content: bytes) -> Iterator[str]:
    lines = (line.strip() for line in content.decode("utf-8-sig", "replace").splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def json_line(answer: Answer) -> str:
    """An answer as JSON; null is unknown."""
    found = answer.found
    row = {
        "url": answer.url,
        "platform": found.platform if found else None,
        "board": found.board if found else None,
        "posting": found.posting if found else None,
    }
    return json.dumps(row)


def table_lines(answers: Iterable[Answer], *, hint: bool) -> Iterator[str]:
    """Answers in columns; the URL, which may be long, comes last. `hint` adds what to do with unknown ones."""
    rows = [("platform", "board", "posting", "url")]
    for answer in answers:
        found = answer.found or Found("unknown")
        rows.append((found.platform, found.board or "-", found.posting or "-", printable(answer.url)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
    if hint and any(row[0] == "unknown" for row in rows):
        yield f"unknown: `scrapy crawl {CAREERS} -a board=URL` reads any careers page"


def printable(text: str) -> str:
    """Text that does nothing to a terminal but stand there."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
