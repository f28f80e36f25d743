"""People go out of recordings; ids, dates, salaries and UUIDs stay what they are."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.capture.scrub import EMAIL, PERSON, PHONE, Scrubber

NUMBERS = [
    "(212) 867-5309",
    "212-867-5309",
    "212.867.5309",
    "212 867 5309",
    "1-800-867-5309",
    "+1 (212) 867-5309",
    "+12128675309",
    "+49 (0)30 1234 5678",
    "+44 20 7946 0958",
    "030 1234567",
    "0113 277 0634",
    "(030) 12345678",
]
NO_NUMBERS = [
    "120,000 - 150,000",
    "$120,000-$150,000",
    "120 000 - 150 000",
    "$120 000 – 150 000 per year",
    "100.000,00 bis 120.000,00 EUR",
    "2026-10-05",
    "05.10.2026 - 06.11.2026",
    "01-02-2026 10:00",
    "2026-06-02T08:58:07.0123456",
    "2026-06-02T08:58:57-04:00",
    "Fri, 02 Oct 2026 08:58:57 +0000",
    "08:00 - 17:00",
    "7719022004",
    "744000150000101",
    "R-2024-001234",
    "JR-0012345-1",
    "Job ID: 212-867-5309",
    "Ref. no. 0113 277 0634",
    "94107-1234",
    "08505-4750",
    "40.712776, -74.005974",
    "192.168.001.001",
    "mobile engineers: 120 000 - 150 000 EUR",
    "call 24/7",
    "https://jobs.example.org/212-867-5309?id=212-867-5309",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_telephone_numbers_go(number: str) -> None:
    scrubber = Scrubber()
    assert scrubber.text(f"Ask us: {number}, any day.") == f"Ask us: {PHONE}, any day."
    assert scrubber.text(f"<p>{number}</p>") == f"<p>{PHONE}</p>"
    assert scrubber.replaced == {"telephone numbers": 2}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Tel.: 5550123", f"Tel.: {PHONE}"),
        ("Call us at 020 7946 0958 today", f"Call us at {PHONE} today"),
        ("Telefon: 030/123456-78", f"Telefon: {PHONE}"),
        ("電話:03-1234-5678", f"電話:{PHONE}"),
        ('<a href="tel:+1-212-867-5309">us</a>', '<a href="tel:+12025550100">us</a>'),
    ],
)
def test_what_is_said_to_be_a_number_goes(said: str, left: str) -> None:
    assert Scrubber().text(said) == left


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    for around in (text, f"We say {text} here.", f"<p>{text}</p>"):
        assert Scrubber().text(around) == around
    assert Scrubber().value({"x": text}) == {"x": text}


@given(st.integers(20, 999), st.integers(0, 999), st.sampled_from([",", ".", " "]), st.sampled_from(["-", " - ", "–"]))
def test_salaries_stay(thousands: int, rest: int, mark: str, dash: str) -> None:
    amount = f"{thousands}{mark}{rest:03d}"
    for text in (f"${amount}{dash}${amount}", f"pay: USD {amount} a year", f"{amount} EUR"):
        assert Scrubber().text(text) == text


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.uuids(), st.integers(0, 10**18))
def test_times_uuids_and_ids_stay(time: datetime, uuid: UUID, number: int) -> None:
    row = {
        "posted": time.isoformat(),
        "day": f"{time:%d.%m.%Y}",
        "uuid": str(uuid),
        "id": number,
        "jobId": str(number),
        "ref": f"REQ-{number}",
        "text": f"From {time:%Y-%m-%d} to {time:%m/%d/%Y}, see {uuid} and REQ {number}.",
    }
    assert Scrubber().value(row) == row


@given(st.dates())
def test_dates_beside_each_other_stay(day: date) -> None:
    text = f"open from {day.isoformat()} {day:%d-%m-%Y} 10:00"
    assert Scrubber().text(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "ann@acme.example",
        "ann.lee+jobs@mail.acme.co.uk",
        "ann%40acme.example",
        "ann&#64;acme.example",
        "ann [at] acme [dot] example",
    ],
)
def test_addresses_go(address: str) -> None:
    assert Scrubber().text(f"Write to {address}!") == f"Write to {EMAIL}!"
    assert Scrubber().text(f'<a href="mailto:{address}">') == f'<a href="mailto:{EMAIL}">'


def test_addresses_that_are_hidden_go() -> None:
    page = '<a href="/cdn-cgi/l/email-protection#7b1a"><span data-cfemail="7b1a55">[protected]</span></a>'
    assert "7b1a" not in Scrubber().markup(page)


@pytest.mark.parametrize("text", ["logo@2x.png", "react@18.2.0", "https://social.example/@acme", "5 @ 10"])
def test_what_is_no_address_stays(text: str) -> None:
    assert Scrubber().text(text) == text


def test_people_are_known_by_their_keys() -> None:
    row = {
        "id": 7,
        "title": "Recruiter",
        "creator": {
            "name": "Ann Lee",
            "avatarUrl": "https://img.acme.example/ann",
            "id": 4711,
            "active": True,
            "team": None,
        },
        "hiringManager": "Ann Lee",
        "recruiters": [{"firstName": "Bo"}],
        "applicationContact": {"@type": "ContactPoint", "email": "ann@acme.example", "telephone": ""},
        "contactPhone": "212-867-5309",
        "phone": 2128675309,
        "payload": '{"job": {"recruiterName": "Ann Lee"}}',
    }
    assert Scrubber().value(row) == {
        "id": 7,
        "title": "Recruiter",
        "creator": {"name": PERSON, "avatarUrl": "https://example.com/", "id": 0, "active": True, "team": None},
        "hiringManager": PERSON,
        "recruiters": [{"firstName": PERSON}],
        "applicationContact": {"@type": "ContactPoint", "email": EMAIL, "telephone": ""},
        "contactPhone": PHONE,
        "phone": 0,
        "payload": json.dumps({"job": {"recruiterName": PERSON}}),
    }


def test_people_are_known_by_their_elements_and_in_data_of_pages() -> None:
    feed = "<item><dc:creator><![CDATA[Ann Lee]]></dc:creator><recruiter>Bo</recruiter><title>Recruiter</title></item>"
    assert Scrubber().markup(feed) == feed.replace("Ann Lee", PERSON).replace("Bo", PERSON)
    stated = {
        "@type": "JobPosting",
        "identifier": "212-867-5309",
        "applicationContact": {"name": "Ann"},
        "description": "</p>",
    }
    scrubbed = Scrubber().markup(f'<script type="application/ld+json">{json.dumps(stated)}</script>')
    assert scrubbed.count("</") == 1, "nothing in it ends the script"
    data = json.loads(scrubbed.removeprefix('<script type="application/ld+json">').removesuffix("</script>"))
    assert data == stated | {"applicationContact": {"name": PERSON}}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([*NUMBERS, "ann@acme.example"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "text", "creator", "phone"]), inner),
)


@given(_json)
def test_shape_stays_and_twice_is_once(value: Any) -> None:
    once = Scrubber().value(value)
    assert Scrubber().value(once) == once
    assert shape(once) == shape(value)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("part", ["a", "<", "1", "+1 ", "a@", "<a ", "0 1", "tel ", "@", "a.b-", "<script>", "a@b."])
def test_hostile_text_takes_no_longer_than_long_text(part: str) -> None:
    """Time that grew with the square would not end in the test's lifetime."""
    Scrubber().markup(part * 200_000)
