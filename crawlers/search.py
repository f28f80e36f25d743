"""A visit's search for the postings of a careers site: what to look into next, likeliest first, within bounds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from crawlers.detect import Found, Platform, detect_url
from crawlers.links import PageLinks, is_about_openings, likeness, same_site
from crawlers.payload import Row
from crawlers.schemaorg import page_key
from crawlers.sitemaps import Entry, Sitemap
from crawlers.text import when
from crawlers.visits import Outcome, Visit

_MOST_HOPS = 2
"""Links from the careers page to a posting: to a list of openings, or one by department, and on to the posting."""
_MOST_LISTS = 20
"""Further lists of openings that are looked into, apart from the pages on which a list goes on."""
_MOST_SITEMAPS = 50
_DEEPEST_SITEMAP = 3
_MOST_ENTRIES = 200_000
"""Pages that all sitemaps of a site may list."""
_MOST_CANDIDATES = 20_000
_MOST_FOREIGN = 1000
"""Places on other sites, named by sitemaps, that are looked at for a platform's board."""
_PROBE = 50
"""Pages after which the search ends when none of them gave a posting."""
_ON_LIST = 3
"""What it counts for that a page is linked to by a list, and not only in a sitemap."""


@dataclass(kw_only=True, slots=True)
class Candidate:
    """A page that may hold a posting."""

    url: str
    likeness: int
    lastmod: str | None = None
    hops: int = _MOST_HOPS
    """Links from the careers page to here; for what only a sitemap names, as many as are followed."""


