"""Workable: one request a board, slowly, for it soon answers 429."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from scrapy.http import Response

from crawlers.base import BoardSpider
from crawlers.items import JobPosting, Location, PostedBasis, StatedPlace
from crawlers.payload import Row, country_code, distinct, identity, place, read_json
from crawlers.text import when

_PLACE = ("city", "state", "country", "locations")


class WorkableSpider(BoardSpider):
    """What Workable answers its widget on employers' pages (https://www.workable.com/assets/embed.js)."""

    name = "workable"
    api = "https://apply.workable.com/api/v1/widget/accounts/{board}?details=true"
    boards = (
        r"https?://(?:apply\.workable\.com/(?:api/v\d/(?:widget/)?accounts/|(?!(?:api|j)(?:[/?#]|$)))"
        r"|www\.workable\.com/api/accounts/|(?=[\w-]+\.workable\.com/)(?!(?:app|apply|assets|blog|careers|cdn|developers?"
        r"|get|go|help|id|jobs|learn|partners|resources|static|status|support|www)\.))([\w-]+)"
    )
    postings = r"/j(?:obs/view)?/([0-9a-f]{10})\b"
    domains = ("workable.com",)
    markers = (r"\bworkable\.com/api/(?:v\d/(?:widget/)?)?accounts/([\w-]+)",)
    jobs_key = "jobs"
    unread = frozenset(
        {"created_at", "education", "experience", "function", "industry", "shortlink", "telecommuting", "url"}
    )

    def jobs(self, response: Response) -> list[Any]:
        """Rows, one a posting: a posting in several places has as many rows. The company's name stands beside them."""
        postings: dict[Any, Row] = {}
        strays = []
        for row in super().jobs(response):
            if not isinstance(row, dict) or not isinstance(row.get("shortcode"), str):
                strays.append(row)
                continue
            where = {key: row.pop(key, None) for key in _PLACE}
            posting = postings.setdefault(row["shortcode"], {**row, "places": []})
            posting["places"].append(where)
            if row.get("description") and not posting.get("description"):
                posting["description"] = row["description"]
        answer = read_json(response)
        company = answer.get("name") if isinstance(answer, dict) else None
        return [*({**row, "company": company} for row in postings.values()), *strays]

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from a row as `jobs` makes it."""
        shortcode, published = identity(job.pop("shortcode")), job.pop("published_on", None)
        remote = "telecommuting" if job.get("telecommuting") is True else None
        locations = distinct(places(job.pop("places")))
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=shortcode,
            url=f"https://apply.workable.com/{quote(board, safe='%')}/j/{quote(shortcode)}",
            title=job.pop("title"),
            company=job.pop("company"),
            description_html=job.pop("description", None),
            apply_url=job.pop("application_url", None),
            requisition_id=job.pop("code", None) or None,
            department=job.pop("department", None),
            location_raw=locations[0].raw if locations else None,
            locations=locations,
            country=locations[0].stated_country if locations else None,
            workplace_raw=job.pop("workplace_type", None) or remote,
            employment_raw=job.pop("employment_type", None) or None,
            posted_raw=published,
            posted_at=when(published),
            posted_basis=PostedBasis.STATED if when(published) else None,
        )


def places(rows: list[Row]) -> Iterator[Location]:
    """Places of a posting that are to be shown; where all are hidden, the country."""
    stated = [one for row in rows for one in row["locations"] or [{**row, "region": row["state"]}]]
    shown = [one for one in stated if not one.get("hidden")]
    for one in shown or [{key: one.get(key) for key in ("country", "countryCode")} for one in stated[:1]]:
        location = place(None, one.get("city"), one.get("region"), one.get("country"))
        if code := country_code(one.get("countryCode")):
            location.stated = replace(location.stated or StatedPlace(), country=code)
        yield location
