"""What postings say of visas: our own labelled passages, properties over any text, and thresholds on shared data."""

import gzip
import json
import os
import tomllib
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.calibration import name_of
from crawlers.classify import classify
from crawlers.classify.any_of import AnyOf
from crawlers.classify.evaluation import Evaluation
from crawlers.classify.segments import plain
from crawlers.classify.sponsorship import SponsorshipReading, read
from crawlers.classify.sponsorship_findings import find
from crawlers.classify.sponsorship_rules import Rule, sponsorship_rules
from crawlers.classify.thresholds import below
from crawlers.items import Clearance, JobPosting, Location, Sponsorship

ROOT = Path(__file__).parent.parent
CASES = [json.loads(line) for line in (ROOT / "tests/labels/sponsorship.jsonl").read_text().splitlines()]
SHARED = Path(os.environ.get("CRAWLERS_DATA", ROOT.parent / "shared/data")) / "labels"
RULES = [rule for rules in sponsorship_rules().rules.values() for rule in rules]
CLAUSES = sponsorship_rules().clauses

needs_shared_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no labelled data at {SHARED}; set CRAWLERS_DATA to where it is"
)


def posting(**fields: Any) -> JobPosting:
    fields = {"title": "", **fields}
    return JobPosting(platform="test", board="test", external_id="1", url="https://example.com/1", **fields)


def posting_of(case: dict[str, Any]) -> JobPosting:
    return posting(
        title=case.get("title", ""),
        description_text=case["description"],
        country=case.get("country"),
        visa_support=case.get("visa_support"),
        questions=case.get("questions", []),
    )


def texts_of(case: dict[str, Any]) -> list[str]:
    return [case.get("title", ""), *case["description"].split("\n")]


def source_texts(job: JobPosting) -> dict[str, str]:
    return {
        "title": job.title,
        "description": job.description_text,
        "eligibility_to_work": job.eligibility_to_work or "",
        "security_clearance": job.security_clearance or "",
        "visa_support": str(job.visa_support).lower(),
        "questions": "\n".join(job.questions),
    }


def assert_offsets_match(job: JobPosting, reading: SponsorshipReading) -> None:
    texts = source_texts(job)
    for evidence in reading.evidence:
        assert texts[evidence.source][evidence.start : evidence.end] == evidence.quote
        assert evidence.quote
        assert evidence.rule
    for visa in reading.visas:
        assert job.description_text[visa.start : visa.end] == visa.quote


def assert_stated_readings_have_evidence(reading: SponsorshipReading) -> None:
    stated = {
        "sponsorship": reading.sponsorship is not Sponsorship.NONE,
        "citizenship_required": reading.citizenship_required,
        "us_person_required": reading.us_person_required,
        "existing_authorization_required": reading.existing_authorization_required,
        "permanent_resident_ok": reading.permanent_resident_ok is not None,
        "opt_cpt_ok": reading.opt_cpt_ok is not None,
        "clearance": reading.clearance is not None,
    }
    assert {evidence.reading for evidence in reading.evidence} == {
        name for name, is_stated in stated.items() if is_stated
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tags'][0]}: {case['description'][:50]}")
def test_labelled_passage(case: dict[str, Any]) -> None:
    job = posting_of(case)
    untouched = deepcopy(job)
    reading = read(job)
    expect = dict(case["expect"])
    if "visa_types" in expect:
        assert sorted({str(mention.visa) for mention in reading.visas}) == expect.pop("visa_types")
    assert {name: getattr(reading, name) for name in expect} == expect
    assert_offsets_match(job, reading)
    assert_stated_readings_have_evidence(reading)
    assert job == untouched


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_matches_its_example(rule: Rule) -> None:
    assert rule.pattern.search(plain(rule.example)), rule.example
    for words in rule.needs:
        assert any(word in plain(rule.example) for word in words), words


def test_alternatives_need_the_words_that_they_say() -> None:
    known = sponsorship_rules()
    patterns = [each.pattern for each in (*RULES, *known.other_senses) if isinstance(each.pattern, AnyOf)]
    alternatives = [each for pattern in patterns for each in pattern.alternatives if each.needs]
    texts = [*(plain(rule.example) for rule in RULES), *(plain(text) for case in CASES for text in texts_of(case))]
    assert alternatives
    for each in alternatives:
        for text in texts:
            assert any(word in text for word in each.needs) or not each.pattern.search(text), (each.needs, text)


@pytest.mark.parametrize("rule", CLAUSES, ids=lambda rule: rule.id)
def test_clause_rule_is_found_in_its_example(rule: Rule) -> None:
    reading = find(rule.example, "en")
    assert rule.id in {finding.rule.id for finding in reading.findings}, rule.example


def test_rule_ids_are_unique() -> None:
    rules = [*RULES, *CLAUSES]
    assert len({rule.id for rule in rules}) == len(rules)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from([case["description"] for case in CASES]),
            st.sampled_from(
                ["U.S.", " - ", "\n", "? No", "; ", "İ", "’", " sponsor ", " H-1B ", "visa", " not ", "\xa0"]
            ),
        ),
        max_size=8,
    ),
    st.text(max_size=40),
)
def test_any_text_is_read_and_offsets_match(parts: list[str], title: str) -> None:
    job = posting(title=title, description_text="".join(parts), eligibility_to_work=title, security_clearance=title)
    reading = read(job)
    assert_offsets_match(job, reading)
    assert_stated_readings_have_evidence(reading)


