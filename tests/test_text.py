"""HTML to text: what employers write, and what nobody should."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawlers.text import clean_html, is_html, one_line, plain_text, storable, tidy_text, unescape_once, when

PIECES = [
    *(
        "<p>",
        "</p>",
        "<li>",
        "<ul>",
        "</ul>",
        "<br>",
        "<div hidden>",
        "<span style='display:none'>",
        "<script>",
        "<!--",
    ),
    *("<![CDATA[", "&lt;p&gt;", "&lt;/p&gt;", "&amp;amp;", "&#0;", "&#xD800;", "&nbsp", "<table><tr><td>", "<pre>"),
    *("\ue000", "\ue001", "\ue002", "\ud800", "\0", "<", ">", "&", "<a href='javascript:x'>"),
]
HTML = st.lists(st.one_of(st.text(), st.sampled_from(PIECES))).map("".join)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two", "one\ntwo"),
        ("<h3>We offer</h3><ul><li>pay</li><li><p>tea</p></li></ul>end", "We offer\n\n• pay\n• tea\n\nend"),
        ("<ul><li>a<ul><li>b</li></ul></li><li></li></ul>", "• a\n• b"),
        ("<li>a</li>\n<li>b</li>", "• a\n• b"),
        ("<table><tr><th>Visa</th><td>No</td></tr><tr><td>x</td><td>y</td></tr></table>", "Visa | No\nx | y"),
        ("a\n  b\tc", "a b c"),
        ("a&nbsp;b\u00a0c", "a b c"),
        ("vi\u200bsa\u00ad\ufeff", "visa"),
        ("R&amp;D &lt; 5 &gt; 3 &rsquo;", "R&D < 5 > 3 ’"),
        ("&lt;p&gt;Tom &amp;amp; Ann&lt;/p&gt;&lt;p&gt;x&lt;/p&gt;", "Tom & Ann\n\nx"),
        ("&amp;lt;p&amp;gt;twice&amp;lt;/p&amp;gt;", "twice"),
        ("<p>a</p><script>b()</script><style>c{}</style><p hidden>d</p><p style='display: none'>e</p>", "a"),
        ("<p STYLE='DISPLAY:NONE'>e</p>f", "f"),
        ("<pre>a\n b</pre>", "a\nb"),
        ("", ""),
        ("just words", "just words"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(clean_html(html)) == text


def test_clean_html_keeps_only_what_is_harmless() -> None:
    html = clean_html(
        '<p class="x" onclick="y()">a <a href="https://e.example/?a=1&b=2" target="_blank">b</a>'
        '<a href="javascript:alert(1)">c</a><img src=x onerror=y><iframe src="//e.example"></iframe><b>d</b></p>'
    )
    assert html == (
        '<p>a <a href="https://e.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">b</a>'
        '<a rel="noopener noreferrer nofollow">c</a><b>d</b></p>'
    )


@given(HTML)
def test_any_string_is_cleaned(html: str) -> None:
    clean = clean_html(html)
    text = plain_text(clean)
    assert clean == clean_html(clean) or "lt;/" in clean, "cleaning twice changes nothing"
    assert text == plain_text(clean), "offsets keep"
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert "  " not in text
    assert not re.search("[\x00-\x08\ud800-\udfff]", clean + text)
    (clean + text).encode()
    tree = LexborHTMLParser(f"<body>{clean}</body>")
    assert not tree.css("script, style, iframe, object, img, [onclick], [style]")
    for other in (tidy_text(html), one_line(html) or "", storable(html), unescape_once(html)):
        assert isinstance(other, str)


@given(st.text(alphabet="<>&;/ltgpdiv \n", max_size=200))
def test_markup_soup_is_cleaned(html: str) -> None:
    plain_text(clean_html(html))


def test_hostile_nesting_takes_no_time_to_speak_of() -> None:
    assert plain_text(clean_html("<div>" * 200_000 + "x")) == "x"
    assert plain_text(clean_html("<b hidden>" * 200_000 + "x")) == ""
    unread = "<b></b>" * 6_000 + "<script>alert(1)</script>x<style>a{}"
    assert plain_text(clean_html(unread)) == "x"


def test_words_of_real_bodies_are_kept(data: Path) -> None:
    """The same words, in the same order, as a browser's engine reads."""
    bodies = [
        unescape_once(job["content"])
        for file in sorted((data / "payloads" / "greenhouse").glob("*.json"))
        for job in json.loads(file.read_bytes()).get("jobs", [])
        if len(job.get("content") or "") > 500
    ]
    assert len(bodies) >= 5
    for body in bodies:
        tree = LexborHTMLParser(body)
        assert tree.body
        expected = re.sub(r"[^\w]", "", tree.body.text())
        assert re.sub(r"[^\w]", "", plain_text(clean_html(body))) == expected


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-06-02T08:58:57-04:00", datetime(2026, 6, 2, 12, 58, 57, tzinfo=UTC)),
        ("2026-06-02T08:58:57Z", datetime(2026, 6, 2, 8, 58, 57, tzinfo=UTC)),
        ("2026-06-02", datetime(2026, 6, 2, tzinfo=UTC)),
        ("2026-06-02 08:58:57 UTC", datetime(2026, 6, 2, 8, 58, 57, tzinfo=UTC)),
        ("Tue, 02 Jun 2026 08:58:57 +0200", datetime(2026, 6, 2, 6, 58, 57, tzinfo=UTC)),
        (1780390737, datetime(2026, 6, 2, 8, 58, 57, tzinfo=UTC)),
        (1780390737000, datetime(2026, 6, 2, 8, 58, 57, tzinfo=UTC)),
        ("03/04/2026", None),
        ("soon", None),
        ("", None),
        (None, None),
        (True, None),
        (0, None),
        (1e300, None),
        (float("nan"), None),
        ("9999-12-31", None),
    ],
)
def test_when(value: str | float | None, time: datetime | None) -> None:
    assert when(value) == time


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_when_never_raises(value: str | float | None) -> None:
    when(value)


def test_is_html() -> None:
    assert is_html("a<br/>b")
    assert not is_html("a < b > c <3 <- ->")


@pytest.mark.parametrize("unit", ["<a", "&amp;", "& ", "<p", "&lt;", "<!--", "<a href='", "\\u0000<"])
def test_megabytes_of_rubbish_are_read(unit: str) -> None:
    """In a time that grows with the size: with its square, one of these would take minutes."""
    html = unit * (2_000_000 // len(unit))
    assert isinstance(plain_text(clean_html(html)), str)
    one_line(html)
    is_html(html)
