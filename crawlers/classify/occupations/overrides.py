"""Reviewed overrides: titles that official lists get wrong or lack, by pattern, before any list is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
class _Rules:
    patterns: tuple[_Pattern, ...]
    professor_subjects: tuple[tuple[re.Pattern[str], str], ...]
    professor_default: str


def override_of(part: str, parts: Sequence[str]) -> Override | None:
    """The first rule that matches `part`, one of a title's cleaned `parts`; professors go by any part's subject."""
    known, present = _rules(), set(part.split())
    if "professor" in present or "lecturer" in present:
        subject = " ".join(parts)
        code = next((code for pattern, code in known.professor_subjects if pattern.search(subject)), None)
        return Override(code or known.professor_default, "soc.professor")
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
    professor = data["professor"]
    return _Rules(
        patterns=tuple(_pattern(entry) for entry in data["override"]),
        professor_subjects=tuple(
            (re.compile(rf"\b(?:{'|'.join(map(re.escape, subjects))})\b"), code)
            for code, subjects in professor["subjects"].items()
        ),
        professor_default=professor["default"],
    )


def _pattern(entry: dict[str, Any]) -> _Pattern:
    return _Pattern(
        entry["id"],
        entry["soc"],
        frozenset(entry["heads"]),
        re.compile(entry["pattern"]),
        re.compile(entry["unless"]) if "unless" in entry else None,
    )
