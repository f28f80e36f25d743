"""Where a description's sections begin, and what each is about: headings by their words and their shape. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from crawlers.classify import rules
from crawlers.classify.words import Places, WordList
from crawlers.items import Section, SectionKind

_SPACES = re.compile(r"[^\S\n]{2,}")
_LONG_LINES = 600
"""Characters a line, on average, above which a text has lost its line breaks."""
_MARKS = " \t\ufeff\u200b#*_=~:;!?.…-–—|<>[](){}\"'•●▪◦·‣+>✓✔➢→►▶✨🚀\\"
_MOST = 100
"""Headings, and notices, that are looked at: three times what real postings have."""
_REACH = 30
"""Characters around a word in which the rest of an inline heading is."""
_NUMBERED = re.compile(r"(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+")
_WORD = re.compile(r"[^\s,/&+()]+")
_CAPITALS = re.compile(r"[A-Z][A-Z&/(),' -]{3,}")
_SHORTEST = 3
_BULLETS = ("•", "●", "▪")
_ENDS = re.compile(r"[.!?]")
_ENDS_A_SENTENCE = (".", ";", ",")
_FIELD_KINDS = frozenset({
    SectionKind.LOCATION, SectionKind.PAY, SectionKind.SCHEDULE, SectionKind.EEO, SectionKind.E_VERIFY,
    SectionKind.OTHER, SectionKind.EDUCATION, SectionKind.CERTIFICATION, SectionKind.SKILLS,
})  # fmt: skip
"""What a field of one line ("Location: Ulm") is about for that line only."""


@dataclass(frozen=True, slots=True)
class _Rules:
    phrase: re.Pattern[str]
    """Lines that are headings as a whole."""
    nouns: frozenset[str]
    named: frozenset[str]
    """The nouns, and words that may stand around them."""
    phrase_starts: frozenset[str]
    foreign_starts: frozenset[str]
    foreign_words: int
    kinds: tuple[tuple[SectionKind, re.Pattern[str]], ...]
    notices: WordList
    """Phrases of paragraphs that are notices."""
    notice_kinds: list[SectionKind]
    """By the phrases' order."""
    inline_words: WordList
    inline: re.Pattern[str]
    """Headings (group 1) in texts without line breaks."""
    longest: int
    """Characters of a heading."""
    longest_field: int
    """Characters before a colon."""
    most_words: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place where the text turns to something."""

    start: int
    end: int
    """Past the line."""
    kind: SectionKind
    heading: str
    lasts: bool
    """To the next mark; else to the end of the line."""


def sections_of(text: str, lower: str, places: Places) -> list[Section]:
    """Sections in order, without gaps; `lower` is the text in lower case, as long, and `places` are those of its words.

    What stands before the first heading is the introduction, with an empty heading. A field of one line, and a
    paragraph that is an employer's EEO or E-Verify notice, ends with its line: what follows goes on as before it, with
    an empty heading.
    """
    if not text:
        return []
    sections: list[Section] = []
    before = SectionKind.INTRODUCTION
    position = 0

    def close(end: int, kind: SectionKind, heading: str) -> None:
        nonlocal position
        if end > position:
            sections.append(Section(kind=kind, heading=heading, start=position, end=end))
            position = end

    heading = ""
    marks = [*islice(_headings(text, lower, places), _MOST), *islice(_notices(lower, places), _MOST)]
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.lasts))[:_MOST]:
        if mark.start < position:
            continue
        close(mark.start, before, heading)
        if mark.lasts:
            before, heading = mark.kind, mark.heading
        else:
            close(mark.end, mark.kind, mark.heading)
            heading = ""
    close(len(text), before, heading)
    return sections


@lru_cache(maxsize=8192)
def kind_of_heading(line: str) -> SectionKind | None:
    """What a line in lower case is about, if its words make it a heading; None where they do not.

    >>> kind_of_heading("minimum qualifications"), kind_of_heading("we sell boats to the navy of peru")
    (<SectionKind.REQUIRED: 'required'>, None)
    """
    known = _rules()
    if len(line.split()) > known.most_words:
        return None
    words = _WORD.findall(line)
    if not words:
        return None
    if known.nouns.isdisjoint(words) or not known.named.issuperset(words):
        foreign = words[0] in known.foreign_starts and len(words) <= known.foreign_words and "," not in line
        if not foreign and not (words[0] in known.phrase_starts and known.phrase.fullmatch(line)):
            return None
    return _subject(line)


def _headings(text: str, lower: str, places: Places) -> Iterator[_Mark]:
    """Lines that are headings, and lines that begin with one."""
    known = _rules()
    if len(lower) > _LONG_LINES * (1 + lower.count("\n")):
        # Where line breaks were lost, runs of spaces or what is glued to a heading show where they were.
        if "  " in text:
            text = _SPACES.sub(lambda run: "\n" * len(run[0]), text)
        yield from _inline_headings(text, places)
    end = -1
    for whole in text.split("\n"):
        start, end = end + 1, end + 1 + len(whole)
        if len(whole) < _SHORTEST or whole.startswith(_BULLETS):
            continue
        if len(whole) > known.longest:
            field = _name_before_colon(whole, known.longest_field)
        else:
            line = whole.strip()
            if line and (kind := _kind_of_line(line)):
                yield _Mark(start, end, kind, line.strip(_MARKS), lasts=True)
                continue
            colon = line.find(":", 0, known.longest_field + 1)
            field = line[:colon] if 0 <= colon < len(line) - 1 else None
        if field is not None and (kind := _kind_of_field(field)):
            yield _Mark(start, end, kind, field.strip(_MARKS), lasts=kind not in _FIELD_KINDS)


def _name_before_colon(line: str, longest: int) -> str | None:
    """What stands before the first colon of a long line, if that is no sentence."""
    colon = line.find(":", 0, longest + 1)
    name = line[:colon]
    return name if _SHORTEST <= colon < len(line) - 1 and not _ENDS.search(name) else None


def _inline_headings(text: str, places: Places) -> Iterator[_Mark]:
    known, done = _rules(), 0
    for _, start, end in places.of(known.inline_words):
        # A pattern over the whole text is slow: it is tried around the words that it cannot do without.
        if not text[start].isupper():
            continue
        for match in known.inline.finditer(text, max(start - _REACH, done), end + _REACH):
            done = match.end()
            if kind := kind_of_heading(_bare(match[1])):
                yield _Mark(match.start(1), match.end(), kind, match[1], lasts=True)


@lru_cache(maxsize=16384)
def _kind_of_line(line: str) -> SectionKind | None:
    """What a whole line, as written, is about, if it is a heading."""
    if line.endswith(_ENDS_A_SENTENCE) or line.count(" ") > _rules().most_words:
        return None
    bare = _bare(line)
    if kind := kind_of_heading(bare):
        return kind
    if len(bare.split()) > _rules().most_words:
        return None
    if line[-1] == ":":
        return _subject(bare)
    if _CAPITALS.fullmatch(line):
        return _subject(bare) or SectionKind.OTHER
    return None


@lru_cache(maxsize=4096)
def _kind_of_field(name: str) -> SectionKind | None:
    return kind_of_heading(_bare(name))


def _bare(line: str) -> str:
    """A line's words in lower case, with plain quotes and dashes, without marks and numbers around them."""
    bare = line.strip(_MARKS).lower()
    if line[:1].isalnum() and (number := _NUMBERED.match(bare)):
        bare = bare[number.end() :]
    return bare if bare.isascii() else bare.replace("’", "'").replace("–", "-").replace("\xa0", " ")


