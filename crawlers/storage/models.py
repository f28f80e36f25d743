"""Tables. Times are UTC, texts of closed vocabularies are checked, ids that outsiders keep are ULIDs."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from crawlers.items import (
    Clearance,
    DegreeLevel,
    JobKind,
    PayBasis,
    PayPeriod,
    PostedBasis,
    Seniority,
    Sponsorship,
    Stance,
    Workplace,
)
from crawlers.visits import Outcome

# INTEGER on SQLite, where only an INTEGER primary key counts up by itself.
Id = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC, aware on both sides; SQLite, which has no zones, keeps it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To what the driver takes."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _one_of(column: str, vocabulary: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{member}'" for member in vocabulary)
    return CheckConstraint(f"{column} IN ({values})", name=column)


class Base(DeclarativeBase):
    """Names of constraints and column types shared by all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, float: Double, str: Text, dict[str, Any]: _Json, list[Any]: _Json}  # noqa: RUF012


class Board(Base):
    """A list of openings on one platform: an employer's, or a job board's."""

    __tablename__ = "boards"
    __table_args__ = (
        UniqueConstraint("platform", "board"),
        CheckConstraint("coverage IN ('all', 'window')", name="coverage"),
        _one_of("last_outcome", Outcome),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(64))
    board: Mapped[str]
    employer: Mapped[str | None]
    enabled: Mapped[bool]
    coverage: Mapped[str] = mapped_column(String(8))
    source: Mapped[str]
    """Where the row came from: "starter", a file's name, or "crawl"."""
    created_at: Mapped[datetime]
    last_visited_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None] = mapped_column(String(16))
    next_due_at: Mapped[datetime | None]


Index("ix_boards_enabled_next_due_at", Board.enabled, Board.next_due_at)


class VisitRow(Base):
    """One crawl of one board. `new`, `changed` and `unchanged` add up to `stored`."""

    __tablename__ = "visits"
    __table_args__ = (_one_of("outcome", Outcome),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    requests: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    advertised: Mapped[int | None]
    listed: Mapped[int]
    unreadable: Mapped[int]
    stored: Mapped[int]
    new: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]


Index("ix_visits_board_id_started_at", VisitRow.board_id, VisitRow.started_at)


class Posting(Base):
    """One opening as its employer published it; see JobPosting for the fields."""

    __tablename__ = "postings"
    __table_args__ = (UniqueConstraint("board_id", "external_id"), _one_of("posted_basis", PostedBasis))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    """ULID; kept for good, whatever else changes."""
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    url: Mapped[str]
    apply_url: Mapped[str | None]
    title: Mapped[str]
    company: Mapped[str | None]
    requisition_id: Mapped[str | None]
    department: Mapped[str | None]
    team: Mapped[str | None]
    location_raw: Mapped[str | None]
    workplace_raw: Mapped[str | None]
    country: Mapped[str | None] = mapped_column(String(2))
    employment_raw: Mapped[str | None]
    pay_raw: Mapped[str | None]
    pay_stated: Mapped[list[Any]]
    """Pay as the platform states it: a list of the fields of Pay."""
    posted_raw: Mapped[str | None]
    posted_at: Mapped[datetime | None]
    posted_basis: Mapped[str | None] = mapped_column(String(8))
    updated_at: Mapped[datetime | None]
    valid_through: Mapped[datetime | None]
    language_raw: Mapped[str | None]
    occupational_category: Mapped[str | None]
    visa_support: Mapped[bool | None]
    eligibility_to_work: Mapped[str | None]
    security_clearance: Mapped[str | None]
    questions: Mapped[list[Any]]
    row_hash: Mapped[str | None] = mapped_column(String(32))
    content_hash: Mapped[str] = mapped_column(String(32))
    """Of all that the employer published: decides whether a posting changed."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    """When a visit last found it changed; None: never."""


Index("ix_postings_first_seen_at", Posting.first_seen_at)
Index("ix_postings_last_seen_at", Posting.last_seen_at)


class PostingText(Base):
    """A posting's description, apart from the posting because it is a hundred times its size."""

    __tablename__ = "posting_texts"

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    description_html: Mapped[str | None]
    description_text: Mapped[str]
    """What offsets of evidence point into."""


class PostingLocation(Base):
    """One place of a posting: as published, and as read. One that is several has as many rows."""

    __tablename__ = "posting_locations"

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    raw: Mapped[str]
    stated_city: Mapped[str | None]
    """What the platform states in fields of its own."""
    stated_region: Mapped[str | None]
    stated_country: Mapped[str | None] = mapped_column(String(2))
    city: Mapped[str | None]
    """As read by `rules_version` of `readings`."""
    region: Mapped[str | None]
    country: Mapped[str | None] = mapped_column(String(2))
    candidates: Mapped[list[Any]]


Index("ix_posting_locations_country_region", PostingLocation.country, PostingLocation.region)


