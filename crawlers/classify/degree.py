"""The degree that a posting asks for: names of degrees, by what the rest of the sentence says of them. Pure.

Degrees that are required count before those that something else can stand for, and these before preferred ones; of what
counts, the lowest is the minimum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache
from itertools import islice, pairwise, product
from typing import Any

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.classify.automaton import automaton
from crawlers.classify.degree_fields import fields_after, fields_before
from crawlers.classify.document import Document
from crawlers.items import Degree, DegreeLevel, Evidence, JobPosting, SectionKind

_BEFORE, _AFTER = 140, 260
"""Characters of a sentence that are looked at, on either side of a degree."""
_NEAR = 45
"""Characters before a name in which the words stand that bear on its meaning."""
_FAR = 160
"""Characters between a degree and "preferred" above which that is said of something else."""
_MOST_HITS = 400
_MOST_MENTIONS = 40
_MOST_EVIDENCE = 3
_OTHER_LANGUAGE = "en"
"""Stands for any that has no rules of its own."""
_LINE_BREAKS = ("\n", "  ")
_BREAK = re.compile(r"[.!?;•·●▪◦](?:(?<=[•·●▪◦])|(?=\s)|(?<=[a-z]{4}\.)(?=[a-z\d]))")
_ABBREVIATED = re.compile(r"\b(?:[a-z]|ph\.?d|sc|eng|tech|e\.g|i\.e|etc|min|approx|incl|com|ed)\.$")
_GOES_ON = re.compile(r"\s*(?:\(?(?:and/)?or\b|\(or\b|preferred\b|required\b)", re.IGNORECASE)
_LIST_OF_DEGREES = re.compile(
    r"[\s,/()&'s+]*(?:\b(?:degrees?|levels?|or|and|an?|another|other|higher|to)\b[\s,/()]*){0,6}"
)
_CHOICE = re.compile(r"/|\b(?:or|and|to)\b")
_ENDS_WITH_OR = re.compile(r"[^.;]{0,90}\bor\s+(?:an?\s+)?$")
_IN_BRACKETS = re.compile(r"\((?!\s*(?:strongly|highly|is|preferred|desired)\b)[^()]*\w[^()]*$")
_DENIED = re.compile(r"not (?:required|mandatory|essential)")


@dataclass(kw_only=True, slots=True)
class DegreeReading:
    """What was read; `degree` is None where none is asked for, also where the text says so (there is evidence then)."""

    degree: Degree | None = None
    evidence: list[Evidence] = field(default_factory=list)


class _Strength(IntEnum):
    """How much a degree is asked for; the least number counts."""

    REQUIRED = 0
    REPLACEABLE = 1
    """Something else will do as well."""
    PREFERRED = 2
    NOT_NEEDED = 3


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    level: DegreeLevel
    rank: int
    """Of the level, from the lowest up."""
    pattern: re.Pattern[str]
    not_after: re.Pattern[str] | None
    not_without: re.Pattern[str] | None
    in_progress: bool
    is_bare: bool
    """The word "degree" alone, which says nothing beside the name of one."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """One name of a degree."""

    rule: _Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """Degrees that are named together ("a Bachelor's or Master's"), and what is said of them."""

    mentions: list[_Mention]
    strength: _Strength
    in_progress: bool
    or_experience: bool


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: AhoCorasick
    """All words at which a name may begin."""
    rules: list[list[tuple[_Rule, bool]]]
    """By the words' order: the rules that may begin there, and whether their pattern is for the text as it is."""


