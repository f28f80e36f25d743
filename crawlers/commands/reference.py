"""`scrapy reference`: published files that readings and verdicts go by."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from crawlers.cli import Command
from crawlers.errors import OperatorError
from crawlers.reference import KINDS, Kind, read_files
from crawlers.storage import Database, LoadedFile, database_at

_ATTRIBUTION_WIDTH = 100


class ReferenceCommand(Command):
    """Load published files, and tell what is loaded."""

    def short_desc(self) -> str:
        """Scrapy's hook: one line for the list of commands."""
        return "Load published files (O*NET, SOC 2018, titles of filings), or tell what is loaded"

    def syntax(self) -> str:
        """Scrapy's hook: what `scrapy reference -h` shows as arguments."""
        return "load|status ..."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: sub-commands."""
        commands = self.add_subcommands(
            parser,
            {
                "load": "Load files that you have downloaded; what is loaded again takes the place of what was there",
                "status": "Tell what is loaded, of which vintage, and what is missing",
            },
        )
        kinds = "; ".join(f"{kind.name}: {kind.title}, {kind.where}" for kind in KINDS.values())
        commands["load"].add_argument("kind", choices=list(KINDS), metavar="KIND", help=kinds)
        commands["load"].add_argument("file", nargs="+", type=Path, metavar="FILE", help="a file, a folder or a zip")
        commands["status"].add_argument("--json", action="store_true", help="for machines")

    def execute(self, options: argparse.Namespace) -> int:
        """Run the sub-command."""
        assert self.settings is not None
        if not self.settings["DATABASE_URL"]:
            raise OperatorError("DATABASE_URL is empty: there is no database to load published files into")
        database = database_at(self.settings["DATABASE_URL"])
        database.prepare()
        if options.subcommand == "load":
            return _load(database, options.kind, options.file)
        return _show(database, as_json=options.json)


def _load(database: Database, kind: str, paths: Sequence[Path]) -> int:
    """`load`: all files are read before the first is stored, so that one that is malformed changes nothing."""
    files = list(read_files(KINDS[kind], paths))
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        for file in files:
            task = bar.add_task(file.part, total=len(file.rows))
            is_new = database.references.load(file, partial(_advance, bar, task))
            bar.remove_task(task)
            said = "loaded" if is_new else "loaded already"
            print(f"{kind} {file.vintage} {file.part}: {len(file.rows):,} rows {said} from {file.name}")
    for attribution in _attributions([each for each in database.references.loaded() if each.kind == kind]):
        print(f"\n{attribution}")
    print("\nNew postings are read by these from the next crawl on; `scrapy reclassify` reads the stored ones again.")
    return 0


def _advance(bar: Progress, task: TaskID, done: int) -> None:
    bar.update(task, completed=done)


def _show(database: Database, *, as_json: bool) -> int:
    loaded = database.references.loaded()
    missing = {
        kind.name: [part for part in kind.parts if part not in {file.part for file in loaded if file.kind == kind.name}]
        for kind in KINDS.values()
    }
    if as_json:
        print(json.dumps({"files": [asdict(file) for file in loaded], "missing": missing}, default=str))
        return 0
    if loaded:
        Console().print(_table_of(loaded))
    for kind in KINDS.values():
        if not any(file.kind == kind.name for file in loaded):
            print(f"{kind.title}: not loaded. scrapy reference load {kind.name} FILE... ({kind.where})")
        elif _is_stale(kind, loaded):
            print(f"{kind.title}: loaded long ago; there is likely a newer release: {kind.where}")
        if any(file.kind == kind.name for file in loaded) and missing[kind.name]:
            print(f"{kind.title}: missing {', '.join(missing[kind.name])} ({kind.where})")
    for attribution in _attributions(loaded):
        print(f"\n{attribution}")
    return 0


def _is_stale(kind: Kind, loaded: Sequence[LoadedFile]) -> bool:
    if kind.stale_after is None:
        return False
    oldest = min((file.loaded_at for file in loaded if file.kind == kind.name), default=None)
    return oldest is not None and datetime.now(UTC) - oldest > kind.stale_after


def _attributions(files: Sequence[LoadedFile]) -> list[str]:
    texts = dict.fromkeys(file.attribution for file in files if file.attribution)
    return ["\n".join(textwrap.wrap(text, _ATTRIBUTION_WIDTH)) for text in texts]


def _table_of(files: Sequence[LoadedFile]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("kind", "part", "vintage"):
        table.add_column(name, no_wrap=True)
    table.add_column("rows", justify="right")
    table.add_column("loaded (UTC)", no_wrap=True)
    table.add_column("file", overflow="fold")
    for file in files:
        table.add_row(
            file.kind,
            file.part,
            file.vintage,
            f"{file.rows:,}",
            f"{file.loaded_at:%Y-%m-%d %H:%M}",
            Path(file.name).name,
        )
    return table
