"""`python -m bench.calibration [FILE...]`: fits rules/confidence.toml to labelled lines, measures it, draws its curve.

The measure is on lines that the table was not fitted to; the curve is docs/images/reliability.svg.

Without files: tests/labels/unseen_sponsorship.jsonl, which no rule was written with, and our labels of the real
postings (tests/labels/shared_postings.jsonl), which are as frequent as the field has them. On lines that rules were
mended with, the rules are right more often than they will be.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.reliability import Panel, drawing
from crawlers.classify import classify, sponsorship
from crawlers.classify.confidence import READINGS, ConfidenceTable, ValueConfidence, rules_behind
from crawlers.classify.contract import posting_from
from crawlers.classify.expect import agrees, class_name
from crawlers.classify.figures import Calibration, Proportion
from crawlers.classify.labelling import CLASSES

ROOT = Path(__file__).parent.parent
LABELS = ROOT / "tests/labels"
DATA = Path(os.environ.get("CRAWLERS_DATA", ROOT.parent / "shared/data"))
TABLE = ROOT / "crawlers/classify/rules/confidence.toml"
DRAWING = ROOT / "docs/images/reliability.svg"

SMOOTHING = 5
"""Lines that what is known more generally counts for."""
FEWEST = 3
"""Lines that a rule needs for a figure of its own."""
FOLDS = 5
SEED = 2026


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One reading of one labelled line."""

    line: str
    """File and line number."""
    reading: str
    value: str
    rules: tuple[str, ...]
    silent: bool
    right: bool
    weight: float

    @property
    def file(self) -> str:
        return self.line.rpartition(":")[0]


@dataclass(slots=True)
class ValueShares:
    """How often one value was right."""

    all: Proportion = field(default_factory=Proportion)
    silent: Proportion = field(default_factory=Proportion)
    lines: dict[str, int] = field(default_factory=dict)
    """By rule id."""
    rules: dict[str, Proportion] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        (self.silent if case.silent else self.all).add(case.right, case.weight)
        for rule in set(case.rules):
            self.lines[rule] = self.lines.get(rule, 0) + 1
            self.rules.setdefault(rule, Proportion()).add(case.right, case.weight)


@dataclass(slots=True)
class Fit:
    """A table, and what it was fitted to."""

    table: ConfidenceTable
    shares: dict[tuple[str, str], ValueShares]


def labelled_files() -> list[Path]:
    return [LABELS / "unseen_sponsorship.jsonl", LABELS / "shared_postings.jsonl"]


def name_of(shared_id: str) -> str:
    """What our labels call a posting of the shared data: a digest of its id, which may have somebody's name in it."""
    return sha256(shared_id.encode()).hexdigest()[:16]


def shared_postings() -> dict[str, dict[str, Any]]:
    """Name -> the posting as an input line."""
    path = DATA / "postings.jsonl.gz"
    if not path.is_file():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        postings = map(json.loads, lines)
        return {
            name_of(each["id"]): {
                "title": each["title"],
                "description": each["description"],
                "company": each["company"] or None,
                "locations": [each["location"]] if each["location"] else [],
            }
            for each in postings
        }


def cases_of(files: Iterable[Path]) -> list[Case]:
    postings = shared_postings()
    cases: list[Case] = []
    for file in files:
        name = file.name if file.parent == LABELS else f"shared {file.name}"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            record = json.loads(line)
            if "description" not in record and "title" not in record:
                if record["posting"] not in postings:
                    continue
                record |= postings[record["posting"]]
            cases.extend(_cases(record, f"{name}:{number}"))
    return cases


def _cases(record: dict[str, Any], line: str) -> Iterator[Case]:
    posting = posting_from(record)
    classify(posting)
    silent = sponsorship.read(posting).is_silent
    for reading in READINGS:
        if reading in record["expect"]:
            value = getattr(posting, reading)
            yield Case(
                line=line,
                reading=reading,
                value=class_name(value),
                rules=tuple(rules_behind(posting, reading)),
                silent=silent,
                right=agrees(record["expect"][reading], value),
                weight=record.get("weight", 1),
            )


def fit(cases: Iterable[Case]) -> Fit:
    """Shares right: of a rule, smoothed towards its value's; of a value, towards that of all values like it."""
    shares = {(reading, class_name(value)): ValueShares() for reading in READINGS for value in CLASSES[reading]}
    stated, unstated = Proportion(), Proportion()
    for case in cases:
        shares[case.reading, case.value].add(case)
        (stated if _is_stated(case.reading, case.value) else unstated).add(case.right, case.weight)
    table = ConfidenceTable()
    for (reading, value), of_value in shares.items():
        is_stated = _is_stated(reading, value)
        prior = _towards(of_value.all, _towards(stated if is_stated else unstated, 0.5))
        table.values.setdefault(reading, {})[value] = ValueConfidence(
            prior=prior,
            silent=None if is_stated else _towards(of_value.silent, prior),
            rules={
                rule: _towards(share, prior)
                for rule, share in sorted(of_value.rules.items())
                if of_value.lines[rule] >= FEWEST
            },
        )
    return Fit(table=table, shares=shares)


