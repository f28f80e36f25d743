"""When the work is done: the days, the hours and the shift that a posting states as the worker's own. Pure.

Fields stand before sections on hours, and these before prose. Where those of one standing differ, only what they share
is read: a choice of shifts is no schedule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.classify.automaton import automaton
from crawlers.classify.document import Document
from crawlers.items import Evidence, JobPosting, Schedule, SectionKind

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FULL_WEEK = 5
"""Days; fewer beside words on offices are those in the office."""
_BEFORE, _AFTER = 140, 180
"""Characters around a trigger in which its statement is."""
_NEAR = 40
_MOST_STATEMENTS = 40
_DAY = 24 * 60
_SHORTEST, _LONGEST = 3 * 60, 12 * 60 + 30
"""Minutes that somebody works on a day: other spans are meetings and times at which a shop is open."""
_MORNING = range(6, 11)
"""Hours at which the work starts where nothing tells morning from evening: "9-5"."""
_MARKS = " \t*_•·:-–|#>"
_BREAK = re.compile(
    r"\n|[•●▪]|   +|(?<![ap]\.m)(?<!\bmon)(?<!\btue)(?<!\btues)(?<!\bwed)(?<!\bthu)(?<!\bthurs)(?<!\bmo)(?<!\blun)[.!?](?=\s)"
)


@dataclass(kw_only=True, slots=True)
class ScheduleReading:
    """What was read; `schedule` is None where nothing is stated."""

    schedule: Schedule | None = None
    evidence: list[Evidence] = field(default_factory=list)


class _Standing(IntEnum):
    PROSE = 0
    SECTION = 1
    FIELD = 2


@dataclass(frozen=True, slots=True)
class _Mention:
    part: str
    """Of a Schedule."""
    value: tuple[str, ...]
    """Days, or one item; empty for a choice."""
    start: int
    end: int
    standing: _Standing
    in_title: bool = False

    def evidence(self, posting: JobPosting, document: Document) -> Evidence:
        rule = f"schedule.{'title' if self.in_title else self.standing.name.lower()}"
        if not self.in_title:
            return document.evidence("schedule", self.start, self.end, rule)
        quote = posting.title[self.start : self.end]
        return Evidence(reading="schedule", source="title", quote=quote, start=self.start, end=self.end, rule=rule)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A sentence, or a field with its label, at start:end of the text."""

    text: str
    lower: str
    start: int
    is_field: bool
    """Its label stands on the line above."""
    in_section: bool


@dataclass(frozen=True, slots=True)
class _Veto:
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None


def read(posting: JobPosting, document: Document) -> ScheduleReading:
    """Days, hours and shift, each with the words that say it.

    >>> from crawlers.classify.document import document_of
    >>> posting = JobPosting(platform="", board="", external_id="", url="", title="Clerk (2nd shift)")
    >>> read(posting, document_of("Hours: Fri-Sun, 3pm-11:30pm")).schedule
    Schedule(days=['friday', 'saturday', 'sunday'], start='15:00', end='23:30', shift='2nd shift')
    """
    mentions = list(_of_title(posting.title))
    for statement in _statements(document):
        mentions += _of_statement(statement)
    chosen = {part: _chosen([each for each in mentions if each.part == part]) for part in Schedule.__slots__}
    if not any(chosen.values()):
        return ScheduleReading()
    first = {part: found[0].value[0] for part, found in chosen.items() if found}
    days = {day for each in chosen["days"] for day in each.value}
    quoted = {(each.in_title, each.start, each.end): each for found in chosen.values() for each in found}
    return ScheduleReading(
        schedule=Schedule(
            days=[day for day in _WEEK if day in days],
            start=first.get("start"),
            end=first.get("end"),
            shift=first.get("shift"),
        ),
        evidence=[each.evidence(posting, document) for each in quoted.values()],
    )


def _chosen(mentions: list[_Mention]) -> list[_Mention]:
    """Those of the highest standing, one for each value, if they agree or add up to a week; else none."""
    highest = max((each.standing for each in mentions), default=_Standing.PROSE)
    distinct: dict[str, _Mention] = {}
    for each in mentions:
        if each.standing == highest:
            distinct.setdefault(_normal(each), each)
    found = list(distinct.values())
    if any(not each.value for each in found):
        return []
    return found if len(found) == 1 or _adds_up(found) else []


def _normal(mention: _Mention) -> str:
    words = " ".join(mention.value)
    if mention.part != "shift":
        return words
    words = _rules().shift_noise.sub("", words.lower())
    return _rules().ordinals.get(words, words)


def _adds_up(mentions: list[_Mention]) -> bool:
    """Whether these are parts of one week, "Monday to Thursday 8-5, Friday 8-12", not weeks to choose from."""
    days = [day for each in mentions for day in each.value]
    near = all(abs(each.start - mentions[0].end) < _BEFORE for each in mentions[1:])
    is_odd_day = min(len(each.value) for each in mentions) <= 2
    return mentions[0].part == "days" and near and is_odd_day and len(days) == len(set(days)) < len(_WEEK)


