"""Whole crawls, run as an operator runs them: a process, a server on loopback or recordings, a database."""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FIXTURES, Run, own_postgres, read_jsonl
from tests.server import Answer, Site, serve

PLAYBACK = ("-s", f"PLAYBACK={FIXTURES}")


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A posting as Greenhouse has it."""
    return {
        "id": number,
        "title": f"Engineer {number}",
        "absolute_url": f"https://boards.example/jobs/{number}",
        "location": {"name": "Tampere"},
        "content": "&lt;p&gt;We make skis. We do not sponsor visas.&lt;/p&gt;",
        **changes,
    }


def listing(*rows: Any, **parts: Any) -> Answer:
    return Answer(json.dumps({"jobs": list(rows), "meta": {"total": len(rows)}}).encode(), **parts)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        yield site


def crawl(run: Run, site: Site, boards: str, *more: str, **options: Any) -> Any:
    environment = {"LOOPBACK": site.url, "SCRAPY_SETTINGS_MODULE": "tests.loopback_settings", **options}
    return run("crawl", "greenhouse", "-a", f"board={boards}", *more, env=environment)


def put(site: Site, board: str, answer: Any) -> None:
    site.answers[f"/v1/boards/{board}/jobs"] = answer


def query(tmp_path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(tmp_path / "run.sqlite3")) as connection:
        return connection.execute(sql).fetchall()


def outcomes(tmp_path: Path) -> dict[str, str]:
    sql = "SELECT board, outcome FROM visits JOIN boards ON boards.id = board_id"
    return dict(query(tmp_path, sql))


def test_crawl_from_recordings_and_again(run: Run, tmp_path: Path) -> None:
    first = run("crawl", "greenhouse", "-a", "board=cobaltfalls,harborlight-health", *PLAYBACK)
    assert first.returncode == 0, first.stderr
    assert "greenhouse/cobaltfalls: complete: 8 listed, 8 new" in first.stderr
    before = query(tmp_path, "SELECT * FROM postings"), query(tmp_path, "SELECT * FROM evidence")
    times = query(tmp_path, "SELECT last_seen_at FROM postings")
    second = run("crawl", "greenhouse", "-a", "board=cobaltfalls,harborlight-health", *PLAYBACK)
    assert second.returncode == 0, second.stderr
    assert "greenhouse/cobaltfalls: complete: 8 listed, 8 unchanged" in second.stderr
    assert "'posting/unchanged': 14" in second.stderr
    assert "'item_scraped_count'" not in second.stderr, "unchanged rows are not read again"
    after = query(tmp_path, "SELECT * FROM postings"), query(tmp_path, "SELECT * FROM evidence")
    last_seen = [description[1] for description in query(tmp_path, "PRAGMA table_info(postings)")].index("last_seen_at")

    def without(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [row[:last_seen] + row[last_seen + 1 :] for row in rows]

    assert without(before[0]) == without(after[0])
    assert before[1] == after[1]
    assert all(new > old for old, new in zip(times, query(tmp_path, "SELECT last_seen_at FROM postings"), strict=True))


def test_feed_holds_all_postings_each_time(run: Run, tmp_path: Path) -> None:
    for name in ("first", "second"):
        file = tmp_path / f"{name}.jsonl"
        result = run("crawl", "lever", "-a", "board=northwind-robotics", "-O", str(file), *PLAYBACK)
        assert result.returncode == 0, result.stderr
    first, second = (read_jsonl(tmp_path / f"{name}.jsonl") for name in ("first", "second"))
    assert len(first) == 7
    assert first == second
    assert all(posting["sponsorship"] and posting["description_text"] for posting in first)


def test_enabled_boards_are_crawled_without_arguments(run: Run, tmp_path: Path) -> None:
    boards = tmp_path / "boards.txt"
    boards.write_text("cobaltfalls\nhttps://boards.greenhouse.io/harborlight-health  \n# a note\n")
    assert run("boards", "import", boards, "--platform", "greenhouse").returncode == 0
    assert run("boards", "disable", "greenhouse", "harborlight-health").returncode == 0
    result = run("crawl", "greenhouse", *PLAYBACK)
    assert result.returncode == 0, result.stderr
    assert outcomes(tmp_path) == {"cobaltfalls": "complete"}


def test_european_site_by_url_and_by_bare_name(run: Run, tmp_path: Path) -> None:
    by_url = run("crawl", "lever", "-a", "board=https://jobs.eu.lever.co/fjordlicht", *PLAYBACK)
    assert by_url.returncode == 0, by_url.stderr
    assert outcomes(tmp_path) == {"eu.fjordlicht": "complete"}
    by_name = run("crawl", "lever", "-a", "board=fjordlicht", *PLAYBACK)
    assert by_name.returncode == 0, by_name.stderr
    assert outcomes(tmp_path) == {"eu.fjordlicht": "complete", "fjordlicht": "not_found"}
    assert query(tmp_path, "SELECT count(*) FROM postings") == [(5,)]


def test_unknown_site_is_asked_for_twice_and_not_again(run: Run, tmp_path: Path) -> None:
    result = run("crawl", "lever", "-a", "board=tpyo", *PLAYBACK)
    assert result.returncode == 0
    assert outcomes(tmp_path) == {"tpyo": "not_found"}
    assert "'playback/unrecorded': 3" in result.stderr, "two hosts, and the robots.txt of one"


def test_site_under_both_names_is_visited_once(run: Run, tmp_path: Path) -> None:
    for boards in ("fjordlicht,eu.fjordlicht", "eu.fjordlicht,fjordlicht"):
        result = run("crawl", "lever", "-a", f"board={boards}", *PLAYBACK)
        assert result.returncode == 0, result.stderr
        assert "Traceback" not in result.stderr
    assert query(tmp_path, "SELECT count(*) FROM postings") == [(5,)]


def test_id_listed_twice_does_not_flip(run: Run, site: Site, tmp_path: Path) -> None:
    put(site, "twice", listing(row(1, location={"name": "Oslo"}), row(1, location={"name": "Rome"})))
    for _ in range(2):
        assert crawl(run, site, "twice").returncode == 0
    assert query(tmp_path, "SELECT location_raw, changed_at FROM postings") == [("Oslo", None)]


def test_unstorable_value_costs_one_posting_at_most(run: Run, site: Site, tmp_path: Path) -> None:
    odd = [{"min_cents": 1, "max_cents": 2, "currency_type": "U\0SD", "title": "\ud800 NYC"}]
    put(site, "odd", listing(row(1), row(2, pay_input_ranges=odd), row(3)))
    assert crawl(run, site, "odd").returncode == 0
    assert query(tmp_path, "SELECT count(*) FROM postings") == [(3,)]


def test_unknown_board_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    result = run("crawl", "greenhouse", "-a", "board=tpyo", *PLAYBACK)
    assert result.returncode == 0
    lines = [line for line in result.stderr.splitlines() if "tpyo" in line]
    assert len(lines) == 1
    assert "WARNING: greenhouse/tpyo: not_found (HTTP 404" in lines[0]
    assert outcomes(tmp_path) == {"tpyo": "not_found"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["grenhouse", "-a", "board=x"], "did you mean greenhouse?"),
        ([], "name a platform: ashby, careers, greenhouse, lever"),
        (["greenhouse", "--board=x"], "did you mean -a board=KEY?"),
        (["greenhouse", "--outptu=x"], "did you mean --output?"),
        (["greenhouse", "-a", "bord=x"], "no argument 'bord'"),
        (["greenhouse", "-a", "board=x", "left"], "unexpected argument: left"),
        (["greenhouse", "-a", "board=x", "-s", "DOWNLOAD_DELY=1"], "did you mean DOWNLOAD_DELAY?"),
        (["greenhouse", "-a", "board=../../x"], "not the URL of a greenhouse board"),
        (["greenhouse", "-a", "board=a b"], "cannot be a greenhouse board's key"),
        (["greenhouse", "-a", "board=https://jobs.lever.co/x"], "not the URL of a greenhouse board"),
        (["greenhouse", "-a", "boards=/none"], "/none"),
        (["greenhouse"], "scrapy boards import"),
        (["greenhouse", "-a", "board=x", "-s", "PLAYBACK=/none"], "PLAYBACK=/none"),
        (["greenhouse", "-a", "board=x", "-s", "DATABASE_URL=postgresql://u:pw@127.0.0.1:1/d"], "127.0.0.1"),
        (["greenhouse", "-a", "board=x", "-s", "DATABASE_URL=oracle://x"], "oracle"),
    ],
)
def test_what_cannot_start_says_why(run: Run, arguments: list[str], says: str) -> None:
    result = run("crawl", *arguments)
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert "pw" not in result.stderr


def test_bad_answers_cost_only_their_board(run: Run, site: Site, tmp_path: Path) -> None:
    good = listing(row(1), row(2))
    put(site, "good", good)
    put(site, "empty", listing())
    put(site, "truncated", Answer(good.body[:-20]))
    put(site, "html", Answer(b"<html><h1>Down for repairs</h1></html>", headers={"Content-Type": "text/html"}))
    put(site, "shape", Answer(b'{"openings": []}'))
    put(site, "rows", listing(row(1), "text", {"id": 3}, row(4, title=" "), row(5, id=None), row(6, location="x")))
    put(site, "deep", Answer(b"[" * 100_000))
    put(site, "charset", Answer(json.dumps({"jobs": [row(1, title="Zürich")]}, ensure_ascii=False).encode("latin-1")))
    put(site, "lying", listing(row(1, title="Łódź"), headers={"Content-Type": "application/json; charset=latin-1"}))
    put(site, "huge", Answer(b'{"jobs": ["' + b"x" * 200_000 + b'"]}'))
    put(site, "bomb", Answer(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}))
    put(site, "gzip", Answer(b"\x1f\x8b not gzip at all", headers={"Content-Encoding": "gzip"}))
    put(site, "cut", Answer(good.body, length=len(good.body) + 500))
    put(site, "loop", Answer(status=302, headers={"Location": "/v1/boards/loop/jobs"}))
    put(site, "forbidden", Answer(status=403))
    put(site, "failing", Answer(status=500))
    put(site, "surrogate", Answer(json.dumps({"jobs": [row(1, title="\ud800\0E 1")]}).encode()))
    names = [path.split("/")[3] for path in site.answers]
    result = crawl(run, site, ",".join([*names, "nothere"]), "-s", "DOWNLOAD_MAXSIZE=100000")
    assert result.returncode == 1, result.stderr
    assert outcomes(tmp_path) == {
        "good": "complete",
        "empty": "complete",
        "truncated": "unreadable",
        "html": "unreadable",
        "shape": "unreadable",
        "rows": "complete",
        "deep": "unreadable",
        "charset": "complete",
        "lying": "complete",
        "huge": "unreadable",
        "bomb": "unreadable",
        "gzip": "unreadable",
        "cut": "unreadable",
        "loop": "blocked",
        "forbidden": "blocked",
        "failing": "blocked",
        "surrogate": "complete",
        "nothere": "not_found",
    }
    stored = "SELECT board, title FROM postings JOIN boards ON boards.id = board_id ORDER BY 1, 2"
    assert query(tmp_path, stored) == [
        ("charset", "Zürich"),
        ("good", "Engineer 1"),
        ("good", "Engineer 2"),
        ("lying", "Łódź"),
        ("rows", "Engineer 1"),
        ("surrogate", "?E 1"),
    ]
    assert query(tmp_path, "SELECT listed, unreadable FROM visits WHERE unreadable > 0") == [(6, 5)]
    assert "Traceback" not in result.stderr


def test_retry_after_is_obeyed_by_the_whole_host(run: Run, site: Site) -> None:
    limited = iter([Answer(status=429, headers={"Retry-After": "2"})])
    put(site, "limited", lambda: next(limited, listing(row(1))))
    for number in range(4):
        put(site, f"b{number}", listing(row(1)))
    # One at a time, and slow enough that the others are still waiting when the host asks for a pause.
    slow = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-s", "DOWNLOAD_DELAY=0.2")
    result = crawl(run, site, "limited,b0,b1,b2,b3", *slow)
    assert result.returncode == 0, result.stderr
    refused, retried = site.times("/v1/boards/limited/jobs")
    assert retried - refused >= 2
    assert all(site.times(f"/v1/boards/b{number}/jobs")[0] - refused >= 2 for number in range(4))


def test_host_that_asks_for_too_long_a_pause_is_left_alone(run: Run, site: Site, tmp_path: Path) -> None:
    names = [f"limited{number}" for number in range(6)]
    for name in names:
        put(site, name, Answer(status=429, headers={"Retry-After": "86400"}))
    slow = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-s", "DOWNLOAD_DELAY=0.2")
    assert crawl(run, site, ",".join(names), *slow).returncode == 1
    assert outcomes(tmp_path) == dict.fromkeys(names, "blocked")
    assert len([asked for asked in site.asked if "limited" in asked.path]) == 1


def test_robots_txt_is_obeyed(run: Run, site: Site, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /v1/boards/private/\nCrawl-delay: 1\n", headers={})
    put(site, "private", listing(row(1)))
    put(site, "open", listing(row(1)))
    put(site, "other", listing(row(1)))
    result = crawl(run, site, "private,open,other")
    assert result.returncode == 1
    assert outcomes(tmp_path) == {"private": "blocked", "open": "complete", "other": "complete"}
    assert site.times("/v1/boards/private/jobs") == []
    assert abs(site.times("/v1/boards/open/jobs")[0] - site.times("/v1/boards/other/jobs")[0]) >= 0.9
    assert site.asked[0].headers["User-Agent"].startswith("crawlers/")


def test_database_that_goes_away_in_mid_crawl(run: Run, site: Site, tmp_path: Path) -> None:
    """The server stops PostgreSQL while it answers the third board."""
    with own_postgres() as server:
        uri = server.get_uri()
        assert run("migrate", env={"DATABASE_URL": uri}).returncode == 0

        def stop_and_answer() -> Answer:
            for _ in range(200):
                if "2" in server.psql("SELECT count(*) FROM visits;"):
                    break
                time.sleep(0.05)
            server.stop()
            return listing(*[row(number) for number in range(50)])

        for number in range(2):
            put(site, f"before{number}", listing(row(1), row(2)))
        put(site, "stop", stop_and_answer)
        for number in range(20):
            put(site, f"later{number}", listing(row(1)))
        names = ",".join(path.split("/")[3] for path in site.answers)
        result = crawl(run, site, names, "-s", "CONCURRENT_REQUESTS=1", DATABASE_URL=uri)
        assert result.returncode == 1, result.stderr
        assert "greenhouse/stop: partial" in result.stderr
        assert len(site.asked) < 15, "without a database it would fetch for nothing"
        server.start()
        told = server.psql(
            "SELECT board || ' ' || outcome || ' ' || count(postings.id) FROM boards"
            " JOIN visits ON visits.board_id = boards.id LEFT JOIN postings ON postings.board_id = boards.id"
            " GROUP BY board, outcome;"
        )
        assert "before0 complete 2" in told
        assert "stop" not in told
