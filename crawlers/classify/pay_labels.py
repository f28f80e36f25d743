"""The place or the level that a range of pay is for, as written beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules
from crawlers.classify.pay_amounts import Figures

_REACH = 170
"""Characters before a range in which its label stands."""
_LONGEST = 90
"""Characters of a label."""
_BEFORE_COLON = re.compile(
    r"(?:^|[;|•●\n]|[.!?)](?=\s)|\s-\s|,\s(?=and ))\s*([^:;|•●\n$€£]{2,80}?)\s*(?::|\s-|\|)?[\s*-]*$"
)
_LINE_ABOVE = re.compile(r"(?:^|\n)[ *•·-]*([^\n$€£]{2,90}?)[ :]*\n\s*[*•·-]?\s*$")


@dataclass(frozen=True, slots=True)
class _Patterns:
    before: tuple[re.Pattern[str], ...]
    after: re.Pattern[str]
    never: re.Pattern[str]


def label_of(text: str, lower: str, figures: Figures, floor: int) -> str | None:
    """The label of a range; `floor` is the end of the range before it, where there is one.

    >>> from crawlers.classify.pay_amounts import figures_in
    >>> text = "Lisbon: $40,000 - $50,000"
    >>> label_of(text, text.lower(), figures_in(text, 0, len(text))[0], 0)
    'Lisbon'
    """
    patterns = _patterns()
    start = max(floor, figures.start - _REACH)
    before = lower[start : figures.start]
    for pattern in patterns.before:
        *_, last = [None, *pattern.finditer(before)]
        if last and (label := _clean(text[start + last.start(1) : start + last.end(1)])):
            return label
    if after := patterns.after.match(lower, figures.end):
        group = after.lastindex or 1
        if label := _clean(text[after.start(group) : after.end(group)]):
            return label
    marked = before.rstrip().endswith((":", "-", "|")) or "\n" in before[-6:]
    match = (_LINE_ABOVE.search(before) or _BEFORE_COLON.search(before)) if marked else None
    return _clean(text[start + match.start(1) : start + match.end(1)]) if match else None


def _clean(label: str) -> str | None:
    label = label.strip(" \t\n*-–—:,.•·'\"")
    if len(label) < 2 or len(label) > _LONGEST or label[0].islower() or _patterns().never.search(label.lower()):
        return None
    return label


@cache
def _patterns() -> _Patterns:
    data = rules.load("pay")["labels"]
    return _Patterns(
        before=tuple(map(re.compile, data["before"])),
        after=re.compile(data["after"]),
        never=re.compile(data["never"]),
    )
