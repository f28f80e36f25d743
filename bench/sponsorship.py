"""`python -m bench.sponsorship`: postings read for visas per second, and the slowest of 100 kB of hostile texts."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.readings import forget
from crawlers.classify.concepts import expand
from crawlers.classify.document import document_of
from crawlers.classify.rules import load
from crawlers.classify.sponsorship import read
from crawlers.classify.sponsorship_rules import sponsorship_rules
from crawlers.items import JobPosting

DATA = Path(os.environ.get("CRAWLERS_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
SIZE = 100_000
ROUNDS = 3
RANDOM_TEXTS = 60
REPEATED = (
    "a", " ", "\n", "visa. ", "visa ", "not ", "sponsor ", "authorized to ", "citizen and ", "us person or ",
    "We do not sponsor visas\n", "- visa\n", "Benefits:\n- visa\n", "visa? ", "visa? We ", "if you need a visa we ",
    "active secret clearance ", "not able to sponsor visas for every role, may require h-1b citizen or resident ",
    "elsewhere Berlin, ", "H-1B; TN; ", "U.S. visa ", "visa | ",
)  # fmt: skip


def posting_of(text: str, title: str = "Engineer") -> JobPosting:
    return JobPosting(
        platform="bench", board="bench", external_id="1", url="", title=title, description_text=text, language="en"
    )


def seconds(postings: list[JobPosting]) -> float:
    """For reading what postings say of visas, their descriptions made ready before as all readings share them."""
    documents = [document_of(job.description_text) for job in postings]
    for document in documents:
        document.places.of(sponsorship_rules().words)
    forget()
    start = perf_counter()
    for job, document in zip(postings, documents, strict=True):
        read(job, document)
    return perf_counter() - start


def hostile_texts() -> Iterator[tuple[str, str]]:
    """Names and texts of SIZE characters: one phrase again and again, and words of the rules in any order."""
    for phrase in REPEATED:
        yield repr(phrase), (phrase * (SIZE // len(phrase) + 1))[:SIZE]
    words = [phrase for entries in load("concepts")["words"]["en"].values() for e in entries for phrase in expand(e)]
    chance = random.Random(0)
    for number in range(RANDOM_TEXTS):
        few = chance.sample(words, chance.choice([3, 30, 3000]))
        separators = chance.choice([" ", " ", ". ", ", ", "\n", "; "])
        yield f"words {number}", separators.join(chance.choices(few, k=SIZE // 6))[:SIZE]


def main() -> None:
    file = DATA / "postings.jsonl.gz"
    if file.is_file():
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        jobs = [posting_of(record["description"] or "", record["title"] or "") for record in records]
        speaking = [job for job in jobs if not read(job).is_silent]
        spoken = {id(job) for job in speaking}
        silent = [job for job in jobs if id(job) not in spoken]
        for name, postings in (("without a word of the subject", silent), ("with one", speaking)):
            rate = len(postings) / median(seconds(postings) for _ in range(ROUNDS))
            size = sum(len(job.description_text) for job in postings) / len(postings) / 1000
            print(f"{rate:8,.0f} postings/s {name} ({len(postings)} real ones of {size:.1f} kB on average)")
    else:
        print(f"no postings under {DATA}; CRAWLERS_DATA names another place")
    slowest = max((seconds([posting_of(text)]), name) for name, text in hostile_texts())
    count = len(REPEATED) + RANDOM_TEXTS
    print(f"{slowest[0] * 1000:8.1f} ms for the slowest of {count} texts of 100 kB: {slowest[1]}")


if __name__ == "__main__":
    main()
