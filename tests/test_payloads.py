"""Spiders against real recorded answers, which are not part of the project.

Each platform has a check of a row against the posting that was read from it. It is made for every row of every file,
and what the recordings hold is counted, so that none is passed over in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from scrapy import Request
from scrapy.http import TextResponse
from scrapy.utils.test import get_crawler

from crawlers.base import BoardSpider
from crawlers.items import JobPosting, PayBasis, PayPeriod
from crawlers.payload import GonePostingError, NoBoardError, Row, UnreadableError, finish
from crawlers.spiders.ashby import AshbySpider
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.spiders.lever import LeverSpider
from crawlers.spiders.smartrecruiters import SmartRecruitersSpider
from crawlers.spiders.workable import WorkableSpider
from crawlers.spiders.workday import WorkdaySpider
from crawlers.text import is_html, plain_text
from crawlers.visits import Visit
from tests.conftest import DATA


@dataclass(frozen=True, kw_only=True)
class Payloads:
    """What the recordings of a platform's answers hold, and what must be true of each posting."""

    spider: type[BoardSpider]
    check: Callable[[Row, JobPosting], None]
    """Takes a row and the posting that was read from it."""
    postings: dict[str, int]
    """Beginning of the names of files -> postings in all of these."""
    not_asked: dict[str, str] = field(default_factory=dict)
    """Part of the names of files that hold something else than what the spider asks for -> what that is."""
    settings: dict[str, object] = field(default_factory=dict)


BOARD = "skis.wd5.Careers"
WORKDAY_LIST = "a list, without bodies: read below"


def spider_for(platform: str, **settings: object) -> BoardSpider:
    spider = PAYLOADS[platform].spider
    return spider.from_crawler(get_crawler(spider, {"DATABASE_URL": "", **settings}))


def answer(spider: BoardSpider, file: Path) -> TextResponse:
    visit = Visit(platform=spider.name, board="board")
    request = Request("https://board.example/jobs", cb_kwargs={"visit": visit})
    return TextResponse(request.url, body=file.read_bytes(), request=request)


def rows_of(spider: BoardSpider, file: Path) -> list[Row]:
    """Rows of a recording: a list's, or the one posting that it is."""
    response = answer(spider, file)
    try:
        return spider.jobs(response)
    except UnreadableError:
        row = spider.detail(response)
        return [{"externalPath": f"/job/{file.stem}", **row} if spider.name == "workday" else row]


def read(spider: BoardSpider, row: Row) -> JobPosting:
    """The posting in a row, of which nothing may be left over that nobody knows."""
    left = deepcopy(row)
    posting = spider.read(left, BOARD if spider.name == "workday" else "board")
    finish(posting)
    assert left.keys() <= spider.unread, f"unread keys: {left.keys() - spider.unread}"
    return posting


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", text))


def letters_of(html: str | None) -> str:
    return letters(unescape(re.sub(r"<[^>]*(?:>|$)", "", html or "")))


def check_text(posting: JobPosting, *parts: str | None) -> None:
    """All that was written is in the text once, in this order, without markup."""
    assert letters(posting.description_text) == "".join(map(letters_of, parts))
    if posting.description_html:
        assert plain_text(posting.description_html) == posting.description_text
    assert not is_html(posting.description_text)
    assert "&nbsp;" not in posting.description_text


# Platforms


def check_greenhouse(row: Row, posting: JobPosting) -> None:
    assert posting.external_id == str(row["id"])
    assert posting.title == words(row["title"])
    assert posting.url == row["absolute_url"]
    if row.get("content") and not row["content"].startswith("<stripped"):  # a note of the recording's maker
        check_text(posting, unescape(row["content"]))
    assert len(posting.questions) == len(row.get("questions") or [])
    assert (posting.posted_at is None) == (row.get("first_published") is None)
    assert len(posting.pay_stated) == len(row.get("pay_input_ranges") or [])


def check_lever(row: Row, posting: JobPosting) -> None:
    assert posting.external_id == row["id"]
    assert posting.title == words(row["text"])
    assert posting.url == row["hostedUrl"]
    assert posting.posted_at
    assert posting.country == row.get("country")
    lists = [text for part in row.get("lists", []) for text in (escape(part["text"]), part["content"])]
    opening = row.get("description") or escape(row.get("descriptionPlain") or "")
    closing = row.get("additional") or escape(row.get("additionalPlain") or "")
    check_text(posting, opening, *lists, row.get("salaryDescription"), closing)


