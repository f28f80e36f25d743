"""Readings: what a posting's own words say. Pure functions of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from crawlers.classify import (
    certifications,
    confidence,
    degree,
    employment,
    experience,
    language,
    occupation,
    pay,
    place,
    schedule,
    seniority,
    skills,
    sponsorship,
    travel,
)
from crawlers.classify.document import Document, document_of
from crawlers.classify.rules import rules_version
from crawlers.items import Evidence, JobPosting

READINGS = (
    "employment_type",
    "is_intern",
    "job_kind",
    "employment_conflict",
    "employment_sources",
    "seniority",
    "sponsorship",
    "visas",
    "citizenship_required",
    "us_person_required",
    "existing_authorization_required",
    "permanent_resident_ok",
    "opt_cpt_ok",
    "clearance",
    "clearance_level",
    "occupation",
    "pay",
    "pay_ranges",
    "locations",
    "workplace",
    "degree",
    "experience_years",
    "sections",
    "schedule",
    "skills",
    "certifications",
    "travel",
    "language",
    "confidence",
    "evidence",
    "rules_version",
)
"""Keys of the contract that this version reads, fields of JobPosting all of them."""


@dataclass(frozen=True, slots=True)
class Classified:
    """What is to be counted of one classification, beside what stands in the posting."""

    unknown_employment: str | None
    """The platform's employment type where no rule knows it."""


def readings_version() -> str:
    """Version of all that readings go by, the rule files and the titles: a digest, twelve hexadecimal digits."""
    return _digest(rules_version(), occupation.index_version())


@cache
def _digest(*versions: str) -> str:
    return sha256(" ".join(versions).encode()).hexdigest()[:12]


def classify(posting: JobPosting) -> Classified:
    """Read the posting's own words and fill its readings in place; what an earlier reading left is replaced."""
    document = document_of(posting.description_text)
    posting.sections = document.sections
    posting.language = language.language_of(posting.description_text)
    # A published place that an earlier reading took for several stands there as often.
    posting.locations = list({(each.raw, each.stated): each for each in posting.locations}.values())
    where = place.read(posting, document)
    posting.locations = where.locations
    posting.workplace, posting.workplace_basis = where.workplace, where.workplace_basis
    work = _employment(posting, document)
    level = seniority.read(posting, document, work.job_kind, work.employment_type, work.evidence)
    posting.seniority = level.seniority
    stance = _sponsorship(posting, document)
    job = occupation.read(posting)
    posting.occupation = job.occupation
    money = pay.read(posting, document)
    posting.pay, posting.pay_ranges = money.pay, money.pay_ranges

    posting.evidence = [
        *work.evidence,
        *level.evidence,
        *stance.evidence,
        *job.evidence,
        *money.evidence,
        *where.evidence,
        *_requirements(posting, document),
    ]
    posting.confidence = confidence.confidences(posting, silent=stance.is_silent)
    if job.occupation.confidence is not None:
        posting.confidence["occupation"] = job.occupation.confidence
    posting.rules_version = readings_version()
    return Classified(unknown_employment=work.unknown_employment)


def _employment(posting: JobPosting, document: Document) -> employment.EmploymentReading:
    work = employment.read(posting, posting.language, document)
    posting.employment_type = work.employment_type
    posting.employment_sources = work.sources.stated()
    posting.is_intern = work.is_intern
    posting.job_kind = work.job_kind
    posting.employment_conflict = work.employment_conflict
    return work


def _sponsorship(posting: JobPosting, document: Document) -> sponsorship.SponsorshipReading:
    stance = sponsorship.read(posting, document)
    posting.sponsorship = stance.sponsorship
    posting.visas = stance.visas
    posting.citizenship_required = stance.citizenship_required
    posting.us_person_required = stance.us_person_required
    posting.existing_authorization_required = stance.existing_authorization_required
    posting.permanent_resident_ok = stance.permanent_resident_ok
    posting.opt_cpt_ok = stance.opt_cpt_ok
    posting.clearance = stance.clearance
    posting.clearance_level = stance.clearance_level
    return stance


def _requirements(posting: JobPosting, document: Document) -> Iterator[Evidence]:
    studies = degree.read(posting, document)
    posting.degree = studies.degree
    yield from studies.evidence
    years = experience.read(posting, document)
    posting.experience_years = years.experience_years
    yield from years.evidence
    times = schedule.read(posting, document)
    posting.schedule = times.schedule
    yield from times.evidence
    known = skills.read(posting, document)
    posting.skills = known.skills
    yield from known.evidence
    papers = certifications.read(posting, document)
    posting.certifications = papers.certifications
    yield from papers.evidence
    trips = travel.read(posting, document)
    posting.travel = trips.travel
    yield from trips.evidence
