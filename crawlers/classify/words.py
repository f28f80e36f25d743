"""Words that readings look for: those of all readings in one pass over a text. Pure.

A pass takes as long for one word as for thousands, and a dozen readings would make one each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

from crawlers.classify.automaton import automaton

_lists: list[list[str]] = []


class WordList:
    """Words of one reading, in lower case with plain quotes, dashes and spaces. To be made once, with its rules."""

    __slots__ = ("number",)

    def __init__(self, words: Iterable[str]) -> None:
        self.number = len(_lists)
        _lists.append(list(words))


class Places:
    """Where words stand in one text, which is looked through when the first of them is asked for.

    >>> fruit, colours = WordList(["pear", "peach"]), WordList(["pea"])
    >>> places = Places("a peach")
    >>> places.of(fruit), places.of(colours)
    ([(1, 2, 7)], [(0, 2, 5)])
    """

    __slots__ = ("_found", "_text")

    def __init__(self, text: str) -> None:
        """`text` is in lower case, with plain quotes, dashes and spaces."""
        self._text = text
        self._found: list[list[tuple[int, int, int]]] = []

    def of(self, words: WordList) -> list[tuple[int, int, int]]:
        """The word's number in its list, and its start and end in the text, for each place, by their ends; also words
        inside others.
        """
        if words.number >= len(self._found):
            self._found = _found(self._text)
        return self._found[words.number]


def _found(text: str) -> list[list[tuple[int, int, int]]]:
    joint = _joint(len(_lists))
    found: list[list[tuple[int, int, int]]] = [[] for _ in _lists]
    for word, start, end in joint.words.find_matches_as_indexes(text, overlapping=True):
        of_list = joint.lists[word]
        found[of_list].append((word - joint.first[of_list], start, end))
    return found


@dataclass(frozen=True, slots=True)
class _Joint:
    """The words of several lists."""

    words: AhoCorasick
    lists: list[int]
    """Number of its list, by word."""
    first: list[int]
    """Number of a list's first word, by list."""


@lru_cache(maxsize=1)
def _joint(count: int) -> _Joint:
    """The words of the first so many lists; the tables of fewer, from when rules were still being read, are let go."""
    lists = _lists[:count]
    return _Joint(
        automaton(word for words in lists for word in words),
        [number for number, words in enumerate(lists) for _ in words],
        [0, *accumulate(map(len, lists))],
    )
