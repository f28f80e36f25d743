"""Employment: the labelled lines, the platform's strings, conflicts and evidence."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import employment
from crawlers.classify.contract import posting_from
from crawlers.classify.document import document_of
from crawlers.classify.employment import EmploymentSources
from crawlers.classify.evaluation import Evaluation
from crawlers.items import EmploymentType, JobKind, JobPosting

LABELS = Path(__file__).parent / "labels"


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


def test_shared_titles_reach_the_bar(data: Path) -> None:
    evaluation = Evaluation()
    for number, line in enumerate((data / "labels" / "titles.jsonl").read_text().splitlines(), start=1):
        evaluation.add(json.loads(line), f"titles.jsonl:{number}")
    assert (evaluation.readings["is_intern"].accuracy.value or 0) >= 0.97
    assert (evaluation.readings["employment_type"].accuracy.value or 0) >= 0.98


def test_platforms_own_strings_of_shared_postings_are_known(data: Path) -> None:
    with gzip.open(data / "postings.jsonl.gz", "rt") as lines:
        strings = [string for line in lines if (string := json.loads(line).get("employment_type") or "")]
    unknown = [string for string in strings if not employment.read_platform_string(string).known]
    assert len(unknown) / len(strings) <= 0.001


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
        ("full-or-part-time", "FULL_TIME PART_TIME"),
        ("Intérim", "TEMPORARY"),
        ("CDI", ""),
        ("Contrat à durée indéterminée", ""),
        ("HOURLY_PT", "PART_TIME"),
        ("Internship (Full-time)", "INTERN FULL_TIME"),
        ("Temporary (Fixed Term)", "TEMPORARY"),
        ("Job Sharing", "PART_TIME"),
        ("Umowa o pracę, Kontrakt B2B", "CONTRACTOR"),
        ("アルバイト", "PART_TIME"),
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


def test_quote_of_a_field_ends_with_its_value() -> None:
    text = "We bake.\n**Job Type:** Full-time, Contract Primary city: Oslo"
    (evidence,) = [each for each in employment.read(posting("Baker", text)).evidence if each.reading != "job_kind"]
    assert evidence.quote == "Job Type:** Full-time, Contract"


def test_what_each_source_says_is_kept() -> None:
    text = "Worker Sub-Type\nTemporary\nTime Type\nPart time"
    reading = employment.read(posting("Bakery Intern", text, "Full time"))
    assert reading.sources == EmploymentSources(
        title=[EmploymentType.INTERN],
        description=[EmploymentType.TEMPORARY, EmploymentType.PART_TIME],
        platform=[EmploymentType.FULL_TIME],
    )
    assert reading.employment_type == [EmploymentType.INTERN, EmploymentType.TEMPORARY, EmploymentType.PART_TIME]
    assert reading.employment_conflict


def test_a_document_made_ready_reads_the_same() -> None:
    job = posting("Baker", "As an intern, you’ll bake.\nEmployment type: Part–time")
    assert employment.read(job, "en", document_of(job.description_text)) == employment.read(job, "en")


def test_interns_of_others_are_no_conflict() -> None:
    reading = employment.read(posting("Director of Baking", "Interns will join your team. You lead the internship."))
    assert (reading.is_intern, reading.employment_conflict) == (False, False)


WORDS = """
    this is a paid internship intern interns will seeking an the our during 12-week as co-op student who İ é ー
    job type: employment type full-time part-time temporary or , ** contract status: schedule: regular/temporary
"""
SCRAPS = [*WORDS.split(), "\n", "type\n"]


@given(st.lists(st.sampled_from(SCRAPS), max_size=60))
@settings(max_examples=60)
def test_any_text_gives_quotes_in_their_places(scraps: list[str]) -> None:
    text = " ".join(scraps)
    for each in employment.read(posting("Baker", text)).evidence:
        assert text[each.start : each.end] == each.quote != ""


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
