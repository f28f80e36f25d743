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
_SHORT = 2
"""Letters."""
_ENDS_OF_NUMBERS = ("k", ",-", ".-")
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
        if end <= done or (index >= anchors.first_alone and not _is_beside_number(lower, start, end)):
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


def _is_beside_number(lower: str, start: int, end: int) -> bool:
    """Whether a digit stands right before or behind a word, or what can end a number before it ("50k eur", "9,- €")."""
    before, after = lower[max(0, start - 3) : start].removesuffix(" "), lower[end : end + 2].removeprefix(" ")
    return after[:1].isdigit() or before[-1:].isdigit() or before.endswith(_ENDS_OF_NUMBERS)


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: WordList
    of_pay: int
    """So many of them, the first ones, are words of pay; after them come words of currencies with what is beside."""
    first_alone: int
    """From here on they are words of currencies by themselves."""


@cache
def _anchors() -> _Anchors:
    pay: list[str] = rules.load("pay")["anchors"]
    # Two letters stand in many words: those are looked for with the digit beside them.
    short = [word for word in currency_words() if len(word) <= _SHORT and word.isalpha()]
    ends = (*"0123456789", *_ENDS_OF_NUMBERS)
    beside = [
        *(f"{word}{space}{digit}" for word in short for space in ("", " ") for digit in "0123456789"),
        *(f"{end}{space}{word}" for word in short for space in ("", " ") for end in ends),
    ]
    alone = [word for word in currency_words() if word not in short]
    return _Anchors(WordList([*pay, *beside, *alone]), len(pay), len(pay) + len(beside))
