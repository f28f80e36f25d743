"""Certifications and travel: the labelled lines, and texts of any kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import certifications, travel
from crawlers.classify.contract import posting_from
from crawlers.classify.document import Document, document_of
from crawlers.classify.rules import load
from crawlers.items import JobPosting

LABELS = Path(__file__).parent / "labels"


def labelled(name: str) -> list[dict[str, Any]]:
    lines = (LABELS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [record for line in lines if name in (record := json.loads(line))["expect"]]


def prepared(text: str) -> tuple[JobPosting, Document]:
    posting = posting_from({"title": "Baker", "description": text})
    return posting, document_of(posting.description_text)


def shown(record: dict[str, Any]) -> str:
    return str(record["description"])[:60]


@pytest.mark.parametrize("record", labelled("certifications"), ids=shown)
def test_certifications_are_read_as_labelled(record: dict[str, Any]) -> None:
    reading = certifications.read(*prepared(str(record["description"])))
    assert reading.certifications == record["expect"]["certifications"]
    assert bool(reading.evidence) is (reading.certifications is not None)


@pytest.mark.parametrize("record", labelled("travel"), ids=shown)
def test_travel_is_read_as_labelled(record: dict[str, Any]) -> None:
    reading = travel.read(*prepared(str(record["description"])))
    assert reading.travel == record["expect"]["travel"]
    assert [each.quote for each in reading.evidence] == ([reading.travel] if reading.travel else [])


def test_a_posting_that_needs_no_certificate_and_has_travel() -> None:
    record = json.loads((LABELS / "golden.jsonl").read_text(encoding="utf-8").splitlines()[0])
    posting, document = prepared(record["description"])
    reading = certifications.read(posting, document)
    assert reading.certifications == []
    assert [each.quote for each in reading.evidence] == ["No professional certifications required"]
    assert travel.read(posting, document).travel == "Able to travel throughout the metro Denver area"


def test_a_name_is_given_once_by_its_canonical_spelling_where_it_first_stands() -> None:
    posting, document = prepared(
        "Basic Life Support card required. Also: Certified Public Accountant or CPA license; BLS."
    )
    reading = certifications.read(posting, document)
    assert reading.certifications == ["BLS", "CPA"]
    assert [each.quote for each in reading.evidence] == ["Basic Life Support", "Certified Public Accountant"]


def test_every_guarded_spelling_is_one_of_a_name() -> None:
    rules = load("certifications")
    spelled = {name.lower() for group in rules["group"] for name in group["names"]}
    for group in rules["group"]:
        assert set(group["spellings"]) <= set(group["names"])
        spelled.update(word for words in group["spellings"].values() for word in words)
    assert {*rules["guards"]["near"], *rules["guards"]["beside"], *rules["elsewhere"]} <= spelled
    assert all(word == word.lower() for word in spelled)


PIECES = st.sampled_from([
    "CPA", "RN", "PE", " license", " certification", "A+", "None", "N/A", "no ", "required", "\n", ": ", ", ", "(", ")",
    "-", "travel", "Travel", " 25%", "up to ", "able to ", "5", "%", ".", " ", "İ", "’", "• ", "Driver’s License",
    "CDL-A", "Benefits:", "viajar", "Reisebereitschaft", " of the time", "yes",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text_is_read_and_every_quote_is_in_its_place(text: str) -> None:
    posting, document = prepared(text)
    asked, moved = certifications.read(posting, document), travel.read(posting, document)
    for each in [*asked.evidence, *moved.evidence]:
        assert document.text[each.start : each.end] == each.quote
        assert each.quote
    assert len(asked.certifications or []) == len(set(asked.certifications or []))
    assert moved.travel is None or 0 < len(moved.travel) <= 160
