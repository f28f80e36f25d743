"""`scrapy capture`: what it writes plays as the same visit, with a few postings, without people, and small."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from crawlers.capture import LIMIT
from crawlers.playback import board_of
from crawlers.visits import Outcome
from tests.conftest import FIXTURES, Run
from tests.player import Played, play
from tests.server import Answer, Asked, Site, serve
from tests.workday_tenant import Tenant, openings

_settings = Settings()
_settings.setmodule("crawlers.settings")
PLATFORMS = SpiderLoader.from_settings(_settings)
PLAYED = ("-s", f"PLAYBACK={FIXTURES}")

SPIDERS = """\
import os

from scrapy.http import Response
from parsel import Selector

from crawlers.base import BoardSpider
from crawlers.detail import DetailBoardSpider
from crawlers.items import JobPosting
from crawlers.payload import identity, read_json


class Whole(BoardSpider):
    name = "whole"
    api = os.environ["LOOPBACK"] + "/{board}/jobs"
    boards = r"(?!)"

    def read(self, job, board):
        return JobPosting(
            platform=self.name, board=board, external_id=identity(job["id"]), url=f"https://acme.example/{job['id']}",
            title=job["title"], description_html=job.get("description"),
        )


class Pages(Whole, DetailBoardSpider):
    name = "pages"
    jobs_key = "rows"

    def advertised(self, response):
        return read_json(response)["paging"]["totalFound"]

    def next_page(self, response):
        following = read_json(response)["paging"]["next"]
        return following and response.urljoin(following)

    def detail_url(self, job, board):
        return f"{self.api.format(board=board)}/{job['id']}"


class Html(Whole, DetailBoardSpider):
    name = "html"

    def jobs(self, response):
        rows = Selector(response.text).css("tr.job")
        return [{"id": row.attrib["data-id"], "title": row.css("a::text").get()} for row in rows]

    def advertised(self, response):
        return int(Selector(response.text).css("b::text").get())

    def next_page(self, response):
        following = Selector(response.text).css("a.next").attrib.get("href")
        return following and response.urljoin(following)

    def detail_url(self, job, board):
        return f"{self.api.format(board=board)}/{job['id']}"

    def detail(self, response):
        return {"description": Selector(response.text).css("main").get()}


