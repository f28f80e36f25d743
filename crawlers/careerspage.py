"""What a page of a careers site holds: data of postings, a platform's board, links to go on with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crawlers.addresses import page_key, same_site, split
from crawlers.detect import Found, Platform, boards_of_page, detect_page, detect_url
from crawlers.jsonld import job_postings
from crawlers.links import PageLinks, is_list, likeness, page_links, without_links
from crawlers.payload import Row
from crawlers.schemaorg import name_of, stated_page

PAGE, ALONE = "@page", "@alone"
"""Keys that are added to a posting's data: URL of the page that it was found on; whether that page is its own."""


@dataclass(kw_only=True, slots=True)
class CareersPage:
    """A page, read; where it holds postings, its only links are those to where its list goes on."""

    postings: list[Row] = field(default_factory=list)
    """schema.org JobPostings, as jsonld has them, with PAGE and ALONE."""
    boards: list[Found] = field(default_factory=list)
    """Boards of platforms that the page is made of, or the one that it is on."""
    on_platform: bool = False
    """Whether the page's own URL belongs to that board."""
    linked: list[Found] = field(default_factory=list)
    """Platforms, with or without a board, that the page links to or mentions, the likeliest first."""
    links: PageLinks = field(default_factory=PageLinks)


def board_at(url: str, platforms: Sequence[type[Platform]]) -> Found | None:
    """The platform's board that a URL belongs to, without the posting; None where it belongs to none."""
    found = detect_url(url, platforms)
    return Found(found.platform, found.board) if found and found.board else None


def read_page(html: str, url: str, home: str, platforms: Sequence[type[Platform]]) -> CareersPage:
    """Read the page at `url`; `home` is the careers page from which it was come by.

    What the page is made of (frames, scripts, data) is certain to be the employer's; what it links to may be anything.
    """
    if board := board_at(url, platforms):
        return CareersPage(boards=[board], on_platform=True)
    links = page_links(html, url, home)
    if found := job_postings(html):
        return _page_of_postings(found, url, home, links)
    made_of = boards_of_page(without_links(html), url, platforms)
    return CareersPage(boards=made_of, linked=[] if made_of else detect_page(html, url, platforms), links=links)


def _page_of_postings(found: list[Row], url: str, home: str, links: PageLinks) -> CareersPage:
    """The page at `url`, which states these postings."""
    page = links.canonical or url
    rows: list[Row] = []
    named: list[str] = []
    for data in found:
        own = stated_page(data.get("url"), page) if "description" not in data else None
        if own and same_site(own, home) and page_key(own) != page_key(page):
            named.append(own)  # a list that names its postings; their words are on their own pages
        else:
            rows.append(data)
    rows = _merged(rows, page)
    if not same_site(url, home):  # a redirect; what lists several postings is somebody else's
        rows, links = rows if len(rows) == 1 else [], PageLinks()
        named = []
    stating = [row for row in rows if (own := stated_page(row.get("url"), page)) and page_key(own) == page_key(page)]
    for row in rows:
        alone = _is_posting(page, home) and (len(rows) == 1 or (len(stating) == 1 and row is stating[0]))
        row |= {PAGE: page, ALONE: alone}
    return CareersPage(postings=rows, links=PageLinks(postings=named, pages=links.pages, alternates=links.alternates))


def _is_posting(page: str, home: str) -> bool:
    """Whether a page can be one posting's own, and is no list that happens to hold a single one."""
    return likeness(page, home) > 0 or not (is_list(page) or split(page).path == split(home).path)


def _merged(rows: list[Row], page: str) -> list[Row]:
    """Rows without those that say a posting again: of the same title and place, and not of another number or page."""
    kept: list[Row] = []
    by_name: dict[str, Row] = {}
    for row in rows:
        first = by_name.setdefault(name_of(row), row)
        pages = [stated_page(each.get("url"), page) for each in (first, row)]
        if first is row or _differ(first.get("identifier"), row.get("identifier")) or _differ(*pages):
            kept.append(row)
        else:
            first |= {key: value for key, value in row.items() if key not in first}
    return kept


def _differ(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one != other
