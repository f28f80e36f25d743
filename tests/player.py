"""Plays recordings through a spider, without the engine: its postings, and what it counted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure

from crawlers.base import BoardSpider, visit_ended
from crawlers.items import JobPosting
from crawlers.playback import Recordings, board_of
from crawlers.visits import Visit


class Played:
    """What a spider made of answers."""

    def __init__(self, spider: type[BoardSpider], answers: Recordings, **arguments: str) -> None:
        self.postings: list[JobPosting] = []
        self.visits: dict[str, Visit] = {}
        self.requested: list[str] = []
        crawler = get_crawler(spider, {"DATABASE_URL": "", "SPIDER_MODULES": ["crawlers.spiders"]})
        crawler.signals.connect(self._note, visit_ended)
        asyncio.run(self._play(spider.from_crawler(crawler, **arguments), answers))
        assert crawler.stats
        self.stats: dict[str, Any] = crawler.stats.get_stats()

    async def _play(self, spider: BoardSpider, answers: Recordings) -> None:
        spider.crawler.spider = spider
        waiting = [request async for request in spider.start()]
        while waiting:
            request = waiting.pop(0)
            self.requested.append(request.url)
            assert len(self.requested) < 100, "a spider that never ends"
            response = answers.answer(request) or Response(request.url, status=404, request=request)
            target = response.headers.get("Location") if 300 <= response.status < 400 else None
            if target and not request.meta.get("dont_redirect"):
                waiting.insert(0, request.replace(url=response.urljoin(target.decode())))
                continue
            async for result in self._answered(request, response):
                if isinstance(result, Request):
                    waiting.append(result)
                else:
                    self.postings.append(result)
                    await spider.posting_left(result)

    def _note(self, visit: Visit) -> None:
        self.visits[visit.board] = visit

    def _answered(self, request: Request, response: Response) -> Any:
        assert request.callback
        assert request.errback
        if 200 <= response.status < 300:
            return request.callback(response, **request.cb_kwargs)
        failure = Failure(HttpError(response))
        failure.request = request  # type: ignore[attr-defined]
        return request.errback(failure)


def play(spider: type[BoardSpider], folder: Path, **arguments: str) -> Played:
    """Play the recording in a folder."""
    return Played(spider, Recordings(str(folder)), **{"board": board_of(folder), **arguments})
