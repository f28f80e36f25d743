"""HTML to clean HTML and text, on real Greenhouse bodies where the shared data is at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from selectolax.lexbor import LexborHTMLParser

from crawlers.text import clean_html, plain_text, unescape_once

DATA = Path(os.environ.get("CRAWLERS_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def milliseconds(work: Callable[[str], object], bodies: list[str]) -> float:
    """Best of twenty, per 6 kB."""
    best = float("inf")
    for _ in range(20):
        start = perf_counter()
        for body in bodies:
            work(body)
        best = min(best, perf_counter() - start)
    return best * 1000 * 6000 / sum(map(len, bodies))


def main() -> None:
    bodies = [
        unescape_once(job["content"])
        for file in (DATA / "payloads" / "greenhouse").glob("*.json")
        for job in json.loads(file.read_bytes()).get("jobs", [])
        if len(job.get("content") or "") > 1000
    ]
    if not bodies:
        print(f"no real bodies under {DATA}; CRAWLERS_DATA names another place")
        return
    floor = milliseconds(LexborHTMLParser, bodies)
    ours = milliseconds(lambda body: plain_text(clean_html(body)), bodies)
    print(f"HTML to clean HTML and text, {len(bodies)} real bodies:")
    print(f"{ours:.2f} ms for 6 kB, {ours / floor:.1f} times the time of parsing alone")
