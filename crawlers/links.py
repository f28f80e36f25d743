"""URLs and links of careers pages: what they are told apart by, and what they seem to lead to. Pure; the words that it
goes by are in links.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from importlib.resources import files
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from crawlers.schemaorg import page_key

_RULES = tomllib.loads((files("crawlers") / "links.toml").read_text(encoding="utf-8"))
_WORDS = frozenset(_RULES["words"])
_BEGINNINGS = tuple(_RULES["beginnings"])
_PHRASES = re.compile(rf"\b(?:{'|'.join(map(re.escape, _RULES['phrases']))})\b")
_LIST = frozenset(_RULES["list"])
_NEVER = frozenset(_RULES["never"])
_FILES = tuple(f".{name}" for name in _RULES["files"])
_IDS = frozenset(_RULES["ids"])
_PAGES = frozenset(_RULES["pages"])

_LONGEST = 2000
"""Characters of a URL; Scrapy drops requests for much longer ones."""
_PORTS = {"http": 80, "https": 443}
_LOWEST_PORT = 1024
"""Below it are other services than the web, but for its own two ports."""

_TAG = re.compile(
    r"<(?:!--.*?(?:-->|\Z)"
    r"|(a|area|base|link|meta)(?=[\s/])((?:[^>\"']|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_MOST_LINKS = 20_000
_NO_URL = re.compile(r"[\s\"<>\\^`{|}]")

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ID = re.compile(
    r"(?<![0-9])(?!(?:19|20)\d\d(?![0-9]))\d{3,}|[0-9a-f]{8}-[0-9a-f]{4}-|\b(?=[a-z]*\d[a-z]*\d)[0-9a-z]{8,}\b"
    r"|\b(?:jr|req?|r|id)[-_]?\d+",
    re.IGNORECASE,
)
"""An id in a part of a path: a number that is no year, a UUID, letters with digits, or a requisition's number."""


@dataclass(kw_only=True, slots=True)
class PageLinks:
    """Links of a page to its own site, in its order, each page once."""

    postings: list[str] = field(default_factory=list)
    """What looks like a posting."""
    lists: list[str] = field(default_factory=list)
    """What looks like another list of openings."""
    pages: list[str] = field(default_factory=list)
    """Where this list goes on."""
    canonical: str | None = None
    """The page's own URL as it states it, if that is on the same site and looks like a posting."""


def careers_url(text: str) -> str:
    """The URL of a careers page in one form: what a person pastes, without fragment and tracking parameters.

    Raises ValueError with the reason for what no such page can be at.

    >>> careers_url("Acme.example/Careers?utm_source=x&team=2#openings")
    'https://acme.example/Careers?team=2'
    """
    text = text.strip()
    scheme, colon, rest = text.partition("://")
    if not colon:
        scheme, rest = "https", text.removeprefix("//")
    if scheme.lower() not in _PORTS:
        raise ValueError(f"{scheme}:// is neither http:// nor https://")
    url = safe_url_string(f"{scheme.lower()}://{rest}")
    if len(url) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("it holds a user name")
    host = _host(parts)
    if "." not in host and host != "localhost" and ":" not in host:
        raise ValueError(f"{host!r} is no host" if host else "it has no host")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port in {None, _PORTS[parts.scheme]}:
        port = None
    elif port not in _PORTS.values() and (port or 0) < _LOWEST_PORT:
        raise ValueError("its port is none of the web's")
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    query = page_key(urlunsplit(parts._replace(fragment=""))).partition("?")[2]
    return urlunsplit((parts.scheme, place, parts.path or "/", query, ""))


def same_site(url: str, other: str) -> bool:
    """Whether two URLs are on one site: on one host, or one's host below the other's.

    >>> same_site("https://careers.acme.example/x", "https://www.acme.example/"), same_site("https://a.io", "https://b.io")
    (True, False)
    """
    one, two = _site(_split(url)), _site(_split(other))
    return bool(one and two) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))


def is_about_openings(url: str) -> bool:
    """Whether a word for openings stands in a URL's path.

    >>> is_about_openings("https://acme.example/job_listing-sitemap.xml"), is_about_openings("https://jobs.example/")
    (True, False)
    """
    return any(map(_about_openings, _segments(_split(url))))


def likeness(url: str, page: str) -> int:
    """How much a URL looks like that of a posting, to whom it comes from a careers page; 0: it does not.

    >>> likeness("https://acme.example/careers/data-engineer-4711", "https://acme.example/careers")
    7
    >>> likeness("https://acme.example/careers/benefits", "https://acme.example/careers")
    0
    """
    parts, home = _split(url), _split(page)
    if not same_site(url, page) or _leads_away(parts):
        return 0
    segments = _segments(parts)
    by_query = any(name.lower() in _IDS and value for name, value in parse_qsl(parts.query))
    if not by_query and (not segments or _is_list(parts)):
        return 0
    about = any(map(_about_openings, segments[:-1]))
    named = about or by_query or (bool(segments) and _about_openings(segments[-1]))
    below = home.path.rstrip("/") != "" and parts.path.startswith(home.path.rstrip("/") + "/")
    hosted = any(_about_openings([label]) for label in _host(parts).split("."))
    numbered = by_query or any(_ID.search(unquote(part)) for part in parts.path.split("/")[-2:])
    slug = bool(segments) and len([word for word in segments[-1] if not _about_openings([word])]) > 1
    if not (named or below or (hosted and (numbered or slug))):
        return 0
    return 1 + 2 * about + 2 * numbered + below + slug


