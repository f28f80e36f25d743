"""The floor: the same responses, parsed as JSON, one five-field dataclass yielded per posting, nothing else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from bench.site import BOARDS


@dataclass(slots=True)
class Job:
    """Five fields of a row."""

    id: int
    title: str
    url: str
    place: str
    content: str


class FloorSpider(Spider):
    """As little as a Scrapy spider can do with these boards."""

    name = "floor"
    base: str

    async def start(self) -> AsyncIterator[Any]:
        for number in range(BOARDS):
            yield Request(f"{self.base}/v1/boards/b{number}/jobs?content=true&pay_transparency=true")

    def parse(self, response: Response) -> Iterator[Job]:
        for job in json.loads(response.body)["jobs"]:
            yield Job(job["id"], job["title"], job["absolute_url"], job["location"]["name"], job["content"])
