"""The JSON Lines contract of `scrapy classify`: a record in, a posting; a posting, a record out; and back again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

from crawlers.classify import READINGS
from crawlers.items import JobPosting, Location
from crawlers.text import clean_html, is_html, plain_text

_SURROGATE = re.compile("[\ud800-\udfff]")
_Value = TypeVar("_Value")

_SUBSTANCE = ("title", "description", "locations", "pay")
"""Keys of which a posting has at least one."""
_STRINGS = {
    "title": "title",
    "pay": "pay_raw",
    "company": "company",
    "country": "country",
    "platform": "platform",
    "workplace": "workplace_raw",
    "employment_type": "employment_raw",
    "occupational_category": "occupational_category",
    "eligibility_to_work": "eligibility_to_work",
    "security_clearance": "security_clearance",
}
"""Input keys that hold strings -> fields of JobPosting."""
_INPUT_KEYS = {field: key for key, field in _STRINGS.items()}
_TYPE_NAMES = {str: "a string", bool: "true or false", list: "a list"}


def parse_line(line: bytes) -> object:
    """The JSON value in one line of a file.

    Raises ValueError, which says what is wrong, for a blank line and for what is not UTF-8 or not JSON.
    """
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: byte {error.start + 1} of the line") from error
    if not text:
        raise ValueError("a blank line")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise ValueError("not JSON that can be read: nested too deeply") from error


def posting_from(record: object) -> JobPosting:
    """The posting in one input line. Plain text stays as it is; HTML becomes text, and is kept as clean HTML too.
    A lone surrogate, which is no character, becomes U+FFFD.

    Raises ValueError, which names the key and what is wrong with it, where the record is not a posting.
    """
    if not isinstance(record, dict):
        raise ValueError("not a posting: an object is expected")
    if all(record.get(key) is None for key in _SUBSTANCE):
        raise ValueError(f"not a posting: none of {', '.join(_SUBSTANCE)}")
    posting = JobPosting(platform="", board="", external_id="", url="", title="")
    for key, name in _STRINGS.items():
        if (value := _typed(record, key, str)) is not None:
            setattr(posting, name, _characters(value))
    posting.locations = [Location(raw=place) for place in _strings(record, "locations")]
    posting.location_raw = posting.locations[0].raw if posting.locations else None
    posting.questions = _strings(record, "questions")
    posting.visa_support = _typed(record, "visa_support", bool)
    description = _characters(_typed(record, "description", str) or "")
    if is_html(description):
        posting.description_html = clean_html(description)
        posting.description_text = plain_text(posting.description_html)
    else:
        posting.description_text = description
    return posting


def record_of(posting: JobPosting) -> dict[str, Any]:
    """The readings of a classified posting, ready for JSON: the keys that this version reads, no others.

    `text` is there as well when the description was HTML: it is what offsets point into.
    """
    record: dict[str, Any] = {key: _plain(getattr(posting, key)) for key in READINGS}
    for place in record["locations"]:
        del place["stated"]  # is the platform's, no reading
    record["workplace"] = {"value": posting.workplace, "basis": posting.workplace_basis}
    for evidence in record["evidence"]:
        evidence["source"] = _INPUT_KEYS.get(evidence["source"], evidence["source"])
    if posting.description_html is not None:
        record["text"] = posting.description_text
    return record


def input_of(posting: JobPosting) -> dict[str, Any]:
    """A posting as an input line, ready for JSON: the keys that have something. `posting_from` reads them back.

    The description is the plain text, unless there is a tag in it, which would make it HTML: then the HTML itself.
    """
    record: dict[str, Any] = {
        key: value for key, field in _STRINGS.items() if (value := getattr(posting, field)) not in (None, "")
    }
    if places := [place.raw for place in posting.locations] or list(filter(None, [posting.location_raw])):
        record["locations"] = places
    if country := posting.country or next(filter(None, (place.stated_country for place in posting.locations)), None):
        record["country"] = country
    if posting.questions:
        record["questions"] = posting.questions
    if posting.visa_support is not None:
        record["visa_support"] = posting.visa_support
    text = posting.description_text
    if text:
        record["description"] = posting.description_html if is_html(text) and posting.description_html else text
    return record


def _refuse_constant(name: str) -> object:
    raise ValueError(f"not JSON: {name}")


def _plain(value: Any) -> Any:
    """The same as JSON has it; `dataclasses.asdict` copies each value deeply, and takes ten times as long."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if names := _field_names(value.__class__):
        return {name: _plain(getattr(value, name)) for name in names}
    return value


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """Of a dataclass; none of another type."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _typed(record: Mapping[str, Any], key: str, kind: type[_Value]) -> _Value | None:
    value = record.get(key)
    if value is None or isinstance(value, kind):
        return value
    raise ValueError(f"{key}: {_TYPE_NAMES[kind]} is expected, not {_shown(value)}")


def _strings(record: Mapping[str, Any], key: str) -> list[str]:
    items = _typed(record, key, list) or []
    for item in items:
        if not isinstance(item, str):
            raise ValueError(f"{key}: a list of strings is expected, not one with {_shown(item)}")
    return list(map(_characters, items))


def _characters(text: str) -> str:
    """Without lone surrogates, which JSON can escape and UTF-8 cannot write: U+FFFD each, so that offsets keep."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
