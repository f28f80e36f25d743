"""Figures of money in a text -> amounts and ranges with currency and period; nothing is said of what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules
from crawlers.items import PayPeriod

SIGNS = frozenset({"$", "dollars", "¥", "kr", "kr."})
"""Signs of several currencies: `Figures.currency` is one of these, or an ISO 4217 code."""

_NUMBER = (
    r"(?:\d{1,3}(?:, ?\d{3})+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:'\d{3})+|\d{1,3}(?: \d{3})+|\d{1,2}(?:,\d{2})+,\d{3}"
    r"|\d{1,7})"
    r"(?![\d])(?:[.,]\d{1,2}(?!\d))?"
)
_WHOLE_AND_CENTS = re.compile(r"(.*?)(?:[.,](\d{1,2}))?")
_NOT_DIGITS = re.compile(r"\D")
_RETIREMENT_PLANS = frozenset({401, 403, 457, 529, 1099})
_GAP = 30
"""Characters between two amounts of one range, at most."""
_THOUSAND = 1000
_SMALL = 1000
"""A figure below it may stand for thousands, where the other end of its range does."""
_MOST = 60
"""Amounts that are read from one stretch of text, at most."""
_FIRST_DIGIT = re.compile(r"\d(?<![\d.,].)")
_LONGEST_WORD = 12
"""Characters before a number in which the words of its currency are looked for."""
_SIZES = {
    "thousand": 1e3,
    "hundred_thousand": 1e5,
    "million": 1e6,
    "ten_million": 1e7,
    "billion": 1e9,
    "trillion": 1e12,
}
_FAR_APART = 20
"""By how much more than a plain range's ends those of "$150-$175,000" differ."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One amount (low = high) or one range, as written."""

    start: int
    """Half-open offsets into the text, words of currency and period included."""
    end: int
    low: float
    high: float
    currency: str | None
    """ISO 4217, or one of SIGNS."""
    period: PayPeriod | None
    """As written at the figures."""
    is_money: bool
    """It has a currency, thousands or cents: not a count of something."""
    or_more: bool = False
    """A "+" or "or more" stands behind it."""
    for_a_piece: bool = False
    """It is for a piece of work: a session, a project, a season."""

    @property
    def is_range(self) -> bool:
        """Whether two figures are stated."""
        return self.low != self.high


@dataclass(frozen=True, slots=True)
class _Amount:
    start: int
    number_end: int
    """Past the number with its multiplier and currency; `end` is past the words of its period."""
    end: int
    value: float
    multiplier: float
    currency: str | None
    period: PayPeriod | None
    times: float
    is_money: bool
    or_more: bool
    for_a_piece: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    period: PayPeriod
    times: float


@dataclass(frozen=True, slots=True)
class _Patterns:
    number: re.Pattern[str]
    ends_of_currencies: frozenset[str]
    lengths_of_currencies: list[int]
    """From the longest word down."""
    after: re.Pattern[str]
    piece: re.Pattern[str]
    or_more: re.Pattern[str]
    join: re.Pattern[str]
    between: re.Pattern[str]
    opening: re.Pattern[str]
    units: tuple[_Unit, ...]
    multipliers: dict[str, float]
    indian: frozenset[str]


def number(text: str) -> float:
    """The value of a number in any country's writing; a separator before three digits parts thousands.

    >>> [number(text) for text in ("1.234,56", "60.000", "60 000", "60'000", "12,00,000", "21,50", "18.5")]
    [1234.56, 60000.0, 60000.0, 60000.0, 1200000.0, 21.5, 18.5]
    """
    match = _WHOLE_AND_CENTS.fullmatch(text)
    assert match  # any text matches
    return float(f"{_NOT_DIGITS.sub('', match[1])}.{match[2] or 0}")


def figures_in(text: str, start: int, end: int) -> list[Figures]:
    """Amounts and ranges that begin in a stretch of lower-case text with plain dashes and spaces, in order.

    >>> [(each.low, each.high, each.currency, str(each.period)) for each in figures_in("pay: usd 45-60k a year", 0, 22)]
    [(45000.0, 60000.0, 'USD', 'year')]
    """
    return [found for found in _ranges(text, list(_amounts(text, start, end))) if found.start < end]


