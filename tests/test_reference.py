"""Published files: read, loaded into both databases, shown, and used for reading occupations."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import text

from bench.occupations import SOC_FILES
from crawlers.classify.occupations.sources import Kind
from crawlers.reference import KINDS, UnreadableError, read_files
from crawlers.storage import Database, StorageError, database_at
from crawlers.storage.engine import reading, writing
from tests.conftest import Run

RELEASE = {
    "Occupation Data": "O*NET-SOC Code\tTitle\tDescription\n51-3011.00\tBakers\tMix and bake ingredients.\n"
    "35-3023.01\tBaristas\tPrepare coffee.\n",
    "Alternate Titles": "O*NET-SOC Code\tTitle\tAlternate Title\tShort Title\tSource(s)\n"
    "51-3011.00\tBakers\tDough Whisperer\tn/a\t02\n35-3023.01\tBaristas\tFoam Sculptor Jones\tn/a\t02\n",
    "Sample of Reported Titles": "O*NET-SOC Code\tTitle\tReported Job Title\tShown in My Next Move\n"
    "51-3011.00\tBakers\tBagel Roller\tY\n35-3023.01\tBaristas\tEspresso Puller\tN\n",
    "Job Zones": "O*NET-SOC Code\tTitle\tJob Zone\tDate\tDomain Source\n51-3011.00\tBakers\t2\t08/2023\tAnalyst\n",
    "Technology Skills": "O*NET-SOC Code\tTitle\tExample\tCommodity Code\tCommodity Title\tHot Technology\tIn Demand\n"
    "51-3011.00\tBakers\tProofer 3000\t43232202\tBaking software\tY\tN\n",
    "Task Statements": "O*NET-SOC Code\tTitle\tTask ID\tTask\tTask Type\n"
    "51-3011.00\tBakers\t1\tKnead the dough.\tCore\n"
    "51-3011.00\tBakers\t2\tClean the oven.\t\n",
}
README = "O*NET 31.7 Database\nOctober\n"


def release(folder: Path, **changed: str | None) -> Path:
    """A release of O*NET of our own; a part that is None is missing."""
    folder.mkdir(parents=True)
    (folder / "Read Me.txt").write_text(README)
    for stem, content in (RELEASE | {name.replace("_", " "): value for name, value in changed.items()}).items():
        if content is not None:
            (folder / f"{stem}.txt").write_text(content)
    return folder


def zipped(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(folder.iterdir()):
            archive.write(each, f"db_31_7_text/{each.name}")
    return path


def workbook(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """The least that is a workbook: one sheet with strings in it."""
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    cells = "".join(f"<row>{''.join(cell.format(escape(each)) for each in row)}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}">'
            '<sheets><sheet name="a" sheetId="1" r:id="a"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="a" Type="{office}/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="a" Type="{office}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{types}"><Default Extension="xml" ContentType="{sheet}"/></Types>',
        )


def tables(*paths: Path, kind: str = "onet") -> dict[str, list[dict[str, Any]]]:
    return {file.part: file.rows for file in read_files(KINDS[kind], paths)}


def load(database: Database, kind: str, *paths: Path) -> list[bool]:
    return [database.references.load(file) for file in read_files(KINDS[kind], paths)]


def count(database: Database, table: str) -> int:
    with reading(database._engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


# Reading


def test_a_release_is_read_from_folder_zip_and_workbooks(tmp_path: Path) -> None:
    folder = release(tmp_path / "text")
    found = tables(folder)
    assert found["Occupation Data"][1] == {
        "onet_code": "35-3023.01", "soc_code": "35-3023", "title": "Baristas", "description": "Prepare coffee.",
    }  # fmt: skip
    assert [row["task_type"] for row in found["Task Statements"]] == ["Core", None]
    assert found["Technology Skills"][0]["is_hot"] is True
    assert tables(zipped(tmp_path / "release.zip", folder)) == found
    books = tmp_path / "books"
    books.mkdir()
    for stem, content in RELEASE.items():
        workbook(books / f"{stem}.xlsx", (line.split("\t") for line in content.splitlines()))
    assert tables(books) == found


def test_vintage_and_attribution_are_of_the_release(tmp_path: Path) -> None:
    files = list(read_files(KINDS["onet"], [release(tmp_path / "release")]))
    assert {file.vintage for file in files} == {"31.7"}
    for attribution in (file.attribution or "" for file in files):
        assert "O*NET 31.7 Database" in attribution
        assert "CC BY 4.0" in attribution


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"Job_Zones": None}, "no release of O[*]NET: Job Zones missing"),
        ({"Alternate_Titles": "Code\tName\n1\tBaker\n"}, "Alternate Titles.txt: no column O[*]NET-SOC Code, Alternate"),
        ({"Alternate_Titles": ""}, "Alternate Titles.txt: no column .* begins with: nothing"),
        (
            {"Job_Zones": "O*NET-SOC Code\tJob Zone\n51-3011.00\ttwo\n"},
            "Job Zones.txt, line 2: Job Zone: invalid literal",
        ),
        (
            {"Job_Zones": "O*NET-SOC Code\tJob Zone\n51-3011\t2\n"},
            "line 2: O[*]NET-SOC Code: '51-3011' is no O[*]NET-SOC",
        ),
        ({"Job_Zones": "O*NET-SOC Code\tJob Zone\n51-3011.00\t\n"}, "line 2: Job Zone is empty"),
        ({"Job_Zones": "O*NET-SOC Code\tJob Zone\n"}, "Job Zones.txt: no rows below the header"),
    ],
)
def test_malformed_release_changes_nothing(
    database: Database, tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    load(database, "onet", release(tmp_path / "good"))
    before = database.references.loaded()
    with pytest.raises(UnreadableError, match=message):
        list(read_files(KINDS["onet"], [release(tmp_path / "bad", **changed)]))
    assert database.references.loaded() == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("titles.csv", b"title,soc_code\nBaker,51-30\n", "titles.csv, line 2: soc code: '51-30' is no SOC code"),
        ("titles.csv", b"title,soc_code,count\nBaker,51-3011,0\n", "line 2: count: 0 is no count"),
        ("titles.csv", b"name,code\nBaker,51-3011\n", "no column title, soc code"),
        ("titles.xlsx", b"PK\x03\x04 no workbook", "no workbook that can be read"),
        ("titles.zip", b"no zip", "no zip that can be read"),
        ("titles.csv", b"", "begins with: nothing"),
        ("titles.csv", b'title,soc_code\n"' + b"x" * 200_000 + b'",51-3011\n', "no table: field larger than"),
    ],
)
def test_malformed_file_says_what_is_wrong(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=message):
        list(read_files(KINDS["titles"], [tmp_path / name]))


def test_missing_file_and_empty_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="nowhere: No such file"):
        list(read_files(KINDS["onet"], [tmp_path / "nowhere"]))
    with pytest.raises(UnreadableError, match=r"no table found; O\*NET database is to be had from onetcenter.org"):
        list(read_files(KINDS["onet"], [tmp_path]))


def test_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "boards.csv").write_text("platform,board\nlever,acme\n")
    with pytest.raises(UnreadableError, match="none of the structure, the definitions, the direct-match titles"):
        list(read_files(KINDS["soc"], [tmp_path / "boards.csv"]))


def test_official_files_of_the_soc_are_read_in_full(data: Path) -> None:
    found = tables(*(data / "soc" / name for name in SOC_FILES), kind="soc")
    assert {part: len(rows) for part, rows in found.items()} == {
        "structure": 1_447, "definitions": 1_447, "direct-match titles": 6_520, "2010 to 2018": 900,
    }  # fmt: skip
    assert sum(row["level"] == "detailed" for row in found["structure"]) == 867
    assert found["structure"][0] == {"soc_code": "11-0000", "level": "major", "title": "Management Occupations"}


def test_official_release_of_onet_is_read_in_full(data: Path) -> None:
    files = {file.part: file for file in read_files(KINDS["onet"], [data / "soc/onet_29_3"])}
    assert files["Occupation Data"].vintage == "29.3"
    assert len(files["Occupation Data"].rows) == 1_016
    assert len(files["Alternate Titles"].rows) > 50_000


# Loading


def test_loaded_files_enrich_the_index(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert database.references.index() is None
    load(database, "onet", release(tmp_path / "release"))
    (tmp_path / "own.csv").write_text("title,soc_code,count\nOven Poet,51-3011,7\n")
    load(database, "titles", tmp_path / "own.csv")
    index = database.references.index()
    assert index is not None
    assert index.enriched
    assert [(entry.soc_code, entry.kind, entry.onet_code) for entry in index.listed("foam sculptor jones")] == [
        ("35-3023", Kind.ALTERNATE, "35-3023.01")
    ]
    (entry,) = index.listed("oven poet")
    assert (entry.kind, entry.filings) == (Kind.FILING, 7)
    alike = index.profiles.similarities("You knead the dough and clean the oven.", ["51-3011", "35-3023"])
    assert alike[0] > alike[1]
    again = database.references.index()
    assert again is not None
    assert again.version == index.version


def test_same_file_again_is_not_loaded_and_a_newer_one_takes_its_place(database: Database, tmp_path: Path) -> None:
    folder = release(tmp_path / "release")
    assert load(database, "onet", folder) == [True] * 6
    before = database.references.digest()
    assert load(database, "onet", folder) == [False] * 6
    assert database.references.digest() == before
    assert count(database, "occupation_titles") == 4
    newer = release(
        tmp_path / "newer", Alternate_Titles=RELEASE["Alternate Titles"] + "51-3011.00\tBakers\tBun Boss\tn/a\t\n"
    )
    assert load(database, "onet", newer) == [False, True, False, False, False, False]
    assert count(database, "occupation_titles") == 5
    assert count(database, "reference_files") == 6
    assert database.references.digest() != before


def test_a_load_that_fails_leaves_what_was_there(database: Database, tmp_path: Path) -> None:
    load(database, "onet", release(tmp_path / "release"))
    before = database.references.loaded()
    newer = release(tmp_path / "newer", Occupation_Data=RELEASE["Occupation Data"].replace("Bakers", "Bread Bakers"))
    file = next(iter(read_files(KINDS["onet"], [newer])))

    def cut_off(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.references.load(file, cut_off)
    assert database.references.loaded() == before
    assert count(database, "onet_occupations") == 2


def test_rows_go_with_their_file(database: Database, tmp_path: Path) -> None:
    load(database, "onet", release(tmp_path / "release"))
    with writing(database._engine) as connection:
        connection.execute(text("DELETE FROM reference_files"))
    for table in ("occupation_titles", "onet_occupations", "onet_tasks", "onet_technologies", "onet_job_zones"):
        assert count(database, table) == 0


def test_asking_creates_no_database(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    assert database_at(f"sqlite:///{path}").references.are_there() is False
    assert not path.exists()


def test_database_that_is_away_is_told() -> None:
    with pytest.raises(StorageError):
        database_at("postgresql://nobody@127.0.0.1:1/none").references.are_there()


# As an operator


def test_operator_loads_and_sees_what_is_loaded(run: Run, tmp_path: Path) -> None:
    empty = run("reference", "status")
    assert empty.returncode == 0, empty.stderr
    assert "O*NET database: not loaded. scrapy reference load onet FILE..." in empty.stdout
    done = run("reference", "load", "onet", zipped(tmp_path / "db.zip", release(tmp_path / "release")))
    assert done.returncode == 0, done.stderr
    assert "onet 31.7 Alternate Titles: 2 rows loaded from" in done.stdout
    assert "Used under the CC BY 4.0" in " ".join(done.stdout.split())
    again = run("reference", "load", "onet", tmp_path / "release")
    assert "2 rows loaded already from" in again.stdout
    status = run("reference", "status")
    assert "Used under the CC BY 4.0" in " ".join(status.stdout.split())
    assert "SOC 2018: not loaded" in status.stdout
    found = json.loads(run("reference", "status", "--json").stdout)
    assert len(found["files"]) == 6
    assert found["missing"]["onet"] == []


def test_operator_is_told_what_is_wrong(run: Run, tmp_path: Path) -> None:
    (tmp_path / "titles.csv").write_text("title,soc_code\nBaker,51-30\n")
    wrong = run("reference", "load", "titles", tmp_path / "titles.csv")
    assert wrong.returncode == 2
    assert wrong.stderr.strip().endswith("titles.csv, line 2: soc code: '51-30' is no SOC code, such as 15-1252")
    assert "Traceback" not in wrong.stderr
    assert run("reference", "load", "census", tmp_path / "titles.csv").returncode == 2


def test_loaded_titles_are_read_by(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("title,soc_code,count\nOven Poet,51-3011,7\n")
    assert run("reference", "load", "titles", tmp_path / "own.csv").returncode == 0
    lines = json.dumps({"title": "Oven Poet"})
    read = json.loads(run("classify", input=lines).stdout)["occupation"]
    assert (read["soc_code"], read["method"]) == ("51-3011", "filing")
    shipped = json.loads(run("classify", "--shipped", input=lines).stdout)["occupation"]
    assert shipped["method"] != "filing"
    assert shipped["index_version"] != read["index_version"]
