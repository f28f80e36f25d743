"""One place's string -> the places that it names: cut where it names several, each read by its parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice, pairwise

from crawlers.classify.gazetteer import Region
from crawlers.classify.place_choice import choose, is_country_only
from crawlers.classify.place_found import Found, settle
from crawlers.classify.place_parts import Part, blanked, meaning_of, parts_of, says_several

_BETWEEN = re.compile(r";|\|+|•|·|\n|\b(?:or|oder|ou)\b|(?P<weak>/|&|\b(?:and|und|et)\b)", re.IGNORECASE)
"""What may stand between two places; "weak" may as well stand in the name of one."""
_MOST_PLACES = 20
_CITY = 3
_LARGE_CITY = 300
"""Thousands of people from which cities parted by commas are several places, where neither is the other's region."""


@lru_cache(maxsize=32768)
def found_in(raw: str, country: str | None = None) -> tuple[Found, ...]:
    """Places that a string names, in its order; none where it names none. `country`: the first of them is in it."""
    if says_several(raw):
        return ()
    text = blanked(raw)
    groups = _groups(text)
    found = [choose(group, country if index == 0 else None) for index, group in enumerate(groups)]
    found = [each for each in found if each.level or each.candidates]
    if len(found) > 1:
        found = _settled(found)
        found = [each for each in found if not _is_around_another(each, found)]
    return tuple(dict.fromkeys(found))


def _groups(text: str) -> list[list[Part]]:
    """The parts of each place: cut between places where both sides are as much of a place as each other."""
    sides = _sides(text)
    if len(sides) < 2:
        return _in_sequence(sides[0])
    levels = [choose(side).level for side in sides]
    level = max(levels)
    if level == 0 or levels.count(level) < 2:
        return _in_sequence(parts_of(text))
    return [group for side in _joined(sides, levels, level) for group in _in_sequence(side)]


def _sides(text: str) -> list[list[Part]]:
    """The parts on the sides of what may stand between places."""
    sides: list[list[Part]] = []
    position, weak = 0, False
    for match in [*islice(_BETWEEN.finditer(text), _MOST_PLACES), None]:
        side = parts_of(text, position, match.start() if match else len(text))
        if weak and not _stand_apart(sides[-1], side, text):
            sides[-1] += side
        else:
            sides.append(side)
        if match:
            position, weak = match.end(), match["weak"] is not None
    return sides


def _stand_apart(left: Sequence[Part], right: Sequence[Part], text: str) -> bool:
    """Whether places stand on both sides, and not the halves of one name: "Newfoundland and Labrador"."""
    if not (left and right and left[-1].meaning and (right[0].meaning or right[-1].meaning.country)):
        return False
    return not meaning_of(text[left[-1].start : right[0].end])


def _joined(sides: Sequence[list[Part]], levels: Sequence[int], level: int) -> list[list[Part]]:
    """Sides without those that name no place by themselves, or only what others are in."""
    return [
        side for side, each in zip(sides, levels, strict=True) if each and side and (each == level or level == _CITY)
    ]


def _in_sequence(parts: list[Part]) -> list[list[Part]]:
    """Parts cut into places that follow each other with nothing but commas between: "Austin, TX, Boston, MA"."""
    if len(parts) < 2:
        return [parts]
    for step in (-1, 1):
        ends = _ends(parts, step)
        if len({parts[city].meaning.key for city, _ in ends}) > 1:
            starts = [min(pair) for pair in ends]
            cuts = [0, *starts[1:], len(parts)]
            return [parts[start:stop] for start, stop in pairwise(cuts)]
    meant = [part for part in parts if part.meaning]
    for alike in (_is_large_city_only, is_country_only):
        if len({part.meaning.country or part.meaning.key for part in meant}) > 1 and all(map(alike, meant)):
            return [[part] for part in meant]
    return [parts]


def _ends(parts: Sequence[Part], step: int) -> list[tuple[int, int]]:
    """Indexes of (city, region) pairs, the city `step` from its region."""
    pairs = []
    for index, part in enumerate(parts):
        at = index + step
        if 0 <= at < len(parts) and any(
            Region(city.country, city.region or "") in part.meaning.regions for city in parts[at].meaning.cities
        ):
            pairs.append((at, index))
    return pairs


def _is_large_city_only(part: Part) -> bool:
    meaning = part.meaning
    return bool(
        not meaning.country and not meaning.regions and meaning.cities and meaning.cities[0].thousands >= _LARGE_CITY
    )


def _settled(found: list[Found]) -> list[Found]:
    """Ambiguous places decided by the certain ones beside them."""
    certain = [each for each in found if each.country]
    countries = list(dict.fromkeys(each.country for each in certain if each.country))
    regions = [Region(each.country, each.region) for each in certain if each.country and each.region and not each.city]
    cities = any(each.city and each.country for each in found)
    return [settle(_as_city(each) if cities else each, countries, regions) for each in found]


def _as_city(found: Found) -> Found:
    """A place that may be a city or a region, beside cities: the city, "LA" beside "NYC"."""
    candidates = [each for each in found.candidates if each.city]
    if found.city or len(candidates) != 1:
        return found
    return settle(replace(found, candidates=tuple(candidates)), [candidates[0].country])


def _is_around_another(place: Found, found: Sequence[Found]) -> bool:
    """Whether a place is only the country or region of another one in the same string."""
    if place.city or place.candidates:
        return False
    return any(
        other is not place
        and other.level > place.level
        and other.country == place.country
        and place.region in (None, other.region)
        for other in found
    )
