"""The words and word pairs by which titles are alike, with the weight of each in its title."""

from __future__ import annotations

import re
from itertools import pairwise

_UNSAID = frozenset(
    ("of", "and", "the", "for", "in", "to", "a", "an", "or", "with", "except", "all", "other", "at", "on", "by")
)
"""Words that tell no occupation from another."""
_TAIL = re.compile(r" (?:of|for|in|to|and|with) ")
"""What follows says of what, not what: a director of nursing is a director."""
_HEAD_WEIGHT = 1.5
"""Of the head noun, beside 1 of any other word; chosen on one half of the labelled filings."""


def terms(title: str) -> dict[str, float]:
    """Weights of a cleaned title's words and word pairs.

    >>> terms("director of nurses")
    {'director': 1.5, 'nurse': 1.0, 'director nurse': 1.0}
    """
    found = words(title)
    weights = {word: _HEAD_WEIGHT if word == head(title) else 1.0 for word in found}
    weights |= {f"{first} {second}": 1.0 for first, second in pairwise(found)}
    return weights


def head(title: str) -> str | None:
    """The noun that names who does the work; None where no word tells anything.

    >>> head("director of nurses")
    'director'
    """
    found = words(_TAIL.split(title, maxsplit=1)[0]) or words(title)
    return found[-1] if found else None


def words(text: str) -> list[str]:
    """Words in the singular, without those that tell nothing."""
    return [_singular(word) for word in text.split() if word not in _UNSAID]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
