"""`python -m bench.soak [ROUNDS]`: crawls killed at random moments, one after the other; then a whole one.

Whatever the moment, nothing that was stored may be lost, doubled or half there, and the last crawl makes it whole.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bench.site import BOARDS, POSTINGS

CHECKS = {
    "postings without a text": "SELECT count(*) FROM postings WHERE id NOT IN (SELECT posting_id FROM posting_texts)",
    "postings without readings": "SELECT count(*) FROM postings WHERE id NOT IN (SELECT posting_id FROM readings)",
    "postings twice": (
        "SELECT count(*) FROM (SELECT 1 FROM postings GROUP BY board_id, external_id HAVING count(*) > 1)"
    ),
    "visits that claim more than is stored": (
        "SELECT count(*) FROM visits v WHERE stored > (SELECT count(*) FROM postings p WHERE p.board_id = v.board_id)"
    ),
}


def count(database: Path, query: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(query).fetchone()[0])


def main(rounds: int) -> None:
    seed = random.randrange(1_000_000)
    rng = random.Random(seed)
    print(f"{rounds} crawls to be killed, seed {seed}")
    server = subprocess.Popen([sys.executable, "-m", "bench.site"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "soak.sqlite3"
            command = [sys.executable, "-m", "bench.crawl", "full", url, f"sqlite:///{database}"]
            stored = 0
            for number in range(rounds):
                crawl = subprocess.Popen(command, stdout=subprocess.DEVNULL)
                try:
                    crawl.wait(rng.uniform(1.5, 8))
                except subprocess.TimeoutExpired:
                    crawl.kill()
                    crawl.wait()
                verify(database)
                now = count(database, "SELECT count(*) FROM postings") if database.exists() else 0
                assert now >= stored, f"{stored - now} postings lost"
                stored = now
                print(f"killed {number + 1}: {stored:,} postings, nothing lost, doubled or half there", flush=True)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            verify(database)
            assert count(database, "SELECT count(*) FROM postings") == BOARDS * POSTINGS
            print("the crawl after them made it whole")
    finally:
        server.terminate()
        server.wait()


def verify(database: Path) -> None:
    if not database.exists():
        return
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'visits'").fetchone():
            return
    for name, query in CHECKS.items():
        found = count(database, query)
        assert found == 0, f"{found} {name}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
