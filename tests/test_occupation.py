"""Occupation: the labelled lines, and the rule file against the official tables."""

import csv
import json
import os
from pathlib import Path

import pytest

from crawlers.classify import occupation, rules
from crawlers.classify.evaluation import Evaluation
from crawlers.items import JobPosting

LABELS = Path(__file__).parent / "labels"
DATA = Path(os.environ.get("CRAWLERS_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def shared(path: str) -> Path:
    found = DATA / path
    if not found.exists():
        pytest.skip(f"shared data is not at {found}; set CRAWLERS_DATA")
    return found


def evaluated(path: Path) -> Evaluation:
    evaluation = Evaluation()
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        evaluation.add(json.loads(line), f"{path.name}:{number}")
    return evaluation


def test_own_labels_are_read_as_labelled() -> None:
    assert not evaluated(LABELS / "occupations.jsonl").readings["occupation"].misses


def test_filings_agree_where_a_code_is_given() -> None:
    evaluation = Evaluation()
    for number, line in enumerate(shared("labels/occupations.jsonl").read_text().splitlines(), start=1):
        if number % 8 == 0:
            evaluation.add(json.loads(line), f"occupations.jsonl:{number}")
    assert (evaluation.readings["occupation"].answered.value or 0) >= 0.6


def test_codes_and_titles_are_official() -> None:
    with shared("soc/soc2018_6digit.csv").open(newline="") as file:
        official = {row["soc2018_code"]: row["soc2018_title"] for row in csv.DictReader(file)}
    assert official.items() >= rules.load("occupations")["soc"].items()


def test_minor_groups_are_official() -> None:
    with shared("soc/soc2018_all.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    groups = {row["code"] for row in rows if row["Hierarchical_structure"] == "Minor"}
    assert set(rules.load("occupations")["minor_groups"].split()) == groups
    for row in rows:
        if row["Hierarchical_structure"] == "Detailed":
            assert occupation.minor_group(row["code"]) == row["soc3d"]


def test_rule_file_is_consistent() -> None:
    data = rules.load("occupations")
    titles = [title for listed in data["titles"].values() for title in listed]
    used = {*data["titles"], *data["professor"]["subjects"], data["professor"]["default"]}
    used |= {override["soc"] for override in data["override"]}
    assert len(titles) == len(set(titles))
    assert used == set(data["soc"])
    assert set(data["exact"]["titles"]) <= set(titles)
    assert all(occupation.minor_group(code) for code in used)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Sr. Software Engineer III (Remote) #R-1234 - Night Shift", ["software engineer"]),
        ("Manager, Product", ["product manager", "product"]),
        ("Teacher Assistant", ["teacher assistant"]),
        ("RN / LPN", ["registered nurse", "licensed practical nurse"]),
        ("Chief of Staff", ["chief of staff"]),
        ("Data Entry Clerk - Weekends", ["data entry clerk"]),
        ("(m/w/d)", []),
    ],
)
def test_cleaning(title: str, parts: list[str]) -> None:
    assert occupation.clean_titles(title) == parts


def test_reading_names_its_stage_and_source() -> None:
    job = JobPosting(platform="", board="", external_id="", url="", title="Senior Electrician")
    reading = occupation.read(job)
    found = reading.occupation
    assert (found.soc_code, found.soc_title, found.method) == ("47-2111", "Electricians", "title")
    assert (found.major, found.minor, found.onet_code) == ("47-0000", "47-2000", None)
    assert [each.soc_code for each in found.candidates] == ["47-2111"]
    assert found.confidence == rules.load("occupations")["confidence"]["title"]
    assert reading.evidence[0].quote == job.title


def test_nothing_found_still_names_the_index() -> None:
    found = occupation.read(JobPosting(platform="", board="", external_id="", url="", title="Analyst")).occupation
    assert (found.soc_code, found.method, found.confidence, found.candidates) == (None, None, None, [])
    assert found.index_version
