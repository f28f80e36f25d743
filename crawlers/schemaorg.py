"""schema.org JobPosting, as crawlers.jsonld reads it from a page -> crawlers.items.JobPosting.

Pages state anything at any place: what is not of a form that https://schema.org/JobPosting or
https://developers.google.com/search/docs/appearance/structured-data/job-posting know is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from crawlers.addresses import id_of, link_target, page_key, same_site
from crawlers.items import JobPosting, Location, Pay, PayBasis, PayPeriod, PostedBasis
from crawlers.links import likeness
from crawlers.payload import amount, country_code, distinct, paragraphs, pay_period, stated_place
from crawlers.text import clean_html, is_html, one_line, plain_text, tidy_text, unescape_once, when

UNREAD = frozenset({
    "@id", "@type", "additionalType", "alternateName", "applicationContact", "dateCreated", "directApply",
    "disambiguatingDescription", "estimatedSalary", "experienceInPlaceOfEducation", "image", "industry", "jobDuration",
    "jobImmediateStart", "jobStartDate", "logo", "mainEntityOfPage", "physicalRequirement", "potentialAction",
    "publisher", "relevantOccupation", "sameAs", "sensoryRequirement", "specialCommitments", "subjectOf",
    "totalJobOpenings", "workHours",
})  # fmt: skip
"""Properties left on purpose: an applicationContact is a person, an estimatedSalary nobody's word."""

_PARTS = {
    "responsibilities": "Responsibilities",
    "qualifications": "Qualifications",
    "skills": "Skills",
    "educationRequirements": "Education",
    "experienceRequirements": "Experience",
    "jobBenefits": "Benefits",
    "benefits": "Benefits",
    "incentiveCompensation": "Incentives",
    "incentives": "Incentives",
    "employerOverview": "About the employer",
}
"""Properties in which employers write what others write into the description, and the headings they get."""
_WRITTEN = ("name", "credentialCategory", "description", "value", "text")
"""Where the words are that such a property's object has."""
_NAMED = ("name", "value", "@id")
"""Where the text of any other object is: the first that is there counts."""
_AREA = ("name", "address", "addressLocality", "addressRegion", "addressCountry")
_UNSTATED = {"", "-", "n/a", "none", "null", "unavailable", "undefined"}
"""What systems write where nothing was filled in."""
_BLOCK = re.compile(r"<(?:br|div|dl|h[1-6]|li|ol|p|section|table|tr|ul)\b", re.IGNORECASE)
_SCHEMA = re.compile(r"https?://(?:www\.)?schema\.org/")

_FIGURE = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥₹]|[A-Z]{3})? ?"
    r"(\d{1,3}(?:[, \xa0\u202f]\d{3})+(?:\.\d+)?|\d{4,}(?:\.\d+)?|\d{1,3}(?:\.(?:\d{1,2}|\d{4,}))?)"
    r"([kK])? ?(?:[$€£¥₹]|[A-Z]{3})?",
    re.ASCII,
)
"""A figure with one meaning: "60,000" and "60k" are, "60.000" and "1,5" are not."""
_RANGE = re.compile(r"\s*(?:[-\u2010-\u2015]|\bto\b)\s*")
_CURRENCY = re.compile(r"[A-Z]{3}")
_UNIT_PREFIX = re.compile(r"^(?:/|(?:per|an?)[\s_-])\s*")
_UNITS = {
    "ann": PayPeriod.YEAR,
    "annum": PayPeriod.YEAR,
    "hr": PayPeriod.HOUR,
    "hur": PayPeriod.HOUR,
    "mon": PayPeriod.MONTH,
    "wee": PayPeriod.WEEK,
    "yr": PayPeriod.YEAR,
}
"""Abbreviations of units, UN/CEFACT codes (schema.org unitCode) among them."""


