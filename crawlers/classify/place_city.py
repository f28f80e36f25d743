"""A city's name in a place's string: found by where it stands, and tidied. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules
from crawlers.classify.gazetteer import cities_named, fold
from crawlers.classify.place_parts import Part

_LONGEST = 40
"""Characters of a city's name."""
_MOST_WORDS = 5
_LARGE = 300
"""Thousands of people."""
_LONGEST_CODE = 3
"""Letters of what is taken for a code where it stands in capitals."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class CityName:
    """A city's name and the part that it stands in."""

    part: Part
    text: str


def tidy(name: str) -> str:
    """A city's name as written, but for its case where that is all upper or all lower.

    >>> tidy("KAMLOOPS"), tidy("Mckeesport"), tidy("RIO DE JANEIRO"), tidy("McALLEN"), tidy("hyderabad")
    ('Kamloops', 'Mckeesport', 'Rio de Janeiro', 'McALLEN', 'Hyderabad')
    """
    name = " ".join(name.split())
    if name.isupper() or name.islower():
        return _WORD.sub(lambda match: _capitalised(match[0], match.start() == 0), name)
    return name


def city_by_place(parts: Sequence[Part], country: str, region: str | None, evidence: list[int]) -> CityName | None:
    """What stands where a city stands: before its region or country, or, where its region is named, behind it.

    `evidence`: indexes of the parts that name the region and the country.
    """
    named = {index for index, part in enumerate(parts) if index in evidence or _names_place(part, country)}
    for index in sorted(named, reverse=True):
        before = index - 1
        while before >= 0 and _is_code(parts[before].text) and before not in named:
            before -= 1
        if before >= 0 and before not in named and (name := _city_in(parts[before], parts[index], country, region)):
            return name
    first = min(named)
    behind = next((index for index in range(first + 1, len(parts)) if index not in named), None)
    if (
        region
        and behind is not None
        and parts[behind - 1].meaning.regions
        and not _is_large_city(parts[behind], country)
    ):
        return _city_in(parts[behind], parts[behind - 1], country, region)
    return None


def _names_place(part: Part, country: str) -> bool:
    """Whether a part names the country or one of its regions, or another country."""
    meaning = part.meaning
    other = meaning.country and not (meaning.country_is_code or meaning.cities)
    return bool(other) or meaning.country == country or any(region.country == country for region in meaning.regions)


def _is_code(text: str) -> bool:
    return len(text) <= _LONGEST_CODE and text.isupper()


def _is_large_city(part: Part, country: str) -> bool:
    """Whether a part is a city that is known in the country: if not in the region that stands beside it, in another."""
    return any(city.country == country and city.thousands >= _LARGE for city in part.meaning.cities)


def _city_in(part: Part, neighbour: Part, country: str, region: str | None) -> CityName | None:
    if _may_be_city(part.text):
        if part.joined and not (neighbour.meaning.region_is_code or part.meaning.cities):
            return None
        return CityName(part, tidy(part.text))
    words = part.text.split()
    if region is None or not any(character.isdigit() for character in part.text):
        return None
    for size in range(min(3, len(words) - 1), 0, -1):
        text = " ".join(words[-size:])
        if any((city.country, city.region) == (country, region) for city in cities_named(fold(text))):
            return CityName(part, tidy(text))
    return None


def _may_be_city(text: str) -> bool:
    """Whether a text looks like a city's name."""
    if len(text) > _LONGEST or not text[:1].isalpha() or _is_code(text) or any(letter.isdigit() for letter in text):
        return False
    words = fold(text).split()
    return 0 < len(words) <= _MOST_WORDS and " ".join(words) not in _nothing() and _no_city().isdisjoint(words)


def _capitalised(word: str, first: bool) -> str:
    lower = word.lower()
    if lower in _small_words() and not first:
        return lower
    if lower.startswith("mc") and len(lower) > 4:
        return f"Mc{lower[2:].capitalize()}"
    return lower.capitalize()


@cache
def _no_city() -> frozenset[str]:
    return frozenset(rules.load("places")["words"]["no_city"].split())


@cache
def _nothing() -> frozenset[str]:
    return frozenset(rules.load("places")["words"]["nothing"].split("; "))


@cache
def _small_words() -> frozenset[str]:
    return frozenset(rules.load("places")["words"]["small"].split())
