"""What captures are made of: lists that are cut, texts that are shortened, folders that are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector
from scrapy import Request
from scrapy.http import Response, TextResponse

from crawlers.capture import LIMIT, Recording, check_free, fitted, folder_name
from crawlers.capture.cut import ListCut, Reader, lightened
from crawlers.capture.documents import JsonDocument, MarkupDocument, document_of
from crawlers.capture.recording import Exchange
from crawlers.capture.shorten import MARK, shorten, shorten_text
from crawlers.errors import OperatorError
from crawlers.playback import Recordings, board_of
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.visits import Visit


def cut(text: str, rows_in: Callable[[str], list[Any] | None], keep: int) -> tuple[bool, str]:
    """Whether a list could be cut, and what is left of it."""
    request = Request("https://acme.example/jobs", cb_kwargs={"visit": Visit(platform="greenhouse", board="acme")})
    reader = Reader(GreenhouseSpider(board="acme"), request, TextResponse(request.url))
    document = document_of(text, xml=text.startswith("<?xml"))
    assert document
    one = ListCut(reader, document, rows_in)
    return one.to(keep), one.document.render()


def test_what_surrounds_the_list_stays() -> None:
    answer = {
        "facets": [{"id": n, "count": 50} for n in range(4)],
        "meta": {"total": 57, "limit": 20, "pageSize": 20, "totalPages": 3, "more": True},
        "companySize": 100,
        "data": {"jobs": [{"id": n, "places": ["Ulm", "Bonn"]} for n in range(20)]},
    }
    whole, text = cut(json.dumps(answer), lambda text: json.loads(text)["data"]["jobs"], 2)
    assert whole
    left = json.loads(text)
    assert left["data"]["jobs"] == answer["data"]["jobs"][:2]  # type: ignore[index]
    assert left["meta"] == {"total": 2, "limit": 20, "pageSize": 20, "totalPages": 1, "more": True}
    assert (left["facets"], left["companySize"]) == (answer["facets"], 100)


def test_rows_in_groups_are_cut_to_the_number() -> None:
    groups = [{"name": str(n), "jobs": [{"id": 10 * n + m} for m in range(5)]} for n in range(4)]

    def rows(text: str) -> list[Any]:
        return [job for group in json.loads(text) for job in group["jobs"]]

    whole, text = cut(json.dumps(groups), rows, 7)
    assert whole
    assert len(rows(text)) == 7
    assert len(json.loads(text)) == 2


def test_rows_that_are_filtered_count_as_the_spider_counts_them() -> None:
    jobs = [{"id": n, "listed": n % 2 == 1} for n in range(20)]
    whole, text = cut(json.dumps(jobs), lambda text: [job for job in json.loads(text) if job["listed"]], 3)
    assert whole
    assert [job["id"] for job in json.loads(text) if job["listed"]] == [1, 3, 5]


@pytest.mark.parametrize("page", [True, False])
def test_rows_of_a_page_are_cut_and_its_form_stays(page: bool) -> None:
    rows = "".join(f"<li class=a>\n <a href='/{n}'>R&amp;D {n}</a></li>\n" for n in range(6))
    text = f"<ul><li>menu</li></ul>\n<ul id=jobs>{rows}</ul> & so on"
    if page:
        text = f"<!DOCTYPE html>\n<html><body>{text}</body></html>"
    whole, left = cut(text, lambda text: Selector(text).css("#jobs a::text").getall(), 2)
    assert whole
    assert Selector(left).css("li a::attr(href)").getall() == ["/0", "/1"]
    assert ("<!DOCTYPE html>" in left, "<html" in left) == (page, page)
    assert "menu" in left
    assert "so on" in left


def test_rows_of_a_feed_are_cut_and_its_cdata_stays() -> None:
    items = "".join(f"<item><title><![CDATA[R&D {n}]]></title></item>" for n in range(6))
    feed = f'<?xml version="1.0" encoding="UTF-8"?><rss><channel><title>x</title>{items}</channel></rss>'
    whole, left = cut(
        feed, lambda text: Selector(text.encode().decode(), type="xml").css("item title::text").getall(), 2
    )
    assert whole
    assert left.count("<item>") == 2
    assert "<![CDATA[R&D 1]]>" in left


def test_list_that_nothing_makes_shorter_is_left() -> None:
    text = json.dumps({"jobs": "a,b,c"})
    assert cut(text, lambda text: json.loads(text)["jobs"].split(","), 2) == (False, JsonDocument(text).render())


def test_script_that_the_spider_reads_stays() -> None:
    class Embedded(GreenhouseSpider):
        def jobs(self, response: Response) -> list[Any]:
            return re.findall(r"job-\d+", response.text)

    page = f"<html><script>{'job-1 ' * 2000}</script><script>{'x' * 9000}</script><!-- c --><p>job-2</p></html>"
    request = Request("https://acme.example/jobs", cb_kwargs={"visit": Visit(platform="greenhouse", board="acme")})
    reader = Reader(Embedded(board="acme"), request, TextResponse(request.url, headers={"Content-Type": "text/html"}))
    assert lightened(page, reader) == page.replace("<!-- c -->", "")
    reader = Reader(GreenhouseSpider(board="acme"), request, reader.original)
    assert "job-1" in lightened(page, reader), "what nothing is read from may be what another spider looks for"


def test_half_characters_survive() -> None:
    text = '{"title": "caf\\u00e9 \\ud83d"}'
    rendered = JsonDocument(text).render()
    assert json.loads(rendered.encode()) == json.loads(text)
    assert "café" in JsonDocument('{"title": "caf\\u00e9"}').render()


@pytest.mark.parametrize("text", ["", "no markup", "<", "<>", "<?xml", "<!-- ", "{", "[[[", "{]", "<html", "\x00<p>"])
def test_rubbish_is_no_document_or_renders(text: str) -> None:
    document = document_of(text, xml=False)
    if isinstance(document, MarkupDocument):
        document.lighten(scripts=True)
        assert isinstance(document.render(), str)


@given(st.text(alphabet="ab .<p>/\n", max_size=400), st.integers(20, 200))
def test_texts_keep_beginning_and_end(text: str, length: int) -> None:
    short = shorten_text(text, length)
    head, mark, tail = short.partition(MARK)
    assert text.startswith(head)
    assert text.endswith(tail)
    assert bool(mark) == (short != text)
    assert len(short) <= length + 1 or short == text
    if len(text) <= length:
        assert short == text


def test_texts_are_cut_at_borders() -> None:
    escaped = "&lt;p&gt;One is one.&lt;/p&gt;" * 20
    short = shorten_text(escaped, 200)
    assert len(short) <= 201
    head, _, tail = short.partition(MARK)
    assert head.endswith("&lt;/p&gt;")
    assert tail.startswith("&lt;p&gt;")
    assert shorten_text("x" * 500, 100) == "x" * 500, "what has no words is no text"


def test_all_kinds_of_bodies_are_shortened() -> None:
    long = "A sentence. " * 500
    for body in (
        json.dumps({"a": [long, json.dumps({"b": long})], "c": list(range(50))}),
        f"<p>{long}</p>",
        f"<rss><d><![CDATA[<p>{long}</p>]]></d></rss>",
        f'<script type="application/ld+json">{json.dumps({"d": long})}</script>',
        long,
    ):
        assert len(shorten(body, 500, 10)) < 1600
    assert len(json.loads(shorten(json.dumps(list(range(50))), 500, 30))) == 30


@pytest.mark.parametrize(
    ("board", "name"),
    [
        ("acme", "acme"),
        ("eu.acme-2", "eu.acme-2"),
        ("Saltglass%20Studios", "Saltglass%20Studios"),
        ("https://acme.example/careers", "acme.example-careers"),
        ("https://acme.example/", "acme.example"),
        ("acme.wd5.Careers", "acme.wd5.Careers"),
        ("..", "board"),
        (".hidden", "hidden"),
        ("a/../../b", "a-..-..-b"),
        ("https://acme.example/" + "x" * 300, "acme.example-" + "x" * 87),
    ],
)
def test_folder_bears_the_key_or_a_file_does(tmp_path: Path, board: str, name: str) -> None:
    recording = Recording(board=board)
    assert folder_name(board) == recording.folder_name == name
    recording.write(tmp_path / name)
    assert (tmp_path / name).parent == tmp_path
    assert board_of(tmp_path / name) == board
    assert (tmp_path / name / "board").exists() == (board != name)


def test_unreadable_board_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "board").write_bytes(b"\xff\xfe")
    with pytest.raises(OperatorError, match="is to hold the board's key"):
        board_of(tmp_path)


def test_what_is_there_is_left_alone_or_replaced_whole(tmp_path: Path) -> None:
    def recording(*bodies: bytes) -> Recording:
        recording = Recording(board="acme")
        for number, body in enumerate(bodies):
            request = Request(f"https://acme.example/{number}", method="POST", body=b'{"offset": 0}')
            recording.add(Exchange(request=request, status=200, headers={}, body=body), "list", "json")
        return recording

    folder = tmp_path / "acme"
    check_free(folder, "acme", force=False)
    recording(b"[1]", b"[2]").write(folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(OperatorError, match="--force"):
        check_free(folder, "acme", force=False)
    with pytest.raises(OperatorError, match="of another board, acme"):
        check_free(folder, "https://acme", force=False)
    check_free(folder, "acme", force=True)
    recording(b"[3]").write(folder)
    assert {file.name for file in folder.iterdir()} == {"exchanges.json", "list-1.json", "notes.txt"}
    answer = Recordings(str(folder)).answer(Request("https://acme.example/0", method="POST", body=b'{"offset":0}'))
    assert answer is not None
    assert answer.body == b"[3]"


def test_first_answer_to_a_request_counts_and_secrets_are_pointed_at() -> None:
    recording = Recording(board="acme")
    for body in (b"1", b"2"):
        request = Request("https://acme.example/?app_key=s3cret")
        recording.add(Exchange(request=request, status=200, headers={}, body=body), "list", "txt")
    assert [exchange.body for exchange in recording.exchanges] == [b"1"]
    assert "app_key" in recording.exchanges[0].done[0]


@given(st.lists(st.text(alphabet="ab. <>&", max_size=3000), min_size=1, max_size=40))
def test_fitted_is_below_the_limit_or_nothing(texts: list[str]) -> None:
    recording = Recording(board="acme")
    for number, text in enumerate(texts):
        body = json.dumps({"text": text * 20}).encode()
        request = Request(f"https://acme.example/{number}")
        recording.add(Exchange(request=request, status=200, headers={}, body=body), "posting", "json")
    small = fitted(recording, 3)
    if small is not None:
        assert small.size <= LIMIT
        assert len(small.exchanges) == len(texts)
        assert bool(small.done) == (recording.size > LIMIT)
