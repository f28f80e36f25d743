"""Remote, hybrid or on-site: the platform's word before the place's before the title's before the description's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from crawlers.classify import rules
from crawlers.classify.document import Document, plain
from crawlers.classify.words import WordList
from crawlers.items import Evidence, SectionKind, Workplace

_LONGEST_STRING = 300
"""Characters of a title or a place's string that are read."""
_MOST_HITS = 24
"""Words of a description whose sentences are looked at."""
_BEFORE, _BEHIND = 90, 110
"""Characters of a sentence around such a word that are looked at."""
_UNREAD_SECTIONS = frozenset({SectionKind.EEO, SectionKind.E_VERIFY})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORD = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"(?<!u\.s)(?<!e\.g)(?<!i\.e)[.!?](?=\s)|\n")
_CHOICE = re.compile(r"\bor\b|/")
"""Between several that a title offers."""


@dataclass(kw_only=True, slots=True)
class WorkplaceReading:
    """What was read, and where."""

    workplace: Workplace
    basis: str
    """"workplace_raw", "location", "title" or "description"."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    value: Workplace | None
    """None: the group `value` of the pattern says it."""
    pattern: re.Pattern[str]
    tier: int = 0
    vetoed: bool = True
    words: tuple[str, ...] = ()
    """One of them stands wherever the pattern matches."""


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: _Rule
    value: Workplace
    start: int
    end: int


def read_workplace(
    workplace_raw: str | None,
    places: Sequence[str],
    title: str,
    document: Document,
    *,
    places_source: str = "locations",
) -> WorkplaceReading | None:
    """The workplace by the first source that says something; None where none does. `places`: strings as published."""
    if workplace_raw and (value := workplace_of_word(workplace_raw)):
        return _reading(value, "workplace_raw", _evidence("workplace_raw", workplace_raw, 0, len(workplace_raw), "raw"))
    start = 0
    for place in places:
        if hit := _in_place(place):
            text = place[hit.start : hit.end]
            evidence = Evidence(
                reading="workplace", source=places_source, quote=text, start=start + hit.start, end=start + hit.end,
                rule=hit.rule.id,
            )  # fmt: skip
            return _reading(hit.value, "location", evidence)
        start += len(place) + 1
    if hit := _in_title(title):
        return _reading(hit.value, "title", _evidence("title", title, hit.start, hit.end, hit.rule.id))
    if hit := _in_description(document):
        return _reading(hit.value, "description", document.evidence("workplace", hit.start, hit.end, hit.rule.id))
    return None


@lru_cache(maxsize=4096)
def workplace_of_word(raw: str) -> Workplace | None:
    """The workplace that a platform's own word means; None where it is not known.

    >>> workplace_of_word("TELECOMMUTE"), workplace_of_word("OnSite"), workplace_of_word("unspecified")
    (<Workplace.REMOTE: 'remote'>, <Workplace.ONSITE: 'onsite'>, None)
    """
    words = _NO_WORD.sub(" ", _CAMEL.sub(" ", raw[:_LONGEST_STRING])).lower().split()
    for skipped in ("workplace", "type", "location"):
        words = [word for word in words if word != skipped]
    return _rules().words.get(" ".join(words))


def _reading(value: Workplace, basis: str, evidence: Evidence) -> WorkplaceReading:
    return WorkplaceReading(workplace=value, basis=basis, evidence=evidence)


def _evidence(source: str, text: str, start: int, end: int, rule: str) -> Evidence:
    quote = text[start:end]
    start += len(quote) - len(quote.lstrip(" \t-–([|/:,;*+"))
    return Evidence(
        reading="workplace", source=source, quote=text[start:end].rstrip(), start=start,
        end=start + len(text[start:end].rstrip()), rule=rule,
    )  # fmt: skip


@lru_cache(maxsize=16384)
def _in_place(raw: str) -> _Hit | None:
    lower = plain(raw[:_LONGEST_STRING])
    if not any(map(lower.__contains__, _rules().location_words)):
        return None
    return _first(_rules().location, lower)


def _in_title(title: str) -> _Hit | None:
    lower = plain(title[:_LONGEST_STRING])
    if not any(map(lower.__contains__, _rules().title_words)):
        return None
    hits = [hit for rule in _rules().title if (hit := _first([rule], lower))]
    if len({hit.value for hit in hits}) > 1 and _CHOICE.search(lower):
        return None
    return hits[0] if hits else None


def _first(candidates: Sequence[_Rule], text: str) -> _Hit | None:
    for rule in candidates:
        if (match := rule.pattern.search(text)) and rule.value:
            return _Hit(rule, rule.value, match.start(), match.end())
    return None


def _in_description(document: Document) -> _Hit | None:
    """The statement of the most trusted kind; none where those of a kind contradict each other."""
    known = _rules()
    anchors = document.places.of(known.anchors)
    hits = list(_statements(document, anchors[:_MOST_HITS])) if anchors else []
    if not hits:
        return None
    tier = min(hit.rule.tier for hit in hits)
    trusted = [hit for hit in hits if hit.rule.tier == tier]
    values = {hit.value for hit in trusted}
    if Workplace.HYBRID in values and Workplace.REMOTE not in values:
        values = {Workplace.HYBRID}
    return next((hit for hit in trusted if hit.value in values), None) if len(values) == 1 else None


def _statements(document: Document, anchors: Sequence[tuple[int, int, int]]) -> Iterator[_Hit]:
    known = _rules()
    lower = document.lower
    for anchor, start, end in anchors:
        if document.kind_at(start) in _UNREAD_SECTIONS:
            continue
        first, last = _sentence(lower, start, end)
        sentence = lower[first:last]
        for rule in known.statements[anchor]:
            if rule.words and not any(map(sentence.__contains__, rule.words)):
                continue
            if not (match := rule.pattern.search(sentence)):
                continue
            if rule.vetoed and known.veto.search(sentence):
                continue
            if value := rule.value or workplace_of_word(match["value"]):
                yield _Hit(rule, value, first + match.start(), first + match.end())


def _sentence(lower: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a word, with the line break before it, as far as it is looked at."""
    first = max(0, start - _BEFORE)
    for match in _SENTENCE_END.finditer(lower, first, start):
        first = match.start() if match[0] == "\n" else match.end()
    last = min(len(lower), end + _BEHIND)
    stop = _SENTENCE_END.search(lower, end, last)
    return first, stop.end() if stop else last


