"""Commands as an operator and a schedule use them, and the pure parts under them."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.cmdline import execute
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawlers.base import BoardSpider
from crawlers.boardlist import STARTER, BoardList, board_behind, known_platforms
from crawlers.cli import Command, nearest, refuse_mistyped_settings, refuse_unknown
from crawlers.commands.boards import Command as BoardsCommand
from crawlers.detect import board_in, is_key, is_url
from crawlers.errors import OperatorError
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.spiders.lever import LeverSpider
from crawlers.storage import BoardSummary
from tests.conftest import FIXTURES, PROJECT, Run

PLATFORMS = {"greenhouse": GreenhouseSpider, "lever": LeverSpider}
LOADED = known_platforms(Settings({"SPIDER_MODULES": ["crawlers.spiders"]}))
SETTINGS_MODULE = "crawlers.settings"

Execute = Callable[..., tuple[int, str, str]]


@pytest.fixture
def away(run: Run, tmp_path: Path) -> Run:
    """Runs commands from a folder that is not the project's, as cron does."""

    def away(*arguments: str | Path, **options: Any) -> Any:
        return run(*arguments, **{"cwd": tmp_path, "env": {"SCRAPY_SETTINGS_MODULE": SETTINGS_MODULE}} | options)

    return away


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Execute:
    """Runs what ends before any work in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", SETTINGS_MODULE)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)

    def here(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            execute(["scrapy", *arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return here


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    result = run("boards", "list", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


# scrapy boards


BOARDS = """\
Platform,Employer,board
greenhouse,Acme,acme
lever,"Bär, Söhne",eu.baer
,,
# note,of,ours
nope,X,x
greenhouse,X,../x
,X,plain
,By URL,https://jobs.lever.co/byurl/12-34
,X,https://example.org/jobs
"""


def test_boards_are_imported_listed_disabled_and_enabled(away: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "boards.csv", BOARDS)
    imported = away("boards", "import", file)
    assert imported.returncode == 1
    assert imported.stdout == "3 added, 0 known already, 4 refused\n"
    lines = imported.stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [[f"  {file}", f"line {number}"] for number in (6, 7, 8, 10)]

    off = away("boards", "disable", "greenhouse", "https://boards.greenhouse.io/acme/jobs/1", "nowhere")
    assert off.returncode == 1
    assert off.stdout == "greenhouse/acme: disabled\n"
    assert off.stderr.startswith("greenhouse/nowhere: no such board; `scrapy boards import`")
    assert [astuple_of(board) for board in listed(away)] == [
        ("greenhouse", "acme", "Acme", False),
        ("lever", "byurl", "By URL", True),
        ("lever", "eu.baer", "Bär, Söhne", True),
    ]
    table = away("boards", "list", "--platform", "greenhouse").stdout.splitlines()
    assert table[0].split() == ["platform", "board", "employer", "state", "postings", "visited", "(UTC)", "outcome"]
    assert [line.split() for line in table[1:]] == [["greenhouse", "acme", "Acme", "disabled", "0"]]

    on = away("boards", "enable", "greenhouse", "acme")
    assert (on.returncode, on.stdout, on.stderr) == (0, "greenhouse/acme: enabled\n", "")
    assert all(board["enabled"] for board in listed(away))


def astuple_of(board: dict[str, Any]) -> tuple[Any, ...]:
    return board["platform"], board["board"], board["employer"], board["enabled"]


def test_boards_are_added_by_urls_once(away: Run) -> None:
    urls = [
        "https://boards.greenhouse.io/acme/jobs/12?gh_src=x",
        "jobs.eu.lever.co/bee",
        "https://job-boards.greenhouse.io/acme",
        "https://careers.cee.example/openings?utm_source=x#top",
        "https://grnh.se/ab12",
        "http://10.0.0.1/jobs",
        "plain",
        "mailto:jobs@lever.co",
    ]
    first = away("boards", "add", *urls)
    assert first.returncode == 1
    careers = "careers/https://careers.cee.example/openings"
    assert first.stdout.splitlines() == [
        "greenhouse/acme: added",
        "lever/eu.bee: added",
        "greenhouse/acme: known already",
        f"{careers}: added; no platform known here, so its pages are read themselves",
    ]
    assert first.stderr.splitlines() == [
        "https://grnh.se/ab12: it is on greenhouse, but names no board; `scrapy detect --fetch` looks into it",
        "http://10.0.0.1/jobs: 10.0.0.1 is not a host on the public internet",
        "plain: plain is not a host on the public internet",
        "mailto:jobs@lever.co: it is not the URL of a web page",
    ]
    again = away("boards", "add", *urls[:4])
    assert (again.returncode, again.stderr) == (0, "")
    assert [line.partition(": ")[2].partition(";")[0] for line in again.stdout.splitlines()] == ["known already"] * 4
    assert [(board["platform"], board["board"]) for board in listed(away)] == [
        tuple(careers.split("/", 1)), ("greenhouse", "acme"), ("lever", "eu.bee"),
    ]  # fmt: skip


def test_starter_list_adds_its_boards_once(away: Run) -> None:
    starter = len(list(BoardList(STARTER, LOADED).rows()))
    for said in (f"{starter} added, 0 known already", f"0 added, {starter} known already"):
        result = away("boards", "import", "--starter")
        assert (result.returncode, result.stdout, result.stderr) == (0, f"{said}, 0 refused\n", "")
    assert len(listed(away, "--limit", "0")) == starter
    assert {board["platform"] for board in listed(away, "--platform", "lever", "--limit", "2")} == {"lever"}
    table = away("boards", "list", "--limit", "2").stdout.splitlines()
    assert len(table) == 4
    assert table[-1] == "The first 2; --limit 0 shows all."


def test_many_refused_lines_are_not_all_shown(away: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "boards.txt", "good\n" + "b a d\n" * 1_234)
    result = away("boards", "import", file, "--platform", "lever")
    assert result.returncode == 1
    assert result.stdout == "1 added, 0 known already, 1,234 refused\n"
    assert len(result.stderr.splitlines()) == 11
    assert result.stderr.endswith("  and 1,224 more\n")


def test_file_that_cannot_be_read_adds_nothing(away: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "boards.csv", b"platform,board\n" + b"lever,fine\n" * 2_000 + b"lever,b\xe4r\n")
    result = away("boards", "import", file)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {file}: ")
    assert "Traceback" not in result.stderr
    assert away("boards", "list").stdout == "No boards yet. Add the starter list with: scrapy boards import --starter\n"
    assert listed(away) == []


def test_table_shows_names_as_they_are(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    names = ["Acme [/b]", "[red]Bee", ":smile: Co"]
    rest = {"enabled": True, "postings": 1234, "last_visited_at": None, "last_outcome": None}
    boards = [BoardSummary(platform="lever", board="x", employer=name, **rest) for name in names]
    options = argparse.Namespace(platform=None, limit=50, json=False)
    assert BoardsCommand().show(SimpleNamespace(boards=lambda platform, limit: boards), options) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) == 3
    assert all(name in line and "1,234" in line for name, line in zip(names, lines, strict=True))


# Lists of boards


@pytest.mark.parametrize(
    ("text", "platform", "rows"),
    [
        ("platform,board,employer\nlever,a,A\nlever,b,\n", None, [("lever", "a", "A"), ("lever", "b", None)]),
        ("\ufeffBoard , PLATFORM,extra\r\n a , lever ,x\r\n", None, [("lever", "a", None)]),
        ("platform,board\nlever,a\n,b\n", "greenhouse", [("lever", "a", None), ("greenhouse", "b", None)]),
        ("a\n\n# note\nb\n", "lever", [("lever", "a", None), ("lever", "b", None)]),
        ("a", "lever", [("lever", "a", None)]),
        (
            "https://boards.greenhouse.io/a\njobs.eu.lever.co/b/1\nhttps://job-boards.greenhouse.io/c/jobs/1?x=y\n",
            None,
            [("greenhouse", "a", None), ("lever", "eu.b", None), ("greenhouse", "c", None)],
        ),
        (
            "HTTPS://JOBS.LEVER.CO/a;x=1#top\nhttps:\\/\\/boards.greenhouse.io\\/b\n//boards.greenhouse.io:443/c/\n",
            None,
            [("lever", "a", None), ("greenhouse", "b", None), ("greenhouse", "c", None)],
        ),
        ("lever,a,A\ngreenhouse,b,B\n", None, [("lever", "a", "A"), ("greenhouse", "b", "B")]),
        ("# ours\n\nplatform,board\nlever,a\n", None, [("lever", "a", None)]),
        ("", None, []),
        ("\n\n", None, []),
        ("platform,board,employer\n", None, []),
    ],
    ids=[
        "header", "columns in any order", "platform where none is named", "keys", "no last line end", "URLs",
        "pasted URLs", "no header", "note before the header", "empty", "blank", "only a header",
    ],
)  # fmt: skip
def test_list_is_read(tmp_path: Path, text: str, platform: str | None, rows: list[tuple[Any, ...]]) -> None:
    boards = BoardList(write(tmp_path / "boards.csv", text), PLATFORMS, platform)
    assert [astuple(row) for row in boards.rows()] == rows
    assert boards.refused == []


@pytest.mark.parametrize(
    ("text", "platform", "says"),
    [
        ("a\n", None, "line 1: no platform for 'a'; name it with --platform"),
        ("https://example.org/x\n", None, "line 1: https://example.org/x is on no platform"),
        ("https://boards.greenhouse.io/embed/\n", None, "line 1: https://boards.greenhouse.io/embed/ is on greenh"),
        ("https://acme.example/?gh_jid=1\n", None, "line 1: https://acme.example/?gh_jid=1 is on greenhouse, but"),
        ("https://jobs.lever.co@evil.example/x\n", None, "line 1: https://jobs.lever.co@evil.example/x is on no"),
        ("b c\n", "lever", "line 1: 'b c' cannot be a lever board's key"),
        ("https://boards.greenhouse.io/a\n", "lever", "line 1: https://boards.greenhouse.io/a is not the URL of"),
        ("platform,board\nlevr,a\n", None, "line 2: unknown platform 'levr'"),
        ("platform,board\nlever,\n", None, "line 2: '' cannot be"),
        ("platform,board\nlever\n", None, "line 2: '' cannot be"),
        ("platform,board\nlever,..\n", None, "line 2: '..' cannot be"),
    ],
)  # fmt: skip
def test_bad_line_is_refused_and_the_rest_goes_on(tmp_path: Path, text: str, platform: str | None, says: str) -> None:
    last = "lever,last" if text.startswith("platform") else "https://jobs.lever.co/last"
    boards = BoardList(write(tmp_path / "boards.csv", text + last), PLATFORMS, platform)
    assert [astuple(row) for row in boards.rows()] == [("lever", "last", None)]
    assert len(boards.refused) == 1
    assert boards.refused[0].startswith(says)


@pytest.mark.parametrize("content", [None, b"caf\xe9\n", b"lever," + b"x" * 200_000 + b"\n", "folder"])
def test_list_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "boards.csv"
    if content == "folder":
        path.mkdir()
    elif content:
        write(path, content)
    with pytest.raises(OperatorError, match=re.escape(f"{path}: ")):
        list(BoardList(path, PLATFORMS, "lever").rows())


def test_starter_list_has_no_bad_line_and_no_board_twice() -> None:
    boards = BoardList(STARTER, LOADED)
    rows = list(boards.rows())
    assert boards.refused == []
    assert len({(row.platform, row.board) for row in rows}) == len(rows) >= 200
    assert all(row.employer for row in rows)


def test_keys_with_bars_stay_whole(tmp_path: Path) -> None:
    file = write(tmp_path / "boards.txt", "Acme|wd1|Careers\nbee|wd5\n")
    boards = BoardList(file, LOADED, "workday")
    assert [astuple(row) for row in boards.rows()] == [("workday", "acme.wd1.Careers", None)]
    assert [line.partition(":")[0] for line in boards.refused] == ["line 2"]


def test_private_host_is_a_board_only_where_it_is_allowed() -> None:
    url = "http://127.0.0.1:8000/careers"
    with pytest.raises(OperatorError, match=r"127\.0\.0\.1 is not a host on the public internet"):
        board_behind(url, LOADED)
    assert astuple(board_behind(url, LOADED, private=True)) == ("careers", url, None)
    with pytest.raises(OperatorError, match="on no platform known here"):
        board_behind("https://acme.example/jobs", PLATFORMS)


# From names and URLs to keys


@pytest.mark.parametrize(
    ("spider", "name", "key"),
    [
        (GreenhouseSpider, "acme-2_x", "acme-2_x"),
        (GreenhouseSpider, "https://boards.greenhouse.io/acme", "acme"),
        (GreenhouseSpider, "HTTPS://Boards.Greenhouse.io/acme/jobs/12?gh_src=x", "acme"),
        (GreenhouseSpider, "job-boards.greenhouse.io/acme", "acme"),
        (GreenhouseSpider, "https://job-boards.eu.greenhouse.io/acme/jobs/1", "acme"),
        (GreenhouseSpider, "https://boards.greenhouse.io/embed/job_board?for=acme&b=x", "acme"),
        (GreenhouseSpider, "https://boards.greenhouse.io/embed/job_board/js?for=acme", "acme"),
        (GreenhouseSpider, "https://boards.greenhouse.io/embed/job_app?token=1&for=acme", "acme"),
        (GreenhouseSpider, "https://boards-api.greenhouse.io/v1/boards/acme/jobs", "acme"),
        (LeverSpider, "https://jobs.lever.co/acme/12-34/apply", "acme"),
        (LeverSpider, "https://jobs.eu.lever.co/acme", "eu.acme"),
        (LeverSpider, "https://api.eu.lever.co/v0/postings/acme?mode=json", "eu.acme"),
        (LeverSpider, "https://jobs.lever.co/caf%C3%A9", "caf%C3%A9"),
    ],
)
def test_board_is_known_by_its_key_or_its_url(spider: type[BoardSpider], name: str, key: str) -> None:
    assert spider.key_of(name) == key
    if is_url(name):
        assert board_in(name, spider.boards) == key


@pytest.mark.parametrize("spider", [GreenhouseSpider, LeverSpider])
@pytest.mark.parametrize(
    "name",
    [
        "", " ", "a b", ".", "..", "...", "a\n", "ä", "a?b", "a#b", "a:b", "x" * 201, "../x", "a/b", "https://", "//",
        "https://example.org/acme", "https://boards.greenhouse.io/", "https://jobs.lever.co/../x",
        "https://boards.greenhouse.io.example.org/acme", "https://evil.example/https://jobs.lever.co/acme",
        "https://boards.greenhouse.io/embed/job_board?token=1",
    ],
)  # fmt: skip
def test_name_that_is_no_board_is_refused(spider: type[BoardSpider], name: str) -> None:
    with pytest.raises(OperatorError, match=f"is not the URL of a {spider.name} board|cannot be a {spider.name} board"):
        spider.key_of(name)


@pytest.mark.parametrize("text", ["%2e%2e", "%2E.", "a%2F..%2Fb", "a%2fb", "a%5C..%5Cb"])
def test_key_cannot_leave_its_place_in_a_url_by_escapes(text: str) -> None:
    assert not is_key(text)


def test_keys_come_from_the_argument_and_from_a_file(tmp_path: Path) -> None:
    file = write(tmp_path / "boards.txt", "# ours\nc  # note\n\nhttps://jobs.eu.lever.co/d/1\na\n")
    assert LeverSpider.board_keys(None, None) is None
    assert LeverSpider.board_keys(" b, a ,,b", None) == ["b", "a"]
    assert LeverSpider.board_keys("a,b", str(file)) == ["a", "b", "c", "eu.d"]


@pytest.mark.parametrize(
    ("board", "content", "says"),
    [
        (" , ", None, "no board named"),
        ("", None, "no board named"),
        (None, b"# nothing\n", "no board named"),
        (None, b"\xff\xfe", "boards=.*boards.txt: "),
        (None, None, "boards=.*boards.txt: "),
        ("a", b"a b\n", "'a b' cannot be a lever board's key"),
    ],
)
def test_keys_that_cannot_be_read_say_why(tmp_path: Path, board: str | None, content: bytes | None, says: str) -> None:
    path = tmp_path / "boards.txt"
    if content is not None:
        write(path, content)
    with pytest.raises(OperatorError, match=says):
        LeverSpider.board_keys(board, str(path) if content is not None or board is None else None)


# Mistakes


def test_nearest_suggests_what_is_near() -> None:
    assert nearest("levr", ["greenhouse", "lever"]) == "; did you mean lever?"
    assert nearest("workday", ["greenhouse", "lever"]) == ""
    assert nearest("", []) == ""


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--outptu=x"], "unknown option --outptu=x; did you mean --output?"),
        (["--board"], "unknown option --board; did you mean -a board=KEY?"),
        (["left", "--zzzzzz"], "unknown option --zzzzzz"),
        (["left", "over"], "unexpected argument: over"),
        (["left", "-"], "unexpected argument: -"),
    ],
)
def test_undeclared_is_refused(args: list[str], says: str) -> None:
    known = {"--output": "--output", "--board": "-a board=KEY"}
    with pytest.raises(UsageError, match=f"^{re.escape(says)}$"):
        refuse_unknown(args, known, positional=1)


@pytest.mark.parametrize("args", [[], ["one"], ["-"]])
def test_declared_is_let_through(args: list[str]) -> None:
    assert refuse_unknown(args, {"--output": "--output"}, positional=1) is None  # type: ignore[func-returns-value]


def test_mistyped_setting_is_refused_and_a_stranger_is_not() -> None:
    known = ["DOWNLOAD_DELAY", "PLAYBACK"]
    for name, meant in (("DOWNLOAD_DELY", "DOWNLOAD_DELAY"), ("PLAYBAK", "PLAYBACK")):
        with pytest.raises(UsageError, match=f"unknown setting {name}; did you mean {meant}\\?"):
            refuse_mistyped_settings(["PLAYBACK=x", f"{name}=PLAYBACK"], known)
    refuse_mistyped_settings(["PLAYBACK=", "ADDON_KEY=DOWNLOAD_DELY", "DOWNLOAD_DELAY=1=2", "odd"], known)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["boards"], "required: COMMAND"),
        (["boards", "imprt", "x"], "invalid choice: 'imprt' (choose from .*import"),
        (["boards", "import"], "FILE --starter is required"),
        (["boards", "import", "x", "--starter"], "not allowed with"),
        (["boards", "import", "none.csv"], "Error: none.csv: .*No such file"),
        (["boards", "import", "--starter", "--platform", "grenhouse"], "did you mean greenhouse?"),
        (["boards", "list", "--limt", "3"], "unknown option --limt; did you mean --limit?"),
        (["boards", "list", "--limi=3"], "unknown option --limi=3; did you mean --limit?"),
        (["boards", "list", "--limit", "few"], "--limit: invalid .*'few'"),
        (["boards", "list", "--limit", "-1"], "--limit"),
        (["boards", "list", "--platform", "levr"], "unknown platform levr; did you mean lever?"),
        (["boards", "list", "over"], "unexpected argument: over"),
        (["boards", "list", "-s", "DATABASE_UR=x"], "did you mean DATABASE_URL?"),
        (["boards", "-s", "DATABASE_UR=x", "list"], "did you mean DATABASE_URL?"),
        (["boards", "list", "-s", "odd"], "NAME=VALUE"),
        (["boards", "list", "-s", "DATABASE_URL="], "DATABASE_URL is empty"),
        (["boards", "add"], "required: URL"),
        (["boards", "enable", "lever"], "required: board"),
        (["boards", "disable", "levr", "x"], "unknown platform levr; did you mean lever?"),
        (["boards", "enable", "lever", "a b"], "'a b' cannot be a lever board's key"),
        (["migrate", "over"], "unexpected argument: over"),
        (["migrate", "--logfle=x"], "did you mean --logfile?"),
        (["migrate", "-s", "DATABASE_URL=oracle://u:secret@h/d"], "oracle"),
        (["migrate", "-s", "DATABASE_URL=secret"], "DATABASE_URL is not a URL"),
        (["migrate", "-s", "DATABASE_URL="], "DATABASE_URL is not a URL"),
        (["migrate", "-s", "DATABASE_URL=sqlite:////none/x.sqlite3"], "there is no folder /none"),
        (["classify", "none.jsonl"], "none.jsonl: No such file"),
        (["classify", "a", "b"], "unexpected argument: b"),
        (["evaluate"], "required: FILE"),
        (["evaluate", "none.jsonl"], "none.jsonl: No such file"),
        (["evaluate", "x", "--error"], "did you mean --errors?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistake_exits_2_and_says_what_was_meant(
    here: Execute, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], says: str
) -> None:
    monkeypatch.setattr("crawlers.settings.DATABASE_URL", f"sqlite:///{tmp_path / 'run.sqlite3'}")
    code, out, err = here(*arguments)
    assert (code, out.strip().partition("\n")[0]) in {(2, ""), (2, "Usage")}
    assert re.search(says.replace("?", r"\?").replace("(", r"\("), err)
    assert "secret" not in err


def test_unknown_log_level_is_refused(away: Run) -> None:
    result = away("crawl", "greenhouse", "-a", "board=cobaltfalls", "-s", f"PLAYBACK={FIXTURES}", "-L", "LOUD")
    assert result.returncode == 2
    assert "LOUD" in result.stderr
    assert "Traceback" not in result.stderr


# Global options


class Probe(Command):
    """Does nothing, with options and a sub-command."""

    def short_desc(self) -> str:
        return "Do nothing"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        self.add_subcommands(parser, {"list": "Show"})["list"].add_argument("--limit", type=int)

    def execute(self, options: argparse.Namespace) -> int:
        raise OperatorError("no luck")


@pytest.mark.parametrize(
    "line",
    [
        "-s BOT_NAME=a -s STORE_BATCH=7 -L DEBUG list",
        "list -s BOT_NAME=a --set=STORE_BATCH=7 -L DEBUG",
        "-s BOT_NAME=b -L ERROR -s STORE_BATCH=7 list --limit 3 --loglevel=DEBUG -s BOT_NAME=a",
    ],
)
def test_global_options_hold_before_and_after_a_subcommand(line: str) -> None:
    probe, parser = Probe(), argparse.ArgumentParser(conflict_handler="resolve")
    probe.settings = Settings({"STORE_BATCH": 200})
    probe.add_options(parser)
    options, args = parser.parse_known_args(line.split())
    probe.process_options(args, options)
    assert (options.subcommand, args) == ("list", [])
    values = (probe.settings["BOT_NAME"], probe.settings.getint("STORE_BATCH"), probe.settings["LOG_LEVEL"])
    assert values == ("a", 7, "DEBUG")


def test_operator_error_is_a_message_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    probe = Probe()
    probe.run([], argparse.Namespace())
    assert probe.exitcode == 2
    assert capsys.readouterr() == ("", "Error: no luck\n")


@pytest.mark.parametrize("before", [True, False])
def test_settings_reach_boards_before_and_after_its_subcommand(away: Run, tmp_path: Path, before: bool) -> None:
    options = ["-s", f"DATABASE_URL=sqlite:///{tmp_path / 'other.sqlite3'}", "-L", "DEBUG"]
    result = away("boards", *(options if before else []), "list", "--json", *([] if before else options))
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert (tmp_path / "other.sqlite3").exists()
    assert not (tmp_path / "run.sqlite3").exists()


# Every command


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("crawl", ["[options] <platform>", "-a board=KEY", "exit", "--output", "--set"]),
        ("boards", ["import|add|list|enable|disable", "{import,add,list,enable,disable}|COMMAND", "--set"]),
        ("boards import", ["--starter", "--platform", "FILE", "--set", "--loglevel"]),
        ("boards add", ["URL", "--set", "--loglevel"]),
        ("boards list", ["--limit", "--json", "--platform", "--set", "--loglevel"]),
        ("boards enable", ["platform", "board", "--set", "--loglevel"]),
        ("boards disable", ["platform", "board", "--set", "--loglevel"]),
        ("detect", ["URL", "--file", "--fetch", "--json", "Exit code 0", "--set"]),
        ("migrate", ["tables", "--set"]),
        ("classify", ["[FILE]", "JSON Lines", "docs/classify.md", "--set"]),
        ("evaluate", ["FILE...", "--errors", "--json", "--set"]),
    ],
)
def test_help_names_what_a_command_takes(here: Execute, command: str, names: list[str]) -> None:
    code, out, err = here(*command.split(), "-h")
    assert (code, err) == (0, "")
    assert f"scrapy {command}" in out
    for name in names:
        assert any(each in out for each in name.split("|")), name


def test_scrapy_lists_platforms_and_commands(away: Run, here: Execute) -> None:
    result = away("list")
    platforms = sorted(path.stem for path in (PROJECT / "crawlers" / "spiders").glob("[!_]*.py"))
    assert (result.returncode, result.stdout.split()) == (0, platforms), result.stderr
    code, out, _ = here("-h")
    assert code == 0
    for command in ("boards", "classify", "crawl", "detect", "evaluate", "migrate"):
        assert re.search(rf"^  {command} +\S", out, re.MULTILINE), command


def test_migrate_makes_a_database_once(away: Run, tmp_path: Path) -> None:
    first, second = away("migrate"), away("migrate")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    made = re.fullmatch(
        rf"sqlite:///{re.escape(str(tmp_path))}/run\.sqlite3: from nothing to revision (\w+)\n", first.stdout
    )
    assert made
    assert second.stdout == f"sqlite:///{tmp_path}/run.sqlite3: already at revision {made[1]}\n"
    assert listed(away) == []


def test_crawl_works_from_anywhere(away: Run) -> None:
    crawled = away("crawl", "lever", "-a", "board=northwind-robotics", "-s", f"PLAYBACK={FIXTURES}")
    assert crawled.returncode == 0, crawled.stderr
    [board] = listed(away)
    assert (board["board"], board["postings"], board["last_outcome"]) == ("northwind-robotics", 7, "complete")
    assert board["last_visited_at"]


def test_classify_and_evaluate_work_from_anywhere(away: Run, tmp_path: Path) -> None:
    line = {"title": "Baking Intern", "description": "We sponsor H-1B visas."}
    classified = away("classify", input=json.dumps(line) + "\nno posting\n")
    assert classified.returncode == 0
    reading, error = [json.loads(each) for each in classified.stdout.splitlines()]
    assert (reading["is_intern"], reading["sponsorship"]) == (True, "offered")
    assert list(error) == ["error"]
    assert classified.stderr.startswith("line 2: ")
    labelled = write(tmp_path / "labels.jsonl", json.dumps(line | {"expect": {"is_intern": True}}))
    evaluated = away("evaluate", labelled, "--json")
    assert evaluated.returncode in {0, 1}
    assert json.loads(evaluated.stdout)["readings"]["is_intern"]["accuracy"]["value"] == 1
