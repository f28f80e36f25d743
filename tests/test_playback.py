"""Crawls from recordings: which answer belongs to which request, and that nothing else is asked."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, TextResponse
from scrapy.settings import Settings

from crawlers.errors import OperatorError
from crawlers.playback import Playback, PlaybackHandler, Recordings
from crawlers.spiders.greenhouse import GreenhouseSpider
from tests.conftest import FIXTURES, Run
from tests.server import Answer, serve

URL = "https://api.example/jobs?b=2&a=1"


def exchange(url: str = URL, answer: bytes | None = None, **parts: Any) -> dict[str, Any]:
    """An exchange of a recording; `answer` is its body."""
    request = {"url": url, **{key: parts.pop(key) for key in ("method", "body") if key in parts}}
    return {"request": request, "response": {"status": 200, **parts}, "answer": answer}


def record(folder: Path, *exchanges: dict[str, Any]) -> Path:
    """Write a recording."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(exchanges):
        if (answer := each.pop("answer")) is not None:
            each["response"]["file"] = f"{number}.body"
            (folder / f"{number}.body").write_bytes(answer)
    (folder / "exchanges.json").write_text(json.dumps(exchanges))
    return folder


def body(recordings: Recordings, request: Request) -> bytes | None:
    answer = recordings.answer(request)
    return None if answer is None else answer.body


# Recordings


def test_order_of_the_query_does_not_matter_but_the_query_does(tmp_path: Path) -> None:
    recordings = Recordings(str(record(tmp_path, exchange(answer=b"jobs"))))
    assert body(recordings, Request("https://api.example/jobs?a=1&b=2#top")) == b"jobs"
    for url in ("https://api.example/jobs?a=1", "https://api.example/jobs", "https://other.example/jobs?a=1&b=2"):
        assert recordings.answer(Request(url)) is None


def test_method_and_body_matter(tmp_path: Path) -> None:
    recordings = Recordings(
        str(
            record(
                tmp_path,
                exchange(answer=b"list"),
                exchange(answer=b"first", method="POST", body='{"limit": 20, "offset": 0}'),
                exchange(answer=b"second", method="POST", body={"limit": 20, "offset": 20}),
                exchange(answer=b"form", method="POST", body="page=3"),
            )
        )
    )

    def post(text: str) -> bytes | None:
        return body(recordings, Request(URL, method="POST", body=text))

    assert body(recordings, Request(URL)) == b"list"
    assert post('{"offset":0,"limit":20}') == b"first"
    assert post('{ "offset": 20, "limit": 20 }') == b"second"
    assert post("page=3") == b"form"
    assert (post(""), post("page=4"), post('{"limit": 20}'), post('{"limit": "20", "offset": 0}')) == (None,) * 4
    assert recordings.answer(Request(URL, method="PUT", body="page=3")) is None
    assert recordings.answer(Request(URL, method="POST", body=b"\xff\xfe")) is None


def test_first_recording_of_a_request_counts(tmp_path: Path) -> None:
    one = record(tmp_path / "one", exchange(answer=b"first"), exchange(answer=b"again"))
    two = record(tmp_path / "two", exchange(answer=b"second"), exchange("https://api.example/more", b"more"))
    for folders, expected in ((f"{one},{two}", b"first"), (f" {two} , {one},", b"second"), (tmp_path, b"first")):
        recordings = Recordings(str(folders))
        assert body(recordings, Request(URL)) == expected
        assert body(recordings, Request("https://api.example/more")) == b"more"


def test_answer_is_as_recorded(tmp_path: Path) -> None:
    headers = {"Content-Type": "text/html; charset=latin-1", "Set-Cookie": ["a=1", "b=2"]}
    nothing = exchange("https://api.example/nothing", status=304)
    recordings = Recordings(
        str(record(tmp_path, exchange(answer=b"<p>\xe4</p>", status=418, headers=headers), nothing))
    )
    request = Request(URL, meta={"depth": 3})
    answer = recordings.answer(request)
    assert isinstance(answer, HtmlResponse)
    assert (answer.status, answer.url, answer.text) == (418, URL, "<p>ä</p>")
    assert answer.headers.getlist("Set-Cookie") == [b"a=1", b"b=2"]
    assert answer.request is request
    empty = recordings.answer(Request("https://api.example/nothing"))
    assert empty is not None
    assert (empty.status, empty.body, dict(empty.headers)) == (304, b"", {})


def test_json_answers_have_text(tmp_path: Path) -> None:
    headers = {"Content-Type": "application/json"}
    recordings = Recordings(str(record(tmp_path, exchange(answer='{"city": "Łódź"}'.encode(), headers=headers))))
    answer = recordings.answer(Request(URL))
    assert isinstance(answer, TextResponse)
    assert answer.json() == {"city": "Łódź"}


@pytest.mark.parametrize("name", ["missing.json", "folder", "../outside.json", "/etc/hostname", "link.json"])
def test_body_must_be_a_file_of_the_recording(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "recording"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "outside.json").write_text("{}")
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    record(folder, exchange(file=name))
    with pytest.raises(OperatorError) as refused:
        Recordings(str(folder))
    assert str(folder / "exchanges.json") in str(refused.value)
    assert name in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[",
        b"\xff",
        b"3",
        b"[3]",
        b'{"request": {}}',
        b'[{"request": {"url": "https://api.example/"}}]',
        b'[{"request": {}, "response": {"status": 200}}]',
        b'[{"request": {"url": 3}, "response": {"status": 200}}]',
        b'[{"request": {"url": "https://api.example/"}, "response": {}}]',
        b'[{"request": {"url": "https://api.example/"}, "response": {"status": 200, "file": 3}}]',
        b'[{"request": {"url": "https://api.example/"}, "response": {"status": "fine"}}]',
        b'[{"request": {"url": "https://api.example/"}, "response": {"status": 200, "headers": "X-Robots-Tag"}}]',
    ],
)
def test_file_that_is_no_recording_is_named(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "exchanges.json").write_bytes(text)
    with pytest.raises(OperatorError) as refused:
        Recordings(str(tmp_path))
    assert f"{tmp_path / 'exchanges.json'} is not a recording" in str(refused.value)


