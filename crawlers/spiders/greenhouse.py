"""Greenhouse: one request a board; with `-a questions=1` one more for every new or changed posting."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from crawlers.base import BoardSpider
from crawlers.items import JobPosting, Location, Pay, PostedBasis
from crawlers.payload import amount, identity, stated_pay
from crawlers.text import unescape_once, when

_EMPLOYMENT = re.compile(r"(employment|time|job|position|worker|contract) ?type|commitment", re.IGNORECASE)


class GreenhouseSpider(BoardSpider):
    """Documented at https://developers.greenhouse.io/job-board.html"""

    name = "greenhouse"
    api = "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true&pay_transparency=true"
    boards = (
        r"https?://(?:(?:job-)?boards\.(?:eu\.)?greenhouse\.io/(?:embed/job_(?:board|app)(?:/js)?\?(?:\S*?&)?for="
        r"|(?!(?:embed|v1)\b))|(?:boards-api|api)\.(?:eu\.)?greenhouse\.io/v1/boards/)([\w-]+)"
    )
    postings = r"/jobs/(\d+)(?!\w)|/embed/job_app(?:/js)?\?(?:\S*?&)?token=(\d+)(?!\w)|[?&]gh_jid=(\d+)(?!\w)"
    elsewhere_postings = r"[?&]gh_jid=(\d+)(?!\w)"
    domains = ("greenhouse.io", "greenhouse.com", "grnh.se")
    markers = (
        r"greenhouse\.io/embed/job_(?:board|app)(?:/js)?\?(?:[^\s\"'<>]{0,200}?&)?for=([\w-]+)",
        r"\bapi\.(?:eu\.)?greenhouse\.io/v1/boards/([\w-]+)",
        r"\b(?:url|board)_?token[\"']?\s{0,9}[:=]\s{0,9}[\"'](?![0-9a-f]{16,}[\"'])([\w-]+)[\"']",
    )
    jobs_key = "jobs"
    unread = frozenset(
        {
            "ai_disclaimer",
            "ai_opt_out_request_url",
            "compliance",
            "data_compliance",
            "demographic_questions",
            "education",
            "employment",
            "include_ai_disclaimer",
            "internal_job_id",
            "location_questions",
        }
    )
    options = frozenset({"questions"})

    def detail_url(self, job: dict[str, Any], board: str) -> str | None:
        """The posting with its application form, on request."""
        if str(getattr(self, "questions", "")).lower() in {"", "0", "false", "no"}:
            return None
        one = self.api.replace("/jobs?content=true", f"/jobs/{quote(identity(job['id']))}?questions=true")
        return one.format(board=quote(board, safe="%"))

    def read(self, job: dict[str, Any], board: str) -> JobPosting:
        """A posting from a row of the list, or from its own page."""
        ranges = job.pop("pay_input_ranges", None) or []
        published = job.pop("first_published", None)
        requisition = job.pop("requisition_id", None)
        place = (job.pop("location", None) or {}).get("name")
        offices = [office.get("location") or office.get("name") for office in job.pop("offices", None) or []]
        return JobPosting(
            platform=self.name,
            board=board,
            external_id=identity(job.pop("id")),
            url=job.pop("absolute_url"),
            title=job.pop("title"),
            company=job.pop("company_name", None),
            description_html=unescape_once(job.pop("content", None) or ""),
            requisition_id=None if requisition in {None, "See Opening ID"} else str(requisition),
            department="; ".join(one["name"] for one in job.pop("departments", None) or [] if one.get("name")) or None,
            location_raw=place,
            locations=[Location(raw=raw) for raw in dict.fromkeys([place, *offices]) if raw],
            employment_raw=employment(job.pop("metadata", None) or []),
            pay_raw=json.dumps(ranges) if ranges else None,
            pay_stated=[pay(one) for one in ranges],
            posted_raw=published,
            posted_at=when(published),
            posted_basis=PostedBasis.STATED if published else None,
            updated_at=when(job.pop("updated_at", None)),
            valid_through=when(job.pop("application_deadline", None)),
            language_raw=job.pop("language", None),
            questions=[question["label"] for question in job.pop("questions", None) or []],
        )


def employment(metadata: list[dict[str, Any]]) -> str | None:
    """The employment type, which Greenhouse has only where an employer made a field of that name."""
    for field in metadata:
        if isinstance(field.get("value"), str) and _EMPLOYMENT.search(field.get("name") or ""):
            return str(field["value"])
    return None


def pay(stated: dict[str, Any]) -> Pay:
    """A pay range; Greenhouse does not say per what."""
    low, high = amount(stated.get("min_cents")), amount(stated.get("max_cents"))
    return stated_pay(
        low and low / 100, high and high / 100, stated.get("currency_type"), applies_to=stated.get("title")
    )
