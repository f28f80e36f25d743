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

from crawlers.base import BoardSpider
from crawlers.items import JobPosting
from crawlers.playback import Recordings
from crawlers.visits import Visit


class Played:
    """What a spider made of answers."""

    def __init__(self, spider: type[BoardSpider], answers: Recordings, **arguments: str) -> None:
        self.postings: list[JobPosting] = []
        self.visits: dict[str, Visit] = {}
        self.requested: list[str] = []
        crawler = get_crawler(spider, {"DATABASE_URL": ""})
        asyncio.run(self._play(spider.from_crawler(crawler, **arguments), answers))
        assert crawler.stats
        self.stats: dict[str, Any] = crawler.stats.get_stats()

    async def _play(self, spider: BoardSpider, answers: Recordings) -> None:
        spider.crawler.spider = spider
        waiting = [request async for request in spider.start()]
        while waiting:
            self.visits |= {visit.board: visit for visit in spider.visits.values()}
            request = waiting.pop(0)
            self.requested.append(request.url)
            assert len(self.requested) < 100, "a spider that never ends"
            response = answers.answer(request) or Response(request.url, status=404, request=request)
            async for result in self._answered(spider, request, response):
                if isinstance(result, Request):
                    waiting.append(result)
                else:
                    self.visits |= {visit.board: visit for visit in spider.visits.values()}
                    self.postings.append(result)
                    await spider.posting_left(result)

    def _answered(self, spider: BoardSpider, request: Request, response: Response) -> Any:
        if 200 <= response.status < 300:
            return spider.receive(response, **request.cb_kwargs)
        failure = Failure(HttpError(response))
        failure.request = request  # type: ignore[attr-defined]
        return spider.fail(failure)


def play(spider: type[BoardSpider], folder: Path, **arguments: str) -> Played:
    """Play the recording in a folder, which bears its board's key."""
    return Played(spider, Recordings(str(folder)), **{"board": folder.name, **arguments})
