"""What single platforms do beside reading rows: what they count, how they page, whom they ask."""

from __future__ import annotations

from typing import Any

from scrapy.utils.test import get_crawler

from crawlers.base import BoardSpider
from crawlers.spiders.ashby import AshbySpider
from crawlers.spiders.smartrecruiters import SmartRecruitersSpider
from crawlers.spiders.workable import WorkableSpider
from tests.conftest import FIXTURES
from tests.player import Played, play


class AllowedSpider(SmartRecruitersSpider):
    """The API, as with ROBOTSTXT_EXCEPTIONS in the settings."""

    custom_settings = {"ROBOTSTXT_EXCEPTIONS": ["smartrecruiters"]}  # noqa: RUF012


def played(spider: type[BoardSpider], board: str) -> Played:
    return play(spider, FIXTURES / spider.name / board)


def counted(board: Played, beginning: str) -> dict[str, Any]:
    return {key.removeprefix(beginning): n for key, n in board.stats.items() if key.startswith(beginning)}


def test_ashby_counts_what_it_leaves_out() -> None:
    board = played(AshbySpider, "tidewrack-energy")
    assert counted(board, "ashby/") == {"unlisted": 1, "unknown_interval/2 WEEK": 1}
    assert "Head of Something Secret" not in {posting.title for posting in board.postings}


def test_ashby_drift_is_counted() -> None:
    assert counted(played(AshbySpider, "Saltglass%20Studios"), "ashby/") == {"unread/linkedInJobWrapping": 1}


def test_workable_row_in_many_places_is_one_posting() -> None:
    board = played(WorkableSpider, "brindlemoor-logistics")
    planners = [posting for posting in board.postings if posting.title == "Transport Planner"]
    assert [len(posting.locations) for posting in planners] == [3]
    assert board.visits["brindlemoor-logistics"].listed == 6
    assert "unlisted" not in str(board.stats)


def test_smartrecruiters_pages_until_nothing_is_new() -> None:
    board = played(SmartRecruitersSpider, "MeridianOptics")
    lists = [url.partition("?")[2] for url in board.requested if "/api/more" in url]
    assert lists == ["page=0", "page=1", "page=2", "page=3"]
    assert counted(board, "smartrecruiters/unreadable/") == {"ValueError": 1}
    assert counted(board, "smartrecruiters/gone") == {"": 2}
    assert counted(board, "smartrecruiters/unread/") == {}
    assert not any("api.smartrecruiters.com" in url for url in board.requested)


def test_smartrecruiters_api_only_where_it_is_allowed() -> None:
    pages, api = played(SmartRecruitersSpider, "Oakbarrow"), played(AllowedSpider, "Oakbarrow")
    assert all(url.startswith("https://api.smartrecruiters.com/") for url in api.requested)
    assert [posting.external_id for posting in api.postings] == [posting.external_id for posting in pages.postings]
    assert [posting.url for posting in api.postings] == [posting.url for posting in pages.postings]
    assert [posting.description_text for posting in api.postings] == [
        posting.description_text for posting in pages.postings
    ]
    assert [posting.requisition_id for posting in api.postings] == ["REF9K", "REF10L"]
    assert [posting.department for posting in api.postings] == ["Workshop", "R&D"]
    assert [posting.country for posting in api.postings] == ["CA", "CA"]
    assert [str(posting.pay_stated[0].period) for posting in api.postings] == ["hour", "None"]
    assert counted(api, "smartrecruiters/") == {"gone": 1, "unknown_interval/PER_PIECE": 1}
    visit = api.visits["Oakbarrow"]
    assert (visit.advertised, visit.listed, visit.gone, visit.unreadable) == (3, 3, 1, 0)


def test_smartrecruiters_empty_list_says_what_it_may_mean() -> None:
    for spider in (SmartRecruitersSpider, AllowedSpider):
        visit = played(spider, "NoSuchCompany").visits["NoSuchCompany"]
        assert visit.summary() == "smartrecruiters/NoSuchCompany: complete (empty, or no such company): 0 listed"


def test_smartrecruiters_api_is_asked_for_a_hundred_at_a_time() -> None:
    spider = AllowedSpider.from_crawler(get_crawler(AllowedSpider, {"DATABASE_URL": ""}))
    request = spider.list_url("Oakbarrow", page=2)
    assert request.url.endswith("/companies/Oakbarrow/postings?limit=100&offset=200")
    assert spider.request(spider.begin("Oakbarrow"), request).meta["dont_obey_robotstxt"]
