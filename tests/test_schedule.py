"""When the work is done: the labelled lines, the parts that clash, and texts of any kind."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import schedule
from crawlers.classify.contract import posting_from
from crawlers.classify.document import document_of
from crawlers.classify.expect import agrees
from crawlers.classify.schedule import ScheduleReading
from crawlers.classify.schedule_clock import spans
from crawlers.items import Schedule

LABELS = Path(__file__).parent / "labels"
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (LABELS / name).read_text(encoding="utf-8").splitlines()]


def read(**record: Any) -> ScheduleReading:
    posting = posting_from({"title": "Baker"} | record)
    return schedule.read(posting, document_of(posting.description_text))


@pytest.mark.parametrize("record", lines("schedule.jsonl"), ids=lambda record: record["description"][:40])
def test_own_labels_are_read_as_labelled(record: dict[str, Any]) -> None:
    found = read(**record).schedule
    expected = record["expect"]["schedule"]
    actual = None if found is None else asdict(found)
    assert agrees(expected, actual), actual
    if expected:
        assert actual
        assert expected["days"] == actual["days"], "in the order of the week, and no more"


def test_golden_posting_works_monday_to_friday() -> None:
    (golden,) = lines("golden.jsonl")
    reading = read(**golden)
    assert reading.schedule == Schedule(days=WEEK[:5], start="08:00", end="17:00", shift="Day")
    assert [(each.quote, each.rule) for each in reading.evidence] == [
        ("Friday, Monday, Thursday, Tuesday, Wednesday", "schedule.field"),
        ("8:00 AM", "schedule.field"),
        ("5:00 PM", "schedule.field"),
        ("Day", "schedule.field"),
    ]


def test_a_field_counts_before_prose() -> None:
    found = read(description="Shift: Day\nSome days you relieve the night shift.\nHours: 8am-4pm\nYou work 9am to 6pm.")
    assert found.schedule == Schedule(start="08:00", end="16:00", shift="Day")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shift: Day\nYou work the day shift.", Schedule(shift="Day")),
        ("You work the first shift. This is for 1st shift.", Schedule(shift="first shift")),
        ("You work the day shift. You work the 1st shift.", None),
        ("Hours: 8am-4pm\n\nHours: 8am-2pm", Schedule(start="08:00")),
        ("Hours: 8am-4pm\n\nHours: 6am-2pm", None),
        ("Hours: Mon-Thu 8am-4pm\n\nHours: Fri 8am-4pm", Schedule(days=WEEK[:5], start="08:00", end="16:00")),
        ("Hours: Mon-Thu 8am-4pm\n\nHours: Fri-Sun 8am-4pm", Schedule(start="08:00", end="16:00")),
    ],
)
def test_what_several_share_is_kept(text: str, expected: Schedule | None) -> None:
    assert read(description=text).schedule == expected


def test_letters_that_only_look_alike_are_no_days() -> None:
    assert read(description="Hours: Mon - Frİ, 8am-4pm").schedule == Schedule(start="08:00", end="16:00")


def test_the_title_tells_the_shift() -> None:
    reading = read(title="Press operator (2nd shift, 3pm-11:30pm)", description="Shape parts.")
    assert reading.schedule == Schedule(start="15:00", end="23:30", shift="2nd shift")
    assert {(each.source, each.rule) for each in reading.evidence} == {("title", "schedule.title")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8-5pm", ("08:00", "17:00")),
        ("1-5pm", ("13:00", "17:00")),
        ("4:00pm-12:30am", ("16:00", "00:30")),
        ("9 a.m. until noon", ("09:00", "12:00")),
        ("22:00 - 06:00", ("22:00", "06:00")),
        ("8h30-17h30", ("08:30", "17:30")),
        ("7A-330P", ("07:00", "15:30")),
        ("8:00-5:00", ("08:00", "17:00")),
        ("von 8 bis 17 Uhr", ("08:00", "17:00")),
        ("3-11", None),
        ("3:00-11:00", None),
        ("24/7", None),
        ("8-12 hours", None),
        ("$9 - 5", None),
        ("2019-2020", None),
        ("10-12 years", None),
        ("20h-35h", None),
        ("13 am - 5 pm", None),
        ("6 am to 10 pm", None),
        ("1 pm - 2 pm", None),
        ("019fd0e8-ab21-8a13d", None),
    ],
)
def test_spans_of_a_working_day(text: str, expected: tuple[str, str] | None) -> None:
    found = [(each.begins, each.ends) for each in spans(text)]
    assert found == ([expected] if expected else [])


PIECES = st.sampled_from([
    "Monday", "Mon", "M-F", " to ", "-", "Friday", ", ", "8:00 AM", " - ", "5 PM", "9-5", "Shift: ", "Day", "2ª a 6ª",
    "night shift", "Hours: ", "\n", "schedule", "work ", "Schicht", "2-ploegen", "turno de noche", "İ", "’", "–",
    "start time: ", "may be ", "24:00", "99", "0", "h", " Uhr", ".", " ", "1st, 2nd ", "or ", "office ", "MWF", "Frİ",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)), st.text(max_size=40))
def test_any_text_is_read_and_every_quote_is_in_its_place(text: str, title: str) -> None:
    posting = posting_from({"title": title + text[:60], "description": text})
    reading = schedule.read(posting, document_of(posting.description_text))
    sources = {"title": posting.title, "description": posting.description_text}
    for each in reading.evidence:
        assert sources[each.source][each.start : each.end] == each.quote
        assert each.quote
    if found := reading.schedule:
        assert reading.evidence
        assert found.days == [day for day in WEEK if day in found.days]
        assert found.days or found.start or found.end or found.shift
        for time in (found.start, found.end):
            assert time is None or (len(time) == 5 and "00:00" <= time < "24:00")
