"""The demo: the whole way, as a newcomer sees it."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import FIXTURES, Run


def test_demo_shows_every_platform_and_three_cards(run: Run, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    result = run("demo", "-s", f"DATABASE_URL={database}")
    assert result.returncode == 0, result.stderr
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line.split()}
    for platform in (folder.name for folder in FIXTURES.iterdir()):
        boards = sum(1 for _ in (FIXTURES / platform).glob("*/exchanges.json"))
        assert int(rows[platform][0]) >= boards, "or more, as careers pages lead to others"
        assert int(rows[platform][1]) >= 10
        offered, case_by_case, refused, unclear, silent = map(int, rows[platform][3:])
        assert offered + case_by_case + refused + unclear + silent == int(rows[platform][1])
    assert result.stdout.count("╭─") == 3
    assert result.stdout.count("Visa: ") == 3
    assert database in result.stdout
    assert "Next:" in result.stdout
    assert (tmp_path / "demo.sqlite3").exists()


def test_demo_without_recordings_says_so(run: Run, tmp_path: Path) -> None:
    result = run("demo", tmp_path, "-s", f"DATABASE_URL=sqlite:///{tmp_path / 'demo.sqlite3'}")
    assert result.returncode == 2
    assert f"no recordings under {tmp_path}" in result.stderr
    assert "Traceback" not in result.stderr
