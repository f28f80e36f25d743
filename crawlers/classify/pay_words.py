"""The words around a figure that say whether it is pay, for what time, and what it covers: rules/pay.toml."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.classify.automaton import automaton
from crawlers.items import PayBasis, PayPeriod


class WordKind(StrEnum):
    """What a word says of the figure near it; see rules/pay.toml."""

    PAY = "pay"
    HINT = "hint"
    OTHER = "other"
    WITHOUT = "without"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Word:
    """A word found in a text."""

    start: int
    """Half-open offsets into the text."""
    end: int
    rule: str
    kind: WordKind
    basis: PayBasis | None
    period: PayPeriod | None


@dataclass(frozen=True, slots=True)
class _Entry:
    rule: str
    kind: WordKind
    basis: PayBasis | None
    period: PayPeriod | None
    glued_before: bool
    glued_after: bool


@dataclass(frozen=True, slots=True)
class _Lexicon:
    words: AhoCorasick
    entries: tuple[_Entry, ...]


def words_in(text: str, start: int, end: int) -> list[Word]:
    """The words of rules/pay.toml in a stretch of lower-case text, in order; of several at a place the longest.

    >>> text = "annual base salary, plus a sign-on bonus"
    >>> [(text[word.start : word.end], str(word.kind)) for word in words_in(text, 0, len(text))]
    [('annual base salary', 'pay'), ('sign-on', 'other'), ('bonus', 'other')]
    """
    lexicon = _lexicon()
    found = []
    for index, low, high in lexicon.words.find_matches_as_indexes(text[start:end]):
        low, high, entry = low + start, high + start, lexicon.entries[index]
        if not entry.glued_before and low and text[low - 1].isalnum() and text[low].isalnum():
            continue
        if not entry.glued_after and high < len(text) and text[high].isalnum() and text[high - 1].isalnum():
            continue
        found.append(Word(low, high, entry.rule, entry.kind, entry.basis, entry.period))
    return found


@cache
def _lexicon() -> _Lexicon:
    entries: dict[str, _Entry] = {}
    for group in rules.load("pay")["words"]:
        basis = PayBasis(group["basis"]) if "basis" in group else None
        period = PayPeriod(group["period"]) if "period" in group else None
        for word in group["words"]:
            entry = _Entry(
                group["id"], WordKind(group["kind"]), basis, period, word.startswith("*"), word.endswith("*")
            )
            entries[word.strip("*")] = entry
    words = automaton(entries, longest=True)
    return _Lexicon(words, tuple(entries.values()))
