"""Places: strings as published, what platforms state, what else decides; workplaces: what they are read from."""

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import place
from crawlers.classify.contract import posting_from
from crawlers.classify.document import document_of
from crawlers.classify.expect import agrees
from crawlers.classify.place_parts import says_several
from crawlers.classify.workplace import workplace_of_word
from crawlers.items import JobPosting, Location, Pay, StatedPlace, Workplace

LABELS = Path(__file__).parent / "labels" / "places.jsonl"
DATA = Path(os.environ.get("CRAWLERS_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
REMOTE_OR_WIDE = re.compile(
    "remot|anywhere|virtual|world|home|hybrid|global|distributed|emea|apac|latam|europe|america|flex"
)


def read(posting: JobPosting) -> place.PlaceReading:
    return place.read(posting, document_of(posting.description_text))


def posting(*raws: str, **fields: Any) -> JobPosting:
    values = {"platform": "", "board": "", "external_id": "", "url": "", "title": "", **fields}
    return JobPosting(locations=[Location(raw=raw) for raw in raws], **values)


def as_record(reading: place.PlaceReading) -> dict[str, Any]:
    workplace = {"value": reading.workplace, "basis": reading.workplace_basis}
    return {"locations": [asdict(each) for each in reading.locations], "workplace": workplace}


@pytest.mark.parametrize("line", LABELS.read_text(encoding="utf-8").splitlines())
def test_own_labels_are_read_as_labelled(line: str) -> None:
    record = json.loads(line)
    expected = record.pop("expect")
    actual = as_record(read(posting_from({"title": "", **record})))
    assert all(agrees(value, actual[key]) for key, value in expected.items()), actual


def test_shared_labels_reach_the_bars() -> None:
    path = DATA / "labels" / "places.jsonl"
    if not path.exists():
        pytest.skip(f"shared labels are not at {path}; set CRAWLERS_DATA")
    right: dict[str, list[bool]] = {"country": [], "city": []}
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        first = asdict(read(posting_from(record)).locations[0])
        for key, value in record["expect"]["locations"][0].items():
            right[key].append(first[key] == value)
    assert sum(right["country"]) / len(right["country"]) >= 0.97
    assert sum(right["city"]) / len(right["city"]) >= 0.93


def test_common_strings_have_a_country_or_say_why_not() -> None:
    path = DATA / "labels" / "location_strings_by_frequency.tsv"
    if not path.exists():
        pytest.skip(f"shared strings are not at {path}; set CRAWLERS_DATA")
    fine = unknown = total = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        count, raw = line.split("\t", 1)
        first = place.places_in(raw)[0]
        total += int(count)
        if first.country or says_several(raw) or REMOTE_OR_WIDE.search(raw.lower()):
            fine += int(count)
        elif not first.candidates:
            unknown += int(count)
    assert fine / total >= 0.92
    assert unknown / total <= 0.07


def test_what_the_platform_states_wins() -> None:
    stated = Location(raw="Paris", stated=StatedPlace(city="Paris", region="Texas", country="US"))
    job = posting(title="Baker")
    job.locations = [stated]
    (found,) = read(job).locations
    assert (found.city, found.region, found.country) == ("Paris", "TX", "US")
    assert found is not stated
    assert found.stated == stated.stated


def test_a_stated_city_that_is_none_leaves_the_string() -> None:
    job = posting()
    job.locations = [Location(raw="Remote, Lyon", stated=StatedPlace(city="Remote", country="FR"))]
    (found,) = read(job).locations
    assert (found.city, found.country) == ("Lyon", "FR")


def test_a_territory_keeps_the_code_that_is_stated() -> None:
    job = posting()
    job.locations = [Location(raw="Caguas", stated=StatedPlace(country="PR"))]
    (found,) = read(job).locations
    assert (found.city, found.region, found.country) == ("Caguas", None, "PR")


def test_what_was_read_before_is_not_trusted() -> None:
    job = posting()
    job.locations = [Location(raw="3 Locations", city="Oslo", region="03", country="NO", candidates=["x"])]
    (found,) = read(job).locations
    assert (found.city, found.region, found.country, found.candidates) == (None, None, None, [])


def test_headline_is_read_where_there_are_no_places() -> None:
    reading = read(posting(location_raw="Remote - Graz, AT"))
    assert [(each.raw, each.city, each.country) for each in reading.locations] == [("Remote - Graz, AT", "Graz", "AT")]
    assert {each.source for each in reading.evidence} == {"location_raw"}
    assert read(posting(description_text="Our office is in Vienna.")).locations == []


def test_currency_of_the_pay_decides_last() -> None:
    job = posting("Cambridge", pay_stated=[Pay(min=50_000, currency="GBP")])
    assert read(job).locations[0].country == "GB"
    job.country = "US"
    assert read(job).locations[0].country == "US"


def test_ambiguous_places_have_candidates() -> None:
    (found,) = place.places_in("Cambridge")
    assert found.candidates[:2] == ["Cambridge, ENG, GB", "Cambridge, ON, CA"]
    (decided,) = place.places_in("Cambridge", country="US")
    assert (decided.country, decided.region, decided.candidates[0]) == ("US", None, "Cambridge, MA, US")


def test_readings_of_one_string_are_objects_of_their_own() -> None:
    place.places_in("Oslo")[0].candidates.append("x")
    assert place.places_in("Oslo")[0].candidates == []


@pytest.mark.parametrize(
    ("raw", "workplace"),
    [
        ("remote", Workplace.REMOTE),
        ("TELECOMMUTE", Workplace.REMOTE),
        ("telecommuting", Workplace.REMOTE),
        ("Fully Remote", Workplace.REMOTE),
        ("Hybrid", Workplace.HYBRID),
        ("ORA_HYBRID", Workplace.HYBRID),
        ("partly_remote", Workplace.HYBRID),
        ("on-site", Workplace.ONSITE),
        ("OnSite", Workplace.ONSITE),
        ("in_person", Workplace.ONSITE),
        ("In office", Workplace.ONSITE),
        ("not_remote", Workplace.ONSITE),
        ("unspecified", None),
        ("none", None),
    ],
)
def test_words_of_platforms(raw: str, workplace: Workplace | None) -> None:
    assert workplace_of_word(raw) is workplace


def test_the_platforms_word_stands() -> None:
    reading = read(posting("Remote", workplace_raw="hybrid", title="Cook (On-site)", description_text="100% remote."))
    assert (reading.workplace, reading.workplace_basis) == (Workplace.HYBRID, "workplace_raw")


WORDS = [
    "US",
    "TX",
    "Paris",
    "remote",
    "Remote -",
    " or ",
    "/",
    ", ",
    "-",
    "\n",
    "Georgia",
    "hybrid",
    "(",
    "İ",
    "東京",
    "#LI-",
]
TEXT = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join))


@settings(max_examples=60, deadline=None)
@given(raws=st.lists(TEXT, max_size=3), title=TEXT, text=TEXT)
def test_any_text_is_read_and_quoted_in_its_place(raws: list[str], title: str, text: str) -> None:
    job = posting(*raws, title=title, description_text=text)
    reading = read(job)
    sources = {"locations": "\n".join(raws), "title": title, "description": text}
    for each in reading.evidence:
        assert sources[each.source][each.start : each.end] == each.quote
    assert len(reading.locations) >= len(raws)
