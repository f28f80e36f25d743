"""Ashby: one request a board, with all that it says of pay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scrapy.http import Response

from crawlers.base import BoardSpider
from crawlers.items import JobPosting, Location, Pay, PostedBasis
from crawlers.payload import (
    NoBoardError,
    Row,
    UnreadableError,
    distinct,
    identity,
    paragraphs,
    pay_basis,
    pay_period,
    place,
    stated_pay,
)
from crawlers.text import when

_NOBODY = re.compile(rb'window\.__appData\s*=\s*\{[^{}]*"organization"\s*:\s*null\b')
_UNTIMED = {None, "", "NONE", "1 TIME", "ONE_TIME"}
"""Intervals of pay that is for no time."""


class AshbySpider(BoardSpider):
    """Documented at https://developers.ashbyhq.com/docs/public-job-posting-api"""

    name = "ashby"
    api = "https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true"
    boards = (
        r"https?://(?:jobs\.ashbyhq\.com/(?!(?:api|embed|_next|static)(?:[/?#]|$))"
        r"|api\.ashbyhq\.com/posting-api/job-board/)([\w.%~+&-]+)"
    )
    postings = r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    elsewhere_postings = r"[?&]ashby_jid=([0-9a-f-]{36})"
    domains = ("ashbyhq.com",)
    markers = (
        r"\bapi\.ashbyhq\.com/posting-api/job-board/([\w.%~+&-]+)",
        r"\bjobs\.ashbyhq\.com/([\w.%~+&-]+)/embed\b",
    )
    jobs_key = "jobs"
    unread = frozenset({"isListed", "shouldDisplayCompensationOnJobPostings"})

    def jobs(self, response: Response) -> list[Any]:
        """Rows that are listed. A board that was switched off may answer 200 with a page that shows no organization."""
        try:
            rows = super().jobs(response)
        except UnreadableError:
            if _NOBODY.search(response.body):
                raise NoBoardError(f"a page without an organization at {response.url}") from None
            raise
        listed = [row for row in rows if not (isinstance(row, dict) and row.get("isListed") is False)]
        if len(listed) < len(rows):
            self.count(f"{self.name}/unlisted", len(rows) - len(listed))
        return listed

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from a row of the list."""
        published, pay = job.pop("publishedAt", None), job.pop("compensation", None) or {}
        headline, remote = job.pop("location", None), job.pop("isRemote", None)
        html, plain = job.pop("descriptionHtml", None), job.pop("descriptionPlain", None)
        places = [
            {"location": headline, "address": job.pop("address", None)},
            *(job.pop("secondaryLocations", None) or []),
        ]
        locations = distinct(map(place_of, places))
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=identity(job.pop("id")),
            url=job.pop("jobUrl"),
            title=job.pop("title"),
            description_html=html or paragraphs(plain),
            apply_url=job.pop("applyUrl", None),
            department=job.pop("department", None),
            team=job.pop("team", None),
            location_raw=headline,
            locations=locations,
            country=locations[0].stated_country if locations else None,
            workplace_raw=job.pop("workplaceType", None) or ("Remote" if remote is True else None),
            employment_raw=job.pop("employmentType", None),
            pay_raw=pay.get("compensationTierSummary") or pay.get("scrapeableCompensationSalarySummary"),
            pay_stated=list(self.pay(pay)),
            posted_raw=published,
            posted_at=when(published),
            posted_basis=PostedBasis.STATED if when(published) else None,
        )

    def pay(self, stated: Row) -> Iterator[Pay]:
        """Salaries of each tier; equity, bonus and commission are none. An interval that nobody knows is counted."""
        tiers = [tier for tier in stated.get("compensationTiers") or [] if tier.get("components")]
        for tier in tiers or [{"components": stated.get("summaryComponents")}]:
            for part in tier.get("components") or []:
                low, high, interval = part.get("minValue"), part.get("maxValue"), part.get("interval")
                if part.get("compensationType") != "Salary" or (low is None and high is None):
                    continue
                if interval not in _UNTIMED and not pay_period(interval):
                    self.count(f"{self.name}/unknown_interval/{interval}")
                words = part.get("summary"), tier.get("tierSummary")
                yield stated_pay(
                    low,
                    high,
                    part.get("currencyCode"),
                    interval,
                    basis=pay_basis(*words),
                    quote=words[0],
                    applies_to=tier.get("title"),
                )


def place_of(stated: Row) -> Location:
    """A place, which Ashby states as a line, and mostly as an address too."""
    address = stated.get("address") or {}
    address = address.get("postalAddress") or address
    return place(
        stated.get("location"),
        address.get("addressLocality"),
        address.get("addressRegion"),
        address.get("addressCountry"),
    )
