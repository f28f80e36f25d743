"""The parts of a place's string, such as "Austin", "TX" and "USA", and what each may name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from crawlers.classify import rules
from crawlers.classify.gazetteer import (
    City,
    Region,
    cities_named,
    country_coded,
    country_named,
    fold,
    regions_coded,
    regions_named,
)

LONGEST = 300
"""Characters of a place's string that are read."""
_MOST_PARTS = 24
_MOST_WORDS = 8
"""Words of a part among which names are looked for."""
_TAG = re.compile(r"<[^<>]{0,200}>|&nbsp;")
_SEPARATOR = re.compile(
    r"[,()\[\]{}|~>:;•·\"\n/_]+"
    r"|\s[-–—]+\s*|[-–—]+\s|[–—]"
    r"|(?<=\b[A-Z]{2})\.(?=[A-Z][A-Za-z])|(?<=\b[A-Z]{3})\.(?=[A-Z])|(?<=[a-zé]{3})\.\s?(?=[A-Z0-9])"
)
_POSTCODE = re.compile(r"(?![A-Z]{2,3}[ -])(?=[^\d]*\d)[A-Z0-9][A-Z0-9 -]{1,11}")
_ZIP = re.compile(r"([A-Z]{2}) \d{5}(?:-\d{4})?")
"""A state's code and a postal code of the United States: no other country's code."""
_NUMBERED_CODE = re.compile(r"([A-Z]{3})\d{1,3}")
_WORD = re.compile(r"\S+")
_CODE_LETTERS = 2
_LONGEST_CODE = 4
_SHORTENED = 1000
"""Thousands of people of a city whose name is usually shortened."""
_AROUND = " .,'*#?!+-&;\t"
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name may be."""

    key: str
    """The folded name."""
    country: str | None = None
    """ISO 3166-1 alpha-2, if it is one's."""
    country_is_code: bool = False
    """Named by two letters, which are many regions' codes too."""
    regions: tuple[Region, ...] = ()
    region_is_code: bool = False
    cities: tuple[City, ...] = ()
    """The largest first."""
    city: str | None = None
    """The city's name, where the part says more than that or says it shorter."""

    def __bool__(self) -> bool:
        return bool(self.country or self.regions or self.cities)


@dataclass(slots=True)
class Part:
    """A part of a place's string."""

    text: str
    start: int
    """Half-open character offsets into the string."""
    end: int
    meaning: Meaning
    joined: bool = False
    """Words beside it that name nothing, or only a space before the next part: the rest of a longer name, maybe."""


def blanked(raw: str) -> str:
    """The string without tags and notes that there are more places; of the same length, up to LONGEST.

    >>> blanked("Oslo, NO+3 more…")
    'Oslo, NO        '
    """
    text = raw[:LONGEST]
    for pattern in (_TAG, _patterns().more):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    if (street := _patterns().street.match(text)) and street["direction"]:
        start, end = street.span("direction")
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def is_street(raw: str) -> bool:
    """Whether a string is a street's address.

    >>> is_street("5 Mill Rd NE"), is_street("2 Locations")
    (True, False)
    """
    return _patterns().street.match(raw[:LONGEST]) is not None


def around() -> re.Pattern[str]:
    """What a description says of the country around, with its city in one of the groups."""
    return _patterns().around


def says_several(raw: str) -> bool:
    """Whether a string only says that there are several places.

    >>> says_several("2 Locations"), says_several("Oslo")
    (True, False)
    """
    return bool(_patterns().several.fullmatch(raw[:LONGEST].strip()))


def parts_of(text: str, start: int = 0, end: int | None = None) -> list[Part]:
    """Parts of text[start:end] in their order, without postcodes.

    >>> [part.text for part in parts_of("US-CA-San Francisco")], [part.text for part in parts_of("Kent WA 98032")]
    (['US', 'CA', 'San Francisco'], ['Kent', 'WA'])
    """
    parts: list[Part] = []
    position, stop = start, len(text) if end is None else end
    for match in [*_SEPARATOR.finditer(text, start, stop), None]:
        parts.extend(_read(text, position, match.start() if match else stop))
        if match is None or len(parts) >= _MOST_PARTS:
            break
        position = match.end()
    return parts


def _read(text: str, start: int, end: int) -> Iterator[Part]:
    """Parts of a stretch between separators."""
    written = text[start:end]
    name = written.strip(_AROUND)
    if not name:
        return
    start += written.index(name)
    pieces = _pieces(name, start > 0)
    trimmed = sum(end - start for start, end, _ in pieces) + len(pieces) - 1 < len(name)
    for index, (piece_start, piece_end, meaning) in enumerate(pieces):
        joined = trimmed or (index + 1 < len(pieces) and name[piece_end : pieces[index + 1][0]].isspace())
        yield Part(name[piece_start:piece_end].strip(_AROUND), start + piece_start, start + piece_end, meaning, joined)


