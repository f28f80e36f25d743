"""How well readings agree with labelled lines: the rules of `expect` in docs/classify.md, figures with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from crawlers.classify import READINGS, classify
from crawlers.classify.contract import posting_from, record_of

_Z = 1.96
_TOLERANCE = 1
"""By how much a number may be off."""
_READING_MEASURES = ("accuracy", "answered")
_CLASS_MEASURES = ("precision", "recall", "f1")
_VISA_TYPES = "visa_types"
"""A key of `expect` that no output has: the set of `visa` over `visas`, whatever the stance."""


@dataclass(slots=True)
class Proportion:
    """A share of weighted cases."""

    hits: float = 0
    total: float = 0
    squares: float = 0

    def add(self, hit: bool, weight: float) -> None:
        """Count one case."""
        self.hits += weight * hit
        self.total += weight
        self.squares += weight * weight

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None without a case."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % Wilson interval; weighted cases count as their effective number (Kish), which is never more."""
        if not self.total:
            return None
        n, share = self.total**2 / self.squares, self.hits / self.total
        centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        margin = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        return Interval(max(0.0, centre - margin), min(1.0, centre + margin))


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share."""

    low: float
    high: float


@dataclass(slots=True)
class ClassScore:
    """One value of a reading."""

    precision: Proportion = field(default_factory=Proportion)
    recall: Proportion = field(default_factory=Proportion)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where either has no case."""
        precision, recall = self.precision.value, self.recall.value
        if precision is None or recall is None:
            return None
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True, slots=True)
class Miss:
    """A judged reading that is not as expected."""

    line: str
    """File and line number."""
    title: str
    expected: Any
    actual: Any
    rules: list[str]
    """Ids of the rules behind the reading."""


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
    misses: list[Miss] = field(default_factory=list)


@dataclass(slots=True)
class Evaluation:
    """Scores by reading, in the order in which the lines name them."""

    readings: dict[str, ReadingScore] = field(default_factory=dict)
    not_read: Counter[str] = field(default_factory=Counter)
    """Readings that lines ask for and this version does not make -> lines."""

    def add(self, record: Mapping[str, Any], line: str) -> None:
        """Classify one labelled record and judge it; `line` names its file and line in misses.

        Raises ValueError where the record is not a posting, or its `expect` or `weight` is not what it must be.
        """
        expect, weight = record.get("expect"), record.get("weight", 1)
        if not isinstance(expect, dict):
            raise ValueError("no object `expect`")
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight <= 0:
            raise ValueError("weight: a positive number is expected")
        posting = posting_from(dict(record))
        classify(posting)
        output = record_of(posting)
        for reading, expected in expect.items():
            source = "visas" if reading == _VISA_TYPES else reading
            if source not in READINGS:
                self.not_read[reading] += 1
                continue
            actual = output[source]
            if reading == _VISA_TYPES:
                actual = sorted({mention["visa"] for mention in actual})
            rules = [each["rule"] for each in output["evidence"] if each["reading"] == source]
            miss = Miss(line, posting.title, expected, actual, rules)
            self._judge(reading, miss, weight)

    def _judge(self, reading: str, case: Miss, weight: float) -> None:
        score = self.readings.setdefault(reading, ReadingScore())
        right = agrees(case.expected, case.actual, whole=reading == _VISA_TYPES)
        score.n += 1
        score.accuracy.add(right, weight)
        if not right:
            score.misses.append(case)
        judged = _Judged.of(case.expected, case.actual, right)
        if judged.actual != {"null"}:
            score.answered.add(right, weight)
        for name in judged.actual:
            score.classes.setdefault(name, ClassScore()).precision.add(name in judged.expected, weight)
        for name in judged.expected:
            score.classes.setdefault(name, ClassScore()).recall.add(name in judged.actual, weight)
        if len(judged.expected) == len(judged.actual) == 1:
            cell = min(judged.expected), min(judged.actual)
            score.confusion[cell] = score.confusion.get(cell, 0) + weight


