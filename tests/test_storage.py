"""The store, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, select, text
from ulid import ULID

from crawlers.items import (
    Degree,
    DegreeLevel,
    EmploymentType,
    Evidence,
    Experience,
    JobPosting,
    Location,
    Occupation,
    OccupationCandidate,
    Pay,
    PayPeriod,
    PostedBasis,
    Schedule,
    Section,
    SectionKind,
    Seniority,
    Skills,
    Sponsorship,
    Stance,
    StatedPlace,
    Visa,
    VisaMention,
)
from crawlers.storage import BoardRow, Database, StorageAwayError, StorageError, schema
from crawlers.storage.engine import reading, writing
from crawlers.storage.models import Base
from crawlers.visits import Outcome, Visit

OLD_BOARD = """INSERT INTO boards (id, platform, board, enabled, coverage, source, created_at)
VALUES (1, 'lever', 'acme', true, 'all', 'crawl', '2026-01-01 00:00:00')"""
OLD_POSTING = """INSERT INTO postings
(id, public_id, board_id, external_id, url, title, pay_ranges, questions, content_hash, first_seen_at, last_seen_at)
VALUES (1, 'A', 1, '1', 'https://x.example', 'Cook', '[{"min": 1}]', '[]', 'h', :seen, :seen)"""
OLD_PLACE = "INSERT INTO posting_locations (posting_id, position, raw, country) VALUES (1, 0, 'Ulm', 'DE')"

TEXT = "We sponsor H-1B visas. Élan ☃."


def posting(number: int = 1, **changes: Any) -> JobPosting:
    fields: dict[str, Any] = {
        "platform": "greenhouse",
        "board": "acme",
        "external_id": str(number),
        "url": f"https://boards.example/acme/{number}",
        "title": "Engineer",
        "description_html": f"<p>{TEXT}</p>",
        "description_text": TEXT,
        "locations": [Location(raw="Paris"), Location(raw="Berlin", stated=StatedPlace(country="DE"), country="DE")],
        "pay_stated": [Pay(min=1.5, max=2.5, currency="EUR", period=PayPeriod.HOUR)],
        "posted_at": datetime(2026, 11, 1, 12, tzinfo=UTC),
        "posted_basis": PostedBasis.STATED,
        "row_hash": f"{number:032}",
        "rules_version": "rules-1",
        "employment_type": [EmploymentType.FULL_TIME],
        "sponsorship": Sponsorship.OFFERED,
        "visas": [VisaMention(visa=Visa.H1B, stance=Stance.OFFERED, quote="H-1B", start=11, end=15, rule="offer")],
        "evidence": [
            Evidence(reading="sponsorship", source="description", quote="sponsor", start=3, end=10, rule="offer")
        ],
        "occupation": Occupation(
            soc_code="15-1252", candidates=[OccupationCandidate(soc_code="15-1252", confidence=0.9)]
        ),
    }
    return JobPosting(**fields | changes)


def visit(board: str = "acme", **changes: Any) -> Visit:
    return Visit(platform="greenhouse", board=board, **changes)


def ended(**changes: Any) -> Visit:
    done = visit(**changes)
    done.end()
    return done


def rows(database: Database, table: str) -> list[Any]:
    with reading(database._engine) as connection:
        return list(connection.execute(select(Base.metadata.tables[table])))


def everything(database: Database) -> dict[str, list[Any]]:
    return {table: sorted(map(repr, rows(database, table))) for table in Base.metadata.tables}


def test_posting_comes_back_as_it_went_in(database: Database) -> None:
    saved = database.save(ended(listed=1), [posting()], last=True)
    assert (saved.new, saved.changed, saved.same) == (1, 0, 0)
    (stored,) = rows(database, "postings")
    assert ULID.from_str(stored.public_id)
    assert stored.posted_at == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert stored.first_seen_at.tzinfo == UTC
    assert stored.pay_stated[0]["max"] == 2.5
    (text_row,) = rows(database, "posting_texts")
    (evidence,) = rows(database, "evidence")
    assert text_row.description_text == TEXT
    assert text_row.description_text[evidence.start : evidence.end] == evidence.quote
    assert [(place.position, place.raw, place.country) for place in rows(database, "posting_locations")] == [
        (0, "Paris", None),
        (1, "Berlin", "DE"),
    ]
    (read,) = rows(database, "readings")
    assert (read.sponsorship, read.employment_type) == ("offered", ["FULL_TIME"])
    assert [(row.visa, row.stance) for row in rows(database, "visa_mentions")] == [("H-1B", "offered")]
    assert rows(database, "occupations")[0].candidates == [{"soc_code": "15-1252", "confidence": 0.9}]
    (done,) = rows(database, "visits")
    assert (done.outcome, done.listed, done.new, done.stored) == ("complete", 1, 1, 1)


def test_readings_come_back_as_they_were_read(database: Database) -> None:
    read = posting(
        seniority=Seniority.MID,
        pay=Pay(min=60_000, currency="EUR", period=PayPeriod.YEAR, annual_min=60_000),
        pay_ranges=[Pay(min=60_000, currency="EUR", period=PayPeriod.YEAR, applies_to="Ulm")],
        degree=Degree(minimum=DegreeLevel.BACHELOR, fields=["physics"]),
        experience_years=Experience(min=1.5),
        schedule=Schedule(days=["monday"], start="08:00", shift="day"),
        skills=Skills(required=["Python"], preferred=["Rust"]),
        certifications=[],
        sections=[Section(kind=SectionKind.BENEFITS, heading="Benefits", start=3, end=9)],
    )
    database.save(ended(), [read, posting(2)], last=True)
    row, silent = rows(database, "readings")
    assert (row.seniority, row.pay_min, row.pay_max, row.pay_period) == ("mid", 60_000, None, "year")
    assert (row.degree_minimum, row.degree_required, row.degree_fields) == ("bachelor", False, ["physics"])
    assert (row.experience_min, row.experience_max) == (1.5, None)
    assert (row.schedule_days, row.schedule_start, row.schedule_shift) == (["monday"], "08:00", "day")
    assert (row.certifications, silent.certifications) == ([], None), "none needed is not silence"
    assert (silent.pay_min, silent.degree_required, silent.schedule_days) == (None, None, None)
    assert row.sections == [{"kind": "benefits", "heading": "Benefits", "start": 3, "end": 9}]
    assert [(each.skill, each.requirement) for each in rows(database, "skills")] == [
        ("Python", "required"),
        ("Rust", "preferred"),
    ]
    assert [(each.min, each.applies_to, each.basis) for each in rows(database, "pay_ranges")] == [
        (60_000, "Ulm", "unknown")
    ]


def test_tables_of_the_first_revision_are_brought_along(database_url: str) -> None:
    database = Database(database_url)
    with writing(database._engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(schema._MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(OLD_BOARD))
        connection.execute(text(OLD_POSTING), {"seen": datetime(2026, 1, 2, tzinfo=UTC)})
        connection.execute(text(OLD_PLACE))
    database.migrate()
    (stored,) = rows(database, "postings")
    (place,) = rows(database, "posting_locations")
    assert (stored.pay_stated, place.stated_country, place.country, place.candidates) == ([{"min": 1}], "DE", "DE", [])
    database.close()


def test_saving_again_changes_only_last_seen(database: Database) -> None:
    database.save(ended(), [posting(1), posting(2)], last=True)
    before = rows(database, "postings")
    children = {
        name: rows for name, rows in everything(database).items() if name not in {"postings", "visits", "boards"}
    }
    saved = database.save(ended(), [posting(1), posting(2)], last=True)
    assert (saved.new, saved.changed, saved.same) == (0, 0, 2)
    after = rows(database, "postings")
    for old, new in zip(before, after, strict=True):
        assert old._asdict() | {"last_seen_at": None} == new._asdict() | {"last_seen_at": None}
        assert new.last_seen_at > old.last_seen_at
    assert children == {name: rows for name, rows in everything(database).items() if name in children}


def test_changed_posting_keeps_its_identity(database: Database) -> None:
    database.save(ended(), [posting()], last=True)
    (before,) = rows(database, "postings")
    changed = posting(title="Senior Engineer", visas=[], locations=[Location(raw="Rome")], sponsorship=Sponsorship.NONE)
    saved = database.save(ended(), [changed], last=True)
    assert (saved.new, saved.changed, saved.same) == (0, 1, 0)
    (after,) = rows(database, "postings")
    assert (after.id, after.public_id, after.first_seen_at) == (before.id, before.public_id, before.first_seen_at)
    assert after.title == "Senior Engineer"
    assert after.changed_at
    assert rows(database, "visa_mentions") == []
    assert [place.raw for place in rows(database, "posting_locations")] == ["Rome"]


def test_new_rules_replace_readings_without_a_change(database: Database) -> None:
    database.save(ended(), [posting()], last=True)
    saved = database.save(ended(), [posting(rules_version="rules-2", sponsorship=Sponsorship.UNCLEAR)], last=True)
    assert (saved.changed, saved.same) == (0, 1)
    (read,) = rows(database, "readings")
    assert (read.rules_version, read.sponsorship) == ("rules-2", "unclear")
    assert rows(database, "postings")[0].changed_at is None


def test_known_rows_are_touched(database: Database) -> None:
    database.save(ended(), [posting(1), posting(2)], last=True)
    known = database.known_rows("greenhouse", "acme")
    assert set(known) == {f"{number:032}" for number in (1, 2)}
    before = rows(database, "postings")
    database.save(ended(listed=2, unchanged={row.external_id: row.id for row in known.values()}), [], last=True)
    assert all(new.last_seen_at > old.last_seen_at for old, new in zip(before, rows(database, "postings"), strict=True))
    assert rows(database, "visits")[-1].unchanged == 2


def test_value_that_no_driver_takes_is_a_storage_error(database: Database) -> None:
    with pytest.raises(StorageError):
        database.save(ended(), [posting(team="\ud800")], last=True)
    assert rows(database, "postings") == []


def test_password_in_the_options_of_a_url_is_not_shown() -> None:
    with pytest.raises(StorageError) as raised:
        Database("postgresql://u@127.0.0.1:1/d?password=SECRET").prepare()
    assert "SECRET" not in str(raised.value)


def test_same_id_twice_in_a_batch_is_one_posting(database: Database) -> None:
    assert database.save(ended(), [posting(1), posting(1, title="Later")], last=True).new == 1
    assert [row.title for row in rows(database, "postings")] == ["Later"]


def test_many_postings_in_one_visit(database: Database) -> None:
    running = visit()
    for start in range(0, 3000, 1500):
        saved = database.save(running, [posting(number) for number in range(start, start + 1500)], last=False)
        running.new += saved.new
    running.end()
    database.save(running, [], last=True)
    assert len(rows(database, "postings")) == 3000
    assert rows(database, "visits")[0].new == 3000


def test_failed_batch_writes_nothing_of_itself(database: Database) -> None:
    database.save(visit(), [posting(1)], last=False)
    before = everything(database)
    with pytest.raises(StorageError):
        database.save(ended(), [posting(2), posting(3, sponsorship="perhaps")], last=True)
    assert everything(database) == before


def test_two_writers_at_once_duplicate_nothing(database_url: str) -> None:
    databases = [Database(database_url), Database(database_url)]
    databases[0].migrate()

    def work(database: Database) -> None:
        for turn in range(10):
            database.save(ended(), [posting(number, title=f"Engineer {turn}") for number in range(40)], last=True)

    with ThreadPoolExecutor() as pool:
        list(pool.map(work, databases))  # raises what a writer raised
    assert len(rows(databases[0], "postings")) == 40
    assert len(rows(databases[0], "posting_texts")) == 40
    assert len(rows(databases[0], "visits")) == 20
    for database in databases:
        database.close()


def test_boards(database: Database) -> None:
    first = database.import_boards([BoardRow(platform="lever", board=f"b{n:04}") for n in range(1200)], "a file")
    assert (first.added, first.known) == (1200, 0)
    more = [BoardRow(platform="lever", board="b0001", employer="One"), BoardRow(platform="lever", board="x")]
    again = database.import_boards(more, "another file")
    assert (again.added, again.known) == (1, 1)
    assert database.set_enabled("lever", "b0000", False)
    assert not database.set_enabled("lever", "nobody", False)
    assert len(database.enabled_boards("lever")) == 1200
    assert database.enabled_boards("greenhouse") == []
    listed = database.boards("lever", limit=2)
    assert [(board.board, board.enabled, board.employer) for board in listed] == [
        ("b0000", False, None),
        ("b0001", True, "One"),
    ]


def test_board_that_is_not_there_is_not_asked_again(database: Database) -> None:
    missing = visit(board="tpyo")
    missing.fail(Outcome.NOT_FOUND, "HTTP 404")
    missing.end()
    database.save(missing, [], last=True)
    assert rows(database, "visits")[0].outcome == "not_found"
    assert database.enabled_boards("greenhouse") == []


def test_an_imported_board_stays_enabled_when_it_is_gone(database: Database) -> None:
    database.import_boards([BoardRow(platform="greenhouse", board="acme")], "a file")
    missing = visit()
    missing.fail(Outcome.NOT_FOUND, "HTTP 404")
    missing.end()
    database.save(missing, [], last=True)
    assert database.enabled_boards("greenhouse") == ["acme"]


def test_migrations_make_what_the_models_say(database: Database, tmp_path: Path) -> None:
    fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    Base.metadata.create_all(fresh)
    wanted, made = inspect(fresh), inspect(database._engine)
    assert set(made.get_table_names()) == {*wanted.get_table_names(), "alembic_version"}
    for table in wanted.get_table_names():
        names = [{column["name"]: column["nullable"] for column in of.get_columns(table)} for of in (wanted, made)]
        assert names[0] == names[1]
        indexes = [{index["name"] for index in of.get_indexes(table)} - {None} for of in (wanted, made)]
        assert indexes[0] <= indexes[1]
        checks = [{check["name"] for check in of.get_check_constraints(table)} for of in (wanted, made)]
        assert checks[0] == checks[1]


def test_first_use(database_url: str) -> None:
    database = Database(database_url)
    if database_url.startswith("sqlite"):
        database.prepare()
        assert database.enabled_boards("lever") == []
    else:
        with pytest.raises(StorageError, match="scrapy migrate"):
            database.prepare()
        database.migrate()
    database.prepare()
    database.close()


def test_newer_database_is_refused(database: Database) -> None:
    with database._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"9999|newer"):
        database.prepare()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "not a URL"),
        ("mysql://user:secret@host/name", "mysql"),
        ("postgresql://user:secret@127.0.0.1:1/name", "127.0.0.1"),
        ("sqlite:////proc/none/x.sqlite3", "x.sqlite3"),
    ],
)
def test_wrong_url_is_explained_without_its_password(url: str, says: str) -> None:
    with pytest.raises(StorageError, match=says) as raised:
        Database(url).prepare()
    assert "secret" not in str(raised.value)


def test_database_that_goes_away_says_so(tmp_path: Path) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StorageAwayError):
        database.save(ended(), [posting()], last=True)
