"""A visit's search for the postings of a careers site: what to look into next, likeliest first, within bounds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from crawlers.addresses import page_key, same_site
from crawlers.candidates import MOST_CANDIDATES, MOST_HOPS, Candidates, newest_first
from crawlers.careerspage import PAGE, CareersPage
from crawlers.detect import Found, Platform, detect_url
from crawlers.links import hosts_of_openings, is_about_openings
from crawlers.payload import Row
from crawlers.sitemaps import Entry, Sitemap
from crawlers.visits import Outcome, Visit

_MOST_LISTS = 50
"""Further lists of openings that are looked into, apart from the pages on which a list goes on."""
_MOST_SITEMAPS = 50
_DEEPEST_SITEMAP = 3
_MOST_ENTRIES = 200_000
"""Pages that all sitemaps of a site may list."""
_MOST_FOREIGN = 1000
"""Places on other sites, named by sitemaps, that are looked at for a platform's board."""
_MOST_BOARDS = 5
"""Boards of platforms, shown by one site, that can be one employer's."""
_PROBE = 50
"""Pages after which the search ends when none of them gave a posting."""
_FAILED = {Outcome.NOT_FOUND, Outcome.BLOCKED, Outcome.UNREADABLE}
"""Outcomes of a platform's board after which the postings may be on the site all the same."""


