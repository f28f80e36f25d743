"""Spiders against real recorded answers, which are not part of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import TextResponse
from scrapy.utils.test import get_crawler

from crawlers.base import BoardSpider
from crawlers.items import JobPosting
from crawlers.payload import finish
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.spiders.lever import LeverSpider
from crawlers.text import plain_text


def rows_of(file: Path) -> list[dict[str, Any]]:
    """Rows of a recording: a list's, or the one posting that it is."""
    answer = json.loads(file.read_bytes())
    if isinstance(answer, list):
        return answer
    return list(answer["jobs"]) if "jobs" in answer else [answer]


def read_all(spider: BoardSpider, file: Path) -> list[tuple[dict[str, Any], JobPosting]]:
    pairs = []
    for row in rows_of(file):
        whole = json.loads(json.dumps(row))
        posting = spider.read(row, "board")
        finish(posting)
        assert row.keys() <= spider.unread, f"unread keys: {row.keys() - spider.unread}"
        pairs.append((whole, posting))
    return pairs


def stripped(row: dict[str, Any]) -> bool:
    """Whether the recording's maker put a note in the place of the body."""
    return str(row.get("content")).startswith("<stripped")


def files(data: Path, platform: str) -> list[Path]:
    """Recordings of the answers that spiders ask for; the rest are pages, and Greenhouse's list of departments."""
    return sorted(file for file in (data / "payloads" / platform).glob("*.json") if "departments" not in file.name)


@pytest.fixture
def greenhouse() -> BoardSpider:
    return GreenhouseSpider.from_crawler(get_crawler(GreenhouseSpider, {"DATABASE_URL": ""}))


@pytest.fixture
def lever() -> BoardSpider:
    return LeverSpider.from_crawler(get_crawler(LeverSpider, {"DATABASE_URL": ""}))


def test_greenhouse(data: Path, greenhouse: BoardSpider) -> None:
    counts = {}
    for file in files(data, "greenhouse"):
        pairs = read_all(greenhouse, file)
        counts[file.name] = len(pairs)
        for row, posting in pairs:
            assert posting.external_id == str(row["id"])
            assert posting.title == " ".join(row["title"].split())
            assert posting.url == row["absolute_url"]
            assert bool(posting.description_text) == bool(row.get("content")) or stripped(row)
            assert len(posting.questions) == len(row.get("questions") or [])
            assert (posting.posted_at is None) == (row.get("first_published") is None)
            assert len(posting.pay_ranges) == len(row.get("pay_input_ranges") or [])
    assert sum(counts.values()) == 79
    assert counts["boardwatch__empty.json"] == 0
    assert counts["cheddar__boards_api_greenhouse_io_v1_boards_codepath_jobs.json"] == 14


def test_greenhouse_bodies_are_whole(data: Path, greenhouse: BoardSpider) -> None:
    """Every word of the escaped content is in the text, and no markup is."""
    for file in files(data, "greenhouse"):
        for row, posting in read_all(greenhouse, file):
            if row.get("content") and not stripped(row):
                assert "<" not in posting.description_text.replace("<3", "")
                assert "&nbsp;" not in posting.description_text
                assert len(posting.description_text) > 0.3 * len(row["content"]) / 3
                assert posting.description_html
                assert plain_text(posting.description_html) == posting.description_text


def test_lever(data: Path, lever: BoardSpider) -> None:
    counts = {}
    for file in files(data, "lever"):
        pairs = read_all(lever, file)
        counts[file.name] = len(pairs)
        for row, posting in pairs:
            assert posting.external_id == row["id"]
            assert posting.title == " ".join(row["text"].split())
            assert posting.url == row["hostedUrl"]
            # One synthetic file has no body at all.
            assert posting.description_text or "descriptionPlain" not in row
            assert posting.posted_at
            assert posting.country == row.get("country")
            for part in row.get("lists", []):
                assert " ".join(part["text"].split()) in " ".join(posting.description_text.split())
            closing = " ".join((row.get("additionalPlain") or "").split()[:8])
            assert closing in " ".join(posting.description_text.split())
    assert sum(counts.values()) >= 200
    assert counts["cheddar__api_lever_co_v0_postings_GoToGroup.json"] == 168
    assert counts["boardwatch__empty.json"] == 0


def test_list_of_jobs_is_found(data: Path, greenhouse: BoardSpider, lever: BoardSpider) -> None:
    for spider, platform, name in (
        (greenhouse, "greenhouse", "boardwatch__normal.json"),
        (lever, "lever", "boardwatch__normal.json"),
    ):
        body = (data / "payloads" / platform / name).read_bytes()
        assert len(spider.jobs(TextResponse("https://board.example", body=body))) in {5, 6}


@pytest.mark.parametrize("platform", ["greenhouse", "lever"])
def test_real_board_keys_are_keys(data: Path, platform: str) -> None:
    spider = {"greenhouse": GreenhouseSpider, "lever": LeverSpider}[platform]
    for name in (data / "boards" / f"{platform}.txt").read_text(encoding="utf-8").split():
        assert spider.key_of(name) == name
