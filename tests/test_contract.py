"""The JSON Lines contract: records in, records out, and the command around them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify import READINGS, Classified, classify, readings_version
from crawlers.classify.contract import parse_line, posting_from, record_of

ROOT = Path(__file__).parent.parent


def read(**record: Any) -> dict[str, Any]:
    posting = posting_from(record)
    classify(posting)
    return record_of(posting)


def test_keys_are_those_that_this_version_reads() -> None:
    assert set(read(title="Baker")) == set(READINGS)
    assert set(read(description="<p>Baker</p>")) == {*READINGS, "text"}


def test_output_is_json() -> None:
    record = read(title="Baking Intern", description="We sponsor H-1B visas.", employment_type="Full-time")
    assert json.loads(json.dumps(record))["employment_type"] == ["INTERN", "FULL_TIME"]


def test_every_reading_names_its_version() -> None:
    assert read(title="Baker")["rules_version"] == readings_version()


def test_html_becomes_text_that_offsets_point_into() -> None:
    record = read(description="<p>Ovens &amp; more</p><ul><li>This is a paid internship</li></ul>")
    assert record["text"] == "Ovens & more\n\n• This is a paid internship"
    assert record["is_intern"]
    for evidence in record["evidence"]:
        assert record["text"][evidence["start"] : evidence["end"]] == evidence["quote"]


@pytest.mark.parametrize("text", ["  two  spaces\r\n\tand a tab \u200b this is a paid internship", "Salary < 5 & > 3"])
def test_plain_text_is_kept_as_it_is(text: str) -> None:
    assert posting_from({"description": text}).description_text == text
    record = read(description=text)
    assert "text" not in record
    for evidence in record["evidence"]:
        assert text[evidence["start"] : evidence["end"]] == evidence["quote"]


def test_lone_surrogates_become_replacement_characters() -> None:
    posting = posting_from({"title": "\ud800 Baker", "questions": ["\udfff?"], "description": "caf\u00e9 \ud83d"})
    assert (posting.title, posting.questions, posting.description_text) == ("\ufffd Baker", ["\ufffd?"], "café \ufffd")


def test_sources_are_input_keys() -> None:
    record = read(title="Baker", employment_type="Part-time", occupational_category="51-3011.00")
    assert {each["source"] for each in record["evidence"]} == {"employment_type", "occupational_category"}


def test_input_keys_reach_the_posting() -> None:
    posting = posting_from(
        {
            "locations": ["Oslo", "Bergen"],
            "pay": "20 an hour",
            "company": "Bread & Sons",
            "country": "NO",
            "questions": ["Can you bake?"],
            "visa_support": True,
            "eligibility_to_work": "None",
            "security_clearance": None,
            "weather": {"is": "ignored"},
        }
    )
    assert [place.raw for place in posting.locations] == ["Oslo", "Bergen"]
    assert (posting.location_raw, posting.pay_raw, posting.company) == ("Oslo", "20 an hour", "Bread & Sons")
    assert (posting.country, posting.questions, posting.visa_support) == ("NO", ["Can you bake?"], True)
    assert (posting.eligibility_to_work, posting.security_clearance) == ("None", None)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], "not a posting: an object is expected"),
        ({}, "not a posting: none of title, description, locations, pay"),
        ({"title": None, "company": "x"}, "not a posting: none of title, description, locations, pay"),
        ({"title": 3}, "title: a string is expected, not 3"),
        ({"title": "x", "visa_support": "yes"}, 'visa_support: true or false is expected, not "yes"'),
        ({"locations": "Oslo"}, 'locations: a list is expected, not "Oslo"'),
        ({"locations": ["Oslo", None]}, "locations: a list of strings is expected, not one with null"),
        ({"title": "x", "questions": [{}]}, "questions: a list of strings is expected, not one with an object"),
        ({"title": "x", "employment_type": ["FULL_TIME"]}, "employment_type: a string is expected, not a list"),
    ],
)
def test_what_is_no_posting_is_an_error_that_names_the_key(record: object, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        posting_from(record)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"\n", "a blank line"),
        (b"\xff\xfe", "not UTF-8: byte 1 of the line"),
        (b"{", "not JSON: "),
        (b'{"pay": NaN}', "not JSON: NaN"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 10_000, "integer string conversion"),
    ],
)
def test_lines_that_cannot_be_read(line: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_line(line)


def test_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert parse_line(b'\xef\xbb\xbf{"title": "x"}\r\n') == {"title": "x"}


def test_classifying_again_replaces_what_was_read() -> None:
    posting = posting_from({"title": "Baking Intern", "employment_type": "sometimes"})
    assert classify(posting) == Classified(unknown_employment="sometimes")
    first = record_of(posting)
    classify(posting)
    assert record_of(posting) == first


PHRASES = (
    "intern|internship|co-op|this is a|paid|position|part-time|temporary|,|-|(|)|•|H-1B|visa|sponsorship|not|we",
    "sponsor|U.S. citizen|clearance required|professor of|nursing|engineer,|Senior|II",
    "Employment type:|İ|ß|’|praktikum|stage",
)
WORDS = st.sampled_from([*"|".join(PHRASES).split("|"), "\n", "\u200b", "\ud800", "\x00", "|"])
TEXT = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join))


@settings(max_examples=300, deadline=None)
@given(title=TEXT, description=TEXT, raw=st.one_of(st.none(), TEXT))
def test_no_text_breaks_a_reading_and_quotes_are_exact(title: str, description: str, raw: str | None) -> None:
    posting = posting_from({"title": title, "description": description, "employment_type": raw})
    classify(posting)
    sources = {
        "title": posting.title,
        "description": posting.description_text,
        "employment_raw": posting.employment_raw,
    }
    for evidence in posting.evidence:
        assert (sources[evidence.source] or "")[evidence.start : evidence.end] == evidence.quote
    for mention in posting.visas:
        assert posting.description_text[mention.start : mention.end] == mention.quote
    json.dumps(record_of(posting), allow_nan=False)


def scrapy(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, timeout=60, check=False)


def test_command_answers_line_by_line(tmp_path: Path) -> None:
    lines = b'{"title": "Baking Intern"}\nnonsense\n\n\xff\n[]\n{"title": "\\ud800", "pay": ""}'
    by_pipe = scrapy("classify", stdin=lines)
    assert by_pipe.returncode == 0
    answers = [json.loads(line) for line in by_pipe.stdout.splitlines()]
    assert [set(answer) == {"error"} for answer in answers] == [False, True, True, True, True, False]
    assert answers[0]["is_intern"]
    assert [line.partition(b":")[0] for line in by_pipe.stderr.splitlines()] == [
        b"line 2",
        b"line 3",
        b"line 4",
        b"line 5",
    ]
    file = tmp_path / "postings.jsonl"
    file.write_bytes(lines)
    assert scrapy("classify", str(file)).stdout == by_pipe.stdout


def test_command_says_which_file_is_missing(tmp_path: Path) -> None:
    missing = scrapy("classify", str(tmp_path / "none.jsonl"))
    assert missing.returncode == 2
    assert b"none.jsonl: No such file" in missing.stderr
    assert scrapy("classify", str(tmp_path)).returncode == 2
