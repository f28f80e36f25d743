"""Words -> the concepts that they stand for, and patterns over concepts. Pure.

A clause about visas has few parts: who (we, candidates), whether (not, may, only), what is done (offer, require,
welcome), and what it is about (sponsorship, a visa, authorization). rules/concepts.toml lists the words of each, in six
languages. A text becomes a row of concepts, one character each, and rules are short patterns over such rows: what one
more word for "offer" costs is a word, and no pattern can take long, because rows are short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from crawlers.classify.rules import load

ENGLISH = "en"

_TOKEN = re.compile(r"(?:[a-z]\.){2,}|[^\W_]+(?:['’][^\W_]+)*|~+|\.(?=\W|$)|[;!?:=,/|()&+]")
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Z][A-Z_]*[A-Z]")
_MACRO = re.compile(r"<([a-z_]+)>")
_GAP = re.compile(r"\.\.(\d+)(?:!([A-Z_,]+))?")
_PREFIX = "*"
"""Ends a phrase that is the beginning of a word."""
_SHORT = 3
"""Characters of what can be an item of a list of letters."""
_AFTER_ITEM: tuple[list[str], ...] = ([], [";"], [","], [")"], ["."], ["or"], ["and"])
_FIRST_CODE = 0x4E00
"""Concepts get one character each from here on: none of them means anything in a regular expression."""
_OF_PROGRAM = ("WORD", "TAKEN", "BENEFIT")
"""Concepts that no list of words has: any other word, words that a rule has matched, and the start of a row that
stands in a list of benefits."""


@dataclass(frozen=True, slots=True)
class Row:
    """The words of a segment as concepts."""

    codes: str
    """One character a word or phrase."""
    starts: list[int]
    """Where each begins in the segment."""
    ends: list[int]
    """Where each ends."""


@dataclass(slots=True)
class _Node:
    """The phrases that begin with the same words: what may follow, and the concept where one ends here."""

    following: dict[str, _Node] = field(default_factory=dict)
    code: str | None = None


@dataclass(slots=True)
class _Lexicon:
    """The words of one language."""

    phrases: _Node = field(default_factory=_Node)
    prefixes: dict[str, str] = field(default_factory=dict)
    """Beginning of a word -> code of its concept."""

    def add(self, phrase: str, code: str) -> None:
        """Take a phrase up; the first concept that has it keeps it."""
        if phrase.endswith(_PREFIX):
            self.prefixes.setdefault(phrase.removesuffix(_PREFIX), code)
            return
        node = self.phrases
        for word in _spelled(_TOKEN.findall(phrase.lower())):
            following = node.following.get(word)
            if following is None:
                following = node.following[word] = _Node()
            node = following
        node.code = node.code or code

    def longest(self, words: list[str], at: int) -> tuple[str, int] | None:
        """Code and number of words of the longest phrase that stands at a place."""
        found, node = None, self.phrases
        for end in range(at, len(words)):
            following = node.following.get(words[end])
            if following is None:
                break
            node = following
            if node.code:
                found = node.code, end + 1 - at
        return found

    def beginning(self, word: str) -> str | None:
        """Code of the prefix that a word begins with."""
        return next((code for prefix, code in self.prefixes.items() if word.startswith(prefix)), None)


class Concepts:
    """rules/concepts.toml. Raises KeyError where the file is broken."""

    def __init__(self) -> None:
        data = load("concepts")
        self._words: dict[str, dict[str, list[str]]] = data["words"]
        names = sorted({name for words in self._words.values() for name in words} | set(_OF_PROGRAM))
        self.codes = {name: chr(_FIRST_CODE + number) for number, name in enumerate(names)}
        """Name of a concept -> its character."""
        self._stops = "".join(self.codes[name] for name in data["stops"])
        self._macros: dict[str, str] = {}
        for name, pattern in data["macros"].items():
            self._macros[name] = f"(?:{self._expanded(pattern)})"
        self._lexicons: dict[str, _Lexicon] = {}

    def row(self, text: str, language: str | None) -> Row:
        """The concepts of a text in lower case. Words of other languages than English count only where the text's
        language (ISO 639-1) is theirs, or not known.
        """
        tokens = list(_TOKEN.finditer(text))
        words = _spelled([token[0] for token in tokens])
        for at in range(1, len(words) - 1):
            # "H-1; H-2; TN": some pages have semicolons where commas were.
            is_item = len(words[at - 1]) <= _SHORT >= len(words[at + 1])
            if words[at] == ";" and is_item and words[at + 2 : at + 3] in _AFTER_ITEM:
                words[at] = ","
        lexicons, other = self._of_languages(language), self.codes["WORD"]
        row = Row("", [], [])
        codes: list[str] = []
        at = 0
        while at < len(tokens):
            code, length = _longest(lexicons, words, at) or (other, 1)
            codes.append(code)
            row.starts.append(tokens[at].start())
            row.ends.append(tokens[at + length - 1].end())
            at += length
        return Row("".join(codes), row.starts, row.ends)

    def pattern(self, text: str) -> re.Pattern[str]:
        """A pattern over rows. Names of concepts stand for themselves, <name> for a macro, `..5` for up to five words
        of one clause, `..5!WE,IF` for such without these; everything else is as in any regular expression, and blanks
        mean nothing.

        Raises KeyError for a name that does not exist, re.error for a broken pattern.
        """
        return re.compile(self._expanded(text))

    def names(self, row: Row) -> list[str]:
        """The concepts in a row by name, for whoever writes rules."""
        by_code = {code: name for name, code in self.codes.items()}
        return [by_code[code] for code in row.codes]

    def _expanded(self, pattern: str) -> str:
        pattern = _MACRO.sub(lambda match: self._macros[match[1]], pattern)
        pattern = _GAP.sub(self._gap, pattern)
        return _NAME.sub(lambda match: self.codes[match[0]], pattern).replace(" ", "")

    def _gap(self, found: re.Match[str]) -> str:
        without = found[2].replace(",", " ") if found[2] else ""
        return f"[^{self._stops} {without}]{{0,{found[1]}}}?"

    def _of_languages(self, language: str | None) -> list[_Lexicon]:
        """The words of a language and of English; of all languages where it is not known."""
        if language is None:
            return list(map(self._lexicon, self._words))
        return [self._lexicon(each) for each in dict.fromkeys((language, ENGLISH)) if each in self._words]

    def _lexicon(self, language: str) -> _Lexicon:
        if language not in self._lexicons:
            lexicon = self._lexicons[language] = _Lexicon()
            for name, entries in self._words[language].items():
                for phrase in (phrase for entry in entries for phrase in expand(entry)):
                    lexicon.add(phrase, self.codes[name])
        return self._lexicons[language]


@cache
def concepts() -> Concepts:
    """The concepts, read once."""
    return Concepts()


def expand(phrase: str) -> Iterator[str]:
    """The phrases that one with braces stands for.

    >>> list(expand("{right|rights} to {|live and }work"))
    ['right to work', 'right to live and work', 'rights to work', 'rights to live and work']
    """
    braces = _BRACES.search(phrase)
    if not braces:
        yield phrase
        return
    for option in braces[1].split("|"):
        yield from expand(phrase[: braces.start()] + option + phrase[braces.end() :])


def _longest(lexicons: list[_Lexicon], words: list[str], at: int) -> tuple[str, int] | None:
    """Code and number of words of the longest phrase that stands at a place; of equal ones the first language's."""
    found: tuple[str, int] | None = None
    for lexicon in lexicons:
        phrase = lexicon.longest(words, at)
        if phrase and (found is None or phrase[1] > found[1]):
            found = phrase
    if found is None:
        code = next((code for lexicon in lexicons if (code := lexicon.beginning(words[at]))), None)
        return (code, 1) if code else None
    return found


def _spelled(words: list[str]) -> list[str]:
    """Words as the lexicons have them: "u.s." without its dots, straight apostrophes.

    >>> _spelled(["u.s.", "visas", ".", "don’t"])
    ['us', 'visas', '.', "don't"]
    """
    return [
        word if word.isascii() and ("." not in word or len(word) == 1) else word.replace(".", "").replace("’", "'")
        for word in words
    ]
