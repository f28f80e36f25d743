"""Spans of a working day by the clock: "8:00 AM - 5:00 PM", "9-5", "22h-6h", "von 8 bis 17 Uhr". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules

_LONGEST_WORDS = 24
_DIGIT = re.compile(r"\d")
_DAY = 24 * 60
_NOON = 12
_SHORTEST, _LONGEST = 3 * 60, 12 * 60 + 30
"""Minutes that somebody works on a day: other spans are meetings, and times at which a shop is open."""
_LONGEST_BETWEEN = 10 * 60
"""Likewise, after "between"."""
_MORNING = range(6, 11)
"""Hours at which the work starts where nothing tells morning from evening: "9-5"."""


@dataclass(frozen=True, slots=True)
class Span:
    """A working day at start:end of a text."""

    start: int
    end: int
    begins: str
    """24-hour clock, such as "08:00"."""
    ends: str


def spans(text: str) -> Iterator[Span]:
    """Working days in the order of the text, those left out that may be of the morning or of the evening.

    >>> [(each.begins, each.ends) for each in spans("7-3:30pm; 9 to 5; 22h-6h; 3-11; 2 pm - 3 pm")]
    [('07:00', '15:30'), ('09:00', '17:00'), ('22:00', '06:00')]
    """
    if not _DIGIT.search(text):
        return
    for pattern in _patterns():
        for match in pattern.finditer(text):
            if times := _times(match):
                yield Span(match.start(), match.end(), *times)


def time_at(text: str, position: int) -> Span | None:
    """The one time that stands at a position, as both ends of a span; None where it is not a time for certain."""
    match = _time().match(text, position)
    if match is None or len(times := _minutes(match, "")) != 1:
        return None
    return Span(match.start(), match.end(), _clock(times[0]), _clock(times[0]))


def _times(match: re.Match[str]) -> tuple[str, str] | None:
    """Start and end; of two readings that are twelve hours apart only one is as long as a working day."""
    starts, ends = _minutes(match, "1"), _minutes(match, "2")
    if len(starts) == len(ends) == 2:
        is_bare = not (match["m1"] and match["m2"])
        if starts[0] // 60 not in _MORNING or (is_bare and starts[0] < ends[0]):
            return None
        starts = starts[:1]
    elif not any(value for name, value in match.groupdict().items() if name[0] != "h"):
        return None
    elif not (match["p1"] or match["p2"]):
        starts, ends = starts[:1], ends[:1]
    is_between = _between().search(match.string, max(0, match.start() - _LONGEST_WORDS), match.start())
    longest = _LONGEST_BETWEEN if is_between else _LONGEST
    found = [(start, end) for start in starts for end in ends if _SHORTEST <= (end - start) % _DAY <= longest]
    return (_clock(found[0][0]), _clock(found[0][1])) if len(found) == 1 else None


def _minutes(match: re.Match[str], number: str) -> list[int]:
    """Minutes since midnight that a time may mean; two where nothing tells morning from evening."""
    groups = match.groupdict()
    if word := groups.get(f"w{number}"):
        return [_NOON * 60 if word.lower() == "noon" else 0]
    hour, minute, half = int(groups[f"h{number}"]), int(groups[f"m{number}"] or 0), groups[f"p{number}"]
    if hour > 24 or (half and not 1 <= hour <= _NOON):
        return []
    if half:
        return [(hour % _NOON + _NOON * (half in "pP")) * 60 + minute]
    if groups.get(f"c{number}") or hour > _NOON or groups[f"h{number}"].startswith("0"):
        return [hour % 24 * 60 + minute]
    return [hour * 60 + minute, (hour + _NOON) % 24 * 60 + minute]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    data = rules.load("schedule")["hour_patterns"]
    clock, zone, to = data["clock"], data["zone"], data["to"]
    begins = r"(?<![\d$€£.,/:+-])(?<![$€£]\s)"
    span = f"{clock.format(n=1)}(?i:{zone}{to}){clock.format(n=2)}"
    return tuple(
        re.compile(f"{begins}(?:{each})(?i:{data['not_after']})") for each in (span, f"(?i:{data['compact']})")
    )


@cache
def _time() -> re.Pattern[str]:
    return re.compile(rules.load("schedule")["hour_patterns"]["clock"].format(n=""))


@cache
def _between() -> re.Pattern[str]:
    return re.compile(rules.load("schedule")["hour_patterns"]["between"])