def test_folder_without_recordings_is_named(tmp_path: Path) -> None:
    good, empty = record(tmp_path / "good", exchange(answer=b"")), tmp_path / "empty"
    empty.mkdir()
    for folder in (empty, tmp_path / "none"):
        with pytest.raises(OperatorError, match=r"no exchanges\.json under this folder") as refused:
            Recordings(f"{good},{folder}")
        assert f"PLAYBACK={folder}" in str(refused.value)


# The add-on and its handler


def crawler_of(folder: Path, **settings: Any) -> Crawler:
    """A crawler with the project's settings, as `-s PLAYBACK=folder` makes it."""
    project = Settings()
    project.setmodule("crawlers.settings")
    project.setdict({"PLAYBACK": str(folder), **settings}, priority="cmdline")
    crawler = Crawler(GreenhouseSpider, project)
    Playback().update_settings(crawler.settings)
    return crawler


def test_handler_answers_404_for_what_was_not_recorded_and_counts(tmp_path: Path) -> None:
    crawler = crawler_of(record(tmp_path, exchange(answer=b"jobs")))
    crawler._apply_settings()
    handler = PlaybackHandler.from_crawler(crawler)

    async def ask() -> list[tuple[int, bytes]]:
        urls = (URL, "https://api.example/robots.txt", URL, "http://api.example/jobs?b=2&a=1")
        answers = [await handler.download_request(Request(url)) for url in urls]
        await handler.close()
        return [(answer.status, answer.body) for answer in answers]

    assert asyncio.run(ask()) == [(200, b"jobs"), (404, b""), (200, b"jobs"), (404, b"")]
    assert crawler.stats
    stats = crawler.stats.get_stats()
    assert (stats["playback/answered"], stats["playback/unrecorded"]) == (2, 2)


def test_without_playback_nothing_changes() -> None:
    settings = Settings()
    settings.setmodule("crawlers.settings")
    before = settings.copy_to_dict()
    Playback().update_settings(settings)
    assert settings.copy_to_dict() == before


def test_addon_refuses_to_start_with_nothing_to_play(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"no exchanges\.json"):
        Playback().update_settings(Settings({"PLAYBACK": str(tmp_path / "none")}))


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "s3"])
def test_no_handler_reaches_the_network(tmp_path: Path, scheme: str) -> None:
    browser = {"https": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"}
    crawler = crawler_of(record(tmp_path, exchange(answer=b"")), DOWNLOAD_HANDLERS=browser)
    crawler._apply_settings()
    handler = DownloadHandlers(crawler)._get_handler(scheme)
    assert handler is None or isinstance(handler, PlaybackHandler)


def test_playback_waits_for_nobody(tmp_path: Path) -> None:
    settings = crawler_of(record(tmp_path, exchange(answer=b"")), DOWNLOAD_DELAY=9).settings
    assert settings.getfloat("DOWNLOAD_DELAY") == 0
    assert not settings.getbool("CRAWL_DELAY_OBEY")
    assert settings.getbool("ROBOTSTXT_OBEY"), "recorded refusals hold"


# Whole crawls


def test_unrecorded_board_is_not_found_and_nobody_is_asked(run: Run, tmp_path: Path) -> None:
    with serve() as site:
        for board in ("recorded", "other"):
            site.answers[f"/v1/boards/{board}/jobs"] = Answer(b'{"jobs": [], "meta": {"total": 0}}')
        url = f"{site.url}/v1/boards/recorded/jobs?content=true&pay_transparency=true"
        folder = record(tmp_path / "recording", exchange(url, b'{"jobs": [], "meta": {"total": 0}}'))
        environment = {"LOOPBACK": site.url, "SCRAPY_SETTINGS_MODULE": "tests.loopback_settings"}
        arguments = ("crawl", "greenhouse", "-a", "board=recorded,other")
        played = run(*arguments, "-s", f"PLAYBACK={folder}", env=environment)
        assert played.returncode == 0, played.stderr
        assert site.asked == []
        assert "greenhouse/recorded: complete" in played.stderr
        assert "greenhouse/other: not_found (HTTP 404" in played.stderr
        assert "'playback/unrecorded': 2" in played.stderr, "robots.txt and the other board"
        assert run(*arguments, env=environment).returncode == 0
        assert {asked.path for asked in site.asked} >= site.answers.keys(), "without PLAYBACK they are asked"


def test_recorded_gzip_is_unpacked(run: Run, tmp_path: Path) -> None:
    plain = (FIXTURES / "greenhouse" / "cobaltfalls" / "jobs.json").read_bytes()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    url = "https://boards-api.greenhouse.io/v1/boards/cobaltfalls/jobs?pay_transparency=true&content=true"
    folder = record(tmp_path / "recording", exchange(url, gzip.compress(plain), headers=headers))
    result = run("crawl", "greenhouse", "-a", "board=cobaltfalls", "-s", f"PLAYBACK={folder}")
    assert result.returncode == 0, result.stderr
    assert "greenhouse/cobaltfalls: complete: 8 listed, 8 new" in result.stderr
