"""`scrapy evaluate`: how well the readings agree with labelled lines."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import crawlers
from crawlers.classify.contract import parse_line
from crawlers.classify.evaluation import Evaluation, Proportion, ReadingScore, below
from crawlers.cli import Command
from crawlers.errors import OperatorError

_PYPROJECT = Path(crawlers.__file__).parent.parent / "pyproject.toml"
_BELOW = 1
_PIPED_WIDTH = 160
"""Characters a line, where no terminal says how many."""
_MOST_CLASSES = 12
"""Classes that a table has room for; --json has all of them."""


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
            " threshold of [tool.crawlers.thresholds] in pyproject.toml. 2: a file cannot be read."
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: files and options."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="labelled JSON Lines")
        parser.add_argument("--errors", action="store_true", help="print every miss with its rules")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")

    def execute(self, options: argparse.Namespace) -> int:
        """Judge all files together."""
        thresholds = _thresholds(_PYPROJECT)
        evaluation = Evaluation()
        for name in options.files:
            _judge(evaluation, name)
        try:
            short = list(below(evaluation, thresholds))
        except ValueError as error:
            raise OperatorError(f"{_PYPROJECT}: [tool.crawlers.thresholds]: {error}") from error
        if options.json:
            print(json.dumps(_as_json(evaluation, short, options.errors), default=str))
        else:
            _print_tables(evaluation, options.errors)
        for line in short:
            print(line, file=sys.stderr)
        return _BELOW if short else 0


def _judge(evaluation: Evaluation, name: str) -> None:
    try:
        with Path(name).open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                record = parse_line(line)
                if not isinstance(record, dict):
                    raise ValueError("an object is expected")
                evaluation.add(record, f"{name}:{number}")
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


def _print_tables(evaluation: Evaluation, with_errors: bool) -> None:
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    summary = Table("reading", "n", "accuracy", "95 %", "where answered", "95 %", title="Readings")
    for name, score in evaluation.readings.items():
        summary.add_row(name, str(score.n), *_cells(score.accuracy), *_cells(score.answered))
    for name, lines in evaluation.not_read.items():
        summary.add_row(name, str(lines), "not read yet")
    console.print(summary)
    for name, score in evaluation.readings.items():
        _print_classes(console, name, score)
        _print_confusion(console, name, score)
    if with_errors:
        _print_misses(console, evaluation)


def _print_classes(console: Console, name: str, score: ReadingScore) -> None:
    table = Table("class", "precision", "95 %", "recall", "95 %", "F1", title=name)
    ranked = sorted(score.classes.items(), key=lambda entry: -entry[1].recall.total)
    for value, figures in ranked[:_MOST_CLASSES]:
        f1 = "" if figures.f1 is None else f"{figures.f1:.3f}"
        table.add_row(value, *_cells(figures.precision), *_cells(figures.recall), f1)
    if len(ranked) > _MOST_CLASSES:
        table.add_row(f"and {len(ranked) - _MOST_CLASSES} more")
    console.print(table)


def _print_confusion(console: Console, name: str, score: ReadingScore) -> None:
    values = sorted({value for cell in score.confusion for value in cell})
    if not 2 <= len(values) <= _MOST_CLASSES:
        return
    table = Table("expected", *values, title=f"{name}: expected in rows, read in columns")
    for expected in values:
        table.add_row(expected, *(f"{score.confusion.get((expected, actual), 0):g}" for actual in values))
    console.print(table)


def _print_misses(console: Console, evaluation: Evaluation) -> None:
    for name, score in evaluation.readings.items():
        for miss in score.misses:
            rules = ", ".join(dict.fromkeys(miss.rules)) or "no rule"
            console.print(
                f"{miss.line} {name}: {json.dumps(miss.expected)} but {_short(miss.actual)} ({rules})", soft_wrap=True
            )
            console.print(f"    {miss.title}", soft_wrap=True)


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _cells(share: Proportion) -> tuple[str, str]:
    if share.value is None or share.interval is None:
        return "", ""
    return f"{share.value:.3f}", f"{share.interval.low:.3f}-{share.interval.high:.3f}"


def _as_json(evaluation: Evaluation, short: list[str], with_errors: bool) -> dict[str, Any]:
    return {
        "readings": {name: _reading_as_json(score, with_errors) for name, score in evaluation.readings.items()},
        "not_read": evaluation.not_read,
        "below": short,
    }


def _reading_as_json(score: ReadingScore, with_errors: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "n": score.n,
        "accuracy": _share_as_json(score.accuracy),
        "answered": _share_as_json(score.answered),
        "classes": {
            value: {
                "precision": _share_as_json(figures.precision),
                "recall": _share_as_json(figures.recall),
                "f1": figures.f1,
            }
            for value, figures in score.classes.items()
        },
        "confusion": [
            {"expected": expected, "actual": actual, "weight": weight}
            for (expected, actual), weight in score.confusion.items()
        ],
    }
    if with_errors:
        record["misses"] = [
            {"line": m.line, "title": m.title, "expected": m.expected, "actual": m.actual, "rules": m.rules}
            for m in score.misses
        ]
    return record


def _share_as_json(share: Proportion) -> dict[str, Any] | None:
    if share.value is None or share.interval is None:
        return None
    return {"value": share.value, "low": share.interval.low, "high": share.interval.high, "weight": share.total}
