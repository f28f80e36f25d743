"""`scrapy sample`: stored postings to label, so that the readings can be measured on one's own crawl."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from crawlers.boardlist import known_platforms
from crawlers.classify import READINGS
from crawlers.classify.expect import class_name
from crawlers.classify.labelling import CLASSES, UNLABELLED, line_to_label
from crawlers.cli import Command, nearest
from crawlers.errors import OperatorError
from crawlers.storage import Database, Draw, Drawn, database_at

_MOST_SEEDS = 1_000_000


class SampleCommand(Command):
    """Draws open postings and writes them as lines for `scrapy evaluate`, with a place for the label."""

    def short_desc(self) -> str:
        """Scrapy's hook: one line for the list of commands."""
        return "Draw stored postings to label, for `scrapy evaluate`"

    def long_desc(self) -> str:
        """Scrapy's hook: what `scrapy sample -h` says."""
        return (
            f'Write open postings as JSON Lines with "{UNLABELLED}" where the label belongs: put a value in its place,'
            " and `scrapy evaluate` takes the file. Each line has the `weight` of the postings that it stands for, so"
            " that its figures are those of all open postings. As many of each value (the default) measure precision;"
            " the recall of rare values takes --random, or many lines. See docs/classify.md."
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: what to draw, and where it goes."""
        parser.add_argument("--reading", required=True, help=f"one of {', '.join(CLASSES)}")
        parser.add_argument("--n", type=int, default=200, metavar="N", help="postings; default: 200")
        parser.add_argument(
            "--value", action="append", default=[], help="only postings read as this value; may be given again"
        )
        parser.add_argument("--platform", help="only postings of this platform")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--stratified", action="store_true", help="as many of each value; the default")
        way.add_argument("--random", action="store_true", help="all postings alike, whatever their value")
        parser.add_argument("--seed", type=int, metavar="N", help="the same seed draws the same postings")
        parser.add_argument(
            "--blind", action="store_true", help="without what was read; with --random, not even the weights tell it"
        )
        parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="a new file; default: standard output")

    def execute(self, options: argparse.Namespace) -> int:
        """Draw, write, and tell on standard error what was drawn of what."""
        assert self.settings is not None
        if not self.settings["DATABASE_URL"]:
            raise OperatorError("DATABASE_URL is empty: there is no database to draw from")
        platforms = list(known_platforms(self.settings))
        if options.platform and options.platform not in platforms:
            raise OperatorError(f"unknown platform {options.platform}{nearest(options.platform, platforms)}")
        asked = _asked(options)
        database = database_at(self.settings["DATABASE_URL"])
        database.prepare()
        drawn = database.draw(asked)
        _refuse_too_few(drawn, asked, database.name)
        with _opened(options.output) as file:
            for line in _lines(database, drawn, options.blind, is_ascii=options.output is None):
                print(line, file=file)
        for line in _summary(drawn, asked):
            print(line, file=sys.stderr)
        return 0


def _asked(options: argparse.Namespace) -> Draw:
    reading = options.reading
    if reading not in CLASSES:
        known = f"write one of {', '.join(CLASSES)}"
        if reading in READINGS:
            raise OperatorError(f"{reading} is not one value of a few, so there is nothing to draw by; {known}")
        raise OperatorError(f"unknown reading {reading}{nearest(reading, list(CLASSES)) or f'; {known}'}")
    if options.n < 1:
        raise OperatorError(f"--n {options.n}: write a number of postings, 1 or more")
    values = {class_name(value): value for value in CLASSES[reading]}
    for name in options.value:
        if name not in values:
            hint = nearest(name, list(values)) or f"; write one of {', '.join(values)}"
            raise OperatorError(f"{reading} has no value {name}{hint}")
    return Draw(
        reading=reading,
        size=options.n,
        seed=random.randrange(_MOST_SEEDS) if options.seed is None else options.seed,
        evenly=not options.random,
        values=[values[name] for name in dict.fromkeys(options.value)],
        platform=options.platform,
    )


def _refuse_too_few(drawn: Drawn, asked: Draw, database: str) -> None:
    if not drawn.stored:
        of = f" of {asked.platform}" if asked.platform else ""
        read = f" read as {' or '.join(map(class_name, asked.values))}" if asked.values else ""
        raise OperatorError(f"{database} has no open posting{of} with a reading{read}; `scrapy crawl` stores postings")
    if asked.evenly and len(drawn.stored) > asked.size:
        raise OperatorError(
            f"--n {asked.size} is less than the {len(drawn.stored)} values of {asked.reading}: some would be left out,"
            " and the weights would be wrong; write more, or --random"
        )


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        with path.open("x", encoding="utf-8") as file:
            yield file
    except FileExistsError:
        raise OperatorError(f"{path} is there already, and may hold labels; name a new file") from None
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from error


def _lines(database: Database, drawn: Drawn, blind: bool, is_ascii: bool) -> Iterator[str]:
    """The lines; in ASCII for standard output, whose encoding is the terminal's."""
    for each in database.sampled(drawn):
        line = line_to_label(each.posting, drawn.reading, public_id=each.public_id, weight=each.weight, blind=blind)
        yield json.dumps(line, ensure_ascii=is_ascii)


def _summary(drawn: Drawn, asked: Draw) -> Iterable[str]:
    """What was drawn of what, how to draw it again, and what to do with it."""
    yield (
        f"{drawn.drawn.total():,} of {drawn.stored.total():,} open postings, by {asked.reading}"
        f" (--seed {asked.seed} draws them again):"
    )
    for value, stored in drawn.stored.most_common():
        yield f"  {class_name(value)}: {drawn.drawn[value]:,} of {stored:,}"
    values = ", ".join(json.dumps(value) for value in CLASSES[asked.reading])
    yield f'Put one of {values} in the place of "{UNLABELLED}" in each line, then run `scrapy evaluate FILE`.'
