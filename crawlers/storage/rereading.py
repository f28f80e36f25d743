"""Stored postings that are to be read again, and new readings in the place of old ones, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, delete, func, or_, select, update

from crawlers.items import JobPosting
from crawlers.storage.bulk import BulkInsert, Row
from crawlers.storage.models import Base, Board, PastReading, Posting, PostingText, Reading
from crawlers.storage.rows import NESTED_FIELDS, POSTING_FIELDS, READ_TABLES, Parts, pay_from, place_from

Tables = dict[str, list[Row]]
"""Table -> rows of one posting, in order, without `posting_id` and `read_at`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Where one reading is stored."""

    columns: tuple[str, ...] = ()
    """Of `readings`."""
    table: str | None = None


def _nested(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{field}" for field in NESTED_FIELDS[prefix][1])


PARTS: dict[str, Part] = {
    "employment_type": Part(columns=("employment_type", "employment_sources")),
    **{
        name: Part(columns=(name,))
        for name in (
            "is_intern", "job_kind", "employment_conflict", "seniority", "sponsorship", "citizenship_required",
            "us_person_required", "existing_authorization_required", "permanent_resident_ok", "opt_cpt_ok", "clearance",
            "clearance_level", "certifications", "travel", "sections", "language",
        )
    },
    "visas": Part(table="visa_mentions"),
    "occupation": Part(table="occupations"),
    "pay": Part(columns=_nested("pay"), table="pay_ranges"),
    "locations": Part(table="posting_locations"),
    "workplace": Part(columns=("workplace", "workplace_basis")),
    "degree": Part(columns=_nested("degree")),
    "experience_years": Part(columns=_nested("experience")),
    "schedule": Part(columns=_nested("schedule")),
    "skills": Part(table="skills"),
}  # fmt: skip
"""Readings, by what stores them; confidence and evidence go with each."""
NEVER_READ = "never read before"
EVIDENCE = "evidence or confidence alone"
_META = ("rules_version", "versions")
"""Columns of `readings` that say which rules read; they are no change by themselves."""
_CONFIRMED = (
    update(Base.metadata.tables["readings"])
    .where(Reading.posting_id == bindparam("key"))
    .values(read_at=bindparam("now"), **{name: bindparam(f"new_{name}") for name in _META})
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """Which postings to read again."""

    rules_version: str
    """The rules at hand: what they have read already is left out."""
    readings: tuple[str, ...] = ()
    """Only these, keys of PARTS; none: all."""
    since: datetime | None = None
    """Only postings that a visit saw at that time or later."""
    platform: str | None = None


@dataclass(kw_only=True, slots=True)
class StoredPosting:
    """A posting as it was published, and the rows of what was read of it."""

    id: int
    public_id: str
    content_hash: str
    read_at: datetime | None
    """None: it was never read."""
    posting: JobPosting
    tables: Tables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One reading that differs from the stored one; both as their columns have them."""

    reading: str
    """A key of PARTS, or NEVER_READ, or EVIDENCE."""
    before: Any = None
    after: Any = None


@dataclass(kw_only=True, slots=True)
class NewReadings:
    """What one stored posting is to be given."""

    stored: StoredPosting
    changes: list[Change]
    tables: Tables
    """All its rows of READ_TABLES as they are to be; those of a posting without changes are not written."""


@dataclass(kw_only=True, slots=True)
class Written:
    """What happened to new readings."""

    changed: int = 0
    unchanged: int = 0
    overtaken: int = 0
    """A visit changed or removed the posting meanwhile: it was read by that visit."""


def count(connection: Connection, asked: Reread) -> int:
    """How many postings there are to read again."""
    query = _joined(select(func.count(Posting.id))).where(*_conditions(asked))
    return connection.scalar(query) or 0


