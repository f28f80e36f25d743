"""Where the job is: city, region and country as published, and whether it is remote, hybrid or on-site.

What the platform states of a place in fields of its own stands before what the string says. A city's name alone decides
where the city has ten times the people of all its namesakes together, first among countries, then among the regions of
one, or where it is known by its name alone (rules/places.toml, [alone]); otherwise the posting's country, its other
places and the currency of its pay decide, in this order; and where these do not, there are candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

from crawlers.classify import rules
from crawlers.classify.document import Document
from crawlers.classify.gazetteer import Region, country_coded
from crawlers.classify.place_found import Candidate, Found, settle
from crawlers.classify.place_parts import around, is_street
from crawlers.classify.place_strings import found_in
from crawlers.classify.workplace import read_workplace
from crawlers.items import Evidence, JobPosting, Location, Workplace

_MOST_AROUND = 5
_REGION = 2
"""`Found.level` of a place of which the region is known."""


@dataclass(kw_only=True, slots=True)
class PlaceReading:
    """What was read."""

    locations: list[Location]
    """All places, the headline one first: new objects, with `raw` and `stated` as they were."""
    workplace: Workplace | None
    """None where nothing says."""
    workplace_basis: str | None
    """What says it: "workplace_raw", "location", "title" or "description"."""
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class _Place:
    """One place of one published string."""

    location: Location
    found: Found
    offset: int
    """Of the string in all strings joined by line breaks."""


def read(posting: JobPosting, document: Document) -> PlaceReading:
    """Places and workplace, with the words that say so: for "locations" offsets into the strings joined by line breaks.

    Where `locations` is empty, `location_raw` is read; a description is searched for the workplace only.
    """
    stated, source = posting.locations, "locations"
    if not stated and posting.location_raw:
        stated, source = [Location(raw=posting.location_raw)], "location_raw"
    places = _settled(list(_places(stated, posting.country)), posting)
    workplace = read_workplace(
        posting.workplace_raw, [each.raw for each in stated], posting.title, document, places_source=source
    )
    evidence = [each for place in places if (each := _evidence(place, source))]
    locations = [_location(place.location, place.found) for place in places]
    if locations and is_street(locations[0].raw) and not any(each.country or each.candidates for each in locations):
        locations[0].candidates = _candidates_around(document)
    return PlaceReading(
        locations=locations,
        workplace=workplace.workplace if workplace else None,
        workplace_basis=workplace.basis if workplace else None,
        evidence=[*evidence, workplace.evidence] if workplace else evidence,
    )


def places_in(raw: str, *, country: str | None = None) -> list[Location]:
    """Places that one string names, in its order; one that says nothing where it names none.

    `country`: ISO 3166-1 alpha-2 code of the first place, where something else states it.

    >>> [(place.city, place.region, place.country) for place in places_in("NYC / SF")]
    [('New York', 'NY', 'US'), ('San Francisco', 'CA', 'US')]
    >>> places_in("Birmingham")[0].candidates
    ['Birmingham, ENG, GB', 'Birmingham, AL, US', 'Birmingham, MI, US']
    """
    return [_location(Location(raw=raw), found) for found in _read(raw, country)]


def _places(stated: Sequence[Location], headline: str | None) -> Iterator[_Place]:
    """The places of all strings. `headline`: country of the first."""
    offset = 0
    for index, location in enumerate(stated):
        for found in _found(location, headline if index == 0 else None):
            yield _Place(location=location, found=found, offset=offset)
        offset += len(location.raw) + 1


def _found(location: Location, country: str | None) -> Sequence[Found]:
    """What a location is read as: by the fields of its own where they say more than the country, else by its string."""
    stated = location.stated
    if stated is None:
        return _read(location.raw, country)
    country = stated.country or country
    text = ", ".join(filter(None, (stated.city, stated.region)))
    whole = _read(text, country) if text else ()
    if whole and whole[0].level >= _REGION and (whole[0].city or not stated.city):
        end = len(location.raw.rstrip())
        return [replace(whole[0], start=0, end=end, rule="place.stated")]
    return _read(location.raw, country)


def _read(raw: str, country: str | None) -> Sequence[Found]:
    """Places of a string, the first of them in a country that is known."""
    code = country.upper() if country else None
    if code is None or country_coded(code):
        return found_in(raw, code) or (Found(country=code, rule="place.stated"),)
    # A territory with a code of its own, such as Puerto Rico, is a region of its country in the tables.
    first, *others = found_in(raw) or (Found(),)
    return [replace(first, country=code, region=None, candidates=(), rule="place.stated"), *others]


def _settled(places: list[_Place], posting: JobPosting) -> list[_Place]:
    """Ambiguous places decided by what the posting says elsewhere."""
    if not any(place.found.candidates for place in places):
        return places
    others = {place.found.country for place in places if place.found.country}
    currencies = {pay.currency for pay in posting.pay_stated}
    hints = [posting.country.upper() if posting.country else None, others.pop() if len(others) == 1 else None]
    hints.append(_country_of_currency().get(currencies.pop() or "") if len(currencies) == 1 else None)
    countries = list(dict.fromkeys(filter(None, hints)))
    regions = [
        Region(place.found.country, place.found.region)
        for place in places
        if place.found.country and place.found.region and not place.found.city
    ]
    for place in places:
        place.found = settle(place.found, countries, regions)
    return places


def _location(location: Location, found: Found) -> Location:
    return Location(
        raw=location.raw,
        stated=location.stated,
        city=found.city,
        region=found.region,
        country=found.country,
        candidates=[str(each) for each in found.candidates],
    )


def _candidates_around(document: Document) -> list[str]:
    """Cities that the description says the job is in the country around of."""
    cities = [match["city"] or match["other"] for match in islice(around().finditer(document.text), _MOST_AROUND)]
    found = [each for city in cities for each in found_in(city.strip())]
    named: list[str] = []
    for place in found:
        if place.city and place.country:
            named.append(str(Candidate(place.city, place.region, place.country)))
        named += map(str, place.candidates)
    return list(dict.fromkeys(named))


def _evidence(place: _Place, source: str) -> Evidence | None:
    found = place.found
    quote = place.location.raw[found.start : found.end]
    if not (quote.strip() and (found.level or found.candidates)):
        return None
    start = place.offset + found.start
    return Evidence(
        reading="locations", source=source, quote=quote, start=start, end=start + len(quote), rule=found.rule
    )


@cache
def _country_of_currency() -> dict[str, str]:
    countries: dict[str, str] = rules.load("places")["currency"]
    return countries
