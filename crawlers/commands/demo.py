"""`scrapy demo`: the whole way, without a network: recorded boards crawled, read, stored and shown."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

import crawlers
from crawlers.base import visit_ended
from crawlers.cli import Command as BaseCommand
from crawlers.errors import OperatorError
from crawlers.items import Sponsorship
from crawlers.playback import board_of
from crawlers.storage import Card, Database, PlatformOverview, database_at
from crawlers.visits import Visit

_CHECKOUT = Path(crawlers.__file__).parent.parent
_SAID = {
    Sponsorship.OFFERED: ("offers sponsorship", "green"),
    Sponsorship.CASE_BY_CASE: ("sponsors case by case", "yellow"),
    Sponsorship.NOT_OFFERED: ("no sponsorship", "red"),
    Sponsorship.UNCLEAR: ("speaks of work authorization, without deciding", "yellow"),
    Sponsorship.NONE: ("says nothing of visas", "dim"),
}


class Command(BaseCommand):
    """Crawls recorded boards through the engine, the pipelines and a database of its own, and shows what came of it."""

    requires_crawler_process = True

    def syntax(self) -> str:
        """Scrapy's hook."""
        return "[FOLDER]"

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Crawl the recorded boards, without a network, and show what is read from them"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The recordings."""
        default = _CHECKOUT / "tests" / "fixtures"
        parser.add_argument("folder", nargs="?", type=Path, default=default, help="recordings: PLATFORM/BOARD folders")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook: play back, into a database of the demo's own unless -s names one, without a log."""
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            boards_under(opts.folder)
        except OperatorError as error:
            raise UsageError(str(error), print_help=False) from None
        self.settings.set("PLAYBACK", str(opts.folder), priority="cmdline")
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
        if (self.settings.getpriority("DATABASE_URL") or 0) < SETTINGS_PRIORITIES["cmdline"]:
            home = _CHECKOUT if (_CHECKOUT / "scrapy.cfg").exists() else Path.cwd()
            for end in ("", "-wal", "-shm"):
                (home / f"demo.sqlite3{end}").unlink(missing_ok=True)
            self.settings.set("DATABASE_URL", f"sqlite:///{home / 'demo.sqlite3'}", priority="cmdline")

    def execute(self, options: argparse.Namespace) -> int:
        """Crawl, then show."""
        assert self.settings is not None
        recorded = boards_under(options.folder)
        assert self.crawler_process
        for platform in recorded:
            if platform not in self.crawler_process.spider_loader.list():
                raise OperatorError(f"{options.folder / platform}: no platform is called {platform}")
        database = database_at(self.settings["DATABASE_URL"])
        database.prepare()
        console = Console()
        self.crawl(recorded, console)
        overview = database.overview()
        console.print(table_of(overview))
        for card in database.examples():
            console.print(panel_of(card))
        console.print(next_steps(database), soft_wrap=True)
        stored = sum(each.postings for each in overview)
        return 0 if stored else 1

    def crawl(self, recorded: dict[str, list[str]], console: Console) -> None:
        """Crawl all boards, every platform at once, under a progress bar."""
        assert self.crawler_process
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("Crawling recorded boards", total=sum(map(len, recorded.values())))

            def advance(visit: Visit) -> None:
                known = visit.board in recorded.get(visit.platform, ())  # else a careers page led to it
                bar.update(task, advance=int(known), description=f"Crawled {visit.name}")

            for platform, boards in recorded.items():
                crawler = self.crawler_process.create_crawler(platform)
                crawler.signals.connect(advance, visit_ended, weak=False)
                self.crawler_process.crawl(crawler, board=",".join(boards))
            self.crawler_process.start()


def boards_under(folder: Path) -> dict[str, list[str]]:
    """Platform -> boards of which there is a recording. Raises OperatorError when there is none."""
    recorded: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*/*/exchanges.json")):
        recorded.setdefault(file.parent.parent.name, []).append(board_of(file.parent))
    if not recorded:
        raise OperatorError(f"no recordings under {folder}; name the folder that holds PLATFORM/BOARD/exchanges.json")
    return recorded


_SAID_ORDER = (
    Sponsorship.OFFERED,
    Sponsorship.CASE_BY_CASE,
    Sponsorship.NOT_OFFERED,
    Sponsorship.UNCLEAR,
    Sponsorship.NONE,
)


def table_of(overview: list[PlatformOverview]) -> Table:
    """Counts per platform."""
    table = Table(title="\nWhat was crawled and read", title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("platform")
    for name in ("boards", "postings", "interns", "offered", "by case", "refused", "unclear", "silent"):
        table.add_column(name, justify="right")
    for each in overview:
        said = (str(each.sponsorship[one]) for one in _SAID_ORDER)
        table.add_row(each.platform, str(each.boards), str(each.postings), str(each.interns), *said)
    outcomes = (
        f"{each.platform}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(each.outcomes.items()))
        for each in overview
    )
    table.caption = "Visits: " + "; ".join(outcomes) + ". Some recordings are broken on purpose."
    table.caption_justify = "left"
    return table


def panel_of(card: Card) -> Panel:
    """A posting as a card."""
    said, style = _SAID[Sponsorship(card.sponsorship)] if card.sponsorship else ("not read", "dim")
    kinds = [card.job_kind, *(each.lower().replace("_", " ") for each in card.employment_type)]
    text = Text()
    text.append(f"{card.employer}  ·  {card.place or 'place not stated'}  ·  {age(card.posted_at)}\n")
    text.append(", ".join(dict.fromkeys(filter(None, kinds))) or "kind not stated")
    text.append("\nVisa: ")
    text.append(said, style=style)
    if card.visas:
        text.append(f" ({', '.join(card.visas)})")
    if card.quote:
        text.append(f"\n“{' '.join(card.quote.split())}”", style="italic")
    return Panel(text, title=card.title, title_align="left", subtitle=card.url, subtitle_align="left", width=100)


def age(posted_at: datetime | None) -> str:
    """How long a posting has been out."""
    if posted_at is None:
        return "date not stated"
    days = (datetime.now(UTC) - posted_at).days
    return "posted today" if days <= 0 else f"posted {days} day{'s' if days > 1 else ''} ago"


def next_steps(database: Database) -> str:
    """Where the postings are, and what to try."""
    return (
        f"\nThe postings are in {database.name}\n"
        "Next:  scrapy crawl greenhouse -a board=KEY     a board of your choice, live\n"
        "       scrapy crawl lever -a board=URL -O FILE  the same, into a file as well\n"
        "       scrapy boards import --starter           464 boards of known sponsors\n"
    )
