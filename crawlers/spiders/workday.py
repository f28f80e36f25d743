"""Workday: a list of twenty rows a page, and one request more for every new or changed posting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import JsonRequest, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.detect import HOST_KEY
from crawlers.facets import Facet, Page
from crawlers.items import JobPosting, Location, PostedBasis
from crawlers.paged import PagedBoardSpider
from crawlers.payload import NoBoardError, Row, UnreadableError, days_ago, read_json
from crawlers.text import when
from crawlers.visits import Outcome, Visit

_LANGUAGE = r"[a-z]{2}(?:-[a-z]{4})?(?:-[a-z]{2})?"
# A language stands before a site; a site of two letters stands before what there is on a site.
_LOCALE = rf"(?:/{_LANGUAGE}(?=/(?!(?:details|job|login)/)[\w-]))?"
_SITE = rf"(?!{_LANGUAGE}-[a-z]{{2}}(?:[/?#]|$))([\w-]+)(?=[/?#]|$)"


class WorkdaySpider(PagedBoardSpider):
    """What a Workday careers site asks its own server (`/wday/cxs`); it is not documented.

    A board is a site of a tenant: `tenant.wd5.site`, or `wd5.tenant.site` for sites on myworkdaysite.com.
    """

    name = "workday"
    api = "https://{host}/wday/cxs/{tenant}/{site}"
    boards = (
        rf"https?://(?:([a-z0-9-]+)\.(wd\d+)\.myworkdayjobs\.com(?:/wday/cxs/[\w-]+)?{_LOCALE}"
        rf"|(?:[a-z0-9-]+\.)?(wd\d+)\.myworkdaysite\.com{_LOCALE}/(?:recruiting|wday/cxs)/([a-z0-9-]+))/{_SITE}"
    )
    postings = (
        r"/job/[^?#]*_(?<!_jr_)(?<!_r_)(?<!_req_)((?:[a-z]{1,5}[-_]?)?\d\w*?(?:-\d{3,}\w*)*)(?:-\d{1,2})?/*(?:[?#]|$)"
    )
    domains = ("myworkdayjobs.com", "myworkdaysite.com", "workday.com")
    key = rf"(?:{HOST_KEY}\.wd\d{{1,4}}|wd\d{{1,4}}\.{HOST_KEY})\.[\w-]{{1,100}}"
    page_size = 20  # more is refused
    list_cap = 2000  # of some tenants
    id_key = "externalPath"  # `bulletFields` are whatever the tenant chose to show
    volatile = frozenset({"postedOn"})
    unread = frozenset({
        "bulletFields", "canApply", "id", "includeResumeParsing", "jobFamilyGroup", "jobPostingId", "jobPostingSiteId",
        "locationsText", "posted", "questionnaireId", "remote", "secondaryQuestionnaireId", "similarJobs",
        "userAuthenticated",
    })  # fmt: skip

    @classmethod
    def key_of(cls, name: str) -> str:
        """A site's key; lists of others write it as `tenant|wd5|site`. Raises OperatorError."""
        key = super().key_of(name.replace("|", "."))
        host, _, site = key.rpartition(".")
        return f"{host.lower()}.{site}"

    def page_request(self, board: str, page: Page) -> Request:
        """A page of the list. All four keys are needed."""
        asked = {"appliedFacets": page.chosen, "limit": self.page_size, "offset": page.offset, "searchText": ""}
        return JsonRequest(f"{self.site_api(board)}/jobs", data=asked, method="POST")

    def site_api(self, board: str) -> str:
        """Where a site answers."""
        host, tenant, site = parts_of(board)
        return self.api.format(host=host, tenant=tenant, site=site)

    def page_of(self, board: str, path: str) -> str:
        """The page of a posting that people see."""
        host, tenant, site = parts_of(board)
        recruiting = f"recruiting/{tenant}/" if host.endswith(".myworkdaysite.com") else ""
        return f"https://{host}/{recruiting}{site}{path}"

    def jobs(self, response: Response) -> list[Any]:
        """Rows of a page."""
        answer = read_json(response)
        if isinstance(answer, dict) and answer.get("errorCode") == "S21":
            raise NoBoardError(f"{answer.get('error')} at {response.url}")
        if not isinstance(answer, dict) or not isinstance(answer.get("jobPostings"), list):
            raise UnreadableError(f"no list of jobs in the answer of {response.url}")
        return list(answer["jobPostings"])

    def board_failed(self, failure: Failure, visit: Visit) -> None:
        """A site that is not there may be told by a body rather than by 404."""
        error = failure.value
        if isinstance(error, HttpError) and b'"S21"' in error.response.body:
            visit.fail(Outcome.NOT_FOUND, f"HTTP {error.response.status} (S21) at {error.response.url}")
        else:
            super().board_failed(failure, visit)

    def advertised(self, response: Response) -> int | None:
        """The total, which only the first page of a list has."""
        total = read_json(response).get("total")
        return total if isinstance(total, int) and not isinstance(total, bool) else None

    def facets(self, response: Response) -> list[Facet]:
        """Facets, whose counts are never cut."""
        return list(facets_in(read_json(response).get("facets")))

    def detail_url(self, job: Row, board: str) -> str:
        """A posting's own page. Raises ValueError for a path that is none."""
        path = job["externalPath"]
        if not path.startswith("/job/") or "/.." in path or "\\" in path:
            raise ValueError(f"no path of a posting: {path!r}")
        return self.site_api(board) + quote(path, safe="/%~!$&'()*+,;=:@-._")

    def detail(self, response: Response) -> Row:
        """The posting, with its employer beside it."""
        answer = super().detail(response)
        info = answer.pop("jobPostingInfo", None)
        if not isinstance(info, dict):
            raise UnreadableError(f"no posting in the answer of {response.url}")
        return {**answer, **info}

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from its own page and its row of the list."""
        path, words, date = job.pop("externalPath"), job.pop("postedOn", None), job.pop("startDate", None)
        country = country_of(job.pop("country", None), job.pop("jobRequisitionLocation", None))
        places = [job.pop("location", None), *(job.pop("additionalLocations", None) or [])]
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=path,
            url=job.pop("externalUrl", None) or self.page_of(board, path),
            title=job.pop("title"),
            company=(job.pop("hiringOrganization", None) or {}).get("name"),
            description_html=job.pop("jobDescription", None),
            requisition_id=job.pop("jobReqId", None),
            location_raw=places[0],
            locations=[Location(raw=place) for place in dict.fromkeys(places) if place],
            country=country,
            workplace_raw=job.pop("remoteType", None),
            employment_raw=job.pop("timeType", None),
            posted_raw=date or words,
            posted_at=when(date) or days_ago(words),
            posted_basis=PostedBasis.STATED if when(date) else PostedBasis.RELATIVE if days_ago(words) else None,
            valid_through=when(job.pop("endDate", None)),
        )


def parts_of(board: str) -> tuple[str, str, str]:
    """Host, tenant and site of a board.

    >>> parts_of("skis.wd5.Careers"), parts_of("wd5.skis.Careers")
    (('skis.wd5.myworkdayjobs.com', 'skis', 'Careers'), ('wd5.myworkdaysite.com', 'skis', 'Careers'))
    """
    first, second, site = board.split(".")
    if re.fullmatch(r"wd\d+", first):
        return f"{first}.myworkdaysite.com", second, site
    return f"{first}.{second}.myworkdayjobs.com", first, site


def facets_in(values: Any) -> Iterator[Facet]:
    """Facets of an answer; some stand in groups."""
    for facet in values if isinstance(values, list) else []:
        if not isinstance(facet, dict) or not isinstance(facet.get("values"), list):
            continue
        yield from facets_in(facet["values"])
        counts = {
            value["id"]: value["count"]
            for value in facet["values"]
            if isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("count"), int)
        }
        if isinstance(facet.get("facetParameter"), str) and any(counts.values()):
            counts = {value: count for value, count in counts.items() if count > 0}
            yield Facet(parameter=facet["facetParameter"], counts=counts)


def country_of(country: Any, requisition: Any) -> str | None:
    """ISO 3166-1 alpha-2 of the first place, where Workday says it; a name alone is left to the reading of places."""
    stated = requisition.get("country") if isinstance(requisition, dict) else None
    code = stated.get("alpha2Code") if isinstance(stated, dict) else country
    return code if isinstance(code, str) and len(code) == 2 else None