@dataclass(frozen=True, slots=True)
class _Rules:
    words: dict[str, Workplace]
    location: tuple[_Rule, ...]
    title: tuple[_Rule, ...]
    location_words: tuple[str, ...]
    title_words: tuple[str, ...]
    statements: list[list[_Rule]]
    """Of each anchor."""
    veto: re.Pattern[str]
    anchors: WordList


@cache
def _rules() -> _Rules:
    data = rules.load("workplace")
    parts = data["parts"]
    anchors = [(word, name) for name, words in data["description"]["anchors"].items() for word in words]
    statements = [(entry["anchors"], _rule(entry, parts)) for entry in data["statement"]]
    return _Rules(
        words={word: Workplace(value) for value, words in data["raw"].items() for word in words},
        location=tuple(_rule(entry, parts) for entry in data["location"]),
        title=tuple(_rule(entry, parts) for entry in data["title"]),
        location_words=tuple(data["location_words"]),
        title_words=tuple(data["title_words"]),
        statements=[[rule for names, rule in statements if name in names] for _, name in anchors],
        veto=re.compile(data["description"]["veto"]),
        anchors=WordList(word for word, _ in anchors),
    )


def _rule(entry: dict[str, Any], parts: dict[str, str]) -> _Rule:
    return _Rule(
        entry["id"],
        None if entry["value"] == "same" else Workplace(entry["value"]),
        re.compile(rules.filled(entry["pattern"], parts)),
        entry.get("tier", 0),
        entry.get("vetoed", True),
        tuple(entry.get("words", ())),
    )
