"""Lists that are longer than the platform shows: split by facets into slices that it shows whole. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Chosen = dict[str, list[str]]
"""Facet values that a list is narrowed to, by the facet's parameter; those of one facet are alternatives."""

_IDS_PER_GROUP = 200
_MOST_PAGES = 10_000
"""Pages of one list."""
_MOST_FACETS = 4
"""Facets that a list is split by, one after the other, until all of it is found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """A property that a list can be narrowed by. Its counts are true where the list itself is cut short."""

    parameter: str
    counts: dict[str, int]
    """Value's id -> openings that have it; an opening may have several values of a facet, or none."""

    @property
    def size(self) -> int:
        """Openings, if each has one value."""
        return sum(self.counts.values())

    def groups(self, cap: int) -> list[list[str]]:
        """Values in groups of fewer openings than `cap`; a value that has more stands alone.

        >>> Facet(parameter="family", counts={"a": 3, "b": 7, "c": 1, "d": 2}).groups(6)
        [['b'], ['a', 'd'], ['c']]
        """
        groups: list[tuple[int, list[str]]] = []
        for value, count in sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0])):
            for index, (size, group) in enumerate(groups):
                if size + count < cap and len(group) < _IDS_PER_GROUP:
                    group.append(value)
                    groups[index] = size + count, group
                    break
            else:
                groups.append((count, [value]))
        return [group for _, group in groups]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of a list to ask for."""

    offset: int
    chosen: Chosen = field(default_factory=dict)


class Listing:
    """One visit's way through a list: which pages to ask for, how many openings there must be."""

    def __init__(self, *, page: int, cap: int) -> None:
        self.page, self.cap = page, cap
        self.total = 0
        """Openings that the whole list says it has; never more than `cap` where the platform cuts it short."""
        self.facets: list[Facet] = []
        """Of the whole list."""
        self.several: set[str] = set()
        """Facets of which an opening was seen to have several values: their counts say nothing of the size."""
        self.left: Counter[str] = Counter()
        """By how many a facet's counts were found to be too high: openings that left meanwhile."""
        self.tried: list[str] = []
        self.passes = 0
        self.asked = 0
        self.waiting = 0
        """Pages asked for and not read yet."""

    @property
    def size(self) -> int:
        """Openings that there are, by the best evidence so far."""
        if self.total != self.cap:
            return self.total
        return max([self.total, *(facet.size - self.left[facet.parameter] for facet in self._counted)])

    @property
    def sure(self) -> bool:
        """Whether there is any evidence of the size."""
        return self.total != self.cap or bool(self._counted)

    @property
    def _counted(self) -> list[Facet]:
        return [facet for facet in self.facets if facet.parameter not in self.several]

    def begin(self) -> Page:
        """The first page of the whole list."""
        self.passes += 1
        self.asked += 1
        self.waiting += 1
        return Page(offset=0)

    def more(self, chosen: Chosen, total: int, facets: list[Facet]) -> list[Page]:
        """What to ask for after the first page of a list, or of a slice of it, that says how long it is."""
        if chosen:
            self._learn(chosen, total, facets)
        else:
            self.total, self.facets = total or self.total, facets or self.facets
        cut = total >= self.cap if chosen else self.size > total
        expected = self._expected(chosen) if chosen else self._likely()
        facet = self._best(facets, chosen, expected) if cut else None
        if facet is None:
            pages = [Page(offset=offset, chosen=chosen) for offset in range(self.page, total, self.page)[:_MOST_PAGES]]
        else:
            pages = self._slices(facet, chosen)
        return self._asked(pages)

    def rest(self, found: int) -> list[Page]:
        """What to ask for when all pages asked for are read, and `found` openings were on them."""
        if found >= self.size and (self.total != self.cap or self._agreed()):
            return []
        if self.total != self.cap and self.passes == 1:  # it changed while it was read: once more from the beginning
            return [self.begin()]
        if self.total < self.cap or len(self.tried) == _MOST_FACETS:
            return []
        facet = self._best(self.facets, {}, max(self._likely(), found + 1))
        if facet is None or (found >= self.size and facet.size <= found):
            return []
        return self._asked(self._slices(facet, {}))

    def _agreed(self) -> bool:
        """Whether two facets say the same of the size: else each may leave out openings that have no value of it."""
        sizes = [facet.size for facet in self._counted]
        return sizes.count(max(sizes, default=0)) > 1

    def _asked(self, pages: list[Page]) -> list[Page]:
        """Pages to ask for; none past what a list of this size can need, as where a tenant ignores what is chosen."""
        pages = pages[: max(0, 4 * self.size // self.page + 100 - self.asked)]
        self.asked += len(pages)
        self.waiting += len(pages)
        return pages

    def _slices(self, facet: Facet, chosen: Chosen) -> list[Page]:
        if not chosen:
            self.tried.append(facet.parameter)
        return [Page(offset=0, chosen={**chosen, facet.parameter: group}) for group in facet.groups(self.cap)]

    def _best(self, facets: list[Facet], chosen: Chosen, expected: int) -> Facet | None:
        """The facet that splits a list of the expected size best: all openings have it, its parts are short enough.

        Of places an opening often has several: pages would repeat it.
        """
        free = [
            facet
            for facet in facets
            if facet.parameter not in chosen and len(facet.counts) > 1 and (chosen or facet.parameter not in self.tried)
        ]

        def fitness(facet: Facet) -> tuple[bool, bool, bool, int]:
            several = facet.parameter in self.several or "location" in facet.parameter.lower()
            return facet.size < expected, several, max(facet.counts.values()) >= self.cap, facet.size

        return min(free, key=fitness, default=None)

    def _expected(self, chosen: Chosen) -> int:
        """Openings in a slice, by the counts of the whole list; at the most, where an opening has several values."""
        sizes = [
            sum(facet.counts.get(value, 0) for value in chosen[facet.parameter])
            for facet in self.facets
            if facet.parameter in chosen
        ]
        return min(sizes, default=self.size)

    def _likely(self) -> int:
        """Openings in the whole list, leaving out places, of which one often has several."""
        return max([0, *(facet.size for facet in self.facets if "location" not in facet.parameter.lower())])

    def _learn(self, chosen: Chosen, total: int, facets: list[Facet]) -> None:
        """A list that is not cut short shows of which facets an opening has several values."""
        if total >= self.cap:
            return
        self.several |= {facet.parameter for facet in facets if facet.parameter not in chosen and facet.size > total}
        excess = self._expected(chosen) - total if len(chosen) == 1 else 0
        if excess > max(3, self._expected(chosen) // 100):
            self.several |= chosen.keys()
        elif excess > 0:
            self.left[next(iter(chosen))] += excess