def page_links(html: str, url: str, home: str) -> PageLinks:
    """Links of the page at `url`; `home` is the careers page from which it was come by."""
    links = PageLinks()
    base, seen = url, {page_key(url), page_key(home)}
    for tag, attributes in _tags(html):
        if tag == "base":
            base = link_target(url, attributes.get("href", "")) or base
            continue
        own = attributes.get("property") == "og:url" or attributes.get("rel", "").lower() == "canonical"
        target = link_target(base, attributes.get("content" if tag == "meta" else "href", ""))
        if target is None or not same_site(target, home):
            continue
        if own and links.canonical is None and likeness(target, home) and not _drops_a_number(target, url):
            links.canonical = target
        follows = "next" in attributes.get("rel", "").lower().split()
        if (tag in {"a", "area"} or follows) and (page := page_key(target)) not in seen:
            seen.add(page)
            if (kind := _kind_of(target, follows, url, home)) is not None:
                getattr(links, kind).append(target)
    return links


def link_target(base: str, href: str) -> str | None:
    """A link's target without its fragment; None where it has none on the web."""
    href = href.strip()
    if not href or href.startswith("#") or len(href) > _LONGEST or _NO_URL.search(href):
        return None
    try:
        parts = urlsplit(urljoin(base, href))
    except ValueError:
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or not parts.hostname:
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))


def without_links(html: str) -> str:
    """A page without what it links to, which may be anything; what it is made of stays.

    >>> without_links('<a href="https://x.example">x</a><iframe src="https://y.example">')
    ' x</a><iframe src="https://y.example">'
    """
    return _TAG.sub(lambda tag: " " if (tag[1] or "").lower() in {"a", "area"} else tag[0], html)


def _tags(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Names and attributes of the tags that link; the first so many."""
    count = 0
    for tag in _TAG.finditer(html):
        if tag[1]:
            stated = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[2])}
            yield tag[1].lower(), stated
            count += 1
            if count >= _MOST_LINKS:
                return


def _drops_a_number(canonical: str, url: str) -> bool:
    """Whether a page's URL says more than the canonical one that it states, which then stands for many postings."""
    short, long = page_key(canonical), page_key(url)
    return long.startswith(short) and any(character.isdigit() for character in long[len(short) :])


def _kind_of(target: str, follows: bool, url: str, home: str) -> str | None:
    """The field of PageLinks that a link belongs to; `follows`: it is said to be the next page."""
    if follows or _goes_on(url, target):
        return "pages"
    if likeness(target, home):
        return "postings"
    parts = _split(target)
    return "lists" if _is_list(parts) and not _leads_away(parts) else None


def _goes_on(url: str, target: str) -> bool:
    """Whether a link leads from one page of a list to another."""
    here, there = _split(url), _split(target)
    if here.path.rstrip("/") != there.path.rstrip("/"):
        return False
    before, after = dict(parse_qsl(here.query)), dict(parse_qsl(there.query))
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return bool(differing) and all(name.lower() in _PAGES and after.get(name, "0").isdigit() for name in differing)


def _is_list(parts: SplitResult) -> bool:
    """Whether a path names openings in general."""
    segments = _segments(parts)
    if not segments:
        return False
    if segments[-1][0].isdigit() and len(segments) > 1 and segments[-2][-1] in _PAGES:  # /careers/page/2
        return True
    return any(map(_about_openings, segments[-2:])) and all(
        word in _LIST or _about_openings([word]) for word in segments[-1]
    )


def _leads_away(parts: SplitResult) -> bool:
    path = unquote(parts.path).lower()
    return path.endswith(_FILES) or any("-".join(words) in _NEVER for words in _segments(parts))


def _about_openings(words: list[str]) -> bool:
    return any(word in _WORDS or word.startswith(_BEGINNINGS) for word in words) or bool(
        _PHRASES.search("-".join(words))
    )


def _segments(parts: SplitResult) -> list[list[str]]:
    """Words of each part of a path that has any."""
    named = (_WORD.findall(_CAMEL.sub("-", segment).lower()) for segment in unquote(parts.path).split("/"))
    return [words for words in named if words]


def _split(url: str) -> SplitResult:
    """Parts of a URL; of what is none, no part."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _host(parts: SplitResult) -> str:
    try:
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""


def _site(parts: SplitResult) -> str:
    return _host(parts).removeprefix("www.")
