"""Which certifications and licences a posting asks for, required and preferred alike. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from crawlers.classify import rules
from crawlers.classify.document import Document
from crawlers.classify.words import WordList
from crawlers.items import Evidence, JobPosting, SectionKind

_AROUND = 90
"""Characters of a line around a name in which other words decide on it."""
_CLOSE = 40
"""Characters between two names of one list, at most."""
_SHORT = 5
"""Letters of a spelling that counts in capitals only."""
_SHORTEST = 3
"""Letters of a spelling that is looked for as the end of a word: there are too many words that hold it."""
_AFTER_SHORT = " \n/,.;:)|-'\"*]"
_MOST_MENTIONS = 100
_MOST_ROOTS = 30
_LARGE = 1500
"""Characters of a section that holds more than its heading says."""
_TELLING = frozenset({
    SectionKind.BENEFITS, SectionKind.PAY, SectionKind.EEO, SectionKind.E_VERIFY, SectionKind.ABOUT,
})  # fmt: skip
"""Sections in which a name counts only where it is asked for in so many words."""
_ASKING = frozenset({SectionKind.REQUIRED, SectionKind.PREFERRED, SectionKind.EDUCATION, SectionKind.SKILLS})
"""Sections in which a name that has its line to itself is asked for, and those of a list."""
_MARKS = " -•*–·▪◦●‣>\t,.;"
_BREAK = re.compile(r"\n|[.!;] (?!\()|\? (?!no\b|n/a)|[•●▪|]")
_PLURAL = re.compile(r"(?<=[cs]e|te|on)s?(?![^\W_])")


@dataclass(kw_only=True, slots=True)
class CertificationsReading:
    """What was read."""

    certifications: list[str] | None = None
    """In the order of the text; [] where it says that none are needed, None where it says nothing."""
    evidence: list[Evidence] = field(default_factory=list)
    """Each name's first mention, or the words that say that none are needed."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One way to write a name."""

    text: str
    name: str
    rule: str
    guard: str | None
    """What else must hold: "near" or "beside"."""


@dataclass(slots=True)
class _Mention:
    start: int
    end: int
    spelling: _Spelling
    before: str
    """Of the same line or sentence."""
    after: str
    is_asked: bool
    """Whether it may count in a list with one that does."""
    is_item: bool = False
    """Whether it counts in a list with another of its like."""
    counts: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    words: WordList
    found: list[_Spelling | None]
    """By word; None for what begins words of certificates and licences."""
    trailing: list[int]
    """By word: characters of it after the spelling."""
    shortest: dict[str, _Spelling]
    cues: dict[str, re.Pattern[str]]
    elsewhere: dict[str, re.Pattern[str]]
    nones: list[tuple[str, re.Pattern[str], re.Pattern[str]]]
    """Id, pattern, and what must follow it."""


def read(posting: JobPosting, document: Document) -> CertificationsReading:
    """Names of certifications and licences that are asked for.

    >>> from crawlers.classify.document import document_of
    >>> posting = JobPosting(platform="", board="", external_id="", url="", title="")
    >>> read(posting, document_of("Active CPA license; a CFE is a plus.")).certifications
    ['CPA', 'CFE']
    """
    places = document.places.of(_rules().words)
    mentions = _mentions(document, places)
    for mention in mentions:
        _decide(mention, document)
    for one, other in [*pairwise(mentions), *pairwise(reversed(mentions))]:
        is_sure = one.counts or (one.is_item and other.is_item and one.spelling.name != other.spelling.name)
        if is_sure and other.is_asked and _is_listed(one, other, document.lower):
            other.counts = True
    evidence: dict[str, Evidence] = {}
    for mention in mentions:
        if mention.counts and mention.spelling.name not in evidence:
            evidence[mention.spelling.name] = document.evidence(
                "certifications", mention.start, mention.end, mention.spelling.rule
            )
    if evidence:
        return CertificationsReading(certifications=list(evidence), evidence=list(evidence.values()))
    return _none_needed(document, [start for word, start, _ in places if _rules().found[word] is None])


def _none_needed(document: Document, roots: list[int]) -> CertificationsReading:
    """What is said where no name counts: that none are needed, or nothing."""
    for root in roots[:_MOST_ROOTS]:
        for rule, pattern, needs in _rules().nones:
            found = pattern.search(document.lower, max(0, root - _AROUND), root + _AROUND)
            if found is None:
                continue
            rest = needs.match(document.lower, found.end())
            # A lost line break may hide that the word ends.
            if rest or document.text[found.end() :][:1].isupper():
                quote = document.lower[found.start() : rest.end() if rest else found.end()]
                start = found.start() + len(quote) - len(quote.lstrip(_MARKS + "\n'\"#"))
                end = found.start() + len(quote.rstrip(_MARKS + "\n"))
                evidence = document.evidence("certifications", start, end, rule)
                return CertificationsReading(certifications=[], evidence=[evidence])
    return CertificationsReading()


