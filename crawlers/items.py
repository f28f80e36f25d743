"""What spiders yield: a job posting and its parts. Names follow schema.org JobPosting where it has one.

Fields up to `questions` are filled by spiders from what a platform publishes; the readings after them by `classify`
from the posting's own words. A value that nobody stated is None, never a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Visa(StrEnum):
    """Visas and work permits that a posting can name."""

    H1B = "H-1B"
    H1B_TRANSFER = "H-1B transfer"
    """Only where the text says transfer."""
    H1B1 = "H-1B1"
    E3 = "E-3"
    TN = "TN"
    O1 = "O-1"
    L1 = "L-1"
    J1 = "J-1"
    F1 = "F-1"
    CPT = "CPT"
    OPT = "OPT"
    STEM_OPT = "STEM OPT"
    GREEN_CARD = "green_card"
    H2B = "H-2B"
    UK_SKILLED_WORKER = "UK Skilled Worker"
    EU_BLUE_CARD = "EU Blue Card"


class Stance(StrEnum):
    """What a posting says of one visa."""

    OFFERED = "offered"
    CASE_BY_CASE = "case_by_case"
    NOT_OFFERED = "not_offered"
    MENTIONED = "mentioned"


class Sponsorship(StrEnum):
    """What a posting says of sponsorship as a whole."""

    OFFERED = "offered"
    CASE_BY_CASE = "case_by_case"
    NOT_OFFERED = "not_offered"
    UNCLEAR = "unclear"
    """It speaks of work authorization without deciding."""
    NONE = "none"
    """It does not speak of it."""


class EmploymentType(StrEnum):
    """schema.org employmentType; several may hold at once."""

    FULL_TIME = "FULL_TIME"
    PART_TIME = "PART_TIME"
    CONTRACTOR = "CONTRACTOR"
    TEMPORARY = "TEMPORARY"
    INTERN = "INTERN"
    VOLUNTEER = "VOLUNTEER"
    PER_DIEM = "PER_DIEM"
    OTHER = "OTHER"


class JobKind(StrEnum):
    """What kind of position it is, apart from its hours and contract."""

    INTERN = "intern"
    CO_OP = "co_op"
    APPRENTICE = "apprentice"
    FELLOW = "fellow"
    RESIDENT = "resident"
    NEW_GRAD = "new_grad"
    REGULAR = "regular"


class Seniority(StrEnum):
    """Level of the position, by the conventions of docs/classify.md."""

    INTERN = "intern"
    ENTRY = "entry"
    MID = "mid"
    SENIOR = "senior"
    LEAD = "lead"
    STAFF = "staff"
    PRINCIPAL = "principal"
    MANAGER = "manager"
    DIRECTOR = "director"
    VP = "vp"
    C_LEVEL = "c_level"


class Clearance(StrEnum):
    """Whether a security clearance is asked for."""

    REQUIRED = "required"
    OBTAINABLE = "obtainable"
    PLUS = "plus"


class Workplace(StrEnum):
    """Where the work is done."""

    REMOTE = "remote"
    HYBRID = "hybrid"
    ONSITE = "onsite"


class PayPeriod(StrEnum):
    """The time that a pay figure is for."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    HOUR = "hour"


class PayBasis(StrEnum):
    """What a pay figure covers."""

    BASE = "base"
    OTE = "ote"
    TOTAL = "total"
    UNKNOWN = "unknown"


class DegreeLevel(StrEnum):
    """Lowest degree asked for."""

    HIGHSCHOOL = "highschool"
    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"


class PostedBasis(StrEnum):
    """How `posted_at` is known."""

    STATED = "stated"
    """The platform gives a date or a time."""
    RELATIVE = "relative"
    """Worked out from words such as "Posted 3 days ago": good to a day at best."""


class SectionKind(StrEnum):
    """What a part of a description is about."""

    INTRODUCTION = "introduction"
    RESPONSIBILITIES = "responsibilities"
    REQUIRED = "required"
    PREFERRED = "preferred"
    EDUCATION = "education"
    CERTIFICATION = "certification"
    SKILLS = "skills"
    BENEFITS = "benefits"
    PAY = "pay"
    LOCATION = "location"
    SCHEDULE = "schedule"
    EEO = "eeo"
    E_VERIFY = "e_verify"
    ABOUT = "about"
    HOW_TO_APPLY = "how_to_apply"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedPlace:
    """What a platform states of a place in fields of its own."""

    city: str | None = None
    """As published."""
    region: str | None = None
    """As published."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""


@dataclass(kw_only=True, slots=True)
class Location:
    """One place of a posting."""

    raw: str
    """As published; parts that the platform states apart (city, region, country) joined by commas, or put behind."""
    stated: StatedPlace | None = None
    """The parts that the platform states apart; None where it states none."""
    city: str | None = None
    """City as read by classify/place; None where the text does not decide."""
    region: str | None = None
    """State, province or the like; ISO 3166-2 subdivision code without the country where there is one."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    candidates: list[str] = field(default_factory=list)
    """Readings of an ambiguous place, "city, region, country" each; empty when it is not ambiguous."""

    @property
    def stated_country(self) -> str | None:
        """ISO 3166-1 alpha-2, where the platform states it."""
        return self.stated.country if self.stated else None