def check_ashby(row: Row, posting: JobPosting) -> None:
    assert posting.external_id == row["id"]
    assert posting.title == words(row["title"])
    assert posting.url == row["jobUrl"]
    check_text(posting, row.get("descriptionHtml") or escape(row["descriptionPlain"]))
    assert posting.posted_at
    assert posting.employment_raw == row["employmentType"]
    assert posting.workplace_raw == (row.get("workplaceType") or ("Remote" if row["isRemote"] else None))
    assert posting.location_raw == row["location"]
    stated = [row["location"], *(place["location"] for place in row["secondaryLocations"])]
    assert len(posting.locations) == len(dict.fromkeys(stated))
    for place, line in zip(posting.locations, dict.fromkeys(stated), strict=True):
        assert place.raw.startswith(line)
        assert place.stated_country is None, "Ashby's employers write names"
    parts = [
        part
        for tier in (row.get("compensation") or {}).get("compensationTiers") or []
        for part in tier["components"]
        if part["compensationType"] == "Salary"
    ]
    assert [(pay.min, pay.max, pay.currency) for pay in posting.pay_stated] == [
        (part["minValue"], part["maxValue"], part["currencyCode"]) for part in parts
    ]
    assert all(pay.period in {PayPeriod.YEAR, PayPeriod.MONTH, PayPeriod.HOUR} for pay in posting.pay_stated)


def check_workable(row: Row, posting: JobPosting) -> None:
    assert posting.external_id == row["shortcode"]
    assert posting.title == words(row["title"])
    assert posting.url == f"https://apply.workable.com/board/j/{row['shortcode']}"
    assert posting.company == row["company"]
    check_text(posting, row.get("description"))
    assert posting.posted_raw == row["published_on"]
    assert posting.posted_at
    assert posting.requisition_id == (row.get("code") or None)
    country = row["places"][0]["country"]
    assert posting.location_raw
    assert posting.location_raw.endswith(country)
    stated = [place for where in row["places"] for place in where["locations"] or []]
    shown = [place["city"] or None for place in stated if not place["hidden"]]
    if not stated:  # then the row itself is the place
        shown = [where["city"] or None for where in row["places"]]
    assert [place.stated and place.stated.city for place in posting.locations] == (shown or [None])
    assert bool(posting.country) == bool(stated)


def check_smartrecruiters(row: Row, posting: JobPosting) -> None:
    assert posting.external_id == row["id"]
    assert posting.title == words(row["name"])
    assert posting.url.startswith("https://jobs.smartrecruiters.com/")
    assert row["id"] in posting.url
    assert posting.company == row["company"]["name"]
    sections = [section for section in row.get("jobAd", {}).get("sections", {}).values() if section["text"]]
    check_text(posting, *(text for section in sections for text in (escape(section["title"]), section["text"])))
    assert posting.posted_at
    assert posting.country == row["location"]["country"].upper()
    assert (posting.locations[0].stated and posting.locations[0].stated.city) == (row["location"].get("city") or None)
    assert posting.requisition_id == row.get("refNumber")
    assert len(posting.pay_stated) == bool(row.get("compensation"))


def check_workday(row: Row, posting: JobPosting) -> None:
    """A page with its row of the list; the recordings have them apart."""
    assert posting.external_id == row["externalPath"]
    assert posting.title == words(row["title"])
    assert posting.url.startswith("https://")
    check_text(posting, row["jobDescription"])
    assert str(posting.posted_at).startswith(row["startDate"][:10])
    assert posting.requisition_id == row.get("jobReqId")
    assert posting.employment_raw == row["timeType"]
    assert [place.raw for place in posting.locations] == [row["location"], *row.get("additionalLocations", [])]
    assert posting.country in {"US", None}
    assert posting.company == row.get("hiringOrganization", {}).get("name")


