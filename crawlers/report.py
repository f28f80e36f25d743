"""An evaluation for people, as tables, and for machines, as an object ready for JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from crawlers.classify.evaluation import SET_READINGS, Evaluation, ReadingScore
from crawlers.classify.figures import Calibration, ClassScore, Proportion

_MOST_CLASSES = 12
"""Classes that a table has room for; the JSON has all of them."""


def print_tables(console: Console, evaluation: Evaluation) -> None:
    """Figures of all readings, each with its classes, confusion matrix and confidence."""
    console.print(_summary(evaluation, "Readings"))
    for name, score in evaluation.readings.items():
        console.print(_classes(name, score))
        if matrix := _confusion(name, score):
            console.print(matrix)
        if bins := _bins(name, score.calibration):
            console.print(bins)


def print_files(console: Console, files: Mapping[str, Evaluation]) -> None:
    """Figures of each file by itself: all readings in a line, and the classes of sponsorship."""
    for name, evaluation in files.items():
        console.print(_summary(evaluation, name))
        if score := evaluation.readings.get("sponsorship"):
            console.print(_classes(f"{name}: sponsorship", score))


def print_misses(console: Console, evaluation: Evaluation) -> None:
    """Every reading that is not as expected, with its rules."""
    for name, score in evaluation.readings.items():
        for miss in score.misses:
            rules = ", ".join(miss.rules) or "no rule"
            console.print(
                f"{miss.line} {name}: {json.dumps(miss.expected)} but {_short(miss.actual)} ({rules})", soft_wrap=True
            )
            console.print(f"    {miss.title}", soft_wrap=True)


def print_rules(console: Console, evaluation: Evaluation) -> None:
    """How often each rule is right; which rules are evidence on one line only, and which on none."""
    for name, score in evaluation.readings.items():
        if not score.rules:
            continue
        table = Table("rule", "lines", "right", "95 %", title=f"{name}: lines where a rule is evidence")
        for rule, figures in sorted(score.rules.items(), key=lambda entry: (-len(entry[1].lines), entry[0])):
            table.add_row(rule, str(len(figures.lines)), *_cells(figures.right))
        console.print(table)
    for name, score in evaluation.readings.items():
        for rule in score.single_line_rules:
            console.print(f"{name}: {rule} is evidence on one line only: {score.rules[rule].lines[0]}", soft_wrap=True)
    for rule in evaluation.unmatched_rules:
        console.print(f"{rule} is evidence on no line", soft_wrap=True)


def as_json(evaluation: Evaluation, *, with_misses: bool) -> dict[str, Any]:
    """All figures; shares are objects of value, low, high (95 %) and weight, or null without a case."""
    return {
        "readings": {name: _reading(name, score, with_misses) for name, score in evaluation.readings.items()},
        "unlabelled": evaluation.unlabelled,
        "not_read": evaluation.not_read,
        "unknown_labels": evaluation.unknown_labels,
        "unmatched_rules": evaluation.unmatched_rules,
    }


def _summary(evaluation: Evaluation, title: str) -> Table:
    headings = ("reading", "n", "accuracy", "95 %", "where answered", "95 %", "rules", "on one line only")
    table = Table(*headings, title=title)
    for name, score in evaluation.readings.items():
        rules = (str(len(score.rules)), str(len(score.single_line_rules))) if score.rules else ()
        table.add_row(name, str(score.n), *_cells(score.accuracy), *_cells(score.answered), *rules)
    for name, lines in evaluation.unlabelled.items():
        table.add_row(name, str(lines), "not labelled yet")
    for name, lines in evaluation.not_read.items():
        table.add_row(name, str(lines), "not read yet")
    return table


def _classes(name: str, score: ReadingScore) -> Table:
    table = Table("class", "precision", "95 %", "recall", "95 %", "F1", title=name)
    ranked = sorted(score.classes.items(), key=lambda entry: -entry[1].recall.total)
    for value, figures in ranked[:_MOST_CLASSES]:
        table.add_row(value, *_class_cells(figures))
    if len(ranked) > _MOST_CLASSES:
        table.add_row(f"and {len(ranked) - _MOST_CLASSES} more")
    if name in SET_READINGS:
        table.add_section()
        table.add_row("all but null, micro average", *_class_cells(score.micro))
    return table


def _confusion(name: str, score: ReadingScore) -> Table | None:
    values = sorted({value for cell in score.confusion for value in cell})
    if not 2 <= len(values) <= _MOST_CLASSES:
        return None
    table = Table("expected", *values, title=f"{name}: expected in rows, read in columns")
    for expected in values:
        table.add_row(expected, *(f"{score.confusion.get((expected, actual), 0):g}" for actual in values))
    return table


def _bins(name: str, calibration: Calibration) -> Table | None:
    if calibration.error is None:
        return None
    table = Table("confidence", "n", "mean", "right", "95 %", title=f"{name}: confidence and how often it is right")
    for each in calibration.bins:
        if each.mean_confidence is not None:
            bounds = f"{each.low:.1f}-{each.high:.1f}"
            table.add_row(bounds, str(each.n), f"{each.mean_confidence:.3f}", *_cells(each.right))
    table.caption = f"expected calibration error {calibration.error:.3f}"
    return table


def _class_cells(figures: ClassScore) -> tuple[str, ...]:
    f1 = "" if figures.f1 is None else f"{figures.f1:.3f}"
    return *_cells(figures.precision), *_cells(figures.recall), f1


def _cells(share: Proportion) -> tuple[str, str]:
    if share.value is None or share.interval is None:
        return "", ""
    return f"{share.value:.3f}", f"{share.interval.low:.3f}-{share.interval.high:.3f}"


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _reading(name: str, score: ReadingScore, with_misses: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "n": score.n,
        "accuracy": _share(score.accuracy),
        "answered": _share(score.answered),
        "micro": _class(score.micro) if name in SET_READINGS else None,
        "classes": {value: _class(figures) for value, figures in score.classes.items()},
        "confusion": [
            {"expected": expected, "actual": actual, "weight": weight}
            for (expected, actual), weight in score.confusion.items()
        ],
        "calibration": _calibration(score.calibration),
        "rules": {
            rule: {"n": len(figures.lines), "right": _share(figures.right)} for rule, figures in score.rules.items()
        },
        "single_line_rules": {rule: score.rules[rule].lines[0] for rule in score.single_line_rules},
    }
    if with_misses:
        record["misses"] = [
            {"line": m.line, "title": m.title, "expected": m.expected, "actual": m.actual, "rules": m.rules}
            for m in score.misses
        ]
    return record


def _class(figures: ClassScore) -> dict[str, Any]:
    return {"precision": _share(figures.precision), "recall": _share(figures.recall), "f1": figures.f1}


def _calibration(calibration: Calibration) -> dict[str, Any] | None:
    if calibration.error is None:
        return None
    bins = [
        {
            "low": each.low,
            "high": each.high,
            "n": each.n,
            "mean_confidence": each.mean_confidence,
            "right": _share(each.right),
        }
        for each in calibration.bins
    ]
    return {"error": calibration.error, "bins": bins}


def _share(share: Proportion) -> dict[str, Any] | None:
    if share.value is None or share.interval is None:
        return None
    return {"value": share.value, "low": share.interval.low, "high": share.interval.high, "weight": share.total}