def posting_from(data: dict[str, Any], *, platform: str, board: str, url: str, alone: bool = True) -> JobPosting:
    """A posting from the properties that a page states; `url` is the page's.

    Pops what it reads, so that what is left and not in UNREAD can be counted. Raises what `payload.UNREADABLE` holds.
    The identity is the address of the posting's page (`page_key`): that is what a board lists and what stays, while
    some sites' `identifier`, here the requisition's number, is the same on every page. Where the page is not the
    posting's own (`alone` is False), those that state none are told apart by that number, or by what `_told_by` says.
    """
    titles = [*_lines(data.pop("title", None)), *_lines(data.pop("name", None))]
    if not titles:
        raise KeyError("title")
    company = _name(data.pop("hiringOrganization", None))
    requisition = _requisition(data.pop("identifier", None), company)
    workplace = _line(data.pop("jobLocationType", None))
    locations = _locations(data, remote=workplace is not None)
    countries = {place.stated_country for place in locations}
    stated = stated_page(data.pop("url", None), url)
    page = stated if stated and _is_own(stated, url) else url
    key = page_key(page)
    if not alone and key == page_key(url):
        key += "#" + (requisition or _told_by(titles[0], locations, stated, url))
    pay, currency = data.pop("baseSalary", None), _first(data.pop("salaryCurrency", None))
    posted = _scalar(data.pop("datePosted", None))
    return JobPosting(
        platform=platform,
        board=board,
        external_id=id_of(key),
        url=page,
        title=titles[0],
        company=company,
        description_html=_description(data),
        requisition_id=requisition,
        department=_name(data.pop("employmentUnit", None)),
        location_raw=locations[0].raw if locations else None,
        locations=locations,
        workplace_raw=workplace,
        country=countries.pop() if len(countries) == 1 else None,
        employment_raw=_line(data.pop("employmentType", None)),
        pay_raw=json.dumps(pay, ensure_ascii=False) if pay not in (None, "", [], {}) else None,
        pay_stated=list(_pay_ranges(pay, currency)),
        posted_raw=None if posted is None else str(posted),
        posted_at=when(posted),
        posted_basis=PostedBasis.STATED if when(posted) else None,
        updated_at=when(_scalar(data.pop("dateModified", None))),
        valid_through=when(_scalar(data.pop("validThrough", None))),
        language_raw=_first(data.pop("inLanguage", None), "alternateName", "name"),
        occupational_category=_categories(data.pop("occupationalCategory", None)),
        eligibility_to_work=_line(data.pop("eligibilityToWorkRequirement", None)),
        security_clearance=_line(data.pop("securityClearanceRequirement", None)),
    )


# Addresses


def stated_page(stated: Any, page: str) -> str | None:
    """The address that a posting states on a page, wherever it is; None where it states none."""
    text = _first(stated, "@id", "url") or ""
    target, _, fragment = link_target(page, text), *text.partition("#")[1:]
    return f"{target}#{fragment}" if target and fragment else target


def _is_own(stated: str, page: str) -> bool:
    """Whether an address that is stated on a page can be the posting's: templates state the list's on all pages."""
    own_key, key = page_key(stated), page_key(page)
    own_host, host = (re.split(r"[/?#]", each, maxsplit=1)[0] for each in (own_key, key))
    above = key.startswith((f"{own_key}/", f"{own_key}?", f"{own_key}#"))
    posting = likeness(stated, page) > 0 or "#" in own_key
    return own_key == key or (own_host == host and not above and posting)


def _told_by(title: str, places: list[Location], stated: str | None, page: str) -> str:
    """What tells a posting from others on a page where it has no number."""
    elsewhere = [page_key(stated)] if stated and not same_site(stated, page) else []
    return " ".join([title, *(place.raw for place in places[:1]), *elsewhere])


def name_of(data: dict[str, Any]) -> str:
    """Title and place, as postings are compared by them.

    >>> name_of({"title": "Line  Cook", "jobLocation": "Ulm"})
    'line cook ulm'
    """
    data = dict(data)
    place = _locations(data, remote=bool(data.get("jobLocationType")))[:1]
    titles = [*_lines(data.get("title")), *_lines(data.get("name"))]
    return " ".join([*titles[:1], *(each.raw for each in place)]).casefold()


# Words


def _listed(value: Any) -> list[Any]:
    """The values of a property, which pages state as a list or alone."""
    return value if isinstance(value, list) else [value]


