"""What a position pays: a platform's own figures before its words before the description before the title."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from crawlers.classify import rules
from crawlers.classify.document import Document, plain
from crawlers.classify.pay_amounts import SIGNS, Figures
from crawlers.classify.pay_choice import annualized, chosen
from crawlers.classify.pay_periods import iso_currency, money
from crawlers.classify.pay_statements import Source, Statement, statements_in
from crawlers.classify.pay_words import words_in
from crawlers.items import Evidence, JobPosting, Pay, PayBasis

_LONGEST_TITLE = 500
_LONGEST_RAW = 2000
_LONGEST_QUOTE = 200
_DIGIT = re.compile(r"\d")


@dataclass(kw_only=True, slots=True)
class PayReading:
    """What was read."""

    pay: Pay | None
    """What the ranges for the posting's own place and level span."""
    pay_ranges: list[Pay]
    """All ranges, in order."""
    evidence: list[Evidence] = field(default_factory=list)


def read(posting: JobPosting, document: Document) -> PayReading:
    """Pay of a posting, whose places have been read; the first source that states some counts.

    A figure for two weeks becomes a week's, half of it, and one for half a month a month's: the contract has no such
    periods.
    """
    country = _country(posting)
    if ranges := _stated(posting, document, country):
        return _reading(posting, ranges, list(_stated_evidence(posting, ranges)))
    for source in _sources(posting, document):
        if statements := statements_in(source, country):
            ranges = _ranges(source, statements, posting, document, country)
            return _reading(posting, ranges, [_evidence(source, each) for each in statements])
    return PayReading(pay=None, pay_ranges=[])


def _reading(posting: JobPosting, ranges: list[Pay], evidence: list[Evidence]) -> PayReading:
    return PayReading(pay=chosen(ranges, posting), pay_ranges=list(map(annualized, ranges)), evidence=evidence)


def _sources(posting: JobPosting, document: Document) -> Iterator[Source]:
    """Texts in the order of trust."""
    raw = posting.pay_raw
    if raw and not _is_json(raw) and len(raw) <= _LONGEST_RAW:
        yield Source("pay_raw", raw, plain(raw), is_about_pay=True)
    yield Source("description", document.text, document.lower, kind_at=document.kind_at, places=document.places)
    title = posting.title[:_LONGEST_TITLE]
    if _DIGIT.search(title):
        yield Source("title", title, plain(title), is_title=True)


def _is_json(raw: str) -> bool:
    """Whether a platform's words are its figures as JSON, which are in `pay_stated` already."""
    if not raw.startswith(("{", "[")):
        return False
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def _country(posting: JobPosting) -> str | None:
    """ISO 3166-1 alpha-2 of the posting: its places', where they are all in one."""
    if posting.country:
        return posting.country
    countries = {place.country or place.stated_country for place in posting.locations} - {None}
    if len(countries) == 1:
        return countries.pop()
    raw = posting.location_raw
    return "US" if raw and not countries and _us_place().search(raw.lower().strip()) else None


# What a text states


def _ranges(
    source: Source, statements: list[Statement], posting: JobPosting, document: Document, country: str | None
) -> list[Pay]:
    """Statements as ranges, each once."""
    if country is None and any(each.currency in SIGNS for each in statements):
        country = _country_by_text(document)
    found: dict[tuple[object, ...], Pay] = {}
    for each in statements:
        currency = iso_currency(each.currency, country)
        key: tuple[object, ...] = (each.low, each.high, each.period)
        if key in found:
            kept = found[key]
            if kept.applies_to == each.applies_to or each.applies_to is None:
                continue
            key = (*key, each.applies_to)
        found[key] = Pay(
            min=each.low,
            max=each.high,
            currency=currency,
            period=each.period,
            basis=each.basis,
            quote=source.text[each.start : each.end].strip(),
            applies_to=each.applies_to,
        )
    return list(found.values())


def _country_by_text(document: Document) -> str | None:
    """Where a posting without a country is, by its words: United States or Canada; None where neither or both."""
    countries = {
        country
        for country, text, words in (("US", _us_text(), "us_words"), ("CA", _ca_text(), "ca_words"))
        if any(word in document.lower for word in rules.load("pay")["countries"][words]) and text.search(document.lower)
    }
    return countries.pop() if len(countries) == 1 else None


def _evidence(source: Source, statement: Statement) -> Evidence:
    quote = source.text[statement.start : statement.end]
    start = statement.start + len(quote) - len(quote.lstrip())
    quote = quote.strip()
    return Evidence(
        reading="pay", source=source.name, quote=quote, start=start, end=start + len(quote), rule=statement.rule
    )


# What a platform states in fields of its own


def _stated(posting: JobPosting, document: Document, country: str | None) -> list[Pay]:
    """The platform's own ranges that can be pay, with the period that it or the text or the magnitude says."""
    ranges = []
    statements: list[Statement] | None = None
    for pay in posting.pay_stated:
        low, high = pay.min or None, pay.max or None
        if low is None and high is None:
            continue
        words = words_in(label := (pay.applies_to or "").lower(), 0, len(label))
        period = pay.period or next((word.period for word in words if word.period), None)
        if period is None:
            if statements is None:
                text = Source("description", document.text, document.lower, places=document.places)
                statements = statements_in(text, country)
            period = next(
                (
                    each.period
                    for each in statements
                    if each.period and low in (None, each.low) and high in (None, each.high)
                ),
                None,
            )
        figures = Figures(0, 0, low or high or 0, high or low or 0, pay.currency, period, is_money=True)
        amount = money(figures, None, country, says_pay=True)
        if amount is None or figures.low > figures.high:
            continue
        basis = (
            next((word.basis for word in words if word.basis), pay.basis)
            if pay.basis is PayBasis.UNKNOWN
            else pay.basis
        )
        ranges.append(replace(pay, min=low, max=high, period=amount.period, basis=basis))
    return ranges


def _stated_evidence(posting: JobPosting, ranges: list[Pay]) -> Iterator[Evidence]:
    """Where the platform's words or figures hold its ranges."""
    raw = posting.pay_raw
    if not raw:
        return
    start, end = 0, len(raw)
    if end > _LONGEST_QUOTE:
        places = [
            (at, at + len(figure))
            for pay in ranges
            for value in (pay.min, pay.max)
            if value and (at := raw.find(figure := f"{value:g}" if value != int(value) else str(int(value)))) >= 0
        ]
        if not places:
            return
        start = min(at for at, _ in places)
        end = min(max(last for _, last in places), start + _LONGEST_QUOTE)
    yield Evidence(reading="pay", source="pay_raw", quote=raw[start:end], start=start, end=end, rule="pay.stated")


@cache
def _us_place() -> re.Pattern[str]:
    return re.compile(rules.load("pay")["countries"]["us_place"])


@cache
def _us_text() -> re.Pattern[str]:
    return re.compile(rules.load("pay")["countries"]["us_text"])


@cache
def _ca_text() -> re.Pattern[str]:
    return re.compile(rules.load("pay")["countries"]["ca_text"])
