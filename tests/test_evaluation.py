"""Scoring: the rules of `expect`, intervals, and the command's exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawlers.classify.evaluation import Evaluation, Proportion, agrees, below


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        (None, None, True),
        (None, [], True),
        ([], None, True),
        ([], ["x"], False),
        (None, False, False),
        (False, None, False),
        (True, True, True),
        (1, True, False),
        ("a", "a", True),
        ("a", "b", False),
        (50_000, 50_001.0, True),
        (50_000, 50_001.5, False),
        ({"any": ["a", "b"]}, "b", True),
        ({"any": ["a", None]}, None, True),
        ({"any": ["a"]}, None, False),
        ({"includes": ["a"]}, ["b", "a"], True),
        ({"includes": ["a", "c"]}, ["b", "a"], False),
        ({"includes": ["a"]}, None, False),
        ({"includes": []}, None, True),
        ({"includes": [{"visa": "TN"}]}, [{"visa": "O-1"}, {"visa": "TN", "stance": "offered"}], True),
        ({"min": 1}, {"min": 1, "max": 9}, True),
        ({"min": 1, "max": None}, {"min": 1, "max": 9}, False),
        ({"min": None}, {"max": 9}, True),
        ({"min": None}, None, False),
        (None, {"min": 1}, False),
        ([{"city": "Oslo"}], [{"city": "Oslo", "country": "NO"}, {"city": "Bergen"}], True),
        ([{"city": "Oslo"}, {"city": "Bergen"}], [{"city": "Oslo"}], False),
        (["a"], ["b", "a"], False),
        ({"soc_code": {"any": ["11-1011", "11-1021"]}}, {"soc_code": "11-1021", "major": "11-0000"}, True),
    ],
)
def test_rules_of_expect(expected: Any, actual: Any, verdict: bool) -> None:
    assert agrees(expected, actual) is verdict


def test_visa_types_are_a_whole_set() -> None:
    assert agrees(["TN", "H-1B"], ["H-1B", "TN"], whole=True)
    assert not agrees(["H-1B"], ["H-1B", "TN"], whole=True)
    assert agrees({"any": [["TN"], ["H-1B", "TN"]]}, ["H-1B", "TN"], whole=True)


def test_wilson_interval() -> None:
    share = Proportion()
    for number in range(10):
        share.add(number < 9, 1)
    assert share.value == 0.9
    assert share.interval
    assert (round(share.interval.low, 3), round(share.interval.high, 3)) == (0.596, 0.982)


def test_weights_narrow_no_interval() -> None:
    light, heavy, none = Proportion(), Proportion(), Proportion()
    for hit in (True, True, False):
        light.add(hit, 1)
        heavy.add(hit, 20)
    assert heavy.value == light.value
    assert heavy.interval == light.interval
    assert (none.value, none.interval) == (None, None)


def evaluated(*records: dict[str, Any]) -> Evaluation:
    evaluation = Evaluation()
    for number, record in enumerate(records, start=1):
        evaluation.add(record, f"own.jsonl:{number}")
    return evaluation


RECORDS = (
    {"title": "Baking Intern", "expect": {"is_intern": True, "employment_type": {"includes": ["INTERN"]}}},
    {"title": "Baker", "weight": 3, "expect": {"is_intern": True, "skills": ["baking"]}},
    {"title": "Butcher", "expect": {"is_intern": False, "occupation": {"soc_code": {"any": ["11-1011", "51-3021"]}}}},
    {"title": "Smoke Person", "expect": {"occupation": {"soc_code": "51-3021"}, "visa_types": []}},
)


def test_scores() -> None:
    evaluation = evaluated(*RECORDS)
    interns = evaluation.readings["is_intern"]
    assert (interns.n, interns.accuracy.value) == (3, 0.4)
    assert interns.confusion == {("true", "true"): 1, ("true", "false"): 3, ("false", "false"): 1}
    assert interns.classes["true"].precision.value == 1
    assert interns.classes["true"].recall.value == 0.25
    assert interns.classes["true"].f1 == 0.4
    (miss,) = interns.misses
    assert (miss.line, miss.title, miss.expected, miss.actual, miss.rules) == ("own.jsonl:2", "Baker", True, False, [])
    jobs = evaluation.readings["occupation"]
    assert (jobs.accuracy.value, jobs.answered.value) == (0.5, 1)
    assert jobs.confusion == {("51-3021", "51-3021"): 1, ("51-3021", "null"): 1}
    assert evaluation.not_read == {"skills": 1}
    assert evaluation.readings["visa_types"].accuracy.value == 1


def test_misses_name_their_rules() -> None:
    (miss,) = evaluated({"title": "Intern", "expect": {"is_intern": False}}).readings["is_intern"].misses
    assert miss.rules == ["title.intern"]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"title": "x"}, "no object `expect`"),
        ({"title": "x", "expect": []}, "no object `expect`"),
        ({"title": "x", "expect": {}, "weight": 0}, "weight: a positive number"),
        ({"expect": {}}, "not a posting"),
    ],
)
def test_lines_that_cannot_be_judged(record: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluated(record)


def test_thresholds() -> None:
    evaluation = evaluated(*RECORDS)
    assert not list(below(evaluation, {"is_intern": {"accuracy": 0.4}, "sponsorship": {"accuracy": 1}}))
    assert list(below(evaluation, {"is_intern": {"accuracy": 0.5, "true": {"precision": 1, "recall": 0.3}}})) == [
        "is_intern.accuracy is 0.400, below 0.5",
        "is_intern.true.recall is 0.250, below 0.3",
    ]
    with pytest.raises(ValueError, match=r"is_intern\.exactness is no measure"):
        list(below(evaluation, {"is_intern": {"exactness": 1}}))


def scrapy(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, capture_output=True, cwd=Path(__file__).parent.parent, timeout=60, check=False)


def labelled(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("\n".join(map(json.dumps, records)) + "\n\n")
    return str(path)


def test_command_reports_and_lists_misses(tmp_path: Path) -> None:
    path = labelled(tmp_path / "own.jsonl", RECORDS[0], {"title": "Intern", "expect": {"job_kind": "fellow"}})
    tables = scrapy("evaluate", path, "--errors")
    assert "is_intern" in tables.stdout.decode()
    assert f"{path}:2 job_kind" in tables.stdout.decode()
    answer = json.loads(scrapy("evaluate", path, "--json", "--errors").stdout)
    assert answer["readings"]["is_intern"]["accuracy"]["value"] == 1
    assert answer["readings"]["job_kind"]["misses"][0]["rules"] == ["title.intern"]
    assert "misses" not in json.loads(scrapy("evaluate", path, "--json").stdout)["readings"]["job_kind"]


def test_command_names_what_it_does_not_read_yet(tmp_path: Path) -> None:
    answer = scrapy("evaluate", labelled(tmp_path / "own.jsonl", {"title": "x", "expect": {"skills": None}}))
    assert (answer.returncode, b"not read yet" in answer.stdout) == (0, True)


def test_command_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "x", "expect": {}}\n{"title": "y"}\n')
    answer = scrapy("evaluate", str(bad))
    assert (answer.returncode, b"bad.jsonl, line 2: no object `expect`" in answer.stderr) == (2, True)
    answer = scrapy("evaluate", str(tmp_path / "none.jsonl"))
    assert (answer.returncode, b"No such file" in answer.stderr) == (2, True)
    assert scrapy("evaluate").returncode == 2
