"""Tables of published files. Rows hang from the file that they were read from, and go with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crawlers.storage.models import Base, Id, UtcDateTime


class ReferenceFileRow(Base):
    """A published file that was loaded."""

    __tablename__ = "reference_files"
    __table_args__ = (UniqueConstraint("kind", "part"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    part: Mapped[str] = mapped_column(String(255))
    name: Mapped[str]
    """Path, or path in a zip, that it was read from."""
    sha256: Mapped[str] = mapped_column(String(64))
    vintage: Mapped[str] = mapped_column(String(32))
    rows: Mapped[int]
    attribution: Mapped[str | None]
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _OfFile:
    """A row of a published file, by its place in it."""

    file_id: Mapped[int] = mapped_column(ForeignKey("reference_files.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)


class OccupationTitleRow(_OfFile, Base):
    """A title of an occupation: BLS's direct matches, O*NET's reported and alternate titles, employers' filings."""

    __tablename__ = "occupation_titles"

    title: Mapped[str]
    soc_code: Mapped[str] = mapped_column(String(7))
    onet_code: Mapped[str | None] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(16))
    count: Mapped[int]


class _OfOnet(_OfFile):
    """A row of a release of O*NET."""

    onet_code: Mapped[str] = mapped_column(String(10))
    soc_code: Mapped[str] = mapped_column(String(7))


class OnetOccupationRow(_OfOnet, Base):
    """An occupation of O*NET-SOC."""

    __tablename__ = "onet_occupations"

    title: Mapped[str]
    description: Mapped[str]


class OnetJobZoneRow(_OfOnet, Base):
    """How much preparation an occupation takes, 1 to 5."""

    __tablename__ = "onet_job_zones"

    job_zone: Mapped[int]


class OnetTechnologyRow(_OfOnet, Base):
    """A technology that an occupation uses."""

    __tablename__ = "onet_technologies"

    technology: Mapped[str]
    commodity: Mapped[str]
    is_hot: Mapped[bool]


class OnetTaskRow(_OfOnet, Base):
    """A task of an occupation."""

    __tablename__ = "onet_tasks"

    task_id: Mapped[int]
    task: Mapped[str]
    task_type: Mapped[str | None]


class SocStructureRow(_OfFile, Base):
    """A group or occupation of SOC 2018."""

    __tablename__ = "soc_structure"

    soc_code: Mapped[str] = mapped_column(String(7))
    level: Mapped[str] = mapped_column(String(8))
    title: Mapped[str]


class SocDefinitionRow(_OfFile, Base):
    """What SOC 2018 says that an occupation does."""

    __tablename__ = "soc_definitions"

    soc_code: Mapped[str] = mapped_column(String(7))
    level: Mapped[str] = mapped_column(String(8))
    title: Mapped[str]
    definition: Mapped[str | None]


class SocCrosswalkRow(_OfFile, Base):
    """An occupation of SOC 2010 and one that became of it."""

    __tablename__ = "soc_crosswalk"

    soc_2010: Mapped[str] = mapped_column(String(7))
    soc_2018: Mapped[str] = mapped_column(String(7))


for _row in (OnetOccupationRow, OnetJobZoneRow, OnetTechnologyRow, OnetTaskRow, SocStructureRow, SocDefinitionRow):
    Index(f"ix_{_row.__tablename__}_soc_code", _row.soc_code)
Index("ix_soc_crosswalk_soc_2010", SocCrosswalkRow.soc_2010)
