"""SmartRecruiters: the pages that people see, or the API where the operator says so; a request for every posting."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any
from urllib.parse import quote

from parsel import Selector
from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers import schemaorg
from crawlers.detail import DetailBoardSpider
from crawlers.items import JobPosting, Pay, PostedBasis
from crawlers.jsonld import job_postings
from crawlers.payload import (
    GonePostingError,
    Row,
    UnreadableError,
    distinct,
    identity,
    pay_period,
    place,
    read_json,
    stated_pay,
)
from crawlers.text import one_line, when
from crawlers.visits import Visit

_POSTING = re.compile(r"(https://jobs\.smartrecruiters\.com/[\w-]+/(\d+)[^?#]*)")
_FULL = 24
"""Postings on a page."""
_PAY = re.compile(r"(?:salary|pay|compensation)\b[^:]*:", re.IGNORECASE)


class SmartRecruitersSpider(DetailBoardSpider):
    """By default the list that a careers site loads, and the pages of postings, which state schema.org's JobPosting.

    The API (https://developers.smartrecruiters.com/docs/posting-api) says more, but its host's robots.txt disallows it:
    it is asked only where ROBOTSTXT_EXCEPTIONS names this platform.
    """

    name = "smartrecruiters"
    api = "https://api.smartrecruiters.com/v1/companies/{board}/postings"
    boards = (
        r"https?://(?:(?:careers|jobs|join|www(?=\.[\w.]+/[\w-]+/\d{6}))\.smartrecruiters\.com"
        r"/(?:(?:ni|my-applications|(?:oneclick-ui|external-referrals)/company)/)?"
        r"|api\.smartrecruiters\.com/v1/companies/)"
        r"(?!(?:api|external-referrals|my-applications|ni|oneclick-ui|public|sr-jobs|static)(?:[/?#]|$))([\w-]+)"
    )
    postings = r"\.com/(?:v1/companies/)?[\w-]+/(?:postings/)?(\d{6,})(?=[-/?#]|$)"
    domains = ("smartrecruiters.com",)
    markers = (r"\bwidget\s{0,9}\(\s{0,9}\{[^{}]{0,2000}?\bcompany_code[\"']?\s{0,9}:\s{0,9}[\"']([\w-]+)",)
    jobs_key = "content"
    unread = schemaorg.UNREAD | {
        "creator",  # a person
        "customField",
        "defaultJobAd",
        "experienceLevel",
        "function",
        "industry",
        "jobAdId",
        "jobId",
        "ref",
        "referralUrl",
        "uuid",
        "visibility",
    }

    @property
    def by_api(self) -> bool:
        """Whether the operator allows the API."""
        return self.name in self.settings.getlist("ROBOTSTXT_EXCEPTIONS")

    def api_url(self, board: str, rest: str) -> str:
        """Where the API has something of a company."""
        return self.api.format(board=quote(board, safe="%")) + rest

    def list_url(self, board: str, page: int = 0) -> Request:
        """A page of the list: 24 postings, of the API 100."""
        if self.by_api:
            return Request(self.api_url(board, f"?limit=100&offset={100 * page}"))
        return Request(f"https://careers.smartrecruiters.com/{quote(board, safe='%')}/api/more?page={page}")

    def jobs(self, response: Response) -> list[Any]:
        """Rows of a page. A company that is not there has an empty list, like one that does not hire."""
        rows = super().jobs(response) if self.by_api else listed(response)
        visit: Visit = response.cb_kwargs["visit"]
        if not rows and not visit.listed:
            visit.reason = "empty, or no such company"
        return rows

    def advertised(self, response: Response) -> int | None:
        """What the API says; pages say nothing."""
        answer = read_json(response) if self.by_api else None
        total = answer.get("totalFound") if isinstance(answer, dict) else None
        return total if isinstance(total, int) else None

    def next_page(self, response: Response) -> Request | None:
        """The next page, until one shows nothing new; after a full one, such a page is asked for twice."""
        visit: Visit = response.cb_kwargs["visit"]
        meta, known = response.meta, len(visit.ids)
        new, page = known - meta.get("known", 0), meta.get("page", 0)
        if visit.advertised is not None and known >= visit.advertised:
            return None
        again = not new and meta.get("full", False)
        if not new and not again:
            return None
        page += not again
        following = self.list_url(visit.board, page)
        following.meta.update(page=page, known=known, full=new >= _FULL)
        return following

    def detail_url(self, job: Row, board: str) -> str:
        """A posting's own page, or where the API has it."""
        if self.by_api:
            return self.api_url(board, f"/{quote(identity(job['id']), safe='')}")
        return str(job["postingUrl"])

    def detail(self, response: Response) -> Row:
        """What a posting's page states, or the API's answer."""
        if self.by_api:
            return super().detail(response)
        stated = job_postings(response.body)
        if not stated:
            raise UnreadableError(f"no JobPosting at {response.url}")
        page = selector(response)
        lines = [one_line(line) or "" for line in page.css("li.job-detail:not([itemprop])").getall()]
        return {
            **stated[0],
            "workplaceType": page.css("spl-job-location").attrib.get("workplacetype"),
            "pay": next(filter(_PAY.match, lines), None),
        }

    def posting_failed(self, failure: Failure, visit: Visit) -> None:
        """The page of a posting that left may answer 400."""
        error, request = failure.value, failure.request  # type: ignore[attr-defined]
        if isinstance(error, HttpError) and error.response.status == 400 and _POSTING.match(request.url):
            self.gone(visit, error, request.url)
        else:
            super().posting_failed(failure, visit)

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from its page or from the API, and its row of the list. Raises GonePostingError."""
        return self.from_api(job, board) if self.by_api else self.from_page(job, board)

    def from_page(self, job: Row, board: str) -> JobPosting:
        """A posting from its page. One that has expired still has a page, without a description."""
        if not job.get("description"):
            raise GonePostingError("the posting has expired")
        workplace, pay, reference = job.pop("workplaceType"), job.pop("pay"), job.pop("refNumber")
        posting = schemaorg.posting_from(job, platform=self.name, board=board, url=job.pop("postingUrl"))
        posting.external_id = identity(job.pop("id"))
        posting.requisition_id = posting.requisition_id or reference
        posting.workplace_raw = workplace or posting.workplace_raw
        posting.pay_raw = posting.pay_raw or pay
        return posting

    def from_api(self, job: Row, board: str) -> JobPosting:
        """A posting from the API's answer. One that was closed still has an answer."""
        if job.pop("active", True) is False:
            raise GonePostingError("the posting is not active")
        external_id, released = identity(job.pop("id")), job.pop("releasedDate", None)
        where, pay = job.pop("location", None) or {}, job.pop("compensation", None)
        location = place(where.get("fullLocation"), where.get("city"), where.get("region"), where.get("country"))
        sections = (job.pop("jobAd", None) or {}).get("sections") or {}
        page = f"https://jobs.smartrecruiters.com/{quote(board, safe='%')}/{external_id}"
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=external_id,
            url=job.pop("postingUrl", None) or page,
            title=job.pop("name"),
            company=(job.pop("company", None) or {}).get("name"),
            description_html=body(sections),
            apply_url=job.pop("applyUrl", None),
            requisition_id=job.pop("refNumber", None),
            department=(job.pop("department", None) or {}).get("label"),
            location_raw=location.raw or None,
            locations=distinct([location]),
            workplace_raw="hybrid" if where.get("hybrid") else "remote" if where.get("remote") else None,
            country=location.stated_country,
            employment_raw=(job.pop("typeOfEmployment", None) or {}).get("label"),
            pay_raw=json.dumps(pay) if pay else None,
            pay_stated=[self.pay(pay)] if pay else [],
            posted_raw=released,
            posted_at=when(released),
            posted_basis=PostedBasis.STATED if when(released) else None,
            language_raw=(job.pop("language", None) or {}).get("code"),
        )

    def pay(self, stated: Row) -> Pay:
        """A pay range; a period that nobody knows is counted."""
        period = stated.get("period")
        if period and not pay_period(period):
            self.count(f"{self.name}/unknown_interval/{period}")
        return stated_pay(stated.get("min"), stated.get("max"), stated.get("currency"), period)


def selector(response: Response) -> Selector:
    """A page, whatever type it is said to be of."""
    return Selector(response.body.decode("utf-8", "replace"))


def listed(response: Response) -> list[Row]:
    """Rows of a piece of HTML, the list, with the API's names. Raises UnreadableError for a whole page without any."""
    rows = []
    for link in selector(response).css("a[href*='//jobs.smartrecruiters.com/']"):
        posting = _POSTING.match(link.attrib["href"])
        title = one_line(link.css("h4").get() or link.get()) or ""
        reference = link.attrib.get("aria-label", "").partition(f"{title} - ")[2]
        rows.append(
            {
                "id": posting and posting[2],
                "postingUrl": posting[1] if posting else link.attrib["href"],
                "name": title,
                "refNumber": reference if reference != "undefined" else None,
            }
        )
    if not rows and b"<html" in response.body.lower():
        raise UnreadableError(f"a page without postings at {response.url}")
    return rows


def body(sections: Row) -> str:
    """All that the employer wrote, section by section, under its own headings."""
    return "\n".join(
        f"<h2>{escape(section.get('title') or '')}</h2>{section['text']}"
        for section in sections.values()
        if section.get("text")
    )
