"""Which country, region and city the parts of one place's string mean together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log10

from crawlers.classify import rules
from crawlers.classify.gazetteer import City, Region, fold
from crawlers.classify.place_city import CityName, city_by_place, tidy
from crawlers.classify.place_found import Candidate, Found, dominance, settle
from crawlers.classify.place_parts import Part

_NAMED_COUNTRY = 4.0
_CODED_COUNTRY = 2.0
_NAMED_REGION = 2.0
_REGION_OR_CITY = 1.2
_USUAL_CODE = 2.2
_OTHER_CODE = 0.7
_CITY_IN_REGION = 2.5
_CITY_IN_COUNTRY = 1.5
_CITY_ELSEWHERE = 0.2
_BESIDE = 0.3
_PART_OF_NAME = -0.8
_CITY_OF_ITS_REGION = 100
"""Thousands of people from which a region's name alone means the city in it that bears it."""
_SOME_SIZE = 50
"""Thousands of people from which a city makes a region's name elsewhere doubtful."""
_MOST_COUNTRIES = 12
_MOST_CANDIDATES = 5


@dataclass(slots=True)
class _Assignment:
    """Which part is the country, which the region and which the city, in one country."""

    score: float
    country: str
    country_part: int | None = None
    region_part: int | None = None
    city_part: int | None = None
    region: str | None = None


def choose(parts: Sequence[Part], country: str | None = None) -> Found:
    """What the parts mean together. `country`: that it is in this one is known, whatever they say."""
    assignment = _best(parts, country)
    if assignment is None:
        return Found(country=country, rule="place.stated") if country else Found()
    found = _from(parts, assignment)
    return settle(found, [country], rule=found.rule) if country else found


def is_country_only(part: Part) -> bool:
    """Whether a part can be nothing but a country that is not written together with another one."""
    meaning = part.meaning
    return bool(
        meaning.country
        and not (meaning.country_is_code or meaning.regions)
        and meaning.country not in _names().written_with_another
    )


def _best(parts: Sequence[Part], country: str | None) -> _Assignment | None:
    countries = [country] if country else _countries_of(parts)
    meant = any(part.meaning for part in parts)
    assignments = (assignment for each in countries if meant for assignment in _assignments(parts, each))
    return max(assignments, key=lambda assignment: assignment.score, default=None)


def _countries_of(parts: Sequence[Part]) -> list[str]:
    """Countries that the parts may speak of, the United States before those whose codes are its states' too."""
    found: dict[str, None] = {}
    for part in parts:
        meaning = part.meaning
        found |= dict.fromkeys(region.country for region in meaning.regions)
        if meaning.country:
            found[meaning.country] = None
        if meaning.cities:
            found[meaning.cities[0].country] = None
    return sorted(found, key=lambda country: country != "US")[:_MOST_COUNTRIES]


def _assignments(parts: Sequence[Part], country: str) -> Iterator[_Assignment]:
    """Ways to read the parts in one country."""
    country_part, score = None, 0.0
    for index, part in enumerate(parts):
        if part.meaning.country == country and (weight := _country_weight(part, country) + index / 100) > score:
            country_part, score = index, weight
    regions = [(index, part) for index, part in enumerate(parts) if index != country_part]
    for region_part, region, weight in [(None, None, 0.0), *_regions_in(regions, country)]:
        city_part, city_weight = _city_in(
            parts, country, region, (country_part, region_part), region_part, country_part
        )
        yield _Assignment(score + weight + city_weight, country, country_part, region_part, city_part, region)


def _country_weight(part: Part, country: str) -> float:
    if part.meaning.country_is_code:
        return _CODED_COUNTRY
    return _NAMED_COUNTRY + (_BESIDE if country in _names().written_with_another else 0.0)


def _regions_in(parts: Iterable[tuple[int, Part]], country: str) -> Iterator[tuple[int, str, float]]:
    for index, part in parts:
        for region in part.meaning.regions:
            if region.country == country:
                usual = country in _names().usual_codes
                code = _USUAL_CODE if usual and region.code not in _names().doubtful_codes else _OTHER_CODE
                name = _NAMED_REGION if usual or not part.meaning.cities else _REGION_OR_CITY
                name = _REGION_OR_CITY if part.meaning.key in _names().unclear else name
                yield index, region.code, code if part.meaning.region_is_code else name


def _city_in(
    parts: Sequence[Part],
    country: str,
    region: str | None,
    taken: tuple[int | None, ...],
    *evidence: int | None,
) -> tuple[int | None, float]:
    """The part that fits best as a city of a region of a country, and how well it does."""
    best: tuple[int | None, float] = (None, 0.0)
    neighbours = {index + step for index in evidence if index is not None for step in (-1, 1)}
    for index, part in enumerate(parts):
        if index in taken or not part.meaning.cities:
            continue
        weight = _city_weight(part, country, region)
        if weight and index in neighbours:
            weight += _BESIDE
        if weight > best[1]:
            best = index, weight
    return best


