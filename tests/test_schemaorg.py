"""schema.org JobPostings as postings: every property at every place, and nothing but UNREADABLE errors."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.addresses import page_key
from crawlers.items import JobPosting, Location, Pay, PayBasis, PayPeriod, PostedBasis, StatedPlace
from crawlers.jsonld import job_postings
from crawlers.payload import UNREADABLE, finish
from crawlers.schemaorg import UNREAD, posting_from

PAGE = "https://www.fernweh.example/jobs/line-cook-7?utm_source=mail"


def read(**properties: Any) -> JobPosting:
    """The posting of a page that states these properties, and that nothing of them is left."""
    data = {"@type": "JobPosting", "title": "Line cook", **properties}
    posting = posting_from(data, platform="careers", board="fernweh.example", url=PAGE)
    finish(posting)
    assert not data.keys() - UNREAD
    return posting


def test_a_whole_posting() -> None:
    posting = read(
        hiringOrganization={"@type": "Organization", "name": "Fernweh &amp; Foods"},
        identifier={"@type": "PropertyValue", "name": "Fernweh & Foods", "value": "R-7"},
        description="<p>You cook.</p>",
        jobLocation={"@type": "Place", "address": {"addressLocality": "Ulm", "addressCountry": "DE"}},
        employmentType=["FULL_TIME", "INTERN"],
        datePosted="2026-03-01",
        validThrough="2026-04-01T12:00:00+02:00",
        dateModified="2026-03-02T00:00:00Z",
        baseSalary={"currency": "EUR", "value": {"minValue": 14, "maxValue": 16.5, "unitText": "HOUR"}},
        employmentUnit={"@type": "Organization", "name": "Kitchen"},
        eligibilityToWorkRequirement="A work permit for Germany",
        securityClearanceRequirement="None needed",
        occupationalCategory="35-2014.00 Cooks",
        inLanguage="de",
        estimatedSalary={"value": 99},
        applicationContact={"email": "somebody@fernweh.example"},
    )
    assert posting == JobPosting(
        platform="careers",
        board="fernweh.example",
        external_id="fernweh.example/jobs/line-cook-7",
        url=PAGE,
        title="Line cook",
        company="Fernweh & Foods",
        description_html="<p>You cook.</p>",
        description_text="You cook.",
        requisition_id="R-7",
        department="Kitchen",
        location_raw="Ulm, DE",
        locations=[place("Ulm, DE", city="Ulm", country="DE")],
        country="DE",
        employment_raw="FULL_TIME, INTERN",
        pay_raw='{"currency": "EUR", "value": {"minValue": 14, "maxValue": 16.5, "unitText": "HOUR"}}',
        pay_stated=[Pay(min=14, max=16.5, currency="EUR", period=PayPeriod.HOUR, basis=PayBasis.BASE)],
        posted_raw="2026-03-01",
        posted_at=datetime(2026, 3, 1, tzinfo=UTC),
        posted_basis=PostedBasis.STATED,
        updated_at=datetime(2026, 3, 2, tzinfo=UTC),
        valid_through=datetime(2026, 4, 1, 10, tzinfo=UTC),
        language_raw="de",
        occupational_category="35-2014.00 Cooks",
        eligibility_to_work="A work permit for Germany",
        security_clearance="None needed",
    )


def test_a_title_is_all_that_is_needed() -> None:
    assert read() == JobPosting(
        platform="careers",
        board="fernweh.example",
        external_id="fernweh.example/jobs/line-cook-7",
        url=PAGE,
        title="Line cook",
    )


def test_what_is_not_read_is_left() -> None:
    data = {"title": "Line cook", "directApply": True, "novelty": 1, "validThrough": "never"}
    posting_from(data, platform="careers", board="b", url=PAGE)
    assert data == {"directApply": True, "novelty": 1}


@pytest.mark.parametrize("title", [None, "", " &nbsp;<b></b>", [], {}, [None], True, {"name": {}}])
def test_no_title(title: Any) -> None:
    with pytest.raises(KeyError, match="title"):
        read(title=title)


@pytest.mark.parametrize(
    "title", [["Line cook", "Jobs"], {"name": "Line cook"}, " Line\n <b>cook</b> ", [[{"value": "Line cook"}]]]
)
def test_titles(title: Any) -> None:
    assert read(title=title).title == "Line cook"
    assert read(title=None, name=title).title == "Line cook"


# Identity


@pytest.mark.parametrize(
    ("stated", "url"),
    [
        ("/jobs/7", "https://www.fernweh.example/jobs/7"),
        ("https://fernweh.example/jobs/7?ref=x#top", "https://fernweh.example/jobs/7?ref=x#top"),
        ({"@id": "https://fernweh.example/jobs/7"}, "https://fernweh.example/jobs/7"),
    ],
)
def test_a_posting_may_state_its_page(stated: Any, url: str) -> None:
    posting = read(url=stated)
    assert (posting.url, posting.external_id) == (url, "fernweh.example/jobs/7")


@pytest.mark.parametrize(
    "stated",
    [
        "https://elsewhere.example/jobs/7", "https://www.fernweh.example", "https://www.fernweh.example/jobs/",
        "mailto:jobs@fernweh.example", "http://[broken", "/jobs/" + "x" * 3000, [], True,
    ],
)  # fmt: skip
def test_what_cannot_be_the_page_of_a_posting(stated: Any) -> None:
    posting = read(url=stated)
    assert (posting.url, posting.external_id) == (PAGE, "fernweh.example/jobs/line-cook-7")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTP://WWW.Fernweh.Example:80/Jobs/7/", "fernweh.example/Jobs/7"),
        ("https://fernweh.example/j?b=2&a=1&gh_src=x&utm_medium=y", "fernweh.example/j?a=1&b=2"),
        ("https://fernweh.example/j?source=LinkedIn&ref=R-12&iis=Board", "fernweh.example/j?ref=R-12"),
        ("https://fernweh.example/j;jsessionid=AF/7", "fernweh.example/j/7"),
        ("https://fernweh.example/j?id=7&PHPSESSID=a&ASPSESSIONIDQ=b&CFID=1&cftoken=2", "fernweh.example/j?id=7"),
        ("https://fernweh.example/j?share=facebook&nb=1&in_iframe=1&apply=true", "fernweh.example/j"),
        ("https://fernweh.example/#/jobs/7", "fernweh.example#/jobs/7"),
        ("https://fernweh.example/jobs#7", "fernweh.example/jobs"),
        ("https://me:secret@fernweh.example/é", "fernweh.example/%C3%A9"),
    ],
)
def test_page_keys(url: str, key: str) -> None:
    assert page_key(url) == key


def test_postings_of_one_page_are_told_apart() -> None:
    shared: dict[str, Any] = {
        "platform": "careers",
        "board": "b",
        "url": "https://fernweh.example/jobs",
        "alone": False,
    }
    rows = [
        {"title": "Cook", "identifier": 7},
        {"title": "Cook", "jobLocation": "Ulm"},
        {"title": "Cook", "jobLocation": "Bonn"},
        {"title": "Cook", "url": "/jobs/9"},
        {"title": "Cook", "url": "https://ats.example/fernweh/12"},
        {"title": "Cook", "url": "https://www.fernweh.example/"},
    ]
    ids = [posting_from(row, **shared).external_id.removeprefix("fernweh.example/jobs") for row in rows]
    assert ids == ["#7", "#Cook Ulm", "#Cook Bonn", "/9", "#Cook ats.example/fernweh/12", "#Cook"]


def test_long_ids_can_be_stored_and_stay_apart() -> None:
    slug = "%E3%83%91%E3%83%B3" * 60
    data = {"title": "Baker"}
    ids = [
        posting_from(dict(data), platform="careers", board="b", url=f"https://fernweh.example/jobs/{slug}{end}")
        for end in ("-1", "-2", "-2/")
    ]
    assert len({posting.external_id for posting in ids}) == 2
    assert all(len(posting.external_id) <= 400 for posting in ids)


@pytest.mark.parametrize("stated", ["https://www.fernweh.example/careers/", "/job-openings", "/"])
def test_a_constant_address_is_no_page_of_a_posting(stated: str) -> None:
    page = "https://www.fernweh.example/careers/line-cook-7"
    posting = posting_from({"title": "Cook", "url": stated}, platform="careers", board="b", url=page)
    assert (posting.url, posting.external_id) == (page, "fernweh.example/careers/line-cook-7")


@pytest.mark.parametrize(
    ("identifier", "requisition"),
    [
        ("R-7", "R-7"),
        (7, "7"),
        ({"name": "Fernweh", "value": 7}, "7"),
        ([{"name": "Fernweh"}, {"value": " R-7 "}], "R-7"),
        ({"value": "FERNWEH"}, None),
        ({"value": 0}, None),
        ("", None),
        ("N/A", None),
        ("https://fernweh.example/jobs/7", None),
        ({"name": "7"}, None),
        (False, None),
    ],
)
def test_requisitions(identifier: Any, requisition: str | None) -> None:
    assert read(identifier=identifier, hiringOrganization="Fernweh").requisition_id == requisition


@pytest.mark.parametrize(
    ("organization", "company"),
    [
        ("Fernweh", "Fernweh"),
        ([{"name": ["Fernweh", "Other"]}], "Fernweh"),
        ({"legalName": "Fernweh GmbH"}, "Fernweh GmbH"),
        ({"@id": "#org"}, None),
        ("https://fernweh.example", None),
    ],
)
def test_companies(organization: Any, company: str | None) -> None:
    assert read(hiringOrganization=organization).company == company


# The description


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("<p>Salt</p><ul><li>R&amp;D</li></ul>", "Salt\n\n• R&D"),
        ("&lt;p&gt;Salt&lt;/p&gt;&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "Salt\n\nR&D"),
        ("Salt &amp; bread\n• soup\r\n\r\nFewer < more", "Salt & bread\n\n• soup\n\nFewer < more"),
        ("Salt <b>and</b> bread\nSoup", "Salt and bread\nSoup"),
        ("Salt\\n\\nSoup", "Salt\n\nSoup"),
        (["<p>Salt</p>", "<p>Soup</p>", "<p>Salt</p>"], "Salt\n\nSoup"),
        ({"name": "Salt", "description": "Soup"}, "Salt: Soup"),
        (None, ""),
        (7, ""),
    ],
)
def test_descriptions(description: Any, text: str) -> None:
    read_text = read(description=description).description_text
    assert [line for line in read_text.splitlines() if line] == [line for line in text.splitlines() if line]


def test_all_that_the_employer_wrote() -> None:
    posting = read(
        description="<p>You cook &amp; bake.</p><h2>What you bring</h2><ul><li>a knife</li><li>patience</li></ul>",
        responsibilities="cook & bake.",
        qualifications=["a knife", "patience"],
        skills=[{"@type": "DefinedTerm", "name": "Sauces", "termCode": "x"}, "Bread"],
        educationRequirements={"@type": "EducationalOccupationalCredential", "credentialCategory": "high school"},
        experienceRequirements={"@type": "OccupationalExperienceRequirements", "monthsOfExperience": "24"},
        jobBenefits="Meals\nUniform",
        incentiveCompensation="",
        employerOverview="<p>A kitchen of ten.</p>",
    )
    assert " | ".join(filter(None, posting.description_text.splitlines())) == (
        "You cook & bake. | What you bring | • a knife | • patience | Skills | • Sauces | • Bread | Education"
        " | high school | Experience | 24 months of experience | Benefits | Meals | Uniform | About the employer"
        " | A kitchen of ten."
    )


def test_a_part_of_a_word_is_not_said_already() -> None:
    assert "Benefits\n\nMeal" in read(description="Meals", jobBenefits="Meal").description_text


# Places


def at(city: str | None = None, country: Any = None, **more: Any) -> dict[str, Any]:
    """A Place with an address."""
    return {"@type": "Place", "address": {"addressLocality": city, "addressCountry": country, **more}}


def place(raw: str, **stated: str) -> Location:
    return Location(raw=raw, stated=StatedPlace(**stated))


ULM = place("Ulm, BW, DE", city="Ulm", region="BW", country="DE")


@pytest.mark.parametrize(
    ("place", "locations"),
    [
        (at("Ulm", "DE", addressRegion="BW", streetAddress="A 1"), [ULM]),
        (at("Ulm", {"@type": "Country", "name": "de"})["address"], [place("Ulm, de", city="Ulm", country="DE")]),
        ([{"address": "Ulm, Germany"}, "Bonn"], [Location(raw="Ulm, Germany"), Location(raw="Bonn")]),
        (at("Z&uuml;rich", "Switzerland"), [place("Zürich, Switzerland", city="Zürich")]),
        (at("Monaco", None, addressRegion="Monaco"), [place("Monaco", city="Monaco", region="Monaco")]),
        (at("Leeds", "UK"), [place("Leeds, UK", city="Leeds", country="GB")]),
        (at("UNAVAILABLE", "US", streetAddress="UNAVAILABLE"), [place("US", country="US")]),
        ({**at(streetAddress="1 Dock Road", postalCode="89073"), "name": "Harbour"}, [Location(raw="1 Dock Road")]),
        ({"name": "Harbour", "address": {}}, [Location(raw="Harbour")]),
        ({"address": [{"addressLocality": "Ulm"}]}, [place("Ulm", city="Ulm")]),
        ([at("Ulm"), at("Ulm")], [place("Ulm", city="Ulm")]),
        ({"geo": {"latitude": 48.4}}, []),
        ("", []),
        (True, []),
    ],
)  # fmt: skip
def test_places(place: Any, locations: list[Location]) -> None:
    posting = read(jobLocation=place)
    assert posting.locations == locations
    assert posting.location_raw == (locations[0].raw if locations else None)


def test_the_country_is_that_of_all_places() -> None:
    ulm, bonn, linz = at("Ulm", "DE"), at("Bonn", "de"), at("Linz", "AT")
    assert read(jobLocation=[ulm, bonn]).country == "DE"
    assert read(jobLocation=[ulm, linz]).country is None
    assert read(jobLocation=[ulm, "Bonn"]).country is None


def test_remote_places() -> None:
    areas = [{"@type": "Country", "name": "US"}, {"@type": "State", "name": "CA"}, "Ontario"]
    remote = [place("US", country="US"), Location(raw="CA"), Location(raw="Ontario")]
    posting = read(jobLocationType="TELECOMMUTE", applicantLocationRequirements=areas)
    assert (posting.workplace_raw, posting.locations) == ("TELECOMMUTE", remote)
    posting = read(jobLocationType="TELECOMMUTE", applicantLocationRequirements=areas, jobLocation="Ulm")
    assert posting.locations == [Location(raw="Ulm"), *remote]
    assert read(applicantLocationRequirements=areas, jobLocation="Ulm").locations == [Location(raw="Ulm")]
    assert read(applicantLocationRequirements={"@type": "Country", "name": "US"}).country == "US"


# The rest


@pytest.mark.parametrize(
    ("properties", "name", "value"),
    [
        ({"employmentType": "https://schema.org/FULL_TIME"}, "employment_raw", "FULL_TIME"),
        ({"employmentType": {"name": "Full time"}}, "employment_raw", "Full time"),
        ({"employmentType": [None, "A", "A", 5]}, "employment_raw", "A, 5"),
        ({"occupationalCategory": {"codeValue": "35-2014", "name": "Cooks"}}, "occupational_category", "35-2014 Cooks"),
        ({"occupationalCategory": ["Cooks", {"name": "Food"}]}, "occupational_category", "Cooks; Food"),
        ({"inLanguage": {"@type": "Language", "name": "German", "alternateName": "de"}}, "language_raw", "de"),
        ({"datePosted": ["2026-03-01", "x"]}, "posted_at", datetime(2026, 3, 1, tzinfo=UTC)),
        ({"datePosted": 1772323200000}, "posted_at", datetime(2026, 3, 1, tzinfo=UTC)),
        ({"datePosted": "yesterday"}, "posted_basis", None),
        ({"datePosted": "yesterday"}, "posted_raw", "yesterday"),
        ({"validThrough": {"@type": "x"}}, "valid_through", None),
        ({"eligibilityToWorkRequirement": ["A permit", "A visa"]}, "eligibility_to_work", "A permit, A visa"),
        ({"securityClearanceRequirement": False}, "security_clearance", None),
    ],
)
def test_other_properties(properties: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(read(**properties), name) == value


# Pages


@pytest.mark.parametrize("number", ["2", "348"])
def test_three_syntaxes_of_one_example_say_the_same(data: Path, number: str) -> None:
    read_as = {}
    for syntax in ("json", "microdata", "rdfa"):
        content = (data / "html" / f"schemaorg__ex{number}_{syntax}.html").read_bytes()
        [stated] = job_postings(content)
        read_as[syntax] = posting_from(stated, platform="careers", board="b", url="https://example.com/job")
        finish(read_as[syntax])
        assert not stated.keys() - UNREAD
    assert read_as["microdata"] == read_as["rdfa"]
    for name in ("title", "locations", "employment_raw", "pay_stated", "posted_at", "occupational_category"):
        assert getattr(read_as["json"], name) == getattr(read_as["microdata"], name), name
    words = {syntax: posting.description_text.replace("• ", "").split() for syntax, posting in read_as.items()}
    assert words["json"] == words["microdata"]
    assert read_as["microdata"].company in read_as["json"].description_text


def test_shared_pages_have_nothing_unknown(data: Path) -> None:
    read_pages = 0
    for file in [*(data / "html").glob("*.html"), *(data / "payloads").rglob("*.html")]:
        for stated in job_postings(file.read_bytes()):
            posting = posting_from(stated, platform="careers", board="b", url=f"https://example.com/{file.name}")
            finish(posting)
            assert not stated.keys() - UNREAD, file.name
            read_pages += 1
    assert read_pages > 25


PROPERTIES = """title name hiringOrganization identifier url description responsibilities qualifications skills
    educationRequirements experienceRequirements jobBenefits incentiveCompensation jobLocation jobLocationType
    applicantLocationRequirements employmentType datePosted validThrough dateModified baseSalary salaryCurrency
    inLanguage occupationalCategory eligibilityToWorkRequirement securityClearanceRequirement employmentUnit""".split()  # noqa: SIM905
INNER = """name value @id @type address addressLocality addressCountry minValue maxValue unitText currency
    monthsOfExperience credentialCategory codeValue url""".split()  # noqa: SIM905
TEXTS = st.sampled_from(
    ["", "0", "1,000", "http://[", "https://fernweh.example/x", "<p>a\nb", "&lt;", "\0", "\ud800", "US"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(PROPERTIES) | st.text(max_size=3), VALUES, max_size=12), VALUES, st.booleans())
def test_whatever_a_page_states_only_unreadable_errors(stated: dict[str, Any], title: Any, alone: bool) -> None:
    try:
        posting = posting_from({"title": title, **stated}, platform="careers", board="b", url=PAGE, alone=alone)
        finish(posting)
    except UNREADABLE:
        return
    assert posting.title
    assert posting.external_id.startswith("fernweh.example")
    assert posting.url.startswith("http")
    assert all(place.raw for place in posting.locations)
    assert all(pay.min or pay.max for pay in posting.pay_stated)


def test_deep_values_are_passed_over() -> None:
    deep: Any = "Line cook"
    for _ in range(90):
        deep = [deep]
    stated = {**dict.fromkeys(PROPERTIES, deep), "title": "Line cook"}
    posting = posting_from(stated, platform="careers", board="b", url=PAGE)
    assert posting.title == "Line cook"
    assert posting.company is None
