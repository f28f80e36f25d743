"""What a platform answers: JSON, ids and figures out of it, failures explained, postings in their final form."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from gzip import BadGzipFile
from hashlib import blake2b
from html import escape
from typing import Any

from scrapy.exceptions import DownloadCancelledError, DropItem, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from crawlers.items import JobPosting, Location, Pay, PayBasis, PayPeriod, StatedPlace
from crawlers.text import clean_html, one_line, plain_text, storable, tidy_text
from crawlers.visits import Outcome

Row = dict[str, Any]
"""A platform's own record of a posting."""
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What reading a row raises when the row is not in the platform's shape."""

_TEXTS = tuple(
    field.name
    for field in fields(JobPosting)
    if str(field.type).startswith("str") and not field.name.startswith("description")
)
GONE = {404, 410}
"""Statuses that say that something is not there any more."""
_AGO = re.compile(r"\b(?:(?P<today>today)|(?P<yesterday>yesterday)|(?P<days>\d{1,3}) days? ago)\b", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:1 |per[ -])?(?:(?P<year>year(?:ly)?|annual(?:ly)?)|(?P<month>month(?:ly)?)|(?P<week>week(?:ly)?)"
    r"|(?P<day>day|daily)|(?P<hour>hour(?:ly)?))(?:-(?:salary|wage))?",
    re.IGNORECASE,
)
_BASIS = {
    PayBasis.OTE: re.compile(r"\bOTE\b|\bon[- ]target", re.IGNORECASE),
    PayBasis.BASE: re.compile(r"\bbase\b", re.IGNORECASE),
}
_SPOILT = (DownloadCancelledError, ResponseDataLossError, BadGzipFile, EOFError, zlib.error)
"""An answer came, but too large, cut short or not unpackable."""


class UnreadableError(Exception):
    """The answer is not in the platform's shape; the message says what is wrong."""


class NoBoardError(Exception):
    """The platform says, in an answer of its own form, that there is no such board."""


class GonePostingError(ValueError):
    """The posting left between its row of the list and its own page."""


class DuplicateError(DropItem):
    """The posting was seen in this visit already."""


def read_json(response: Response) -> Any:
    """The answer's JSON. Raises UnreadableError."""
    kind = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
    try:
        try:
            return json.loads(response.body)
        except UnicodeDecodeError:  # JSON is UTF-8; where it is not, the header may say what it is
            return json.loads(response.body.decode(http_content_type_encoding(kind) or "cp1252", "replace"))
    except (ValueError, LookupError, RecursionError) as error:
        size = len(response.body)
        raise UnreadableError(f"no JSON at {response.url} ({kind or 'no type'}, {size} bytes): {error}") from None


def digest_of(salt: str, row: Any) -> str:
    """Digest of a row, 32 hexadecimal digits; the order of its keys does not matter.

    >>> digest_of("", {"a": 1, "b": "x"}) == digest_of("", {"b": "x", "a": 1})
    True
    """
    digest = blake2b(salt.encode(), digest_size=16)
    if isinstance(row, dict):
        # Bodies make up most of a row, and encoding them as JSON would take most of the time.
        texts = sorted(key for key, value in row.items() if isinstance(value, str))
        for key in texts:
            body = row[key].encode("utf-8", "surrogatepass")
            digest.update(f"{key}:{len(body)}:".encode("utf-8", "surrogatepass"))
            digest.update(body)
        row = {key: value for key, value in row.items() if not isinstance(value, str)}
    digest.update(json.dumps(row, sort_keys=True).encode())
    return digest.hexdigest()


def identity(value: Any) -> str:
    """A platform's id of a posting as text. Raises ValueError where there is none.

    >>> identity(7954688), identity(" ab-1 ")
    ('7954688', 'ab-1')
    """
    if isinstance(value, (str, int)) and not isinstance(value, bool) and (text := str(value).strip()):
        return text
    raise ValueError(f"no id: {value!r}")


