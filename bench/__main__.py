"""`python -m bench [ROUNDS]`: floor and full chain in turns against one server; medians, their ratio, peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench import texts
from bench.site import BOARDS, POSTINGS


def crawl(kind: str, url: str, database_url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.crawl", kind, url, database_url]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert told["postings"] == BOARDS * POSTINGS, told
    return told


def main(rounds: int) -> None:
    server = subprocess.Popen([sys.executable, "-m", "bench.site"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        runs: dict[str, list[dict[str, Any]]] = {"floor": [], "tuned": [], "full": [], "again": []}
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                database_url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
                runs["floor"].append(crawl("floor", url, ""))
                runs["tuned"].append(crawl("tuned", url, ""))
                runs["full"].append(crawl("full", url, database_url))
                runs["again"].append(crawl("full", url, database_url))
    finally:
        server.terminate()
        server.wait()
    names = {
        "floor": "floor",
        "tuned": "floor, with our settings",
        "full": "full chain into SQLite",
        "again": "the same again, unchanged",
    }
    floor = median(run["postings"] / run["seconds"] for run in runs["floor"])
    print(f"{BOARDS} boards x {POSTINGS} postings, medians of {rounds}")
    for kind, measured in runs.items():
        speed = median(run["postings"] / run["seconds"] for run in measured)
        memory = median(run["megabytes"] for run in measured)
        print(f"{names[kind]:28} {speed:8,.0f} postings/s   floor / this {floor / speed:5.2f}   peak {memory:4.0f} MB")


if __name__ == "__main__":
    texts.main()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