@lru_cache(maxsize=32768)
def _pieces(name: str, follows: bool) -> tuple[tuple[int, int, Meaning], ...]:
    """Spans of a stretch and what they mean: the whole if that is known, or else its known ends and the rest.

    `follows`: that it does not stand first, so that it may begin with a region's code.
    """
    if meaning := meaning_of(name):
        return ((0, len(name), meaning),)
    if (numbered := _NUMBERED_CODE.fullmatch(name)) and (country := country_coded(numbered[1])):
        return ((0, len(name), Meaning(fold(numbered[1]), country)),)
    if (zipped := _ZIP.fullmatch(name)) and (
        state := [each for each in regions_coded(zipped[1]) if each.country == "US"]
    ):
        return ((0, 2, Meaning(zipped[1].lower(), None, False, tuple(state), True)),)
    if _POSTCODE.fullmatch(name):
        return ()
    if "-" in name and (pieces := _hyphenated(name)):
        return pieces
    words = [match.span() for match in _WORD.finditer(name)][: 3 * _MOST_WORDS]
    stretch = _Stretch(name, tuple(words), tuple(fold(name[start:end]) for start, end in words), follows)
    return tuple(_worded(stretch, 0, len(words)))


def _hyphenated(name: str) -> tuple[tuple[int, int, Meaning], ...]:
    """Pieces between tight hyphens, where one of them is a country or region: "US-CA-San Francisco"."""
    spans, position = [], 0
    for piece in name.split("-"):
        spans.append((position, position + len(piece)))
        position += len(piece) + 1
    meanings = [meaning_of(name[start:end].strip(_AROUND)) for start, end in spans]
    if not any(meaning.country or meaning.regions for meaning in meanings) and not (
        any(map(str.isdigit, name)) and any(meaning.cities for meaning in meanings)
    ):
        return ()
    found: list[tuple[int, int, Meaning]] = []
    for start, end in spans:
        for inner_start, inner_end, meaning in _pieces(name[start:end], True) if end > start else ():
            found.append((start + inner_start, start + inner_end, meaning))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A name and its words."""

    name: str
    words: tuple[tuple[int, int], ...]
    keys: tuple[str, ...]
    follows: bool

    def text(self, first: int, last: int) -> str:
        return self.name[self.words[first][0] : self.words[last - 1][1]].strip(_AROUND)

    def piece(self, first: int, last: int, meaning: Meaning) -> tuple[int, int, Meaning]:
        return self.words[first][0], self.words[last - 1][1], meaning


def _worded(stretch: _Stretch, first: int, last: int) -> Iterator[tuple[int, int, Meaning]]:
    """Pieces of some words of a stretch: countries and regions at the end and the start, and what stands between."""
    first, last = _without_edges(stretch, first, last)
    if first >= last:
        return
    if meaning := meaning_of(stretch.text(first, last)):
        yield stretch.piece(first, last, meaning)
    elif size := _tail(stretch, first, last):
        yield from _worded(stretch, first, last - size)
        yield stretch.piece(last - size, last, meaning_of(stretch.text(last - size, last)))
    elif size := _head(stretch, first, last):
        yield stretch.piece(first, first + size, meaning_of(stretch.text(first, first + size)))
        yield from _worded(stretch, first + size, last)
    else:
        yield stretch.piece(first, last, _within(stretch, first, last))


def _without_edges(stretch: _Stretch, first: int, last: int) -> tuple[int, int]:
    """The words without those at the ends that name nothing, and without postcodes behind."""
    while first < last and _names_nothing(stretch, first):
        first += 1
    while last > first and _names_nothing(stretch, last - 1):
        last -= 1
    while last - first > 1 and any(character.isdigit() for character in stretch.keys[last - 1]):
        last -= 1
    return first, last


def _names_nothing(stretch: _Stretch, index: int) -> bool:
    """Whether a word is one that names nothing at an edge; "OR" and "IN" may be codes."""
    key = stretch.keys[index]
    if key not in _patterns().edge:
        return not key
    return not (len(key) == _CODE_LETTERS and stretch.text(index, index + 1).isupper() and regions_coded(key.upper()))


def _tail(stretch: _Stretch, first: int, last: int) -> int:
    """How many words at the end are a country or region; 0 if none, or if nothing stands before them."""
    for size in range(min(4, last - first - 1), 0, -1):
        meaning = meaning_of(stretch.text(last - size, last))
        if meaning.country_is_code and not _usual(meaning):
            rest = cities_named(" ".join(stretch.keys[first : last - size]))
            named = any(city.country == meaning.country for city in rest)
        else:
            named = bool(meaning.country or (meaning.regions and (not meaning.region_is_code or _usual(meaning))))
        if named:
            return size
    return 0


def _head(stretch: _Stretch, first: int, last: int) -> int:
    """How many words at the start are a country or region that what follows allows; 0 if none."""
    for size in range(min(4, last - first - 1), 0, -1):
        meaning = meaning_of(stretch.text(first, first + size))
        if meaning.country and not meaning.country_is_code:
            return size
        if stretch.follows and first == 0 and meaning.region_is_code and _usual(meaning):
            return size
        if meaning.regions or meaning.country:
            rest = stretch.text(first + size, last)
            if meaning_of(rest) or (
                _usual(meaning) and _begins_with_city_of(meaning.regions, stretch, first + size, last)
            ):
                return size
    return 0


def _usual(meaning: Meaning) -> bool:
    """Whether a code is a region's of a country where codes stand beside cities."""
    return any(region.country in _patterns().usual_codes for region in meaning.regions)