def amount(value: Any) -> float | None:
    """A figure as a platform states it; None where there is none, or not a sensible one.

    >>> amount("1200"), amount(float("nan")), amount(None)
    (1200.0, None, None)
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number < 1e12 else None


def days_ago(words: str | None, now: datetime | None = None) -> datetime | None:
    """The day that "Posted Today", "Posted Yesterday" or "Posted 3 Days Ago" means, at 0:00 UTC.

    None for anything else, "Posted 30+ Days Ago" among it.

    >>> days_ago("Posted 3 Days Ago", datetime(2026, 3, 5, 8, tzinfo=UTC)).date()
    datetime.date(2026, 3, 2)
    >>> days_ago("Posted 30+ Days Ago")
    """
    match = _AGO.search(words or "")
    if not match:
        return None
    days = 0 if match["today"] else 1 if match["yesterday"] else int(match["days"])
    day = (now or datetime.now(UTC)) - timedelta(days=days)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def pay_period(word: str | None) -> PayPeriod | None:
    """The time that a platform's own word for it means; None for a word that nobody knows, and for "2 WEEK".

    >>> [str(pay_period(word)) for word in ("1 YEAR", "per-hour-wage", "HOURLY", "2 WEEK")]
    ['year', 'hour', 'hour', 'None']
    """
    match = _PERIOD.fullmatch(word or "")
    return PayPeriod(match.lastgroup) if match and match.lastgroup else None


def pay_basis(*words: str | None) -> PayBasis:
    """What a pay figure covers, by the first words that say it.

    >>> str(pay_basis("$140K – $180K", "OTE $140K – $180K • 50/50 Split"))
    'ote'
    """
    for text in filter(None, words):
        for basis, pattern in _BASIS.items():
            if pattern.search(text):
                return basis
    return PayBasis.UNKNOWN


def stated_pay(
    low: Any,
    high: Any,
    currency: str | None,
    per: str | None = None,
    *,
    basis: PayBasis = PayBasis.UNKNOWN,
    quote: str | None = None,
    applies_to: str | None = None,
) -> Pay:
    """A pay range from a platform's own fields; `per` is its word for the time that the figures are for.

    >>> pay = stated_pay("60000", None, "EUR", "YEARLY")
    >>> pay.min, pay.max, str(pay.period)
    (60000.0, None, 'year')
    """
    return Pay(
        min=amount(low),
        max=amount(high),
        currency=currency or None,
        period=pay_period(per),
        basis=basis,
        quote=quote or None,
        applies_to=applies_to or None,
    )


def country_code(text: str | None) -> str | None:
    """ISO 3166-1 alpha-2, where a platform states the code; None for a country's name. "UK", which is none, is GB.

    >>> country_code("us"), country_code("UK"), country_code("Germany")
    ('US', 'GB', None)
    """
    if not text or len(text) != 2 or not (text.isascii() and text.isalpha()):
        return None
    return "GB" if text.upper() == "UK" else text.upper()


def place(raw: str | None, city: str | None = None, region: str | None = None, country: str | None = None) -> Location:
    """A place from a platform's own fields. `raw` is made of the others where the platform has no line for it; a
    country that is a name and no code is told by `raw` alone.

    >>> place(None, "Austin", " Texas ", "us").stated
    StatedPlace(city='Austin', region='Texas', country='US')
    >>> place("Remote (EMEA)", country="Germany").raw
    'Remote (EMEA), Germany'
    """
    city, region, country = one_line(city), one_line(region), one_line(country)
    code = country_code(country)
    if not raw:
        raw = ", ".join(filter(None, (city, region, country)))
    elif country and not code and country.casefold() not in raw.casefold():
        raw = f"{raw}, {country}"
    return Location(raw=raw, stated=stated_place(city, region, code))


def _storable(stated: StatedPlace | None) -> StatedPlace | None:
    city, region = (
        (storable(text) if text else None for text in (stated.city, stated.region)) if stated else (None, None)
    )
    return replace(stated, city=city, region=region) if stated else None


def stated_place(city: str | None, region: str | None, country: str | None) -> StatedPlace | None:
    """What a platform states of a place; None where that is nothing."""
    return StatedPlace(city=city, region=region, country=country) if city or region or country else None


def distinct(places: Iterable[Location]) -> list[Location]:
    """Places, each once, without those that say nothing."""
    kept: dict[tuple[str, StatedPlace | None], Location] = {}
    for place in places:
        if place.raw:
            kept.setdefault((place.raw, place.stated), place)
    return list(kept.values())


def paragraphs(text: str | None) -> str:
    """Plain text as HTML.

    >>> paragraphs("R&D\\n\\nUlm")
    '<p>R&amp;D<br><br>Ulm</p>'
    """
    return f"<p>{escape(text)}</p>".replace("\n", "<br>") if text else ""


def label(row: Row) -> str | None:
    """A row's URL or id, to name it by when it cannot be read."""
    texts = [value for value in row.values() if isinstance(value, str) and value.startswith("http")]
    name = texts[0] if texts else row.get("id")
    return one_line(str(name)[:200]) if name else None


