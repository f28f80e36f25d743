"""Patterns that find days, shifts and the labels before them, from the rules of schedules. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.classify.automaton import automaton
from crawlers.classify.words import WordList

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STARTS = r"(?:(?<![^\W\d_])|(?<=[a-z])(?=[A-Z]))"
_ENDS = r"(?![a-zà-ÿ])"
"""Of words, glued or not: "Work DaysMonday - FridayShift"."""


SENTENCE_END = re.compile(
    r"[\n•●▪ .!?](?:(?<=[\n•●▪])|(?<= )  +|(?<=[.!?])(?=\s)"
    r"(?<![ap]\.m.)(?<!\bmon.)(?<!\btues.)(?<!\bwed.)(?<!\bthu.)(?<!\bthurs.)(?<!\bmo.)(?<!\blun.))"
)


@dataclass(frozen=True, slots=True)
class Veto:
    """Words beside a mention that make it one of something else."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None

    def holds(self, before: str, after: str) -> bool:
        """Whether the words are there."""
        return bool((self.before and self.before.search(before)) or (self.after and self.after.match(after)))


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns of the readings of schedules."""

    triggers: WordList
    title_gate: AhoCorasick
    day_gate: AhoCorasick
    shift_gate: AhoCorasick
    day_names: dict[str, int]
    day_groups: dict[str, list[str]]
    days: re.Pattern[str]
    day: re.Pattern[str]
    choice_of_days: re.Pattern[str]
    before_shift: re.Pattern[str]
    shift: re.Pattern[str]
    shift_field: re.Pattern[str]
    shift_field_end: re.Pattern[str]
    shift_field_choice: re.Pattern[str]
    title_shift: re.Pattern[str]
    choice: re.Pattern[str]
    shift_noise: re.Pattern[str]
    ordinals: dict[str, str]
    label: re.Pattern[str]
    in_line_label: re.Pattern[str]
    glued_label: re.Pattern[str]
    not_ours: re.Pattern[str]
    days_label: re.Pattern[str]
    until: re.Pattern[str]
    time_labels: dict[str, re.Pattern[str]]
    told_by: list[str]
    cue: re.Pattern[str]
    open_hours: re.Pattern[str]
    office: re.Pattern[str]
    vetoes: list[Veto]
    shift_vetoes: list[Veto]

    def day_of(self, name: str) -> int | None:
        """Number of a day, by its name in any language, singular or plural; None for letters that only look alike."""
        name = name.lower().rstrip(".")
        return self.day_names.get(name, self.day_names.get(name.rstrip("s")))

    def is_vetoed(self, before: str, after: str) -> bool:
        """Whether days or hours between these words, in lower case, are of something else or not for certain."""
        return any(veto.holds(before, after) for veto in self.vetoes)

    def is_shift_vetoed(self, before: str, after: str) -> bool:
        """Likewise, of the name of a shift."""
        return any(veto.holds(before, after) for veto in self.shift_vetoes)


@cache
def rules_of_schedules() -> Rules:
    """The patterns, built once."""
    data = rules.load("schedule")
    triggers, labels, words, shifts = data["triggers"], data["label_patterns"], data["words"], data["shift_patterns"]
    anywhere = [*triggers["days"], *triggers["hours"]]
    anywhere += [f"{digit}{half}" for digit in range(10) for half in triggers["after_digit"]]
    hedge = Veto(re.compile(words["hedge_before"]), re.compile(words["hedge_after"]))
    named = "|".join(shifts[each] for each in ("english", "overnight", "german", "dutch", "french", "spanish"))
    item = _day_item(data["day_patterns"])
    patterns = data["day_patterns"]
    return Rules(
        triggers=WordList([*anywhere, *triggers["shifts"]]),
        title_gate=automaton(triggers["title"]),
        day_gate=automaton([*triggers["days"], *triggers["more_days"]]),
        shift_gate=automaton(triggers["shifts"]),
        day_names={name: WEEK.index(day) for day in WEEK for name in data["days"][day]},
        day_groups=data["day_groups"],
        days=re.compile(
            rf"{_STARTS}(?:{patterns['groups']}){_ENDS}|{_unnamed(item)}(?:(?i:{patterns['and']}){_unnamed(item)}){{0,9}}"
        ),
        day=re.compile(item),
        choice_of_days=re.compile(patterns["choice"], re.IGNORECASE),
        before_shift=re.compile(shifts["before"].replace("<word>", shifts["word"])),
        shift=re.compile(rf"(?<!\w)(?:{named.replace('<word>', shifts['word'])})", re.IGNORECASE),
        shift_field=re.compile(shifts["field"]),
        shift_field_end=re.compile(shifts["field_end"]),
        shift_field_choice=re.compile(shifts["field_choice"], re.IGNORECASE),
        title_shift=re.compile(shifts["title"], re.IGNORECASE),
        choice=re.compile(shifts["choice"], re.IGNORECASE),
        shift_noise=re.compile(shifts["noise"]),
        ordinals=data["shift_ordinals"],
        label=re.compile(labels["line"]),
        in_line_label=re.compile(labels["in_line"]),
        glued_label=re.compile(labels["glued"]),
        not_ours=re.compile(labels["not_ours"]),
        until=re.compile(labels["until"]),
        days_label=re.compile(labels["days"]),
        time_labels={part: re.compile(labels[part].removesuffix(r"\Z")) for part in ("start", "end")},
        told_by=words["told_by"],
        cue=re.compile(words["cue"]),
        open_hours=re.compile(words["open_hours"]),
        office=re.compile(words["office"]),
        vetoes=[hedge, *map(_veto, data["veto"])],
        shift_vetoes=[hedge, *map(_veto, data["shift_veto"])],
    )


def _day_item(patterns: dict[str, str]) -> str:
    """A span of days, or one day."""
    only = f"{patterns['name']}|{patterns['short']}"
    return (
        rf"(?:{_STARTS}(?P<first>(?i:{only}|{patterns['first']}))\.?{_ENDS}(?i:{patterns['to']})"
        rf"(?P<last>(?i:{only}|{patterns['last']}))\.?{_ENDS}|{_STARTS}(?P<only>(?i:{only}))\.?{_ENDS})"
    )


def _unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _veto(entry: dict[str, str]) -> Veto:
    before, after = entry.get("before"), entry.get("after")
    return Veto(re.compile(before) if before else None, re.compile(after) if after else None)
