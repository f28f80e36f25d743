"""What a line of a posting stands in: a list of benefits, or one of duties. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from crawlers.classify.rules import load

_LONGEST_HEADING = 70
"""Characters."""
_LONGEST_LINE = 400
"""Characters of a line that are looked at, on either side."""
_LINES_ABOVE = 15
"""How far up a heading is looked for."""
_NEARBY = 120
"""Characters before and after a short line that tell what kind of list it is in."""
_PERKS_NEEDED = 2
_BARS_NEEDED = 2
_BULLETS = frozenset("-•*–·▪◦●‣")


class ListOf(StrEnum):
    """What is listed."""

    BENEFITS = "benefits"
    """What the employer gives."""
    DUTIES = "duties"
    """What is to be done."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """rules/lists.toml, over lower case."""

    benefits: re.Pattern[str]
    duties: re.Pattern[str]
    other: re.Pattern[str]
    perks: re.Pattern[str]
    offer_in_fields: re.Pattern[str]


def list_of(text: str, position: int) -> ListOf | None:
    """What the line at a position is part of, by its own words, those beside it, or the nearest heading above.

    >>> text = "What we offer:\\n- Visa sponsorship\\nYour tasks\\n- Process visas"
    >>> list_of(text, 17), list_of(text, text.index("Process"))
    (<ListOf.BENEFITS: 'benefits'>, <ListOf.DUTIES: 'duties'>)
    """
    lists = _lists()
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    line = text[max(start, position - _LONGEST_LINE) : min(end, position + _LONGEST_LINE)]
    if _lists_benefits(text, start, end, line, lists):
        return ListOf.BENEFITS
    bulleted = _is_bulleted(line)
    for _ in range(_LINES_ABOVE):
        if start == 0:
            return None
        end = start - 1
        start = max(text.rfind("\n", 0, end) + 1, end - _LONGEST_LINE)
        above = text[start:end].strip()
        if not above or _is_bulleted(above):
            continue
        is_short = len(above) <= _LONGEST_HEADING
        heading = above.lower()
        if is_short and lists.benefits.search(heading):
            return ListOf.BENEFITS
        if is_short and bulleted and lists.duties.search(heading):
            return ListOf.DUTIES
        if bulleted or above.endswith(":") or (is_short and lists.other.search(heading)):
            return None
    return None


def _lists_benefits(text: str, start: int, end: int, line: str, lists: _Lists) -> bool:
    """Whether a line is, or stands beside, a list of what the employer gives."""
    around = text[max(0, start - _NEARBY) : end + _NEARBY] if len(line) <= _LONGEST_HEADING else line
    if len(lists.perks.findall(around.lower())) >= _PERKS_NEEDED:
        return True
    if lists.benefits.search(line[:_LONGEST_HEADING].partition(":")[0].lower()):
        return True
    return line.count("|") >= _BARS_NEEDED and lists.offer_in_fields.search(line) is not None


def _is_bulleted(line: str) -> bool:
    return line.lstrip()[:1] in _BULLETS


@cache
def _lists() -> _Lists:
    data = load("lists")
    headings, lines = data["headings"], data["lines"]
    return _Lists(
        benefits=_words(headings["benefits"]),
        duties=_words(headings["duties"]),
        other=_words(headings["other"]),
        perks=_words(lines["perks"]),
        offer_in_fields=re.compile(lines["offer_in_fields"]),
    )


def _words(alternatives: list[str]) -> re.Pattern[str]:
    pattern = "|".join(alternatives).replace(" ", r"\s+").replace("'", "['’]")
    return re.compile(rf"\b(?:{pattern})\b")