@dataclass(kw_only=True, slots=True)
class Search:
    """What one visit knows of a site."""

    home: str
    """URL of the careers page, in the end that of the page to which it was redirected."""
    most: int
    """Pages that may be asked for."""
    platforms: Sequence[type[Platform]]
    may_ask: Callable[[str], bool]
    """Whether a URL may be asked for at all."""
    under_way: int = 0
    """Requests that were not answered yet."""
    begun: bool = False
    """Whether the careers page was had."""
    over: bool = False
    """Whether nothing more is to be looked for."""
    pages: int = 0
    """Pages asked for."""
    left_out: int = 0
    """Pages that the bound kept from being asked for."""
    fruitless: int = 0
    """Pages that look like postings and gave none."""
    problem: str | None = None
    """The first thing that may have hidden postings, for a person."""
    revealed: dict[Found, None] = field(default_factory=dict)
    """Boards of platforms that the site shows to be its own, in order."""
    linked: dict[Found, None] = field(default_factory=dict)
    """Boards of platforms that pages of the site link to, the likeliest of the first page first."""
    handed_over: list[str] = field(default_factory=list)
    """Names of the boards that were handed over to their platform's spider."""
    _seen: set[str] = field(default_factory=set)
    """Pages and sitemaps that are asked for."""
    _candidates: dict[str, Candidate] = field(default_factory=dict)
    _hops: dict[str, int] = field(default_factory=dict)
    """By URL, for the pages that are asked for."""
    _lists: int = 0
    _sitemaps: int = 0
    _entries: int = 0
    _foreign: dict[str, Found | None] = field(default_factory=dict)
    """Places on other sites, and the platform that each belongs to."""

    def note(self, problem: str) -> None:
        """Keep a problem, if it is the first."""
        self.problem = self.problem or problem

    def spend(self) -> bool:
        """Count a page that is about to be asked for; False: it would be one too many."""
        if self.pages >= self.most:
            self.left_out += 1
            return False
        self.pages += 1
        return True

    def add_links(self, links: PageLinks, hops: int) -> list[str]:
        """Take in the links of a page that is `hops` links away; return the further lists to ask for."""
        if hops < _MOST_HOPS:
            for url in links.postings:
                self._add(url, hops=hops + 1)
        lists = []
        for url in links.pages:
            if self._is_new(url) and self.spend():
                self._hops[url] = hops
                lists.append(url)
        for url in links.lists if hops < _MOST_HOPS - 1 else ():
            if self._lists < _MOST_LISTS and self._is_new(url) and self.spend():
                self._lists += 1
                self._hops[url] = hops + 1
                lists.append(url)
        return lists

    def add_sitemap(self, sitemap: Sitemap, depth: int) -> list[str]:
        """Take in what a sitemap lists, which `depth` - 1 others led to; return the further sitemaps to ask for."""
        for entry in sitemap.pages:
            self._entries += 1
            if self._entries > _MOST_ENTRIES:
                self.note(f"the sitemaps list more than {_MOST_ENTRIES} pages")
                break
            if same_site(entry.url, self.home):
                self._add(entry.url, entry.lastmod)
            else:
                self.reveal(entry.url)
        if sitemap.sitemaps and depth >= _DEEPEST_SITEMAP:
            self.note(f"sitemaps are nested more than {_DEEPEST_SITEMAP} deep")
            return []
        of_openings = [entry for entry in sitemap.sitemaps if is_about_openings(entry.url)]
        return [entry.url for entry in sorted(of_openings or sitemap.sitemaps, key=_newest_first)]

    def wants_sitemap(self, url: str) -> bool:
        """Whether to ask for a sitemap; one on a platform's board only reveals that board."""
        if self.reveal(url) or not self._is_new(url):
            return False
        if self._sitemaps >= _MOST_SITEMAPS:
            self.note(f"there are more than {_MOST_SITEMAPS} sitemaps")
            return False
        self._sitemaps += 1
        return True

    def reveal(self, url: str) -> bool:
        """Note the board of a platform that a URL leads to; False if it leads to none."""
        place = "/".join(url.split("/", 5)[:5])
        if place not in self._foreign and len(self._foreign) < _MOST_FOREIGN:
            self._foreign[place] = detect_url(url, self.platforms)
        found = self._foreign.get(place)
        if not found or not found.board:
            return False
        self.revealed.setdefault(replace(found, posting=None))
        return True

    def take(self, listed: int) -> list[Row]:
        """The candidates to look into now, likeliest first and then those that changed last; they are few as long as
        no posting was found (`listed` is 0).
        """
        if self.over or (self.revealed and self.fruitless and not listed):
            return []
        ordered = sorted(self._candidates.values(), key=lambda one: (-one.likeness, _newest_first(one)))
        taken = ordered if listed else ordered[: max(_PROBE - self.fruitless, 0)]
        for one in taken:
            self._hops[one.url] = one.hops
            del self._candidates[page_key(one.url)]
            self._seen.add(page_key(one.url))
        return [{"url": one.url, "lastmod": one.lastmod} for one in taken]

    def last_resort(self) -> list[Found]:
        """Boards to hand over where no posting was found."""
        linked = (found for found in self.linked if found.board)
        return list(self.revealed) or list(islice(linked, 1))

    def conclude(self, visit: Visit) -> None:
        """Tell the visit how the search ended; of a page that could not be had it knows."""
        if visit.outcome is not None:
            return
        if self.left_out:
            self.note(f"CAREERS_MAX_PAGES={self.most} were asked for, {self.left_out} more look like postings")
        if self.handed_over:
            rest = "others of its postings are" if visit.listed else "its postings are"
            visit.reason = visit.reason or f"{rest} on {', '.join(self.handed_over)}"
        elif not visit.listed:
            visit.fail(Outcome.UNREADABLE, "; ".join(self._shortcomings()))
        if visit.listed and self.problem:
            visit.fail(Outcome.PARTIAL, self.problem)

    def _shortcomings(self) -> Iterator[str]:
        """Why nothing was found."""
        yield "no JobPosting data, no known platform"
        if self.fruitless:
            yield f"pages that look like postings and gave none: {self.fruitless}"
        if boardless := next((found.platform for found in self.linked if not found.board), None):
            yield f"it seems to be on {boardless}, but on which board does not show"
        if self.problem:
            yield self.problem

    def hops_to(self, url: str) -> int:
        """Links from the careers page to a page that is asked for."""
        return self._hops.get(url, _MOST_HOPS)

    def _add(self, url: str, lastmod: str | None = None, hops: int | None = None) -> None:
        """Take in a candidate; of one that is there, what was not known yet."""
        score = likeness(url, self.home)
        if not score or not self.may_ask(url):
            return
        page = page_key(url)
        one = self._candidates.get(page)
        if one is None:
            if page in self._seen:
                return
            if len(self._candidates) >= _MOST_CANDIDATES:
                self.note(f"more than {_MOST_CANDIDATES} pages look like postings")
                return
            one = self._candidates[page] = Candidate(url=url, likeness=score)
        one.lastmod = max(filter(None, (one.lastmod, lastmod)), default=None)
        if hops is not None and one.hops == _MOST_HOPS:
            one.hops, one.likeness = hops, one.likeness + _ON_LIST

    def _is_new(self, url: str) -> bool:
        if not self.may_ask(url):
            return False
        page = page_key(url)
        if page in self._seen:
            return False
        self._seen.add(page)
        return True


def _newest_first(one: Entry | Candidate) -> float:
    changed = when(one.lastmod)
    return -changed.timestamp() if changed else 0.0