@dataclass(frozen=True, slots=True)
class _Rules:
    level: list[_Rule]
    sentence: dict[str, re.Pattern[str]]
    """What a sentence can say of a degree: patterns by name."""
    needs: AhoCorasick
    """Words without which a pattern matches nowhere, looked for in one pass."""
    needed_by: list[list[str]]
    """Names of patterns, by the words' order."""

    def sayings(self, sentence: str) -> dict[str, re.Pattern[str]]:
        """The patterns that may match in a sentence."""
        found = {index for index, _, _ in self.needs.find_matches_as_indexes(sentence, overlapping=True)}
        return {name: self.sentence[name] for index in found for name in self.needed_by[index]}


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence or line in which degrees are named."""

    start: int
    end: int
    sayings: dict[str, re.Pattern[str]]

    def says(self, name: str, words: str) -> re.Match[str] | None:
        """The match of a pattern in some words of the sentence."""
        pattern = self.sayings.get(name)
        return pattern.search(words) if pattern else None


_ORDER = list(DegreeLevel)


def read(posting: JobPosting, document: Document) -> DegreeReading:
    """The degree asked for, with the names that say so.

    >>> from crawlers.classify.document import document_of
    >>> posting = JobPosting(platform="", board="", external_id="", url="", title="")
    >>> read(posting, document_of("BS in Physics, or equivalent experience")).degree.or_experience
    True
    """
    statements: list[_Statement] = []
    mentions = list(islice(_mentions(document, posting.language), _MOST_MENTIONS))
    while mentions:
        sentence = _sentence(document.lower, mentions[0])
        count = sum(mention.start < sentence.end for mention in mentions)
        statements += _statements(document, sentence, mentions[:count])
        del mentions[:count]
    if not statements:
        return DegreeReading()
    strength = min(statement.strength for statement in statements)
    counted = [statement for statement in statements if statement.strength is strength]
    if strength is _Strength.NOT_NEEDED:
        mention = counted[0].mentions[0]
        return DegreeReading(
            evidence=[document.evidence("degree", mention.start, mention.end, _none_needed_id())],
        )
    lowest = min(mention.rule.rank for statement in counted for mention in statement.mentions)
    degree = Degree(
        minimum=_ORDER[lowest],
        required=strength is _Strength.REQUIRED,
        in_progress=any(statement.in_progress for statement in counted),
        fields=_fields(document, counted),
        or_experience=any(statement.or_experience for statement in counted),
    )
    return DegreeReading(degree=degree, evidence=_evidence(document, counted, degree.minimum))


def _fields(document: Document, counted: list[_Statement]) -> list[str]:
    """Fields of study in the order of the text, each once whatever its capitals."""
    fields: dict[str, str] = {}
    for statement in counted:
        last = statement.mentions[-1]
        for name in fields_after(document, last.end) or (
            fields_before(document, last.start) if last.rule.is_bare else []
        ):
            fields.setdefault(name.lower(), name)
    return list(fields.values())


def _evidence(document: Document, counted: list[_Statement], minimum: DegreeLevel | None) -> list[Evidence]:
    named = [mention for statement in counted for mention in statement.mentions if mention.rule.level is minimum]
    return [document.evidence("degree", each.start, each.end, each.rule.id) for each in named[:_MOST_EVIDENCE]]


def _mentions(document: Document, language: str | None) -> Iterator[_Mention]:
    """Names of degrees in the order of the text."""
    anchors = _anchors(language if language in _languages() else _OTHER_LANGUAGE)
    text, lower = document.text, document.lower
    done = 0
    for index, start, _ in anchors.words.find_matches_as_indexes(text)[:_MOST_HITS]:
        if start < done or (start and text[start - 1].isalnum() and not _is_glued(text, start)):
            continue
        for rule, as_is in anchors.rules[index]:
            match = rule.pattern.match(text if as_is else lower, start)
            if match and _stands(rule, lower, start, done):
                done = match.end()
                yield _Mention(rule, start, done)
                break


def _is_glued(text: str, start: int) -> bool:
    """Whether a capital begins a word whose line break got lost ("RequirementsBachelor's")."""
    return text[start].isupper() and text[start - 1].islower()


def _stands(rule: _Rule, lower: str, start: int, done: int) -> bool:
    near = max(0, start - _NEAR)
    if rule.is_bare and done > near:
        between = lower[done:start]
        if not ("\n" in between or " with " in between or _BREAK.search(between)):
            return False
    if rule.not_after and rule.not_after.search(lower[near:start]):
        return False
    return not rule.not_without or rule.not_without.search(lower[near:start]) is not None


def _sentence(lower: str, mention: _Mention) -> _Sentence:
    """The mention's sentence or line."""
    start = max(0, mention.start - _BEFORE)
    for mark in _LINE_BREAKS:
        start = max(start, lower.rfind(mark, start, mention.start) + 1)
    for found in _BREAK.finditer(lower, start, mention.start):
        if _is_break(lower, found):
            start = found.end()
    end = min(len(lower), mention.end + _AFTER)
    for mark in _LINE_BREAKS:
        line_end = lower.find(mark, mention.end, end)
        if line_end >= 0 and not _GOES_ON.match(lower, line_end):
            end = line_end
    for found in _BREAK.finditer(lower, mention.end, end):
        if _is_break(lower, found):
            end = found.start()
            break
    return _Sentence(start, end, _rules().sayings(lower[start:end]))


