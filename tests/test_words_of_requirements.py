"""Pay, experience and skills: the labelled lines, the shared labels, and texts of any kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import classify
from crawlers.classify.contract import posting_from
from crawlers.classify.evaluation import Evaluation
from crawlers.items import JobPosting, Location, Pay, PayBasis, PayPeriod, StatedPlace

LABELS = Path(__file__).parent / "labels"


def evaluated(*paths: Path) -> Evaluation:
    evaluation = Evaluation()
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            evaluation.add(json.loads(line), f"{path.name}:{number}")
    return evaluation


def read(**fields: Any) -> JobPosting:
    posting = JobPosting(**{"platform": "", "board": "", "external_id": "", "url": "", "title": "Baker"} | fields)
    classify(posting)
    return posting


@pytest.mark.parametrize("name", ["pay", "experience", "skills"])
def test_own_labels_are_read_as_labelled(name: str) -> None:
    evaluation = evaluated(LABELS / f"{name}.jsonl")
    assert [(miss.line, miss.actual) for score in evaluation.readings.values() for miss in score.misses] == []


@pytest.mark.parametrize(
    ("files", "stated_bar"),
    [(["pay.jsonl"], 0.93), (["pay_de.jsonl", "pay_fr.jsonl", "pay_es.jsonl"], 0.80)],
    ids=["english", "foreign"],
)
def test_shared_pay_reaches_the_bar(data: Path, files: list[str], stated_bar: float) -> None:
    stated, invented = [], []
    for file in files:
        for line in (data / "labels" / file).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            score = Evaluation()
            score.add(record, file)
            right = not score.readings["pay"].misses
            (invented if record["expect"]["pay"] is None else stated).append(right)
    assert sum(stated) / len(stated) >= stated_bar
    assert invented.count(False) / len(invented) <= 0.03


def test_shared_experience_reaches_the_bar(data: Path) -> None:
    score = evaluated(data / "labels" / "experience.jsonl").readings["experience_years"]
    assert (score.accuracy.value or 0) >= 0.95


def test_ranges_of_several_places_are_kept_and_the_own_chosen() -> None:
    text = "Pay\nCalifornia: $100,000 - $120,000 per year\nTexas: $80,000 - $95,000 per year"
    posting = read(description_text=text, locations=[Location(raw="Austin, TX")])
    assert [(pay.min, pay.max, pay.applies_to) for pay in posting.pay_ranges] == [
        (100_000, 120_000, "California"),
        (80_000, 95_000, "Texas"),
    ]
    assert posting.pay
    assert (posting.pay.min, posting.pay.max, posting.pay.currency) == (80_000, 95_000, "USD")


def test_what_the_platform_states_stands_before_the_text() -> None:
    stated = Pay(min=30, max=40, currency="USD", period=PayPeriod.HOUR, basis=PayBasis.BASE)
    posting = read(description_text="Salary: $90,000 per year", pay_stated=[stated])
    assert posting.pay
    assert (posting.pay.min, posting.pay.annual_min, posting.pay.annual_max) == (30, 30 * 2080, 40 * 2080)
    assert stated.annual_min is None, "what was published stays as it is"


@pytest.mark.parametrize(
    ("fields", "currency"),
    [
        ({}, None),
        ({"country": "CA"}, "CAD"),
        ({"locations": [Location(raw="Sydney", stated=StatedPlace(country="AU"))]}, "AUD"),
        ({"locations": [Location(raw="Boston, MA")]}, "USD"),
    ],
)
def test_a_dollar_is_the_place_s(fields: dict[str, Any], currency: str | None) -> None:
    posting = read(description_text="Salary: $90,000 per year", **fields)
    assert posting.pay
    assert posting.pay.currency == currency


PIECES = st.sampled_from([
    "$5", "$90,000", " - ", "€", "k", " per hour", "salary", "\n", "5+ years", " experience", "Python", "R, ", "(", "1",
    "up to ", "bonus", "Level II: ", "İ", "’", "no ", "C++", "0", ",", ".", " ", "bis", "à", "10 000",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text_is_read_and_every_quote_is_in_its_place(text: str) -> None:
    posting = posting_from({"title": text[:80], "description": text, "pay": text[:100], "locations": [text[:40]]})
    classify(posting)
    sources = {
        "title": posting.title, "description": posting.description_text, "pay_raw": posting.pay_raw or "",
        "locations": "\n".join({place.raw: None for place in posting.locations}),
        "employment_raw": "", "questions": "",
    }  # fmt: skip
    for each in posting.evidence:
        assert sources[each.source][each.start : each.end] == each.quote
    assert posting.pay is None or posting.pay_ranges
