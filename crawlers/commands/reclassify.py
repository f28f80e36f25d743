"""`scrapy reclassify`: stored postings read again, after the rules have changed."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawlers.boardlist import known_platforms
from crawlers.classify import occupation, readings_version
from crawlers.cli import Command, nearest
from crawlers.errors import OperatorError
from crawlers.rereading import Example, RereadingReport, processes_for, reread
from crawlers.storage import PARTS, Reread, database_at

_SHOWN = 100
"""Characters of a value in the report."""
_FAILED_SHOWN = 5


class ReclassifyCommand(Command):
    """Reads stored postings again by today's rules, without the network."""

    def short_desc(self) -> str:
        """Scrapy's hook: one line for the list of commands."""
        return "Read stored postings again, after a change of the rules"

    def long_desc(self) -> str:
        """Scrapy's hook: what `scrapy reclassify -h` says."""
        return (
            f"{self.short_desc()}: from stored text, without the network. Postings that these rules have read already"
            " are left out, so that a run that was stopped goes on where it stopped. What is replaced stays in the"
            " table past_readings. Tells what changed, by reading, with examples."
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: which postings, which readings."""
        parser.add_argument("--since", metavar="DATE", help="only postings that a visit saw since, such as 2026-11-01")
        parser.add_argument("--platform", help="only postings of this platform")
        parser.add_argument(
            "--reading", action="append", default=[], metavar="NAME", help="only this one; may be given again"
        )
        parser.add_argument("--dry-run", action="store_true", help="change nothing; tell what would change")
        parser.add_argument("--json", action="store_true", help="the report for machines")

    def execute(self, options: argparse.Namespace) -> int:
        """Read again and report; exit code 1 where postings could not be read, or it was stopped."""
        assert self.settings is not None
        if not self.settings["DATABASE_URL"]:
            raise OperatorError("DATABASE_URL is empty: there is no database with postings to read")
        platforms = list(known_platforms(self.settings))
        if options.platform and options.platform not in platforms:
            raise OperatorError(f"unknown platform {options.platform}{nearest(options.platform, platforms)}")
        readings, since = _readings(options.reading), _time(options.since)
        database = database_at(self.settings["DATABASE_URL"])
        database.prepare()
        occupation.use(database.references.index())
        asked = Reread(rules_version=readings_version(), readings=readings, since=since, platform=options.platform)
        report, stopped = RereadingReport(), False
        total = database.count_to_reread(asked)
        console = Console(stderr=True)
        columns = TextColumn("reading again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        signal.signal(signal.SIGTERM, _stop)
        try:
            with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
                task = bar.add_task("", total=total)
                reread(
                    database,
                    asked,
                    report,
                    processes=processes_for(total),
                    dry_run=options.dry_run,
                    progress=lambda report: bar.update(task, completed=report.read + len(report.failed)),
                )
        except KeyboardInterrupt:
            stopped = True
        if options.json:
            print(json.dumps(_document(report, asked, dry_run=options.dry_run), default=str))
        else:
            _print(report, asked, dry_run=options.dry_run)
        for line in report.failed[:_FAILED_SHOWN]:
            print(f"not read: {line}", file=sys.stderr)
        if stopped:
            done = report.read + len(report.failed)
            print(f"Stopped after {done:,} of {total:,}; run the command again to go on.", file=sys.stderr)
        return int(stopped or bool(report.failed))


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _readings(names: list[str]) -> tuple[str, ...]:
    for name in names:
        if name not in PARTS:
            hint = nearest(name, list(PARTS)) or f"; write one of {', '.join(PARTS)}"
            raise OperatorError(f"unknown reading {name}{hint}")
    return tuple(dict.fromkeys(names))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorError(f"--since {text}: write a date, such as 2026-11-01, or a time in ISO 8601") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _print(report: RereadingReport, asked: Reread, *, dry_run: bool) -> None:
    would = "would change" if dry_run else "changed"
    print(f"{report.read:,} postings read again by rules {asked.rules_version}: {report.changed:,} {would}")
    if report.overtaken:
        print(f"  {report.overtaken:,} were changed by a visit meanwhile, and left as that read them")
    if report.failed:
        print(f"  {len(report.failed):,} could not be read, and keep their readings")
    for reading, count in report.changes.most_common():
        print(f"  {reading}: {count:,}")
        for example in report.examples[reading]:
            print(f"    {_line(example)}")


def _line(example: Example) -> str:
    if example.before is None and example.after is None:
        return f"{example.public_id} {example.title}"
    before, after = _short(example.before), _short(example.after)
    return f"{example.public_id} {example.title}: {before} -> {after}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _document(report: RereadingReport, asked: Reread, *, dry_run: bool) -> dict[str, Any]:
    return {
        "rules_version": asked.rules_version,
        "dry_run": dry_run,
        "read": report.read,
        "changed": report.changed,
        "overtaken": report.overtaken,
        "failed": report.failed,
        "changes": {
            reading: {
                "postings": count,
                "examples": [
                    {"public_id": each.public_id, "title": each.title, "before": each.before, "after": each.after}
                    for each in report.examples[reading]
                ],
            }
            for reading, count in report.changes.most_common()
        },
    }