@dataclass(kw_only=True, slots=True)
class Pay:
    """One pay range. A single value: min = max; "up to": min is None; "from": max is None."""

    min: float | None = None
    """Lowest figure, in `currency` per `period`."""
    max: float | None = None
    """Highest figure, in the same unit."""
    currency: str | None = None
    """ISO 4217; None when not stated."""
    period: PayPeriod | None = None
    """None where the platform or the text does not say."""
    basis: PayBasis = PayBasis.UNKNOWN
    """Base pay, on-target earnings, or all of it."""
    annual_min: float | None = None
    """`min` x 2080 hours, 260 days, 52 weeks, 12 months or 1 year."""
    annual_max: float | None = None
    """`max`, likewise."""
    quote: str | None = None
    """The words or the platform's own figures that it was read from."""
    applies_to: str | None = None
    """Place or level that this range is for, as written."""


@dataclass(kw_only=True, slots=True)
class Evidence:
    """Where a reading was read: `quote` is `source`'s text at start:end."""

    reading: str
    """Key of the reading, such as "sponsorship"."""
    source: str
    """"title", "description", or the name of another field of the posting."""
    quote: str
    """The words themselves."""
    start: int
    """Half-open character offsets into the source's text; for "description" into `description_text`."""
    end: int
    """Past the last character."""
    rule: str
    """Id of the rule, in classify/rules."""


@dataclass(kw_only=True, slots=True)
class VisaMention:
    """What the posting says of one visa."""

    visa: Visa
    """The visa or permit that is named."""
    stance: Stance
    """What the words nearest to the name say of it."""
    quote: str
    """The name as written: `description_text` at start:end."""
    start: int
    """Half-open character offsets into `description_text`."""
    end: int
    """Past the last character."""
    rule: str
    """Id of the rule that gave the stance."""


@dataclass(kw_only=True, slots=True)
class OccupationCandidate:
    """One possible occupation of a posting."""

    soc_code: str
    """Detailed SOC 2018 code."""
    confidence: float
    """0 to 1."""


@dataclass(kw_only=True, slots=True)
class Occupation:
    """The occupation by SOC 2018; `soc_code` is None below the publishing threshold."""

    soc_code: str | None
    """Detailed SOC 2018 code, such as "15-1252"."""
    soc_title: str | None = None
    """The code's official title."""
    onet_code: str | None = None
    """O*NET-SOC code, such as "15-1252.00", only when matched exactly."""
    major: str | None = None
    """Major group, such as "15-0000"."""
    minor: str | None = None
    """Minor group, such as "15-1200"."""
    confidence: float | None = None
    """0 to 1."""
    method: str | None = None
    """Stage of the cascade that decided."""
    candidates: list[OccupationCandidate] = field(default_factory=list)
    """Best first, five at most."""
    soc_version: str = "2018"
    """Edition of the classification."""
    index_version: str | None = None
    """Digest of the titles and rules that it was found with."""


@dataclass(kw_only=True, slots=True)
class Degree:
    """The degree that is asked for."""

    minimum: DegreeLevel | None = None
    """The lowest that is asked for."""
    required: bool = False
    """False: preferred only."""
    in_progress: bool = False
    """A degree that is being worked for will do."""
    fields: list[str] = field(default_factory=list)
    """Fields of study, as written."""
    or_experience: bool = False
    """Experience will do instead."""


@dataclass(kw_only=True, slots=True)
class Experience:
    """Years of experience asked for."""

    min: float | None = None
    """Years."""
    max: float | None = None
    """Years; None where there is no upper bound."""


@dataclass(kw_only=True, slots=True)
class Section:
    """One part of the description, in the order of the text."""

    kind: SectionKind
    """What it is about."""
    heading: str
    """As written."""
    start: int
    """Half-open character offsets into `description_text`."""
    end: int
    """Past the last character."""


@dataclass(kw_only=True, slots=True)
class Schedule:
    """When the work is done."""

    days: list[str] = field(default_factory=list)
    """"monday" to "sunday", in the order of the week."""
    start: str | None = None
    """24-hour clock, such as "08:00"."""
    end: str | None = None
    """24-hour clock."""
    shift: str | None = None
    """As written, such as "second shift"."""


@dataclass(kw_only=True, slots=True)
class Skills:
    """Skills by how much they are asked for."""

    required: list[str] = field(default_factory=list)
    """Names from the vocabulary of skills."""
    preferred: list[str] = field(default_factory=list)
    """Likewise."""


