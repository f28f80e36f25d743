"""`scrapy genspider`: a new platform's spider passes the checks and reads the commonest form as it stands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import UsageError

from crawlers.commands.genspider import address_of, boards_of, key_of
from crawlers.detect import board_in
from crawlers.visits import Outcome
from tests.conftest import PROJECT, Run
from tests.player import play
from tests.server import Answer, serve

ROW = {
    "id": 4711,
    "url": "https://acme.example/jobs/4711",
    "title": "Welder",
    "description": "<p>Weld.</p>",
    "location": "Ulm",
    "published_at": "2026-10-01T08:00:00Z",
    "shift": "night",
}


@pytest.fixture
def genspider(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `scrapy genspider` for a package in `tmp_path`, which other commands find as well."""
    (tmp_path / "newspiders").mkdir()
    (tmp_path / "newspiders" / "__init__.py").write_text('"""New platforms."""\n')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda *arguments: run("genspider", *arguments, "-s", "NEWSPIDER_MODULE=newspiders")


def checked(*command: str | Path) -> None:
    result = subprocess.run([sys.executable, "-m", *map(str, command)], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def loaded(file: Path) -> Any:
    """The spider class of a file."""
    names: dict[str, Any] = {"__name__": file.stem}
    exec(compile(file.read_text(), file, "exec"), names)
    return names[f"{file.stem.capitalize()}Spider"]


def recorded(folder: Path, answers: dict[str, Any]) -> Path:
    folder.mkdir()
    exchanges = []
    for number, (url, answer) in enumerate(answers.items()):
        (folder / f"{number}.json").write_text(json.dumps(answer))
        response = {"status": 200, "headers": {"Content-Type": "application/json"}, "file": f"{number}.json"}
        exchanges.append({"request": {"url": url}, "response": response})
    (folder / "exchanges.json").write_text(json.dumps(exchanges))
    return folder


def test_spiders_pass_the_checks_and_read_postings(genspider: Any, tmp_path: Path) -> None:
    board = genspider("-t", "board", "acme", "https://api.acme.example/v1/boards/{board}/jobs")
    assert board.returncode == 0, board.stderr
    detail = genspider("-t", "detail", "beta", "{board}.beta.example")
    assert detail.returncode == 0, detail.stderr
    acme, beta = (tmp_path / "newspiders" / name for name in ("acme.py", "beta.py"))
    for said in (f"{acme}: the link", "scrapy capture acme -a board=KEY", "--approve", "docs/add-a-platform.md"):
        assert said in board.stdout
    checked("ruff", "check", "--config", PROJECT / "pyproject.toml", acme, beta)
    checked("ruff", "format", "--check", "--config", PROJECT / "pyproject.toml", acme, beta)
    checked("mypy", "--strict", acme, beta)

    for rows in ([ROW, {"id": 1}], {"jobs": [ROW, {"id": 1}]}):
        folder = recorded(tmp_path / f"as-{type(rows).__name__}", {"https://api.acme.example/v1/boards/ulm/jobs": rows})
        played = play(loaded(acme), folder, board="ulm")
        assert played.visits["ulm"].outcome == Outcome.COMPLETE
        assert played.visits["ulm"].unreadable == 1
        (posting,) = played.postings
        assert (posting.platform, posting.board, posting.external_id) == ("acme", "ulm", "4711")
        assert (posting.title, posting.url, posting.description_text) == ("Welder", ROW["url"], "Weld.")
        assert (posting.location_raw, posting.posted_raw) == ("Ulm", ROW["published_at"])
        assert played.stats["acme/unread/shift"] == 1

    page = {"https://ulm.beta.example/jobs": [{"id": 4711, "title": "W"}], "https://ulm.beta.example/jobs/4711": ROW}
    played = play(loaded(beta), recorded(tmp_path / "beta", page), board="ulm")
    assert played.visits["ulm"].outcome == Outcome.COMPLETE
    assert [posting.title for posting in played.postings] == ["Welder"]


def test_a_new_platform_is_generated_and_captured(genspider: Any, run: Run, tmp_path: Path) -> None:
    """The whole way, but for the operator's own part of it."""
    with serve() as site:
        rows = [{**ROW, "id": number} for number in range(30)]
        site.answers["/v1/ulm/jobs"] = Answer(json.dumps({"jobs": rows, "total": 30}).encode())
        assert genspider("-t", "board", "acme", f"{site.url}/v1/{{board}}/jobs").returncode == 0
        own = ("-s", "SPIDER_MODULES=newspiders", "-s", "DOWNLOAD_DELAY=0", "-s", "ALLOW_PRIVATE_ADDRESSES=True")
        result = run("capture", "acme", "-a", "board=ulm", *own, "--output", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "acme/ulm: complete: 3 listed" in result.stdout
    assert len(play(loaded(tmp_path / "newspiders" / "acme.py"), tmp_path / "out" / "acme" / "ulm").postings) == 3


def test_scrapys_own_templates_keep_working(genspider: Any, tmp_path: Path) -> None:
    listed = genspider("-l").stdout.split()
    assert {"basic", "crawl", "csvfeed", "xmlfeed", "board", "detail"} <= set(listed)
    assert "class $classname(BoardSpider)" in genspider("-d", "board").stdout
    basic = genspider("gamma", "gamma.example")
    assert basic.returncode == 0
    assert "using template 'basic'" in basic.stdout
    assert "capture" not in basic.stdout
    assert "scrapy.Spider" in (tmp_path / "newspiders" / "gamma.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-t", "board", "../x", "x.example"), "cannot be a platform's name"),
        (("-t", "board", "class", "x.example"), "cannot be a platform's name"),
        (("-t", "board", "x", 'x.example/";import os'), "cannot be where a list is"),
        (("-t", "board", "x"), "write a name and a host"),
        (("-t", "nosuch", "x", "x.example"), "Unable to find template: nosuch"),
        (("-t", "board", "greenhouse", "x.example"), "already exists"),
        (("--tempalte", "board", "x", "x.example"), "did you mean --template?"),
    ],
)
def test_mistakes_write_nothing(genspider: Any, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = genspider(*arguments)
    assert result.returncode == 2
    assert said in result.stdout + result.stderr
    assert [file.name for file in (tmp_path / "newspiders").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize(
    ("address", "url", "key"),
    [
        ("https://api.acme.example/v1/boards/{board}/jobs", "https://api.acme.example/v1/boards/ulm/jobs", "PATH_KEY"),
        (
            "https://api.acme.example/jobs?company={board}&all=1",
            "https://api.acme.example/jobs?company=ulm",
            "PATH_KEY",
        ),
        ("{board}.acme.example", "https://ulm.acme.example/jobs", "HOST_KEY"),
        ("careers-{board}.acme.example/list.json", "https://careers-ulm.acme.example/", "HOST_KEY"),
        ("api.acme.example", "https://api.acme.example/ulm/", "PATH_KEY"),
    ],
)
def test_pattern_finds_the_board_in_its_urls(address: str, url: str, key: str) -> None:
    api = address_of(address)
    assert board_in(url, boards_of(api)) == "ulm"
    assert board_in(url.replace("acme.example", "acmeXexample"), boards_of(api)) is None
    assert key_of(api) == key


@pytest.mark.parametrize(
    "address", ["", "x y", "https://", "{board}", "x/{board}/{board}", "x/{other}", "x/'+1", "x\n"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        address_of(address)