def stored_after(connection: Connection, asked: Reread, last_id: int, size: int) -> list[StoredPosting]:
    """The next postings to read again, by id; `last_id` is that of the last one before."""
    columns = [Posting.__table__.c[name] for name in (*POSTING_FIELDS, "pay_stated")]
    query = (
        _joined(
            select(
                Posting.id,
                Posting.public_id,
                Posting.content_hash,
                Reading.read_at,
                Board.platform,
                Board.board,
                PostingText.description_html,
                PostingText.description_text,
                *columns,
            )
        )
        .where(Posting.id > last_id, *_conditions(asked))
        .order_by(Posting.id)
        .limit(size)
    )
    found = {row.id: _stored(row._asdict()) for row in connection.execute(query)}
    for name in READ_TABLES:
        for posting_id, row in _rows(connection, name, list(found)):
            found[posting_id].tables.setdefault(name, []).append(row)
    for each in found.values():
        places = map(place_from, each.tables.get("posting_locations", ()))
        # A place that was read as several stands there as often.
        each.posting.locations = list({(place.raw, place.stated): place for place in places}.values())
    return list(found.values())


def compare(stored: StoredPosting, read: JobPosting, asked: Reread) -> NewReadings:
    """What the posting, read again, is to be given, and what of that is new."""
    new = tables_of(read)
    old = stored.tables
    if stored.read_at is None:
        return NewReadings(stored=stored, changes=[Change(reading=NEVER_READ)], tables=new)
    changes = []
    for name in asked.readings or PARTS:
        was, is_now = _value(name, old), _value(name, new)
        if was != is_now:
            changes.append(Change(reading=name, before=was, after=is_now))
    if asked.readings:
        new = _merged(old, new, asked)
    if not changes and _bare_of_meta(old) != _bare_of_meta(new):
        changes.append(Change(reading=EVIDENCE))
    return NewReadings(stored=stored, changes=changes, tables=new)


def write(
    connection: Connection, inserts: Mapping[str, BulkInsert], batch: Sequence[NewReadings], now: datetime
) -> Written:
    """Put new readings in the place of the old ones, which are kept in `past_readings`."""
    query = select(Posting.id, Posting.content_hash).where(Posting.id.in_(each.stored.id for each in batch))
    hashes = {row.id: row.content_hash for row in connection.execute(query.with_for_update())}
    current = [each for each in batch if hashes.get(each.stored.id) == each.stored.content_hash]
    changed = [each for each in current if each.changes]
    same = [each for each in current if not each.changes]
    if changed:
        _replace(connection, inserts, changed, now)
    if same:
        connection.execute(
            _CONFIRMED,
            [_confirmed(each, now) for each in same],
        )
    return Written(changed=len(changed), unchanged=len(same), overtaken=len(batch) - len(current))


def _confirmed(new: NewReadings, now: datetime) -> Row:
    (row,) = new.tables["readings"]
    return {"key": new.stored.id, "now": now, **{f"new_{name}": row[name] for name in _META}}


def keep(connection: Connection, inserts: Mapping[str, BulkInsert], ids: Sequence[int], now: datetime) -> None:
    """Keep the readings that these postings have now."""
    tables: dict[int, Tables] = {posting_id: {} for posting_id in ids}
    for name in READ_TABLES:
        for posting_id, row in _rows(connection, name, ids):
            tables[posting_id].setdefault(name, []).append(row)
    query = select(Reading.posting_id, Reading.read_at).where(Reading.posting_id.in_(ids))
    past = [_past(row.posting_id, tables[row.posting_id], row.read_at, now) for row in connection.execute(query)]
    inserts[PastReading.__tablename__].execute(connection, past)


def tables_of(posting: JobPosting) -> Tables:
    """Rows of what was read of a posting."""
    parts = Parts()
    parts.add(0, posting, datetime.min)
    return {name: [_bare(row) for row in parts.tables[name]] for name in READ_TABLES if parts.tables[name]}