@dataclass(kw_only=True, slots=True)
class JobPosting:
    """One opening as its employer published it. Identity: (platform, board, external_id)."""

    platform: str
    """Name of the spider's platform; set by the spider."""
    board: str
    """The board's key on the platform; set by the spider."""
    external_id: str
    """The platform's own stable id within its board."""
    url: str
    """The posting's page."""
    title: str
    """As published, tags and entities undone, on one line."""
    company: str | None = None
    """The employer's name as published."""
    description_html: str | None = None
    """All that the employer wrote, sanitised by an allow-list."""
    description_text: str = ""
    """The same as plain text: what offsets of evidence point into. Empty when nothing was published."""
    apply_url: str | None = None
    """Where to apply; http or https, else None."""
    requisition_id: str | None = None
    """The employer's own number for the opening, the same on other boards."""
    department: str | None = None
    """As the platform states it; several are parted by semicolons."""
    team: str | None = None
    """As the platform states it."""

    location_raw: str | None = None
    """The platform's headline place, untouched."""
    locations: list[Location] = field(default_factory=list)
    """All places, the headline one first; spiders fill `raw` and what the platform states in fields of its own."""
    workplace_raw: str | None = None
    """The platform's own word for remote, hybrid or on-site."""
    country: str | None = None
    """ISO 3166-1 alpha-2 of the headline place, where the platform states it."""
    employment_raw: str | None = None
    """The platform's own employment type."""
    pay_raw: str | None = None
    """The platform's own words or figures on pay."""
    pay_stated: list[Pay] = field(default_factory=list)
    """Ranges that the platform states in fields of its own."""

    posted_raw: str | None = None
    """The platform's own date or words."""
    posted_at: datetime | None = None
    """UTC."""
    posted_basis: PostedBasis | None = None
    """How `posted_at` is known; None with it."""
    updated_at: datetime | None = None
    """UTC; the platform's own time of the last edit."""
    valid_through: datetime | None = None
    """UTC; the end of applications."""

    language_raw: str | None = None
    """The platform's own language code."""
    occupational_category: str | None = None
    """schema.org occupationalCategory; may be an O*NET-SOC code."""
    visa_support: bool | None = None
    """The platform's own field on visa support."""
    eligibility_to_work: str | None = None
    """schema.org eligibilityToWorkRequirement."""
    security_clearance: str | None = None
    """schema.org securityClearanceRequirement."""
    questions: list[str] = field(default_factory=list)
    """Labels of the application form's questions. Never evidence of a refusal."""
    row_hash: str | None = None
    """Hash of the platform's own row that this was read from, set by BoardSpider: the same hash at the next visit
    means that the row need not be read again."""

    employment_type: list[EmploymentType] = field(default_factory=list)
    """All that hold; read by classify/employment."""
    is_intern: bool | None = None
    """Whatever its hours and contract; read by classify/employment."""
    job_kind: JobKind | None = None
    """Read by classify/employment."""
    employment_conflict: bool | None = None
    """Title, body and the platform's field disagree."""
    employment_sources: dict[str, list[EmploymentType]] = field(default_factory=dict)
    """What each says by itself: "title", "description", "platform"; without those that say nothing."""
    seniority: Seniority | None = None
    """Read by classify/seniority; None where nothing says."""
    sponsorship: Sponsorship | None = None
    """None: not read yet. Read and silent is `none`."""
    visas: list[VisaMention] = field(default_factory=list)
    """Every visa that the description names, in the order of the text; read by classify/sponsorship."""
    citizenship_required: bool | None = None
    """Of the country of the job; read by classify/sponsorship."""
    us_person_required: bool | None = None
    """Citizen, permanent resident, refugee or asylee (ITAR, EAR); read by classify/sponsorship."""
    existing_authorization_required: bool | None = None
    """Authorization to work is asked for; read by classify/sponsorship."""
    permanent_resident_ok: bool | None = None
    """None: not stated."""
    opt_cpt_ok: bool | None = None
    """None: not stated."""
    clearance: Clearance | None = None
    """None: not spoken of; read by classify/sponsorship."""
    clearance_level: str | None = None
    """As written."""
    occupation: Occupation | None = None
    """By SOC 2018; read by classify/occupation."""
    pay: Pay | None = None
    """What the ranges for the posting's own place and level span; read by classify/pay."""
    pay_ranges: list[Pay] = field(default_factory=list)
    """All ranges, as stated by the platform, or else as read from the text; read by classify/pay."""
    workplace: Workplace | None = None
    """Read by classify/place; None where nothing says."""
    workplace_basis: str | None = None
    """Where `workplace` was read: the field's name, and for a description the rule's."""
    degree: Degree | None = None
    """Read by classify/degree."""
    experience_years: Experience | None = None
    """Read by classify/experience."""
    sections: list[Section] = field(default_factory=list)
    """In the order of the text; read by classify/sections."""
    schedule: Schedule | None = None
    """Read by classify/schedule."""
    skills: Skills | None = None
    """Read by classify/skills; None where no skill of the vocabulary is named."""
    certifications: list[str] | None = None
    """[] = the posting says that none are needed; None = it says nothing. Read by classify/certifications."""
    travel: str | None = None
    """As written; read by classify/travel."""
    language: str | None = None
    """ISO 639-1 of the description."""
    confidence: dict[str, float] = field(default_factory=dict)
    """By reading, 0 to 1."""
    evidence: list[Evidence] = field(default_factory=list)
    """The words behind all readings, reading by reading."""
    rules_version: str | None = None
    """Version of the rules that the readings were made with; None: not read yet."""