def _city_weight(part: Part, country: str, region: str | None) -> float:
    thousands = 0
    weight = 0.0
    for city in part.meaning.cities:
        if city.country == country:
            fits = _CITY_IN_COUNTRY if region is None else _CITY_IN_REGION if city.region == region else _CITY_ELSEWHERE
            if fits > weight:
                weight, thousands = fits, city.thousands
    if not weight:
        return 0.0
    return weight + min(0.4, log10(thousands) / 10) + (_PART_OF_NAME if part.meaning.city else 0.0)


def _from(parts: Sequence[Part], assignment: _Assignment) -> Found:
    evidence = [index for index in (assignment.country_part, assignment.region_part) if index is not None]
    if not evidence:
        return _by_city(parts, assignment)
    if assignment.score <= _OTHER_CODE:
        return Found()
    name = _city_of(parts, assignment, evidence)
    if (name is None or _is_unclear(name.part)) and (found := _unclear_in(parts, assignment)):
        return found
    used = [parts[index] for index in evidence] + ([name.part] if name else [])
    found = Found(
        city=name.text if name else None,
        region=assignment.region if name or _is_only_region(parts, assignment) else None,
        country=assignment.country,
        start=min(part.start for part in used),
        end=max(part.end for part in used),
        rule="place.named" if _is_named(parts, assignment) else "place.coded",
    )
    if name and not assignment.region:
        return _with_region(found, [city for city in name.part.meaning.cities if city.country == found.country])
    if not name and found.country in _names().city_states:
        return replace(found, city=_names().city_states[found.country])
    return found


def _regions_and_cities(part: Part) -> tuple[Candidate, ...]:
    """Readings of a region's name that cities of some size elsewhere bear too, unless it is a usual one."""
    meaning, names = part.meaning, _names()
    if meaning.country or meaning.region_is_code or any(each.country in names.usual_codes for each in meaning.regions):
        return ()
    countries = {region.country for region in meaning.regions}
    if not countries:
        return ()
    cities = [city for city in meaning.cities if city.country not in countries and city.thousands >= _SOME_SIZE]
    if not cities:
        return ()
    regions = [Candidate(None, region.code, region.country) for region in meaning.regions]
    return (*regions, *_candidates(Found(city=tidy(part.text)), cities))[:_MOST_CANDIDATES]


def _is_only_region(parts: Sequence[Part], assignment: _Assignment) -> bool:
    """Whether the parts name no second region of the country."""
    return all(
        region.code == assignment.region
        for part in parts
        for region in part.meaning.regions
        if region.country == assignment.country
    )


def _is_named(parts: Sequence[Part], assignment: _Assignment) -> bool:
    country, region = assignment.country_part, assignment.region_part
    return (country is not None and not parts[country].meaning.country_is_code) or (
        region is not None and not parts[region].meaning.region_is_code
    )


def _is_unclear(part: Part) -> bool:
    return part.meaning.key in _names().unclear


def _unclear_in(parts: Sequence[Part], assignment: _Assignment) -> Found | None:
    """Readings of an unclear name that stands alone, or beside the country where it has several there."""
    meant = [part for part in parts if part.meaning]
    others = [part for part in meant if len(meant) == 1 or part is not parts[assignment.country_part or 0]]
    if len(others) != 1 or (found := _unclear(others[0])) is None:
        return None
    if len(meant) == 1:
        return found
    candidates = tuple(each for each in found.candidates if each.country == assignment.country)
    return replace(found, country=assignment.country, candidates=candidates) if len(candidates) > 1 else None


def _unclear(part: Part) -> Found | None:
    """A name that is a country's and a region's, or a region's and a city's elsewhere, where nothing else decides."""
    candidates = _names().unclear.get(part.meaning.key) or _regions_and_cities(part)
    if not candidates:
        return None
    countries = {each.country for each in candidates}
    country = countries.pop() if len(countries) == 1 else None
    return Found(country=country, candidates=candidates, start=part.start, end=part.end, rule="place.ambiguous")