def _replace(
    connection: Connection, inserts: Mapping[str, BulkInsert], changed: Sequence[NewReadings], now: datetime
) -> None:
    ids = [each.stored.id for each in changed]
    past = [
        _past(each.stored.id, each.stored.tables, each.stored.read_at, now) for each in changed if each.stored.read_at
    ]
    inserts[PastReading.__tablename__].execute(connection, past)
    for name in READ_TABLES:
        table = Base.metadata.tables[name]
        connection.execute(delete(table).where(table.c.posting_id.in_(ids)))
        extra: Row = {"read_at": now} if name == "readings" else {}
        rows = (row | {"posting_id": each.stored.id} | extra for each in changed for row in each.tables.get(name, ()))
        inserts[name].execute(connection, rows)


def _past(posting_id: int, tables: Tables, read_at: datetime | None, now: datetime) -> Row:
    version = tables["readings"][0]["rules_version"]
    return {
        "posting_id": posting_id, "rules_version": version, "read_at": read_at, "replaced_at": now, "rows": tables,
    }  # fmt: skip


def _merged(old: Tables, new: Tables, asked: Reread) -> Tables:
    """The old rows with only the readings that were asked for made new."""
    (before,), (after,) = old["readings"], new["readings"]
    parts = [PARTS[name] for name in asked.readings]
    row = before | {column: after[column] for part in parts for column in part.columns}
    row["confidence"] = before["confidence"] | {
        name: after["confidence"][name] for name in asked.readings if name in after["confidence"]
    }
    row["versions"] = before["versions"] | dict.fromkeys(asked.readings, asked.rules_version)
    merged = old | {"readings": [row]}
    for table in (part.table for part in parts if part.table):
        merged[table] = new.get(table, [])
    evidence = [each for each in old.get("evidence", ()) if each["reading"] not in asked.readings]
    evidence += [each for each in new.get("evidence", ()) if each["reading"] in asked.readings]
    merged["evidence"] = [each | {"position": position} for position, each in enumerate(evidence)]
    return merged


def _value(reading: str, tables: Tables) -> Any:
    """A reading as its rows have it."""
    part = PARTS[reading]
    row = tables.get("readings", [{}])[0]
    values: list[Any] = [row.get(column) for column in part.columns]
    if part.table:
        values += [{key: row[key] for key in row if key != "position"} for row in tables.get(part.table, ())]
    return values[0] if len(part.columns) == 1 and not part.table else values


def _bare_of_meta(tables: Tables) -> Tables:
    return {
        name: [{key: value for key, value in row.items() if key not in _META} for row in rows]
        for name, rows in tables.items()
        if rows
    }


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Posting)
        .join(Board, Board.id == Posting.board_id)
        .join(PostingText, PostingText.posting_id == Posting.id)
        .outerjoin(Reading, Reading.posting_id == Posting.id)
    )


def _conditions(asked: Reread) -> Iterator[ColumnElement[bool]]:
    """What a posting to be read again is like: read by other rules, or not at all; of the platform; seen since."""
    version = Reading.rules_version
    if asked.readings:
        versions = [func.coalesce(Reading.versions[name].as_string(), version) for name in asked.readings]
        yield or_(version.is_(None), *(each != asked.rules_version for each in versions))
    else:
        yield or_(version.is_(None), version != asked.rules_version, Reading.versions.cast(String) != "{}")
    if asked.platform:
        yield Board.platform == asked.platform
    if asked.since:
        yield Posting.last_seen_at >= asked.since


def _stored(row: Mapping[str, Any]) -> StoredPosting:
    names = ("platform", "board", "description_html", "description_text", *POSTING_FIELDS)
    posting = JobPosting(**{name: row[name] for name in names}, pay_stated=list(map(pay_from, row["pay_stated"])))
    return StoredPosting(
        id=row["id"],
        public_id=row["public_id"],
        content_hash=row["content_hash"],
        read_at=row["read_at"],
        posting=posting,
    )


def _rows(connection: Connection, name: str, ids: Sequence[int]) -> Iterator[tuple[int, Row]]:
    table = Base.metadata.tables[name]
    order = [table.c.posting_id, *([table.c.position] if "position" in table.c else [])]
    for row in connection.execute(select(table).where(table.c.posting_id.in_(ids)).order_by(*order)):
        yield row.posting_id, _bare(row._asdict())


def _bare(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"posting_id", "read_at"}}
