"""Every platform, by its recordings: what a spider reads from them is what was approved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from itemadapter import ItemAdapter
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from crawlers.visits import Outcome
from tests.conftest import FIXTURES
from tests.player import play

RECORDINGS = sorted(file.parent for file in FIXTURES.rglob("exchanges.json"))
_settings = Settings()
_settings.setmodule("crawlers.settings")
PLATFORMS = SpiderLoader.from_settings(_settings)


def record(posting: Any) -> Any:
    """A posting as it stands in expected.json: what was read, without what was not."""
    fields = ItemAdapter(posting).asdict()
    del fields["row_hash"]  # differs in every version of the project
    return told(fields)


def told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: told(each) for key, each in value.items() if each not in (None, [], {}, "")}
    return [told(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_board_reads_as_approved(folder: Path, request: pytest.FixtureRequest) -> None:
    played = play(PLATFORMS.load(folder.parent.name), folder)
    read = {
        "visits": {board: [visit.outcome, visit.listed, visit.unreadable] for board, visit in played.visits.items()},
        "postings": [record(posting) for posting in played.postings],
    }
    approved = folder / "expected.json"
    if request.config.getoption("--approve"):
        approved.write_text(json.dumps(read, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(read, default=str)) == json.loads(approved.read_text(encoding="utf-8"))


@pytest.mark.parametrize("platform", PLATFORMS.list())
def test_platform_has_recordings(platform: str) -> None:
    boards = [play(PLATFORMS.load(platform), folder) for folder in RECORDINGS if folder.parent.name == platform]
    whole = [played for played in boards if len(played.postings) >= 5]
    broken = [
        played
        for played in boards
        if any(visit.unreadable or visit.outcome == Outcome.UNREADABLE for visit in played.visits.values())
    ]
    assert len(whole) >= 2, "each platform needs two boards with five postings or more"
    assert broken, "each platform needs a recording of a broken answer"


def test_drift_is_counted() -> None:
    played = play(PLATFORMS.load("greenhouse"), FIXTURES / "greenhouse" / "cobaltfalls")
    assert {key: n for key, n in played.stats.items() if "/unread/" in key} == {"greenhouse/unread/hiring_pod": 1}


def test_questions_on_request() -> None:
    folder = FIXTURES / "greenhouse" / "questions-board"
    spider = PLATFORMS.load("greenhouse")
    assert not any(posting.questions for posting in play(spider, folder).postings)
    asked = play(spider, folder, questions="1")
    assert len(asked.postings) == 5
    assert all(posting.questions for posting in asked.postings)
    assert any("sponsorship" in question for posting in asked.postings for question in posting.questions)