def _is_break(lower: str, found: re.Match[str]) -> bool:
    if found[0] == "." and _ABBREVIATED.search(lower, max(0, found.start() - 6), found.end()):
        return False
    return _GOES_ON.match(lower, found.end()) is None


def _statements(document: Document, sentence: _Sentence, mentions: list[_Mention]) -> Iterator[_Statement]:
    lower, start, end = document.lower, sentence.start, sentence.end
    whole = lower[start:end]
    if sentence.says("ignored", whole) and not sentence.says("ignored_unless", whole):
        return
    groups = _groups(lower, mentions)
    later: _Statement | None = None
    found: list[_Statement] = []
    for index in reversed(range(len(groups))):
        before = lower[groups[index - 1][-1].end if index else start : groups[index][0].start]
        after = lower[groups[index][-1].end : groups[index + 1][0].start if index + 1 < len(groups) else end]
        statement = _statement(document, sentence, groups[index], before, after)
        if later and later.strength is _Strength.PREFERRED and _ENDS_WITH_OR.fullmatch(after):
            statement = replace(statement, strength=max(statement.strength, later.strength), or_experience=False)
        elif (
            later
            and later.or_experience
            and statement.strength < later.strength is _Strength.REPLACEABLE
            and not sentence.says("required", after)
        ):
            statement = replace(statement, strength=later.strength, or_experience=True)
        later = statement
        found.append(statement)
    yield from reversed(found)


def _groups(lower: str, mentions: list[_Mention]) -> list[list[_Mention]]:
    """Mentions of one sentence, those together of which any will do."""
    gaps = [lower[one.end : other.start] for one, other in pairwise(mentions)]
    groups = [[mentions[-1]]]
    is_choice = False
    for mention, gap in zip(reversed(mentions[:-1]), reversed(gaps), strict=True):
        is_list = _LIST_OF_DEGREES.fullmatch(gap) is not None
        is_choice = is_list and ((is_choice and "(" not in gap) or _CHOICE.search(gap) is not None)
        if is_choice or (is_list and mention.rule.level is groups[0][0].rule.level):
            groups[0].insert(0, mention)
        else:
            groups.insert(0, [mention])
    return groups


def _statement(
    document: Document, sentence: _Sentence, mentions: list[_Mention], before: str, after: str
) -> _Statement:
    says = sentence.says
    is_first = mentions[0].start - len(before) == sentence.start
    or_experience = bool(says("or_experience", after) or (is_first and says("experience_or", before)))
    in_progress = any(mention.rule.in_progress for mention in mentions) or bool(
        says("in_progress_before", before) or says("in_progress_after", after)
    )
    strength = _strength(sentence, mentions, before, after)
    if strength is _Strength.REQUIRED and or_experience:
        strength = _Strength.REPLACEABLE
    if strength is not _Strength.NOT_NEEDED and document.kind_at(mentions[0].start) is SectionKind.PREFERRED:
        strength = _Strength.PREFERRED
    return _Statement(mentions, strength, in_progress, or_experience)


