"""How sure a reading is: the table that is checked in, how it is fitted, and whether it holds on labelled lines."""

import random
import tomllib
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from bench.calibration import (
    Case,
    as_toml,
    calibration_of,
    cases_of,
    cross_validated,
    fit,
    labelled_files,
    main,
)
from bench.reliability import Panel, drawing
from crawlers.classify import classify, sponsorship
from crawlers.classify.confidence import (
    READINGS,
    ConfidenceTable,
    ValueConfidence,
    confidence_of,
    confidence_table,
)
from crawlers.classify.contract import posting_from
from crawlers.classify.expect import class_name
from crawlers.classify.figures import Calibration
from crawlers.classify.labelling import CLASSES
from crawlers.classify.sponsorship_rules import sponsorship_rules
from crawlers.items import JobPosting

BOUND = 0.05
"""Expected calibration error of a reading on the labelled lines; the table is refitted when the rules change."""
FIELD_RULES = {"sponsorship.visa_support", "clearance.field"}
"""Rules that are no pattern: a platform's own field."""


def read(**record: Any) -> JobPosting:
    posting = posting_from(record)
    classify(posting)
    return posting


def case(line: int, *, right: bool, value: str = "offered", rules: tuple[str, ...] = ("a",), **fields: Any) -> Case:
    known: dict[str, Any] = {"reading": "sponsorship", "silent": False, "weight": 1.0} | fields
    return Case(line=f"lines:{line}", value=value, rules=rules, right=right, **known)


def shares_of(table: ConfidenceTable) -> list[float]:
    known = [entry for of_reading in table.values.values() for entry in of_reading.values()]
    silent = [entry.silent for entry in known if entry.silent is not None]
    return [entry.prior for entry in known] + silent + [each for entry in known for each in entry.rules.values()]


def test_table_has_every_value_of_its_readings() -> None:
    values = {reading: set(of_reading) for reading, of_reading in confidence_table().values.items()}
    assert values == {reading: set(map(class_name, CLASSES[reading])) for reading in READINGS}


def test_shares_are_shares() -> None:
    assert all(0 < share < 1 for share in shares_of(confidence_table()))


def test_rules_of_the_table_exist() -> None:
    known = sponsorship_rules()
    ids = {rule.id for rule in known.clauses} | {rule.id for rules in known.rules.values() for rule in rules}
    fitted = {
        rule for values in confidence_table().values.values() for entry in values.values() for rule in entry.rules
    }
    assert fitted - ids - FIELD_RULES == set(), "run `python -m bench.calibration`"


def test_an_explicit_field_is_trusted_at_least_as_much_as_a_mention() -> None:
    refused = confidence_of("sponsorship", "not_offered", ["sponsorship.field.no"])
    mentioned = confidence_of("sponsorship", "unclear", ["sponsorship.mention"])
    assert refused is not None
    assert mentioned is not None
    assert refused >= mentioned


def test_the_most_trusted_rule_counts() -> None:
    entry = ValueConfidence(prior=0.8, silent=0.95, rules={"weak": 0.6, "strong": 0.9})
    table = ConfidenceTable(values={"clearance": {"null": entry}})
    assert table.of("clearance", None, ["weak"]) == 0.6
    assert table.of("clearance", None, ["weak", "strong", "rare"]) == 0.9
    assert table.of("clearance", None, ["weak", "rare"]) == 0.6
    assert table.of("clearance", None, ["rare"]) == 0.8
    assert table.of("clearance", None, []) == 0.8
    assert table.of("clearance", None, [], silent=True) == 0.95
    assert table.of("clearance", "required", []) is None
    assert table.of("language", "en", []) is None


@pytest.mark.parametrize(
    "record",
    [
        {"title": "Baker"},
        {"description": "We sponsor H-1B visas. U.S. citizens only."},
        {"description": "Visa sponsorship available: No", "visa_support": False},
        {"description": "You hold an active Secret clearance. OPT and CPT are welcome."},
        {"title": "Registered Nurse", "security_clearance": "Secret", "questions": ["Do you need a visa?"]},
    ],
)
def test_every_posting_has_a_confidence_for_each_of_these_readings(record: dict[str, Any]) -> None:
    posting = read(**record)
    coded = posting.occupation is not None and posting.occupation.confidence is not None
    assert set(posting.confidence) == {*READINGS, *(["occupation"] if coded else [])}
    for reading in READINGS:
        rules = [each.rule for each in posting.evidence if each.reading == reading]
        expected = confidence_of(reading, getattr(posting, reading), rules, silent=sponsorship.read(posting).is_silent)
        assert posting.confidence[reading] == expected


def test_silent_is_a_posting_without_a_word_of_the_subject() -> None:
    assert sponsorship.read(read(title="Baker", description="You bake bread.")).is_silent
    assert not sponsorship.read(read(description="The study's sponsor visits twice a year.")).is_silent
    assert not sponsorship.read(read(title="Baker", questions=["Will you need visa sponsorship?"])).is_silent
    assert not sponsorship.read(read(title="Baker", visa_support=True)).is_silent


