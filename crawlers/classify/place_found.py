"""What a place's string was read as, and how an ambiguous one is decided by what else is known. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from crawlers.classify import rules
from crawlers.classify.gazetteer import Region


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of an ambiguous place."""

    city: str | None
    region: str | None
    country: str
    thousands: int = 0

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.city, self.region, self.country)))


@dataclass(frozen=True, slots=True)
class Found:
    """What a place's string was read as."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    candidates: tuple[Candidate, ...] = ()
    start: int = 0
    """Half-open character offsets of the words that say it."""
    end: int = 0
    rule: str = "place.unknown"

    @property
    def level(self) -> int:
        """How much is known: 0 nothing, 1 the country, 2 the region, 3 the city."""
        if any(each.city for each in self.candidates):
            return 3
        return 3 if self.city else 2 if self.region else 1 if self.country else 0


def settle(
    found: Found, countries: Iterable[str], regions: Iterable[Region] = (), *, rule: str = "place.hint"
) -> Found:
    """An ambiguous place decided by what else is known: the regions or the countries that it is likely to be in."""
    if not found.candidates:
        return found
    for region in regions:
        fitting = [each for each in found.candidates if (each.country, each.region) == (region.country, region.code)]
        if fitting:
            return _decided(found, fitting, rule)
    for country in countries:
        fitting = [each for each in found.candidates if each.country == country]
        if fitting and found.country in (None, country):
            return _decided(found, fitting, rule)
    return found


def _decided(found: Found, fitting: list[Candidate], rule: str) -> Found:
    best, others = fitting[0], sum(each.thousands for each in fitting[1:])
    if len(fitting) == 1 or best.thousands > dominance() * others:
        return replace(found, city=best.city, region=best.region, country=best.country, candidates=(), rule=rule)
    candidates = tuple(fitting) if len(fitting) < len(found.candidates) or found.country else found.candidates
    return replace(found, country=best.country, candidates=candidates, rule=rule)


@cache
def dominance() -> int:
    """How many times the people of all others together one place must have to decide by its name alone."""
    times: int = rules.load("places")["dominance"]
    return times
