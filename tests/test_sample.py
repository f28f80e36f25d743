"""Postings drawn to be labelled: which, with which weights, as which lines; and the way back through `evaluate`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.classify import READINGS, classify
from crawlers.classify.contract import input_of, posting_from
from crawlers.classify.labelling import CLASSES
from crawlers.items import Evidence, JobPosting, Location, Sponsorship, StatedPlace
from crawlers.storage import Database, Draw, Drawn
from crawlers.storage.models import Reading
from crawlers.visits import Outcome, Visit
from tests.conftest import Run, read_jsonl
from tests.player import play
from tests.test_recordings import PLATFORMS, RECORDINGS

VALUES = [Sponsorship.OFFERED] * 3 + [Sponsorship.UNCLEAR] * 20 + [Sponsorship.NONE] * 1177


def posting(number: int, **changes: Any) -> JobPosting:
    fields: dict[str, Any] = {
        "platform": "greenhouse",
        "board": "acme",
        "external_id": str(number),
        "url": f"https://boards.example/acme/{number}",
        "title": f"Baker {number}",
        "description_text": f"Bread number {number}.",
        "rules_version": "rules-1",
        "sponsorship": Sponsorship.NONE,
    }
    return JobPosting(**fields | changes)


def save(database: Database, postings: list[JobPosting], outcome: Outcome | None = None, **of_visit: Any) -> None:
    visit = Visit(**{"platform": "greenhouse", "board": "acme"} | of_visit)
    if outcome:
        visit.fail(outcome, "HTTP 503")
    visit.end()
    database.save(visit, postings, last=True)


def draw(database: Database, **changes: Any) -> Drawn:
    return database.draw(Draw(**{"reading": "sponsorship", "size": 30, "seed": 7} | changes))


def titles(database: Database, **changes: Any) -> list[str]:
    return [each.posting.title for each in database.sampled(draw(database, **changes))]


@pytest.fixture
def many(database: Database) -> Database:
    """1,200 postings, three of which offer sponsorship."""
    save(database, [posting(number, sponsorship=value) for number, value in enumerate(VALUES)])
    return database


def test_even_draw_has_the_rare_values_and_weights_that_undo_it(many: Database) -> None:
    drawn = draw(many)
    assert drawn.stored == Counter(VALUES)
    assert drawn.drawn == {"offered": 3, "unclear": 13, "none": 14}
    sampled = list(many.sampled(drawn))
    assert Counter(each.posting.sponsorship for each in sampled) == drawn.drawn
    for value, stored in drawn.stored.items():
        weights = [each.weight for each in sampled if each.posting.sponsorship == value]
        assert sum(weights) == pytest.approx(stored)
        assert len(set(weights)) == 1
    assert len({each.public_id for each in sampled}) == 30


def test_random_draw_takes_postings_as_they_come(many: Database) -> None:
    drawn = draw(many, evenly=False, size=300)
    assert drawn.drawn.total() == 300
    assert drawn.drawn["none"] > 270
    assert {each.weight for each in many.sampled(drawn)} == {4.0}


@pytest.mark.parametrize("evenly", [True, False])
def test_a_seed_draws_the_same_again_and_another_does_not(many: Database, evenly: bool) -> None:
    first = titles(many, evenly=evenly)
    assert titles(many, evenly=evenly) == first
    other = titles(many, evenly=evenly, seed=8)
    assert len(set(first) & set(other)) < len(first)
    # More is drawn by adding, not by drawing anew: labels that are there keep their use.
    assert set(first) <= set(titles(many, evenly=evenly, size=60))


def test_values_stand_in_an_order_of_chance(many: Database) -> None:
    order = [each.posting.sponsorship for each in many.sampled(draw(many))]
    assert order != sorted(order, key=str)
    assert len(set(order[:15])) > 1


def test_every_posting_is_as_likely(database: Database) -> None:
    save(database, [posting(number) for number in range(10)])
    counts = Counter(title for seed in range(300) for title in titles(database, seed=seed, size=3))
    assert len(counts) == 10
    assert all(60 <= count <= 120 for count in counts.values()), counts  # 90 each, give or take 8


def test_more_than_there_are_is_all_of_them(many: Database) -> None:
    drawn = draw(many, size=5000)
    assert drawn.drawn == drawn.stored
    sampled = list(many.sampled(drawn))
    assert len({each.public_id for each in sampled}) == 1200
    assert {each.weight for each in sampled} == {1.0}


def test_values_and_platform_limit_the_draw(many: Database) -> None:
    save(many, [posting(1, platform="lever", sponsorship=Sponsorship.OFFERED)], platform="lever")
    assert draw(many, values=["offered"]).drawn == {"offered": 4}
    assert draw(many, values=["offered", "unclear"]).stored == {"offered": 4, "unclear": 20}
    assert draw(many, platform="lever").stored == {"offered": 1}
    assert not draw(many, platform="ashby").tickets


def test_values_that_are_not_stated(database: Database) -> None:
    save(database, [posting(1, opt_cpt_ok=True), posting(2, opt_cpt_ok=False), posting(3), posting(4)])
    assert draw(database, reading="opt_cpt_ok").stored == {True: 1, False: 1, None: 2}
    assert draw(database, reading="opt_cpt_ok", values=[None]).stored == {None: 2}
    assert draw(database, reading="opt_cpt_ok", values=[False, None]).stored == {False: 1, None: 2}


def test_every_class_is_a_column(database: Database) -> None:
    save(database, [posting(1)])
    for reading in CLASSES:
        assert reading in Reading.__table__.c
        assert draw(database, reading=reading).drawn.total() == 1


def test_postings_that_left_or_were_not_read_are_not_drawn(database: Database) -> None:
    save(database, [posting(1), posting(2)])
    save(database, [posting(2), posting(3, rules_version=None)])
    save(database, [posting(4)], Outcome.PARTIAL)  # closes nothing
    save(database, [posting(5, board="new")], Outcome.PARTIAL, board="new")  # of a board never seen whole
    assert sorted(titles(database)) == ["Baker 2", "Baker 4", "Baker 5"]


def test_sampled_posting_is_what_was_stored(database: Database) -> None:
    evidence = [
        Evidence(reading="is_intern", source="title", quote="Baker", start=0, end=5, rule="other"),
        Evidence(reading="sponsorship", source="description", quote="We sponsor", start=0, end=10, rule="offer.b"),
        Evidence(reading="sponsorship", source="description", quote="visas", start=11, end=16, rule="offer.a"),
    ]
    stored = posting(
        1,
        company="Ofen & Söhne",
        country="DE",
        locations=[Location(raw="Köln"), Location(raw="Bonn", stated=StatedPlace(country="DE"))],
        description_html="<p>We sponsor visas.</p>",
        description_text="We sponsor visas.",
        questions=["Do you bake?"],
        visa_support=True,
        sponsorship=Sponsorship.OFFERED,
        confidence={"sponsorship": 0.9},
        evidence=evidence,
    )
    save(database, [stored])
    (back,) = database.sampled(draw(database))
    assert (len(back.public_id), back.weight) == (26, 1)
    stored.evidence = evidence[1:]
    assert back.posting == stored


# Lines


def test_input_line_reads_back() -> None:
    line = {
        "title": "Baker",
        "description": "We sponsor visas.",
        "locations": ["Köln", "Bonn"],
        "pay": "20 an hour",
        "company": "Ofen",
        "country": "DE",
        "employment_type": "Intern",
        "occupational_category": "51-3011",
        "questions": ["Do you bake?"],
        "visa_support": False,
        "eligibility_to_work": "A permit",
        "security_clearance": "None",
    }
    assert input_of(posting_from(line)) == line
    assert input_of(posting_from({"title": "Baker"})) == {"title": "Baker"}


def test_input_line_takes_what_the_posting_has() -> None:
    place = posting(1, location_raw="Köln")
    assert input_of(place)["locations"] == ["Köln"]
    place.locations = [Location(raw="Remote"), Location(raw="Bonn", stated=StatedPlace(country="DE"))]
    assert (input_of(place)["locations"], input_of(place)["country"]) == (["Remote", "Bonn"], "DE")


def test_text_that_looks_like_html_goes_as_html() -> None:
    html = "<p>You know Vec&lt;u8&gt; and sponsor visas.</p>"
    original = posting_from({"description": html})
    assert original.description_text == "You know Vec<u8> and sponsor visas."
    again = posting_from(input_of(original))
    assert again.description_text == original.description_text


STATED = {"pay", "pay_ranges", "locations"}
"""Readings that a platform may state in fields of its own, for which a line has no place."""


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_line_alone_reads_as_the_posting_did(folder: Path) -> None:
    for item in play(PLATFORMS.load(folder.parent.name), folder).postings:
        classify(item)
        again = posting_from(json.loads(json.dumps(input_of(item))))
        classify(again)
        for reading in READINGS:
            if reading not in STATED | {"evidence"}:
                assert getattr(again, reading) == getattr(item, reading), (item.url, reading)
        evidence = [[each for each in of.evidence if each.reading not in STATED] for of in (again, item)]
        assert evidence[0] == evidence[1]


# The command


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Database]:
    """The database that `run` uses, with twelve real readings."""
    database = Database(f"sqlite:///{tmp_path / 'run.sqlite3'}")
    database.prepare()
    texts = ["We sponsor H-1B visas for bäckers."] * 2 + ["We do not sponsor visas."] * 4 + ["We bake."] * 6
    postings = [posting(number, description_text=text) for number, text in enumerate(texts)]
    for each in postings:
        classify(each)
    save(database, postings)
    yield database
    database.close()


def lines_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.usefixtures("stored")
def test_lines_filled_in_are_what_evaluate_takes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    sampled = run("sample", "--reading", "sponsorship", "--n", 6, "--seed", 3, "-o", path)
    assert (sampled.returncode, sampled.stdout) == (0, ""), sampled.stderr
    assert "6 of 12 open postings, by sponsorship (--seed 3 draws them again):" in sampled.stderr
    assert "  none: 2 of 6\n" in sampled.stderr
    assert 'Put one of "offered", "case_by_case", "not_offered", "unclear", "none"' in sampled.stderr
    assert "bäckers" in path.read_text(encoding="utf-8")

    unfilled = run("evaluate", path)
    assert (unfilled.returncode, unfilled.stdout) == (2, "")
    assert "no line is labelled yet" in unfilled.stderr

    lines: list[Any] = read_jsonl(path)
    assert {line["weight"] for line in lines} == {1, 2, 3}
    for line in lines:
        label = line["read"]["value"]
        line["expect"]["sponsorship"] = "unclear" if label == "offered" else label
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    figures = json.loads(run("evaluate", path, "--json").stdout)["readings"]["sponsorship"]
    assert figures["n"] == 6
    assert figures["accuracy"]["value"] == pytest.approx(10 / 12)  # as in the whole store, not as in the draw


@pytest.mark.usefixtures("stored")
def test_line_has_what_was_read_unless_blind(run: Run) -> None:
    arguments = ("sample", "--reading", "sponsorship", "--value", "offered", "--seed", "1")
    first, second = lines_of(run(*arguments).stdout)
    assert list(first)[:2] == ["expect", "read"]
    assert first["expect"] == {"sponsorship": "?"}
    assert first["read"]["value"] == "offered"
    assert len(first["read"]["quotes"]) == len(first["read"]["rules"]) == 1
    assert first["read"]["quotes"][0] in first["description"]
    assert first["url"].startswith("https://boards.example/")
    assert len(first["public_id"]) == 26
    assert (first["weight"], second["weight"]) == (1, 1)
    blind = lines_of(run(*arguments, "--blind").stdout)
    assert [line["public_id"] for line in blind] == [first["public_id"], second["public_id"]]
    assert all("read" not in line and "offered" not in json.dumps(line) for line in blind)


@pytest.mark.usefixtures("stored")
def test_random_draw_of_another_reading(run: Run) -> None:
    result = run("sample", "--reading", "is_intern", "--n", 3, "--random")
    assert [line["expect"] for line in lines_of(result.stdout)] == [{"is_intern": "?"}] * 3
    assert [line["weight"] for line in lines_of(result.stdout)] == [4] * 3
    assert "false: 3 of 12" in result.stderr
    assert "Put one of true, false in the place" in result.stderr


@pytest.mark.usefixtures("stored")
def test_a_file_that_is_there_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("hours of work")
    result = run("sample", "--reading", "sponsorship", "-o", path)
    assert result.returncode == 2
    assert "is there already, and may hold labels" in result.stderr
    assert path.read_text() == "hours of work"
    result = run("sample", "--reading", "sponsorship", "-o", tmp_path / "none" / "labels.jsonl")
    assert (result.returncode, "No such file" in result.stderr) == (2, True)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--reading", "sponsorshp"], "unknown reading sponsorshp; did you mean sponsorship?"),
        (["--reading", "shoes"], "unknown reading shoes; write one of sponsorship, is_intern"),
        (["--reading", "pay"], "pay is not one value of a few"),
        (["--reading", "visas"], "visas is not one value of a few"),
        (["--n", "5"], "required: --reading"),
        (["--reading", "sponsorship", "--n", "0"], "--n 0: write a number of postings, 1 or more"),
        (["--reading", "sponsorship", "--n", "few"], "invalid int value: 'few'"),
        (["--reading", "sponsorship", "--n", "2"], "--n 2 is less than the 3 values of sponsorship"),
        (["--reading", "sponsorship", "--value", "ofered"], "sponsorship has no value ofered; did you mean offered?"),
        (["--reading", "is_intern", "--value", "null"], "is_intern has no value null; write one of true, false"),
        (["--reading", "sponsorship", "--value", "unclear"], "no open posting with a reading read as unclear"),
        (["--reading", "sponsorship", "--platform", "levr"], "unknown platform levr; did you mean lever?"),
        (["--reading", "sponsorship", "--platform", "lever"], "no open posting of lever"),
        (["--reading", "sponsorship", "--random", "--stratified"], "not allowed with"),
        (["--reading", "sponsorship", "--sede", "1"], "unknown option --sede; did you mean --seed?"),
        (["--reading", "sponsorship", "-s", "DATABASE_URL="], "DATABASE_URL is empty"),
        (["--reading", "sponsorship", "-s", "DATABASE_URL=sqlite:////none/x.sqlite3"], "there is no folder /none"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_named(run: Run, arguments: list[str], says: str) -> None:
    result = run("sample", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_empty_database_says_what_to_do(run: Run) -> None:
    result = run("sample", "--reading", "sponsorship")
    assert (result.returncode, result.stdout) == (2, "")
    assert "has no open posting with a reading; `scrapy crawl` stores postings" in result.stderr


def test_help_names_what_it_takes(run: Run) -> None:
    result = run("sample", "-h")
    assert result.returncode == 0
    for name in ("--reading", "--n", "--value", "--platform", "--random", "--seed", "--blind", "--output", "weight"):
        assert name in result.stdout