def _of_title(title: str) -> Iterator[_Mention]:
    known = _rules()
    if not known.title_gate.find_matches_as_indexes(title[:300].lower()):
        return
    for match in known.shift.finditer(title, 0, 300):
        value = () if known.choice.search(match[0]) else (match[0],)
        if not _vetoed(known.shift_vetoes, title[: match.start()].lower(), title[match.end() :].lower()):
            yield _Mention("shift", value, match.start(), match.end(), _Standing.FIELD, True)
    for match in known.title_shift.finditer(title, 0, 300):
        yield _Mention("shift", (match["shift"],), match.start("shift"), match.end("shift"), _Standing.FIELD, True)


def _statements(document: Document) -> Iterator[_Statement]:
    """Sentences and fields around triggers, in order."""
    text, lower, done, count = document.text, document.lower, 0, 0
    known = _rules()
    for index, position, _ in known.triggers.find_matches_as_indexes(lower):
        if position < done or (index >= known.first_shift and _is_other_word(text, position)):
            continue
        if (count := count + 1) > _MOST_STATEMENTS:
            return
        start, end = max(0, position - _BEFORE), min(len(lower), position + _AFTER)
        for found in _BREAK.finditer(lower, start, position):
            start = found.end()
        stop = _BREAK.search(lower, position, end)
        end = stop.start() if stop else end
        is_field = False
        if known.label.fullmatch(lower[start:end].strip(_MARKS)) and (after := _line_after(lower, end)):
            is_field, end = True, after
        elif (label := lower[max(0, start - _BEFORE) : start].rstrip("\n\t *_•·-")) and lower[start - 1] == "\n":
            line = label[label.rfind("\n") + 1 :]
            if known.label.fullmatch(line.strip(_MARKS)):
                is_field = True
                start -= min(_BEFORE, start) - len(label) + len(line)
        done = end
        in_section = document.kind_at(position) is SectionKind.SCHEDULE
        yield _Statement(text[start:end], lower[start:end], start, is_field, in_section)


def _is_other_word(text: str, position: int) -> bool:
    """Whether what looks like "shift" is the tail of a word: "Redshift", but not "RegularShift"."""
    return text[position - 1 : position].isalpha() and (text[position].islower() or text[position - 3 : position] == "Red")


def _line_after(lower: str, end: int) -> int:
    """End of the first line with text after a label's line; 0 where there is none nearby."""
    start = end
    while start < min(len(lower), end + _NEAR) and lower[start] in "\n\t *_•·:-":
        start += 1
    stop = lower.find("\n", start, start + _AFTER)
    return 0 if start >= len(lower) else stop if stop > 0 else min(len(lower), start + _AFTER)


def _of_statement(statement: _Statement) -> Iterator[_Mention]:
    known = _rules()
    yield from _shifts(statement)
    if known.not_ours.search(statement.lower):
        return
    hours = list(_hours(statement))
    days = list(_days(statement, [each.start for each in hours]))
    is_cued = known.cue.search(statement.lower) is not None or (
        bool(days) and bool(hours) and not known.open_hours.search(statement.lower)
    )
    for each in (*days, *hours):
        if each.standing is not _Standing.PROSE or is_cued:
            yield each


def _standing(statement: _Statement, start: int) -> _Standing:
    known = _rules()
    label = known.in_line_label.search(statement.lower, max(0, start - 2 * _NEAR), start)
    if statement.is_field or label or known.glued_label.search(statement.text[:start]):
        return _Standing.FIELD
    return _Standing.SECTION if statement.in_section else _Standing.PROSE


def _days(statement: _Statement, hours: list[int]) -> Iterator[_Mention]:
    known = _rules()
    text, lower = statement.text, statement.lower
    starts = [start - statement.start for start in hours]
    is_second = False
    for match in known.days.finditer(text):
        start, end = match.span()
        before, after = lower[:start], lower[end:]
        if _vetoed(known.vetoes, before, after):
            continue
        value = _days_of(match[0])
        standing = _standing(statement, start)
        has_hours = any(0 <= at - end <= _NEAR for at in starts)
        if len(value) == 1 and not (known.days_label.search(before) or (is_second and has_hours)):
            continue
        if 1 < len(value) < _FULL_WEEK:
            if known.office.search(lower):
                continue
            if standing is _Standing.PROSE and not (starts or known.cue.search(lower, max(0, start - _NEAR))):
                continue
        is_second = True
        yield _Mention("days", value, statement.start + start, statement.start + end, standing)


def _days_of(words: str) -> tuple[str, ...]:
    """Days in the order of the week; none where they are to choose from."""
    known = _rules()
    days: set[str] = set()
    if known.choice_of_days.search(words):
        return ()
    for match in known.day.finditer(words):
        first, last = known.names[match["first"] or match["only"]], known.names[match["last"] or match["only"]]
        at = _WEEK.index(first)
        days.update(_WEEK[at % 7] for at in range(at, at + (_WEEK.index(last) - at) % 7 + 1))
    return tuple(day for day in _WEEK if day in days)
