"""Where a posting speaks of days, hours and shifts: sentences, and fields with their labels. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.classify.document import Document, plain
from crawlers.classify.schedule_rules import SENTENCE_END, rules_of_schedules
from crawlers.items import JobPosting, SectionKind

_BEFORE, _AFTER = 140, 180
"""Characters around a trigger in which its statement is."""
_MOST_TRIGGERS, _MOST_STATEMENTS = 1000, 16
"""That are looked at: more than real postings have."""
_LONGEST_TITLE = 300
_LONGEST_LABEL = 60
_LONGEST_SHIFT_NAME = 12
_NEAR, _FAR = 40, 100
"""Characters around a mention in which words that bear on it stand."""
_SOON = 8
"""Characters of a line before its trigger, where it goes on with a field: else it is a sentence."""
_MARKS = " \t\r*_•·:-–|#>"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or a field with its label, at start:end of the text."""

    text: str
    lower: str
    start: int
    is_field: bool
    """Its label stands on the line above, or it is a title."""
    in_section: bool
    in_title: bool = False

    def before(self, position: int) -> str:
        """The words before a position of the statement that bear on it, in lower case: those after the last label."""
        words = self.lower[max(0, position - _FAR) : position]
        labels = list(rules_of_schedules().in_line_label.finditer(words))
        return words[labels[-1].end() :] if labels else words

    def after(self, position: int) -> str:
        """Likewise, those after it."""
        return self.lower[position : position + _FAR]

    def is_labelled(self, position: int) -> bool:
        """Whether what is at a position of the statement is the value of a field."""
        known = rules_of_schedules()
        if self.is_field or known.in_line_label.search(self.lower, max(0, position - 2 * _NEAR), position):
            return True
        return known.glued_label.search(self.text, 0, position) is not None

    def may_tell_hours(self) -> bool:
        """Whether a label, a heading or a cue may say that it is about the hours of work."""
        return self.is_field or self.in_section or any(word in self.lower for word in rules_of_schedules().told_by)

    def is_all(self, start: int, end: int) -> bool:
        """Whether nothing else stands in the statement."""
        return not (self.lower[:start] + self.lower[end:]).strip(_MARKS + ".,")


def statements_of(posting: JobPosting, document: Document) -> Iterator[Statement]:
    """The title, and sentences and fields around triggers, in order."""
    known = rules_of_schedules()
    title = posting.title[:_LONGEST_TITLE]
    if known.title_gate.find_matches_as_indexes(lower := plain(title)):
        yield Statement(title, lower, 0, is_field=True, in_section=False, in_title=True)
    done, field_end, count = 0, 0, 0
    for _, position, _ in document.places.of(known.triggers)[:_MOST_TRIGGERS]:
        if position < done or _is_other_word(document.text, position):
            continue
        statement = _statement_at(document, position, field_end)
        done = statement.start + len(statement.text)
        if statement.is_field or known.in_line_label.search(statement.lower, 0, _LONGEST_LABEL):
            field_end = done
        yield statement
        if (count := count + 1) >= _MOST_STATEMENTS:
            return


def _statement_at(document: Document, position: int, field_end: int) -> Statement:
    """The one around a position, with the label before it; a line right after a field goes on with that field."""
    lower = document.lower
    start, end = max(0, position - _BEFORE), min(len(lower), position + _AFTER)
    for found in SENTENCE_END.finditer(lower, start, position):
        start = found.end()
    stop = SENTENCE_END.search(lower, position, end)
    end = stop.start() if stop else end
    gap = lower[field_end:start] if 0 < field_end <= start <= field_end + _NEAR else ""
    is_field = "\n" in gap and not gap.strip(_MARKS + "\n") and position - start <= _SOON
    if _is_label(lower[start:end]) and (after := _line_after(lower, end)):
        following = _line_after(lower, after)
        is_field, end = True, following if after < following <= after + _NEAR else after
    elif start and lower[start - 1] == "\n":
        above = max(0, start - _BEFORE)
        label = lower[above:start].rstrip("\n" + _MARKS)
        line = label.rfind("\n") + 1
        if is_label := _is_label(label[line:]):
            is_field = True
        if is_label or _is_label_of_others(label[line:]):
            start = above + line
    in_section = document.kind_at(position) is SectionKind.SCHEDULE
    return Statement(document.text[start:end], lower[start:end], start, is_field, in_section)


def _is_label(line: str) -> bool:
    return len(line) <= _LONGEST_LABEL and rules_of_schedules().label.fullmatch(line.strip(_MARKS)) is not None


def _is_label_of_others(line: str) -> bool:
    """Whether a line says that what stands below is not when the work is done: "Opening hours"."""
    known = rules_of_schedules()
    return len(line) <= _LONGEST_LABEL and bool(known.not_ours.search(line) or known.open_hours.search(line))


def _is_other_word(text: str, position: int) -> bool:
    """Whether what looks like a trigger is in the midst of a word: "Redshift", but not "RegularShift"."""
    if text[position - 1 : position].isalpha() and text[position].isalpha():
        return text[position].islower() or text[position - 3 : position] == "Red"
    return text.startswith("shift", position) and not _is_shift_of_work(text, position)


def _is_shift_of_work(text: str, position: int) -> bool:
    """Whether "shift", in lower case, follows such a word as "night" or is a label: not "priorities shift"."""
    before = text[max(0, position - _LONGEST_SHIFT_NAME) : position].lower()
    return text.startswith((":", "s:"), position + 5) or rules_of_schedules().before_shift.search(before) is not None


def _line_after(lower: str, end: int) -> int:
    """End of the first line with text after a label's line; 0 where there is none nearby."""
    start = end
    while start < min(len(lower), end + _NEAR) and lower[start] in "\n" + _MARKS:
        start += 1
    stop = lower.find("\n", start, start + _AFTER)
    return 0 if start >= len(lower) else stop if stop > 0 else min(len(lower), start + _AFTER)