def _begins_with_city_of(regions: tuple[Region, ...], stretch: _Stretch, first: int, last: int) -> bool:
    for size in range(min(4, last - first), 0, -1):
        for city in cities_named(" ".join(stretch.keys[first : first + size])):
            if any((city.country, city.region) == (region.country, region.code) for region in regions):
                return True
    return False


def _within(stretch: _Stretch, first: int, last: int) -> Meaning:
    """A large city named at the start or the end of a longer name, unless that is a name of something else."""
    keys = stretch.keys[first:last]
    key = " ".join(keys)
    if _IDEOGRAPHS.search(stretch.text(first, last)):
        return _ideographic(stretch.text(first, last), key)
    if last - first > _MOST_WORDS or not _patterns().brand.isdisjoint(keys):
        return Meaning(key)
    if keys[-1] == "city" and (cities := cities_named(" ".join(keys[:-1]))):
        return Meaning(key, cities=cities, city=stretch.text(first, last - 1))
    for size in range(min(3, last - first - 1), 0, -1):
        for at in (first, last - size):
            if at > first and stretch.keys[at - 1] in _patterns().linking:
                continue
            text = stretch.text(at, at + size)
            part = " ".join(stretch.keys[at : at + size])
            cities = () if part in _patterns().not_within else cities_named(part)
            if cities and cities[0].thousands >= _patterns().large and text[:1].isupper():
                return Meaning(key, cities=cities, city=text)
    return Meaning(key)


def _ideographic(whole: str, key: str) -> Meaning:
    """The longest region or city that a string without spaces begins with."""
    for size in range(min(8, len(whole)), 1, -1):
        meaning = meaning_of(whole[:size])
        if meaning:
            return Meaning(key, meaning.country, False, meaning.regions, False, meaning.cities, whole[:size])
    return Meaning(key)


@lru_cache(maxsize=32768)
def meaning_of(name: str) -> Meaning:
    """What a name may be as a whole.

    >>> meaning_of("TX").regions, meaning_of("Norge").country, bool(meaning_of("Main Office"))
    ((Region(country='US', code='TX'),), 'NO', False)
    """
    key = fold(name)
    patterns = _patterns()
    if not key or key in patterns.nothing:
        return Meaning(key)
    if key in patterns.short:
        return _short(key, *patterns.short[key])
    country, regions = country_named(key), regions_named(key)
    country_is_code = region_is_code = False
    letters = name.replace(".", "").replace(" ", "")
    if letters.isupper() and _CODE_LETTERS <= len(letters) <= _LONGEST_CODE:
        if country is None:
            country = country_coded(letters)
            country_is_code = country is not None and len(letters) == _CODE_LETTERS
        if not regions:
            regions = regions_coded(letters)
            region_is_code = bool(regions)
    cities = () if country_is_code or region_is_code else cities_named(key)
    return Meaning(key, country, country_is_code, regions, region_is_code, cities)


def _short(key: str, city: str, region: str, country: str) -> Meaning:
    if city:
        return Meaning(key, cities=(City(country, region or None, _SHORTENED),), city=city)
    return Meaning(key, regions=(Region(country, region),)) if region else Meaning(key, country)


@dataclass(frozen=True, slots=True)
class _Patterns:
    several: re.Pattern[str]
    more: re.Pattern[str]
    street: re.Pattern[str]
    around: re.Pattern[str]
    short: dict[str, tuple[str, str, str]]
    nothing: frozenset[str]
    edge: frozenset[str]
    brand: frozenset[str]
    linking: frozenset[str]
    not_within: frozenset[str]
    usual_codes: frozenset[str]
    large: int


@cache
def _patterns() -> _Patterns:
    data = rules.load("places")
    return _Patterns(
        several=re.compile(data["several"]),
        more=re.compile(data["more"]),
        street=re.compile(data["street"]),
        around=re.compile(data["around"]),
        short={key: (city, region, country) for key, (city, region, country) in data["short"].items()},
        nothing=frozenset(data["words"]["nothing"].split("; ")),
        edge=frozenset(data["words"]["edge"].split()),
        brand=frozenset(data["words"]["brand"].split()),
        linking=frozenset(data["words"]["linking"].split()),
        not_within=frozenset(data["words"]["not_within"].split("; ")),
        usual_codes=frozenset(data["usual_codes"]),
        large=data["large"],
    )
