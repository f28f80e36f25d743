"""Fields of study beside the name of a degree. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from crawlers.classify.document import Document
from crawlers.classify.rules import load

_LONGEST_LIST = 260
"""Characters in which the fields of one degree stand."""
_LONGEST_FIELD = 60
_MOST_WORDS = 6
_MOST_FIELDS = 12
_BEFORE = 70
_PARTS = re.compile(r"\s*(?:,\s*(?:and/or|or|and)\s|,|/|\band/or\b|\bor\b|\boder\b|\bou\b|\|)\s*")
_LAST_AND = re.compile(r"\s+(?:and|und|et|y|e)\s+")
_ARTICLE = re.compile(r"^(?:an?|the|either|in|of|und|such|preferably)\s+")
_NAMES = re.compile(r"(?:^|[\s,(])((?:[A-Z][A-Za-z&+-]+(?:,? (?:or|and|&) |, ?| |/))+)$")


@dataclass(frozen=True, slots=True)
class _Rules:
    lead: re.Pattern[str]
    end: re.Pattern[str]
    generic: re.Pattern[str]
    no_field: re.Pattern[str]


def fields_after(document: Document, position: int) -> list[str]:
    """Fields of study named behind a degree that ends at a position, as written.

    >>> from crawlers.classify.document import document_of
    >>> fields_after(document_of("BS in Physics, Civil Engineering or a related field"), 2)
    ['Physics', 'Civil Engineering']
    """
    known = _rules()
    lead = known.lead.match(document.lower, position)
    if lead is None:
        return []
    limit = min(len(document.lower), lead.end() + _LONGEST_LIST)
    end = known.end.search(document.lower, lead.end(), limit)
    return _parted(document, lead.end(), end.start() if end else limit)


def fields_before(document: Document, position: int) -> list[str]:
    """Fields of study named before the bare word degree at a position: "a Life Science degree"."""
    floor = max(0, position - _BEFORE)
    names = _NAMES.search(document.text[floor:position])
    if names is None or _rules().no_field.search(names[1].lower()):
        return []
    return _parted(document, floor + names.start(1), floor + names.end(1))


def _parted(document: Document, start: int, end: int) -> list[str]:
    fields: list[str] = []
    for part in _PARTS.split(document.text[start:end])[:_MOST_FIELDS]:
        last = _LAST_AND.split(part) if len(fields) > 1 else [part]
        fields += [each for name in last if (each := _ARTICLE.sub("", name.strip(" -–:,'\"’&"))) and _is_field(each)]
    return fields


def _is_field(name: str) -> bool:
    is_short = 2 <= len(name) <= _LONGEST_FIELD and len(name.split()) <= _MOST_WORDS
    return is_short and name[0].isalpha() and _rules().generic.search(name.lower()) is None


@cache
def _rules() -> _Rules:
    data = load("degree")["fields"]
    return _Rules(**{name: re.compile(data[name]) for name in ("lead", "end", "generic", "no_field")})