@dataclass(kw_only=True, slots=True)
class FurtherList:
    """A list of openings that is to be asked for."""

    url: str
    hops: int
    """Links from the careers page to here."""
    goes_on: bool = False
    """Whether another list goes on here."""


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
    candidates: Candidates
    under_way: int = 0
    """Requests that were not answered yet, and boards handed over whose visits have not ended."""
    begun: bool = False
    """Whether the careers page was had."""
    over: bool = False
    """Whether nothing more is to be looked for."""
    set_aside: CareersPage | None = None
    """The page for whose boards the search ended, the careers page in most cases."""
    pages: int = 0
    """Pages asked for."""
    left_out: int = 0
    """Pages that the bound kept from being asked for."""
    fruitless: int = 0
    """Pages that look like postings and gave none."""
    forbidden: int = 0
    """Pages that robots.txt forbids."""
    problem: str | None = None
    """The first thing that may have hidden postings, for a person."""
    revealed: dict[Found, None] = field(default_factory=dict)
    """Boards of platforms that the site shows to be its own, in order."""
    linked: dict[Found, None] = field(default_factory=dict)
    """Boards of platforms that pages of the site link to, the likeliest of the first page first."""
    elsewhere: dict[str, None] = field(default_factory=dict)
    """Hosts of other sites on which there seem to be openings."""
    handed_over: dict[str, Outcome | None] = field(default_factory=dict)
    """Names of the boards that were handed over to their platform's spider; how that ended."""
    _read: set[str] = field(default_factory=set)
    """Pages that gave a posting."""
    _seen: set[str] = field(default_factory=set)
    """Lists, sitemaps and frames that are asked for."""
    _stated: set[int] = field(default_factory=set)
    """Hashes of the postings that pages hold."""
    _lists: int = 0
    _list_pages: int = 0
    _list_pages_left_out: int = 0
    _sitemaps: int = 0
    _entries: int = 0
    _foreign: dict[str, Found | None] = field(default_factory=dict)
    """Places on other sites, and the platform that each belongs to."""
    _here: set[Found] = field(default_factory=set)
    """Boards on the very site that is searched, as those of a tenant of Workday."""

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

    def add_page(self, page: CareersPage, hops: int, goes_on: bool = False) -> list[FurtherList]:
        """Take in what a page that is `hops` links away leads to; return the further lists to ask for.

        A list goes on for as long as its pages bring something new: some link from each page to the next for ever.
        """
        links = page.links
        self.elsewhere |= dict.fromkeys(hosts_of_openings(links.elsewhere))
        news = self._is_news(page.postings)
        for url in links.postings if hops < MOST_HOPS else ():
            news |= self.candidates.add(url, self.home, hops=hops + 1)
        further = [
            FurtherList(url=url, hops=hops) for url in links.frames if self._is_new(url, url) and self._spend_on_list()
        ]
        further += [
            FurtherList(url=url, hops=hops, goes_on=True)
            for url in (links.pages if news or not goes_on else ())
            if self._is_new(url) and self._spend_on_list()
        ]
        for url in links.lists if hops < MOST_HOPS - 1 else ():
            if not self._is_new(url):
                continue
            if self._lists >= _MOST_LISTS:
                self.note(f"more than {_MOST_LISTS} pages look like lists of openings")
            elif self._spend_on_list():
                self._lists += 1
                further.append(FurtherList(url=url, hops=hops + 1))
        return further

    def leave_out(self, urls: Iterable[str]) -> None:
        """Do not ask for these lists: they are one that was read, in other languages."""
        self._seen.update(page_key(url) for url in urls)

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Take in pages that a sitemap lists."""
        self._entries += len(entries)
        if self._entries > _MOST_ENTRIES:
            self.note(f"the sitemaps list more than {_MOST_ENTRIES} pages")
            return
        for entry in entries:
            if same_site(entry.url, self.home):
                self.candidates.add(entry.url, self.home, entry.lastmod, alternates=entry.alternates)
            else:
                self.reveal(entry.url)

    def further_sitemaps(self, sitemap: Sitemap, depth: int) -> list[str]:
        """The sitemaps to ask for of those that one names to which `depth` - 1 others led."""
        if sitemap.sitemaps and depth >= _DEEPEST_SITEMAP:
            self.note(f"sitemaps are nested more than {_DEEPEST_SITEMAP} deep")
            return []
        of_openings = [entry for entry in sitemap.sitemaps if is_about_openings(entry.url)]
        ordered = sorted(of_openings or sitemap.sitemaps, key=lambda entry: newest_first(entry.lastmod))
        return [entry.url for entry in ordered]

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
        board = replace(found, posting=None)
        self.revealed.setdefault(board)
        if same_site(url, self.home):
            self._here.add(board)
        return True

    def take(self, listed: int) -> list[Row]:
        """The candidates to look into now; they are few as long as it does not show where postings are, if there are
        any; `listed` is 0 when none was found.
        """
        if self.over or (self.revealed and self.fruitless and not listed):
            return []
        few = None
        if self.pages < self.most and not (listed and self.candidates.taken):
            few = max(min(_PROBE - self.fruitless, self.most // 2 + 1), 0)
        return [{"url": one.url, "lastmod": one.lastmod} for one in self.candidates.take(self.home, few)]

    def gave(self, url: str) -> None:
        """Note that a candidate holds a posting."""
        self.candidates.gave(url)
        self._read.add(page_key(url))

    def is_translation(self, alternates: Iterable[str], unchanged: Collection[str]) -> bool:
        """Whether a page is one that gave a posting, now or when that was stored, in another language."""
        return any(page in self._read or page in unchanged for page in map(page_key, alternates))

    def credible(self, boards: Iterable[Found]) -> list[Found]:
        """Boards that may be handed over; of so many that they cannot all be one employer's, none."""
        boards = list(boards)
        if len(set(boards) - self._here) <= _MOST_BOARDS:
            return boards
        self.note(f"it shows {len(boards)} boards of platforms, which cannot all be its own")
        return [board for board in boards if board in self._here]

    def last_resort(self) -> list[Found]:
        """Boards to hand over where no posting was found."""
        linked = (found for found in self.linked if found.board)
        return self.credible(self.revealed) or list(islice(linked, 1))

    def is_let_down(self) -> bool:
        """Whether boards were handed over, and nothing came of any."""
        return bool(self.handed_over) and _FAILED.issuperset(self.handed_over.values())

    def conclude(self, visit: Visit) -> None:
        """Tell the visit how the search ended; of a page that could not be had it knows."""
        if visit.outcome is not None:
            return
        good = [name for name, outcome in self.handed_over.items() if outcome not in _FAILED]
        for problem in self._left_out(bool(visit.listed or good)):
            self.note(problem)
        if good:
            rest = "others of its postings are" if visit.listed else "its postings are"
            visit.reason = visit.reason or f"{rest} on {', '.join(good)}"
        elif not visit.listed:
            visit.fail(Outcome.UNREADABLE, "; ".join(self._shortcomings()))
        if self.problem and (visit.listed or len(good) < len(self.handed_over)):
            visit.fail(Outcome.PARTIAL, self.problem)

    def _left_out(self, found: bool) -> Iterator[str]:
        """Where more postings may be; `found`: there are some."""
        if self.left_out:
            yield f"CAREERS_MAX_PAGES={self.most} were asked for, {self.left_out} more look like postings"
        if self._list_pages_left_out:
            half = f"half of CAREERS_MAX_PAGES={self.most}"
            yield f"lists took {half}, {self._list_pages_left_out} more pages of them were left out"
        if self.candidates.left_out:
            yield f"more than {MOST_CANDIDATES} pages look like postings"
        if self.forbidden:
            yield f"robots.txt forbids pages that may hold postings: {self.forbidden}"
        for name, outcome in self.handed_over.items():
            if outcome in _FAILED and not (found and outcome == Outcome.NOT_FOUND):  # then it is a relic
                yield f"it shows {name}, which is {outcome}"

    def _shortcomings(self) -> Iterator[str]:
        """Why nothing was found."""
        yield "no JobPosting data, no known platform"
        if self.fruitless:
            yield f"pages that look like postings and gave none: {self.fruitless}"
        if boardless := next((found.platform for found in self.linked if not found.board), None):
            yield f"it seems to be on {boardless}, but on which board does not show"
        elif self.elsewhere:
            yield f"it links to openings on {', '.join(islice(self.elsewhere, 3))}"
        if self.problem:
            yield self.problem

    def hops_to(self, url: str) -> int:
        """Links from the careers page to a candidate that is asked for."""
        one = self.candidates.taken.get(page_key(url))
        return one.hops if one else MOST_HOPS

    def _is_news(self, postings: list[Row]) -> bool:
        """Whether a page's own postings are not all known from other pages."""
        stated = {hash(repr([value for key, value in row.items() if key != PAGE])) for row in postings}
        news = not stated <= self._stated
        self._stated |= stated
        return news

    def _spend_on_list(self) -> bool:
        """Count a list's page that is about to be asked for: all may take half of the pages."""
        if self._list_pages >= max(self.most // 2, 1):
            self._list_pages_left_out += 1
            return False
        self._list_pages += 1
        return self.spend()

    def _is_new(self, url: str, page: str | None = None) -> bool:
        if not self.may_ask(url):
            return False
        page = page or page_key(url)
        if page in self._seen or page in self.candidates.taken:
            return False
        self._seen.add(page)
        return True