def _lines(value: Any, *keys: str, depth: int = 3) -> Iterator[str]:
    """The texts of a value, each on one line; of an object, what is under the first of the keys that it has."""
    if isinstance(value, list) and depth:
        for each in value:
            yield from _lines(each, *keys, depth=depth - 1)
    elif isinstance(value, dict) and depth:
        stated = next((value[key] for key in keys or _NAMED if value.get(key)), None)
        yield from _lines(stated, *keys, depth=depth - 1)
    elif (scalar := _scalar(value)) is not None and (line := one_line(_SCHEMA.sub("", str(scalar)))):
        yield line


def _first(value: Any, *keys: str) -> str | None:
    """The first text of a value."""
    return next(_lines(value, *keys), None)


def _line(value: Any) -> str | None:
    """All texts of a value on one line."""
    return ", ".join(dict.fromkeys(_lines(value))) or None


def _scalar(value: Any) -> str | int | float | None:
    """A text or a number, the first of several."""
    value = next(iter(_listed(value)), None)
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _name(value: Any) -> str | None:
    """The name of an organisation; None for a mere address of one."""
    name = _first(value, "name", "legalName", "alternateName")
    return None if name and name.startswith(("http://", "https://")) else name


def _requisition(value: Any, company: str | None) -> str | None:
    """The first identifier that can be a requisition's: no address, not zero, not the employer's name."""
    for number in _lines(value, "value", "@id"):
        unsaid = number.casefold() in {"0", (company or "").casefold(), *_UNSTATED}
        if not unsaid and not number.startswith(("http://", "https://")):
            return number
    return None


def _categories(value: Any) -> str | None:
    """Occupational categories: text, or code and name."""
    lines = (
        " ".join(filter(None, (_first(each, "codeValue"), _first(each, "name"))))
        if isinstance(each, dict)
        else _line(each)
        for each in _listed(value)
    )
    return "; ".join(dict.fromkeys(filter(None, lines))) or None


# The description


def _description(data: dict[str, Any]) -> str | None:
    """All that the employer wrote, as HTML; parts that the description holds already are not said twice."""
    html = "\n".join(dict.fromkeys(_written(data.pop("description", None))))
    said = None
    for name, heading in _PARTS.items():
        texts = list(dict.fromkeys(_written(data.pop(name, None))))
        words = _words("\n".join(texts))
        if not words:
            continue
        said = _words(html) if said is None else said
        if f" {words} " not in f" {said} ":
            listed = texts[0] if len(texts) == 1 else f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"
            html += f"\n<h3>{heading}</h3>\n{listed}"
            said += " " + words
    return html or None


def _written(value: Any, depth: int = 3) -> Iterator[str]:
    """The texts of a value as HTML."""
    if isinstance(value, list) and depth:
        for each in value:
            yield from _written(each, depth - 1)
    elif isinstance(value, dict):
        stated = [*_lines([value.get(key) for key in _WRITTEN])]
        if months := amount(value.get("monthsOfExperience")):
            stated.append(f"{months:g} months of experience")
        yield from [escape(": ".join(dict.fromkeys(stated)))] if stated else []
    elif isinstance(value, str) and (html := _as_html(value)):
        yield html


def _as_html(text: str) -> str:
    """A text, whether it is HTML, escaped HTML or plain, as HTML that keeps its lines.

    >>> _as_html("R&amp;D\\n• tea"), _as_html("&lt;p&gt;tea&lt;/p&gt;")
    ('<p>R&amp;D<br>• tea</p>', '<p>tea</p>')
    """
    text = text.replace("\\r\\n", "\n").replace("\\n", "\n")  # line breaks that were escaped once too often
    if not is_html(text):
        text = unescape_once(text)
    if not is_html(text):
        return paragraphs(tidy_text(text))
    return text if _BLOCK.search(text) else tidy_text(text).replace("\n", "<br>")


def _words(html: str) -> str:
    """The words alone, to compare texts by."""
    return " ".join(re.findall(r"\w+", plain_text(clean_html(html)).casefold()))


# Places


def _locations(data: dict[str, Any], *, remote: bool) -> list[Location]:
    """Places of the job, and those that remote applicants may be in."""
    stated, applicants = data.pop("jobLocation", None), data.pop("applicantLocationRequirements", None)
    places = [_place(each) for each in _listed(stated)]
    if remote or not any(place.raw for place in places):
        for area in _listed(applicants):
            is_country = isinstance(area, dict) and area.get("@type") == "Country"
            places += [
                Location(raw=name, stated=stated_place(None, None, country_code(name) if is_country else None))
                for name in _lines(area, *_AREA)
            ]
    return distinct(places)