PAYLOADS = {
    "greenhouse": Payloads(
        spider=GreenhouseSpider,
        check=check_greenhouse,
        postings={"": 79, "boardwatch__empty": 0, "cheddar__boards_api_greenhouse_io_v1_boards_codepath_jobs.": 14},
        not_asked={"departments": "a list of departments"},
    ),
    "lever": Payloads(
        spider=LeverSpider,
        check=check_lever,
        postings={"": 202, "cheddar__api_lever_co_v0_postings_GoToGroup": 168, "boardwatch__empty": 0},
    ),
    "ashby": Payloads(
        spider=AshbySpider,
        check=check_ashby,
        postings={"": 24, "lubobali": 4, "boardwatch__empty": 0, "harrycodingnow": 2, "openroles": 1},
        not_asked={"graphql": "what the pages ask for", "dead": "the body of a 404"},
    ),
    "workable": Payloads(
        spider=WorkableSpider,
        check=check_workable,
        postings={"": 193, "cheddar": 179, "boardwatch__empty": 0},
        not_asked={
            "api_v1_accounts": "an account without its jobs",
            "form": "an application form",
            "dead": "the body of a 404",
        },
    ),
    "smartrecruiters": Payloads(
        spider=SmartRecruitersSpider,
        check=check_smartrecruiters,
        postings={"": 65, "cheddar": 48, "boardwatch__list": 3, "boardwatch__detail_inactive": 0},
        not_asked={"manwithaplandy": "several answers in one file: read below"},
        settings={"ROBOTSTXT_EXCEPTIONS": ["smartrecruiters"]},
    ),
    "workday": Payloads(
        spider=WorkdaySpider,
        check=check_workday,
        postings={"": 4},
        not_asked={
            "dead": "an answer for a site that is not there: read below",
            "list": WORKDAY_LIST,
            "workday_jobs": WORKDAY_LIST,
            "search": WORKDAY_LIST,
            "micron": WORKDAY_LIST,
            "large": "several answers in one file, with a cap of six",
        },
    ),
}


def test_workday_lists(data: Path) -> None:
    """Rows with paths that are postings', and facets whose counts go past what the list shows."""
    spider = spider_for("workday")
    sizes, paths, evil = {}, 0, 0
    for file in files("workday"):
        if other_than_asked("workday", file) != WORKDAY_LIST:
            continue
        response = answer(spider, file)
        sizes[file.name] = {facet.parameter: facet.size for facet in spider.facets(response)}  # type: ignore[attr-defined]
        for row in spider.jobs(response):
            assert spider.listed_id(row) == row["externalPath"]
            if row["title"] == "Evil":
                with pytest.raises(ValueError, match="no path of a posting"):
                    spider.detail_url(row, BOARD)
                evil += 1
                continue
            url = spider.detail_url(row, BOARD)
            assert isinstance(url, str)
            assert unquote(url) == "https://skis.wd5.myworkdayjobs.com/wday/cxs/skis/Careers" + unquote(
                row["externalPath"]
            )
            paths += 1
    assert (paths, evil) == (86, 1)
    assert sizes["KanujVerma__workday_micron.json"] == {
        "timeType": 2694,  # some openings have none
        "workerSubType": 2912,
        "jobFamilyGroup": 2912,
        "locations": 3218,  # some have several
    }
    assert sizes["boardwatch__list_censored_with_facets.json"] == {"jobFamilyGroup": 4589, "timeType": 4589}


def test_workday_site_that_is_not_there(data: Path) -> None:
    spider = spider_for("workday")
    with pytest.raises(NoBoardError):
        spider.jobs(answer(spider, data / "payloads" / "workday" / "boardwatch__dead_s21.json"))


def files(platform: str) -> list[Path]:
    return sorted((DATA / "payloads" / platform).glob("*.json"))


def postings_in(platform: str, file: Path) -> int:
    """Read and check what a recording holds; how many postings these are."""
    payloads, count = PAYLOADS[platform], 0
    spider = spider_for(platform, **payloads.settings)
    for row in rows_of(spider, file):
        if row.get("active") is False:
            with pytest.raises(GonePostingError):
                read(spider, row)
            continue
        payloads.check(row, read(spider, row))
        count += 1
    return count


def answers(platform: str) -> list[Path]:
    """Recordings of what the spider asks for."""
    return [file for file in files(platform) if not other_than_asked(platform, file)]


def other_than_asked(platform: str, file: Path) -> str | None:
    return next((what for part, what in PAYLOADS[platform].not_asked.items() if part in file.name), None)


