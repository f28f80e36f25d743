"""Employment: the labelled lines, the platform's strings, conflicts and evidence."""

import json
import os
from pathlib import Path

import pytest

from crawlers.classify import employment
from crawlers.classify.contract import posting_from
from crawlers.classify.evaluation import Evaluation
from crawlers.items import EmploymentType, JobKind, JobPosting

LABELS = Path(__file__).parent / "labels"
DATA = Path(os.environ.get("CRAWLERS_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def posting(title: str = "", description: str = "", raw: str | None = None, platform: str = "") -> JobPosting:
    return JobPosting(
        platform=platform,
        board="",
        external_id="",
        url="",
        title=title,
        description_text=description,
        employment_raw=raw,
    )


def test_own_labels_are_read_as_labelled() -> None:
    evaluation = Evaluation()
    for number, line in enumerate((LABELS / "employment.jsonl").read_text().splitlines(), start=1):
        evaluation.add(json.loads(line), f"employment.jsonl:{number}")
    misses = [miss for score in evaluation.readings.values() for miss in score.misses]
    assert not misses


def test_shared_titles_reach_the_bar() -> None:
    path = DATA / "labels" / "titles.jsonl"
    if not path.exists():
        pytest.skip(f"shared labels are not at {path}; set CRAWLERS_DATA")
    evaluation = Evaluation()
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        evaluation.add(json.loads(line), f"titles.jsonl:{number}")
    assert (evaluation.readings["is_intern"].accuracy.value or 0) >= 0.95
    assert (evaluation.readings["employment_type"].accuracy.value or 0) >= 0.95


@pytest.mark.parametrize(
    ("raw", "types"),
    [
        ("FullTime", "FULL_TIME"),
        ("fulltime_permanent", "FULL_TIME"),
        ("SALARIED_FT", "FULL_TIME"),
        ("Full-time, Part-time, and Contractor", "FULL_TIME PART_TIME CONTRACTOR"),
        ("fixed_term_part_time", "TEMPORARY PART_TIME"),
        ("vacancy_type_internship", "INTERN"),
        ("Contract - Full-Time", "CONTRACTOR FULL_TIME"),
        ("Stage / Alternance", "INTERN OTHER"),
        ("PER_DIEM", "PER_DIEM"),
        ("正社員", "FULL_TIME"),
        ("Permanent", ""),
    ],
)
def test_platform_strings(raw: str, types: str) -> None:
    reading = employment.read_platform_string(raw)
    assert reading.known
    assert list(reading.types) == [EmploymentType(each) for each in types.split()]


def test_unknown_platform_string_gives_nothing_and_is_reported() -> None:
    reading = employment.read(posting("Baker", raw="May-August"))
    assert reading.employment_type == []
    assert reading.unknown_employment == "May-August"
    assert employment.read(posting("Baker", raw="Full time")).unknown_employment is None
    assert employment.read(posting("Baker")).unknown_employment is None


def test_intern_label_counts_only_where_it_is_set_by_hand_and_the_title_allows_it() -> None:
    assert employment.read(posting("Marketing Assistant", raw="Internship", platform="lever")).is_intern
    assert not employment.read(posting("Marketing Assistant", raw="Internship", platform="smartrecruiters")).is_intern
    director = employment.read(posting("Marketing Director", raw="Internship", platform="lever"))
    assert (director.is_intern, director.employment_conflict) == (False, True)


def test_evidence_quotes_its_source() -> None:
    text = "About us.\nThis is a paid internship in Oslo."
    job = posting("Kitchen Helper, Part-time", text, "Temporary")
    reading = employment.read(job)
    assert reading.job_kind is JobKind.INTERN
    sources = {"title": job.title, "description": text, "employment_raw": "Temporary"}
    assert {each.source for each in reading.evidence} == set(sources)
    for each in reading.evidence:
        assert sources[each.source][each.start : each.end] == each.quote


def test_dotted_capital_i_does_not_shift_offsets() -> None:
    reading = employment.read(posting("İstanbul Sales Intern"))
    assert {each.quote for each in reading.evidence} == {"Intern"}


def test_rules_of_other_languages_are_spared() -> None:
    text = "Dein Umfeld: als Werkstudent unterstützt du uns."
    assert employment.read(posting("Helfer", text), "de").is_intern
    assert employment.read(posting("Helfer", text)).is_intern
    assert not employment.read(posting("Helfer", text), "en").is_intern


def test_record_keys_name_the_input() -> None:
    assert posting_from({"title": "x", "employment_type": "Full time"}).employment_raw == "Full time"