@cache
def currency_words() -> dict[str, str]:
    """Words and signs of currencies -> ISO 4217 or one of SIGNS."""
    data = rules.load("pay")
    words = {word: code for code, entry in data["currencies"].items() for word in entry["words"]}
    return words | {sign: sign for sign in data["signs"]}


def _amounts(text: str, start: int, end: int) -> Iterator[_Amount]:
    patterns = _patterns()
    position, limit = start, end
    for _ in range(_MOST):
        digit = _FIRST_DIGIT.search(text, position, limit)
        if digit is None:
            return
        position = digit.end()
        match = patterns.number.match(text, digit.start(), min(len(text), limit + 40))
        if match is None:
            continue
        position = match.end()
        if amount := _amount(text, match):
            position = amount.end
            if amount.start < end:
                # The other end of a range may stand behind the stretch.
                limit = max(end, amount.end + _GAP)
            yield amount


def _amount(text: str, match: re.Match[str]) -> _Amount | None:
    patterns = _patterns()
    if text.startswith(("%", " %", "°"), match.end()):
        return None
    word = (match["multiplier"] or "").strip()
    value = number(match["number"])
    before = _word_before(text, match.start())
    currency = _currency(before, match["behind"])
    if currency is None and value in _RETIREMENT_PLANS:
        return None
    end, times = match.end(), 1.0
    period = None
    piece = patterns.piece.match(text, end)
    if after := None if piece else patterns.after.match(text, end):
        unit = patterns.units[int((after.lastgroup or "u0")[1:])]
        period, times, end = unit.period, unit.times, after.end()
    if word == "lpa":
        period, currency = PayPeriod.YEAR, currency or "INR"
    elif word in patterns.indian:
        currency = currency or "INR"
    or_more = patterns.or_more.match(text, match.end()) or patterns.or_more.match(text, end)
    return _Amount(
        start=match.start() - len(before),
        number_end=match.end(),
        end=max(end, or_more.end()) if or_more else end,
        value=value,
        multiplier=patterns.multipliers.get(word, 1),
        currency=currency,
        period=period,
        times=times,
        is_money=bool(currency or word or _NOT_DIGITS.search(match["number"])),
        or_more=or_more is not None,
        for_a_piece=piece is not None,
    )


def _word_before(text: str, start: int) -> str:
    """The words of currency right before a number, two at most, with the spaces between."""
    floor = max(0, start - _LONGEST_WORD)
    if text[floor:start].rstrip(" ")[-1:] not in _patterns().ends_of_currencies:
        return ""
    at = _currency_start(text, floor, start)
    return text[_currency_start(text, floor, at) : start]


def _currency_start(text: str, floor: int, end: int) -> int:
    """Where the longest word of currency begins that ends at a place or a space before; `end` where there is none."""
    stop = end - 1 if text[floor:end].endswith(" ") else end
    for length in _patterns().lengths_of_currencies:
        start = stop - length
        if start < floor or text[start:stop] not in currency_words():
            continue
        # "San Francisco, CA$100,000" has no Canadian dollars.
        before = text[max(0, start - 2) : start]
        if not text[start].isalpha() or not ("a" <= before[-1:] <= "z" or before == ", "):
            return start
    return end


def _currency(*words: str | None) -> str | None:
    """The currency that stands before or behind a number: a code rather than a sign of several."""
    found = []
    for word in words:
        if word and (code := currency_words().get(word.strip())):
            found.append(code)
        elif word:  # two words: "usd $", "$ cad"
            found += [currency_words()[part] for part in _currency_parts().findall(word)]
    return next((code for code in found if code not in SIGNS), found[0] if found else None)


def _ranges(text: str, amounts: list[_Amount]) -> Iterator[Figures]:
    index = 0
    while index < len(amounts):
        low = high = amounts[index]
        while index + 1 < len(amounts) and _joins(text, high, amounts[index + 1], between=low is high):
            index += 1
            high = amounts[index]
        index += 1
        figures = _figures(low, high)
        if figures and (figures.is_money or figures.period):
            yield figures


