"""Careers pages: an operator pastes any URL. Sites are played; what the network does is tried on loopback."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawlers.candidates import Candidates
from crawlers.careerspage import CareersPage
from crawlers.errors import OperatorError
from crawlers.links import PageLinks
from crawlers.playback import Recordings
from crawlers.search import Search
from crawlers.spiders.careers import CareersSpider
from crawlers.visits import Outcome, Visit
from tests.conftest import FIXTURES, Run
from tests.player import Played
from tests.server import Answer, Site, serve

HOME = "https://acme.example/careers"
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}
GREENHOUSE = '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>'


def data(title: str, **more: Any) -> str:
    """JSON-LD of a posting."""
    stated = {"@type": "JobPosting", "title": title, "description": "<p>Bake. We do not sponsor visas.</p>", **more}
    return f'<script type="application/ld+json">{json.dumps(stated)}</script>'


def links(*hrefs: str) -> str:
    return "".join(f'<a href="{href}">x</a>\n' for href in hrefs)


def urlset(*urls: str, lastmod: str = "2026-01-01") -> str:
    return f"<urlset>{''.join(f'<url><loc>{url}</loc><lastmod>{lastmod}</lastmod></url>' for url in urls)}</urlset>"


def index(*urls: str) -> str:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in urls)}</sitemapindex>"


def record(folder: Path, pages: dict[str, str | int | dict[str, Any]]) -> Path:
    """Write a recording of pages by URL; a number is a status, a dictionary is JSON."""
    exchanges = []
    for number, (url, answer) in enumerate(pages.items()):
        text = json.dumps(answer) if isinstance(answer, dict) else str(answer)
        kind = "application/json" if isinstance(answer, dict) else "text/html; charset=utf-8"
        response = {"status": answer if isinstance(answer, int) else 200, "headers": {"Content-Type": kind}}
        if not isinstance(answer, int):
            (folder / f"{number}.body").write_text(text)
            response["file"] = f"{number}.body"
        exchanges.append({"request": {"url": url}, "response": response})
    (folder / "exchanges.json").write_text(json.dumps(exchanges))
    return folder


@pytest.fixture
def play(tmp_path: Path) -> Any:
    """Play a site given as pages by URL."""

    def play(pages: dict[str, Any], board: str = HOME) -> Played:
        return Played(CareersSpider, Recordings(str(record(tmp_path, pages))), board=board)

    return play


def titles(played: Played) -> list[str]:
    return sorted(posting.title for posting in played.postings)


def told(played: Played, board: str = HOME) -> tuple[Outcome | None, str | None]:
    return played.visits[board].outcome, played.visits[board].reason


def greenhouse_answer(*titles: str) -> dict[str, Any]:
    rows = [
        {
            "id": number,
            "title": title,
            "absolute_url": f"https://boards.greenhouse.io/acme/jobs/{number}",
            "content": "x",
        }
        for number, title in enumerate(titles, 1)
    ]
    return {"jobs": rows}


GREENHOUSE_LIST = "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true&pay_transparency=true"


# Keys


def test_key_is_the_url_in_one_form() -> None:
    assert CareersSpider.key_of("Acme.example/careers#jobs") == HOME
    with pytest.raises(OperatorError, match=r"'ftp://acme\.example' cannot be the URL of a careers page: .*neither"):
        CareersSpider.key_of("ftp://acme.example")


# The page itself


def test_postings_of_the_page_are_enough(play: Any) -> None:
    played = play({HOME: data("Baker") + links("/careers/miller-12", "/jobs")})
    assert titles(played) == ["Baker"]
    assert played.requested == [HOME]
    assert told(played) == (Outcome.COMPLETE, None)


def test_several_postings_of_a_page_and_of_the_pages_after_it(play: Any) -> None:
    first = data("Baker", identifier="1") + data("Baker", identifier="2") + links("?page=2")
    played = play({HOME: first, f"{HOME}?page=2": data("Miller", identifier="3") + data("Smith", identifier="4")})
    assert titles(played) == ["Baker", "Baker", "Miller", "Smith"]
    assert len({posting.external_id for posting in played.postings}) == 4
    assert played.visits[HOME].listed == 4


def test_a_list_that_only_names_its_postings(play: Any) -> None:
    named = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "JobPosting", "title": "Baker", "url": "/careers/about-bread-1"}],
    }
    page = f'<script type="application/ld+json">{json.dumps(named)}</script>'
    played = play({HOME: page, f"{HOME}/about-bread-1": data("Baker")})
    assert [posting.description_text for posting in played.postings] == ["Bake. We do not sponsor visas."]


def test_past_validity_is_kept_and_counted(play: Any) -> None:
    played = play({HOME: data("Baker", validThrough="2020-01-01")})
    assert titles(played) == ["Baker"]
    assert played.stats["careers/expired"] == 1


def test_posting_that_cannot_be_read_costs_itself(play: Any) -> None:
    played = play({HOME: data("") + data("Miller")})
    assert titles(played) == ["Miller"]
    assert told(played)[0] == Outcome.COMPLETE
    assert played.visits[HOME].unreadable == 1


@pytest.mark.parametrize(
    ("answer", "outcome"), [(404, Outcome.NOT_FOUND), (403, Outcome.BLOCKED), (500, Outcome.BLOCKED)]
)
def test_page_that_cannot_be_had(play: Any, answer: int, outcome: Outcome) -> None:
    played = play({HOME: answer})
    assert told(played)[0] == outcome
    assert played.requested == [HOME]


def test_nothing_at_all(play: Any) -> None:
    played = play({HOME: "<h1>Careers</h1>"})
    assert told(played) == (Outcome.UNREADABLE, "no JobPosting data, no known platform")
    assert played.requested == [HOME, "https://acme.example/robots.txt", "https://acme.example/sitemap.xml"]


def test_invented_properties_are_counted_up_to_a_bound(play: Any) -> None:
    played = play({HOME: data("Baker", **{f"p{number}": 1 for number in range(1000)}, **{"x y": 1, "z" * 99: 1})})
    counted = [name for name in played.stats if name.startswith("careers/unread/")]
    assert len(counted) == 200
    assert all(name.startswith("careers/unread/p") for name in counted)


# Links and sitemaps


def test_lists_by_department_and_list_pages_are_followed(play: Any) -> None:
    played = play(
        {
            HOME: links("/careers/kitchen", "/careers/open-positions", "/careers/benefits", "/blog/jobs-1234"),
            f"{HOME}/kitchen": links("/careers/kitchen/baker-1234"),
            f"{HOME}/open-positions": links("/careers/miller-1235", "?page=2"),
            f"{HOME}/open-positions?page=2": links("/careers/smith-1236", "?page=3"),
            f"{HOME}/open-positions?page=3": links("/careers/tailor-1237"),
            f"{HOME}/kitchen/baker-1234": data("Baker") + links("/careers/secret-9999"),
            f"{HOME}/miller-1235": data("Miller"),
            f"{HOME}/smith-1236": data("Smith"),
            f"{HOME}/tailor-1237": data("Tailor"),
        }
    )
    assert titles(played) == ["Baker", "Miller", "Smith", "Tailor"]
    assert played.stats["careers/no_posting"] == 1
    assert played.visits[HOME].listed == 4
    assert not any("secret" in url or "blog" in url or "benefits" in url for url in played.requested)


def test_one_posting_at_two_addresses_is_one(play: Any) -> None:
    canonical = '<link rel="canonical" href="/careers/baker-1234">'
    played = play(
        {
            HOME: links("/careers/baker-1234?from=home", "/careers/kitchen/baker-1234"),
            f"{HOME}/baker-1234?from=home": canonical + data("Baker"),
            f"{HOME}/kitchen/baker-1234": canonical + data("Baker"),
        }
    )
    assert {posting.external_id for posting in played.postings} == {"acme.example/careers/baker-1234"}


def test_sitemaps_of_openings_are_preferred_and_newer_pages_come_first(play: Any) -> None:
    site = "https://acme.example"
    played = play(
        {
            HOME: "<div id=app></div>",
            f"{site}/robots.txt": "Sitemap: /sitemap.xml\nSitemap: /other.xml",
            f"{site}/sitemap.xml": index("/blog.xml", "/jobs.xml"),
            f"{site}/jobs.xml": "<urlset><url><loc>/jobs/old-1111</loc><lastmod>2025-01-01</lastmod></url>"
            "<url><loc>/jobs/undated-1112</loc></url><url><loc>/jobs/new-1113</loc><lastmod>2026-01-01</lastmod></url>"
            "<url><loc>/about</loc></url></urlset>",
            f"{site}/other.xml": urlset(
                f"{site}/jobs/old-1111", "https://elsewhere.example/jobs/7777", lastmod="2025-01-01"
            ),
            **{f"{site}/jobs/{name}": data(name) for name in ("old-1111", "undated-1112", "new-1113")},
        }
    )
    asked = [url.rpartition("/")[2] for url in played.requested if "/jobs/" in url]
    assert asked == ["new-1113", "old-1111", "undated-1112"]
    assert f"{site}/blog.xml" not in played.requested
    assert not any("elsewhere" in url for url in played.requested)
    assert told(played) == (Outcome.COMPLETE, None)


def test_sitemaps_that_lead_in_circles_or_too_deep(play: Any) -> None:
    site = "https://acme.example"
    played = play(
        {
            HOME: links("/careers/baker-1234"),
            f"{site}/robots.txt": "Sitemap: /a.xml",
            f"{site}/a.xml": index("/a.xml", "/b.xml", "/robots.txt"),
            f"{site}/b.xml": index("/a.xml", "/c.xml"),
            f"{site}/c.xml": index("/d.xml", "/a.xml"),
            f"{site}/d.xml": urlset(f"{site}/careers/never-1"),
            f"{HOME}/baker-1234": data("Baker"),
        }
    )
    assert titles(played) == ["Baker"]
    assert [url for url in played.requested if url.endswith(("a.xml", "b.xml", "c.xml", "d.xml"))] == [
        f"{site}/{name}.xml" for name in "abc"
    ]
    assert told(played)[0] == Outcome.PARTIAL


def test_no_more_than_fifty_sitemaps(play: Any) -> None:
    site = "https://acme.example"
    robots = "\n".join(f"Sitemap: /jobs{number}.xml" for number in range(70))
    played = play({HOME: links("/careers/baker-1234"), f"{site}/robots.txt": robots, f"{HOME}/baker-1234": data("B")})
    assert len([url for url in played.requested if url.endswith(".xml")]) == 50
    assert told(played) == (Outcome.PARTIAL, "there are more than 50 sitemaps")


def test_a_failing_page_makes_the_visit_partial_and_a_missing_one_does_not(play: Any) -> None:
    pages: dict[str, Any] = {HOME: links("/careers/baker-1234", "/careers/miller-1235")}
    pages[f"{HOME}/baker-1234"] = data("Baker")
    assert told(play(pages)) == (Outcome.COMPLETE, None)
    outcome, reason = told(play(pages | {f"{HOME}/miller-1235": 503}))
    assert (outcome, reason) == (Outcome.PARTIAL, f"HTTP 503 at {HOME}/miller-1235")
    site = "https://acme.example"
    outcome, reason = told(play(pages | {f"{site}/robots.txt": "Sitemap: /s.xml", f"{site}/s.xml": "<html>Oops"}))
    assert outcome == Outcome.PARTIAL
    assert "no sitemap at https://acme.example/s.xml" in str(reason)
    assert told(play(pages | {f"{site}/robots.txt": 500, f"{site}/sitemap.xml": 500}))[0] == Outcome.COMPLETE


def test_search_ends_when_fifty_pages_give_no_posting(play: Any) -> None:
    paths = [f"/careers/story-{number}" for number in range(1000, 1080)]
    pages: dict[str, Any] = {f"https://acme.example{path}": "<p>Once upon a time" for path in paths[::2]}
    played = play({HOME: links(*paths), **pages})
    assert len([url for url in played.requested if "story" in url]) == 50
    outcome, reason = told(played)
    assert (outcome, reason) == (
        Outcome.UNREADABLE,
        "no JobPosting data, no known platform; pages that look like postings and gave none: 50",
    )


def test_links_that_nothing_can_be_asked_at_end_no_search(play: Any) -> None:
    odd = links("https://acme.example:99999/", "https://acme.example:PORT/careers/x-1", "https://[x/careers/y-1")
    stated = data("Stray", url="/careers/\ud800")
    played = play(
        {
            HOME: odd + links("/careers/baker-12", "/careers/miller-13"),
            f"{HOME}/baker-12": data("Baker") + odd,
            f"{HOME}/miller-13": stated,
        }
    )
    assert titles(played) == ["Baker", "Stray"]
    assert told(played) == (Outcome.COMPLETE, None)


def test_search_goes_on_after_an_error(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("crawlers.site.robots_sitemaps", fail)
    with pytest.raises(RuntimeError, match="a fault"):
        play({HOME: links("/careers/baker-12"), "https://acme.example/robots.txt": "x"})
    visits: list[Visit] = []
    monkeypatch.setattr(Search, "conclude", lambda self, visit: visits.append(visit))
    with pytest.raises(RuntimeError, match="a fault"):
        play({HOME: "", "https://acme.example/robots.txt": "x", "https://acme.example/sitemap.xml": 404})
    assert visits == [], "the sitemap is still under way"


def test_list_that_leads_on_for_ever_leaves_room_for_postings(play: Any) -> None:
    site = "https://acme.example"
    pages: dict[str, Any] = {HOME: links("/jobs", "/careers/baker-12"), f"{site}/jobs": links("/jobs?page=2")}
    for number in range(2, 60):
        pages[f"{site}/jobs?page={number}"] = links(f"/jobs?page={number + 1}", "/careers/baker-12")
    pages[f"{HOME}/baker-12"] = data("Baker")
    played = play(pages)
    assert titles(played) == ["Baker"]
    assert [url for url in played.requested if "page=" in url] == [f"{site}/jobs?page=2"]
    assert told(played) == (Outcome.COMPLETE, None)


def test_pages_of_a_list_take_half_of_the_pages_at_most() -> None:
    search = Search(
        home=HOME, most=10, platforms=[], may_ask=lambda _: True, candidates=Candidates(may_ask=lambda _: True)
    )
    search.candidates.add(f"{HOME}/baker-12", HOME)
    asked_for = 0
    for number in range(1, 30):  # each page of the list names a new page that looks like a posting
        links = PageLinks(postings=[f"{HOME}/x-{number}"], pages=[f"{HOME}?page={number + 1}"])
        asked_for += len(search.add_page(CareersPage(links=links), 0, goes_on=number > 1))
    assert asked_for == 5
    visit = Visit(platform="careers", board=HOME, listed=1)
    search.conclude(visit)
    assert (visit.outcome, visit.reason) == (
        Outcome.PARTIAL,
        "lists took half of CAREERS_MAX_PAGES=10, 24 more pages of them were left out",
    )


def test_folders_that_give_postings_come_first(play: Any) -> None:
    guides = [f"/careers/jobs/guide-to-work-{number}" for number in range(1000, 1060)]
    bakers = [f"/careers/baker-{number}" for number in range(10)]
    played = play({HOME: links(*guides, *bakers), **{f"https://acme.example{path}": data(path) for path in bakers}})
    assert len(played.postings) == 10
    last = max(number for number, url in enumerate(played.requested) if "baker" in url)
    assert len([url for url in played.requested[:last] if "guide" in url]) <= 50


def test_too_many_lists_are_told(play: Any) -> None:
    pages: dict[str, Any] = {HOME: links(*[f"/jobs?department={number}" for number in range(51)], "/careers/baker-12")}
    pages[f"{HOME}/baker-12"] = data("Baker")
    assert told(play(pages)) == (Outcome.PARTIAL, "more than 50 pages look like lists of openings")
    pages[HOME] = pages[HOME].replace("department=50", "department=49")
    assert told(play(pages)) == (Outcome.COMPLETE, None)


def test_outer_page_and_its_frame(play: Any) -> None:
    site = "https://careers-acme.icims.com/jobs"
    played = play(
        {
            f"{site}/search": f'<iframe src="{site}/search?in_iframe=1"></iframe>',
            f"{site}/search?in_iframe=1": links("/jobs/1234/baker/job?in_iframe=1", "/jobs/1235/miller/job"),
            f"{site}/1234/baker/job?in_iframe=1": data("Baker"),
            f"{site}/1235/miller/job": '<iframe src="/jobs/1235/miller/job?in_iframe=1"></iframe>',
            f"{site}/1235/miller/job?in_iframe=1": data("Miller"),
        },
        board=f"{site}/search",
    )
    assert sorted(posting.external_id for posting in played.postings) == [
        "careers-acme.icims.com/jobs/1234/baker/job",
        "careers-acme.icims.com/jobs/1235/miller/job",
    ]


# Which posting it is


def test_addresses_that_templates_state_are_not_believed(play: Any) -> None:
    names = ["baker-ulm", "miller-bonn", "smith-12"]
    canonical = '<link rel="canonical" href="/careers/job-details">'
    pages = {f"{HOME}/job-details/{name}": canonical + data(name, url=f"{HOME}/") for name in names}
    played = play({HOME: links(*pages), **pages})
    assert sorted(posting.external_id for posting in played.postings) == [
        f"acme.example/careers/job-details/{name}" for name in names
    ]


def test_id_does_not_depend_on_what_else_the_page_shows(play: Any) -> None:
    def ids(home: str, page: str = "") -> list[str]:
        pages = {HOME: home, f"{HOME}/baker-12": page, f"{HOME}/miller-13": data("Miller")}
        return sorted(posting.external_id.removeprefix("acme.example/careers") for posting in play(pages).postings)

    assert ids(data("Baker", identifier="B1")) == ["#B1"]
    assert ids(data("Baker", identifier="B1") + data("Miller", identifier="M1")) == ["#B1", "#M1"]
    own = data("Baker", url=f"{HOME}/baker-12")
    stub = json.dumps({"@type": "JobPosting", "title": "Miller", "url": "/careers/miller-13"})
    similar = f'<script type="application/ld+json">{stub}</script>'
    assert ids(links("/careers/baker-12"), own) == ["/baker-12"]
    assert ids(links("/careers/baker-12"), own + similar) == ["/baker-12", "/miller-13"]
    assert ids(links("/careers/baker-12"), own + data("Smith")) == ["/baker-12", "/baker-12#Smith"]


def test_posting_that_a_page_states_twice_is_one(play: Any) -> None:
    twice = data("Baker", identifier="77") + data(" baker ", url=f"{HOME}/baker-12")
    played = play({HOME: links("/careers/baker-12"), f"{HOME}/baker-12": twice})
    assert [(posting.external_id, posting.requisition_id) for posting in played.postings] == [
        ("acme.example/careers/baker-12", "77")
    ]


def test_list_beside_a_posting_and_the_page_after_it(play: Any) -> None:
    named = [{"@type": "JobPosting", "title": "Miller", "url": "/careers/miller-13"}]
    beside = (
        f'<script type="application/ld+json">{json.dumps({"@type": "ItemList", "itemListElement": named})}</script>'
    )
    team = f"{HOME}/sales-team-jobs"
    played = play(
        {
            HOME: links("/careers/sales-team-jobs"),
            team: data("Seller") + beside + '<a rel="next" href="?page=2">n</a>',
            f"{team}?page=2": data("Buyer"),
            f"{HOME}/miller-13": data("Miller"),
        }
    )
    assert titles(played) == ["Buyer", "Miller", "Seller"]
    assert played.visits[HOME].listed == 3


@pytest.mark.parametrize("told_by", ["url", "sitemap", "page"])
def test_one_language_is_followed(play: Any, told_by: str) -> None:
    site = "https://acme.example"
    number = "-12" if told_by == "url" else ""
    urls = {language: f"{site}/{language}/careers/{language}-baker{number}" for language in ("en", "de", "fr")}
    if told_by == "url":
        urls = {language: f"{site}/{language}/careers/baker-12" for language in urls}
    links_to = "".join(f'<xhtml:link rel="alternate" hreflang="{one}" href="{url}"/>' for one, url in urls.items())
    entries = "".join(f"<url><loc>{url}</loc>{links_to if told_by == 'sitemap' else ''}</url>" for url in urls.values())
    page = links_to.replace("xhtml:", "") if told_by == "page" else ""
    played = play(
        {
            f"{site}/de/jobs": "",
            f"{site}/sitemap.xml": f'<urlset xmlns:xhtml="http://www.w3.org/1999/xhtml">{entries}</urlset>',
            **{url: page + data(f"Baker {language}") for language, url in urls.items()},
        },
        board=f"{site}/de/jobs",
    )
    assert titles(played) == ["Baker de"]
    assert len([url for url in played.requested if "baker" in url]) == (3 if told_by == "page" else 1)


# Other platforms


def test_boards_of_others_are_not_handed_over(play: Any) -> None:
    frames = "".join(f'<iframe src="https://jobs.lever.co/company{number}"></iframe>' for number in range(6))
    played = play({HOME: frames + links("/careers/baker-12"), f"{HOME}/baker-12": data("Baker")})
    assert titles(played) == ["Baker"]
    outcome, reason = told(played)
    assert (outcome, reason) == (Outcome.PARTIAL, "it shows 6 boards of platforms, which cannot all be its own")
    sitemap = urlset(*[f"https://jobs.lever.co/company{number}/x" for number in range(6)])
    played = play({HOME: "", "https://acme.example/sitemap.xml": sitemap})
    assert told(played)[0] == Outcome.UNREADABLE
    assert not any("lever" in url for url in played.requested)


def test_postings_of_a_portal_to_which_a_page_redirects(run: Run, tmp_path: Path) -> None:
    pages = {HOME: links("/careers/baker-12", "/careers/miller-13"), f"{HOME}/miller-13": data("Miller")}
    portal = data("Baker") + data("Smith") + '<a rel="next" href="/careers?page=2">'
    result = redirected(run, tmp_path, "https://portal.example/jobs/5", portal, pages, moved=f"{HOME}/baker-12")
    assert result.returncode == 0, result.stderr
    assert query(tmp_path, "SELECT title FROM postings") == [("Miller",)]


@pytest.mark.parametrize(("status", "outcome"), [(404, "complete"), (403, "partial")])
def test_site_of_a_board_that_is_not_there_is_searched(run: Run, tmp_path: Path, status: int, outcome: str) -> None:
    pages = {HOME: GREENHOUSE + links("/careers/baker-12"), f"{HOME}/baker-12": data("Baker"), GREENHOUSE_LIST: status}
    folder = record(tmp_path, pages)
    result = run("crawl", "careers", "-a", f"board={HOME}", "-s", f"PLAYBACK={folder}", "-s", "RETRY_TIMES=0")
    assert f"careers/{HOME}: {outcome}" in result.stderr, result.stderr
    assert query(tmp_path, "SELECT title FROM postings") == [("Baker",)]


def test_openings_elsewhere_are_named(play: Any) -> None:
    played = play({HOME: links("https://acme.ats.example/jobs/7", "https://maps.example/ulm")})
    assert "it links to openings on acme.ats.example" in str(told(played)[1])


def test_board_that_the_page_is_made_of_is_handed_over_at_once(play: Any) -> None:
    pages = {HOME: GREENHOUSE + links("/careers/baker-1234", "https://jobs.lever.co/friends")}
    pages[f"{HOME}/baker-1234"] = data("Baker")
    played = play({**pages, GREENHOUSE_LIST: greenhouse_answer("Baker", "Miller")})
    assert played.requested == [HOME, GREENHOUSE_LIST]
    assert {(posting.platform, posting.board) for posting in played.postings} == {("greenhouse", "acme")}
    assert told(played) == (Outcome.COMPLETE, "its postings are on greenhouse/acme")
    assert "(its postings are on greenhouse/acme)" in played.visits[HOME].summary()
    assert played.visits["acme"].outcome == Outcome.COMPLETE


def test_board_by_its_url_needs_no_page(play: Any) -> None:
    board = "https://boards.greenhouse.io/acme"
    played = play({GREENHOUSE_LIST: greenhouse_answer("Baker")}, board=f"{board}?gh_src=x")
    assert played.requested == [GREENHOUSE_LIST]
    assert told(played, board) == (Outcome.COMPLETE, "its postings are on greenhouse/acme")


def test_board_that_is_only_linked_comes_last(play: Any) -> None:
    board = links("/careers/baker-1234", "https://boards.greenhouse.io/acme")
    pages = {HOME: board, GREENHOUSE_LIST: greenhouse_answer("Miller")}
    assert titles(play({**pages, f"{HOME}/baker-1234": data("Baker")})) == ["Baker"]
    played = play({**pages, f"{HOME}/baker-1234": "<p>Bake."})
    assert titles(played) == ["Miller"]
    assert played.requested[-1] == GREENHOUSE_LIST


def test_board_behind_the_posting_pages_or_a_further_list(play: Any) -> None:
    answer = {GREENHOUSE_LIST: greenhouse_answer("Baker")}
    behind = {HOME: links("/careers/baker-1234"), f"{HOME}/baker-1234": GREENHOUSE}
    further = {HOME: links("/careers/open-positions"), f"{HOME}/open-positions": GREENHOUSE}
    for pages in (behind, further):
        played = play({**pages, **answer})
        assert [posting.platform for posting in played.postings] == ["greenhouse"]
    own = {HOME: links("/careers/baker-1234"), f"{HOME}/baker-1234": GREENHOUSE + data("Baker")}
    assert [posting.platform for posting in play({**own, **answer}).postings] == ["careers"], "not under both"


def test_all_boards_that_robots_txt_names(play: Any) -> None:
    site = "https://acme.wd5.myworkdayjobs.com"
    names = ["Stores", "Offices", "Interns", "Drivers", "Bakers", "Millers", "Others"]
    robots = "\n".join(f"Sitemap: {site}/{name}/siteMap.xml" for name in names)
    played = play({f"{site}/": "<div id=root></div>", f"{site}/robots.txt": robots}, board=site)
    assert {f"{site}/wday/cxs/acme/{name}/jobs" for name in names} < set(played.requested)
    assert not any("siteMap" in url for url in played.requested)
    outcome, reason = told(played, f"{site}/")
    assert outcome == Outcome.UNREADABLE, "they are asked for, and there are none"
    assert f"it shows workday/acme.wd5.{names[0]}, which is not_found" in str(reason)


def test_platform_without_a_visible_board_is_named(play: Any) -> None:
    played = play({HOME: links("/careers?gh_jid=4711")})
    assert told(played)[0] == Outcome.UNREADABLE
    assert "it seems to be on greenhouse" in str(told(played)[1])


def test_one_board_behind_two_pages_is_crawled_once(play: Any) -> None:
    other = "https://acme.example/de/karriere"
    pages = {HOME: GREENHOUSE, other: GREENHOUSE, GREENHOUSE_LIST: greenhouse_answer("Baker")}
    played = play(pages, board=f"{HOME},{other}")
    assert played.requested.count(GREENHOUSE_LIST) == 1
    assert told(played) == told(played, other) == (Outcome.COMPLETE, "its postings are on greenhouse/acme")


def test_board_on_a_further_page_is_not_taken_beside_postings_of_the_site(play: Any) -> None:
    pages = {HOME: data("Baker") + links("?page=2"), f"{HOME}?page=2": GREENHOUSE}
    played = play({**pages, GREENHOUSE_LIST: greenhouse_answer("Baker")})
    assert [posting.platform for posting in played.postings] == ["careers"]


# Private addresses


@pytest.mark.parametrize("board", ["http://127.0.0.1/jobs", "http://localhost/jobs", "http://db.internal/jobs"])
def test_private_address_is_refused(play: Any, board: str) -> None:
    played = play({board: data("Baker")}, board=board)
    assert played.requested == []
    outcome, reason = told(played, board)
    assert outcome == Outcome.BLOCKED
    assert "not on the public internet" in str(reason)


def test_no_page_leads_to_a_private_address(play: Any) -> None:
    inside = "https://intranet.corp.internal/careers"
    pages = {inside: links("http://127.0.0.1/jobs/1234"), HOME: "<p>x"}
    robots = (
        "Sitemap: http://127.0.0.1/a.xml\nSitemap: http://169.254.169.254/latest/\nSitemap: http://acme.example:22/"
    )
    pages["https://acme.example/robots.txt"] = robots + "\nSitemap: https://acme.example/s.xml"
    pages["https://acme.example/s.xml"] = index("http://10.0.0.1/jobs.xml", "http://[::1]/jobs.xml")
    played = play(pages)
    assert all(url.startswith("https://acme.example/") for url in played.requested), played.requested


# Whole crawls


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        yield site


def crawl(run: Run, site: Site, *more: str, path: str = "/careers", **options: str) -> Any:
    environment = {"LOOPBACK": site.url, "SCRAPY_SETTINGS_MODULE": "tests.loopback_settings", **options}
    private = ("-s", "ALLOW_PRIVATE_ADDRESSES=True")
    return run("crawl", "careers", "-a", f"board={site.url}{path}", *private, *more, env=environment)


def query(tmp_path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(tmp_path / "run.sqlite3")) as connection:
        return connection.execute(sql).fetchall()


def put(site: Site, path: str, body: str | bytes, headers: dict[str, str] | None = None) -> None:
    site.answers[path] = Answer(body.encode() if isinstance(body, str) else body, headers=headers or HTML)


def asked(site: Site, word: str) -> list[str]:
    return [each.path for each in site.asked if word in each.path]


def test_redirect_sitemap_and_pages_that_did_not_change(run: Run, site: Site, tmp_path: Path) -> None:
    names = [f"/openings/baker-{number}" for number in range(1000, 1006)]
    site.answers["/careers"] = Answer(status=301, headers={"Location": "/en/work"})
    put(site, "/en/work", "<div id=app></div>")
    put(site, "/robots.txt", "Sitemap: /index.xml\n", {"Content-Type": "text/plain"})
    put(site, "/index.xml", index("/jobs.xml.gz"), XML)
    zipped = {"Content-Type": "application/x-gzip"}
    put(site, "/jobs.xml.gz", gzip.compress(urlset(*names).encode()), zipped)
    for name in names:
        put(site, name, data(f"Baker {name[-4:]}"))
    site.answers[names[5]] = Answer(status=302, headers={"Location": "/moved/baker-1005"})
    put(site, "/moved/baker-1005", data("Baker 1005"))
    result = crawl(run, site)
    assert result.returncode == 0, result.stderr
    assert "complete: 6 listed, 6 new" in result.stderr
    host = site.url.removeprefix("http://")
    assert query(tmp_path, "SELECT external_id FROM postings ORDER BY title DESC LIMIT 2") == [
        (f"{host}/moved/baker-1005",),
        (f"{host}/openings/baker-1004",),
    ]
    site.asked.clear()
    changed = urlset(*names[1:]).replace("</urlset>", urlset(names[0], lastmod="2026-02-02").partition("<urlset>")[2])
    put(site, "/jobs.xml.gz", gzip.compress(changed.encode()), zipped)
    result = crawl(run, site)
    assert result.returncode == 0, result.stderr
    assert "complete: 6 listed, 6 unchanged" in result.stderr
    assert asked(site, "baker") == names[:1]


def test_bound_is_told_and_later_visits_get_further(run: Run, site: Site, tmp_path: Path) -> None:
    names = [f"/careers/baker-{number}" for number in range(1000, 1012)]
    put(site, "/careers", links(*names))
    for name in names:
        put(site, name, data(f"Baker {name[-4:]}"))
    for stored, outcome in ((5, 1), (10, 1), (12, 0)):
        result = crawl(run, site, "-s", "CAREERS_MAX_PAGES=5")
        assert result.returncode == outcome, result.stderr
        assert query(tmp_path, "SELECT count(*) FROM postings") == [(stored,)]
        assert ("partial (CAREERS_MAX_PAGES=5 were asked for, " in result.stderr) is bool(outcome)


def test_hostile_sitemaps_cost_only_themselves(run: Run, site: Site, tmp_path: Path) -> None:
    put(site, "/careers", links("/careers/baker-1000"))
    put(site, "/careers/baker-1000", data("Baker"))
    names = ["laughs", "junk", "bomb", "circle", "huge", "cut"]
    put(site, "/robots.txt", "\n".join(f"Sitemap: /{name}.xml" for name in names), {"Content-Type": "text/plain"})
    entities = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 10))
    put(
        site,
        "/laughs.xml",
        f'<!DOCTYPE x [<!ENTITY a0 "x">{entities}]><urlset><url><loc>&a9;</loc></url></urlset>',
        XML,
    )
    put(site, "/junk.xml", "<urlset>" + "<junk" * 2_000_000, XML)
    put(site, "/bomb.xml", gzip.compress(b"<urlset>" + b" " * 50_000_000), XML)
    put(site, "/circle.xml", index("/circle.xml", "/junk.xml"), XML)
    put(site, "/huge.xml", "<urlset>" + " " * 12_000_000, XML)
    site.answers["/cut.xml"] = Answer(b"<urlset>", headers=XML, length=5000)
    result = crawl(run, site, "-s", "DOWNLOAD_MAXSIZE=11000000", "-s", "RETRY_TIMES=0")
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert query(tmp_path, "SELECT title FROM postings") == [("Baker",)]
    assert query(tmp_path, "SELECT outcome FROM visits") == [("partial",)]
    assert len(asked(site, ".xml")) == len(names) + 1, "and the one that was guessed at"


def test_hand_over_to_a_platform(run: Run, site: Site, tmp_path: Path) -> None:
    put(site, "/careers", GREENHOUSE + links("/careers/baker-1000"))
    put(site, "/careers/baker-1000", data("Baker"))
    put(site, "/v1/boards/acme/jobs", json.dumps(greenhouse_answer("Baker", "Miller")), {"Content-Type": "text/json"})
    for again in range(2):
        result = crawl(run, site)
        assert result.returncode == 0, result.stderr
        assert "/careers: complete (its postings are on greenhouse/acme): 0 listed" in result.stderr
        assert f"greenhouse/acme: complete: 2 listed, 2 {'unchanged' if again else 'new'}" in result.stderr
    stored = "SELECT platform, board, title FROM postings JOIN boards ON boards.id = board_id ORDER BY title"
    assert query(tmp_path, stored) == [("greenhouse", "acme", "Baker"), ("greenhouse", "acme", "Miller")]


def test_robots_txt_is_obeyed_page_by_page(run: Run, site: Site, tmp_path: Path) -> None:
    put(site, "/robots.txt", "User-agent: *\nDisallow: /careers/private\n", {"Content-Type": "text/plain"})
    put(site, "/careers", links("/careers/private-1000", "/careers/baker-1001"))
    put(site, "/careers/private-1000", data("Hidden"))
    put(site, "/careers/baker-1001", data("Baker"))
    result = crawl(run, site)
    assert result.returncode == 1
    assert "partial (robots.txt forbids pages that may hold postings: 1)" in result.stderr
    assert asked(site, "private") == []
    assert query(tmp_path, "SELECT title FROM postings") == [("Baker",)]
    put(site, "/robots.txt", "User-agent: *\nDisallow: /\n", {"Content-Type": "text/plain"})
    assert crawl(run, site).returncode == 1
    assert query(tmp_path, "SELECT outcome FROM visits ORDER BY id DESC LIMIT 1") == [("blocked",)]


def redirected(run: Run, tmp_path: Path, target: str, page: str, more: dict[str, Any], moved: str = HOME) -> Any:
    """A crawl of a careers page of which one page is somewhere else, played through the whole of Scrapy."""
    file = record(tmp_path, {moved: 302, target: page, **more}) / "exchanges.json"
    location = f'"Location": "{target}"'
    file.write_text(file.read_text().replace('"Content-Type": "text/html; charset=utf-8"', location, 1))
    return run("crawl", "careers", "-a", f"board={HOME}", "-s", f"PLAYBACK={tmp_path}")


def test_redirect_to_a_private_address_gives_nothing(run: Run, tmp_path: Path) -> None:
    result = redirected(run, tmp_path, "http://127.0.0.1/careers", data("Secret"), {})
    assert result.returncode == 1
    assert "blocked (127.0.0.1 is not on the public internet" in result.stderr
    assert query(tmp_path, "SELECT count(*) FROM postings") == [(0,)]


def test_redirect_to_a_platform(run: Run, tmp_path: Path) -> None:
    board = "https://job-boards.greenhouse.io/acme"
    answer = {GREENHOUSE_LIST: greenhouse_answer("Baker")}
    result = redirected(run, tmp_path, board, "<h1>Jobs at Acme</h1>", answer)
    assert result.returncode == 0, result.stderr
    assert "complete (its postings are on greenhouse/acme)" in result.stderr
    assert query(tmp_path, "SELECT title FROM postings") == [("Baker",)]


def test_what_cannot_be_a_careers_page_does_not_start(run: Run) -> None:
    for board, says in (
        ("ftp://acme.example", "neither"),
        ("https://me@acme.example/", "user name"),
        ("acme", "no host"),
    ):
        result = run("crawl", "careers", "-a", f"board={board}", "-s", f"PLAYBACK={FIXTURES}")
        assert result.returncode == 2
        assert says in result.stderr
        assert "Traceback" not in result.stderr


def test_crawl_that_is_stopped_leaves_the_visit_partial(run: Run, site: Site, tmp_path: Path) -> None:
    names = [f"/careers/baker-{number}" for number in range(1000, 1020)]
    put(site, "/careers", links(*names))
    for name in names:
        put(site, name, data(f"Baker {name[-4:]}"))
    result = crawl(run, site, "-s", "CLOSESPIDER_PAGECOUNT=8", "-s", "CONCURRENT_REQUESTS=1")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert query(tmp_path, "SELECT outcome, reason FROM visits") == [("partial", "the crawl was stopped")]
    assert query(tmp_path, "SELECT count(*) > 0 FROM postings") == [(1,)]
