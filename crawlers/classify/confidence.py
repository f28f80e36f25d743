"""How often readings of a kind are right: a small table, fitted to labelled lines by `bench.calibration`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from crawlers.classify.expect import class_name
from crawlers.classify.rules import load
from crawlers.items import JobPosting

READINGS = (
    "sponsorship",
    "citizenship_required",
    "us_person_required",
    "existing_authorization_required",
    "permanent_resident_ok",
    "opt_cpt_ok",
    "clearance",
)
"""Readings that the table has, fields of JobPosting all of them."""


@dataclass(kw_only=True, slots=True)
class ValueConfidence:
    """How often one value of a reading is right, 0 to 1."""

    prior: float
    """Where no rule of `rules` is its evidence."""
    silent: float | None = None
    """Where the posting has no word of the subject; None for a value that takes evidence."""
    rules: dict[str, float] = field(default_factory=dict)
    """By rule id: where this rule is its evidence."""


@dataclass(kw_only=True, slots=True)
class ConfidenceTable:
    """Confidences by reading and by value, values as `class_name` names them."""

    values: dict[str, dict[str, ValueConfidence]] = field(default_factory=dict)

    def of(self, reading: str, value: object, rules: Collection[str], *, silent: bool = False) -> float | None:
        """See `confidence_of`."""
        known = self.values.get(reading, {}).get(class_name(value))
        if known is None:
            return None
        if silent and not rules and known.silent is not None:
            return known.silent
        return max((known.rules[rule] for rule in rules if rule in known.rules), default=known.prior)


@cache
def confidence_table() -> ConfidenceTable:
    """The table of rules/confidence.toml. Raises TypeError where an entry has no prior."""
    return ConfidenceTable(
        values={
            reading: {value: ValueConfidence(**entry) for value, entry in of_reading.items()}
            for reading, of_reading in load("confidence").items()
        }
    )


def confidence_of(reading: str, value: object, rules: Collection[str], *, silent: bool = False) -> float | None:
    """Share, 0 to 1, of such readings that are right; None where the table does not have the reading or its value.

    `rules` are the ids of the reading's evidence, of which the most trusted counts; `silent` is
    `SponsorshipReading.is_silent`.

    >>> confidence_of("language", "en", [])
    """
    return confidence_table().of(reading, value, rules, silent=silent)


def confidences(posting: JobPosting, *, silent: bool) -> dict[str, float]:
    """Reading -> confidence, for the readings of the table, of a posting that these have been read from; `silent` as in
    `SponsorshipReading.is_silent`.
    """
    rules: dict[str, list[str]] = {}
    for evidence in posting.evidence:
        rules.setdefault(evidence.reading, []).append(evidence.rule)
    found = {
        reading: confidence_of(reading, getattr(posting, reading), rules.get(reading, ()), silent=silent)
        for reading in READINGS
    }
    return {reading: confidence for reading, confidence in found.items() if confidence is not None}


def rules_behind(posting: JobPosting, reading: str) -> list[str]:
    """Ids of the rules that are evidence of a reading."""
    return [evidence.rule for evidence in posting.evidence if evidence.reading == reading]