def _place(place: Any) -> Location:
    """A Place, or its address, or a text."""
    address = place.get("address", place) if isinstance(place, dict) else place
    address = next(iter(_listed(address)), None)
    if not isinstance(address, dict):
        return Location(raw=_stated(address) or _stated(place) or "")
    city, region, country = (
        _stated(address.get(key)) for key in ("addressLocality", "addressRegion", "addressCountry")
    )
    raw = ", ".join(dict.fromkeys(filter(None, (city, region, country))))
    alone = (_stated(address.get("streetAddress")), _stated(place), _stated(address.get("postalCode")))
    return Location(raw=raw or next(filter(None, alone), ""), stated=stated_place(city, region, country_code(country)))


def _stated(value: Any) -> str | None:
    """A text, or an object's name, unless it says that there is none."""
    text = _first(value, "name")
    return None if text is None or text.casefold() in _UNSTATED else text


# Pay


def _pay_ranges(stated: Any, currency: str | None) -> Iterator[Pay]:
    """Ranges of a baseSalary: a figure, a MonetaryAmount, a PriceSpecification, or several of them."""
    for outer in _objects(stated):
        for inner in _objects(outer.get("value")):
            if pay := _pay({**outer, **{key: value for key, value in inner.items() if value is not None}}, currency):
                yield pay


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a value; what is none is the value of one."""
    return [each if isinstance(each, dict) else {"value": each} for each in _listed(value)]


def _pay(stated: dict[str, Any], currency: str | None) -> Pay | None:
    """A range; None for nothing, for zero and for one that ends before it starts."""
    low, high, exact = (
        _figure(stated.get(key, stated.get(other)))
        for key, other in (("minValue", "minPrice"), ("maxValue", "maxPrice"), ("value", "price"))
    )
    if not (low or high):
        low, high = (exact, exact) if exact else _range(stated.get("value", stated.get("price")))
    if not (low or high) or (low and high and low > high):
        return None
    code = (_first(stated.get("currency", stated.get("priceCurrency"))) or currency or "").upper()
    return Pay(
        min=low,
        max=high,
        currency=code if _CURRENCY.fullmatch(code) else None,
        period=_period(stated.get("unitText")) or _period(stated.get("unitCode")),
        basis=PayBasis.BASE,
    )


def _figure(value: Any) -> float | None:
    """A figure; None for zero, which stands where nothing was filled in, and where a text could mean several.

    >>> [_figure(text) for text in ("$120,000.00", "60k", "60.000", "50-60", 0)]
    [120000.0, 60000.0, None, None, None]
    """
    thousands = False
    if isinstance(value, str):
        match = _FIGURE.fullmatch(value.strip())
        value = re.sub(r"[^\d.]", "", match[1]) if match else None
        thousands = bool(match and match[2])
    figure = None if isinstance(value, bool) else amount(value) or None
    return figure * 1000 if figure and thousands else figure


def _range(value: Any) -> tuple[float | None, float | None]:
    """The two figures of a text.

    >>> _range("$50,000 - $60,000"), _range("50-60k"), _range("50 to 60 or more")
    ((50000.0, 60000.0), (50000.0, 60000.0), (None, None))
    """
    ends = _RANGE.split(value.strip()[:100]) if isinstance(value, str) else []
    if len(ends) != 2:
        return None, None
    low, high = ends
    if high[-1:] in {"k", "K"} and low[-1:].isdigit():
        low += "k"
    low_figure, high_figure = _figure(low), _figure(high)
    return (low_figure, high_figure) if low_figure and high_figure else (None, None)


def _period(unit: Any) -> PayPeriod | None:
    """The time that a unit of pay stands for.

    >>> [str(_period(unit)) for unit in ("HOUR", "Per Hour", "annually", "years", "ANN", "piece")]
    ['hour', 'hour', 'year', 'year', 'year', 'None']
    """
    word = _UNIT_PREFIX.sub("", (_first(unit) or "").lower()).removesuffix("s")
    return _UNITS.get(word) or pay_period(word)
