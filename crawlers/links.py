"""URLs and links of careers pages: what they are told apart by, and what they seem to lead to. Pure; the words that it
goes by are in links.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from importlib.resources import files
from urllib.parse import SplitResult, parse_qsl, unquote

from crawlers.addresses import host_of, link_target, page_key, same_site, split

_RULES = tomllib.loads((files("crawlers") / "links.toml").read_text(encoding="utf-8"))
_WORDS = frozenset(_RULES["words"])
_BEGINNINGS = tuple(_RULES["beginnings"])
_PHRASES = re.compile(rf"\b(?:{'|'.join(map(re.escape, _RULES['phrases']))})\b")
_LIST = frozenset(_RULES["list"])
_NEVER = frozenset(_RULES["never"])
_SECTIONS = frozenset(_RULES["sections"])
_ACTIONS = frozenset(_RULES["actions"])
_FILES = tuple(f".{name}" for name in _RULES["files"])
_IDS = frozenset(_RULES["ids"])
_ID_AMONG_OPENINGS = frozenset(_RULES["id"])
_PAGES = frozenset(_RULES["pages"])
_ASIDES = frozenset(_RULES["asides"])

_TAG = re.compile(
    r"<(?:!--.*?(?:-->|\Z)"
    r"|(a|area|base|frame|iframe|link|meta)(?=[\s/])((?:[^>\"']|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_MOST_LINKS = 20_000
_MOST_ELSEWHERE = 200
_FRAMES = {"frame", "iframe"}
_HOLDERS = {"meta": "content", "frame": "src", "iframe": "src"}
"""Attributes that hold the target, where it is not href."""

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
    frames: list[str] = field(default_factory=list)
    """Pages of the site that this one shows inside it; such a page may differ from its frame by a parameter alone."""
    alternates: list[str] = field(default_factory=list)
    """This page in other languages."""
    elsewhere: list[str] = field(default_factory=list)
    """The first links to other sites."""
    canonical: str | None = None
    """The page's own URL as it states it, if that is on the same site and looks like a posting."""


def is_about_openings(url: str) -> bool:
    """Whether a word for openings stands in a URL's path.

    >>> is_about_openings("https://acme.example/job_listing-sitemap.xml"), is_about_openings("https://jobs.example/")
    (True, False)
    """
    return any(map(_about_openings, _segments(split(url))))


def likeness(url: str, page: str) -> int:
    """How much a URL looks like that of a posting, to whom it comes from a careers page; 0: it does not.

    >>> likeness("https://acme.example/careers/data-engineer-4711", "https://acme.example/careers")
    7
    >>> likeness("https://acme.example/careers/benefits", "https://acme.example/careers")
    0
    """
    parts, home = split(url), split(page)
    if not same_site(url, page) or _leads_away(parts, home):
        return 0
    segments = _segments(parts)
    by_query = _posting_by_query(parts, segments)
    if not by_query and (not segments or _is_list(parts)):
        return 0
    about = any(map(_about_openings, segments[:-1]))
    named = about or by_query or (bool(segments) and _about_openings(segments[-1]))
    below = home.path.rstrip("/") != "" and parts.path.startswith(home.path.rstrip("/") + "/")
    hosted = any(_about_openings([label]) for label in host_of(parts).split("."))
    numbered = by_query or any(_ID.search(unquote(part)) for part in parts.path.split("/")[-2:])
    slug = bool(segments) and len([word for word in segments[-1] if not _about_openings([word])]) > 1
    if not (named or below or (hosted and (numbered or slug))):
        return 0
    return 1 + 2 * about + 2 * numbered + below + slug


def is_list(url: str) -> bool:
    """Whether a URL's path names openings in general.

    >>> is_list("https://acme.example/jobs/search"), is_list("https://acme.example/jobs/1234/baker/job")
    (True, False)
    """
    return _is_list(split(url))


