"""`python -m bench.occupations [fit]`: how well titles are read as occupations, how surely and how fast.

Reads the labelled titles of filings by the shipped index, and by one with the O*NET and SOC files of the shared data.
With `fit`, fits rules/occupation_certainty.toml to all lines first. Figures of certainty are held out all the same:
each half of the lines is judged by weights that were fitted to the other half.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.readings import records
from bench.reliability import Panel, drawing
from crawlers.classify import occupation
from crawlers.classify.figures import Calibration
from crawlers.classify.occupations.cache import cached_index
from crawlers.classify.occupations.certainty import features, probability
from crawlers.classify.occupations.cleaning import parts_of
from crawlers.classify.occupations.index import Index, build_index
from crawlers.classify.occupations.sources import Sources, shipped
from crawlers.classify.occupations.structure import major_group, minor_group, soc_titles
from crawlers.items import JobPosting, Occupation
from crawlers.reference import KINDS, read_files
from crawlers.storage import Database

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("CRAWLERS_DATA", ROOT.parent / "shared/data"))
TABLE = ROOT / "crawlers/classify/rules/occupation_certainty.toml"
DRAWING = ROOT / "docs/images/occupation-reliability.svg"
SOC_FILES = (
    "soc_structure_2018.xlsx",
    "soc_2018_definitions.xlsx",
    "soc_2018_direct_match_title_file.csv",
    "soc2010_soc2018.csv",
)
LEVELS = ("6 digits", "broad", "minor", "major")
RESAMPLES = 1_000
SEED = 2018
RIDGE = 4.0
SMALLEST = 0.05
CAUTION = 0.97
SURE = 0.8
SHORTEST_DESCRIPTION = 500
SINCE_2018 = {"15-2051"}
"""Most of the filings are coded by the SOC of 2010, which had no data scientists: no word on these."""
STAGES = ("override", "exact", "filing", "nearest", "generic", "foreign")


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A labelled title, as it was read."""

    title: str
    source: str
    weight: float
    codes: frozenset[str]
    read: Occupation
    features: dict[str, float]

    @property
    def answer(self) -> str | None:
        """The first candidate, published or not."""
        return self.read.candidates[0].soc_code if self.read.candidates else None

    @property
    def right(self) -> tuple[bool, ...]:
        """Whether the published reading is right, by level."""
        code, minor, major = self.read.soc_code, self.read.minor, self.read.major
        return (
            code in self.codes,
            code is not None and code[:6] in {each[:6] for each in self.codes},
            minor is not None and minor in {minor_group(each) for each in self.codes},
            major is not None and major in {major_group(each) for each in self.codes},
        )


def labelled() -> list[dict[str, Any]]:
    path = DATA / "labels/occupations.jsonl"
    if not path.is_file():
        sys.exit(f"no labelled titles at {path}; set CRAWLERS_DATA")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def with_files(data: Path = DATA) -> Sources:
    """What a database gives into which O*NET and the SOC were loaded."""
    paths = {"onet": [data / "soc/onet_29_3"], "soc": [data / "soc" / name for name in SOC_FILES]}
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/reference.sqlite3")
        try:
            database.migrate()
            for kind, files in paths.items():
                for file in read_files(KINDS[kind], files):
                    database.references.load(file)
            return database.references.occupation_sources()
        finally:
            database.close()


def posting(title: str, description: str = "") -> JobPosting:
    return JobPosting(platform="", board="", external_id="", url="", title=title, description_text=description)


def cases_of(lines: Iterable[dict[str, Any]], index: Index) -> list[Case]:
    occupation.use(index)
    cases = []
    for line in lines:
        expected = line["expect"]["occupation"]["soc_code"]
        read = occupation.read(posting(line["title"])).occupation
        match = occupation.match_of(line["title"])
        cases.append(
            Case(
                title=line["title"],
                source=line["source"],
                weight=line.get("weight", 1),
                codes=frozenset(expected["any"] if isinstance(expected, dict) else [expected]),
                read=read,
                features=features(match.method, match.soc_code, match.cosine, match.votes) if match else {},
            )
        )
    return cases


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """Weights of a logistic regression, by Newton's method; the intercepts of stages are free, all else is shrunk."""
    cases = [case for case in cases if case.features and case.answer not in SINCE_2018]
    names = sorted({name for case in cases for name in case.features})
    x = np.array([[case.features.get(name, 0.0) for name in names] for case in cases])
    y = np.array([case.answer in case.codes for case in cases], dtype=float)
    w = np.array([case.weight for case in cases], dtype=float)
    penalty = np.diag([0.1 if name in STAGES else RIDGE for name in names])
    beta = np.zeros(len(names))
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        step = np.linalg.solve((x.T * (w * p * (1 - p))) @ x + penalty, x.T @ (w * (y - p)) - penalty @ beta)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    fitted = {name: round(float(value), 3) for name, value in zip(names, beta, strict=True)}
    return {name: value for name, value in fitted.items() if abs(value) >= SMALLEST}