@pytest.mark.parametrize(
    "text",
    ["visa" + "\n" * 100_000 + "x", "\n" * 50_000 + "visa" + "\n" * 50_000, "visa? " * 16_000, "- visa\n" * 14_000],
)
def test_long_texts_are_read_in_time(text: str) -> None:
    """No figure: what took the square of its length would not come to an end."""
    assert read(posting(description_text=text)).sponsorship in (Sponsorship.NONE, Sponsorship.UNCLEAR)


def test_lone_surrogate_is_no_word() -> None:
    assert read(posting(description_text="\ud800 We sponsor visas.")).sponsorship is Sponsorship.OFFERED


@pytest.mark.parametrize(
    ("title", "stance"), [("Staff Nurse Intern", "not_offered"), ("Staff Nurse", "mentioned"), ("", "case_by_case")]
)
def test_stance_of_a_visa_is_what_its_scope_means_here(title: str, stance: str) -> None:
    job = posting(title=title, description_text="Interns are not eligible for H-1B sponsorship.")
    assert [str(mention.stance) for mention in read(job).visas] == [stance]


def test_title_and_fields_are_sources() -> None:
    job = posting(
        title="Analyst (US Citizens Only)",
        eligibility_to_work="No visa sponsorship.",
        security_clearance="Tier 5 investigation",
    )
    reading = read(job)
    assert reading.sponsorship is Sponsorship.NOT_OFFERED
    assert reading.citizenship_required
    assert reading.clearance is Clearance.REQUIRED
    assert {evidence.source for evidence in reading.evidence} == {"title", "eligibility_to_work", "security_clearance"}
    assert_offsets_match(job, reading)


def test_clearance_field_that_denies_says_nothing() -> None:
    assert read(posting(security_clearance="None")).clearance is None


def test_country_of_a_location_is_used() -> None:
    text = "We can sponsor visas to Germany; for any other country you need the right to work."
    german = posting(description_text=text, locations=[Location(raw="Berlin", country="DE")])
    assert read(german).sponsorship is Sponsorship.OFFERED
    assert read(posting(description_text=text)).sponsorship is Sponsorship.CASE_BY_CASE


def test_stance_belongs_to_the_nearest_clause() -> None:
    text = "We are unable to offer new H-1B sponsorship. However, we can sponsor TN visas."
    stances = {str(mention.visa): str(mention.stance) for mention in read(posting(description_text=text)).visas}
    assert stances == {"H-1B": "not_offered", "TN": "offered"}


OWN_BARS = {
    "sponsorship": {
        "not_offered": {"precision": 0.97, "recall": 0.95},
        "offered": {"precision": 0.95, "recall": 0.93},
        "case_by_case": {"precision": 0.90, "recall": 0.85},
    },
    "visa_types": {"micro_f1": 0.95},
}
OWN_LABELS = sorted((ROOT / "tests/labels").glob("sponsorship*.jsonl"))


def evaluated(*files: Path) -> Evaluation:
    evaluation = Evaluation()
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            evaluation.add(json.loads(line), f"{file.name}:{number}")
    return evaluation


def published_bars() -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    thresholds: dict[str, Any] = settings["tool"]["crawlers"]["thresholds"]
    return thresholds


def test_bars_on_labels_of_our_own() -> None:
    evaluation = evaluated(*OWN_LABELS)
    assert evaluation.readings["sponsorship"].n >= 750
    assert not list(below(evaluation, OWN_BARS))
    assert not list(below(evaluation, published_bars()))


def test_an_offer_is_never_read_into_a_refusal_of_our_own() -> None:
    """The costly mistake: no more than the few that docs/classify.md lists."""
    misses = evaluated(*OWN_LABELS).readings["sponsorship"].misses
    wrong = [miss.line for miss in misses if (miss.expected, miss.actual) == ("not_offered", "offered")]
    assert wrong == ["sponsorship_postings.jsonl:10"]


@needs_shared_data
@pytest.mark.parametrize("name", ["sponsorship.jsonl", "sponsorship_windows.jsonl"])
def test_bars_on_shared_labels(name: str) -> None:
    evaluation = evaluated(SHARED / name)
    assert not list(below(evaluation, published_bars()))
    confusion = evaluation.readings["sponsorship"].confusion
    assert ("not_offered", "offered") not in confusion


@needs_shared_data
def test_bars_on_real_postings() -> None:
    """Of what is read as an offer or a refusal, 97 % is one; of what is read as nothing, at most 3 % is something."""
    labels = (ROOT / "tests/labels/shared_postings.jsonl").read_text(encoding="utf-8").splitlines()
    expected = {
        label["posting"]: label["expect"]["sponsorship"]
        for label in map(json.loads, labels)
        if "sponsorship" in label["expect"]
    }
    right, got = Counter[str](), Counter[str]()
    with gzip.open(SHARED.parent / "postings.jsonl.gz", "rt", encoding="utf-8") as file:
        for record in map(json.loads, file):
            name = name_of(record["id"])
            if name not in expected:
                continue
            job = posting(title=record["title"] or "", description_text=record["description"] or "")
            classify(job)
            got[str(job.sponsorship)] += 1
            right[str(job.sponsorship)] += job.sponsorship == expected[name]
    assert got.total() == len(expected)
    for stance in ("offered", "not_offered"):
        assert right[stance] / got[stance] >= 0.97, stance
    assert 1 - right["none"] / got["none"] <= 0.04


@needs_shared_data
def test_form_questions_never_take_a_stance() -> None:
    for question in json.loads((SHARED / "sponsorship_questions.json").read_text()):
        reading = read(posting(questions=[question["label"]]))
        assert reading.sponsorship in (Sponsorship.NONE, Sponsorship.UNCLEAR), question["label"]
