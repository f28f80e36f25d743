"""`scrapy boards`: the boards that crawls visit."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from crawlers.boardlist import CAREERS, STARTER, BoardList, Platforms, board_behind, known_platforms
from crawlers.cli import Command as BaseCommand
from crawlers.cli import nearest
from crawlers.errors import OperatorError
from crawlers.storage import BoardSummary, Database, database_at

_REFUSED_SHOWN = 10


class Command(BaseCommand):
    """Import, add, list, enable and disable boards."""

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Import, add, list, enable or disable the boards that crawls visit"

    def syntax(self) -> str:
        """Scrapy's hook."""
        return "import|add|list|enable|disable ..."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Sub-commands."""
        commands = self.add_subcommands(
            parser,
            {
                "import": "Add boards from a file: CSV (platform,board,employer), or a key or URL on each line",
                "add": "Add the boards that URLs name; a URL of no known platform as a careers page",
                "list": "Show boards",
                "enable": "Crawl these boards again",
                "disable": "Do not crawl these boards any more; what is stored of them stays",
            },
        )
        source = commands["import"].add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", type=Path, metavar="FILE")
        source.add_argument("--starter", action="store_true", help="the list that ships: known sponsors")
        commands["import"].add_argument("--platform", help="platform of lines that do not name one")
        commands["add"].add_argument("url", nargs="+", metavar="URL")
        commands["list"].add_argument("--platform")
        commands["list"].add_argument("--limit", type=int, default=50, metavar="N", help="default: 50; 0: all")
        commands["list"].add_argument("--json", action="store_true", help="one JSON object per line")
        for name in ("enable", "disable"):
            commands[name].add_argument("platform")
            commands[name].add_argument("board", nargs="+")

    def execute(self, options: argparse.Namespace) -> int:
        """Run the sub-command."""
        assert self.settings is not None
        if not self.settings["DATABASE_URL"]:
            raise OperatorError("DATABASE_URL is empty: there is no database to keep boards in")
        platforms = known_platforms(self.settings)
        named = getattr(options, "platform", None)
        if named and named not in platforms:
            raise OperatorError(f"unknown platform {named}{nearest(named, list(platforms))}")
        database = database_at(self.settings["DATABASE_URL"])
        database.prepare()
        if options.subcommand == "import":
            return self.load(database, platforms, options)
        if options.subcommand == "add":
            return self.add(database, platforms, options)
        if options.subcommand == "list":
            return self.show(database, options)
        return self.switch(database, platforms, options)

    def load(self, database: Database, platforms: Platforms, options: argparse.Namespace) -> int:
        """`import`: add boards; exit code 1 when lines were refused."""
        boards = BoardList(STARTER if options.starter else options.file, platforms, options.platform)
        console = Console(stderr=True)
        columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} boards")
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("import", total=None)
            source = "starter" if options.starter else str(boards.path)
            imported = database.import_boards(boards.rows(), source, lambda done: bar.update(task, completed=done))
        print(f"{imported.added:,} added, {imported.known:,} known already, {len(boards.refused):,} refused")
        for line in boards.refused[:_REFUSED_SHOWN]:
            print(f"  {boards.path}: {line}", file=sys.stderr)
        if len(boards.refused) > _REFUSED_SHOWN:
            print(f"  and {len(boards.refused) - _REFUSED_SHOWN:,} more", file=sys.stderr)
        return int(bool(boards.refused))

    def add(self, database: Database, platforms: Platforms, options: argparse.Namespace) -> int:
        """`add`: add boards by their URLs; exit code 1 when some were refused."""
        assert self.settings is not None
        refused = 0
        for url in options.url:
            try:
                board = board_behind(url, platforms, private=self.settings.getbool("ALLOW_PRIVATE_ADDRESSES"))
            except OperatorError as error:
                refused += 1
                print(f"{url}: {error}", file=sys.stderr)
                continue
            said = "added" if database.import_boards([board], "add").added else "known already"
            why = "; no platform known here, so its pages are read themselves" if board.platform == CAREERS else ""
            print(f"{board.platform}/{board.board}: {said}{why}")
        return int(refused > 0)

    def show(self, database: Database, options: argparse.Namespace) -> int:
        """`list`: boards as a table, or as JSON lines."""
        if options.limit < 0:
            raise OperatorError(f"--limit {options.limit}: write a number of boards, or 0 for all")
        boards = database.boards(options.platform, options.limit or None)
        if options.json:
            for board in boards:
                print(json.dumps(asdict(board), default=str, ensure_ascii=False))
            return 0
        if not boards:
            print("No boards yet. Add the starter list with: scrapy boards import --starter")
            return 0
        Console().print(table_of(boards))
        if len(boards) == options.limit:
            print(f"The first {len(boards)}; --limit 0 shows all.")
        return 0

    def switch(self, database: Database, platforms: Platforms, options: argparse.Namespace) -> int:
        """`enable` and `disable`; exit code 1 when a board is not there."""
        missing = 0
        for name in options.board:
            key = platforms[options.platform].key_of(name)
            if database.set_enabled(options.platform, key, options.subcommand == "enable"):
                print(f"{options.platform}/{key}: {options.subcommand}d")
            else:
                missing += 1
                print(f"{options.platform}/{key}: no such board; `scrapy boards import` adds boards", file=sys.stderr)
        return int(missing > 0)


def table_of(boards: list[BoardSummary]) -> Table:
    """Boards for the terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("platform", "board", "employer", "state"):
        table.add_column(name, overflow="fold")
    table.add_column("postings", justify="right")
    table.add_column("visited (UTC)", no_wrap=True)
    table.add_column("outcome")
    for board in boards:
        table.add_row(
            board.platform,
            board.board,
            Text(board.employer or ""),
            "enabled" if board.enabled else "disabled",
            f"{board.postings:,}",
            f"{board.last_visited_at:%Y-%m-%d %H:%M}" if board.last_visited_at else "",
            board.last_outcome or "",
        )
    return table