def _is_stated(reading: str, value: str) -> bool:
    """Whether a text has to say so; the other values are read where nothing is said."""
    return value not in ("none", "null") and (value != "false" or None in CLASSES[reading])


def _towards(share: Proportion, general: float) -> float:
    return (share.hits + SMOOTHING * general) / (share.total + SMOOTHING)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A case, and the confidence that a table gave it which was not fitted to its line."""

    case: Case
    confidence: float


def cross_validated(cases: list[Case]) -> list[Prediction]:
    lines = sorted({case.line for case in cases})
    random.Random(SEED).shuffle(lines)
    fold = {line: index % FOLDS for index, line in enumerate(lines)}
    return list(_left_out(cases, [fold[case.line] for case in cases]))


def across_files(cases: list[Case]) -> list[Prediction]:
    """Each file by a table fitted to all the others: what to expect of texts of another kind."""
    return list(_left_out(cases, [case.file for case in cases]))


def _left_out(cases: list[Case], groups: list[Any]) -> Iterator[Prediction]:
    for group in dict.fromkeys(groups):
        table = fit(case for case, other in zip(cases, groups, strict=True) if other != group).table
        for case, own in zip(cases, groups, strict=True):
            if own == group:
                confidence = table.of(case.reading, case.value, case.rules, silent=case.silent)
                assert confidence is not None
                yield Prediction(case, confidence)


def calibration_of(predictions: Iterable[Prediction]) -> Calibration:
    calibration = Calibration()
    for each in predictions:
        calibration.add(each.confidence, each.case.right, each.case.weight)
    return calibration


def as_toml(fitted: Fit, lines: int) -> str:
    parts = [
        "# Generated by `python -m bench.calibration`: do not edit.",
        f"# How often each reading is right, fitted to {lines:,} labelled lines; see docs/classify.md, Confidence.",
        "# `prior` is of a value, `silent` of one where the posting has no word of the subject, the rest of rules",
        f"# with {FEWEST} lines and more. Each is smoothed by {SMOOTHING} lines' worth of what is above it.",
    ]
    for reading, of_reading in fitted.table.values.items():
        for value, known in of_reading.items():
            shares = fitted.shares[reading, value]
            parts += ["", f"[{reading}.{value}]", f"prior = {_rounded(known.prior)}{_counted(shares.all)}"]
            if known.silent is not None:
                parts.append(f"silent = {_rounded(known.silent)}{_counted(shares.silent)}")
            if known.rules:
                parts.append(f"[{reading}.{value}.rules]")
                parts += (
                    f'"{rule}" = {_rounded(each)}{_counted(shares.rules[rule])}' for rule, each in known.rules.items()
                )
    return "\n".join(parts) + "\n"


def _rounded(share: float) -> str:
    """Down, since nothing is certain."""
    return f"{int(share * 1000) / 1000:.3f}"


def _counted(share: Proportion) -> str:
    return f"  # {share.hits:g} of {share.total:g}"


def _told(name: str, predictions: list[Prediction]) -> str:
    calibration = calibration_of(predictions)
    total = sum(each.case.weight for each in predictions)
    mean = sum(each.confidence * each.case.weight for each in predictions) / total
    right = sum(each.case.right * each.case.weight for each in predictions) / total
    return f"{name:40} {len(predictions):6,}   {mean:10.3f}   {right:5.3f}   {calibration.error:5.3f}"


def main(files: list[Path]) -> None:
    cases = cases_of(files)
    if not cases:
        sys.exit("no labelled line that can be read")
    lines = len({case.line for case in cases})
    TABLE.write_text(as_toml(fit(cases), lines), encoding="utf-8")
    predictions = cross_validated(cases)
    sponsorship = [each for each in predictions if each.case.reading == "sponsorship"]
    axes = [each for each in predictions if each.case.reading != "sponsorship"]
    panels = [
        Panel("sponsorship", calibration_of(sponsorship)),
        Panel("the six readings beside it", calibration_of(axes)),
    ]
    DRAWING.parent.mkdir(exist_ok=True)
    DRAWING.write_text(drawing(panels), encoding="utf-8")

    print(f"{lines:,} lines; {FOLDS}-fold cross-validation\n{'':46} n   confidence   right   error")
    for reading in READINGS:
        print(_told(reading, [each for each in predictions if each.case.reading == reading]))
    print(_told("all axes together", axes))
    print("\nsponsorship in bins (confidence, n, mean, right)")
    for each in panels[0].calibration.bins:
        if each.mean_confidence is not None:
            print(f"{each.low:.1f}-{each.high:.1f}   {each.n:6,}   {each.mean_confidence:.3f}   {each.right.value:.3f}")
    print("\nsponsorship of each file, by a table fitted to the others")
    others = [each for each in across_files(cases) if each.case.reading == "sponsorship"]
    for file in dict.fromkeys(each.case.file for each in others):
        print(_told(file, [each for each in others if each.case.file == file]))


if __name__ == "__main__":
    main([Path(name).resolve() for name in sys.argv[1:]] or labelled_files())
