"""Figures of an evaluation: shares with intervals, scores of classes and of rules, and how good a confidence is."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt

_Z = 1.96
_BINS = 10


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

    def __add__(self, other: Proportion) -> Proportion:
        return Proportion(self.hits + other.hits, self.total + other.total, self.squares + other.squares)

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
    """One value of a reading, or all of them together."""

    precision: Proportion = field(default_factory=Proportion)
    recall: Proportion = field(default_factory=Proportion)

    def __add__(self, other: ClassScore) -> ClassScore:
        return ClassScore(self.precision + other.precision, self.recall + other.recall)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; 0 where only one of them has a case, None where neither has."""
        precision, recall = self.precision.value, self.recall.value
        if precision is None and recall is None:
            return None
        return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


@dataclass(slots=True)
class RuleScore:
    """One rule as the evidence of one reading."""

    lines: list[str] = field(default_factory=list)
    """File and line number of each line where the rule is evidence."""
    right: Proportion = field(default_factory=Proportion)
    """Share of these lines where the reading is as expected."""


@dataclass(slots=True)
class Bin:
    """Cases of about the same confidence."""

    low: float
    """Bounds of the confidence: from `low` to below `high`, in the last bin to 1."""
    high: float
    n: int = 0
    """Lines, whatever their weight."""
    confidence: float = 0
    """Sum over the cases, weighted."""
    right: Proportion = field(default_factory=Proportion)

    @property
    def mean_confidence(self) -> float | None:
        """0 to 1; None without a case."""
        return self.confidence / self.right.total if self.right.total else None


@dataclass(slots=True)
class Calibration:
    """Whether readings of a confidence are as often right as it says."""

    bins: list[Bin] = field(default_factory=lambda: [Bin(i / _BINS, (i + 1) / _BINS) for i in range(_BINS)])

    def add(self, confidence: float, right: bool, weight: float) -> None:
        """Count one case; `confidence` is 0 to 1."""
        of_case = self.bins[min(max(int(confidence * _BINS), 0), _BINS - 1)]
        of_case.n += 1
        of_case.confidence += weight * confidence
        of_case.right.add(right, weight)

    @property
    def error(self) -> float | None:
        """Expected calibration error: how far confidence and share right are apart, bins weighted by their cases.

        None without a case. Defined by Naeini, Cooper and Hauskrecht, 2015 (AAAI).
        """
        total = sum(each.right.total for each in self.bins)
        apart = sum(abs(each.confidence - each.right.hits) for each in self.bins)
        return apart / total if total else None
