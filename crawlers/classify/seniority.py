"""The level of a position: what its title says, and else what its description declares of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.classify.automaton import automaton
from crawlers.classify.document import Document, plain
from crawlers.classify.words import WordList
from crawlers.items import EmploymentType, Evidence, JobKind, JobPosting, Seniority

_LEVEL_OF_KIND = {
    JobKind.INTERN: Seniority.INTERN,
    JobKind.CO_OP: Seniority.INTERN,
    JobKind.APPRENTICE: Seniority.ENTRY,
    JobKind.RESIDENT: Seniority.ENTRY,
    JobKind.NEW_GRAD: Seniority.ENTRY,
}
"""Kinds of position that are levels; a fellow is one only after a doctorate, which the title says."""
_LONGEST_TITLE = 300
"""Characters of a title that are read: longer ones are no titles."""
_MOST_PLACES = 20
"""Places of a description that are looked at: real ones have one or two."""
_BLANK = "\x00"
"""What stands in place of vetoed characters: part of no word."""


@dataclass(kw_only=True, slots=True)
class SeniorityReading:
    """What was read; `seniority` is None where nothing says, or several levels are named."""

    seniority: Seniority | None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    pattern: re.Pattern[str]
    level: Seniority | None


@dataclass(frozen=True, slots=True)
class _RuleSet:
    """Rules, and the literals of which each needs one."""

    rules: tuple[_Rule, ...]
    literals: AhoCorasick
    of_literal: tuple[tuple[int, ...], ...]
    """Positions in `rules` of those that need each literal."""

    def candidates(self, text: str) -> Iterable[_Rule]:
        """Rules of which a literal occurs in the text, or at its end with a space after it; in their order."""
        places = self.literals.find_matches_as_indexes(f"{text} ", overlapping=True)
        found = {index for literal, _, _ in places for index in self.of_literal[literal]}
        return (self.rules[index] for index in sorted(found))


@dataclass(frozen=True, slots=True)
class _Rules:
    vetoes: _RuleSet
    ranges: _RuleSet
    title: _RuleSet
    body: _RuleSet
    body_words: WordList
    """The literals of `body`."""
    values: dict[str, Seniority]
    ranks: frozenset[Seniority]


@dataclass(frozen=True, slots=True)
class _Hit:
    """One place that says something: a level, or, without one, that the level is open."""

    level: Seniority | None
    start: int
    end: int
    rule: str


def read(
    posting: JobPosting,
    document: Document,
    kind: JobKind | None,
    types: list[EmploymentType],
    evidence: Sequence[Evidence] = (),
) -> SeniorityReading:
    """Level of a position. `kind`, `types` and `evidence` are what employment read: an internship is a level."""
    level = Seniority.INTERN if EmploymentType.INTERN in types else _LEVEL_OF_KIND.get(kind) if kind else None
    if level:
        of_kind = (replace(each, reading="seniority") for each in evidence if each.reading == "job_kind")
        return SeniorityReading(seniority=level, evidence=list(of_kind))
    if hit := _read_title(posting.title[:_LONGEST_TITLE]):
        return _reading_of(hit, "title", posting.title)
    return _reading_of(_body_hit(document), "description", document.text)


def _reading_of(hit: _Hit | None, source: str, text: str) -> SeniorityReading:
    if hit is None or hit.level is None:
        return SeniorityReading(seniority=None)
    found = text[hit.start : hit.end]
    quote = found.strip()
    start = hit.start + len(found) - len(found.lstrip())
    evidence = Evidence(
        reading="seniority", source=source, quote=quote, start=start, end=start + len(quote), rule=hit.rule
    )
    return SeniorityReading(seniority=hit.level, evidence=[evidence])


@lru_cache(maxsize=16384)
def _read_title(title: str) -> _Hit | None:
    """What a title says of the level: None is nothing."""
    known = _rules()
    text = plain(title)
    candidates = list(known.title.candidates(text))
    if not candidates:
        return None
    for veto in known.vetoes.candidates(text):
        text = veto.pattern.sub(_blank, text)
    for rule in known.ranges.candidates(text):
        if match := rule.pattern.search(text):
            rest = text[: match.start()] + _blank(match) + text[match.end() :]
            ranks = (each for each in candidates if each.level in known.ranks)
            return _first(rest, ranks) or _Hit(None, match.start(), match.end(), rule.id)
    return _first(text, candidates)


def _first(text: str, candidates: Iterable[_Rule]) -> _Hit | None:
    for rule in candidates:
        if match := rule.pattern.search(text):
            return _Hit(rule.level, match.start(), match.end(), rule.id)
    return None


def _blank(match: re.Match[str]) -> str:
    """What a veto leaves: without its group `word`, or, where it has none, nothing."""
    start, end = match.span("word") if match.re.groupindex.get("word") and match["word"] else match.span()
    before, after = match.string[match.start() : start], match.string[end : match.end()]
    return before + _BLANK * (end - start) + after


def _body_hit(document: Document) -> _Hit | None:
    """The level that a description declares; None where it declares none, or two."""
    hits = list(_body_hits(document))
    return hits[0] if len({hit.level for hit in hits}) == 1 else None


def _body_hits(document: Document) -> Iterator[_Hit]:
    known, text = _rules(), document.lower
    found = {
        index for literal, _, _ in document.places.of(known.body_words) for index in known.body.of_literal[literal]
    }
    for rule in (known.body.rules[index] for index in sorted(found)):
        for match in islice(rule.pattern.finditer(text), _MOST_PLACES):
            group = "value" if "value" in match.re.groupindex else 0
            if level := rule.level or known.values.get(match[group]):
                yield _Hit(level, *match.span(), rule.id)


@cache
def _rules() -> _Rules:
    data = rules.load("seniority")
    words = {name: f"(?:{text})" for name, text in data["words"].items()}
    return _Rules(
        vetoes=_rule_set(data["veto"], words),
        ranges=_rule_set(data["range"], words),
        title=_rule_set(data["title"], words),
        body=_rule_set(data["body"], words),
        body_words=WordList(dict.fromkeys(literal for entry in data["body"] for literal in entry["needs"])),
        values={value: Seniority(level) for value, level in data["values"].items()},
        ranks=frozenset(map(Seniority, data["ranks"])),
    )


def _rule_set(entries: list[dict[str, Any]], words: dict[str, str]) -> _RuleSet:
    literals: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        for literal in entry["needs"]:
            literals.setdefault(literal, []).append(index)
    rule_list = tuple(
        _Rule(
            entry["id"],
            re.compile(rules.filled(entry["pattern"], words)),
            Seniority(entry["level"]) if "level" in entry else None,
        )
        for entry in entries
    )
    return _RuleSet(rule_list, automaton(literals), tuple(map(tuple, literals.values())))
