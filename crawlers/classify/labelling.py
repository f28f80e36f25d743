"""Lines to label: a posting as `scrapy classify` takes it, with a place for what a person reads in it."""

from __future__ import annotations

from typing import Any

from crawlers.classify.contract import input_of
from crawlers.items import Clearance, JobKind, JobPosting, Seniority, Sponsorship, Workplace

UNLABELLED = "?"
"""Stands in `expect` where nobody has put a label yet. It is no value of any reading."""

_YES_NO = (True, False)
CLASSES: dict[str, tuple[str | bool | None, ...]] = {
    "sponsorship": tuple(Sponsorship),
    "is_intern": _YES_NO,
    "job_kind": tuple(JobKind),
    "employment_conflict": _YES_NO,
    "citizenship_required": _YES_NO,
    "us_person_required": _YES_NO,
    "existing_authorization_required": _YES_NO,
    "permanent_resident_ok": (*_YES_NO, None),
    "opt_cpt_ok": (*_YES_NO, None),
    "clearance": (*Clearance, None),
    "seniority": (*Seniority, None),
    "workplace": (*Workplace, None),
}
"""Readings of which every posting has one value of a few -> these values."""


def line_to_label(
    posting: JobPosting, reading: str, *, public_id: str, weight: float, blind: bool = False
) -> dict[str, Any]:
    """One line for `scrapy evaluate`, once a person has put a value in the place of "?" in `expect`.

    `weight` is how many postings the line stands for. What was read goes along under `read`, unless `blind`.
    """
    line: dict[str, Any] = {"expect": {reading: UNLABELLED}}
    if not blind:
        evidence = [each for each in posting.evidence if each.reading == reading]
        line["read"] = {
            "value": getattr(posting, reading),
            "quotes": [each.quote for each in evidence],
            "rules": [each.rule for each in evidence],
            "rules_version": posting.rules_version,
        }
    return line | {"public_id": public_id, "url": posting.url, "weight": round(weight, 4)} | input_of(posting)