@dataclass(frozen=True, slots=True)
class _Judged:
    """Values of one case as names of classes."""

    expected: set[str]
    actual: set[str]

    @classmethod
    def of(cls, expected: Any, actual: Any, right: bool) -> _Judged:
        """Classes of a case. What `expect` leaves open counts for nobody: the first of `any` stands for a miss."""
        if isinstance(expected, dict) and "includes" in expected:
            wanted = set(map(_name, expected["includes"]))
            return cls(wanted, wanted & set(map(_name, actual or ())) or {"null"})
        if isinstance(expected, dict) and "any" in expected:
            if right:
                return cls(_names(actual), _names(actual))
            expected = next(iter(expected["any"]), None)
        if isinstance(expected, dict) and isinstance(actual, dict) and len(expected) == 1:
            (key,) = expected
            return cls.of(expected[key], actual.get(key), right)
        if _is_plain(expected) and _is_plain(actual):
            return cls(_names(expected), _names(actual))
        # Objects of several keys, and lists of objects, have no classes but being there: right, wrong or null.
        return cls({"null"} if _is_null(expected) else {"value"}, {"null"} if _is_null(actual) else {_shape(right)})


def agrees(expected: Any, actual: Any, *, whole: bool = False) -> bool:
    """Whether a reading is as expected. `whole`: lists are sets that must be equal, not first elements.

    >>> agrees({"any": ["mid", None]}, None), agrees({"includes": ["INTERN"]}, ["FULL_TIME", "INTERN"])
    (True, True)
    >>> agrees(None, []), agrees([], None), agrees({"min": 100_000}, {"min": 100_001.0, "max": 5})
    (True, True, True)
    """
    if isinstance(expected, dict) and "any" in expected:
        return any(agrees(option, actual, whole=whole) for option in expected["any"])
    if isinstance(expected, dict) and "includes" in expected:
        found = actual if isinstance(actual, list) else []
        return all(any(agrees(wanted, item) for item in found) for wanted in expected["includes"])
    if _is_null(expected) or _is_null(actual):
        return _is_null(expected) and _is_null(actual)
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(agrees(value, actual.get(key)) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and _lists_agree(expected, actual, whole)
    if _is_number(expected) and _is_number(actual):
        return bool(abs(expected - actual) <= _TOLERANCE)
    return isinstance(expected, bool) is isinstance(actual, bool) and bool(expected == actual)


def _lists_agree(expected: list[Any], actual: list[Any], whole: bool) -> bool:
    if whole:
        return set(map(_name, expected)) == set(map(_name, actual))
    return len(actual) >= len(expected) and all(map(agrees, expected, actual))


def below(evaluation: Evaluation, thresholds: Mapping[str, Any]) -> Iterator[str]:
    """What falls short, in words. Thresholds: reading -> measure -> least value, or reading -> class -> measure -> it.

    Measures are `accuracy` and `answered` of a reading, `precision`, `recall` and `f1` of a class. Readings and classes
    that the lines do not have are not held against anybody. Raises ValueError for a measure that does not exist.
    """
    for reading, wanted in thresholds.items():
        score = evaluation.readings.get(reading)
        for key, value in wanted.items():
            measures = value if isinstance(value, dict) else {key: value}
            holder = score.classes.get(key) if score and isinstance(value, dict) else score
            name = f"{reading}.{key}" if isinstance(value, dict) else reading
            for measure, least in measures.items():
                if measure not in (_CLASS_MEASURES if isinstance(value, dict) else _READING_MEASURES):
                    raise ValueError(f"{name}.{measure} is no measure")
                figure = getattr(holder, measure, None)
                reached = figure.value if isinstance(figure, Proportion) else figure
                if reached is not None and reached < least:
                    yield f"{name}.{measure} is {reached:.3f}, below {least}"


def _is_null(value: Any) -> bool:
    return value is None or value == []


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_plain(value: Any) -> bool:
    """Whether a value is a scalar, or a list of scalars."""
    return not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value)
    )


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set(map(_name, value)) or {"null"}
    return {_name(value)} if _is_plain(value) else {"value"}


def _name(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _shape(right: bool) -> str:
    return "value" if right else "other value"
