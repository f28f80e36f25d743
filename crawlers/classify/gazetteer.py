"""Countries, regions and cities by name, from the tables in rules/. Pure; the tables are read when first asked for."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    | dict.fromkeys("'’‘`´ʻʼ", "")
)
_NO_WORD = re.compile(r"[\W_]+")
_SHORT_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))


@dataclass(frozen=True, slots=True)
class Region:
    """A first-level part of a country."""

    country: str
    """ISO 3166-1 alpha-2."""
    code: str
    """ISO 3166-2 subdivision code, without the country."""


@dataclass(frozen=True, slots=True)
class City:
    """One of the places that bear a name."""

    country: str
    """ISO 3166-1 alpha-2."""
    region: str | None
    """Code of its region; None where it is not known."""
    thousands: int
    """Inhabitants in thousands, 1 at least."""


@dataclass(frozen=True, slots=True)
class _Countries:
    by_name: dict[str, str]
    by_code: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Regions:
    by_name: dict[str, tuple[Region, ...]]
    by_code: dict[str, tuple[Region, ...]]


def fold(name: str) -> str:
    """A name as the tables have it: lower case, without accents and punctuation, "St." and the like in full.

    >>> fold("St.  Gallen"), fold("Île-de-France"), fold("Coeur d'Alene")
    ('saint gallen', 'ile de france', 'coeur dalene')
    """
    text = name.lower()
    if text.isascii():
        text = text.replace("'", "")
    else:
        decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    words = _NO_WORD.sub(" ", text).split()
    return " ".join([_SHORT_WORDS.get(word, word) for word in words])


@lru_cache(maxsize=16384)
def cities_named(key: str) -> tuple[City, ...]:
    """Cities of a folded name, the largest first.

    >>> cities_named("eindhoven")
    (City(country='NL', region='NB', thousands=236),)
    """
    found = _cities_at(key)
    for written, letter in _UMLAUTS:
        if not found and written in key:
            found = _cities_at(key.replace(written, letter))
    return found


def regions_named(key: str) -> tuple[Region, ...]:
    """Regions of a folded name; a part of a region, such as a county, stands for its region."""
    return _regions().by_name.get(key, ())


def regions_coded(code: str) -> tuple[Region, ...]:
    """Regions of a code in upper case, in all countries."""
    return _regions().by_code.get(code, ())


def country_named(key: str) -> str | None:
    """ISO 3166-1 alpha-2 code of a folded name of a country, in English or in a language of many postings.

    >>> country_named("deutschland"), country_named("u s a"), country_named("atlantis")
    ('DE', 'US', None)
    """
    return _countries().by_name.get(key)


def country_coded(code: str) -> str | None:
    """ISO 3166-1 alpha-2 code of an alpha-2 or alpha-3 code in upper case."""
    return _countries().by_code.get(code)


def _cities_at(key: str) -> tuple[City, ...]:
    lines = _cities()
    start = f"{key}\t"
    index = bisect_left(lines, start)
    if index == len(lines) or not lines[index].startswith(start):
        return ()
    return tuple(map(_city, lines[index][len(start) :].split(";")))


def _city(entry: str) -> City:
    place, _, thousands = entry.partition(" ")
    country, _, region = place.partition("-")
    return City(country, region or None, int(thousands))


@cache
def _cities() -> list[str]:
    """Lines of the table in their order: a list to bisect takes a tenth of a dictionary's time and memory to make."""
    return [line for line in _text("cities").splitlines() if not line.startswith("#")]


@cache
def _regions() -> _Regions:
    by_name: dict[str, tuple[Region, ...]] = {}
    by_code: dict[str, tuple[Region, ...]] = {}
    for country, code, *names in _rows("regions"):
        region = Region(country, code)
        by_code[code] = (*by_code.get(code, ()), region)
        for name in names:
            # Further codes that are in use stand among the names: they are the names without a lower-case letter.
            if name.isupper() and name.isalpha() and len(name) <= 4:
                by_code[name] = (*by_code.get(name, ()), region)
            else:
                by_name[fold(name)] = (*by_name.get(fold(name), ()), region)
    return _Regions(by_name, by_code)


@cache
def _countries() -> _Countries:
    by_name: dict[str, str] = {}
    by_code: dict[str, str] = {}
    for alpha2, alpha3, *names in _rows("countries"):
        by_code |= {alpha2: alpha2, alpha3: alpha2}
        by_name |= {fold(name): alpha2 for name in names}
    return _Countries(by_name, by_code)


def _rows(table: str) -> list[list[str]]:
    return [line.split("\t") for line in _text(table).splitlines() if not line.startswith("#")]


def _text(table: str) -> str:
    return (files("crawlers.classify.rules") / f"{table}.tsv").read_text(encoding="utf-8")
