"""`scrapy detect`: what it prints, what it fetches, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.server import Answer, serve

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
EMBED = "https://boards.greenhouse.io/embed/job_board"


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_command_prints_a_table(run: Run) -> None:
    result = run(
        "detect", f"https://jobs.lever.co/acme/{UUID}", "boards.greenhouse.io/bee", "https://x.example/?gh_jid=12"
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "platform    board  posting                               url",
        f"lever       acme   {UUID}  https://jobs.lever.co/acme/{UUID}",
        "greenhouse  bee    -                                     boards.greenhouse.io/bee",
        "greenhouse  -      12                                    https://x.example/?gh_jid=12",
    ]


def test_command_says_what_can_be_done_about_an_unknown_url(run: Run) -> None:
    result = run("detect", "https://acme.example/\x1b[31mjobs")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.splitlines()[1:] == [
        "unknown   -      -        https://acme.example/\ufffd[31mjobs",
        "unknown: `scrapy crawl careers -a board=URL` reads any careers page",
    ]


def test_command_reads_urls_from_input_and_from_a_file_and_writes_json(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_bytes(b"\xef\xbb\xbf# ours\n\n https://jobs.eu.lever.co/cee \r\nhttps://x.example/caf\xe9\n")
    result = run(
        "detect", "--json", "--file", file, "jobs.lever.co/acme", "-", input="boards.greenhouse.io/bee/jobs/1\n"
    )
    assert (result.returncode, result.stderr) == (1, "")
    assert [tuple(line.values()) for line in lines_of(result.stdout)] == [
        ("jobs.lever.co/acme", "lever", "acme", None),
        ("boards.greenhouse.io/bee/jobs/1", "greenhouse", "bee", "1"),
        ("https://jobs.eu.lever.co/cee", "lever", "eu.cee", None),
        ("https://x.example/caf\ufffd", None, None, None),
    ]
    assert list(lines_of(result.stdout)[0]) == ["url", "platform", "board", "posting"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Error: no URL"),
        (["-"], "Error: no URL"),
        (["--file", "none.txt"], "Error: none.txt: No such file"),
        (["--fetsh", "x"], "unknown option --fetsh; did you mean --fetch?"),
    ],
)
def test_wrong_usage_of_the_command_exits_2(run: Run, arguments: list[str], says: str) -> None:
    result = run("detect", *arguments, input="\n# nothing\n")
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


HTML = {"Content-Type": "text/html; charset=utf-8"}
LIVE = ("-s", "DOWNLOAD_DELAY=0", "-s", "ALLOW_PRIVATE_ADDRESSES=True", "-s", "RETRY_ENABLED=False")


def test_command_looks_into_pages(run: Run) -> None:
    with serve() as site:
        site.answers = {
            "/careers": Answer(f"<iframe src='{EMBED}?for=acme'></iframe>".encode(), headers=HTML),
            "/moved": Answer(status=301, headers={"Location": "/careers"}),
            "/short": Answer(status=302, headers={"Location": "https://boards.greenhouse.io/bee/jobs/7?gh_src=x"}),
            "/plain": Answer(b"<p>We bake.</p>", headers=HTML),
        }
        paths = ["/careers?gh_jid=12", "/moved", "/short", "/plain"]
        urls = [f"{site.url}{path}" for path in paths] + ["https://jobs.lever.co/cee"]
        result = run("detect", "--fetch", "--json", *urls, *LIVE)
    assert (result.returncode, result.stderr) == (1, "")
    assert [tuple(line.values()) for line in lines_of(result.stdout)] == [
        (urls[0], "greenhouse", "acme", "12"),
        (urls[1], "greenhouse", "acme", None),
        (urls[2], "greenhouse", "bee", "7"),
        (urls[3], None, None, None),
        (urls[4], "lever", "cee", None),
    ]
    assert len(site.times("/robots.txt")) == 1


def test_command_tells_why_a_page_could_not_be_looked_into(run: Run) -> None:
    with serve() as site:
        site.answers = {
            "/robots.txt": Answer(b"User-agent: *\nDisallow: /private", headers={"Content-Type": "text/plain"}),
            "/private": Answer(f"<iframe src='{EMBED}?for=acme'></iframe>".encode(), headers=HTML),
            "/image": Answer(b"\x89PNG\r\n\x1a\n\x00\x00", headers={"Content-Type": "image/png"}),
            "/round": Answer(status=302, headers={"Location": "/round"}),
            "/file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
            "/bad": Answer(status=302, headers={"Location": "http://[x"}),
            "/large": Answer(b"x" * 5000, headers=HTML),
        }
        said = {
            "/private": "Forbidden by robots.txt",
            "/gone": "HTTP 404 at",
            "/image": "is no page",
            "/round": "more than 5 redirects",
            "/file": "file:// is neither http:// nor https://",
            "/bad": "leads nowhere",
            "/large": "larger than download max size",
        }
        urls = [f"{site.url}{path}" for path in said]
        result = run("detect", "--fetch", "--json", *urls, *LIVE, "-s", "DOWNLOAD_MAXSIZE=4000")
    assert result.returncode == 1
    assert [line["platform"] for line in lines_of(result.stdout)] == [None] * len(urls)
    failures = result.stderr.splitlines()
    assert len(failures) == len(urls), result.stderr
    for url, words, failure in zip(urls, said.values(), failures, strict=True):
        assert failure.startswith(f"{url}: ")
        assert words in failure
    assert len(site.times("/round")) == 6
    assert not site.times("/private")


def test_command_asks_no_private_host(run: Run) -> None:
    with serve() as site:
        site.answers = {"/go": Answer(status=302, headers={"Location": f"{site.url}/inside"})}
        port = site.url.rpartition(":")[2]
        refused = [site.url, f"http://localhost:{port}/", f"http://2130706433:{port}/", f"http://0x7f.1:{port}/"]
        refused += ["http://[::1]/", "http://db.internal/", "ftp://acme.example/"]
        result = run("detect", "--fetch", "--json", *refused)
        assert result.returncode == 1
        assert len(result.stderr.splitlines()) == len(refused), result.stderr
        assert "Traceback" not in result.stderr
        assert site.asked == []


def test_command_plays_recordings(run: Run, tmp_path: Path) -> None:
    exchanges = [
        {
            "request": {"url": "https://grnh.example/ab"},
            "response": {"status": 302, "headers": {"Location": "//a.example/"}},
        },
        {"request": {"url": "https://a.example/"}, "response": {"status": 200, "headers": HTML, "file": "page.html"}},
        {
            "request": {"url": "https://b.example/"},
            "response": {"status": 302, "headers": {"Location": "http://10.0.0.1/"}},
        },
    ]
    (tmp_path / "exchanges.json").write_text(json.dumps(exchanges))
    (tmp_path / "page.html").write_text("<script>window.leverJobsOptions = {accountName: 'acme'}</script>")
    urls = ["https://grnh.example/ab", "https://b.example/", "https://c.example/"]
    result = run("detect", "--fetch", "--json", *urls, "-s", f"PLAYBACK={tmp_path}")
    assert result.returncode == 1
    assert [line["board"] for line in lines_of(result.stdout)] == ["acme", None, None]
    assert result.stderr.splitlines() == [
        "https://b.example/: 10.0.0.1 is not a host on the public internet",
        "https://c.example/: HTTP 404 at https://c.example/",
    ]
