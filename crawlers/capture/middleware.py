"""Stands between the platform and the spider: what the spider is given is what the recording holds."""

from __future__ import annotations

import codecs
from collections import defaultdict
from functools import partial
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse

from crawlers.base import BoardSpider
from crawlers.capture.cut import ListCut, Reader, content_type, lightened, without_chrome
from crawlers.capture.documents import MarkupDocument
from crawlers.capture.recording import NOT_TEXT, Exchange, Recording
from crawlers.capture.scrub import Scrubber
from crawlers.visits import Visit

_MOST_REQUESTS = 100
"""Requests beside those for the postings that are kept."""

_NOT_ASKED_FOR = "capture"
"""Flag of answers that nobody gave."""


class CaptureMiddleware:
    """Cuts lists to CAPTURE_KEEP postings, scrubs, and keeps all exchanges of a crawl for a recording.

    As the spider is given the cut list, it asks for no more of it and only for the details of its rows.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.keep = crawler.settings.getint("CAPTURE_KEEP")
        self.recording = Recording(board=crawler.settings["CAPTURE_BOARD"])
        self.scrubber = Scrubber()
        self.kept: defaultdict[str, int] = defaultdict(int)
        """Postings of the lists so far, by visit."""
        self.pages: defaultdict[str, int] = defaultdict(int)
        """Pages of the lists so far, by visit."""
        self.searched: set[str] = set()
        """Visits that look for postings on pages: they are told that the rest is gone when there are enough."""
        self.not_asked_for: set[str] = set()
        self.requests = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """Scrapy's hook. Raises IgnoreRequest for one too many."""
        visit = request.cb_kwargs.get("visit")
        if visit is None:  # robots.txt
            return None
        if visit.name in self.searched and self.kept[visit.name] >= self.keep and asked_by(request)[0] == "posting":
            self.not_asked_for.add(request.url)
            return Response(request.url, status=404, flags=[_NOT_ASKED_FOR], request=request)
        self.requests += 1
        most = _MOST_REQUESTS + 3 * self.keep
        if self.requests > most:
            raise IgnoreRequest(f"more than {most} requests for {self.keep} postings: its list cannot be cut by itself")
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Scrapy's hook. Raises IgnoreRequest where a list cannot be cut."""
        if "visit" not in request.cb_kwargs or _NOT_ASKED_FOR in response.flags:
            return response
        self.note_redirects(request)
        kind, spider = asked_by(request)
        if not isinstance(response, TextResponse):
            return self.take_as_is(request, response)
        reader = Reader(spider, request, response)
        text, done = lightened(response.text.removeprefix("\ufeff"), reader), []
        if codecs.lookup(response.encoding).name not in {"utf-8", "ascii"} and not text.isascii():
            done.append(f"was {response.encoding}, is stored as UTF-8")
        if 200 <= response.status < 300:
            text, cut = self.cut(text, reader, kind, request.cb_kwargs["visit"])
            done += cut
        document = reader.document(text)
        if document:
            document.scrub(self.scrubber)
        given = reader.response(document.render() if document else self.scrubber.text(text))
        exchange = Exchange(
            request=request,
            status=response.status,
            headers={"Content-Type": content_type(response)},
            body=given.body,
            done=done,
            lighten=partial(without_chrome, reader=reader) if isinstance(document, MarkupDocument) else None,
        )
        self.recording.add(exchange, kind, document.ending if document else "txt")
        return given.replace(request=request)

    def take_as_is(self, request: Request, response: Response) -> Response:
        """Keep what is not text."""
        headers = {"Content-Type": (response.headers.get(b"Content-Type") or b"").decode("latin-1")}
        exchange = Exchange(request=request, status=response.status, headers=headers, body=response.body)
        exchange.done = ["not text, and kept as it is: look into it"] if response.body else []
        self.recording.add(exchange, "file", NOT_TEXT)
        return response

    def recorded(self) -> Recording:
        """All exchanges, and what was done to them."""
        self.recording.done += [f"{kind}: {count} replaced" for kind, count in self.scrubber.replaced.items() if count]
        if self.not_asked_for:
            for exchange in self.recording.exchanges:
                exchange.unlink(self.not_asked_for)
        return self.recording

    def cut(self, text: str, reader: Reader, kind: str, visit: Visit) -> tuple[str, list[str]]:
        """A list with what may still be kept of the visit, and what was done to it; any other answer as it is.

        Raises IgnoreRequest.
        """
        document = reader.document(text)
        rows, rows_in = reader.rows(text), reader.rows
        if rows is None and reader.detail(text) is None and (stated := reader.stated(text)):
            rows, rows_in = stated, reader.stated
            self.searched.add(visit.name)
            if kind == "posting":
                self.kept[visit.name] += len(stated)
        if kind == "posting" or not document or rows is None:
            return text, []
        before = self.kept[visit.name]
        self.pages[visit.name] += 1
        cut = ListCut(reader, document, rows_in)
        try:
            whole = cut.to(self.keep - before, before=before, pages=self.pages[visit.name])
        except ValueError:  # no document after all
            whole = False
        if not whole:
            raise IgnoreRequest(
                f"a list of {len(rows)} postings that cannot be cut to {self.keep - before} by itself:"
                f" record it by hand, or all of it with --keep {before + len(rows)}"
            )
        self.kept[visit.name] += len(cut.rows)
        return cut.document.render() if cut.done else text, cut.done

    def note_redirects(self, request: Request) -> None:
        """Keep the answers that led here from the URL that the spider asked for."""
        urls = [*request.meta.get("redirect_urls", []), request.url]
        for reason, url, target in zip(request.meta.get("redirect_reasons", []), urls, urls[1:], strict=False):
            if isinstance(reason, int):
                asked = request.replace(url=url)
                self.recording.add(Exchange(request=asked, status=reason, headers={"Location": target}), "", "")


def asked_by(request: Request) -> tuple[str, BoardSpider]:
    """What kind of answer a request is for (list, posting, sitemap, ...), and the spider that reads it."""
    then = request.cb_kwargs["then"]
    method = getattr(then, "func", then)
    kind = "posting" if method.__name__ == "parse_detail" else method.__name__.removeprefix("parse_")
    return kind, method.__self__