def _city_of(parts: Sequence[Part], assignment: _Assignment, evidence: list[int]) -> CityName | None:
    """The city: one that is known in the region or country, or what stands where a city stands."""
    region_part = assignment.region_part
    if assignment.city_part is not None:
        part = parts[assignment.city_part]
        if not assignment.region or any(_is_in(city, assignment) for city in part.meaning.cities):
            return CityName(part, tidy(part.meaning.city or part.text))
    if name := city_by_place(parts, assignment.country, assignment.region, evidence):
        return name
    if region_part is not None and parts[region_part].meaning.key not in _names().region_first:
        part = parts[region_part]
        if any(_is_in(city, assignment) and city.thousands >= _CITY_OF_ITS_REGION for city in part.meaning.cities):
            return CityName(part, tidy(part.meaning.city or part.text))
    return None


def _is_in(city: City, assignment: _Assignment) -> bool:
    return city.country == assignment.country and city.region == assignment.region


def _by_city(parts: Sequence[Part], assignment: _Assignment) -> Found:
    """A place of which only the city is named: the best known bearer of the name, if there is one."""
    named = [part for part in parts if part.meaning.cities and part.meaning.key not in _names().not_alone]
    whole = [part for part in named if not part.meaning.city or part.meaning.key in _names().short]
    fitting = [
        part for part in whole or named if any(city.country == assignment.country for city in part.meaning.cities)
    ]
    if not fitting:
        return Found()
    part = fitting[0]
    found = Found(city=tidy(part.meaning.city or part.text), start=part.start, end=part.end, rule="place.city")
    if place := _names().alone.get(part.meaning.key if whole else fold(part.meaning.city or "")):
        return replace(found, country=place.country, region=place.code)
    if whole and _is_unclear(part):
        return _unclear(part) or found
    cities = _in_countries_of([other for other in named if other is not part], part)
    country = _dominant((city.country, city.thousands) for city in cities)
    elsewhere = not any(region.country == country for region in part.meaning.regions)
    if whole and elsewhere and (unclear := _unclear(part)):
        return unclear
    if country:
        return _with_region(replace(found, country=country), [city for city in cities if city.country == country])
    return replace(found, candidates=_candidates(found, cities), rule="place.ambiguous") if whole else Found()


def _in_countries_of(others: Sequence[Part], part: Part) -> list[City]:
    """Cities of a part's name, only those in the countries that the other parts name cities in, if there are any."""
    countries = set()
    for other in others:
        place = _names().alone.get(other.meaning.key)
        country = place.country if place else _dominant((city.country, city.thousands) for city in other.meaning.cities)
        countries |= {country} if country else {city.country for city in other.meaning.cities}
    return [city for city in part.meaning.cities if city.country in countries] or list(part.meaning.cities)


def _with_region(found: Found, cities: list[City]) -> Found:
    """The place with its region, or the regions that it may be in."""
    place = _names().alone.get(fold(found.city or ""))
    if place and place.country == found.country:
        return replace(found, region=place.code)
    regions = {city.region for city in cities}
    region = regions.pop() if len(regions) == 1 else _dominant((city.region or "", city.thousands) for city in cities)
    if region is not None or len(cities) < 2:
        return replace(found, region=region or None)
    return replace(found, candidates=_candidates(found, cities))


def _candidates(found: Found, cities: list[City]) -> tuple[Candidate, ...]:
    return tuple(Candidate(found.city, city.region, city.country, city.thousands) for city in cities[:_MOST_CANDIDATES])


def _dominant(places: Iterable[tuple[str, int]]) -> str | None:
    """The name whose people are many times those of all others together; None if there is no such one."""
    people: dict[str, int] = {}
    for name, thousands in places:
        people[name] = people.get(name, 0) + thousands
    largest = max(people, key=lambda name: people[name], default=None)
    if largest is None or people[largest] <= dominance() * (sum(people.values()) - people[largest]):
        return None
    return largest


@dataclass(frozen=True, slots=True)
class _Names:
    alone: dict[str, Region]
    short: frozenset[str]
    unclear: dict[str, tuple[Candidate, ...]]
    city_states: dict[str, str]
    region_first: frozenset[str]
    not_alone: frozenset[str]
    usual_codes: frozenset[str]
    doubtful_codes: frozenset[str]
    written_with_another: frozenset[str]


@cache
def _names() -> _Names:
    data = rules.load("places")
    places = ((Region(*place.split("-")), names) for place, names in data["alone"].items())
    return _Names(
        alone={name: region for region, names in places for name in names.split("; ")},
        short=frozenset(data["short"]),
        unclear={
            name: tuple(Candidate(city or None, region or None, country, 1) for city, region, country in readings)
            for name, readings in data["unclear"].items()
        },
        city_states=data["city_states"],
        region_first=frozenset(data["region_first"]),
        not_alone=frozenset(data["words"]["not_alone"].split("; ")),
        usual_codes=frozenset(data["usual_codes"]),
        doubtful_codes=frozenset(data["doubtful_codes"]),
        written_with_another=frozenset(data["written_with_another"]),
    )
