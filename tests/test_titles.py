"""The shipped table of titles, and the index that is built of it and kept on disk."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import occupation
from crawlers.classify.occupations.cache import cached_index, version_of
from crawlers.classify.occupations.cleaning import parts_of
from crawlers.classify.occupations.index import Index, build_index
from crawlers.classify.occupations.sources import Kind, Sources, Title, shipped
from crawlers.classify.occupations.structure import employment, minor_group, soc_titles
from crawlers.classify.occupations.terms import head, terms

FOLDER = Path(occupation.__file__).parent / "occupations" / "titles"
LINE = re.compile(r"(\d\d-\d{4})\t([a-z0-9.][a-z0-9 .,'&/+#:()à-ÿ-]*)")
SMALL = Sources(
    titles=[
        Title("pastry chef", "51-3011", Kind.SHIPPED),
        Title("line cook", "35-2014", Kind.SHIPPED),
        Title("Pastry Chefs and Bakers", "51-3011", Kind.OFFICIAL),
    ],
    texts={"51-3011": ["Mix dough and bake bread in ovens."], "35-2014": ["Fry fish and grill meat to order."]},
)


def lines() -> list[tuple[Path, str]]:
    return [(path, line) for path in sorted(FOLDER.glob("*.tsv")) for line in path.read_text().splitlines()]


def test_lines_are_a_code_and_a_title() -> None:
    for path, line in lines():
        found = LINE.fullmatch(line)
        assert found, f"{path.name}: {line!r}"
        assert found[1].startswith(path.stem), f"{path.name}: {line!r}"
        assert found[2] == " ".join(found[2].split()), f"{path.name}: {line!r}"


def test_files_are_in_order_of_codes() -> None:
    for path in FOLDER.glob("*.tsv"):
        codes = [line.split("\t")[0] for line in path.read_text().splitlines()]
        assert codes == sorted(codes), path.name


def test_every_occupation_has_titles() -> None:
    counted = Counter(line.split("\t")[0] for _, line in lines())
    assert set(counted) == set(soc_titles())
    assert len(counted) == 867
    assert counted.total() >= 5_000
    assert min(counted.values()) >= 3


def test_a_title_is_of_one_occupation_however_it_is_written() -> None:
    of_titles: dict[str, set[str]] = {}
    for path, line in lines():
        code, title = line.split("\t")
        parts = parts_of(title)
        assert len(parts) == 1, f"{path.name}: {line!r} is more than one title, or none"
        of_titles.setdefault(parts[0].whole, set()).add(code)
    assert {title: codes for title, codes in of_titles.items() if len(codes) > 1} == {}
    assert len({line.split("\t")[1] for _, line in lines()}) == len(lines())


def test_codes_titles_and_groups_are_official(data: Path) -> None:
    with (data / "soc/soc2018_6digit.csv").open(newline="") as file:
        assert {row["soc2018_code"]: row["soc2018_title"] for row in csv.DictReader(file)} == soc_titles()
    with (data / "soc/soc2018_all.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["Hierarchical_structure"] == "Detailed":
                assert minor_group(row["code"]) == row["soc3d"]


def test_employment_is_of_known_occupations() -> None:
    assert set(employment()) <= set(soc_titles())
    assert 100_000_000 < sum(employment().values()) < 200_000_000


def test_head_weighs_most_and_pairs_count() -> None:
    assert terms("directors of nursing homes") == {
        "director": 1.5,
        "nursing": 1.0,
        "home": 1.0,
        "director nursing": 1.0,
        "nursing home": 1.0,
    }
    assert head("assistant to the registrar") == "assistant"
    assert head("of the") is None
    assert terms("") == {}


def same(left: Index, right: Index) -> bool:
    arrays = [name for name, value in vars(left).items() if isinstance(value, np.ndarray)]
    lists = ("titles", "codes", "terms", "version")
    return (
        all(np.array_equal(getattr(left, name), getattr(right, name)) for name in arrays)
        and all(getattr(left, name) == getattr(right, name) for name in lists)
        and left.profiles.terms == right.profiles.terms
        and np.array_equal(left.profiles.weights, right.profiles.weights)
    )


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "crawlers"


def test_index_comes_back_from_disk(cache: Path) -> None:
    built = cached_index("v1", lambda: SMALL)
    assert [path.name for path in cache.iterdir()] == ["occupations-v1.npz"]
    loaded = cached_index("v1", pytest.fail)
    assert same(built, loaded)
    assert loaded.nearest("pastry chef") == built.nearest("pastry chef")
    assert loaded.listed("pastry chef")[0].soc_code == "51-3011"


def test_same_sources_give_the_same_index() -> None:
    assert same(build_index(shipped(), "v"), build_index(shipped(), "v"))


def test_other_sources_are_another_version() -> None:
    assert version_of("") == version_of("")
    assert version_of("") != version_of("onet/Alternate Titles:abc")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_broken_cache_is_built_anew(cache: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    cache.mkdir()
    path = cache / "occupations-v1.npz"
    path.write_bytes(content)
    assert same(cached_index("v1", lambda: SMALL), build_index(SMALL, "v1"))
    assert "built anew" in caplog.text
    assert same(cached_index("v1", pytest.fail), build_index(SMALL, "v1"))


def test_cache_cut_off_is_built_anew(cache: Path) -> None:
    cached_index("v1", lambda: SMALL)
    path = cache / "occupations-v1.npz"
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        assert same(cached_index("v1", lambda: SMALL), build_index(SMALL, "v1"))


def test_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert same(cached_index("v1", lambda: SMALL), build_index(SMALL, "v1"))
    assert "cannot be kept" in caplog.text


def test_only_a_few_versions_are_kept(cache: Path) -> None:
    for number in range(9):
        cached_index(f"v{number}", lambda: SMALL)
    assert len(list(cache.iterdir())) == 5
    assert (cache / "occupations-v8.npz").exists()


def test_a_version_in_use_is_kept(cache: Path) -> None:
    cached_index("used", lambda: SMALL)
    for number in range(9):
        cached_index(f"v{number}", lambda: SMALL)
        cached_index("used", pytest.fail)


def test_nothing_near_is_nothing() -> None:
    index = build_index(SMALL, "v")
    assert index.nearest("quantum plumbus").votes == ()
    assert index.nearest("").votes == ()
    assert index.listed("plumbus") == ()


def test_ambiguous_title_votes_for_all_it_is_listed_under() -> None:
    titles = [Title("aide", "31-1121", Kind.ALTERNATE), Title("aide", "25-9042", Kind.ALTERNATE)]
    near = build_index(Sources(titles=titles), "v").nearest("aide")
    assert {vote.soc_code: round(vote.share, 3) for vote in near.votes} == {"25-9042": 0.5, "31-1121": 0.5}


@given(
    st.lists(st.tuples(st.text(max_size=30), st.sampled_from(sorted(soc_titles()))), max_size=8), st.text(max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_any_titles_make_an_index(titles: list[tuple[str, str]], asked: str) -> None:
    index = build_index(Sources(titles=[Title(title, code, Kind.REPORTED) for title, code in titles]), "v")
    for title, code in titles:
        for part in parts_of(title)[:1]:
            assert code in {entry.soc_code for entry in index.listed(part.whole)}
    for part in parts_of(asked):
        near = index.nearest(part.whole)
        assert 0 <= near.cosine <= 1
        assert not near.votes or sum(vote.share for vote in near.votes) == pytest.approx(1)
