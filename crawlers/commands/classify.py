"""`scrapy classify`: JSON Lines of postings in, JSON Lines of readings out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from crawlers.classify import classify
from crawlers.classify.contract import parse_line, posting_from, record_of
from crawlers.cli import Command
from crawlers.errors import OperatorError
from crawlers.titles import add_titles_option, use_titles


class ClassifyCommand(Command):
    """One line out for each line in, in order; what is no posting gives an `error` in its place."""

    def syntax(self) -> str:
        """Scrapy's hook: what `scrapy classify -h` shows as arguments."""
        return "[FILE]"

    def short_desc(self) -> str:
        """Scrapy's hook: one line for the list of commands."""
        return "Read what postings say: JSON Lines in, JSON Lines out"

    def long_desc(self) -> str:
        """Scrapy's hook: what `scrapy classify -h` says."""
        return (
            f"{self.short_desc()}. No network; the database gives loaded titles of occupations, if there are any."
            " The keys are described in docs/classify.md."
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: the file."""
        parser.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="JSON Lines; - or nothing: standard input"
        )
        add_titles_option(parser)

    def execute(self, options: argparse.Namespace) -> int:
        """Classify line by line. Lines that are no postings do not change the exit code: the output names each."""
        assert self.settings is not None
        use_titles(self.settings, shipped=options.shipped)
        for number, line in enumerate(_lines(options.file), start=1):
            try:
                posting = posting_from(parse_line(line))
            except ValueError as error:
                print(f"line {number}: {error}", file=sys.stderr)
                print(json.dumps({"error": str(error)}), flush=True)
                continue
            classify(posting)
            print(json.dumps(record_of(posting)), flush=True)
        return 0


def _lines(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            yield from file
    except OSError as error:
        raise OperatorError(f"{name}: {error.strerror}") from error
