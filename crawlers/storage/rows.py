"""A posting as rows of the tables, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Any

from ulid import ULID

from crawlers.items import JobPosting, Location, Pay, PostedBasis, Skills, StatedPlace
from crawlers.storage.bulk import Row

# Columns of `postings` that are fields of JobPosting, by the same name.
POSTING_FIELDS = (
    "external_id", "url", "apply_url", "title", "company", "requisition_id", "department", "team", "location_raw",
    "workplace_raw", "country", "employment_raw", "pay_raw", "posted_raw", "posted_at", "posted_basis", "updated_at",
    "valid_through", "language_raw", "occupational_category", "visa_support", "eligibility_to_work",
    "security_clearance", "questions", "row_hash",
)  # fmt: skip
# Not `updated_at`: platforms move it when nothing that a reader sees has changed. Not a time worked out from words
# such as "3 days ago" either, which moves every day; see `content_hash`.
CONTENT_FIELDS = tuple(
    name for name in POSTING_FIELDS if name not in {"external_id", "posted_raw", "posted_at", "updated_at", "row_hash"}
)
READING_FIELDS = (
    "rules_version", "language", "employment_type", "is_intern", "job_kind", "employment_conflict", "sponsorship",
    "citizenship_required", "us_person_required", "existing_authorization_required", "permanent_resident_ok",
    "opt_cpt_ok", "clearance", "clearance_level", "confidence", "employment_sources", "seniority", "workplace",
    "workplace_basis", "certifications", "travel",
)  # fmt: skip
PAY_FIELDS = ("min", "max", "currency", "period", "basis", "annual_min", "annual_max")
# Prefix of columns of `readings` -> field of JobPosting and its own fields; all are None where it is.
NESTED_FIELDS = {
    "pay": ("pay", PAY_FIELDS),
    "degree": ("degree", ("minimum", "required", "in_progress", "or_experience", "fields")),
    "experience": ("experience_years", ("min", "max")),
    "schedule": ("schedule", ("days", "start", "end", "shift")),
}
OCCUPATION_FIELDS = (
    "soc_code", "soc_title", "onet_code", "major", "minor", "confidence", "method", "soc_version", "index_version",
)  # fmt: skip
VISA_FIELDS = ("visa", "stance", "quote", "start", "end", "rule")
EVIDENCE_FIELDS = ("reading", "source", "quote", "start", "end", "rule")
PLACE_FIELDS = ("city", "region", "country")
LOCATION_FIELDS = ("raw", *PLACE_FIELDS, "candidates")
SECTION_FIELDS = ("kind", "heading", "start", "end")
RANGE_FIELDS = (*PAY_FIELDS, "quote", "applies_to")


READ_TABLES = ("posting_locations", "readings", "visa_mentions", "evidence", "occupations", "pay_ranges", "skills")
"""Tables that hold what was read, all of them with `posting_id`."""


def content_hash(posting: JobPosting) -> str:
    """Digest of all that the employer published, 32 hexadecimal digits: equal means that nothing changed."""
    stated = posting.posted_at if posting.posted_basis == PostedBasis.STATED else None
    ranges = [(pay.min, pay.max, pay.currency, pay.period, pay.applies_to) for pay in posting.pay_stated]
    places = [place.raw for place in posting.locations]
    fields = [getattr(posting, name) for name in CONTENT_FIELDS]
    digest = blake2b(repr((stated, ranges, places, fields)).encode(), digest_size=16)
    digest.update(posting.description_text.encode())
    return digest.hexdigest()


def posting_row(posting: JobPosting, digest: str, board_id: int, seen_at: datetime) -> Row:
    """The row of `postings`, as for a posting that is new; `digest` is its content_hash."""
    row = {name: getattr(posting, name) for name in POSTING_FIELDS}
    row["pay_stated"] = [asdict(pay) for pay in posting.pay_stated]
    return row | {
        "board_id": board_id,
        "public_id": str(ULID()),
        "content_hash": digest,
        "first_seen_at": seen_at,
        "last_seen_at": seen_at,
        "changed_at": None,
    }


def place_from(row: Mapping[str, Any]) -> Location:
    """A place from its row, as read."""
    stated = StatedPlace(**{field: row[f"stated_{field}"] for field in PLACE_FIELDS})
    return Location(stated=stated if stated != StatedPlace() else None, **{name: row[name] for name in LOCATION_FIELDS})


def pay_from(stated: Mapping[str, Any]) -> Pay:
    """A range from its document in `pay_stated`."""
    return Pay(**{name: stated[name] for name in RANGE_FIELDS})


class Parts:
    """Rows of the tables that hang from `postings`."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in ("posting_texts", *READ_TABLES)}

    def add(self, posting_id: int, posting: JobPosting, read_at: datetime) -> None:
        """Add the rows of one posting."""
        tables, key = self.tables, {"posting_id": posting_id}
        texts = {"description_html": posting.description_html, "description_text": posting.description_text}
        tables["posting_texts"].append(key | texts)
        tables["posting_locations"] += map(_location_row, _list(key, posting.locations, ("stated", *LOCATION_FIELDS)))
        if posting.rules_version is None:  # not read
            return
        tables["readings"].append(key | {"read_at": read_at} | _reading_row(posting))
        tables["pay_ranges"] += _list(key, posting.pay_ranges, RANGE_FIELDS)
        tables["skills"] += _skill_rows(key, posting.skills)
        tables["visa_mentions"] += _list(key, posting.visas, VISA_FIELDS)
        tables["evidence"] += _list(key, posting.evidence, EVIDENCE_FIELDS)
        if (occupation := posting.occupation) and occupation.candidates:
            candidates = [asdict(candidate) for candidate in occupation.candidates]
            tables["occupations"].append(key | _fields(occupation, OCCUPATION_FIELDS) | {"candidates": candidates})


def _reading_row(posting: JobPosting) -> Row:
    row = _fields(posting, READING_FIELDS) | {"versions": {}}
    for prefix, (name, fields) in NESTED_FIELDS.items():
        nested = getattr(posting, name)
        row |= {f"{prefix}_{field}": nested and getattr(nested, field) for field in fields}
    row["sections"] = [_fields(section, SECTION_FIELDS) for section in posting.sections]
    return row


def _location_row(row: Row) -> Row:
    stated = row.pop("stated")
    return row | {f"stated_{field}": stated and getattr(stated, field) for field in PLACE_FIELDS}


def _skill_rows(key: Row, skills: Skills | None) -> list[Row]:
    asked = [] if skills is None else [(skill, "required") for skill in skills.required]
    asked += [] if skills is None else [(skill, "preferred") for skill in skills.preferred]
    return [
        key | {"position": position, "skill": skill, "requirement": requirement}
        for position, (skill, requirement) in enumerate(asked)
    ]


def _fields(of: object, names: tuple[str, ...]) -> Row:
    return {name: getattr(of, name) for name in names}


def _list(key: Row, of: list[Any], names: tuple[str, ...]) -> list[Row]:
    return [key | {"position": position} | _fields(one, names) for position, one in enumerate(of)]
