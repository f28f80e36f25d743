"""Lever: one request a board. Sites on Lever's European host have keys that begin with "eu."."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from html import escape
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from crawlers.base import BoardSpider
from crawlers.items import JobPosting, Location, Pay, PostedBasis
from crawlers.payload import NoBoardError, identity, paragraphs, pay_period, read_json, stated_pay
from crawlers.text import when
from crawlers.visits import Visit


class LeverSpider(BoardSpider):
    """Documented at https://github.com/lever/postings-api"""

    name = "lever"
    api = "https://api.{region}lever.co/v0/postings/{site}?mode=json"
    boards = r"https?://(?:jobs\.(?:(eu)\.)?lever\.co/|api\.(?:(eu)\.)?lever\.co/v0/postings/)(?!v0/)([\w.%~+&-]+)"
    postings = r"lever\.co/(?:v0/postings/)?[^/?]+/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?!\w)"
    domains = ("lever.co",)
    markers = (
        r"\bapi\.(?:(eu)\.)?lever\.co/v0/postings/([\w.%~+&-]+)",
        r"\b\w{0,40}lever\w{0,40}\s{0,9}[=(]\s{0,9}\{[^{}]{0,400}?\baccountName[\"']?\s{0,9}:\s{0,9}[\"']([\w.%~+&-]+)[\"']",
    )
    unread = frozenset(
        {
            "additionalPlain",
            "descriptionBody",
            "descriptionBodyPlain",
            "descriptionPlain",
            "opening",
            "openingPlain",
            "salaryDescriptionPlain",
        }
    )

    def list_url(self, board: str) -> str:
        """The list, on the host of the site's region."""
        region = "eu." if board.startswith("eu.") else ""
        return self.api.format(region=region, site=quote(board.removeprefix("eu."), safe="%"))

    def jobs(self, response: Response) -> list[Any]:
        """Rows; a site that does not exist may answer 200 with {"ok": false}."""
        data = read_json(response)
        if isinstance(data, dict) and data.get("ok") is False:
            raise NoBoardError(f"{data.get('error')} at {response.url}")
        return super().jobs(response)

    def elsewhere(self, visit: Visit) -> Iterable[Request]:
        """A site that the American host does not have may be on the European one."""
        if not visit.board.startswith("eu."):
            yield self.request(visit, self.list_url(f"eu.{visit.board}"), self.parse_european)

    async def parse_european(self, response: Response, visit: Visit) -> AsyncIterator[Any]:
        """The list of a site that was asked for under its American key: a visit under the right one."""
        self.jobs(response)  # raises where it is not there either
        visit.reason = f"it is on Lever's European host, as eu.{visit.board}"
        if (self.name, f"eu.{visit.board}") in self.begun:
            return
        european = self.begin(f"eu.{visit.board}")
        european.waiting += 1
        async for result in self.receive(response, european, self.parse_list):
            yield result

    def read(self, job: dict[str, Any], board: str) -> JobPosting:
        """A posting from a row of the list."""
        categories = job.pop("categories", None) or {}
        created, pay = job.pop("createdAt", None), job.pop("salaryRange", None)
        place = categories.get("location")
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=identity(job.pop("id")),
            url=job.pop("hostedUrl"),
            title=job.pop("text"),
            description_html=body(job),
            apply_url=job.pop("applyUrl", None),
            department=categories.get("department"),
            team=categories.get("team"),
            location_raw=place,
            locations=[
                Location(raw=raw) for raw in dict.fromkeys([place, *(categories.get("allLocations") or [])]) if raw
            ],
            workplace_raw=job.pop("workplaceType", None),
            country=job.pop("country", None),
            employment_raw=categories.get("commitment"),
            pay_raw=json.dumps(pay) if pay else None,
            pay_stated=[self.pay(pay)] if pay else [],
            posted_raw=str(created) if created else None,
            posted_at=when(created),
            posted_basis=PostedBasis.STATED if when(created) else None,
            updated_at=when(job.pop("updatedAt", None)),
        )

    def pay(self, stated: dict[str, Any]) -> Pay:
        """A pay range; an interval that nobody knows is counted."""
        interval = stated.get("interval")
        if interval and not pay_period(interval):
            self.count(f"{self.name}/unknown_interval/{interval}")
        return stated_pay(stated.get("min"), stated.get("max"), stated.get("currency"), interval)


def body(job: dict[str, Any]) -> str:
    """All that the employer wrote: opening and description, every list, pay, closing."""
    lists = "".join(
        f"<h3>{escape(part['text'])}</h3><ul>{part['content']}</ul>" for part in job.pop("lists", None) or []
    )
    return "\n".join(
        [
            job.pop("description", None) or paragraphs(job.get("descriptionPlain")),
            lists,
            job.pop("salaryDescription", None) or "",
            job.pop("additional", None) or paragraphs(job.get("additionalPlain")),
        ]
    )
