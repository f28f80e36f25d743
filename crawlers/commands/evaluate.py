"""`scrapy evaluate`: how well the readings agree with labelled lines."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

import crawlers
from crawlers.classify.contract import parse_line
from crawlers.classify.evaluation import Evaluation, JudgedLine, judge
from crawlers.classify.labelling import UNLABELLED
from crawlers.classify.thresholds import below
from crawlers.cli import Command
from crawlers.errors import OperatorError
from crawlers.report import as_json, print_files, print_misses, print_rules, print_tables
from crawlers.titles import add_titles_option, use_titles

_PYPROJECT = Path(crawlers.__file__).parent.parent / "pyproject.toml"
_BELOW = 1
_PIPED_WIDTH = 160
"""Characters a line, where no terminal says how many."""


class EvaluateCommand(Command):
    """Judges labelled files, prints figures, and fails below the thresholds of pyproject.toml."""

    def syntax(self) -> str:
        """Scrapy's hook: what `scrapy evaluate -h` shows as arguments."""
        return "FILE..."

    def short_desc(self) -> str:
        """Scrapy's hook: one line for the list of commands."""
        return "Compare readings with labelled lines"

    def long_desc(self) -> str:
        """Scrapy's hook: what `scrapy evaluate -h` says."""
        return (
            "Classify lines that carry an `expect` object and say how often the readings agree. Exit code 1: below a"
            " threshold of [tool.crawlers.thresholds] in pyproject.toml. 2: a file cannot be read, or has no labels."
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: files and options."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="labelled JSON Lines")
        parser.add_argument("--errors", action="store_true", help="print every miss with its rules")
        parser.add_argument(
            "--rules", action="store_true", help="print how often each rule is right, and rules of one line or none"
        )
        parser.add_argument("--by-file", action="store_true", help="print figures of each file as well")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
        add_titles_option(parser)

    def execute(self, options: argparse.Namespace) -> int:
        """Judge all files together, and each by itself."""
        assert self.settings is not None
        use_titles(self.settings, shipped=options.shipped)
        thresholds = _thresholds(_PYPROJECT)
        evaluation, by_file = Evaluation(), {name: Evaluation() for name in options.files}
        for name, of_file in by_file.items():
            for judged in _judged(name):
                evaluation.count(judged)
                of_file.count(judged)
        if not evaluation.readings and not evaluation.not_read:
            if evaluation.unlabelled:
                raise OperatorError(f'no line is labelled yet: put a value in the place of "{UNLABELLED}" in `expect`')
            raise OperatorError("nothing to judge: no line has a label in `expect`")
        try:
            short = list(below(evaluation, thresholds))
        except ValueError as error:
            raise OperatorError(f"{_PYPROJECT}: [tool.crawlers.thresholds]: {error}") from error
        if options.json:
            record = as_json(evaluation, with_misses=options.errors) | {"below": short}
            if options.by_file:
                record["files"] = {name: as_json(each, with_misses=False) for name, each in by_file.items()}
            print(json.dumps(record, default=str))
        else:
            _print(evaluation, by_file, options)
        for line in (*evaluation.unknown_labels, *_not_judged(evaluation), *short):
            print(line, file=sys.stderr)
        return _BELOW if short else 0


def _print(evaluation: Evaluation, by_file: Mapping[str, Evaluation], options: argparse.Namespace) -> None:
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    print_tables(console, evaluation)
    if options.by_file:
        print_files(console, by_file)
    if options.rules:
        print_rules(console, evaluation)
    if options.errors:
        print_misses(console, evaluation)


def _not_judged(evaluation: Evaluation) -> Iterator[str]:
    for reading, lines in evaluation.unlabelled.items():
        yield f'{reading}: {lines} line{"s" if lines > 1 else ""} still "{UNLABELLED}", and not judged'


def _judged(name: str) -> Iterator[JudgedLine]:
    number = 0
    try:
        with Path(name).open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                record = parse_line(line)
                if not isinstance(record, dict):
                    raise ValueError("an object is expected")
                yield judge(record, f"{name}:{number}")
    except OSError as error:
        raise OperatorError(f"{name}: {error.strerror}") from error
    except ValueError as error:
        raise OperatorError(f"{name}, line {number}: {error}") from error


def _thresholds(pyproject: Path) -> Mapping[str, Any]:
    try:
        settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except FileNotFoundError:  # installed without its source tree
        return {}
    except (OSError, ValueError) as error:
        raise OperatorError(f"{pyproject}: {error}") from error
    thresholds: Mapping[str, Any] = settings.get("tool", {}).get("crawlers", {}).get("thresholds", {})
    return thresholds
