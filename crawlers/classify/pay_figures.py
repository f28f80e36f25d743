"""Where a text has figures that may be pay: beside words of currencies, and after words of pay. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules
from crawlers.classify.pay_amounts import Figures, currency_words, figures_in
from crawlers.classify.words import Places, WordList

_MOST_ANCHORS = 400
_MOST_FIGURES = 80
_LEFT, _STRETCH = 45, 90
"""Characters before and after a place in which figures are looked for."""
_NUMBER_NEAR = re.compile(
    r"[^\d\n]{0,70}+\n?+[^\d\n]{0,10}+(\d{1,3}(?:[.,' ] ?\d{3}(?!\d)|(?:[.,]\d{1,2})? ?"
    r"(?:k\b|/|-|to\b|per\b|an?\b|lpa|lakh))|\d{5,6}(?!\d))"
)
"""A number that may be money, after a word of pay."""


def figures_near_words(lower: str, places: Places) -> Iterator[Figures]:
    """Figures beside words of currencies and after words of pay, in order."""
    done = count = 0
    anchors = _anchors()
    for index, start, end in places.of(anchors.words)[:_MOST_ANCHORS]:
        if end <= done:
            continue
        if index < anchors.of_pay:
            near = _NUMBER_NEAR.match(lower, end)
            if near is None:
                continue
            start = near.start(1)
        first = max(done, start - _LEFT, 0)
        last = start + _STRETCH
        for figures in figures_in(lower, first, last):
            done = figures.end
            count += 1
            if count > _MOST_FIGURES:
                return
            yield figures
        done = max(done, last - _LEFT)


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: WordList
    of_pay: int
    """So many of them, the first ones, are words of pay; the others are words of currencies beside a digit."""


@cache
def _anchors() -> _Anchors:
    pay: list[str] = rules.load("pay")["anchors"]
    beside = [
        pair
        for word in currency_words()
        for space in ("", " ")
        for digit in "0123456789"
        for pair in (f"{word}{space}{digit}", f"{digit}{space}{word}")
    ]
    beside += [f"{mark}{space}{word}" for word in currency_words() for space in ("", " ") for mark in ("k", ",-", ".-")]
    return _Anchors(WordList(dict.fromkeys([*pay, *beside])), len(pay))
