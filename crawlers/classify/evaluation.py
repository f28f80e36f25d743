"""How well readings agree with labelled lines: lines judged, and scores by reading."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crawlers.classify import READINGS, classify
from crawlers.classify.contract import posting_from, record_of
from crawlers.classify.expect import CaseClasses, agrees, class_name
from crawlers.classify.figures import Calibration, ClassScore, Proportion, RuleScore
from crawlers.classify.labelling import CLASSES, UNLABELLED
from crawlers.classify.sponsorship_rules import sponsorship_rules

_VISA_TYPES = "visa_types"
"""A key of `expect` that no output has: the set of `visa` over `visas`, whatever the stance."""
SET_READINGS = frozenset({_VISA_TYPES, "employment_type"})
"""Readings of which a posting may have several values, and none."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reading of one line, and what was expected of it."""

    reading: str
    line: str
    """File and line number."""
    title: str
    weight: float
    expected: Any
    actual: Any
    right: bool
    rules: list[str]
    """Ids of the rules behind the reading, each once."""
    confidence: float | None
    """What the output says of itself, 0 to 1; None where it says nothing."""


@dataclass(kw_only=True, slots=True)
class JudgedLine:
    """What one labelled line tells."""

    judgements: list[Judgement] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    """Readings that have no label yet."""
    not_read: list[str] = field(default_factory=list)
    """Readings that the line asks for and this version does not make."""
    unknown_labels: list[str] = field(default_factory=list)
    """Labels that no reading can ever have, such as a misspelt one; in words, for a person."""
    rules: set[str] = field(default_factory=set)
    """All rules that are evidence of whatever reading."""


@dataclass(slots=True)
class ReadingScore:
    """One reading over all judged lines."""

    n: int = 0
    """Lines, whatever their weight."""
    accuracy: Proportion = field(default_factory=Proportion)
    answered: Proportion = field(default_factory=Proportion)
    """The same over the lines where the reading found something."""
    classes: dict[str, ClassScore] = field(default_factory=dict)
    confusion: dict[tuple[str, str], float] = field(default_factory=dict)
    """(expected, actual) -> weight, of lines with one value on either side."""
    rules: dict[str, RuleScore] = field(default_factory=dict)
    """By id: the rules that are evidence of the reading on any of the lines."""
    calibration: Calibration = field(default_factory=Calibration)
    """Of the lines where the output has a confidence."""
    misses: list[Judgement] = field(default_factory=list)

    @property
    def single_line_rules(self) -> list[str]:
        """Rules that are evidence on one line only: they may know the sentence, and not what it says."""
        return sorted(rule for rule, score in self.rules.items() if len(score.lines) == 1)

    @property
    def micro(self) -> ClassScore:
        """Precision and recall over all values of all lines together, but null; for readings that are sets."""
        return sum((score for name, score in self.classes.items() if name != "null"), ClassScore())

    @property
    def micro_precision(self) -> Proportion:
        """Share of the values found that were expected."""
        return self.micro.precision

    @property
    def micro_recall(self) -> Proportion:
        """Share of the values expected that were found."""
        return self.micro.recall

    @property
    def micro_f1(self) -> float | None:
        """Their harmonic mean; None where no value was expected, and none found."""
        return self.micro.f1

    def add(self, judged: Judgement) -> None:
        """Count one line."""
        weight, right = judged.weight, judged.right
        self.n += 1
        self.accuracy.add(right, weight)
        if not right:
            self.misses.append(judged)
        case = CaseClasses.of(judged.expected, judged.actual, right)
        if case.actual != {"null"}:
            self.answered.add(right, weight)
        for name in case.actual:
            self.classes.setdefault(name, ClassScore()).precision.add(name in case.expected, weight)
        for name in case.expected:
            self.classes.setdefault(name, ClassScore()).recall.add(name in case.actual, weight)
        if len(case.expected) == len(case.actual) == 1:
            cell = min(case.expected), min(case.actual)
            self.confusion[cell] = self.confusion.get(cell, 0) + weight
        for rule in judged.rules:
            score = self.rules.setdefault(rule, RuleScore())
            score.lines.append(judged.line)
            score.right.add(right, weight)
        if judged.confidence is not None:
            self.calibration.add(judged.confidence, right, weight)


_LEAST_WEIGHT, _MOST_WEIGHT = 1e-6, 1e12