def as_toml(tables: dict[str, dict[str, float]], lines: int) -> str:
    parts = [
        "# Generated by `python -m bench.occupations fit`: do not edit.",
        f"# Weights of logistic regressions on {lines:,} labelled titles of filings; see docs/classify.md, Occupation.",
        "",
        "# Everything is a little less sure than measured: the titles of postings are not those of filings.",
        f"caution = {CAUTION}",
        "",
        "# A stated code was not measured, for want of labelled postings that state one: its figure is an assumption.",
        "[assumed]",
        "structured = 0.95",
    ]
    for name, weights in tables.items():
        # operators' filings were not measured either: they are taken to be as sure as a listed title
        parts += ["", f"[{name}]", *(f"{feature} = {value}" for feature, value in weights.items())]
        parts += [f"filing = {weights.get('exact', 0.0)}"]
    return "\n".join(parts) + "\n"


def shares(cases: Sequence[Case]) -> list[float]:
    total = sum(case.weight for case in cases)
    return [sum(case.weight * case.right[level] for case in cases) / total for level in range(len(LEVELS))]


def intervals(cases: Sequence[Case]) -> list[tuple[float, float]]:
    """95 % by bootstrap over lines."""
    right = np.array([case.right for case in cases], dtype=float)
    weight = np.array([case.weight for case in cases], dtype=float)
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(cases), (RESAMPLES, len(cases)))
    found = np.array([(right[rows] * weight[rows, None]).sum(0) / weight[rows].sum() for rows in drawn])
    return [(float(low), float(high)) for low, high in np.percentile(found, (2.5, 97.5), axis=0).T]


def told(name: str, cases: Sequence[Case]) -> str:
    figures = [
        f"{share * 100:.1f} ({low * 100:.1f}-{high * 100:.1f})"
        for share, (low, high) in zip(shares(cases), intervals(cases), strict=True)
    ]
    return f"| {name} | {len(cases):,} | {' | '.join(figures)} |"


def held_out(cases: Sequence[Case]) -> list[tuple[float, bool, float]]:
    """Confidence, whether the code was right, and weight of every case with a code, by weights of the other half."""
    judged = []
    for half in range(2):
        weights = fit(cases[1 - half :: 2])
        judged += [
            (probability(case.features, weights, CAUTION), case.answer in case.codes, case.weight)
            for case in cases[half::2]
            if case.read.soc_code
        ]
    return judged


def calibration_of(judged: Iterable[tuple[float, bool, float]]) -> Calibration:
    calibration = Calibration()
    for confidence, right, weight in judged:
        calibration.add(confidence, right, weight)
    return calibration


def report(name: str, cases: Sequence[Case], judged: Sequence[tuple[float, bool, float]]) -> None:
    print(f"\n## {name}\n\n| | titles | {' | '.join(LEVELS)} |\n| --- | --- | --- | --- | --- | --- |")
    print(told("all", cases))
    print(told("LCA", [case for case in cases if case.source.startswith("lca")]))
    print(told("H-2B", [case for case in cases if case.source.startswith("h2b")]))
    for source in sorted({case.source for case in cases}):
        print(told(source, [case for case in cases if case.source == source]))
    by_major = defaultdict(list)
    for case in cases:
        by_major[min(case.codes)[:2]].append(case)
    for major, of_major in sorted(by_major.items()):
        if len(of_major) >= 30:
            print(told(f"{major}-0000", of_major))
    print()
    total = sum(case.weight for case in cases)
    for method in (*STAGES, None):
        of_method = [case for case in cases if case.read.method == method]
        if of_method:
            weight = sum(case.weight for case in of_method)
            right = sum(case.weight * (case.answer in case.codes) for case in of_method)
            print(f"{method}: {weight / total:.3f} of the weight, first candidate right {right / weight:.3f}")
    top = sum(case.weight * any(each.soc_code in case.codes for each in case.read.candidates) for case in cases)
    answered = sum(case.weight for case in cases if case.read.soc_code)
    print(f"top five {top / total:.3f}, a code for {answered / total:.3f}")
    sure = [(right, weight) for confidence, right, weight in judged if confidence >= SURE]
    weight = sum(weight for _, weight in sure)
    right = sum(weight for right, weight in sure if right)
    print(f"held out: ECE {calibration_of(judged).error:.3f}; at {SURE} and more {right / max(weight, 1):.3f} right")
    print(f"{SURE} and more: {len(sure):,} titles, {weight / total:.3f} of the weight")
    confused = Counter[tuple[str, str]]()
    for case in cases:
        if case.read.soc_code and not case.right[0] and len(case.codes) == 1:
            confused[min(case.codes), case.read.soc_code] += int(case.weight)
    for (filed, read), count in confused.most_common(10):
        print(f"| {count} | {filed} {soc_titles().get(filed)} | {read} {soc_titles().get(read)} |")