def test_shares_are_smoothed_towards_what_is_more_general() -> None:
    cases = [case(n, right=n < 8) for n in range(10)]
    offered = fit(cases).table.values["sponsorship"]["offered"]
    general = (8 + 5 * 0.5) / 15
    prior = (8 + 5 * general) / 15
    assert offered.prior == pytest.approx(prior)
    assert offered.rules == {"a": pytest.approx((8 + 5 * prior) / 15)}
    assert offered.silent is None


def test_more_right_lines_never_lower_a_share() -> None:
    tables = [fit(case(n, right=n < hits) for n in range(10)).table for hits in range(11)]
    shares = [table.values["sponsorship"]["offered"].rules["a"] for table in tables]
    assert shares == sorted(set(shares))


def test_rare_rules_and_unseen_values_have_no_figure_of_their_own() -> None:
    table = fit([case(n, right=True, rules=("a", "rare") if n < 2 else ("a",)) for n in range(9)]).table
    assert set(table.values["sponsorship"]["offered"].rules) == {"a"}
    unseen = table.values["clearance"]["plus"]
    assert not unseen.rules
    assert unseen.prior == pytest.approx((9 + 5 * 0.5) / 14)


def test_silence_has_a_share_of_its_own() -> None:
    cases = [case(n, right=n != 3, value="none", rules=(), silent=n >= 10) for n in range(40)]
    none = fit(cases).table.values["sponsorship"]["none"]
    assert none.silent is not None
    assert none.silent > none.prior


def test_weights_count() -> None:
    light = fit([case(1, right=True), case(2, right=False)]).table.of("sponsorship", "offered", [])
    heavy = fit([case(1, right=True, weight=9.0), case(2, right=False)]).table.of("sponsorship", "offered", [])
    assert light is not None
    assert heavy is not None
    assert heavy > light


def test_no_line_is_measured_by_a_table_that_has_seen_it() -> None:
    cases = [case(n, right=True, rules=(f"rule {n}",)) for n in range(20)] + [
        case(n, right=False, rules=(f"rule {n}",)) for n in range(20)
    ]
    predictions = cross_validated(cases)
    assert len(predictions) == len(cases)
    assert {each.confidence for each in predictions} == {0.5}
    assert cross_validated(cases) == predictions


def test_a_coin_toss_is_measured_as_one() -> None:
    rng = random.Random(7)
    cases = [case(n, right=rng.random() < (0.9 if n % 2 else 0.5), rules=(f"{n % 2}",)) for n in range(2000)]
    predictions = cross_validated(cases)
    assert {round(each.confidence, 1) for each in predictions} == {0.5, 0.9}
    assert (calibration_of(predictions).error or 0) < 0.03


def test_file_holds_what_was_fitted() -> None:
    fitted = fit([case(n, right=n > 2) for n in range(40)])
    data = tomllib.loads(as_toml(fitted, 40))
    assert data["sponsorship"]["offered"]["rules"]["a"] == pytest.approx(
        fitted.table.values["sponsorship"]["offered"].rules["a"], abs=0.001
    )
    assert shares_of(
        ConfidenceTable(
            values={
                reading: {value: ValueConfidence(**entry) for value, entry in of_reading.items()}
                for reading, of_reading in data.items()
            }
        )
    ) == pytest.approx(shares_of(fitted.table), abs=0.001)
    assert as_toml(fitted, 40) == as_toml(fit([case(n, right=n > 2) for n in range(40)]), 40)


def test_drawing_is_an_image_with_a_panel_for_each_curve() -> None:
    calibration = Calibration()
    for confidence, right in ((0.55, True), (0.55, False), (0.95, True), (0.97, True)):
        calibration.add(confidence, right, 1)
    image = ET.fromstring(drawing([Panel("one & two", calibration), Panel("nothing", Calibration())]))
    names = [element.tag.rpartition("}")[2] for element in image.iter()]
    assert names.count("g") == 2
    assert names.count("circle") == 2
    assert any(element.text == "one & two" for element in image.iter())
    for element in image.iter():
        for key in ("cx", "cy"):
            assert 0 <= float(element.get(key, "0")) <= 240


def test_nothing_to_fit_to_is_said() -> None:
    with pytest.raises(SystemExit, match="no labelled line"):
        main([])


@pytest.fixture(scope="module")
def labelled() -> list[Case]:
    return cases_of(labelled_files())


@pytest.mark.parametrize("reading", READINGS)
def test_checked_in_table_is_calibrated_on_labelled_lines(reading: str, labelled: list[Case]) -> None:
    """Lines of the shared postings and labels count where these are at hand."""
    calibration = Calibration()
    for each in labelled:
        if each.reading == reading:
            confidence = confidence_of(reading, each.value, each.rules, silent=each.silent)
            assert confidence is not None
            calibration.add(confidence, each.right, each.weight)
    assert calibration.error is not None
    assert calibration.error < BOUND