def _subject(line: str) -> SectionKind | None:
    return next((kind for kind, pattern in _rules().kinds if pattern.search(line)), None)


def _notices(lower: str, places: Places) -> Iterator[_Mark]:
    """Paragraphs that are notices by their words."""
    known, done = _rules(), 0
    for index, position, _ in places.of(known.notices):
        if position >= done:
            start = lower.rfind("\n", 0, position) + 1
            done = lower.find("\n", position)
            done = len(lower) if done < 0 else done
            yield _Mark(start, done, known.notice_kinds[index], "", lasts=False)


@cache
def _rules() -> _Rules:
    data = rules.load("sections")
    shape = data["shape"]
    return _Rules(
        phrase=re.compile(shape["phrase"]),
        nouns=frozenset(shape["noun"].split()),
        named=frozenset(shape["noun"].split() + shape["filler"].split()),
        phrase_starts=frozenset(shape["phrase_starts"].split()),
        foreign_starts=frozenset(shape["foreign_starts"].split()),
        foreign_words=shape["foreign_words"],
        kinds=tuple((SectionKind(each["kind"]), re.compile(each["pattern"])) for each in data["kind"]),
        notices=WordList(phrase for each in data["paragraph"] for phrase in each["phrases"]),
        notice_kinds=[SectionKind(each["kind"]) for each in data["paragraph"] for _ in each["phrases"]],
        inline_words=WordList(shape["inline_words"]),
        inline=re.compile(
            r"(?=[A-Z])(?:(?<=[a-z.!?;:)\]])|(?<=[.!?;:)\]] )|^)"
            rf"({'|'.join(shape['inline'])})(?=\s?:|\s[A-Z•*-]|[A-Z0-9•*])"
        ),
        longest=data["longest"],
        longest_field=data["longest_field"],
        most_words=data["most_words"],
    )
