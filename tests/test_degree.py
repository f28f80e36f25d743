"""The degree that postings ask for: the labelled lines, the shared ones with their bars, and texts of any kind."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import degree
from crawlers.classify.contract import posting_from
from crawlers.classify.degree import DegreeReading
from crawlers.classify.document import document_of
from crawlers.classify.expect import agrees
from crawlers.classify.language import language_of

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("CRAWLERS_DATA", ROOT.parent / "shared/data")) / "labels" / "degree.jsonl"
WORDS = (
    "Bachelor's degree", "PhD", "or equivalent experience", "preferred", "required", "in Physics",
    "high school diploma", "pursuing a", "no degree", "Master of Science", "\n", ". ", ", ", "Preferred:\n", "tuition",
    "BS/MS", "İ", "(",
)  # fmt: skip


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def read(record: dict[str, Any]) -> DegreeReading:
    posting = posting_from(record)
    posting.language = language_of(posting.description_text)
    return degree.read(posting, document_of(posting.description_text))


def as_json(reading: DegreeReading) -> dict[str, Any] | None:
    return asdict(reading.degree) if reading.degree else None


@pytest.mark.parametrize(
    "record", lines(ROOT / "tests/labels/degree.jsonl"), ids=lambda record: record["description"][:50]
)
def test_own_labels_are_read_as_labelled(record: dict[str, Any]) -> None:
    reading = read(record)
    assert agrees(record["expect"]["degree"], as_json(reading)), reading
    assert reading.degree is None or reading.evidence


def test_golden_posting_is_for_students() -> None:
    (golden,) = lines(ROOT / "tests/labels/golden.jsonl")
    assert agrees(golden["expect"]["degree"], as_json(read(golden)))


def test_words_that_no_degree_is_needed_are_evidence() -> None:
    reading = read({"description": "Come as you are: no degree required."})
    assert reading.degree is None
    assert [each.quote for each in reading.evidence] == ["degree"]


@pytest.mark.skipif(not SHARED.is_file(), reason=f"no labelled data at {SHARED}; set CRAWLERS_DATA to where it is")
def test_shared_labels_are_read_as_well_as_promised() -> None:
    cases = [(record["expect"]["degree"], as_json(read(record))) for record in lines(SHARED)]
    silent = [actual is None for expected, actual in cases if expected is None]
    stated = [(expected, actual or {}) for expected, actual in cases if expected is not None]
    assert sum(silent) >= 0.9 * len(silent)
    for key, bar in (("minimum", 0.88), ("required", 0.85)):
        right = [agrees(expected[key], actual.get(key)) for expected, actual in stated if key in expected]
        assert sum(right) >= bar * len(right), key


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=25))
def test_any_text_is_read_and_quotes_are_in_place(parts: list[str]) -> None:
    record = {"description": " ".join(parts), "title": "Baker"}
    posting = posting_from(record)
    reading = degree.read(posting, document_of(posting.description_text))
    for each in reading.evidence:
        assert posting.description_text[each.start : each.end] == each.quote
