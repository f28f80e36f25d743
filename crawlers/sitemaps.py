"""What robots.txt and sitemaps tell of a site's pages. Pure; see https://www.sitemaps.org/protocol.html."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]

from crawlers.payload import UnreadableError

_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_BARE_AMPERSAND = re.compile(rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!#?[A-Za-z0-9]{1,31};)", re.DOTALL)
"""Common in URLs of queries; a parser that goes on after it loses what follows."""
_LONGEST_URL = 2000
_MOST_ALTERNATES = 100
_MOST_ENTRIES = 50_000
"""Entries of a file that are read; the protocol allows no more."""
_ROOTS = {"urlset", "sitemapindex", "rss", "RDF", "feed"}
_PAGES = {"url", "item", "entry"}
_URLS = {"loc", "link"}
_TIMES = {"lastmod", "pubDate", "updated"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A page, or a further sitemap."""

    url: str
    lastmod: str | None = None
    """When it last changed, as written."""
    alternates: tuple[str, ...] = ()
    """The same page in other languages, itself often among them."""


@dataclass(kw_only=True, slots=True)
class Sitemap:
    """What a sitemap lists."""

    pages: list[Entry] = field(default_factory=list)
    sitemaps: list[Entry] = field(default_factory=list)


def robots_sitemaps(robots: bytes, url: str) -> list[str]:
    """URLs of the `Sitemap:` lines of the robots.txt at a URL.

    >>> robots_sitemaps(b"User-agent: *\\nsitemap: /jobs.xml # new\\n", "https://acme.example/robots.txt")
    ['https://acme.example/jobs.xml']
    """
    found = []
    for line in robots.decode("utf-8-sig", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "sitemap" and (stated := value.partition(" #")[0].strip()):
            found.append(_absolute(url, stated))
    return list(dict.fromkeys(filter(None, found)))


def read_sitemap(body: bytes, url: str, max_size: int) -> Sitemap:
    """What the sitemap at a URL lists, as XML, RSS, Atom or text, gzipped or not; `max_size` is in bytes unpacked.

    Raises UnreadableError for anything else, and for XML with a DTD: no sitemap needs one, and it can be a bomb.

    >>> read_sitemap(b"https://acme.example/jobs/1\\n", "https://acme.example/sitemap.txt", 1000).pages
    [Entry(url='https://acme.example/jobs/1', lastmod=None, alternates=())]
    """
    body = _unpacked(body, url, max_size)
    if not body.startswith(_UTF16):
        body = body.removeprefix(_BOM).strip()
        if not body.startswith(b"<"):
            return _from_text(body, url)
        body = _BARE_AMPERSAND.sub(lambda match: match[1] or b"&amp;", body)
    target = _Target(url)
    parser = etree.XMLParser(
        target=target, recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        parser.feed(body)
        parser.close()
    except _EndReachedError:
        pass
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableError(f"no sitemap at {url}: {error}") from None
    if not target.depth_seen:
        raise UnreadableError(f"no sitemap at {url}")
    return target.sitemap


def _unpacked(body: bytes, url: str, max_size: int) -> bytes:
    """The body without gzip, which is known by its first bytes: names and headers tell it wrongly."""
    if not body.startswith(_GZIP):
        return body
    stream = zlib.decompressobj(wbits=31)
    try:
        unpacked = stream.decompress(body, max_size)
    except zlib.error as error:
        raise UnreadableError(f"no sitemap at {url}: {error}") from None
    if not stream.eof:
        why = f"more than {max_size} bytes unpacked" if stream.unconsumed_tail else "cut short"
        raise UnreadableError(f"no sitemap at {url}: {why}")
    return unpacked


def _from_text(body: bytes, url: str) -> Sitemap:
    """A sitemap that is a list of URLs, one a line."""
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines()]
    urls = [line for line in lines if " " not in line and line == _absolute(url, line)]
    if not urls or urls[0] != next(filter(None, lines)):
        raise UnreadableError(f"no sitemap at {url}")
    return Sitemap(pages=[Entry(url=each) for each in urls[:_MOST_ENTRIES]])


def _absolute(base: str, url: str) -> str | None:
    """A URL as stated on another one; None where it is not one."""
    try:
        absolute = urljoin(base, url.strip())
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) and len(absolute) <= _LONGEST_URL else None


class _EndReachedError(Exception):
    """More entries than the protocol allows."""


class _Target:
    """What lxml's parser feeds; it keeps nothing but the entries."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sitemap = Sitemap()
        self.depth_seen = 0
        self.entry: str | None = None
        """Name of the entry's element, inside one."""
        self.depth = 0
        """Elements that are open inside the entry."""
        self.stated: dict[str, str] = {}
        self.alternates: list[str] = []
        self.text: list[str] | None = None

    def doctype(self, name: str, *_: object) -> None:
        raise UnreadableError(f"no sitemap at {self.url}: it has a document type ({name}), which no sitemap needs")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if not self.depth_seen and name not in _ROOTS:
            raise UnreadableError(f"no sitemap at {self.url}: a document of type {name[:40]!r}")
        self.depth_seen += 1
        if self.entry is None:
            if name in _PAGES or name == "sitemap":
                self.entry, self.depth, self.stated, self.alternates = name, 0, {}, []
            return
        self.depth += 1
        if name == "link" and "hreflang" in attributes:
            if len(self.alternates) < _MOST_ALTERNATES:
                self.alternates.append(attributes.get("href", ""))
        elif self.depth == 1 and name in _URLS | _TIMES:  # an image's <loc>, say, is deeper
            self.text = [attributes.get("href", "")]

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        if self.entry is None:
            return
        name = tag.rpartition("}")[2]
        if self.depth == 0:
            self.finish_entry(self.entry)
            self.entry = None
            return
        if self.depth == 1 and self.text is not None:
            text = "".join(self.text).strip()
            kind = "lastmod" if name in _TIMES else "link" if name == "link" else "loc"
            if text:
                self.stated.setdefault(kind, text)
            self.text = None
        self.depth -= 1

    def finish_entry(self, name: str) -> None:
        stated = self.stated.get("loc") or (self.stated.get("link") if name != "url" else None)
        if not stated or not (url := _absolute(self.url, stated)):
            return
        entries = self.sitemap.sitemaps if name == "sitemap" else self.sitemap.pages
        if len(entries) >= _MOST_ENTRIES:
            raise _EndReachedError
        alternates = tuple(filter(None, (_absolute(self.url, each) for each in self.alternates)))
        entries.append(Entry(url=url, lastmod=self.stated.get("lastmod"), alternates=alternates))

    def close(self) -> None:
        """lxml asks for it."""
