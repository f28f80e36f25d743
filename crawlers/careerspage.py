"""What a page of a careers site holds: data of postings, a platform's board, links to go on with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawlers.detect import Found, Platform, detect_page, detect_url
from crawlers.jsonld import job_postings
from crawlers.links import PageLinks, link_target, page_links, same_site, without_links
from crawlers.payload import Row
from crawlers.schemaorg import page_key

PAGE, ALONE = "@page", "@alone"
"""Keys that are added to a posting's data: URL of the page that it was found on; whether it is the only one there."""


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
    page = links.canonical or url
    if found := job_postings(html):
        rows = []
        postings = []
        for data in found:
            own = data.get("url") if "description" not in data else None
            target = link_target(page, own) if isinstance(own, str) else None
            if target and same_site(target, home) and page_key(target) != page_key(page):
                postings.append(target)  # a list that names its postings; their words are on their own pages
            else:
                rows.append({**data, PAGE: page, ALONE: len(found) == 1})
        return CareersPage(postings=rows, links=PageLinks(postings=postings, pages=links.pages))
    made_of = [found for found in detect_page(without_links(html), url, platforms) if found.board]
    return CareersPage(boards=made_of, linked=[] if made_of else detect_page(html, url, platforms), links=links)
