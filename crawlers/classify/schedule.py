"""When the work is done: the days, the hours and the shift that a posting states as the worker's own. Pure.

What is in a field counts before what is in prose. Of several that differ only what they share is read: a choice of
shifts is no schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise

from crawlers.classify.document import Document
from crawlers.classify.schedule_clock import spans, time_at
from crawlers.classify.schedule_rules import WEEK, rules_of_schedules
from crawlers.classify.schedule_statements import Statement, statements_of
from crawlers.items import Evidence, JobPosting, Schedule

_WHOLE_WEEK = 5
"""Days; fewer beside words on offices are those in the office."""
_LONG_WEEK = 4
"""Days; fewer are read in prose only beside hours or a cue."""
_GAP = 12
"""Characters between two days of one week, at most: "s through to "."""
_SPAN = 20
"""Characters around a name of a day in which the rest of a span is."""
_NEAR = 40
"""Characters between days and their hours or cue."""
_SAME_WEEK = 140
"""Characters between days that may add up to one week."""
_MOST_MENTIONS = 6
"""Of one part in one statement."""
_RULES = ("schedule.prose", "schedule.field")


@dataclass(kw_only=True, slots=True)
class ScheduleReading:
    """What was read; `schedule` is None where nothing is stated."""

    schedule: Schedule | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Mention:
    part: str
    """Of a Schedule."""
    value: tuple[str, ...]
    """Days, or one item; empty for a choice."""
    start: int
    end: int
    is_field: bool
    in_title: bool

    def evidence(self, posting: JobPosting, document: Document) -> Evidence:
        """The words that say it."""
        if not self.in_title:
            return document.evidence("schedule", self.start, self.end, _RULES[self.is_field])
        return Evidence(
            reading="schedule",
            source="title",
            quote=posting.title[self.start : self.end],
            start=self.start,
            end=self.end,
            rule="schedule.title",
        )


def _mention(
    statement: Statement, part: str, value: tuple[str, ...], start: int, end: int, *, is_field: bool
) -> _Mention:
    """At start:end of the statement."""
    start, end = statement.start + start, statement.start + end
    return _Mention(part, value, start, end, is_field or statement.is_field, statement.in_title)


def read(posting: JobPosting, document: Document) -> ScheduleReading:
    """Days, hours and shift, each with the words that say it.

    >>> from crawlers.classify.document import document_of
    >>> posting = JobPosting(platform="", board="", external_id="", url="", title="Clerk (2nd shift)")
    >>> read(posting, document_of("Hours: Fri-Sun, 3pm-11:30pm")).schedule
    Schedule(days=['friday', 'saturday', 'sunday'], start='15:00', end='23:30', shift='2nd shift')
    """
    mentions = [each for statement in statements_of(posting, document) for each in _of_statement(statement)]
    if not mentions:
        return ScheduleReading()
    chosen = {part: _chosen([each for each in mentions if each.part == part]) for part in Schedule.__slots__}
    if not any(chosen.values()):
        return ScheduleReading()
    first = {part: found[0].value[0] for part, found in chosen.items() if found}
    days = {day for each in chosen["days"] for day in each.value}
    quoted = {(each.in_title, each.start, each.end): each for found in chosen.values() for each in found}
    return ScheduleReading(
        schedule=Schedule(
            days=[day for day in WEEK if day in days],
            start=first.get("start"),
            end=first.get("end"),
            shift=first.get("shift"),
        ),
        evidence=[each.evidence(posting, document) for each in quoted.values()],
    )


def _chosen(mentions: list[_Mention]) -> list[_Mention]:
    """Those in fields, or else all, one for each value, if they agree or add up to a week; else none."""
    distinct: dict[str, _Mention] = {}
    for each in [each for each in mentions if each.is_field] or mentions:
        distinct.setdefault(_normal(each), each)
    found = list(distinct.values())
    if any(not each.value for each in found):
        return []
    return found if len(found) < 2 or _adds_up(found) else []


def _normal(mention: _Mention) -> str:
    words = " ".join(mention.value)
    if mention.part != "shift":
        return words
    words = rules_of_schedules().shift_noise.sub("", words.lower())
    return rules_of_schedules().ordinals.get(words, words)


def _adds_up(mentions: list[_Mention]) -> bool:
    """Whether these are parts of one week, "Monday to Thursday 8-5, Friday 8-12", not weeks to choose from."""
    days = [day for each in mentions for day in each.value]
    near = all(abs(each.start - mentions[0].end) < _SAME_WEEK for each in mentions[1:])
    is_odd_day = min(len(each.value) for each in mentions) <= 2
    return mentions[0].part == "days" and near and is_odd_day and len(days) == len(set(days)) < len(WEEK)


def _of_statement(statement: Statement) -> Iterator[_Mention]:
    known = rules_of_schedules()
    yield from _shifts(statement)
    if known.not_ours.search(statement.lower):
        return
    hours = list(_hours(statement))
    days = list(_days(statement, hours))
    if not (hours or days):
        return
    is_alone = any(statement.is_all(each.start - statement.start, each.end - statement.start) for each in days)
    is_usual = bool(days and hours) and not known.open_hours.search(statement.lower)
    is_cued = statement.in_section or is_alone or is_usual or known.cue.search(statement.lower) is not None
    for each in (*days, *hours):
        if each.is_field or is_cued:
            yield each


def _days(statement: Statement, hours: list[_Mention]) -> Iterator[_Mention]:
    """Days, of which few count only where it is plain that they are days of work."""
    known, lower, done = rules_of_schedules(), statement.lower, 0
    if not (gates := known.day_gate.find_matches_as_indexes(lower)):
        return
    if not (hours or _may_be_week(gates, lower) or statement.may_tell_hours()):
        return
    found = known.days.finditer(statement.text, max(0, gates[0][1] - _SPAN), gates[-1][2] + _SPAN)
    for match in islice(found, _MOST_MENTIONS):
        start, end = match.start(), match.start() + len(match[0].rstrip("."))
        value, is_field = _days_of(match[0]), statement.is_labelled(start)
        if len(value) == 1:
            has_hours = any(_is_beside(each, statement.start + start, statement.start + end) for each in hours)
            has_hours = has_hours or known.until.match(lower, end) is not None
            is_work = (has_hours and (is_field or done > 0)) or known.days_label.search(lower, 0, start) is not None
        elif 0 < len(value) < _WHOLE_WEEK and (known.office.search(lower) or statement.in_title):
            is_work = False
        else:
            is_sure = is_field or statement.in_section or bool(hours) or len(value) >= _LONG_WEEK
            is_work = is_sure or known.cue.search(lower, max(0, start - _NEAR)) is not None
        if is_work and not known.is_vetoed(statement.before(start), statement.after(end)):
            done = end
            yield _mention(statement, "days", value, start, end, is_field=is_field)


def _may_be_week(names: list[tuple[int, int, int]], lower: str) -> bool:
    """Whether names of days, or what begins like one, stand so near each other or are so many that they may be a week
    of work: a few that are far apart are not.
    """
    is_near = any(other[1] - one[2] <= _GAP for one, other in pairwise(names))
    return is_near or len(names) >= _LONG_WEEK or any(not lower[start:end].isalpha() for _, start, end in names)


def _is_beside(hours: _Mention, start: int, end: int) -> bool:
    """Whether hours follow a day at start:end soon, or stand right before it."""
    return 0 <= hours.start - end <= _NEAR or 0 <= start - hours.end <= 1


def _days_of(words: str) -> tuple[str, ...]:
    """Days in the order of the week; none where they are to choose from."""
    known = rules_of_schedules()
    if group := known.day_groups.get(words.lower().replace(" ", "")):
        return tuple(group)
    if known.choice_of_days.search(words):
        return ()
    days: set[str] = set()
    for match in known.day.finditer(words):
        first, last = known.day_of(match["first"] or match["only"]), known.day_of(match["last"] or match["only"])
        if first is None or last is None:
            return ()
        days.update(WEEK[at % len(WEEK)] for at in range(first, first + (last - first) % len(WEEK) + 1))
    return tuple(day for day in WEEK if day in days)


def _hours(statement: Statement) -> Iterator[_Mention]:
    known = rules_of_schedules()
    for span in islice(spans(statement.text), _MOST_MENTIONS):
        if not known.is_vetoed(statement.before(span.start), statement.after(span.end)):
            is_field = statement.is_labelled(span.start)
            yield _mention(statement, "start", (span.begins,), span.start, span.end, is_field=is_field)
            yield _mention(statement, "end", (span.ends,), span.start, span.end, is_field=is_field)
    if "time" not in statement.lower:
        return
    for part, label in known.time_labels.items():
        if (found := label.search(statement.lower)) and (time := time_at(statement.text, found.end())):
            yield _mention(statement, part, (time.begins,), time.start, time.end, is_field=True)


def _shifts(statement: Statement) -> Iterator[_Mention]:
    """A field's value, or names of shifts in prose."""
    known, text = rules_of_schedules(), statement.text
    if not (statement.in_title or known.shift_gate.find_matches_as_indexes(statement.lower)):
        return
    for match in islice(known.shift_field.finditer(text), _MOST_MENTIONS):
        is_glued = not match["sep"].strip() and "\n" not in match["sep"]
        if is_glued and not (text[match.start()].isupper() and not match["value"][0].islower()):
            continue
        start, end = match.span("value")
        is_choice = known.shift_field_choice.match(text, end)
        if is_choice or known.shift_field_end.match(text, end):
            yield _mention(statement, "shift", () if is_choice else (match["value"],), start, end, is_field=True)
    patterns = (known.shift, known.title_shift) if statement.in_title else (known.shift,)
    for match in islice((each for pattern in patterns for each in pattern.finditer(text)), _MOST_MENTIONS):
        start, end = match.span()
        if not known.is_shift_vetoed(statement.before(start), statement.after(end)):
            value = () if known.choice.search(match[0]) else (match[0],)
            yield _mention(statement, "shift", value, start, end, is_field=statement.is_labelled(start))
