"""One posting with every trap of its field: an internship that says nothing of visas or pay, at a place unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawlers.classify import classify
from crawlers.classify.contract import posting_from
from crawlers.classify.evaluation import Evaluation
from crawlers.items import EmploymentType, JobPosting

LINE = json.loads((Path(__file__).parent / "labels" / "golden.jsonl").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def golden() -> JobPosting:
    posting = posting_from(LINE)
    classify(posting)
    return posting


def test_readings_are_as_labelled() -> None:
    evaluation = Evaluation()
    evaluation.add(LINE, "golden.jsonl:1")
    assert {name: score.misses for name, score in evaluation.readings.items() if score.misses} == {}
    assert not evaluation.not_read
    assert not evaluation.unlabelled


def test_words_about_others_say_nothing(golden: JobPosting) -> None:
    assert EmploymentType.FULL_TIME not in golden.employment_type, "it is the data scientists who are full time"
    assert golden.existing_authorization_required is False
    assert golden.opt_cpt_ok is None


def test_occupation_is_what_the_internship_is_for(golden: JobPosting) -> None:
    assert golden.occupation
    assert "15-2051" in [candidate.soc_code for candidate in golden.occupation.candidates]


def test_place_that_cannot_be_found_stays_as_written(golden: JobPosting) -> None:
    (place,) = golden.locations
    assert (place.raw, place.city, place.country) == ("420 Juniper Ridge Rd NE", None, None)
    assert any(candidate.startswith("Denver") for candidate in place.candidates)


def test_sections_keep_their_order(golden: JobPosting) -> None:
    kinds = [str(section.kind) for section in golden.sections]
    assert kinds.count("responsibilities") >= 2
    assert [section.heading for section in golden.sections].count("Clinical/Non-Clinical Focus") == 2
    for one, other in zip(("required", "education", "schedule"), ("preferred", "certification", "eeo"), strict=True):
        assert kinds.index(one) < kinds.index(other)


def test_every_quote_is_in_its_place(golden: JobPosting) -> None:
    texts = {"title": golden.title, "description": golden.description_text, "locations": golden.locations[0].raw}
    for each in golden.evidence:
        assert texts[each.source][each.start : each.end] == each.quote
    readings = {each.reading for each in golden.evidence}
    assert {"is_intern", "seniority", "employment_type", "skills", "degree", "schedule", "certifications"} <= readings


def test_none_needed_is_not_unknown(golden: JobPosting) -> None:
    assert golden.certifications == []
    assert golden.travel == "Able to travel throughout the metro Denver area"