class Reading(Base):
    """What a posting's own words say, as read by one version of the rules."""

    __tablename__ = "readings"
    __table_args__ = (
        _one_of("sponsorship", Sponsorship),
        _one_of("job_kind", JobKind),
        _one_of("clearance", Clearance),
        _one_of("seniority", Seniority),
        _one_of("workplace", Workplace),
        _one_of("pay_period", PayPeriod),
        _one_of("pay_basis", PayBasis),
        _one_of("degree_minimum", DegreeLevel),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    rules_version: Mapped[str] = mapped_column(String(16))
    read_at: Mapped[datetime]
    language: Mapped[str | None] = mapped_column(String(2))
    employment_type: Mapped[list[Any]]
    is_intern: Mapped[bool | None]
    job_kind: Mapped[str | None] = mapped_column(String(16))
    employment_conflict: Mapped[bool | None]
    sponsorship: Mapped[str | None] = mapped_column(String(16))
    citizenship_required: Mapped[bool | None]
    us_person_required: Mapped[bool | None]
    existing_authorization_required: Mapped[bool | None]
    permanent_resident_ok: Mapped[bool | None]
    opt_cpt_ok: Mapped[bool | None]
    clearance: Mapped[str | None] = mapped_column(String(16))
    clearance_level: Mapped[str | None]
    confidence: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    """Reading -> rules version, of readings that were made again by themselves; all others are of `rules_version`."""
    employment_sources: Mapped[dict[str, Any]]
    """Employment types by what said so: title, description, platform."""
    seniority: Mapped[str | None] = mapped_column(String(16))
    workplace: Mapped[str | None] = mapped_column(String(8))
    workplace_basis: Mapped[str | None]
    pay_min: Mapped[float | None]
    """Floats, for figures as published have two decimals at most, far inside a double's fifteen digits."""
    pay_max: Mapped[float | None]
    pay_currency: Mapped[str | None] = mapped_column(String(8))
    pay_period: Mapped[str | None] = mapped_column(String(8))
    pay_basis: Mapped[str | None] = mapped_column(String(8))
    pay_annual_min: Mapped[float | None]
    pay_annual_max: Mapped[float | None]
    degree_minimum: Mapped[str | None] = mapped_column(String(16))
    degree_required: Mapped[bool | None]
    """None, like all of degree's columns, where no degree is spoken of."""
    degree_in_progress: Mapped[bool | None]
    degree_or_experience: Mapped[bool | None]
    degree_fields: Mapped[list[Any] | None]
    experience_min: Mapped[float | None]
    """Years."""
    experience_max: Mapped[float | None]
    schedule_days: Mapped[list[Any] | None]
    """In the order of the week; None, like all of schedule's columns, where no schedule is stated."""
    schedule_start: Mapped[str | None] = mapped_column(String(5))
    schedule_end: Mapped[str | None] = mapped_column(String(5))
    schedule_shift: Mapped[str | None]
    certifications: Mapped[list[Any] | None]
    """[]: none are needed; None: the posting says nothing."""
    travel: Mapped[str | None]
    sections: Mapped[list[Any]]


Index("ix_readings_sponsorship", Reading.sponsorship)
Index("ix_readings_is_intern", Reading.is_intern)
Index("ix_readings_rules_version", Reading.rules_version)


class PayRange(Base):
    """One pay range of a posting, as stated by the platform, or else as read from the text."""

    __tablename__ = "pay_ranges"
    __table_args__ = (_one_of("period", PayPeriod), _one_of("basis", PayBasis))

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    min: Mapped[float | None]
    max: Mapped[float | None]
    currency: Mapped[str | None] = mapped_column(String(8))
    period: Mapped[str | None] = mapped_column(String(8))
    basis: Mapped[str] = mapped_column(String(8))
    annual_min: Mapped[float | None]
    annual_max: Mapped[float | None]
    quote: Mapped[str | None]
    applies_to: Mapped[str | None]


class SkillRow(Base):
    """One skill that a posting names, and how much it is asked for."""

    __tablename__ = "skills"
    __table_args__ = (CheckConstraint("requirement IN ('required', 'preferred')", name="requirement"),)

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    skill: Mapped[str]
    requirement: Mapped[str] = mapped_column(String(16))


Index("ix_skills_skill", SkillRow.skill)


class PastReading(Base):
    """Readings of a posting that other rules have replaced."""

    __tablename__ = "past_readings"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"))
    rules_version: Mapped[str] = mapped_column(String(16))
    read_at: Mapped[datetime]
    replaced_at: Mapped[datetime]
    rows: Mapped[dict[str, Any]]
    """Table -> the rows that were replaced, without `posting_id`."""


Index("ix_past_readings_posting_id", PastReading.posting_id)


class VisaMentionRow(Base):
    """What a posting says of one visa, with the words that say it."""

    __tablename__ = "visa_mentions"
    __table_args__ = (_one_of("stance", Stance),)

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    visa: Mapped[str] = mapped_column(String(32))
    stance: Mapped[str] = mapped_column(String(16))
    quote: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    rule: Mapped[str]


Index("ix_visa_mentions_visa_stance", VisaMentionRow.visa, VisaMentionRow.stance)


class EvidenceRow(Base):
    """The words behind a reading: `quote` is `source`'s text at start:end."""

    __tablename__ = "evidence"

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reading: Mapped[str]
    source: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    rule: Mapped[str]


class OccupationRow(Base):
    """A posting's occupation by SOC 2018, with how it was found and what else it may be."""

    __tablename__ = "occupations"

    posting_id: Mapped[int] = mapped_column(ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True)
    soc_code: Mapped[str | None] = mapped_column(String(7))
    soc_title: Mapped[str | None]
    onet_code: Mapped[str | None] = mapped_column(String(10))
    major: Mapped[str | None] = mapped_column(String(7))
    minor: Mapped[str | None] = mapped_column(String(7))
    confidence: Mapped[float | None]
    method: Mapped[str | None]
    candidates: Mapped[list[Any]]
    soc_version: Mapped[str] = mapped_column(String(8))
    index_version: Mapped[str | None]


Index("ix_occupations_soc_code", OccupationRow.soc_code)
