"""Which language a description is written in: counts of function words, or the script.

A language-identification library (lingua, langdetect, fastText) would be right on shorter and stranger texts, but takes
0.5 to 30 ms and up to hundreds of megabytes for what a posting of a few hundred words decides by its "the" and "und".
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules

_SAMPLE = 500
"""Characters that are read at the start and again in the middle: a German posting may begin with an English line."""
_OF_MANY = frozenset({"do", "no", "a", "as", "in", "die", "was", "an", "am", "so", "on", "me", "of", "to", "de", "is"})
"""Words of several languages, which tell nothing in a short text."""
_DEFAULT = "en"
"""Wins a tie: most postings are in English."""
_LEAST_WORDS = 4
"""Function words that it takes to decide."""
_LEAST_LEAD = 1.25
"""By how much the best language must be ahead of the next."""
_LEAST_SHARE = 0.12
"""Of all words, those that must be function words of the language: lists of names and skills have few."""
_LEAST_SCRIPT_LETTERS = 10


@dataclass(frozen=True, slots=True)
class _Script:
    language: str
    letters: re.Pattern[str]
    share: float
    only: frozenset[str]
    without: frozenset[str]


def language_of(text: str) -> str | None:
    """ISO 639-1 code of a text; None where it is too short or undecided.

    >>> language_of("We are looking for an engineer who will work with our team in Berlin.")
    'en'
    >>> language_of("Wir suchen eine Person, die mit uns und unseren Kunden an der Zukunft arbeitet.")
    'de'
    >>> language_of("Python, SQL") is None
    True
    """
    sample = text
    if len(text) > 2 * _SAMPLE:
        middle = len(text) // 2
        sample = f"{text[:_SAMPLE]} {text[middle : middle + _SAMPLE]}"
    # Other scripts take two or three bytes a letter, so that most texts need no look at their letters.
    if len(sample.encode("utf-8", "replace")) > 1.15 * len(sample) and (language := _by_script(sample)):
        return language
    return _by_words(sample)


def likeliest(text: str) -> str | None:
    """The language that most function words of a text are of; None where it has less than two different ones, or as
    many of another language. English wins such a tie.

    >>> likeliest("Sponsorship for the right candidate"), likeliest("H-1B") is None
    ('en', True)
    """
    counts = _counts(list(set(text[:_SAMPLE].lower().split()) - _OF_MANY))
    most = max(counts.values(), default=0)
    best = [language for language, count in counts.items() if count == most > 1]
    if _DEFAULT in best:
        return _DEFAULT
    return best[0] if len(best) == 1 else None


def _counts(words: list[str]) -> dict[str, int]:
    """Function words by language."""
    languages_of = _languages_of_words()
    counts: dict[str, int] = {}
    for word, count in Counter(filter(languages_of.__contains__, words)).items():
        for language in languages_of[word]:
            counts[language] = counts.get(language, 0) + count
    return counts


def _by_words(sample: str) -> str | None:
    words = sample.lower().split()
    counts = _counts(words)
    ranked = sorted(counts, key=counts.__getitem__, reverse=True)
    if not ranked or counts[ranked[0]] < max(_LEAST_WORDS, _LEAST_SHARE * len(words)):
        return None
    if len(ranked) > 1 and counts[ranked[0]] < _LEAST_LEAD * counts[ranked[1]]:
        return None
    return ranked[0]


def _by_script(sample: str) -> str | None:
    letters = sum(map(str.isalpha, sample))
    for script in _scripts():
        found = script.letters.findall(sample)
        if len(found) < max(_LEAST_SCRIPT_LETTERS, script.share * letters):
            continue
        used = {letter.lower() for letter in found}
        if (not script.only or used & script.only) and not used & script.without:
            return script.language
    return None


@cache
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    languages: dict[str, tuple[str, ...]] = {}
    for language, words in rules.load("languages")["words"].items():
        for word in dict.fromkeys(words.split()):
            languages[word] = (*languages.get(word, ()), language)
    return languages


@cache
def _scripts() -> tuple[_Script, ...]:
    return tuple(
        _Script(
            script["language"],
            re.compile(f"[{script['letters']}]"),
            script.get("share", 0.34),
            frozenset(script.get("only", "")),
            frozenset(script.get("without", "")),
        )
        for script in rules.load("languages")["scripts"]
    )
