"""The rules of rules/sponsorship.toml, work_authorization.toml and visas.toml, compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from crawlers.classify.any_of import Alternative, AnyOf
from crawlers.classify.concepts import Concepts, concepts
from crawlers.classify.document import plain
from crawlers.classify.rules import load
from crawlers.classify.words import WordList
from crawlers.items import Clearance, Stance, Visa

_NAME = re.compile(r"\{([A-Z_]+)\}")
# A blank in a pattern stands for any white space, but not in a character class, and not in a lookbehind, which needs
# a fixed width.
_BLANK = re.compile(r"\(\?<[!=][^)]*\)|\[[^\]]*\]| [?*+]?")


_SEQUEL = "sponsorship.hedge.sequel"
"""The one rule that is tried on the sentence after an offer, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: words that say something of one reading."""

    id: str
    reading: str
    """Field of SponsorshipReading."""
    value: str | bool
    """What the words say: a `Stance` or "unclear", a `Clearance`, or true / false."""
    pattern: AnyOf | re.Pattern[str]
    """Over `Segment.text`; of sponsorship, over `Row.codes`."""
    is_field: bool
    """A field with its value, which decides before prose does."""
    needs: tuple[tuple[str, ...], ...]
    """A segment has at least one word of each, or a row one concept, before the pattern is tried."""
    scope: str | None
    """What the words are limited to: a name that sponsorship_scope.py knows."""
    transfer: Stance | None
    """What the words say of the transfer of a visa, where that is their subject."""
    yields: bool
    """The words are about a part only (transfers, the time after a year): an offer elsewhere in the text goes first."""
    example: str


@dataclass(frozen=True, slots=True)
class VisaRule:
    """How one visa is named."""

    id: str
    visa: Visa
    needs: tuple[str, ...]
    """A segment has at least one of these, in lower case, before the pattern is tried."""
    pattern: re.Pattern[str]
    """Over `Segment.raw`."""
    needs_context: bool
    """The name means something else as well, and counts only where the segment speaks of visas."""


@dataclass(frozen=True, slots=True)
class OtherSense:
    """Words that look like the subject's and mean something else."""

    needs: tuple[str, ...]
    """A segment has at least one of these before the pattern is tried."""
    pattern: AnyOf


@dataclass(frozen=True, slots=True)
class SponsorshipRules:
    """All that is read of visas and of who may be hired."""

    concepts: Concepts

    words: WordList
    """In lower case; a text with none of these is not about visas."""
    exact_words: dict[int, str]
    """Those of them that must be written just so, by number."""
    boilerplate: re.Pattern[str]
    characteristics: re.Pattern[str]
    characteristics_needed: int
    unless: re.Pattern[str]
    other_senses: tuple[OtherSense, ...]
    clauses: tuple[Rule, ...]
    """Of sponsorship, over rows of concepts, in the order in which they are tried."""
    rules: dict[str, tuple[Rule, ...]]
    """Of the other readings, over text: by reading, in the order in which they are tried."""
    visas: tuple[VisaRule, ...]
    visa_context: re.Pattern[str]
    clearance_level: re.Pattern[str]
    no_clearance: re.Pattern[str]
    continuation: re.Pattern[str]
    question: re.Pattern[str]
    any_level: re.Pattern[str]
    this_role: re.Pattern[str]
    sequel: re.Pattern[str]
    sequel_rule: Rule
    intern_title: re.Pattern[str]
    junior_title: re.Pattern[str]
    levels: tuple[str, ...]
    """Words of a title, from low to high."""
    level_titles: tuple[re.Pattern[str], ...]
    """How titles say these, in the same order."""
    countries: dict[str, str]
    """Name in lower case -> ISO 3166-1 alpha-2."""


