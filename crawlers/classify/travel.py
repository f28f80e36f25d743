"""What a posting says of travel for work, in its own words. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crawlers.classify import rules
from crawlers.classify.document import Document
from crawlers.classify.words import WordList
from crawlers.items import Evidence, JobPosting, SectionKind

_LONGEST = 160
"""Characters of a statement."""
_BEFORE, _AFTER = 110, 190
"""Characters around a mention that are looked at."""
_MARKS = ("\n", "; ", "! ", "? ", "•")
_ABBREVIATED = ("approx", "min", "max", "est", "u.s")
_MOST_MENTIONS = 40
_NOT_WORK = frozenset({
    SectionKind.BENEFITS, SectionKind.PAY, SectionKind.EEO, SectionKind.E_VERIFY, SectionKind.ABOUT,
    SectionKind.HOW_TO_APPLY,
})  # fmt: skip
"""Sections in which only a share of the time counts, or a plain no."""
_LARGE = 1500
"""Characters of a section that holds more than its heading says."""
_DANGLING = re.compile(r"(?:[\s,/-]+(?:and|or|to|the|of|for|in|with|as|such|a|an|at|our|your|by))+\Z")
_MORE = re.compile(r"(?:l?ing|s)\b")


@dataclass(kw_only=True, slots=True)
class TravelReading:
    """What was read; `travel` is None where nothing is said of travel."""

    travel: str | None = None
    """As written, 160 characters at most."""
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    elsewhere: bool
    """Of other languages than English."""
    anywhere: bool
    """Counts in every section."""


@dataclass(frozen=True, slots=True)
class _Rules:
    mentions: WordList
    english: int
    """So many of the mentions' words are English."""
    vetoes: list[_Rule]
    rules: list[_Rule]
    new_clause: re.Pattern[str]
    hanging: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Mention:
    """A word of travel, with the text around it."""

    start: int
    end: int
    before: str
    after: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class _Statement:
    rule: int
    start: int
    end: int


def read(posting: JobPosting, document: Document) -> TravelReading:
    """What is said of travel: a share of the time before all else, then a plain no, then the plainest statement.

    >>> from crawlers.classify.document import document_of
    >>> posting = JobPosting(platform="", board="", external_id="", url="", title="")
    >>> read(posting, document_of("Travel may be needed. Expect up to 25% travel.")).travel
    'up to 25% travel'
    """
    said: _Statement | None = None
    for mention in _mentions(document):
        found = _statement(mention, document, said.rule if said else len(_rules().rules))
        said = found or said
        if said and said.rule == 0:
            break
    if said is None:
        return TravelReading()
    evidence = document.evidence("travel", said.start, said.end, _rules().rules[said.rule].id)
    return TravelReading(travel=evidence.quote, evidence=[evidence])


def _mentions(document: Document) -> Iterator[_Mention]:
    known = _rules()
    lower, text = document.lower, document.text
    for word, start, end in document.places.of(known.mentions)[:_MOST_MENTIONS]:
        is_glued = text[start].isupper() and text[start - 1 : start].islower()
        if lower[start - 1 : start].isalnum() and not is_glued:
            continue
        elsewhere = word >= known.english
        if not elsewhere and (more := _MORE.match(lower, end)):
            end = more.end()
        yield _Mention(start, end, _sentence_before(lower, start), lower[end : end + _AFTER], elsewhere)


def _sentence_before(lower: str, position: int) -> str:
    """What stands before a position in its sentence, with the mark that ends the one before."""
    start = max(0, position - _BEFORE)
    stop = lower.rfind(". ", start, position)
    while stop >= 0 and lower.endswith(_ABBREVIATED, start, stop):
        stop = lower.rfind(". ", start, stop)
    return lower[max(start, stop, *(lower.rfind(mark, start, position) for mark in _MARKS)) : position]


def _statement(mention: _Mention, document: Document, worse_than: int) -> _Statement | None:
    """What the words around a mention say, by a rule before `worse_than`."""
    known = _rules()
    if not mention.elsewhere and any(_span(veto, mention) is not None for veto in known.vetoes):
        return None
    section = document.sections[bisect_right(document.starts, mention.start) - 1]
    is_work = section.kind not in _NOT_WORK or section.end - section.start > _LARGE
    for rank, rule in enumerate(known.rules[:worse_than]):
        if rule.elsewhere is mention.elsewhere and (is_work or rule.anywhere) and (span := _span(rule, mention)):
            start, end = _trimmed(document, *span, mention.end)
            if start <= mention.start and mention.end <= end:
                return _Statement(rank, start, end)
    return None


def _span(rule: _Rule, mention: _Mention) -> tuple[int, int] | None:
    """Start and end of what a rule matches around a mention."""
    start, end = mention.start, mention.end
    if rule.after:
        if (found := rule.after.match(mention.after)) is None:
            return None
        end += found.end()
    if rule.before:
        if (found := rule.before.search(mention.before)) is None:
            return None
        start -= len(mention.before) - found.start("from" if found.re.groupindex and found["from"] is not None else 0)
    if rule.unless and rule.unless.search(mention.before):
        return None
    return start, end


def _trimmed(document: Document, start: int, end: int, inner: int) -> tuple[int, int]:
    """A statement, not too long, without words and marks that hang at its ends; its word of travel ends at `inner`."""
    lower = document.lower
    end = min(end, start + _LONGEST)
    while hanging := _rules().hanging.match(lower, start, inner):
        start = hanging.end()
    if end < len(lower) and lower[end - 1 : end + 1].isalnum():
        end = max(start, lower.rfind(" ", start, end))
    if new := _rules().new_clause.search(document.text, inner, end):
        end = new.start()
    if dangling := _DANGLING.search(lower, max(start, end - 40), end):
        end = dangling.start()
    while start < end and not (lower[start].isalnum() or lower[start] in "~<>≤≥"):
        start += 1
    while end > start and not (lower[end - 1].isalnum() or lower[end - 1] in "%+"):
        if lower[end - 1] == ")" and "(" in lower[start:end]:
            break
        end -= 1
    return start, end


@cache
def _rules() -> _Rules:
    data = rules.load("travel")
    english, elsewhere = data["mentions"]["english"], data["mentions"]["elsewhere"]
    return _Rules(
        mentions=WordList([*english, *elsewhere]),
        english=len(english),
        vetoes=[_rule(entry, data["words"]) for entry in data["veto"]],
        rules=[_rule(entry, data["words"]) for entry in data["rule"]],
        new_clause=re.compile(data["new_clause"]),
        hanging=re.compile(data["hanging"]),
    )


def _rule(entry: dict[str, Any], words: dict[str, str]) -> _Rule:
    return _Rule(
        id=entry["id"],
        before=_compiled(entry.get("before"), words),
        after=_compiled(entry.get("after"), words),
        unless=_compiled(entry.get("unless"), words),
        elsewhere=bool(entry.get("elsewhere")),
        anywhere=bool(entry.get("anywhere")),
    )


def _compiled(pattern: str | None, words: dict[str, str]) -> re.Pattern[str] | None:
    return None if pattern is None else re.compile(rules.filled(pattern, words))
