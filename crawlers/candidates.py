"""Pages of a careers site that may hold a posting: which to look into next, and which are one page in other languages.
Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from crawlers.addresses import origin_of, page_key, same_site, split
from crawlers.links import likeness
from crawlers.text import when

MOST_HOPS = 2
"""Links from the careers page to a posting: to a list of openings, or one by department, and on to the posting."""
MOST_CANDIDATES = 20_000
_ON_LIST = 3
"""What it counts for that a page is linked to by a list, and not only in a sitemap."""
_LOCALE = re.compile(r"/([a-z]{2}(?:[-_][a-z]{2,4})?)(?=/)", re.IGNORECASE)
_LOCALES = {"hl", "lang", "language", "locale"}
_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{2,}")
"""A number that is no year."""


@dataclass(kw_only=True, slots=True)
class Candidate:
    """A page that may hold a posting."""

    url: str
    likeness: int
    group: str
    """What it has in common with the same page in other languages."""
    lastmod: str | None = None
    hops: int = MOST_HOPS
    """Links from the careers page to here; for what only a sitemap names, as many as are followed."""


@dataclass(kw_only=True, slots=True)
class Candidates:
    """The candidates of one site."""

    may_ask: Callable[[str], bool]
    """Whether a URL may be asked for at all."""
    left_out: int = 0
    """Pages that were too many."""
    waiting: dict[str, Candidate] = field(default_factory=dict)
    """By page, those that were not taken yet."""
    taken: dict[str, Candidate] = field(default_factory=dict)
    """By page, those that were."""
    _listed: set[str] = field(default_factory=set)
    """Pages that some list links to."""
    _groups: set[str] = field(default_factory=set)
    """Of those that were taken."""
    _fertile: set[str] = field(default_factory=set)
    """Folders in which there are postings."""
    _origins: dict[str, bool] = field(default_factory=dict)
    """Beginnings of URLs, and whether they may be asked for."""

    def add(
        self, url: str, home: str, lastmod: str | None = None, hops: int | None = None, alternates: Sequence[str] = ()
    ) -> bool:
        """Take in a candidate; of one that is there, what was not known yet; `hops` is None for one of a sitemap.

        True: a list links to this page, and none did before.
        """
        score = likeness(url, home)
        if not score or not self._may_ask(url):
            return False
        page = page_key(url)
        news = hops is not None and page not in self._listed
        if news:
            self._listed.add(page)
        one = self.waiting.get(page)
        if one is None:
            if page in self.taken:
                return news
            if len(self.waiting) >= MOST_CANDIDATES:
                self.left_out += 1
                return news
            one = self.waiting[page] = Candidate(url=url, likeness=score, group=_group(page))
        known = (each for each in alternates if same_site(each, home) and self._may_ask(each))
        one.group = min([one.group, *(_group(page_key(each)) for each in known)])
        one.lastmod = max(filter(None, (one.lastmod, lastmod)), default=None)
        if hops is not None and one.hops == MOST_HOPS:
            one.hops, one.likeness = hops, one.likeness + _ON_LIST
        return news

    def take(self, home: str, few: int | None) -> list[Candidate]:
        """The candidates to look into now, the likeliest first and then those that changed last; those from folders
        whose pages gave nothing come last. If they are to be `few`, they are from all folders alike.
        """
        spoken = _locale(home)
        self._keep_one_language(spoken)
        barren = {_folder(one.url) for one in self.taken.values()} - self._fertile
        ordered = sorted(
            self.waiting.values(),
            key=lambda one: (
                _folder(one.url) in barren,
                -one.likeness,
                _locale(one.url) != spoken,
                newest_first(one.lastmod),
            ),
        )
        if few is not None:
            rank, count = {}, Counter[str]()
            for one in ordered:
                count[_folder(one.url)] += 1
                rank[one.url] = count[_folder(one.url)]
            ordered = sorted(ordered, key=lambda one: rank[one.url])[:few]
        for one in ordered:
            page = page_key(one.url)
            self.taken[page] = self.waiting.pop(page)
            self._groups.add(one.group)
        return ordered

    def gave(self, url: str) -> None:
        """Note that a page holds a posting."""
        self._fertile.add(_folder(url))

    def _keep_one_language(self, spoken: str) -> None:
        """Of pages in several languages keep one: in the careers page's own, or else always the same."""
        kept: dict[str, str] = {}
        for page, one in sorted(self.waiting.items(), key=lambda item: (_locale(item[1].url) != spoken, item[0])):
            kept.setdefault(one.group, page)
        self.waiting = {
            page: one for page, one in self.waiting.items() if kept[one.group] == page and one.group not in self._groups
        }

    def _may_ask(self, url: str) -> bool:
        """`may_ask` for one of very many URLs."""
        origin = origin_of(url)
        if origin not in self._origins:
            self._origins[origin] = self.may_ask(origin)
        return self._origins[origin]


def newest_first(lastmod: str | None) -> float:
    """A key to sort by what changed last; what does not say so comes last."""
    changed = when(lastmod)
    return -changed.timestamp() if changed else 0.0


def _folder(url: str) -> str:
    """Where on the site a page is: its path up to what tells it from its like.

    >>> _folder("https://acme.example/en/jobs/1234/baker"), _folder("https://acme.example/job?id=7")
    ('/en/jobs', '')
    """
    above = split(url).path.split("/")[:-1]
    return "/".join(above[: next((place for place, part in enumerate(above) if _NUMBER.search(part)), len(above))])


def _locale(url: str) -> str:
    """The language and country of a page, as its URL tells them; "" where it does not.

    >>> _locale("https://acme.example/de-AT/jobs"), _locale("https://acme.example/jobs?lang=de")
    ('de-at', 'de')
    """
    parts = split(url)
    if stated := _LOCALE.match(parts.path):
        return stated[1].lower()
    return next((value.lower() for name, value in parse_qsl(parts.query) if name.lower() in _LOCALES), "")


def _group(page: str) -> str:
    """What a page's key has in common with that of the same page in other languages, if it holds a number.

    >>> _group("acme.example/de/jobs/baker-12?lang=de"), _group("acme.example/de/jobs/baker")
    ('acme.example/jobs/baker-12', 'acme.example/de/jobs/baker')
    """
    host, slash, rest = page.partition("/")
    if not _NUMBER.search(rest):
        return page
    path, _, query = (slash + rest).partition("?")
    path = path[stated.end() :] if (stated := _LOCALE.match(path)) else path
    said = [(name, value) for name, value in parse_qsl(query) if name.lower() not in _LOCALES]
    return host + path + (f"?{urlencode(said)}" if said else "")
