"""For what time a figure of pay is, where its words do not say; whether it can be pay; what it makes in a year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules
from crawlers.classify.pay_amounts import SIGNS, Figures
from crawlers.items import PayPeriod

_IN_A_YEAR = {
    PayPeriod.YEAR: 1,
    PayPeriod.MONTH: 12,
    PayPeriod.WEEK: 52,
    PayPeriod.DAY: 260,
    PayPeriod.HOUR: 2080,
}
_LEAST_YEARLY = 10_000
"""Nobody's month, in a currency that is worth about a US dollar."""
_MOST_HOURLY = 75
"""Above it, a figure of a strong currency without a period may be in thousands a year, or a day's."""
_MONTHLY = (450, 9_500)


@dataclass(frozen=True, slots=True)
class Money:
    """Figures that can be pay."""

    low: float
    high: float
    period: PayPeriod | None


@dataclass(frozen=True, slots=True)
class _Currency:
    worth: float
    yearly: bool
    monthly: bool


def annual(figure: float | None, period: PayPeriod | None) -> float | None:
    """What a figure makes in a year: 2080 hours, 260 days, 52 weeks, 12 months.

    >>> annual(20, PayPeriod.HOUR), annual(20, None)
    (41600, None)
    """
    return None if figure is None or period is None else figure * _IN_A_YEAR[period]


def iso_currency(word: str | None, country: str | None) -> str | None:
    """ISO 4217 code of a currency's word; of a sign of several by the country, None where it does not tell.

    >>> iso_currency("$", "CA"), iso_currency("$", None), iso_currency("EUR", "US")
    ('CAD', None, 'EUR')
    """
    if word not in SIGNS:
        return word
    code: str | None = rules.load("pay")["signs"][word].get(country)
    return code


def money(figures: Figures, period: PayPeriod | None, country: str | None, *, says_pay: bool) -> Money | None:
    """Figures with their period, where they can be pay: written at them, else said around them, else by magnitude.

    `says_pay`: words of pay say so; without them the figures must look like pay.
    """
    low, high = figures.low, figures.high
    currency = _currency(iso_currency(figures.currency, country), figures.currency, country)
    period = figures.period or period
    if period is PayPeriod.HOUR and figures.period is None and low / currency.worth >= _LEAST_YEARLY:
        period = None
    if period is PayPeriod.YEAR and figures.period is None and high / currency.worth < _limits("year")[0]:
        period = None
    if period is None and not figures.for_a_piece:
        period = inferred(low, high, currency, says_pay=says_pay)
    limits = _limits(period or "unknown")
    if not says_pay and (period is PayPeriod.YEAR or period is None):
        limits = _limits("bare")
    if not (limits[0] <= low / currency.worth and high / currency.worth <= limits[1]):
        return None
    if high > low * rules.load("pay")["plausible"]["widest_range"]:
        return None
    return Money(low, high, period)


def inferred(low: float, high: float, currency: _Currency, *, says_pay: bool) -> PayPeriod | None:
    """The only time that figures of this size can be for."""
    if currency.yearly and low >= _LEAST_YEARLY:
        return PayPeriod.YEAR
    if says_pay and currency.monthly and _MONTHLY[0] <= low / currency.worth and high / currency.worth <= _MONTHLY[1]:
        return PayPeriod.MONTH
    if says_pay and currency.yearly and low / currency.worth >= _limits("hour")[0] and high <= _MOST_HOURLY:
        return PayPeriod.HOUR
    return None


def _currency(code: str | None, word: str | None, country: str | None) -> _Currency:
    data = rules.load("pay")
    if entry := data["currencies"].get(code):
        return _Currency(entry["worth"], entry.get("yearly", False), entry.get("monthly", False))
    yearly = word in ("$", None) and (country is None or country in data["countries"]["yearly"])
    return _Currency(1, yearly, False)


@cache
def _limits(period: str) -> tuple[float, float]:
    low, high = rules.load("pay")["plausible"][period]
    return low, high
