"""Pages that are cut, mixed up or made to harm: jsonld neither raises nor hangs, and what comes out keeps its shape."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.jsonld import job_postings
from tests.test_jsonld import COOK, MICRODATA, as_rdfa, page, stated

PAGES = [
    page(stated({"@graph": [{**COOK, "hiringOrganization": {"@id": "#o"}}, {"@id": "#o", "name": "Fernweh"}]})),
    page('/* x */ {"@type": ["JobPosting"], "title": "Cook", "baseSalary": [1, 2.5e3, "\\u00e9\\n"],}'),
    page(escape(stated(COOK)), kind="type='application/ld+json'", body=MICRODATA),
    f'<body vocab="https://schema.org/" prefix="s: http://schema.org/">{as_rdfa(MICRODATA)}',
]


def check(value: Any) -> None:
    """The one shape of values."""
    assert isinstance(value, (str, int, float, dict, list)), value
    assert not isinstance(value, float) or math.isfinite(value)
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check(each)


def check_all(html: str | bytes) -> None:
    for posting in job_postings(html):
        check(posting)
        assert "JobPosting" in posting["@type"]
        assert len(posting) > 1


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutation_of_a_page_raises(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(PAGES)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        match data.draw(st.integers(0, 3)):
            case 0:
                del content[start:end]
            case 1:
                content[start:start] = content[start:end]
            case 2:
                content[start : start + 3] = data.draw(st.binary(max_size=6))
            case _:
                content[start:start] = data.draw(st.sampled_from(BRICKS)).encode("utf-8", "surrogatepass")
    check_all(bytes(content))
    check_all(content.decode("utf-8", "surrogateescape"))


BRICKS = """<script <script type="application/ld+json"> </script> <!-- --> <![CDATA[ ]]> { } [ ] " \\" : , /* */ //
    "@type": "JobPosting" "@id" "@value": "@context": {"@id":"#o"} &quot; itemscope itemprop="title" itemprop="@type"
    typeof="JobPosting" property="s:title" prefix="s: http://schema.org/" <div> </div> <meta charset="hex"> \ud800
    itemtype="https://schema.org/JobPosting" 1e999 NaN null JobPosting \0 \ufeff \ufffe""".split()  # noqa: SIM905


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*BRICKS, "<", ">", "\n", "title"]) | st.text(max_size=3), max_size=40))
def test_no_text_raises(bricks: list[str]) -> None:
    check_all("JobPosting" + "".join(bricks))
    check_all('<script type="application/ld+json">["JobPosting",' + " ".join(bricks))
    check_all('<p itemtype="https://schema.org/JobPosting">' + " ".join(bricks))


@given(st.binary(), st.sampled_from([b"", b"JobPosting", b"\xff\xfe", b"\xfe\xff"]))
def test_no_bytes_raise(content: bytes, before: bytes) -> None:
    check_all(before + content)
    check_all(before + b'<script type="application/ld+json">' + content)


HOSTILE = [brick for brick in BRICKS if brick.strip()] + [
    "<script>",
    "<style",
    "{{",
    "\\",
    '"a":',
    '{"a":',
    "typeof ",
    " ",
]


@pytest.mark.parametrize("brick", HOSTILE)
def test_a_megabyte_of_anything_ends(brick: str) -> None:
    many = brick * (1_000_000 // len(brick))
    for before in (
        "JobPosting ",
        '<script type="application/ld+json">"JobPosting" ',
        '<script type="JobPosting',
        '<div itemscope itemtype="https://schema.org/JobPosting">',
        "<div typeof='JobPosting' prefix='",
    ):
        check_all(before + many)
    check_all(page('{"@type": "JobPosting", "a": ' + many))


def test_nested_texts_are_bounded() -> None:
    nested = "<b itemprop=description>" * 200 + "bread " * 50_000
    assert job_postings(f'<div itemscope itemtype="https://schema.org/JobPosting">{nested}') == []