@dataclass(slots=True)
class Evaluation:
    """Scores by reading, in the order in which the lines name them."""

    readings: dict[str, ReadingScore] = field(default_factory=dict)
    unlabelled: Counter[str] = field(default_factory=Counter)
    """Readings that have no label yet -> lines. They count neither as right nor as wrong."""
    not_read: Counter[str] = field(default_factory=Counter)
    """Readings that lines ask for and this version does not make -> lines."""
    unknown_labels: list[str] = field(default_factory=list)
    """Labels that no reading can ever have, in words, with their lines. They count as any other."""
    rules: set[str] = field(default_factory=set)
    """All rules that are evidence on any line, of whatever reading."""

    def add(self, record: Mapping[str, Any], line: str) -> None:
        """Classify, judge and count one labelled record. Raises ValueError as `judge` does."""
        self.count(judge(record, line))

    def count(self, judged: JudgedLine) -> None:
        """Count one judged line."""
        for each in judged.judgements:
            self.readings.setdefault(each.reading, ReadingScore()).add(each)
        self.unlabelled.update(judged.unlabelled)
        self.not_read.update(judged.not_read)
        self.unknown_labels += judged.unknown_labels
        self.rules |= judged.rules

    @property
    def unmatched_rules(self) -> list[str]:
        """Sponsorship rules of the readings judged that are evidence on no line, in the order of their file."""
        known = sponsorship_rules()
        rules = (*known.clauses, *(rule for of_reading in known.rules.values() for rule in of_reading))
        ids = dict.fromkeys(rule.id for rule in rules if rule.reading in self.readings)
        return [rule for rule in ids if rule not in self.rules]


def judge(record: Mapping[str, Any], line: str) -> JudgedLine:
    """Classify one labelled record and judge it; `line` names its file and line.

    Raises ValueError where the record is not a posting, or its `expect` or `weight` is not what it must be.
    """
    expect, weight = record.get("expect"), record.get("weight", 1)
    if not isinstance(expect, dict):
        raise ValueError("no object `expect`")
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not _LEAST_WEIGHT <= weight <= _MOST_WEIGHT:
        raise ValueError("weight: a positive number is expected")
    for reading, expected in expect.items():
        _refuse_odd(reading, expected)
    posting = posting_from(dict(record))
    classify(posting)
    output = record_of(posting)
    judged = JudgedLine(rules={each["rule"] for each in (*output["evidence"], *output["visas"])})
    for reading, expected in expect.items():
        source = "visas" if reading == _VISA_TYPES else reading
        if expected == UNLABELLED:
            judged.unlabelled.append(reading)
            continue
        if source not in READINGS:
            judged.not_read.append(reading)
            continue
        actual = output[source]
        if reading == _VISA_TYPES:
            actual = sorted({mention["visa"] for mention in actual})
        judged.unknown_labels += (f"{line}: {odd}" for odd in _unknown_labels(reading, expected))
        judged.judgements.append(
            Judgement(
                reading=reading,
                line=line,
                title=posting.title,
                weight=weight,
                expected=expected,
                actual=actual,
                right=agrees(expected, actual, whole=reading == _VISA_TYPES),
                rules=list(dict.fromkeys(_rules_behind(source, output))),
                confidence=output["confidence"].get(source),
            )
        )
    return judged


def _refuse_odd(reading: str, expected: Any) -> None:
    """Raise ValueError for a label that says in no way what is expected."""
    for key in ("any", "includes"):
        options = expected.get(key) if isinstance(expected, dict) else None
        if options is not None and (not isinstance(options, list) or (key == "any" and not options)):
            raise ValueError(f"expect.{reading}.{key}: a list of values is expected")


def _rules_behind(reading: str, output: Mapping[str, Any]) -> Iterator[str]:
    if reading == "visas":
        yield from (mention["rule"] for mention in output["visas"])
    yield from (each["rule"] for each in output["evidence"] if each["reading"] == reading)


def _unknown_labels(reading: str, expected: Any) -> Iterator[str]:
    if reading not in CLASSES:
        return
    values = [class_name(value) for value in CLASSES[reading]]
    for label in expected["any"] if isinstance(expected, dict) and "any" in expected else [expected]:
        if not any(label is value or (isinstance(label, str) and label == value) for value in CLASSES[reading]):
            yield f"{reading}: {json.dumps(label)} is none of its values: {', '.join(values)}"
