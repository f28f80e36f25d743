"""Detection of platforms, boards and postings: by URL, and in pages."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from scrapy.settings import Settings
from w3lib.url import canonicalize_url, safe_url_string

from crawlers.boardlist import CAREERS, known_platforms
from crawlers.detect import (
    HOST_KEY,
    PATH_KEY,
    Found,
    board_in,
    boards_of_page,
    detect_page,
    detect_url,
    is_key,
    is_public_host,
    web_address,
)
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.spiders.lever import LeverSpider
from tests.conftest import DATA, read_jsonl

LOADED = known_platforms(Settings({"SPIDER_MODULES": ["crawlers.spiders"]}))
PLATFORMS = list(LOADED.values())
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
PAGE = "https://careers.acme.example/openings"
GREENHOUSE, LEVER = Found("greenhouse", "acme"), Found("lever", "acme")
EMBED = "https://boards.greenhouse.io/embed/job_board"


def seen(url: str) -> Found | None:
    return detect_url(url, PLATFORMS)


def in_page(html: str, url: str = PAGE) -> list[Found]:
    return detect_page(html, url, PLATFORMS)


# Files for machines


@pytest.mark.parametrize(
    "url",
    [
        "https://apply.workable.com/sitemap.xml",
        "https://jobs.lever.co/robots.txt",
        "https://boards.greenhouse.io/robots.txt?x=1",
        "https://jobs.ashbyhq.com/favicon.ico",
        "https://jobs.lever.co/sitemap-index.xml",
    ],
)
def test_file_for_machines_is_no_board(url: str) -> None:
    found = seen(url)
    assert found is None or found.board is None


def test_file_for_machines_on_a_board() -> None:
    assert seen("https://acme.wd5.myworkdayjobs.com/Stores/siteMap.xml") == Found("workday", "acme.wd5.Stores")
    assert seen("https://jobs.lever.co/robots") == Found("lever", "robots")


# What a page is made of


def test_boards_that_data_of_a_page_names() -> None:
    def in_data(*names: str, more: str = "") -> list[Found]:
        urls = json.dumps([{"url": f"https://jobs.lever.co/{name}"} for name in names])
        return boards_of_page(f"<script>data = {urls}</script>{more}", PAGE, PLATFORMS)

    assert in_data("bolt", "rippling") == [Found("lever", "bolt")]
    assert in_data("bolt", "rippling/1", "rippling/2") == [Found("lever", "rippling")]
    assert in_data("bolt", "acme") == [LEVER]
    assert in_data("bolt", "acme", more=f'<script src="{EMBED}/js?for=acme"></script>') == [GREENHOUSE]
    assert in_data() == []


# URLs of others' collections

SAME = {"smartrec": "smartrecruiters", "ashbyhq": "ashby"}


def labelled(name: str, read: Callable[[Path], list[Any]]) -> list[Any]:
    file = DATA / "labels" / name
    return read(file) if file.exists() else [pytest.param({}, marks=pytest.mark.skip(f"no labels at {file}"))]


@pytest.mark.parametrize("case", labelled("url_to_platform.jsonl", read_jsonl), ids=lambda case: case.get("url", ""))
def test_platform_of_a_url_is_the_labelled_one(case: dict[str, str]) -> None:
    name = case["expected"].lower()
    platform = SAME.get(name, name)
    found = seen(case["url"])
    assert (found.platform if found else None) == (platform if platform in LOADED else None)


@pytest.mark.parametrize(
    "case",
    labelled("url_to_posting.json", lambda file: json.loads(file.read_text(encoding="utf-8"))),
    ids=lambda case: case.get("why", ""),
)
def test_posting_of_a_url_is_the_labelled_one(case: dict[str, str]) -> None:
    name, _, posting = case["key"].partition("-")
    platform = SAME.get(name, name)
    found = seen(case["url"])
    if platform in LOADED:
        assert found
        assert (found.platform, found.posting) == (platform, posting)
    else:
        assert found is None or found.posting is None


# URLs as people paste them


@pytest.mark.parametrize(
    "url",
    [
        "https://boards.greenhouse.io/acme/jobs/12", "boards.greenhouse.io/acme/jobs/12",
        "//boards.greenhouse.io/acme/jobs/12",
        "HTTPS://BOARDS.GREENHOUSE.IO/acme/jobs/12", "http://boards.greenhouse.io/acme/jobs/12",
        " https://boards.greenhouse.io/acme/jobs/12\n",
        "\ufeffhttps://boards.greenhouse.io/acme/jobs/12", "<https://boards.greenhouse.io/acme/jobs/12>",
        '"boards.greenhouse.io/acme/jobs/12"',
        "https://boards.greenhouse.io/acme/jobs/12#app",
        "https://boards.greenhouse.io/acme/jobs/12?gh_src=x&b=https://jobs.lever.co/bee",
        "https://boards.greenhouse.io/acme/jobs/12///", "https://boards.greenhouse.io//acme//jobs/12/",
        "https://boards.greenhouse.io/acme;v=1/jobs/12;x=y",
        r"https:\/\/boards.greenhouse.io\/acme\/jobs\/12", "https%3A%2F%2Fboards.greenhouse.io%2Facme%2Fjobs%2F12",
        "https://boards.greenhouse.io/%61cme/jobs/1%32", "https://boards.greenhouse.io:443/acme/jobs/12",
        "boards.greenhouse.io:8443/acme/jobs/12",
        "https://boards.greenhouse.io./acme/jobs/12", "https://me:secret@boards.greenhouse.io/acme/jobs/12",
        "https://boards%2Egreenhouse.io/acme/jobs/12",
        "https://boards.green\thouse.io/ac\nme/jobs/12", "https://boards.greenhouse.io/acme/jobs/12?a=1&amp;b=2",
        "https://job-boards.eu.greenhouse.io/acme/jobs/12",
        "https://boards.greenhouse.io/embed/job_app?for=acme&amp;token=12",
        "https://boards.greenhouse.io/embed/job_app?token=12&for=acme",
        "https://boards-api.greenhouse.io/v1/boards/acme/jobs/12?questions=true",
        "https://api.greenhouse.io/v1/boards/acme/jobs/12", "https://job-boards.greenhouse.io/acme?gh_jid=12",
    ],
)  # fmt: skip
def test_url_is_known_in_every_form(url: str) -> None:
    assert seen(url) == Found("greenhouse", "acme", "12")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"jobs.lever.co/acme/{UUID}/apply?lever-source=x#top", Found("lever", "acme", UUID)),
        (f"https://jobs.eu.lever.co/acme/{UUID}", Found("lever", "eu.acme", UUID)),
        (f"https://api.eu.lever.co/v0/postings/acme/{UUID}?mode=json", Found("lever", "eu.acme", UUID)),
        (f"https://jobs.lever.co/acme/{UUID}9", Found("lever", "acme")),
        ("https://jobs.lever.co/acme/about-us", Found("lever", "acme")),
        ("https://jobs.lever.co/caf\u00e9", Found("lever", "caf%C3%A9")),
        ("https://jobs.lever.co/caf%c3%a9", Found("lever", "caf%C3%A9")),
        ("https://jobs.lever.co/Acme Labs/", Found("lever", "Acme%20Labs")),
        ("https://boards.greenhouse.io/acme/jobs/12ab", Found("greenhouse", "acme")),
        ("https://boards.greenhouse.io/acme?next=/jobs/12", Found("greenhouse", "acme")),
        ("https://boards.greenhouse.io/embed/job_app?token=12", Found("greenhouse", None, "12")),
        ("https://boards.greenhouse.io/embed/job_board", Found("greenhouse")),
        ("https://boards.greenhouse.io/", Found("greenhouse")),
        ("https://grnh.se/ab12cd", Found("greenhouse")),
        ("https://jobs.lever.co/", Found("lever")),
        ("https://jobs.lever.co?acme", Found("lever")),
        ("https://jobs.lever.co/a%2F..%2Fb", Found("lever")),
        ("careers.acme.example/?team=1&gh_jid=12#x", Found("greenhouse", None, "12")),
        ("https://jobs.lever.co/acme?gh_jid=12", Found("lever", "acme")),
    ],
)  # fmt: skip
def test_url_names_what_it_names(url: str, found: Found) -> None:
    assert seen(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "acme", "/acme", "//", "https://", "https:///", "lever", "mailto:jobs@jobs.lever.co", "jobs@lever.co",
        "javascript:jobs.lever.co/acme",
        "ftp://jobs.lever.co/acme", "https://jobs.lever.co@evil.example/acme",
        "https://jobs.lever.co:443@evil.example/acme",
        "https://jobs.lever.co\\@evil.example.org/../acme", "https://evil.example\\@jobs.lever.co/acme",
        "https://evil.example#@jobs.lever.co/acme",
        "https://evil.example?@jobs.lever.co/acme", "https://jobs.lever.co.evil.example/acme",
        "https://notlever.co/acme", "https://jobs-lever.co/acme",
        "https://evil.example/https://jobs.lever.co/acme", "https://evil.example/?u=https://jobs.lever.co/acme",
        "https://evil.example/#https://jobs.lever.co/acme",
        "https://evil.example/?u=https://acme.example/?gh_jid=12",
        "https://evil.example/?u=https%3A%2F%2Facme.example%2F%3Fgh_jid%3D12",
        "https://acme.example/?gh_jid=abc", "https://acme.example/?gh_jid=", "https://acme.example/?gh_jid=12ab",
        "https://acme.example/?xgh_jid=12",
        "https://jobs.lever.co/../acme", "https://jobs.lever.co/%2e%2e/acme", "https://jobs.lever.co/acme/..",
        "https://[::1]/acme", "https://[jobs.lever.co]/acme",
        "https://jobs.lever.co:x/acme", "https://jobs.lever.co%2F@evil.example/acme",
        "https://jobs.lever.co%00.evil.example/", "https://.lever.co/acme",
        "https://jobs..lever.co/acme", "https://jobs.lever.co\uff0facme.example/",
        "https://jobs.lever.co/" + "a" * 4096, "https://acme.example/jobs",
        "https://jobs.lever.co\u2024evil.example/acme", "https://acme.workable.com.evil.example/j/0123456789",
        "https://acme.wd5.myworkdayjobs.com.evil.example/Site/job/x_R-1", "https://jobs.ashbyhq.com.evil.example/acme",
        "https://careers.smartrecruiters.com.evil.example/acme",
        "https://www.smartrecruiters.com.evil.example/acme/123456",
    ],
)  # fmt: skip
def test_url_of_no_platform_stays_unknown(url: str) -> None:
    assert seen(url) is None


untimed = settings(deadline=None)
sparse = settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])

PIECES = st.sampled_from([
    "https", "://", ":", "//", "/", "\\", "\\/", "?", "&", "#", "@", ";", "=", "%", "%2f", "%2E", "..", ".", "-", " ",
    "\n", "\x00", "\ud800",
    "\uff0f", "[", "]", "jobs.lever.co", "eu.", "boards.greenhouse.io", "embed/job_board", "for=", "v1/boards/",
    "gh_jid=12", "jobs/12", "acme", UUID,
    "acme.wd5.myworkdayjobs.com", "en-US", "job", "_R-12", "apply.workable.com", "jobs.ashbyhq.com",
    "jobs.smartrecruiters.com", "743999912345678",
])  # fmt: skip
STRANGE = st.text() | st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES | st.text(max_size=3)).map("".join)


@untimed
@given(STRANGE)
def test_no_text_raises_and_what_is_found_is_a_board(text: str) -> None:
    found = seen(text)
    if found and found.board:
        assert LOADED[found.platform].key_of(found.board) == found.board
    assert web_address(text) is None or web_address(str(web_address(text))) == web_address(text)
    is_public_host(text)


@untimed
@given(st.text(), STRANGE)
def test_no_page_raises(html: str, url: str) -> None:
    in_page(html, url)
    in_page(url, PAGE)


# Keys

KEYS = st.text(max_size=20) | st.lists(
    st.sampled_from(["a", "Z", "9", "_", "-", ".", "..", "~", "+", "&", "%", "%20", "%2e", "%2F", "%5c", "%25", "%3f"])
    | st.sampled_from(["%23", "%00", "%c3%a9"])
    | st.characters(),
    min_size=1,
    max_size=6,
).map("".join)  # fmt: skip


@sparse
@given(KEYS)
@example("%2e%2e")
@example("..%3bx")
@example("%252e")
@example("a\n")
@example("\u212a")
def test_key_keeps_its_place_in_a_path(text: str) -> None:
    assume(is_key(text, PATH_KEY))
    url = f"https://vendor.example/x/{text}/y"
    for form in (
        url,
        safe_url_string(url),
        canonicalize_url(url),
        urljoin("https://vendor.example/a", url),
        unquote(url),
    ):
        parts = urlsplit(form)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "vendor.example", "", "")
        segments = parts.path.split("/")
        assert (len(segments), segments[:2], segments[3:]) == (4, ["", "x"], ["y"])
        assert segments[2].strip(".")


@sparse
@given(KEYS | st.from_regex(r"[a-zA-Z0-9-]{1,64}"))
@example("a.evil")
@example("xn--a")
@example("a\n")
def test_key_stays_one_label_of_a_host(text: str) -> None:
    assume(is_key(text, HOST_KEY))
    url = f"https://{text}.vendor.example/"
    for form in (url, safe_url_string(url), canonicalize_url(url)):
        assert urlsplit(form).hostname == f"{text}.vendor.example".lower()
        assert (urlsplit(form).path, urlsplit(form).port, urlsplit(form).username) == ("/", None, None)


@pytest.mark.parametrize(
    "key", ["acme", "a.b", "..x", "1840%26Company", "1840&Company", "Inc.", "%20Acme", "caf%C3%A9", "a" * 200]
)
def test_real_form_of_key_is_allowed(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key",
    [
        "", ".", "...", "%", "%2", "%zz", "%2e%2e", "a%2e", "a%00", "a%7Fb", "%3Bx", "a%3fb", "a%23b", "a%25b",
        "%c0%ae", "a" * 201, "a/b", "a?b", "a#b", "a;b", "a b", "a\n", "\u00e9",
    ],
)  # fmt: skip
def test_key_that_could_leave_its_place_is_refused(key: str) -> None:
    assert not is_key(key)


@untimed
@given(STRANGE)
def test_board_in_gives_only_keys(text: str) -> None:
    for platform in (GreenhouseSpider, LeverSpider):
        key = board_in(text, platform.boards, platform.key)
        assert key is None or is_key(key, platform.key)


# Hosts


@pytest.mark.parametrize(
    "host",
    [
        "acme.example", "Careers.ACME.com", "a-b.co.uk", "acme.com.", "xn--bcher-kva.de", "1and1.com", "a.b.c.d.io",
        "b\u00fccher.de", "jobs.acme\u3002com",
    ],
)  # fmt: skip
def test_public_host_is_one(host: str) -> None:
    assert is_public_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "", ".", "..", "acme", "com", "localhost", "a.localhost", "LOCALHOST.", "printer.local", "db.internal",
        "a.intranet", "x.lan", "x.home", "x.home.arpa",
        "x.corp", "x.private", "x.onion", "1.0.0.127.in-addr.arpa", "localhost.localdomain", "x.test", "x.invalid",
        "127.0.0.1", "127.1", "127.0.0.1.",
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.0x1", "1.2.3.4.5", "[::1]", "::1", "fe80::1%eth0",
        "\uff11\uff12\uff17.0.0.1", "\u2460.\u2461",
        "acme..com", ".acme.com", "-a.com", "a-.com", "a_b.com", "a b.com", "a.com:80", "u@a.com", "a.com/x", "a.com\n",
        "a\x00.com", "a.c", "a.1com", "a" * 64 + ".com",
        "a." * 127 + "com", "xn--\u00fc.de", "\ud800.com",
    ],
)  # fmt: skip
def test_host_that_is_not_public_is_refused(host: str) -> None:
    assert not is_public_host(host)


@untimed
@given(st.ip_addresses(), st.integers(min_value=0, max_value=5))
def test_address_in_any_notation_is_no_public_host(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, form: int
) -> None:
    number = int(address)
    a, b, c, d = number.to_bytes(16, "big")[-4:]
    texts = [
        str(address),
        str(number),
        hex(number),
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"0{a:o}.{b}.{c:#x}.{d}",
        f"[{address}]",
    ]
    assert not is_public_host(texts[form])


# Pages


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>', GREENHOUSE),
        ('<iframe src="//boards.greenhouse.io/embed/job_board?b=x&amp;for=acme">', GREENHOUSE),
        ("<iframe id=grnhse_iframe src=https://job-boards.greenhouse.io/embed/job_app?for=acme&token=12>", GREENHOUSE),
        (r'<script>{"url":"https:\/\/boards.greenhouse.io\/embed\/job_board?for=acme"}</script>', GREENHOUSE),
        (r'<script>add([1,"{\"href\":\"https:\\/\\/boards.greenhouse.io\\/acme\\/jobs\\/12\"}"])</script>', GREENHOUSE),
        ("<script>fetch('https://boards-api.greenhouse.io/v1/boards/acme/jobs')</script>", GREENHOUSE),
        ('<script>window.__data = {"urlToken":"acme"}</script>', GREENHOUSE),
        (r'<script>x = "{\"urlToken\":\"acme\"}"</script>', GREENHOUSE),
        ("<div data-props='{&quot;urlToken&quot;:&quot;acme&quot;}'>", GREENHOUSE),
        ("<script>Board.load({ boardToken: 'acme', limit: 3 })</script>", GREENHOUSE),
        ("<script>const board_token = 'acme'</script>", GREENHOUSE),
        ("<script>window.leverJobsOptions = {accountName: 'acme', includeCss: true};</script>", LEVER),
        ('<script>loadLeverJobs({"x": 1, "accountName":"acme"})</script>', LEVER),
        ("<script>var api = 'https://api.eu.lever.co/v0/postings/acme?mode=json'</script>", Found("lever", "eu.acme")),
        ('<a href="https://jobs.lever.co/acme">Openings</a>', LEVER),
        ("<p>See //jobs.lever.co/acme</p>", LEVER),
        ('<meta http-equiv="refresh" content="0;url=https://jobs.lever.co/acme">', LEVER),
        ('<a href="/openings/chef?gh_jid=12">Chef</a>', Found("greenhouse")),
        ('<a href="https://www.acme.example/chef?team=1&amp;gh_jid=12">Chef</a>', Found("greenhouse")),
        ('<a href="https://grnh.se/ab12cd">Chef</a>', Found("greenhouse")),
        ('<a href="https://www.lever.co/">Powered by Lever</a>', Found("lever")),
    ],
)  # fmt: skip
def test_page_reveals_its_board(html: str, found: Found) -> None:
    assert in_page(f"<!doctype html><html><body><h1>Openings</h1>{html}</body></html>") == [found]


@pytest.mark.parametrize(
    "html",
    [
        "", "<p>We bake, and we hire.</p>", "<p>We left lever.co behind, and greenhouse.io/acme too.</p>",
        '<!-- <script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script> -->',
        '<a href="https://www.shares.example/?u=https://jobs.lever.co/acme">Share</a>',
        '<a href="https://www.shares.example/?u=https%3A%2F%2Fjobs.lever.co%2Facme">Share</a>',
        '<a href="https://jobs.lever.co@evil.example/acme">x</a>',
        '<a href="https://jobs.lever.co.evil.example/acme">x</a>',
        '<a href="https://other.example/chef?gh_jid=12">Chef, elsewhere</a>', '<a href="/chef?gh_jid=soon">Chef</a>',
        "<script>accountName: 'acme'</script>", "<script>urlToken = '0f8fad5bd9cb469f'</script>",
        "<a href='mailto:jobs@lever.co'>Write</a>",
    ],
)  # fmt: skip
def test_page_without_a_board_reveals_none(html: str) -> None:
    assert in_page(html) == []


def links(*urls: str) -> str:
    return "".join(f'<li><a href="{url}">Role {number}</a></li>' for number, url in enumerate(urls))


@pytest.mark.parametrize(
    ("html", "boards"),
    [
        (links("//jobs.lever.co/bee/1") + f"<iframe src='{EMBED}?for=dee'>", ["dee", "bee"]),
        (links("//jobs.lever.co/bee/1", *(f"//jobs.lever.co/dee/{n}" for n in range(3))), ["dee", "bee"]),
        (links(*(f"//jobs.lever.co/bee/{n}" for n in range(3)), "//jobs.lever.co/acme-labs"), ["acme-labs", "bee"]),
        (links(*(["//jobs.lever.co/bee/1"] * 5), "//jobs.lever.co/dee/1", "//jobs.lever.co/dee/2"), ["dee", "bee"]),
        (links("//jobs.lever.co/bee", "//jobs.lever.co/dee", "//jobs.lever.co/careers"), ["bee", "dee", "careers"]),
        (links("//jobs.lever.co/bee", "https://www.lever.co", "https://www.greenhouse.io"), ["bee"]),
        (links("//jobs.lever.co/bee", "/chef?gh_jid=1", "/baker?gh_jid=2"), [None, "bee"]),
        ("<script><!--\nx('//api.lever.co/v0/postings/b')\n//--></script>" + links("//jobs.lever.co/d"), ["b", "d"]),
    ],
    ids=["embedded", "most links", "own name", "different", "first", "vendors", "own postings", "script in a comment"],
)  # fmt: skip
def test_boards_of_a_page_come_by_certainty(html: str, boards: list[str | None]) -> None:
    assert [found.board for found in in_page(html)] == boards


def test_posting_of_the_page_itself_goes_with_its_board() -> None:
    html = "<script>boardToken = 'bee'</script>" + links("https://jobs.lever.co/dee")
    found = in_page(html, "https://acme.example/chef?gh_jid=12")
    assert found == [Found("greenhouse", "bee", "12"), Found("lever", "dee")]
    assert in_page("", "https://acme.example/chef?gh_jid=12") == [Found("greenhouse", None, "12")]
    own = f"https://jobs.lever.co/acme/{UUID}"
    assert in_page("<script>boardToken = 'bee'</script>", own) == [
        Found("lever", "acme", UUID),
        Found("greenhouse", "bee"),
    ]


SIZE = 1_000_000
HOSTILE = [
    "<", "<iframe ", '<iframe src="', "<script//", "/", "\\", "\\/", "https://", "//a.", "&amp;", "<!--", '"', "\\u002",
    "urlToken:", "?gh_jid=1", "lever",
    "leverJobsOptions={", "greenhouse.io/embed/job_board?", "&for=", "api.lever.co/v0/postings/",
    "//a.wd1.myworkdayjobs.com/x/job//job/_", "%2f",
    "https://jobs.lever.co/a ", "smartrecruiters company_code ", "whr_embed(", "//a.workable.com/ ",
    "https://jobs.ashbyhq.com/a%",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_page_is_got_through(piece: str) -> None:
    assert len(in_page(piece * (SIZE // len(piece)))) <= 1


def test_page_of_links_to_many_boards_is_looked_at_in_part() -> None:
    assert len(in_page(" ".join(f"https://jobs.lever.co/b{number}" for number in range(20_000)))) == 2_000


# Platforms


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.name != CAREERS], ids=lambda each: each.name)
def test_platform_has_what_detection_goes_by(platform: type[Any]) -> None:
    assert platform.domains, "a page's links are told by the vendor's domains"
    for pattern in filter(None, (platform.boards, platform.postings, platform.elsewhere_postings, *platform.markers)):
        assert re.compile(pattern).groups, pattern


@pytest.mark.parametrize("name", ["greenhouse", "lever", "lever-eu", "ashby", "workable", "smartrecruiters"])
def test_keys_of_others_lists_are_found_in_their_urls(data: Path, name: str) -> None:
    places = {
        "greenhouse": "https://job-boards.greenhouse.io/{}?t=1",
        "lever": "https://jobs.lever.co/{}",
        "lever-eu": "https://jobs.eu.lever.co/{}?team=x",
        "ashby": "https://jobs.ashbyhq.com/{}",
        "workable": "https://apply.workable.com/{}/",
        "smartrecruiters": "https://careers.smartrecruiters.com/{}",
    }
    platform = name.removesuffix("-eu")
    if platform not in LOADED:
        pytest.skip(f"no platform {platform}")
    region = "eu." if name == "lever-eu" else ""
    for key in (data / "boards" / f"{name}.txt").read_text(encoding="utf-8").split("\n"):
        if key:
            expected = LOADED[platform].key_of(region + key)
            assert seen(places[name].format(key)) == Found(platform, expected), key