def page_links(html: str, url: str, home: str) -> PageLinks:
    """Links of the page at `url`; `home` is the careers page from which it was come by."""
    links = PageLinks()
    base, seen = url, {page_key(url), page_key(home)}
    for tag, attributes in _tags(html):
        if tag == "base":
            base = link_target(url, attributes.get("href", "")) or base
            continue
        target = link_target(base, attributes.get(_HOLDERS.get(tag, "href"), ""))
        if target is None or not same_site(target, home):
            links.elsewhere += [target] if target and tag == "a" and len(links.elsewhere) < _MOST_ELSEWHERE else []
            continue
        relations = attributes.get("rel", "").lower().split()
        own = attributes.get("property") == "og:url" or relations == ["canonical"]
        if own and links.canonical is None and _is_canonical(target, url, home):
            links.canonical = target
        if "alternate" in relations and "hreflang" in attributes and page_key(target) != page_key(url):
            links.alternates.append(target)
        follows = "next" in relations
        if tag in _FRAMES and target not in {url, home} and _kind_of(target, False, url, home):
            links.frames.append(target)
        elif (tag in {"a", "area"} or follows) and (page := page_key(target)) not in seen:
            seen.add(page)
            if (kind := _kind_of(target, follows, url, home)) is not None:
                getattr(links, kind).append(target)
    return links


def hosts_of_openings(urls: Iterable[str]) -> list[str]:
    """Hosts of those URLs that look like openings, each once.

    >>> hosts_of_openings(["https://acme.ats.example/jobs/7", "https://maps.example/ulm", "https://acme.ats.example/jobs"])
    ['acme.ats.example']
    """
    return list(dict.fromkeys(host_of(split(url)) for url in urls if likeness(url, url) or is_list(url)))


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


def _is_canonical(stated: str, url: str, home: str) -> bool:
    """Whether a page's own URL can be the one that it states: templates state one that stands for many postings."""
    if not likeness(stated, home):
        return False
    short, long = split(f"//{page_key(stated)}"), split(f"//{page_key(url)}")
    if long.path.startswith(f"{short.path}/"):
        return False
    dropped = dict(parse_qsl(long.query)).keys() - dict(parse_qsl(short.query)).keys()
    return all(name.lower() in _ASIDES for name in dropped)


def _kind_of(target: str, follows: bool, url: str, home: str) -> str | None:
    """The field of PageLinks that a link belongs to; `follows`: it is said to be the next page."""
    if _goes_on(url, target):
        return "pages"
    if likeness(target, home):  # "next" is often the next posting
        return "pages" if follows and split(target).path == split(url).path else "postings"
    if follows:
        return "pages"
    parts = split(target)
    return "lists" if _is_list(parts) and not _leads_away(parts, split(home)) else None


def _goes_on(url: str, target: str) -> bool:
    """Whether a link leads from one page of a list to another."""
    here, there = split(url), split(target)
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
    if _posting_by_query(parts, segments) or any(_ID.search(unquote(part)) for part in parts.path.split("/")[:-1]):
        return False
    return any(map(_about_openings, segments[-2:])) and all(
        word in _LIST or _about_openings([word]) for word in segments[-1]
    )


def _posting_by_query(parts: SplitResult, segments: list[list[str]]) -> bool:
    """Whether a query holds a posting's id."""
    stated = {name.lower() for name, _ in parse_qsl(parts.query)}
    return not _IDS.isdisjoint(stated) or (
        not _ID_AMONG_OPENINGS.isdisjoint(stated) and any(map(_about_openings, segments))
    )


def _leads_away(parts: SplitResult, home: SplitResult) -> bool:
    """Whether words of a URL say that it is about something else; the careers page's own words do not count."""
    if parts.path.lower().endswith(_FILES) or not _ACTIONS.isdisjoint(name for name, _ in parse_qsl(parts.query)):
        return True
    segments = _segments(parts)
    names = ["-".join(words) for words in segments]
    away = (_NEVER | _SECTIONS).intersection(names)
    if away:
        away -= {"-".join(words) for words in _segments(home)}
    return bool(away & _NEVER or away.intersection(names[-1:]) or (away and not any(map(_about_openings, segments))))


def _about_openings(words: list[str]) -> bool:
    return any(word in _WORDS or word.startswith(_BEGINNINGS) for word in words) or bool(
        _PHRASES.search("-".join(words))
    )


def _segments(parts: SplitResult) -> list[list[str]]:
    """Words of each part of a path that has any."""
    named = (_WORD.findall(_CAMEL.sub("-", segment).lower()) for segment in unquote(parts.path).split("/"))
    return [words for words in named if words]