@pytest.mark.parametrize(
    ("platform", "file"),
    [pytest.param(platform, file, id=f"{platform}/{file.stem}") for platform in PAYLOADS for file in answers(platform)],
)
def test_real_answer(data: Path, platform: str, file: Path) -> None:
    postings_in(platform, file)


@pytest.mark.parametrize("platform", PAYLOADS)
def test_no_posting_is_passed_over(data: Path, platform: str) -> None:
    counts = {file.name: postings_in(platform, file) for file in answers(platform)}
    for beginning, expected in PAYLOADS[platform].postings.items():
        assert sum(count for name, count in counts.items() if name.startswith(beginning)) == expected, beginning


@pytest.mark.parametrize("platform", PAYLOADS)
def test_real_board_keys_are_keys(data: Path, platform: str) -> None:
    spider = PAYLOADS[platform].spider
    keys = (data / "boards" / f"{platform}.txt").read_text(encoding="utf-8").split()
    assert len(keys) > 1000
    for key in keys:
        assert spider.key_of(key) == key.replace("|", ".")


def test_ashby_board_that_is_off(data: Path) -> None:
    """The page without an organization is no board; the page of a live one is no answer."""
    spider, folder = spider_for("ashby"), data / "payloads" / "ashby"
    with pytest.raises(NoBoardError):
        spider.jobs(answer(spider, folder / "jobwatch__ashby_board_offline.html"))
    with pytest.raises(UnreadableError):
        spider.jobs(answer(spider, folder / "jobwatch__ashby_board_live.html"))


def test_ashby_pay_of_two_tiers(data: Path) -> None:
    spider, file = spider_for("ashby"), data / "payloads" / "ashby" / "lubobali__ashby_jobs.json"
    pay = {posting.title: posting.pay_stated for posting in (read(spider, row) for row in rows_of(spider, file))}
    tiers = pay["Technical Consultant, Mid-Market"]
    assert [(tier.applies_to, tier.min, tier.max, tier.basis) for tier in tiers] == [
        ("SF/NY", 168000, 231000, PayBasis.OTE),
        ("Nationwide", 151000, 207000, PayBasis.OTE),
    ]
    assert [tier.basis for tier in pay["Director, Performance Marketing"]] == [PayBasis.BASE, PayBasis.BASE]


def test_smartrecruiters_list_with_its_details(data: Path) -> None:
    spider = spider_for("smartrecruiters", ROBOTSTXT_EXCEPTIONS=["smartrecruiters"])
    recorded = json.loads((data / "payloads" / "smartrecruiters" / "manwithaplandy__smartrecruiters.json").read_bytes())
    listed = [row for page in recorded["list_pages"] for row in page["content"]]
    assert len(listed) == 3
    for row in listed:
        whole = {**row, **recorded["details"][row["id"]]}
        check_smartrecruiters(whole, read(spider, whole))


def test_smartrecruiters_page(data: Path) -> None:
    """All four sections of a page once; the posting of a page that says that it has expired is gone."""
    spider, folder = spider_for("smartrecruiters"), data / "payloads" / "smartrecruiters"
    listed = {"id": "744000100000001", "postingUrl": "https://jobs.smartrecruiters.com/Initech/744000100000001-x"}
    row = {
        **listed,
        "refNumber": None,
        **spider.detail(answer(spider, folder / "jobwatch__smartrecruiters_posting.html")),
    }
    posting = read(spider, row)
    assert posting.external_id == listed["id"]
    assert posting.workplace_raw == "remote"
    assert posting.employment_raw == "Full-time"
    assert posting.company == "Initech"
    assert posting.posted_at
    text = posting.description_text
    headings = ["Company Description", "Job Description", "Qualifications", "Additional Information"]
    assert [text.count(heading) for heading in headings] == [1, 1, 1, 1]
    for words_of_section in (
        "put data to work",
        "transformative action",
        "$201,300 - $352,300",
        "flexibility and trust",
    ):
        assert text.count(words_of_section) == 1
    assert "leaving this site" not in text
    assert "interested" not in text
    expired = {
        **listed,
        "refNumber": None,
        **spider.detail(answer(spider, folder / "jobwatch__smartrecruiters_expired.html")),
    }
    with pytest.raises(GonePostingError):
        read(spider, expired)
