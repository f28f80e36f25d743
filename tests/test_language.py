"""Language of a description: own sentences in every language that is read."""

import json
from pathlib import Path
from time import perf_counter

import pytest

from crawlers.classify.language import language_of

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "labels" / "language.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["expect"]["language"]))
def test_language(case: dict[str, dict[str, str]]) -> None:
    assert language_of(str(case["description"])) == case["expect"]["language"]


def test_middle_of_a_long_text_counts() -> None:
    german = "Du bist bei uns richtig und wir freuen uns auf die Arbeit mit dir und deinem Team. " * 20
    assert language_of("About Us\n" + german) == "de"


def test_odd_input_is_no_error() -> None:
    for text in ("", " ", "\ud800", "1234 " * 500, "the " * 3, "\x00" * 100, "é" * 5000):
        language_of(text)


def test_long_texts_cost_no_more_than_short_ones() -> None:
    text = "the team and the work in our office of the city " * 40_000
    start = perf_counter()
    language_of(text)
    assert perf_counter() - start < 0.05
