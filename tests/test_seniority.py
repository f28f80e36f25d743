"""Seniority: the labelled lines, evidence, what is left open, and any text at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import employment, seniority
from crawlers.classify.contract import posting_from
from crawlers.classify.document import document_of
from crawlers.classify.expect import agrees
from crawlers.classify.seniority import SeniorityReading
from crawlers.items import EmploymentType, JobKind, Seniority

LABELS = Path(__file__).parent / "labels" / "seniority.jsonl"
WORDS = """
    senior (senior) sr. junior jr associate staff lead team principal manager director head of vp chief officer project
    assistant to the ceo engineer analyst i ii iii 1 2 3 level l2 trainee mid pl leiter projektleiter / - , ( ) & |
    this is an entry-level position experience level: senior İ é
"""
SCRAPS = [*WORDS.split(), "\n", "  "]


def read(record: dict[str, object]) -> SeniorityReading:
    posting = posting_from(record)
    work = employment.read(posting)
    document = document_of(posting.description_text)
    return seniority.read(posting, document, work.job_kind, work.employment_type, work.evidence)


def level_of(title: str) -> Seniority | None:
    return read({"title": title}).seniority


@pytest.mark.parametrize("line", LABELS.read_text().splitlines(), ids=lambda line: json.loads(line)["title"])
def test_own_labels_are_read_as_labelled(line: str) -> None:
    case = json.loads(line)
    assert agrees(case["expect"]["seniority"], read(case).seniority)


@pytest.mark.parametrize(("name", "bar"), [("titles.jsonl", 0.97), ("seniority.jsonl", 0.93)])
def test_shared_titles_reach_the_bar(data: Path, name: str, bar: float) -> None:
    cases = [json.loads(line) for line in (data / "labels" / name).read_text().splitlines()]
    right = [agrees(case["expect"]["seniority"], read(case).seniority) for case in cases]
    assert sum(right) / len(right) >= bar


def test_evidence_quotes_its_source() -> None:
    reading = read({"title": "Kiln and Staff-Room Designer,  Sr. (Remote)"})
    assert [(each.reading, each.source, each.quote) for each in reading.evidence] == [("seniority", "title", "Sr")]
    text = "About us.\nThis is an entry-level baking position in Oslo."
    (evidence,) = read({"title": "Baker", "description": text}).evidence
    assert (evidence.source, evidence.rule) == ("description", "body.entry")
    assert text[evidence.start : evidence.end] == evidence.quote == "This is an entry-level baking position"


def test_evidence_of_an_internship_is_that_of_the_kind() -> None:
    (evidence,) = read({"title": "Baker", "description": "This is a paid internship."}).evidence
    assert (evidence.reading, evidence.source, evidence.rule) == ("seniority", "description", "body.internship")


def test_kind_and_types_decide_before_words() -> None:
    posting, document = posting_from({"title": "Senior Year Project"}), document_of("")
    assert seniority.read(posting, document, JobKind.CO_OP, []).seniority is Seniority.INTERN
    assert seniority.read(posting, document, None, [EmploymentType.INTERN]).seniority is Seniority.INTERN
    assert seniority.read(posting, document, JobKind.NEW_GRAD, []).seniority is Seniority.ENTRY
    assert seniority.read(posting, document, JobKind.REGULAR, []).seniority is Seniority.SENIOR


def test_a_range_is_not_decided_by_the_description() -> None:
    description = "This is an entry-level position."
    assert read({"title": "Baker I/II", "description": description}).seniority is None
    assert read({"title": "Baker", "description": description}).seniority is Seniority.ENTRY


def test_two_declarations_are_none() -> None:
    description = "This is an entry-level position.\nExperience level: Senior"
    assert read({"title": "Baker", "description": description}).seniority is None


def test_a_rank_stands_beside_a_range() -> None:
    assert level_of("Senior/Lead Analyst, Director") is Seniority.DIRECTOR
    assert level_of("Senior/Lead Analyst") is None


@given(title=st.lists(st.sampled_from(SCRAPS), max_size=40), text=st.lists(st.sampled_from(SCRAPS), max_size=60))
@settings(max_examples=60)
def test_any_text_gives_quotes_in_their_places(title: list[str], text: list[str]) -> None:
    posting = posting_from({"title": " ".join(title), "description": " ".join(text)})
    reading = seniority.read(posting, document_of(posting.description_text), JobKind.REGULAR, [])
    sources = {"title": posting.title, "description": posting.description_text}
    for each in reading.evidence:
        assert sources[each.source][each.start : each.end] == each.quote != ""


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_characters_are_read(title: str) -> None:
    posting = posting_from({"title": title})
    reading = seniority.read(posting, document_of(title), None, [])
    assert all(title[each.start : each.end] == each.quote for each in reading.evidence)


@pytest.mark.parametrize("scrap", ["senior ", "i/ii ", "(senior) x", "assistant to ", "associate ", "- ", "1", "a/"])
def test_hostile_titles_are_cut(scrap: str) -> None:
    assert level_of("Director " + scrap * 20_000) in {Seniority.DIRECTOR, Seniority.ENTRY, Seniority.SENIOR, None}
