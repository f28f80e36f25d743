"""`python -m bench.rereading [COUNT]`: `scrapy reclassify` over so many (100,000) stored postings: time and memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.readings import records
from crawlers.classify import classify
from crawlers.classify.contract import posting_from
from crawlers.storage import Database
from crawlers.visits import Visit

PROJECT = Path(__file__).parent.parent


def fill(database: Database, count: int) -> None:
    """Real postings again and again, read by rules of another version."""
    rows = records()
    for start in range(0, count, 500):
        postings = []
        for number in range(start, min(start + 500, count)):
            posting = posting_from(rows[number % len(rows)])
            posting.platform, posting.board, posting.external_id = "greenhouse", "bench", str(number)
            posting.url, posting.title = f"https://boards.example/{number}", posting.title or "Untitled"
            postings.append(posting)
            if number < len(rows):
                classify(posting)
            posting.rules_version = "before"
        visit = Visit(platform="greenhouse", board="bench")
        visit.end()
        database.save(visit, postings, last=True)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        database = Database(url)
        database.prepare()
        fill(database, count)
        database.close()
        environment = os.environ | {"DATABASE_URL": url}
        for name, extra in (("dry run", ["--dry-run"]), ("written", [])):
            start = perf_counter()
            command = [sys.executable, "-m", "scrapy", "reclassify", *extra]
            done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
            taken = perf_counter() - start
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"{taken:8.1f} s, {count / taken:,.0f} postings/s, {memory:,.0f} MB at most a process: {name}")
            print("        ", done.stdout.splitlines()[0])


if __name__ == "__main__":
    main()