def _mentions(document: Document, places: list[tuple[int, int, int]]) -> list[_Mention]:
    """The longest names where they stand as words of their own, in order."""
    mentions: list[_Mention] = []
    done = 0
    for start, end, spelling in sorted(_spelled(document, places), key=lambda each: (each[0], -each[1])):
        if start < done or len(mentions) == _MOST_MENTIONS:
            continue
        done = end
        floor, ceiling = max(0, start - _AROUND), end + _AROUND
        for stop in _BREAK.finditer(document.lower, floor, start):
            floor = stop.end()
        if stop_after := _BREAK.search(document.lower, end, ceiling):
            ceiling = stop_after.start()
        before, after = document.lower[floor:start], document.lower[end:ceiling]
        mentions.append(_Mention(start, end, spelling, before, after, is_asked=False))
    return mentions


def _spelled(document: Document, places: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, _Spelling]]:
    """Start and end of what is spelled like a name, and how."""
    lower, text, known = document.lower, document.text, _rules()
    for word, start, end in places[: 10 * _MOST_MENTIONS]:
        if (spelling := known.found[word]) is None:
            continue
        end -= known.trailing[word]
        is_short = end - start <= _SHORTEST
        is_glued = not is_short and text[start].isupper() and not (text[start - 1] + text[start + 1]).isupper()
        if start and ((text[start - 1].isalnum() and not is_glued) or (is_short and text[start - 1] == "-")):
            continue
        if lower[end : end + 1].isalnum():
            if (plural := _PLURAL.match(lower, end)) is None:
                continue
            end = plural.end()
        yield start, end, spelling
    last = lower[-_SHORTEST - 1 :].rpartition(" ")[2].lstrip("\n(/")
    if last in known.shortest:
        yield len(lower) - len(last), len(lower), known.shortest[last]


def _decide(mention: _Mention, document: Document) -> None:
    """Say whether a name is meant, and asked for."""
    cues, spelling = _rules().cues, mention.spelling
    line = f"{mention.before} {mention.after}"
    if cues["veto_before"].search(mention.before) or cues["veto_after"].match(mention.after):
        return
    if (other := _rules().elsewhere.get(spelling.text)) and other.search(line):
        return
    if cues["people"].match(mention.after) and not cues["sought"].search(mention.before):
        return
    section = document.sections[bisect_right(document.starts, mention.start) - 1]
    is_small = section.end - section.start <= _LARGE
    if is_small and section.kind in _TELLING and not cues["asked"].search(line):
        return
    quote = document.text[mention.start : mention.end]
    is_written = len(quote) > _SHORT or not spelling.text.isalpha() or quote.isupper() or quote == spelling.name
    mention.is_asked = is_written
    mention.is_item = is_written and spelling.guard == "near" and section.kind in _ASKING
    is_alone = section.kind in _ASKING and not line.strip(_MARKS)
    if is_written and (is_alone or (is_small and section.kind is SectionKind.CERTIFICATION)):
        mention.counts = True
    elif is_written and spelling.guard != "beside":
        mention.counts = spelling.guard is None or bool(cues["credential"].search(line))
    else:
        beside = cues["beside_before"].search(mention.before) or cues["beside_after"].match(mention.after)
        mention.counts = beside is not None


def _is_listed(one: _Mention, other: _Mention, lower: str) -> bool:
    """Whether two names stand in one list."""
    first, last = sorted((one, other), key=lambda mention: mention.start)
    between = lower[first.end : last.start]
    return len(between) <= _CLOSE and _BREAK.search(between) is None


@cache
def _rules() -> _Rules:
    data = rules.load("certifications")
    spellings = {spelling.text: spelling for spelling in _spellings(data)}
    words, found, trailing = ["certif", "licens", "licenc"], [None, None, None], [0, 0, 0]
    patterns: list[tuple[str, _Spelling, int]] = []
    for text, spelling in spellings.items():
        ends = _AFTER_SHORT if text.isalpha() and len(text) <= _SHORTEST else [""]
        patterns += [(text + end, spelling, len(end)) for end in ends]
    return _Rules(
        words=WordList([*words, *(pattern for pattern, _, _ in patterns)]),
        found=[*found, *(spelling for _, spelling, _ in patterns)],
        trailing=[*trailing, *(after for _, _, after in patterns)],
        shortest={text: spelling for text, spelling in spellings.items() if len(text) <= _SHORTEST and text.isalpha()},
        cues={name: re.compile(pattern) for name, pattern in data["cues"].items()},
        elsewhere={text: re.compile(pattern) for text, pattern in data["elsewhere"].items()},
        nones=[
            (entry["id"], *(re.compile(rules.filled(entry[key], data["none_words"])) for key in ("pattern", "needs")))
            for entry in data["none"]
        ],
    )


def _spellings(data: dict[str, Any]) -> Iterator[_Spelling]:
    """Every spelling in lower case, with what it stands for."""
    near, beside = set(data["guards"]["near"]), set(data["guards"]["beside"])
    for group in data["group"]:
        for name in group["names"]:
            for word in [name.lower(), *group["spellings"].get(name, [])]:
                guard = "near" if word in near else "beside" if word in beside else None
                yield _Spelling(word, name, group["id"], guard)
