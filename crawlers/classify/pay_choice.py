"""Which of a posting's pay ranges are for its own place and level, and what these span."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from crawlers.classify import rules
from crawlers.classify.pay_periods import annual
from crawlers.items import JobPosting, Location, Pay, PayBasis

_ORDER = {PayBasis.BASE: 0, PayBasis.UNKNOWN: 0, PayBasis.OTE: 1, PayBasis.TOTAL: 2}
"""Base pay before on-target earnings before all of it; what does not say is mostly base."""
_PART = re.compile(r"\s*[,;/|()•]\s*|\s+(?:-|–|or|and)\s+")
_CODE = re.compile(r"(?<![\w,])(?<!, )[A-Z]{2}(?!\w)")
_CITY_WITH_CODE = re.compile(r"[A-Za-z.']{3,}, ?[A-Z]{2}\b")
_ELSEWHERE = re.compile(r"\b(?:outside|other|others|excluding|except|rest of|non)\b", re.IGNORECASE)
_NO_NAMES = frozenset(
    {"remote", "hybrid", "onsite", "on-site", "office", "anywhere", "usa", "us", "united states", "the"}
)


@dataclass(frozen=True, slots=True)
class _Place:
    names: frozenset[str]
    """Cities, in lower case."""
    states: frozenset[str]
    """Names of regions, in lower case."""
    codes: frozenset[str]
    """Codes of regions."""


def chosen(ranges: list[Pay], posting: JobPosting) -> Pay | None:
    """What the ranges for the posting's own place and level span, or all of them where nothing chooses.

    None where ranges in several currencies are left.
    """
    if not ranges:
        return None
    best = min(_ORDER[pay.basis] for pay in ranges)
    left = [pay for pay in ranges if _ORDER[pay.basis] == best]
    if len(left) > 1:
        left = _of_place(left, posting)
    if len(left) > 1:
        left = _of_level(left, posting.title)
    left = [pay for pay in left if pay.period == left[0].period]
    if len({pay.currency for pay in left if pay.currency}) > 1:
        return None
    return _span(left)


def annualized(pay: Pay) -> Pay:
    """The same pay with what it makes in a year."""
    return replace(pay, annual_min=annual(pay.min, pay.period), annual_max=annual(pay.max, pay.period))


def _span(ranges: list[Pay]) -> Pay:
    first = ranges[0]
    if len(ranges) == 1:
        return annualized(first)
    lows = [pay.min for pay in ranges if pay.min is not None]
    highs = [pay.max for pay in ranges if pay.max is not None]
    labels = {pay.applies_to for pay in ranges}
    bases = {pay.basis for pay in ranges}
    quote = first.quote if (first.min, first.max) == (min(lows, default=None), max(highs, default=None)) else None
    return annualized(
        Pay(
            min=min(lows, default=None),
            max=max(highs, default=None),
            currency=next((pay.currency for pay in ranges if pay.currency), None),
            period=first.period,
            basis=bases.pop() if len(bases) == 1 else PayBasis.BASE if PayBasis.BASE in bases else first.basis,
            quote=quote or " / ".join(dict.fromkeys(pay.quote for pay in ranges if pay.quote)) or None,
            applies_to=labels.pop() if len(labels) == 1 else None,
        )
    )


def _of_place(ranges: list[Pay], posting: JobPosting) -> list[Pay]:
    """Ranges whose label names the posting's place, most exactly; else those whose label names no place."""
    place = _place(posting)
    fits = [_fit(pay.applies_to, place) for pay in ranges]
    best = max(fits)
    return [pay for pay, fit in zip(ranges, fits, strict=True) if fit == best]


def _fit(label: str | None, place: _Place) -> int:
    """3: names the city; 2: the region; 1: no place; 0: another place."""
    if not label:
        return 1
    lower = label.lower()
    if _ELSEWHERE.search(label):
        return 1
    if any(_has(lower, name) for name in place.names):
        return 3
    if any(_has(lower, name) for name in place.states) or place.codes & set(_CODE.findall(label)):
        return 2
    names_other = _CITY_WITH_CODE.search(label) or any(_has(lower, state) for state in _states().values())
    return 0 if names_other and (place.names or place.states) else 1


def _has(text: str, name: str) -> bool:
    at = text.find(name)
    return at >= 0 and not text[at - 1 : at].isalnum() and not text[at + len(name) : at + len(name) + 1].isalnum()


def _place(posting: JobPosting) -> _Place:
    names: set[str] = set()
    codes: set[str] = set()
    places: Iterable[Location] = posting.locations or (
        [Location(raw=posting.location_raw)] if posting.location_raw else []
    )
    for place in places:
        parts = [*_PART.split(place.raw), place.city or "", place.region or ""]
        codes |= {part for part in parts if part in _states()}
        names |= {part.lower() for part in parts if len(part) > 2} - _NO_NAMES
    regions = set(_states().values())
    states = {name for name in names if name in regions} | {_states()[code] for code in codes}
    codes |= {code for code, name in _states().items() if name in states}
    return _Place(frozenset(names - (regions - {"new york", "washington"})), frozenset(states), frozenset(codes))


def _of_level(ranges: list[Pay], title: str) -> list[Pay]:
    """Ranges whose label has a level of the title; else all that have none of another."""
    wanted = _levels(title)
    if not wanted:
        return ranges
    levels = [_levels(pay.applies_to or "") for pay in ranges]
    if same := [pay for pay, own in zip(ranges, levels, strict=True) if own & wanted]:
        return same
    return [pay for pay, own in zip(ranges, levels, strict=True) if not own] or ranges


def _levels(text: str) -> set[str]:
    lower = text.lower()
    return {name for name, pattern in _level_patterns().items() if pattern.search(lower)} if lower else set()


@cache
def _level_patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in rules.load("pay")["levels"].items()}


@cache
def _states() -> dict[str, str]:
    states: dict[str, str] = rules.load("pay")["states"]
    return states
