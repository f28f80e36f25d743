"""Sitemaps and robots.txt, as sites have them and as an attacker would."""

from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.payload import UnreadableError
from crawlers.sitemaps import Entry, Sitemap, read_sitemap, robots_sitemaps

URL = "https://acme.example/sitemap.xml"
SIZE = 1_000_000
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read(body: str | bytes, max_size: int = SIZE) -> Sitemap:
    return read_sitemap(body.encode() if isinstance(body, str) else body, URL, max_size)


def urls(sitemap: Sitemap) -> list[str]:
    return [entry.url for entry in sitemap.pages]


URLSET = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<urlset {NAMESPACE} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
        xmlns:xhtml="http://www.w3.org/1999/xhtml">
  <url>
    <image:image><image:loc>https://acme.example/a.png</image:loc></image:image>
    <xhtml:link rel="alternate" hreflang="de" href="https://acme.example/de/jobs/1"/>
    <loc> https://acme.example/jobs/1?a=1&b=2&amp;c=3 </loc>
    <lastmod>2026-02-03</lastmod>
  </url>
  <url><loc><![CDATA[/jobs/2?a=1&b=2]]></loc></url>
  <url><loc>javascript:alert(1)</loc></url>
  <url><loc>https://[broken/</loc></url>
  <url><lastmod>2026-01-01</lastmod></url>
</urlset>"""


def test_urlset() -> None:
    assert read(URLSET).pages == [
        Entry(
            url="https://acme.example/jobs/1?a=1&b=2&c=3",
            lastmod="2026-02-03",
            alternates=("https://acme.example/de/jobs/1",),
        ),
        Entry(url="https://acme.example/jobs/2?a=1&b=2"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(URLSET.encode()),
        b"\xef\xbb\xbf\r\n" + URLSET.encode(),
        URLSET.replace("UTF-8", "UTF-16").replace("&b", "&amp;b").replace("amp;b=2]", "b=2]").encode("utf-16"),
        URLSET.replace("urlset", "sm:urlset").replace("xmlns=", "xmlns:sm=").encode(),
    ],
    ids=["gzip", "byte-order mark", "utf-16", "prefix"],
)
def test_forms_of_the_same(body: bytes) -> None:
    assert urls(read(body)) == urls(read(URLSET))


def test_index() -> None:
    listed = "<sitemap><loc>jobs.xml.gz</loc><lastmod>2026-01-02</lastmod></sitemap>"
    index = read(f"<sitemapindex {NAMESPACE}>{listed}</sitemapindex>")
    assert index == Sitemap(sitemaps=[Entry(url="https://acme.example/jobs.xml.gz", lastmod="2026-01-02")])


def test_feeds_and_text() -> None:
    item = "<item><title>x</title><link>/jobs/1</link><pubDate>Mon, 02 Mar 2026</pubDate></item>"
    rss = f"<rss><channel><link>/</link>{item}</channel></rss>"
    assert read(rss).pages == [Entry(url="https://acme.example/jobs/1", lastmod="Mon, 02 Mar 2026")]
    atom = '<feed><link href="/"/><entry><link href="/jobs/1"/><updated>2026-03-02</updated></entry></feed>'
    assert read(atom).pages == [Entry(url="https://acme.example/jobs/1", lastmod="2026-03-02")]
    text = "\nhttps://acme.example/jobs/1\r\nhttps://acme.example/jobs/2\n\nnot a url\n"
    assert urls(read(text)) == ["https://acme.example/jobs/1", "https://acme.example/jobs/2"]


def test_cut_short_but_readable() -> None:
    assert urls(read("<urlset><url><loc>/jobs/1</loc></url><url><loc>/jobs/2</lo")) == ["https://acme.example/jobs/1"]


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a0 "https://acme.example/jobs/">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><urlset><url><loc>&a9;</loc></url></urlset>"
)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (LAUGHS.encode(), "document type"),
        (LAUGHS.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"), "document type"),
        (LAUGHS.replace("?>", ' encoding="UTF-7"?>', 1).encode("utf-7"), "no sitemap"),
        (b'<!DOCTYPE urlset SYSTEM "file:///etc/passwd"><urlset/>', "document type"),
        (b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1/x.dtd"><urlset/>', "document type"),
        (b"<!doctype html><html><body>Not found</body></html>", "no sitemap"),
        (b"<html><body>Not found</body></html>", "'html'"),
        (b"<" * 10_000_000, "no sitemap"),
        (b"x" * 10_000_000, "no sitemap"),
        (b"Not found", "no sitemap"),
        (b"", "no sitemap"),
        (b"\x1f\x8b garbage", "no sitemap"),
        (gzip.compress(URLSET.encode())[:-20], "cut short"),
        (gzip.compress(b"<urlset>" + b" " * 50_000_000), "unpacked"),
        (b"%PDF-1.7\n\x00\xff", "no sitemap"),
    ],
)
def test_refused_with_a_reason(body: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says) as caught:
        read(body)
    assert URL in str(caught.value)
    assert len(str(caught.value)) < 500


def test_junk_inside_is_passed_over() -> None:
    deep = "<urlset>" + "<a>" * 100_000
    assert read(deep, 10**9) == Sitemap()
    undeclared = "<urlset><url><loc>/jobs/&foo;1</loc></url><url><loc>/jobs/2</loc></url></urlset>"
    assert "https://acme.example/jobs/2" in urls(read(undeclared))
    long = f"<urlset><url><loc>/{'x' * 10_000}</loc></url><url><loc>/jobs/2</loc></url></urlset>"
    assert urls(read(long)) == ["https://acme.example/jobs/2"]


def test_no_more_entries_than_the_protocol_allows() -> None:
    many = "<urlset>" + "".join(f"<url><loc>/jobs/{number}</loc></url>" for number in range(50_010)) + "</urlset>"
    assert len(read(many).pages) == 50_000
    assert len(read("\n".join(f"https://acme.example/{number}" for number in range(50_010))).pages) == 50_000


def test_robots_lines() -> None:
    robots = b"""\xef\xbb\xbfUser-agent: *
Disallow: /x
SITEMAP : https://acme.example/a.xml
sitemap:/b.xml # the other one
Sitemap:
Sitemap: /b.xml
Sitemap: ftp://acme.example/c.xml
# Sitemap: /d.xml
Sitemap: https://cdn.example/\xff.xml
"""
    assert robots_sitemaps(robots, "https://acme.example/robots.txt") == [
        "https://acme.example/a.xml",
        "https://acme.example/b.xml",
        "https://cdn.example/\ufffd.xml",
    ]


@given(st.one_of(st.binary(max_size=200), st.text("<>/urlset indxcmapo&;!DOCTYPE[]\"'?=", max_size=80).map(str.encode)))
def test_reads_or_refuses_anything(body: bytes) -> None:
    robots_sitemaps(body, URL)
    with suppress(UnreadableError):
        read(body)
