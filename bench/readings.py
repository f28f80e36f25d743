"""`python -m bench.readings`: postings read in full per second, plain and as HTML, the time of each reading, and the
slowest of 100 kB of hostile texts."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from functools import _lru_cache_wrapper, partial
from html import escape
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from statistics import median
from time import perf_counter
from typing import Any

import crawlers.classify as readings
from crawlers.classify import classify
from crawlers.classify.contract import posting_from
from crawlers.classify.document import document_of
from crawlers.items import JobPosting

DATA = Path(os.environ.get("CRAWLERS_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
SIZE = 100_000
ROUNDS = 3
MODULES = (
    "place", "pay", "degree", "experience", "schedule", "skills", "certifications", "travel", "sponsorship",
    "occupation",
)  # fmt: skip
REPEATED = (
    "a", " ", "\n", "1", "$5", "$1,000 - ", "up to 10k per ", "5 years of experience ", "5-10 ",
    "bachelor's degree or ", "Requirements: ", "Requirements\n", "Monday to Friday 8am - 5pm ", "Python, ",
    "R, C, Go, ", "travel 25% ", "CPA or ", "remote ", "((((", "Salary: €50.000 bis ", "years years ",
    "What you ", "Qualifications", "10 000 000 ", "H-1B visa ", "no degree required, ", "certified in ",
    "shift 1st 2nd ", "İ", "•\n", "401(k) $5 bonus of $10,000 ", "Level II: $1\n",
)  # fmt: skip


def records() -> list[dict[str, Any]]:
    """The real postings, as input lines."""
    with gzip.open(DATA / "postings.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        {
            "title": row["title"] or "",
            "description": row["description"] or "",
            "locations": [row["location"]] if row["location"] else [],
            "employment_type": row["employment_type"] or None,
        }
        for row in rows
    ]


def as_html(record: dict[str, Any]) -> dict[str, Any]:
    """The same posting as an employer's system would publish it: a tag for each line."""
    lines = (f"<li>{escape(line[2:])}</li>" if line[:2] in {"• ", "* ", "- "} else f"<p>{escape(line)}</p>"
             for line in record["description"].split("\n"))  # fmt: skip
    return record | {"description": f"<div>{''.join(lines)}</div>"}


def forget() -> None:
    """Empty what readings remember of titles, headings, places and segments: a crawl reads most of them once."""
    for info in iter_modules(readings.__path__):
        for each in vars(import_module(f"{readings.__name__}.{info.name}")).values():
            if isinstance(each, _lru_cache_wrapper) and each.cache_parameters()["maxsize"] not in (None, 1):
                each.cache_clear()


def seconds(work: Any, items: list[Any]) -> float:
    """The median of a few rounds over all items."""
    times = []
    for _ in range(ROUNDS):
        forget()
        start = perf_counter()
        for item in items:
            work(item)
        times.append(perf_counter() - start)
    return median(times)


def parts(postings: list[JobPosting]) -> Iterator[tuple[str, float]]:
    """Microseconds a posting of each reading by itself, on postings that are classified."""
    documents = {id(posting): document_of(posting.description_text) for posting in postings}
    yield "document", seconds(lambda posting: document_of(posting.description_text), postings)
    yield "employment", seconds(partial(_employment, documents), postings)
    for name in MODULES:
        if module := getattr(readings, name, None):
            read = module.read if name == "occupation" else partial(_with_document, module.read, documents)
            yield name, seconds(read, postings)


def _employment(documents: dict[int, Any], posting: JobPosting) -> None:
    readings.employment.read(posting, posting.language, documents[id(posting)])


def _with_document(read: Any, documents: dict[int, Any], posting: JobPosting) -> None:
    read(posting, documents[id(posting)])


def posting_of(text: str) -> JobPosting:
    return JobPosting(platform="bench", board="bench", external_id="1", url="", title="Cook", description_text=text)


def main() -> None:
    if (DATA / "postings.jsonl.gz").is_file():
        rows = records()
        postings = [posting_from(row) for row in rows]
        count, size = len(rows), sum(len(row["description"]) for row in rows) / len(rows) / 1000
        print(f"{count / seconds(classify, postings):8,.0f} postings/s, all readings ({count} of {size:.1f} kB)")
        html = [as_html(row) for row in rows]
        rate = count / seconds(lambda row: classify(posting_from(row)), html)
        print(f"{rate:8,.0f} postings/s, HTML made clean and read ({count}, a tag for each line)")
        rate = count / seconds(classify, [posting_from(row) for row in html])
        print(f"{rate:8,.0f} postings/s, all readings of those texts")
        for name, taken in parts(postings):
            print(f"{taken / count * 1e6:8.1f} us  {name}")
    else:
        print(f"no postings under {DATA}; CRAWLERS_DATA names another place")
    slowest = []
    for phrase in REPEATED:
        posting = posting_of((phrase * (SIZE // len(phrase) + 1))[:SIZE])
        start = perf_counter()
        classify(posting)
        slowest.append((perf_counter() - start, phrase))
    for taken, phrase in sorted(slowest, reverse=True)[:5]:
        print(f"{taken * 1000:8.1f} ms for 100 kB of {phrase!r}")


if __name__ == "__main__":
    main()