def described(index: Index, sources: Sources) -> None:
    """What descriptions add: recorded postings with listed titles, read by an index from which those are taken out."""
    occupation.use(index)
    listed: dict[str, JobPosting] = {}
    for record in records():
        parts = parts_of(record["title"])
        if parts and len(record["description"]) >= SHORTEST_DESCRIPTION:
            listed.setdefault(parts[0].bare, posting(record["title"], record["description"]))
    exact = {title: each for title, each in listed.items() if occupation.read(each).occupation.method == "exact"}
    codes = {title: occupation.read(each).occupation.candidates[0].soc_code for title, each in exact.items()}
    kept = [each for each in sources.titles if all(part.bare not in exact for part in parts_of(each.title)[:1])]
    occupation.use(build_index(replace(sources, titles=kept), "without"))
    right = Counter[str]()
    calibration = Calibration()
    for title, each in exact.items():
        for name, text in (("title", ""), ("description", each.description_text)):
            found = occupation.read(posting(each.title, text)).occupation
            is_right = bool(found.candidates) and found.candidates[0].soc_code == codes[title]
            right[name] += is_right
        if found.method == "nearest" and found.confidence is not None:
            calibration.add(found.confidence, is_right, 1)
    shares = ", ".join(f"{name} {count / len(exact):.3f}" for name, count in right.items())
    print(f"the listing hidden, {len(exact):,} postings, right by {shares}")
    for each in calibration.bins:
        if each.n:
            print(f"  confidence {each.mean_confidence:.2f}, right {each.right.value:.2f} of {each.n}")


def speed(index: Index, titles: Sequence[str]) -> None:
    occupation.use(index)
    distinct = list(dict.fromkeys(titles))
    stream = random.Random(SEED).choices(distinct[: 20_000 // 3], k=20_000)
    for name, asked in (("repeating", stream), ("all distinct", distinct)):
        occupation.forget()
        postings = [posting(title) for title in asked]
        begin = time.perf_counter()
        for each in postings:
            occupation.read(each)
        print(f"{name}: {len(asked) / (time.perf_counter() - begin):,.0f} titles/s ({len(asked):,})")


def load_cost(version: str) -> None:
    """Time and memory of an index from disk, in a process of its own."""
    code = (
        "import time, resource; from crawlers.classify import classify; from crawlers.items import JobPosting;"
        "from crawlers.classify.occupations.cache import cached_index;"
        "rss = lambda: int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 1e6;"
        f"a = rss(); t = time.perf_counter(); i = cached_index('{version}', None); i.nearest('software engineer');"
        "print(f'load {time.perf_counter() - t:.2f} s with numpy, {rss() - a:.0f} MB over the base of {a:.0f} MB')"
    )
    print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip())


def main(*, refit: bool) -> None:
    lines = labelled()
    timed = {}
    indexes: dict[str, Index] = {}
    builders: dict[str, tuple[str, Callable[[], Sources]]] = {
        "Shipped titles alone": (occupation.index_version(), shipped),
        "With the O*NET and SOC files": (f"bench-{occupation.index_version()}", with_files),
    }
    for name, (version, sources) in builders.items():
        begin = time.perf_counter()
        indexes[name] = cached_index(version, sources)
        timed[name] = time.perf_counter() - begin
    if refit:
        tables = {
            "enriched" if index.enriched else "shipped": fit(cases_of(lines, index)) for index in indexes.values()
        }
        TABLE.write_text(as_toml(tables, len(lines)), encoding="utf-8")
        occupation.forget()
    panels = []
    for name, index in indexes.items():
        cases = cases_of(lines, index)
        judged = held_out(cases)
        report(name, cases, judged)
        panels.append(Panel(name, calibration_of(judged)))
        print(f"{len(index.titles):,} titles, {len(index.terms):,} terms; built or loaded in {timed[name]:.2f} s")
        described(index, builders[name][1]())
        speed(index, [line["title"] for line in lines])
        load_cost(index.version)
    if refit:
        DRAWING.write_text(drawing(panels), encoding="utf-8")


if __name__ == "__main__":
    main(refit=sys.argv[1:] == ["fit"])
