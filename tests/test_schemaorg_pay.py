"""schema.org baseSalary as pay ranges, in all the forms that pages state it in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawlers.items import Pay, PayBasis, PayPeriod
from tests.test_schemaorg import read


def pay(low: float | None, high: float | None, period: PayPeriod | None = None, currency: str | None = "EUR") -> Pay:
    return Pay(min=low, max=high, currency=currency, period=period, basis=PayBasis.BASE)


@pytest.mark.parametrize(
    ("salary", "ranges"),
    [
        (50000, [pay(50000, 50000)]),
        ("50000", [pay(50000, 50000)]),
        ("€50,000.00", [pay(50000, 50000)]),
        ("50 000 EUR", [pay(50000, 50000)]),
        ({"value": 50000, "unitText": "YEAR"}, [pay(50000, 50000, PayPeriod.YEAR)]),
        ({"currency": "usd", "value": "50,000"}, [pay(50000, 50000, currency="USD")]),
        ({"currency": "$", "value": 5}, [pay(5, 5, currency=None)]),
        ({"minValue": 10, "maxValue": 20, "unitText": "Hourly"}, [pay(10, 20, PayPeriod.HOUR)]),
        ({"value": {"minValue": "10", "maxValue": "20"}, "unitText": "WEEKS"}, [pay(10, 20, PayPeriod.WEEK)]),
        ({"value": {"value": 10, "unitText": "per day"}, "unitText": "YEAR"}, [pay(10, 10, PayPeriod.DAY)]),
        ({"value": {"minValue": 10, "unitCode": "MON"}}, [pay(10, None, PayPeriod.MONTH)]),
        ({"value": {"minValue": 0, "maxValue": 20}}, [pay(None, 20)]),
        ({"value": [{"value": 10}, {"value": 20}]}, [pay(10, 10), pay(20, 20)]),
        ([{"value": 10}, 20], [pay(10, 10), pay(20, 20)]),
        ({"minPrice": 10, "maxPrice": 20, "priceCurrency": "GBP"}, [pay(10, 20, currency="GBP")]),
        ({"value": {"value": 10, "unitText": "PIECE"}}, [pay(10, 10)]),
        ({"value": {"minValue": 0, "maxValue": 0}}, []),
        ({"value": {"minValue": 20, "maxValue": 10}}, []),
        (0, []),
        ("0.00", []),
        ("50.000", []),
        ("50k", [pay(50_000, 50_000)]),
        ({"minValue": "50k", "maxValue": "60K"}, [pay(50_000, 60_000)]),
        ("40,000-50,000", [pay(40_000, 50_000)]),
        ({"value": {"value": "50-60k", "unitText": "YEAR"}}, [pay(50_000, 60_000, PayPeriod.YEAR)]),
        ("40.000-50.000", []),
        ("50000-40000", []),
        ("2020-01-02", []),
        ("Competitive", []),
        (-5, []),
        (True, []),
        ({"value": {"value": {"value": 5}}}, []),
        (None, []),
    ],
)
def test_pay(salary: Any, ranges: list[Pay]) -> None:
    posting = read(baseSalary=salary, salaryCurrency="EUR")
    assert posting.pay_stated == ranges
    assert posting.pay_raw == (None if salary is None else json.dumps(salary, ensure_ascii=False))


@pytest.mark.parametrize(
    ("unit", "period"),
    [
        ("HOUR", PayPeriod.HOUR),
        ("hrs", PayPeriod.HOUR),
        ("PER HOUR", PayPeriod.HOUR),
        ("an hour", PayPeriod.HOUR),
        ("Daily", PayPeriod.DAY),
        ("WEEK", PayPeriod.WEEK),
        ("months", PayPeriod.MONTH),
        ("ANNUALLY", PayPeriod.YEAR),
        ("YEARLY", PayPeriod.YEAR),
        ("per annum", PayPeriod.YEAR),
        (["YEAR"], PayPeriod.YEAR),
        ("BIWEEKLY", None),
        ("PROJECT", None),
        ({}, None),
        (5, None),
    ],
)
def test_periods(unit: Any, period: PayPeriod | None) -> None:
    assert read(baseSalary={"value": 5, "currency": "EUR", "unitText": unit}).pay_stated == [pay(5, 5, period)]
