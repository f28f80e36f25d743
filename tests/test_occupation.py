"""Occupation: reviewed titles, what must always hold, and how a title is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.occupations import with_files
from crawlers.classify import occupation, rules
from crawlers.classify.evaluation import Evaluation
from crawlers.classify.occupations.cache import cached_index
from crawlers.classify.occupations.cleaning import parts_of
from crawlers.classify.occupations.index import Index, build_index
from crawlers.classify.occupations.overrides import override_of
from crawlers.classify.occupations.sources import Kind, Sources, Title, shipped
from crawlers.classify.occupations.structure import minor_group, soc_titles
from crawlers.items import JobPosting, Occupation

LABELS = Path(__file__).parent / "labels"


def posting(title: str, **stated: Any) -> JobPosting:
    return JobPosting(platform="", board="", external_id="", url="", title=title, **stated)


def read(title: str, **stated: Any) -> Occupation:
    return occupation.read(posting(title, **stated)).occupation


@pytest.fixture(scope="session")
def enriched(data: Path) -> Index:
    """The index with the published files."""
    return cached_index(f"test-{occupation.index_version()}", lambda: with_files(data))


@pytest.fixture
def use_enriched(enriched: Index) -> Any:
    occupation.use(enriched)
    yield
    occupation.use(None)


def evaluated(path: Path) -> Evaluation:
    evaluation = Evaluation()
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        evaluation.add(json.loads(line), f"{path.name}:{number}")
    return evaluation


@pytest.mark.parametrize("file", ["occupations.jsonl", "reviewed_titles.jsonl"])
def test_own_labels_are_read_as_labelled(file: str) -> None:
    assert not evaluated(LABELS / file).readings["occupation"].misses


@pytest.mark.usefixtures("use_enriched")
def test_published_files_leave_reviewed_titles_as_they_are() -> None:
    assert not evaluated(LABELS / "reviewed_titles.jsonl").readings["occupation"].misses


def test_filings_agree_where_a_code_is_given(data: Path) -> None:
    evaluation = Evaluation()
    for number, line in enumerate((data / "labels/occupations.jsonl").read_text().splitlines(), start=1):
        if number % 8 == 0:
            evaluation.add(json.loads(line), f"occupations.jsonl:{number}")
    assert (evaluation.readings["occupation"].answered.value or 0) >= 0.5


@pytest.mark.parametrize(
    "written",
    ["Senior {}", "Sr. {}", "Junior {}", "Lead {}", "Principal {}", "Staff {}", "{} II", "{}, Senior", "{} (L4)"],
)
def test_level_never_changes_the_code(written: str) -> None:
    for line in (LABELS / "reviewed_titles.jsonl").read_text().splitlines():
        title = json.loads(line)["title"]
        if title.startswith("High School") and "Junior" in written:
            continue  # a junior high school is another school
        assert read(written.format(title)).soc_code == read(title).soc_code, title


@pytest.mark.parametrize("word", sorted(rules.load("occupations")["generic"].split()))
def test_lone_generic_word_never_decides(word: str) -> None:
    for title in (word, f"Senior {word}", f"{word} II (Remote)", f"{word} - 2027"):
        found = read(title)
        assert (found.soc_code, found.onet_code, found.minor, found.confidence) == (None, None, None, None)


@pytest.mark.parametrize(
    "title",
    [
        "Ingeniero de Software",
        "Ingénieur Logiciel",
        "Responsable commercial",
        "Enfermera",
        "Gerente de Vendas",
        "Chef de projet",
        "Directeur Marketing",
        "Auxiliar de Limpeza",
        "Technicien de maintenance",
        "Praktikum Marketing",
        "Consultor SAP",
        "Médico general",
        "Verkäufer (m/w/d)",
        "Sales Manager für den Großraum Berlin",
        "Ausbildung Mechatroniker",
        "ソフトウェアエンジニア",
        "Инженер-программист",
        "مهندس برمجيات",
    ],
)
def test_titles_of_other_languages_have_no_code(title: str) -> None:
    assert read(title).soc_code is None


@pytest.mark.parametrize(
    ("title", "major"), [("Manager", "11-0000"), ("Engineer", "17-0000"), ("Staff Engineer", None)]
)
def test_generic_titles_may_have_a_group(title: str, major: str | None) -> None:
    assert read(title).major == (major or "17-0000")


def test_a_reading_says_all() -> None:
    reading = occupation.read(posting("Senior Electrician"))
    found = reading.occupation
    assert (found.soc_code, found.soc_title, found.method) == ("47-2111", "Electricians", "exact")
    assert (found.major, found.minor, found.onet_code) == ("47-0000", "47-2000", None)
    assert found.candidates[0].soc_code == "47-2111"
    assert found.confidence == found.candidates[0].confidence
    assert found.index_version == occupation.index_version()
    (evidence,) = reading.evidence
    assert (evidence.source, evidence.quote, evidence.rule) == ("title", "Senior Electrician", "soc.exact.shipped")


def test_nothing_found_still_names_the_index() -> None:
    found = read("Qwrtz Plmkn")
    assert (found.soc_code, found.method, found.confidence, found.candidates) == (None, None, None, [])
    assert found.index_version
    assert read("").index_version == found.index_version


@pytest.mark.usefixtures("use_enriched")
@pytest.mark.parametrize(
    ("title", "onet_code"),
    [("Barista", "35-3023.01"), ("Hospitalist Nights Zorgon Unit", None), ("Machine Learning Engineer", None)],
)
def test_onet_leaf_only_where_the_title_is_listed(title: str, onet_code: str | None) -> None:
    assert read(title).onet_code == onet_code


BAKERY = "Set up bread ovens, mix dough of flour and yeast, shape loaves and cakes, decorate pastry, clean the bakery."
TAXES = "Review property tax returns, appraise real estate, inspect buildings and value land for taxation."


@pytest.mark.usefixtures("use_enriched")
def test_description_orders_what_the_title_leaves_open() -> None:
    title = "Cake Property Operator"
    plain, bakery, taxes = (
        [each.soc_code for each in read(title, description_text=text).candidates] for text in ("", BAKERY, TAXES)
    )
    assert set(plain) == set(bakery) == set(taxes), "a description adds no occupation, and takes none"
    assert bakery != taxes


@pytest.mark.usefixtures("use_enriched")
def test_description_never_changes_a_listed_title() -> None:
    assert read("Registered Nurse", description_text=BAKERY).soc_code == "29-1141"


def test_filings_decide_before_listed_titles() -> None:
    titles = [
        Title("quality analyst", "15-1253", Kind.SHIPPED),
        Title("quality analyst", "15-1211", Kind.FILING, count=9),
        Title("quality analyst", "13-1111", Kind.FILING, count=3),
        Title("rare analyst", "15-2031", Kind.SHIPPED),
        Title("rare analyst", "15-1211", Kind.FILING, count=2),
        Title("split analyst", "15-2031", Kind.SHIPPED),
        Title("split analyst", "15-1211", Kind.FILING, count=4),
        Title("split analyst", "13-1111", Kind.FILING, count=4),
        Title("split analyst", "13-2051", Kind.FILING, count=4),
    ]
    occupation.use(build_index(Sources(titles=titles), "small"))
    try:
        found = {title: read(title) for title in ("Quality Analyst", "Rare Analyst", "Split Analyst")}
    finally:
        occupation.use(None)
    assert [(each.soc_code, each.method) for each in found.values()] == [
        ("15-1211", "filing"),
        ("15-2031", "exact"),
        ("15-2031", "exact"),
    ]


@given(st.text(max_size=600))
@settings(max_examples=300, deadline=None)
def test_any_title_is_read(title: str) -> None:
    found = read(title)
    assert found.soc_code is None or found.soc_code in soc_titles()
    assert len(found.candidates) <= 5
    assert all(0 <= each.confidence <= 1 for each in found.candidates)
    assert sum(each.confidence for each in found.candidates) <= 1.01
    if found.soc_code:
        assert found.soc_code == found.candidates[0].soc_code
        assert (found.major, found.minor) == (f"{found.soc_code[:2]}-0000", minor_group(found.soc_code))


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Sr. Software Engineer III (Remote) #R-1234 - Night Shift", ["software engineer"]),
        ("Manager, Product", ["product manager", "product"]),
        ("Teacher Assistant", ["teacher assistant"]),
        ("RN / LPN", ["registered nurse", "licensed practical nurse"]),
        ("Chief of Staff", ["chief of staff"]),
        ("Data Entry Clerk - Weekends", ["data entry clerk"]),
        ("Full Stack Developer, Full-Time", ["full stack developer"]),
        ("(m/w/d)", []),
    ],
)
def test_cleaning(title: str, bare: list[str]) -> None:
    assert [part.bare for part in parts_of(title) if part.bare] == bare


def test_a_title_is_listed_with_what_may_be_contract_or_place() -> None:
    assert parts_of("Senior Campus Director II")[0] == ("campus director", "director")
    assert parts_of("Principal")[0].whole == "principal"
    assert read("Campus Director").soc_code == "11-9033"


def test_overrides_are_consistent() -> None:
    data = rules.load("occupations")
    ids = [each["id"] for each in (*data["override"], *data["by_subject"])]
    assert len(ids) == len(set(ids))
    used = {each["soc"] for each in data["override"]}
    for each in data["by_subject"]:
        used |= {*each["subjects"], *([each["default"]] if "default" in each else [])}
    assert used <= set(soc_titles())


def test_professors_go_by_any_parts_subject() -> None:
    parts = ["assistant professor", "department of economics"]
    found = override_of(parts[0], parts)
    assert found is not None
    assert (found.soc_code, found.rule) == ("25-1063", "soc.professor")


def test_stated_code_of_another_version_is_not_believed() -> None:
    assert read("Registered Nurse", occupational_category="15-1132").soc_code == "29-1141"
    stated = read("Zorgon", occupational_category="Nurses, 29-1141.01 (O*NET)")
    assert (stated.soc_code, stated.onet_code, stated.method) == ("29-1141", "29-1141.01", "structured")


def test_shipped_index_has_every_occupation() -> None:
    index = build_index(shipped(), "again")
    assert set(index.codes) == set(soc_titles())
    assert not index.enriched
