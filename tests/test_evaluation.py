"""Scoring: the rules of `expect`, figures with intervals, rules, confidence, and the command's exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawlers.classify import READINGS
from crawlers.classify.evaluation import Evaluation, judge
from crawlers.classify.expect import agrees
from crawlers.classify.figures import Calibration, ClassScore, Proportion
from crawlers.classify.labelling import CLASSES
from crawlers.classify.sponsorship_rules import sponsorship_rules
from crawlers.classify.thresholds import below


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


def test_f1_is_none_only_without_a_case() -> None:
    score = ClassScore()
    assert score.f1 is None
    score.recall.add(False, 1)  # expected, and never found
    assert score.f1 == 0
    score.precision.add(True, 3)
    score.recall.add(True, 3)
    assert score.f1 == pytest.approx(2 * 1 * 0.75 / 1.75)


def test_calibration() -> None:
    calibration = Calibration()
    assert calibration.error is None
    for confidence, right in ((0.95, True), (0.97, True), (1.0, False), (0.3, False), (0.0, False)):
        calibration.add(confidence, right, 1)
    assert [(each.low, each.n) for each in calibration.bins if each.n] == [(0.0, 1), (0.3, 1), (0.9, 3)]
    last = calibration.bins[-1]
    assert last.mean_confidence == pytest.approx(2.92 / 3)
    assert last.right.value == pytest.approx(2 / 3)
    assert calibration.error == pytest.approx((3 * abs(2.92 / 3 - 2 / 3) + 0.3) / 5)


def test_calibration_is_weighted() -> None:
    calibration = Calibration()
    calibration.add(0.95, True, 9)
    calibration.add(0.05, True, 1)
    assert calibration.error == pytest.approx(0.9 * 0.05 + 0.1 * 0.95)


def evaluated(*records: dict[str, Any]) -> Evaluation:
    evaluation = Evaluation()
    for number, record in enumerate(records, start=1):
        evaluation.add(record, f"own.jsonl:{number}")
    return evaluation


RECORDS = (
    {"title": "Baking Intern", "expect": {"is_intern": True, "employment_type": {"includes": ["INTERN"]}}},
    {"title": "Baker", "weight": 3, "expect": {"is_intern": True, "wage_level": ["baking"]}},
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
    assert evaluation.not_read == {"wage_level": 1}
    assert evaluation.readings["visa_types"].accuracy.value == 1


def test_misses_name_their_rules() -> None:
    (miss,) = evaluated({"title": "Intern", "expect": {"is_intern": False}}).readings["is_intern"].misses
    assert miss.rules == ["title.intern"]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"title": "x"}, "no object `expect`"),
        ({"title": "x", "expect": []}, "no object `expect`"),
        ({"title": "x", "expect": {}, "weight": 1e300}, "weight: a positive number"),
        ({"title": "x", "expect": {"is_intern": {"any": "yes"}}}, "expect.is_intern.any: a list of values"),
        ({"title": "x", "expect": {"visas": {"includes": 5}}}, "expect.visas.includes: a list of values"),
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


def test_micro_average_of_a_set() -> None:
    evaluation = evaluated(
        {"description": "We sponsor H-1B and TN visas.", "expect": {"visa_types": ["H-1B", "TN", "O-1"]}},
        {"description": "We sponsor H-1B visas.", "weight": 2, "expect": {"visa_types": []}},
        {"description": "We bake bread.", "expect": {"visa_types": []}},
    )
    score = evaluation.readings["visa_types"]
    assert (score.micro_precision.value, score.micro_recall.value) == (0.5, pytest.approx(2 / 3))  # null is no value
    assert score.micro_f1 == pytest.approx(4 / 7)
    assert list(below(evaluation, {"visa_types": {"micro_f1": 0.58, "micro_recall": 0.6}})) == [
        "visa_types.micro_f1 is 0.571, below 0.58"
    ]
    with pytest.raises(ValueError, match=r"sponsorship\.micro_f1 is no measure"):
        list(below(evaluation, {"sponsorship": {"micro_f1": 0.5}}))


def test_micro_average_of_nothing_found_is_zero() -> None:
    missed = evaluated({"description": "We bake bread.", "expect": {"visa_types": ["TN"]}})
    assert missed.readings["visa_types"].micro_f1 == 0
    silent = evaluated({"description": "We bake bread.", "expect": {"visa_types": []}})
    assert silent.readings["visa_types"].micro_f1 is None


INTERNS = (
    {"title": "Baking Intern", "expect": {"is_intern": True}},
    {"title": "Intern, Bakery", "weight": 2, "expect": {"is_intern": False}},
    {"title": "Werkstudent Backstube", "expect": {"is_intern": True}},
    {"title": "Intern", "expect": {"job_kind": "intern"}},
)


def test_rules_of_a_reading() -> None:
    score = evaluated(*INTERNS).readings["is_intern"]
    assert score.rules["title.intern"].lines == ["own.jsonl:1", "own.jsonl:2"]
    assert score.rules["title.intern"].right.value == pytest.approx(1 / 3)
    (only,) = score.single_line_rules
    assert score.rules[only].lines == ["own.jsonl:3"]
    # Evidence of a reading that the line does not judge counts for nobody.
    assert evaluated(*INTERNS).readings["job_kind"].single_line_rules == ["title.intern"]


def test_rules_that_no_line_has() -> None:
    evaluation = evaluated({"description": "We sponsor H-1B visas.", "expect": {"sponsorship": "offered"}})
    score = evaluation.readings["sponsorship"]
    known = [rule.id for rule in sponsorship_rules().clauses]
    assert score.rules
    assert set(evaluation.unmatched_rules) == set(known) - set(score.rules)
    assert not evaluated(RECORDS[0]).unmatched_rules  # sponsorship is not judged


def test_visa_types_name_the_rules_of_their_mentions() -> None:
    evaluation = evaluated({"description": "We sponsor TN visas.", "expect": {"visa_types": []}})
    (miss,) = evaluation.readings["visa_types"].misses
    assert len(miss.rules) == 1


def test_confidence_is_calibrated_where_there_is_one() -> None:
    evaluation = evaluated(*RECORDS)
    calibration = evaluation.readings["occupation"].calibration
    answered = [each for each in calibration.bins if each.n]
    assert sum(each.n for each in answered) == 1  # the other line has no code, and no confidence
    assert calibration.error == pytest.approx(1 - (answered[0].mean_confidence or 0))
    assert calibration.error > 0
    employment = {"title": "Baker", "expect": {"is_intern": False}}
    judged = judge(employment, "x:1").judgements[0]
    assert bool(evaluated(employment).readings["is_intern"].calibration.error is None) is (judged.confidence is None)


def test_lines_without_a_label_are_not_judged() -> None:
    evaluation = evaluated(
        {"title": "Baker", "expect": {"clearance": "?", "is_intern": "?"}},
        {"title": "Baker", "expect": {"clearance": None, "is_intern": "?", "wage_level": "?"}},
    )
    assert evaluation.unlabelled == {"clearance": 1, "is_intern": 2, "wage_level": 1}
    assert {name: score.n for name, score in evaluation.readings.items()} == {"clearance": 1}
    assert not evaluation.not_read


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ({"sponsorship": "ofered"}, 'x:1: sponsorship: "ofered" is none of its values: offered, case_by_case'),
        ({"sponsorship": None}, "sponsorship: null is none of its values"),
        ({"is_intern": "true"}, 'is_intern: "true" is none of its values: true, false'),
        ({"is_intern": 1}, "is_intern: 1 is none of its values"),
        ({"job_kind": {"any": ["intern", "interns"]}}, 'job_kind: "interns" is none'),
    ],
)
def test_labels_that_no_reading_can_have_are_named(expect: dict[str, Any], message: str) -> None:
    (told,) = judge({"title": "Baker", "expect": expect}, "x:1").unknown_labels
    assert message in told


def test_every_value_of_a_class_is_a_label() -> None:
    assert set(CLASSES) <= set(READINGS)
    for reading, values in CLASSES.items():
        for value in values:
            for label in (value, {"any": [value]}):
                assert not judge({"title": "Baker", "expect": {reading: label}}, "x:1").unknown_labels


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


def test_command_lists_rules(tmp_path: Path) -> None:
    path = labelled(tmp_path / "own.jsonl", *INTERNS)
    tables = scrapy("evaluate", path, "--rules").stdout.decode()
    assert "is_intern: lines where a rule is evidence" in tables
    assert f"job_kind: title.intern is evidence on one line only: {path}:4\n" in tables
    assert "evidence on one line only: " not in scrapy("evaluate", path).stdout.decode()
    reading = json.loads(scrapy("evaluate", path, "--json").stdout)["readings"]["is_intern"]
    assert reading["rules"]["title.intern"]["n"] == 2
    assert reading["rules"]["title.intern"]["right"]["value"] == pytest.approx(1 / 3)
    assert list(reading["single_line_rules"].values()) == [f"{path}:3"]
    assert reading["micro"] is None


def test_command_prints_sets_and_confidence(tmp_path: Path) -> None:
    expect = {"visa_types": ["TN"], "occupation": {"soc_code": "51-3021"}}
    line = {"title": "Butcher", "description": "We sponsor TN visas.", "expect": expect}
    path = labelled(tmp_path / "own.jsonl", line)
    tables = scrapy("evaluate", path).stdout.decode()
    assert "micro average" in tables
    assert "expected calibration error 0." in tables
    answer = json.loads(scrapy("evaluate", path, "--json").stdout)["readings"]
    assert answer["visa_types"]["micro"]["f1"] == 1
    calibration = answer["occupation"]["calibration"]
    assert len(calibration["bins"]) == 10
    assert [each["n"] for each in calibration["bins"] if each["n"]] == [1]
    assert 0 < calibration["error"] < 1


def test_command_tells_files_apart(tmp_path: Path) -> None:
    offers = {"description": "We sponsor H-1B visas.", "expect": {"sponsorship": "offered"}}
    one = labelled(tmp_path / "one.jsonl", offers, offers)
    two = labelled(tmp_path / "two.jsonl", {"description": "We bake.", "expect": {"sponsorship": "offered"}})
    answer = json.loads(scrapy("evaluate", one, two, "--by-file", "--json").stdout)
    assert answer["readings"]["sponsorship"]["n"] == 3
    by_file = {name: each["readings"]["sponsorship"] for name, each in answer["files"].items()}
    assert {name: (each["n"], each["accuracy"]["value"]) for name, each in by_file.items()} == {
        one: (2, 1),
        two: (1, 0),
    }
    assert "files" not in json.loads(scrapy("evaluate", one, two, "--json").stdout)
    tables = "".join(scrapy("evaluate", one, two, "--by-file").stdout.decode().split())
    assert f"{two}:sponsorship" in tables  # a long title is broken over lines
    assert f"{two}:sponsorship" not in "".join(scrapy("evaluate", one, two).stdout.decode().split())


def test_command_says_what_is_not_labelled(tmp_path: Path) -> None:
    path = labelled(tmp_path / "half.jsonl", RECORDS[0], {"title": "Baker", "expect": {"is_intern": "?"}})
    answer = scrapy("evaluate", path)
    assert answer.returncode == 0
    assert "not labelled yet" in answer.stdout.decode()
    assert 'is_intern: 1 line still "?", and not judged' in answer.stderr.decode()
    assert json.loads(scrapy("evaluate", path, "--json").stdout)["unlabelled"] == {"is_intern": 1}
    empty = scrapy("evaluate", labelled(tmp_path / "new.jsonl", {"title": "Baker", "expect": {"is_intern": "?"}}))
    assert (empty.returncode, empty.stdout) == (2, b"")
    assert b"no line is labelled yet" in empty.stderr


def test_command_names_misspelt_labels(tmp_path: Path) -> None:
    path = labelled(tmp_path / "own.jsonl", {"title": "Baker", "expect": {"job_kind": "reglar"}})
    answer = scrapy("evaluate", path)
    assert f'{path}:1: job_kind: "reglar" is none of its values' in answer.stderr.decode()


def test_command_names_what_it_does_not_read_yet(tmp_path: Path) -> None:
    answer = scrapy("evaluate", labelled(tmp_path / "own.jsonl", {"title": "x", "expect": {"wage_level": None}}))
    assert (answer.returncode, b"not read yet" in answer.stdout) == (0, True)


def test_command_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "x", "expect": {}}\n{"title": "y"}\n')
    answer = scrapy("evaluate", str(bad))
    assert (answer.returncode, b"bad.jsonl, line 2: no object `expect`" in answer.stderr) == (2, True)
    answer = scrapy("evaluate", str(tmp_path / "none.jsonl"))
    assert (answer.returncode, b"No such file" in answer.stderr) == (2, True)
    assert scrapy("evaluate").returncode == 2


def test_command_says_that_there_is_nothing_to_judge(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    answer = scrapy("evaluate", str(empty))
    assert (answer.returncode, b"no line has a label" in answer.stderr) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here, which is a disk without space")
def test_command_says_that_the_disk_is_full(tmp_path: Path) -> None:
    path = labelled(tmp_path / "own.jsonl", RECORDS[0])
    command = [sys.executable, "-m", "scrapy", "evaluate", path]
    with Path("/dev/full").open("wb") as full:
        answer = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, cwd=Path(__file__).parent.parent, check=False
        )
    assert (answer.returncode, b"No space left" in answer.stderr) == (2, True)
