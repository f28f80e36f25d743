"""Reviewed overrides: titles that official lists get wrong or lack, by pattern, before any list is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.classify import rules


@dataclass(frozen=True, slots=True)
class Override:
    """The occupation that a reviewed rule gives."""

    soc_code: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    id: str
    soc_code: str
    heads: frozenset[str]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _BySubject:
    id: str
    heads: re.Pattern[str]
    subjects: tuple[tuple[re.Pattern[str], str], ...]
    default: str | None


@dataclass(frozen=True, slots=True)
class _Rules:
    patterns: tuple[_Pattern, ...]
    by_subject: tuple[_BySubject, ...]


def override_of(part: str, parts: Sequence[str]) -> Override | None:
    """The first rule that matches `part`, one of a title's cleaned `parts`; a subject may be in any of them."""
    known, present = _rules(), set(part.split())
    for rule in known.by_subject:
        if rule.heads.search(part):
            subject = " ".join(parts)
            code = next((code for pattern, code in rule.subjects if pattern.search(subject)), rule.default)
            if code:
                return Override(code, rule.id)
    for each in known.patterns:
        if (
            not each.heads.isdisjoint(present)
            and each.pattern.search(part)
            and not (each.unless and each.unless.search(part))
        ):
            return Override(each.soc_code, each.id)
    return None


@cache
def _rules() -> _Rules:
    data = rules.load("occupations")
    return _Rules(
        patterns=tuple(_pattern(entry) for entry in data["override"]),
        by_subject=tuple(
            _BySubject(
                id=entry["id"],
                heads=_any_of(entry["heads"]),
                subjects=tuple((_any_of(subjects), code) for code, subjects in entry["subjects"].items()),
                default=entry.get("default"),
            )
            for entry in data["by_subject"]
        ),
    )


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b")


def _pattern(entry: dict[str, Any]) -> _Pattern:
    return _Pattern(
        entry["id"],
        entry["soc"],
        frozenset(entry["heads"]),
        re.compile(entry["pattern"]),
        re.compile(entry["unless"]) if "unless" in entry else None,
    )
