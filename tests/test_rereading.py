"""Reading again: what changes is written, what it replaces is kept, and a stopped run goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from crawlers.classify import classify, readings_version
from crawlers.items import JobPosting, Location, Sponsorship, StatedPlace
from crawlers.rereading import RereadingReport, reread
from crawlers.storage import Database, Reread
from crawlers.storage.engine import writing
from tests.conftest import Run
from tests.test_storage import ended, rows

WORDS = "We sponsor H-1B visas for bakers.\nRequirements\n• 3+ years of baking experience\nPay: $20 - $25 per hour"


def posting(number: int, **changes: Any) -> JobPosting:
    fields: dict[str, Any] = {
        "platform": "greenhouse",
        "board": "acme",
        "external_id": str(number),
        "url": f"https://boards.example/acme/{number}",
        "title": f"Senior Baker {number}",
        "description_text": WORDS,
        "locations": [Location(raw="Boston, MA", stated=StatedPlace(country="US"))],
    }
    return JobPosting(**fields | changes)


def stored(database: Database, count: int, *, version: str = "old", **changes: Any) -> None:
    """Postings as an older version read them: all of them silent on sponsorship."""
    postings = [posting(number, **changes) for number in range(count)]
    for each in postings:
        classify(each)
        each.rules_version, each.sponsorship, each.visas = version, Sponsorship.NONE, []
        each.seniority = None
    database.save(ended(), postings, last=True)


def again(database: Database, *, dry_run: bool = False, processes: int = 0, **asked: Any) -> RereadingReport:
    report = RereadingReport()
    wanted = Reread(rules_version=readings_version(), **asked)
    reread(database, wanted, report, processes=processes, dry_run=dry_run)
    return report


def test_changed_readings_are_written_and_old_ones_kept(database: Database) -> None:
    stored(database, 3)
    (before, *_) = rows(database, "readings")
    report = again(database)
    assert (report.read, report.changed, report.failed) == (3, 3, [])
    assert report.changes == {"sponsorship": 3, "visas": 3, "seniority": 3}
    example = report.examples["sponsorship"][0]
    assert (example.title, example.before, example.after) == ("Senior Baker 0", "none", "offered")
    (after, *_) = rows(database, "readings")
    assert (after.sponsorship, after.seniority, after.rules_version) == ("offered", "senior", readings_version())
    assert after.read_at > before.read_at
    (past, *_) = rows(database, "past_readings")
    assert (past.rules_version, past.read_at) == ("old", before.read_at)
    assert past.rows["readings"][0]["sponsorship"] == "none"
    assert past.rows["posting_locations"][0]["raw"] == "Boston, MA"
    assert len(rows(database, "visa_mentions")) == 3


def test_as_a_crawl_would_read_it(database: Database) -> None:
    stored(database, 1)
    again(database)
    names = ("readings", "evidence", "pay_ranges", "skills", "posting_locations", "visa_mentions")
    reread_rows = {name: [row._asdict() | {"read_at": None} for row in rows(database, name)] for name in names}
    fresh = posting(0, requisition_id="changed")
    classify(fresh)
    database.save(ended(), [fresh], last=True)
    assert reread_rows == {name: [row._asdict() | {"read_at": None} for row in rows(database, name)] for name in names}


def test_what_is_read_is_left_out(database: Database) -> None:
    stored(database, 2)
    assert again(database).read == 2
    assert again(database).read == 0
    stored(database, 2, version="older still")
    assert again(database).changed == 2
    assert len(rows(database, "past_readings")) == 2 + 2 + 2, "a crawl by other rules keeps what it replaces, too"


def test_unchanged_readings_only_learn_the_version(database: Database) -> None:
    postings = [posting(1)]
    classify(postings[0])
    postings[0].rules_version = "old"
    database.save(ended(), postings, last=True)
    report = again(database)
    assert (report.read, report.changed, report.changes) == (1, 0, {})
    assert rows(database, "readings")[0].rules_version == readings_version()
    assert rows(database, "past_readings") == []


def test_dry_run_changes_nothing(database: Database) -> None:
    stored(database, 2)
    before = {name: rows(database, name) for name in ("readings", "visa_mentions", "past_readings")}
    report = again(database, dry_run=True)
    assert report.changes["sponsorship"] == 2
    assert before == {name: rows(database, name) for name in before}


def test_one_reading_leaves_the_others(database: Database) -> None:
    stored(database, 1)
    report = again(database, readings=("seniority",))
    assert report.changes == {"seniority": 1}
    (read,) = rows(database, "readings")
    assert (read.seniority, read.sponsorship, read.rules_version) == ("senior", "none", "old")
    assert read.versions == {"seniority": readings_version()}
    assert rows(database, "visa_mentions") == []
    evidence = {row.reading for row in rows(database, "evidence")}
    assert {"seniority", "sponsorship"} <= evidence, "the words of the old readings stay"
    assert again(database, readings=("seniority",)).read == 0
    assert again(database).changes == {"sponsorship": 1, "visas": 1}
    assert rows(database, "readings")[0].versions == {}


def test_a_posting_never_read_is_read(database: Database) -> None:
    database.save(ended(), [posting(1)], last=True)
    report = again(database)
    assert report.changes == {"never read before": 1}
    assert rows(database, "readings")[0].sponsorship == "offered"
    assert rows(database, "past_readings") == []


def test_only_some_postings(database: Database) -> None:
    stored(database, 2)
    assert again(database, platform="lever").read == 0
    assert again(database, since=datetime.now(UTC) + timedelta(days=1)).read == 0
    assert again(database, platform="greenhouse", since=datetime.now(UTC) - timedelta(days=1)).read == 2


def test_a_posting_that_a_visit_changes_meanwhile_is_left_to_it(database: Database) -> None:
    stored(database, 2)
    asked = Reread(rules_version=readings_version())
    chunk = database.to_reread(asked, 0, 10)
    with writing(database._engine) as connection:
        connection.execute(text("UPDATE postings SET content_hash = 'new' WHERE external_id = '0'"))

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(database, name)

        def to_reread(self, asked: Reread, last_id: int, size: int) -> Any:
            return chunk if last_id == 0 else []

    report = RereadingReport()
    reread(Slow(), asked, report, processes=0)  # type: ignore[arg-type]
    assert (report.overtaken, [row.sponsorship for row in rows(database, "readings")]) == (1, ["none", "offered"])


def test_a_posting_that_cannot_be_read_keeps_its_readings(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(database, 2)

    def failing(posting: JobPosting) -> None:
        if posting.external_id == "0":
            raise ValueError("burnt")
        classify(posting)

    monkeypatch.setattr("crawlers.rereading.classify", failing)
    report = again(database)
    assert (report.read, len(report.failed)) == (1, 1)
    assert "burnt" in report.failed[0]
    assert [row.sponsorship for row in rows(database, "readings")] == ["none", "offered"]


def test_several_processes_read_the_same(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'many.sqlite3'}")
    database.prepare()
    stored(database, 600)
    report = again(database, processes=2)
    assert (report.read, report.changes["sponsorship"]) == (600, 600)
    assert {row.sponsorship for row in rows(database, "readings")} == {"offered"}
    database.close()


def test_command(run: Run, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'run.sqlite3'}")
    database.prepare()
    stored(database, 2)
    trial = run("reclassify", "--dry-run")
    assert trial.returncode == 0, trial.stderr
    assert "2 postings read again" in trial.stdout
    assert 'Senior Baker 0: "none" -> "offered"' in trial.stdout
    done = json.loads(run("reclassify", "--platform", "greenhouse", "--json").stdout)
    assert (done["read"], done["changes"]["visas"]["postings"]) == (2, 2)
    assert run("reclassify").stdout.startswith("0 postings read again")
    for arguments, says in (
        (["--reading", "senority"], "did you mean seniority?"),
        (["--since", "yesterday"], "write a date"),
        (["--platform", "lever2"], "unknown platform"),
    ):
        refused = run("reclassify", *arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert says in refused.stderr
    database.close()