def _strength(sentence: _Sentence, mentions: list[_Mention], before: str, after: str) -> _Strength:
    says = sentence.says
    if says("none_needed", before) or says("none_needed_after", after):
        return _Strength.NOT_NEEDED
    if preferred := _preference(sentence, after):
        return _Strength.NOT_NEEDED if _DENIED.search(preferred[0]) else _Strength.PREFERRED
    if says("preferred_before", before):
        return _Strength.PREFERRED
    is_school = all(mention.rule.level is DegreeLevel.HIGHSCHOOL for mention in mentions)
    if not is_school and says("or_else", after) and not says("required", after):
        return _Strength.REPLACEABLE
    return _Strength.REQUIRED


def _preference(sentence: _Sentence, after: str) -> re.Match[str] | None:
    """The words that make a degree a preferred one, where they are said of it and not of something between."""
    found = sentence.says("preferred", after)
    if found is None:
        return None
    between = after[: found.start()]
    if len(between) > _FAR or _rules().sentence["something_else"].search(between) or _IN_BRACKETS.search(between):
        return None
    return found


@cache
def _languages() -> frozenset[str | None]:
    """Those that have rules of their own, and None."""
    return frozenset(
        (None, *(each for entry in rules.load("degree")["level"] for each in entry.get("language", "en").split()))
    )


@cache
def _anchors(language: str | None) -> _Anchors:
    """Where names of degrees may begin; those of other languages where the text's is unknown or theirs."""
    rules_of: dict[str, list[tuple[_Rule, bool]]] = {}
    for entry, rule in zip(rules.load("degree")["level"], _rules().level, strict=True):
        if language and language not in entry.get("language", language).split():
            continue
        for variant in dict.fromkeys(variant for word in entry.get("words", ()) for variant in _variants(word)):
            rules_of.setdefault(variant, []).append((rule, False))
        for letters in entry.get("letters", ()):
            rules_of.setdefault(letters, []).append((rule, True))
    words = automaton(rules_of, longest=True)
    order = _rules().level.index
    return _Anchors(
        words,
        [
            sorted(
                (rule for length in range(1, len(word) + 1) for rule in rules_of.get(word[:length], ())),
                key=lambda each: order(each[0]),
            )
            for word in rules_of
        ],
    )


def _variants(words: str) -> set[str]:
    """Words in the ways that capitals are put."""
    each = [(word, word.capitalize()) for word in words.split(" ")]
    return {words, words.title(), words.upper(), *map(" ".join, product(*each))}


@cache
def _rules() -> _Rules:
    data = rules.load("degree")
    parts = data["parts"]
    needed_by: dict[str, list[str]] = {}
    for name, words in data["needs"].items():
        for word in words:
            needed_by.setdefault(word, []).append(name)
    return _Rules(
        level=[_rule(entry, parts) for entry in data["level"]],
        sentence={name: re.compile(pattern) for name, pattern in data["sentence"].items()},
        needs=automaton(needed_by),
        needed_by=list(needed_by.values()),
    )


def _rule(entry: dict[str, Any], parts: dict[str, str]) -> _Rule:
    def compiled(key: str) -> re.Pattern[str] | None:
        return re.compile(rules.filled(entry[key], parts)) if key in entry else None

    pattern = compiled("pattern")
    assert pattern
    level = DegreeLevel(entry["level"])
    return _Rule(
        entry["id"],
        level,
        _ORDER.index(level),
        pattern,
        compiled("not_after"),
        compiled("not_without"),
        bool(entry.get("in_progress")),
        entry["id"].startswith("degree.bare"),
    )


def _none_needed_id() -> str:
    return "degree.none-needed"