@cache
def sponsorship_rules() -> SponsorshipRules:
    """The rules, read once. Raises KeyError or re.error where the file is broken."""
    data, authorization = load("visas"), load("work_authorization")
    vocabulary = _vocabulary(authorization["vocabulary"])
    rules: dict[str, list[Rule]] = {}
    for entry in authorization["rule"]:
        rule = _rule(entry, vocabulary, authorization["needs"])
        rules.setdefault(rule.reading, []).append(rule)
    clauses = [_clause(entry, concepts()) for entry in load("sponsorship")["rule"]]
    boilerplate, words, gate = data["boilerplate"], data["words"], data["gate"]
    return SponsorshipRules(
        concepts=concepts(),
        clauses=tuple(rule for rule in clauses if rule.id != _SEQUEL),
        sequel=_any([words["sequel"]], vocabulary),
        sequel_rule=next(rule for rule in clauses if rule.id == _SEQUEL),
        words=WordList([*map(plain, gate["words"]), *(word.lower() for word in gate["exact"])]),
        exact_words=dict(enumerate(gate["exact"], start=len(gate["words"]))),
        boilerplate=_any(boilerplate["segments"], vocabulary),
        characteristics=_any([boilerplate["characteristics"]], vocabulary),
        characteristics_needed=boilerplate["characteristics_needed"],
        unless=_any([boilerplate["unless"]], vocabulary),
        other_senses=tuple(
            OtherSense(needs=tuple(entry["needs"]), pattern=_any_of(entry["patterns"], vocabulary))
            for entry in data["other_sense"]
        ),
        rules={reading: tuple(of_reading) for reading, of_reading in rules.items()},
        visas=tuple(_visas(data["visa"])),
        visa_context=_any([words["visa_context"]], vocabulary),
        clearance_level=_any([words["clearance_level"]], vocabulary),
        no_clearance=_any([words["no_clearance"]], vocabulary),
        continuation=_any([words["continuation"]], vocabulary),
        question=_any([words["question"]], vocabulary),
        junior_title=_any([words["junior_title"]], vocabulary),
        any_level=_any([words["any_level"]], vocabulary),
        this_role=_any([words["this_role"]], vocabulary),
        intern_title=_any([words["intern_title"]], vocabulary),
        levels=tuple(data["levels"]["order"]),
        level_titles=tuple(
            re.compile(rf"\b(?:{'|'.join([level, *data['levels']['also'].get(level, [])])})\b")
            for level in data["levels"]["order"]
        ),
        countries=data["countries"],
    )


def _vocabulary(entries: dict[str, str]) -> dict[str, str]:
    vocabulary: dict[str, str] = {}
    for name, pattern in entries.items():
        vocabulary[name] = _with_vocabulary(pattern, vocabulary)
    return vocabulary


def _rule(entry: dict[str, Any], vocabulary: dict[str, str], needs: dict[str, list[str]]) -> Rule:
    value = entry["value"]
    if entry["reading"] == "clearance":
        value = Clearance(value)
    return Rule(
        id=entry["id"],
        reading=entry["reading"],
        value=value,
        pattern=_any_of(entry["patterns"], vocabulary),
        is_field=False,
        needs=tuple(tuple(needs[name]) for name in entry.get("needs", [entry["reading"]])),
        scope=None,
        transfer=None,
        yields=False,
        example=entry["example"],
    )


def _clause(entry: dict[str, Any], concepts: Concepts) -> Rule:
    value = entry["value"]
    return Rule(
        id=entry["id"],
        reading="sponsorship",
        value=value if value == "unclear" else Stance(value),
        pattern=concepts.pattern("|".join(f"(?: {pattern} )" for pattern in entry["patterns"])),
        is_field=entry.get("field", False),
        needs=(tuple(concepts.codes[name] for name in entry["needs"]),) if "needs" in entry else (),
        scope=entry.get("scope"),
        transfer=Stance(entry["transfer"]) if "transfer" in entry else None,
        yields=entry.get("yields", False),
        example=entry["example"],
    )


def _visas(entries: list[dict[str, Any]]) -> Iterator[VisaRule]:
    for entry in entries:
        flags = re.NOFLAG if entry.get("exact_case") else re.IGNORECASE
        visa = Visa(entry["visa"])
        yield VisaRule(
            id=f"visa.{visa.name.lower()}",
            visa=visa,
            needs=tuple(entry["needs"]),
            pattern=re.compile(_with_blanks(entry["pattern"]), flags),
            needs_context=entry.get("context", False),
        )


def _any_of(patterns: list[str | dict[str, Any]], vocabulary: dict[str, str]) -> AnyOf:
    """Patterns, some with words that they need; those without are tried as one, where their order allows."""
    alternatives: list[Alternative] = []
    for is_plain, group in groupby(patterns, key=lambda each: isinstance(each, str)):
        if is_plain:
            alternatives.append(Alternative(_any([str(each) for each in group], vocabulary)))
            continue
        for each in group:
            assert isinstance(each, dict)
            alternatives.append(Alternative(_any([each["pattern"]], vocabulary), tuple(each["needs"])))
    return AnyOf(tuple(alternatives))


def _any(patterns: list[str], vocabulary: dict[str, str]) -> re.Pattern[str]:
    """One of several patterns, over lower case."""
    return re.compile("|".join(_with_blanks(_with_vocabulary(pattern, vocabulary)) for pattern in patterns))


def _with_vocabulary(pattern: str, vocabulary: dict[str, str]) -> str:
    return _NAME.sub(lambda match: vocabulary[match[1]], pattern)


def _with_blanks(pattern: str) -> str:
    return _BLANK.sub(lambda match: _blank(match[0]), pattern)


def _blank(found: str) -> str:
    if found[0] != " ":
        return found
    return r"\s*" if found in (" ?", " *") else r"\s+"