def finish(posting: JobPosting) -> None:
    """Bring what `read` took over into its stored form: clean HTML, its text, storable strings. Raises ValueError."""
    if posting.description_html:
        posting.description_html = clean_html(posting.description_html)
        posting.description_text = plain_text(posting.description_html)
    else:
        posting.description_text = tidy_text(posting.description_text)
    for name in _TEXTS:
        value = getattr(posting, name)
        if value is not None and not (value.isascii() and value.isprintable()):
            setattr(posting, name, storable(value))
    posting.locations = [
        replace(place, raw=storable(place.raw), stated=_storable(place.stated)) for place in posting.locations
    ]
    posting.questions = [storable(question) for question in posting.questions]
    for pay in posting.pay_stated:
        pay.currency, pay.applies_to, pay.quote = (
            storable(text) if text else text for text in (pay.currency, pay.applies_to, pay.quote)
        )
    if posting.apply_url and not posting.apply_url.startswith(("http://", "https://")):
        posting.apply_url = None
    title = one_line(posting.title)
    if not title:
        raise ValueError("no title")
    posting.title = title
    for name in ("company", "department", "team"):
        setattr(posting, name, one_line(getattr(posting, name)))
    if not posting.url.startswith(("http://", "https://")):
        raise ValueError(f"no URL: {posting.url!r}")


def is_gone(failure: Failure) -> bool:
    """Whether the answer says that something is not there any more."""
    return isinstance(failure.value, HttpError) and failure.value.response.status in GONE


def was_sent(failure: Failure) -> bool:
    """Whether a request that failed had been sent, rather than refused here."""
    return isinstance(failure.value, HttpError) or not isinstance(failure.value, IgnoreRequest)


def explained(failure: Failure) -> tuple[Outcome, str]:
    """What a failed request means for the visit, and why, for a person."""
    error = failure.value
    if isinstance(error, HttpError):
        outcome = Outcome.NOT_FOUND if error.response.status in GONE else Outcome.BLOCKED
        return outcome, f"HTTP {error.response.status} at {error.response.url}"
    url = failure.request.url  # type: ignore[attr-defined]
    if isinstance(error, _SPOILT):
        return Outcome.UNREADABLE, f"{type(error).__name__} at {url}: {error}"
    if isinstance(error, IgnoreRequest):
        # Scrapy has no type of its own for a body that unpacks to more than the bound.
        return Outcome.UNREADABLE if "DOWNLOAD_MAXSIZE" in str(error) else Outcome.BLOCKED, f"{error} ({url})"
    return Outcome.BLOCKED, f"{type(error).__name__} at {url}: {error}"