def _joins(text: str, low: _Amount, high: _Amount, *, between: bool) -> bool:
    """Whether two neighbouring amounts are the ends of one range."""
    if high.start - low.number_end > _GAP:
        return False
    if low.currency and high.currency and low.currency != high.currency and not {low.currency, high.currency} & SIGNS:
        return False
    patterns = _patterns()
    gap = text[low.end : high.start].strip()
    if patterns.join.fullmatch(gap):
        return True
    opening = text[max(0, low.start - 25) : low.start]
    return between and bool(patterns.between.fullmatch(gap) and patterns.opening.search(opening))


def _figures(low: _Amount, high: _Amount) -> Figures | None:
    """The range of two amounts; None where it would end before it starts."""
    codes = [code for code in (low.currency, high.currency) if code]
    period, times = (high.period, high.times) if high.period else (low.period, low.times)
    low_value, high_value = _shared_thousands(low, high)
    if low_value > high_value:
        return None
    return Figures(
        start=low.start,
        end=high.end,
        low=low_value * times,
        high=high_value * times,
        currency=next((code for code in codes if code not in SIGNS), codes[0] if codes else None),
        period=period,
        is_money=low.is_money or high.is_money,
        or_more=high.or_more,
        for_a_piece=low.for_a_piece or high.for_a_piece,
    )


def _shared_thousands(low: _Amount, high: _Amount) -> tuple[float, float]:
    """Both values of "120-150k", "$150-$175,000" and "40k-60", where one end says for both that it is in thousands."""
    low_value, high_value = low.value * low.multiplier, high.value * high.multiplier
    if low.multiplier == 1 < high.multiplier and low.value <= high.value and low.value < _SMALL:
        return low.value * high.multiplier, high_value
    if high.multiplier == 1 < low.multiplier and low.value <= high.value < _SMALL:
        return low_value, high.value * low.multiplier
    if low_value < _SMALL and high_value >= _FAR_APART * low_value and low_value * _THOUSAND <= high_value:
        return low_value * _THOUSAND, high_value
    return low_value, high_value


@cache
def _currency_parts() -> re.Pattern[str]:
    longest_first = sorted(currency_words(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


@cache
def _patterns() -> _Patterns:
    data = rules.load("pay")
    numbers, after, joins = data["numbers"], data["after"], data["joins"]
    units = after["unit"]
    unit = "|".join(
        rf"(?P<u{index}>{after['preposition']}(?:{entry['unit']})(?![a-z])|[,(]?(?:{entry['adverb']})(?![a-z]))"
        for index, entry in enumerate(units)
    )
    return _Patterns(
        number=re.compile(_number_pattern(numbers)),
        ends_of_currencies=frozenset(word[-1] for word in currency_words()),
        lengths_of_currencies=sorted({len(word) for word in currency_words()}, reverse=True),
        after=re.compile(rf"[ ,(\n]{{0,3}}{after['filler']}{{0,3}}(?:{unit})"),
        piece=re.compile(data["no_period"]["piece"]),
        or_more=re.compile(data["bounds"]["or_more"]),
        join=re.compile(joins["range"]),
        between=re.compile(joins["between"]),
        opening=re.compile(joins["opening"]),
        units=tuple(_Unit(PayPeriod(entry["period"]), entry.get("times", 1.0)) for entry in units),
        multipliers={word: size for name, size in _SIZES.items() for word in numbers[name]},
        indian=frozenset(numbers["hundred_thousand"] + numbers["ten_million"]),
    )


def _number_pattern(numbers: dict[str, list[str]]) -> str:
    """A number, what multiplies it, and the words of a currency behind it."""
    words = sorted(currency_words(), key=len, reverse=True)
    behind = "|".join(f"{re.escape(word)}{'(?![a-z])' if word[-1].isalpha() else '(?! ?[0-9])'}" for word in words)
    every = {word for name in _SIZES for word in numbers[name]}
    tight = sorted(numbers["glued"], key=len, reverse=True)
    apart = sorted(every - set(tight), key=len, reverse=True)
    multiplier = rf"(?: ?(?:{'|'.join(map(re.escape, apart))})|(?:{'|'.join(tight)}))(?![a-z])|k(?=eur|chf|usd|gbp)"
    return (
        rf"(?<![\d.,])(?P<number>{_NUMBER})(?:,-{{1,2}}|\.-{{1,2}})?"
        rf"(?P<multiplier>{multiplier})?(?P<behind>(?: ?(?:{behind})){{1,2}})?"
    )