del BoardSpider, DetailBoardSpider
"""


@pytest.fixture
def capture(run: Run, tmp_path: Path) -> Any:
    """Runs `scrapy capture`; recordings go to `tmp_path / "out"`."""

    def capture(*arguments: str | Path, site: Site | None = None) -> Any:
        options: dict[str, Any] = {}
        if site:
            (tmp_path / "own_spiders.py").write_text(SPIDERS)
            options["env"] = {"PYTHONPATH": str(tmp_path), "LOOPBACK": site.url}
            own = ("SPIDER_MODULES=own_spiders,crawlers.spiders", "DOWNLOAD_DELAY=0", "ALLOW_PRIVATE_ADDRESSES=True")
            arguments = (*arguments, *(word for setting in own for word in ("-s", setting)))
        return run("capture", *arguments, "--output", tmp_path / "out", **options)

    return capture


def played(folder: Path, **arguments: str) -> Played:
    return play(PLATFORMS.load(folder.parent.name), folder, **arguments)


def bodies(folder: Path) -> str:
    return "".join(file.read_text() for file in sorted(folder.iterdir()))


def asked(site: Site, prefix: str) -> list[str]:
    return [each.path for each in site.asked if each.path.startswith(prefix)]


# From recordings


def test_board_is_cut_and_plays_as_the_same_visit(capture: Any, tmp_path: Path) -> None:
    result = capture("greenhouse", "-a", "board=cobaltfalls", *PLAYED, "--keep", "3")
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "out" / "greenhouse" / "cobaltfalls"
    assert {file.name for file in folder.iterdir()} == {"exchanges.json", "list-1.json"}
    small, whole = played(folder), played(FIXTURES / "greenhouse" / "cobaltfalls")
    visit = small.visits["cobaltfalls"]
    assert (visit.outcome, visit.listed, len(small.postings)) == (Outcome.COMPLETE, 3, 3)
    assert [each.external_id for each in small.postings] == [each.external_id for each in whole.postings[:3]]
    answer = json.loads((folder / "list-1.json").read_text())
    assert answer["meta"]["total"] == 3
    assert [exchange["response"]["headers"] for exchange in json.loads((folder / "exchanges.json").read_text())] == [
        {"Content-Type": "application/json; charset=utf-8"}
    ]
    for said in (
        "3 of 8 postings kept",
        "total 8 -> 3",
        "greenhouse/cobaltfalls: complete: 3 listed",
        "your own words",
    ):
        assert said in result.stdout
    assert not (tmp_path / "run.sqlite3").exists(), "nothing is stored"


def test_only_the_details_of_the_kept_are_recorded(capture: Any, tmp_path: Path) -> None:
    assert (
        capture("greenhouse", "-a", "board=questions-board", "-a", "questions=1", *PLAYED, "--keep", "2").returncode
        == 0
    )
    folder = tmp_path / "out" / "greenhouse" / "questions-board"
    assert sorted(file.name for file in folder.glob("posting-*")) == ["posting-1.json", "posting-2.json"]
    small = played(folder, questions="1")
    assert small.visits["questions-board"].outcome == Outcome.COMPLETE
    assert len(small.postings) == 2
    assert all(posting.questions for posting in small.postings)


@pytest.mark.parametrize(
    "recording",
    [
        "ashby/tidewrack-energy",
        "careers/aldermoor",
        "lever/eu.fjordlicht",
        "smartrecruiters/MeridianOptics",
        "workable/brindlemoor-logistics",
        "workday/alpenglow.wd3.Alpenglow_Careers",
    ],
)
def test_other_platforms(capture: Any, tmp_path: Path, recording: str) -> None:
    """Lists with rows that belong together, in pages of HTML, by POST, or spread over a site."""
    folder = FIXTURES / recording
    platform, board = folder.parent.name, board_of(folder)
    result = capture(platform, "-a", f"board={board}", "-s", f"PLAYBACK={folder}", "--keep", "2")
    assert result.returncode == 0, result.stderr
    (written,) = (tmp_path / "out" / platform).iterdir()
    small = played(written)
    assert board_of(written) == board
    assert small.visits[board].outcome == Outcome.COMPLETE
    assert len(small.postings) == 2


def test_board_that_is_gone_is_recorded_and_said_to_be(capture: Any, tmp_path: Path) -> None:
    result = capture("lever", "-a", "board=nowhere", *PLAYED)
    assert result.returncode == 0
    assert "lever/nowhere: not_found (HTTP 404" in result.stdout
    assert "There is no such board" in result.stdout
    assert played(tmp_path / "out" / "lever" / "nowhere").visits["nowhere"].outcome == Outcome.NOT_FOUND


def test_board_that_cannot_be_had_is_an_error(capture: Any, tmp_path: Path) -> None:
    result = capture("greenhouse", "-a", "board=html-instead", *PLAYED)
    assert result.returncode == 1
    assert "greenhouse/html-instead: unreadable (no JSON" in result.stderr
    assert "Nothing was written" in result.stderr
    assert not (tmp_path / "out").exists()


def test_recording_is_written_over_only_by_force(capture: Any, tmp_path: Path) -> None:
    arguments = ("greenhouse", "-a", "board=cobaltfalls", *PLAYED)
    assert capture(*arguments, "--keep", "2").returncode == 0
    folder = tmp_path / "out" / "greenhouse" / "cobaltfalls"
    (folder / "expected.json").write_text("mine")
    refused = capture(*arguments)
    assert refused.returncode == 2
    assert "holds a recording already; --force writes over it" in refused.stderr
    assert len(played(folder).postings) == 2
    assert capture(*arguments, "--force", "--keep", "1").returncode == 0
    assert len(played(folder).postings) == 1
    assert (folder / "expected.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a platform: "),
        (("grenhouse", "-a", "board=x"), "unknown platform grenhouse; did you mean greenhouse?"),
        (("greenhouse", "-a", "board=a,b"), "2 named"),
        (("greenhouse", "--board", "a"), "did you mean -a board=KEY?"),
        (("greenhouse", "-a", "board=../x"), "is not the URL of a greenhouse board"),
        (("greenhouse", "-a", "board=x", "-a", "bord=y"), "takes no argument 'bord'"),
        (("greenhouse", "-a", "board"), "NAME=VALUE"),
        (("greenhouse", "-a", "board=x", "--keep", "0"), "1 at least"),
    ],
)
def test_mistakes_are_named_before_anything_is_asked(capture: Any, arguments: tuple[str, ...], said: str) -> None:
    result = capture(*arguments, *PLAYED)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


# From a server


def test_list_without_an_envelope(capture: Any, tmp_path: Path) -> None:
    rows = [
        {"id": n, "title": f"Job {n}", "creator": "Ann Lee", "description": "Ask ann@acme.example"} for n in range(40)
    ]
    with serve() as site:
        site.answers["/acme/jobs"] = Answer(json.dumps(rows).encode())
        result = capture("whole", "-a", "board=acme", site=site)
    assert result.returncode == 0, result.stderr
    assert "whole/acme: complete: 3 listed" in result.stdout
    assert "names: 3 replaced" in result.stdout
    assert "e-mail addresses: 3 replaced" in result.stdout
    text = bodies(tmp_path / "out" / "whole" / "acme")
    assert "Ann" not in text
    assert "acme.example" not in text


def page_of(asked: Asked) -> Answer:
    """One board of 5,000 in pages of four, each with a page of its own."""
    if asked.path.startswith("/acme/jobs/"):
        return Answer(json.dumps({"description": "<p>Word.</p>" * 10}).encode())
    start = int(asked.path.partition("from-")[2] or 0)
    rows = [{"id": n, "title": f"Job {n}"} for n in range(start, start + 4)]
    paging = {"totalFound": 5000, "limit": 4, "hasMore": True, "next": f"/acme/from-{start + 4}"}
    return Answer(json.dumps({"paging": paging, "rows": rows}).encode())


@pytest.mark.parametrize(("keep", "lists"), [(3, 1), (4, 1), (6, 2)])
def test_no_more_is_asked_than_is_kept(capture: Any, tmp_path: Path, keep: int, lists: int) -> None:
    with serve() as site:
        site.answers["/robots.txt"] = Answer(status=404)
        site.anything = page_of
        result = capture("pages", "-a", "board=acme", "--keep", str(keep), site=site)
        assert result.returncode == 0, result.stderr
        assert len(asked(site, "/acme/jobs/")) == keep
        assert len(site.asked) == 1 + lists + keep, "robots.txt, the list, the postings"
    assert f"pages/acme: complete: {keep} listed" in result.stdout
    first = json.loads((tmp_path / "out" / "pages" / "acme" / "list-1.json").read_text())
    assert first["paging"]["limit"] == 4
    assert first["paging"]["totalFound"] == keep


def test_tenant_of_five_thousand(run: Run, tmp_path: Path) -> None:
    with serve() as site:
        site.anything = tenant = Tenant(openings(5000))
        environment = {"LOOPBACK": site.url, "SCRAPY_SETTINGS_MODULE": "tests.loopback_settings"}
        result = run(
            "capture", "workday", "-a", "board=skis.wd5.Careers", "--output", tmp_path / "out", env=environment
        )
    assert result.returncode == 0, result.stderr
    assert "workday/skis.wd5.Careers: complete: 3 listed" in result.stdout
    assert [tenant.requests["list"], len(site.asked)] == [1, 5], "robots.txt, the list, three postings"


def html_of(asked: Asked) -> Answer:
    """A board as pages, with what pages are full of."""
    headers = {"Content-Type": "text/html; charset=iso-8859-1"}
    ballast = f"<!-- old --><style>{'a{}' * 9000}</style><script>{'x=1;' * 9000}</script><svg><path/></svg>"
    menu = f"<nav>{'<a href=/x>Menü</a>' * 500}</nav><img src='data:image/png;base64,{'QUJD' * 999}'>"
    if asked.path.startswith("/acme/jobs/"):
        text = f"<main><p>Schweißen. Tel. 0113 277 0634</p>{'<p>Wort.</p>' * 40}</main>"
    else:
        rows = "".join(f'<tr class="job" data-id="{n}"><td><a href="/{n}">Job {n}</a></td></tr>' for n in range(8))
        text = f"<b>16</b> jobs<table>{rows}</table><a class='next' href='/acme/jobs?page=2'>more</a>"
    page = f"<!DOCTYPE html><html><head>{ballast}</head><body>{menu}{text}</body></html>"
    return Answer(page.encode("iso-8859-1"), headers=headers)


def test_pages_lose_what_is_only_for_the_eye(capture: Any, tmp_path: Path) -> None:
    with serve() as site:
        site.anything = html_of
        result = capture("html", "-a", "board=acme", site=site)
    assert result.returncode == 0, result.stderr
    assert "html/acme: complete: 3 listed" in result.stdout
    for said in ("3 of 8 postings kept", "openings 16 -> 3", "no more that there is a next page", "was cp1252"):
        assert said in result.stdout
    folder = tmp_path / "out" / "html" / "acme"
    text = bodies(folder)
    for gone in ("<style", "x=1;", "<svg", "old", "base64", "0113", "next"):
        assert gone not in text
    assert "Schweißen" in text
    assert sum(file.stat().st_size for file in folder.iterdir()) < LIMIT


def test_large_recording_gets_smaller_and_says_so(capture: Any, tmp_path: Path) -> None:
    long = "".join(f"<p>Sentence number {n} of many.</p>" for n in range(4000))
    rows = [{"id": n, "title": f"Job {n}", "description": f"<p>First.</p>{long}<p>No visas.</p>"} for n in range(5)]
    with serve() as site:
        site.answers["/acme/jobs"] = Answer(json.dumps(rows).encode())
        site.answers["/many/jobs"] = Answer(json.dumps([{"id": n, "title": "J" * 900} for n in range(90)]).encode())
        site.answers["/huge/jobs"] = Answer(json.dumps([{"id": 1, "title": "J" * 90_000}]).encode())
        result = capture("whole", "-a", "board=acme", site=site)
        fewer = capture("whole", "-a", "board=many", "--keep", "80", site=site)
        huge = capture("whole", "-a", "board=huge", site=site)
    folder = tmp_path / "out" / "whole"
    assert result.returncode == 0, result.stderr
    assert "texts of more than 8,000 characters: middle taken out" in result.stdout
    kept = json.loads((folder / "acme" / "list-1.json").read_text())
    assert len(kept) == 3
    assert all(row["description"].startswith("<p>First.</p><p>Sent") for row in kept)
    assert all(row["description"].endswith("</p><p>No visas.</p>") for row in kept)
    assert fewer.returncode == 0, fewer.stderr
    assert "instead of 80 postings kept, for the size" in fewer.stdout
    for name in ("acme", "many"):
        assert sum(file.stat().st_size for file in (folder / name).iterdir()) < LIMIT
    assert huge.returncode == 1
    assert "bytes, which nothing brings below 50,000" in huge.stderr
    assert not (folder / "huge").exists()


def test_redirects_are_recorded(capture: Any, tmp_path: Path) -> None:
    with serve() as site:
        site.answers["/acme/jobs"] = Answer(
            status=302, headers={"Location": "/acme-inc/jobs", "Set-Cookie": "session=1"}
        )
        site.answers["/acme-inc/jobs"] = Answer(b'[{"id": 1, "title": "Job"}]')
        result = capture("whole", "-a", "board=acme", site=site)
    assert result.returncode == 0, result.stderr
    assert "whole/acme: complete: 1 listed" in result.stdout
    assert "session" not in bodies(tmp_path / "out" / "whole" / "acme")


def test_host_that_refuses_is_an_error(capture: Any, tmp_path: Path) -> None:
    with serve() as site:
        site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"})
        site.answers["/acme/jobs"] = Answer(b"[]")
        result = capture("whole", "-a", "board=acme", site=site)
        assert asked(site, "/acme") == []
    assert result.returncode == 1
    assert "blocked (Forbidden by robots.txt" in result.stderr


def posting_page(asked: Asked) -> Answer:
    """A careers site with a sitemap of sixty openings."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if asked.path == "/sitemap.xml":
        host = asked.headers["Host"]
        urls = "".join(f"<url><loc>http://{host}/jobs/engineer-{n}</loc></url>" for n in range(60))
        return Answer(f"<urlset>{urls}</urlset>".encode(), headers={"Content-Type": "application/xml"})
    if not asked.path.startswith("/jobs/"):
        return Answer(b"<html><body><h1>Careers</h1></body></html>", headers=headers)
    stated = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Engineer", "description": "Build."}
    return Answer(f'<script type="application/ld+json">{json.dumps(stated)}</script>'.encode(), headers=headers)


def test_careers_page_is_named_in_a_file_of_its_own(capture: Any, tmp_path: Path) -> None:
    with serve() as site:
        site.anything = posting_page
        board = f"{site.url}/careers"
        result = capture("careers", "-a", f"board={board}", site=site)
        assert result.returncode == 0, result.stderr
        assert len(asked(site, "/jobs/")) == 3
    (folder,) = (tmp_path / "out" / "careers").iterdir()
    assert folder.name == site.url.removeprefix("http://").replace(":", "-") + "-careers"
    assert board_of(folder) == board
    assert "57 links to postings that were not asked for taken out" in result.stdout
    assert f"careers/{board}: complete: 3 listed" in result.stdout
