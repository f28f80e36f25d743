"""Text -> the ranges that it states as this position's pay: figures, judged by the words around them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from crawlers.classify import rules
from crawlers.classify.pay_amounts import Figures
from crawlers.classify.pay_figures import figures_near_words
from crawlers.classify.pay_labels import label_of
from crawlers.classify.pay_periods import Money, money
from crawlers.classify.pay_words import Word, WordKind, words_in
from crawlers.classify.words import Places
from crawlers.items import PayBasis, PayPeriod, SectionKind

_BEFORE = 160
"""Characters before a figure whose words are looked at."""
_AFTER = 70
"""Characters behind it."""
_ADJACENT = 16
"""Characters between a figure and a word of pay behind it, at most."""
_ADJACENT_OTHER = 28
"""Characters between a figure and the other thing that it is for, at most."""
_NO_CURRENCY = 70
"""Characters between a word of pay and a figure without a currency, at most."""
_SIBLING = 170
"""Characters between two ranges of one list, at most."""
_HEADING = 100
"""Characters of a line that can be a heading."""
_SHORT = 45
"""Characters of a line that is a heading wherever its word of pay stands."""
_APART = 90
"""Characters between the two ends of one range, each with words of its own, at most."""
_HEADINGS = 3
"""Lines above a figure's line in which a heading is looked for."""

_CONNECTOR = re.compile(
    r"[,;+&(|•·\n:.-]|\b(?:plus|and|with|or|as well|along|in addition|additional|based|depending|commensurate|dependent"
    r"|und|et|y|e|zzgl|zuzüglich|sowie|at|if|when|who|that|but|to cover|are|is|will)\b"
)
_JOINED = re.compile(r"[\s(]*(?:and|\+|plus|&|,|/|or|including|incl\.?|inclusive of|und|et|y)[\s\w(]{0,20}$")
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|[•●▪|]|\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|incl|excl|min|max|ca|sr|jr|inc|st|p\.a|u\.s|d\.o\.e|est|hr|yr|no|vs|gross|e\.g|i\.e|rs|std|dept|bzw|brut|env|ft|mt)|\b\w)\.$"
)
_OWN_LINE = re.compile(r"[\s*•·>-]*")


@dataclass(frozen=True, slots=True)
class Source:
    """A text in which pay may be stated."""

    name: str
    """As evidence names it."""
    text: str
    lower: str
    """As long, in lower case, with plain dashes, quotes and spaces."""
    is_about_pay: bool = False
    """A platform's field for pay: no word has to say so."""
    is_title: bool = False
    kind_at: Callable[[int], SectionKind] | None = None
    places: Places | None = None
    """Where words stand in `lower`, where that was looked through already."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One range that a text states as pay."""

    start: int
    """Half-open offsets into the text."""
    end: int
    low: float | None
    high: float | None
    currency: str | None
    """ISO 4217, or a sign of several currencies."""
    period: PayPeriod | None
    basis: PayBasis
    applies_to: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the words around a figure say."""

    rule: str
    is_pay: bool
    is_plain: bool = False
    """A word in its own sentence says so, not a heading or the magnitude."""
    period: PayPeriod | None = None
    basis: PayBasis | None = None


def statements_in(source: Source, country: str | None) -> list[Statement]:
    """Pay that a text states, in order; `country` (ISO 3166-1 alpha-2) tells what a "$" is."""
    found: list[Statement] = []
    before: Figures | None = None
    verdict: _Verdict | None = None
    for figures in figures_near_words(source.lower, source.places or Places(source.lower)):
        verdict = _verdict(source, figures, before, verdict)
        floor, before = before.end if before else 0, figures
        if not verdict.is_pay:
            continue
        amount = money(figures, verdict.period, country, says_pay=verdict.is_plain)
        if amount is None or not (figures.currency or _stands_alone(figures, verdict)):
            verdict = replace(verdict, is_pay=False)
            continue
        if verdict.rule == "pay.sibling" and found and not _alike(found[-1], amount):
            verdict = replace(verdict, is_pay=False)
            continue
        statement = _statement(source, figures, amount, verdict, floor)
        verdict = replace(verdict, period=statement.period)
        if found and (merged := _one_range(found[-1], statement)):
            found[-1] = merged
        else:
            found.append(statement)
    return found


def _verdict(source: Source, figures: Figures, before: Figures | None, last: _Verdict | None) -> _Verdict:
    lower, start = source.lower, figures.start
    line = lower.rfind("\n", max(0, start - 400), start) + 1
    clause = _sentence_start(lower, max(line, start - _BEFORE, before.end if before else 0), start)
    after = _sentence_end(lower, figures.end)
    words = words_in(lower, clause, start)
    behind = words_in(lower, figures.end, after)
    if verdict := _by_words_behind(lower, figures, behind):
        return _with_period(verdict, [*words, *behind])
    if verdict := _by_words_before(lower, figures, words):
        return _with_period(verdict, words, behind if not _CONNECTOR.match(lower, figures.end) else [])
    if figures.for_a_piece or _other_in_clause(lower, figures, words, behind):
        return _Verdict("other", is_pay=False)
    return _without_words(source, figures, words, before, last)


def _without_words(
    source: Source, figures: Figures, words: list[Word], before: Figures | None, last: _Verdict | None
) -> _Verdict:
    """Where no word in the sentence decides: a field for pay, the range before, a heading, the period, the size."""
    lower = source.lower
    if source.is_about_pay:
        return _with_period(_Verdict("pay.field", is_pay=True, is_plain=True), words)
    if before and last and figures.start - before.end <= _SIBLING and _may_be_sibling(lower, before, figures):
        return replace(last, rule="pay.sibling" if last.is_pay else last.rule)
    if figures.currency is None and not source.is_title:
        return _Verdict("other", is_pay=False)
    if heading := _by_heading(source, figures):
        return heading
    hinted = any(word.kind is WordKind.HINT for word in words)
    period = next((word.period for word in reversed(words) if word.period), None)
    if figures.period or (period and hinted):
        return _Verdict("pay.period", is_pay=True, period=figures.period or period)
    if figures.is_range or source.is_title:
        line = lower.rfind("\n", max(0, figures.start - 400), figures.start) + 1
        own_line = _OWN_LINE.fullmatch(lower, line, figures.start)
        if hinted or own_line or source.is_title:
            return _Verdict("pay.magnitude", is_pay=True)
    return _Verdict("none", is_pay=False)


def _by_words_behind(lower: str, figures: Figures, behind: list[Word]) -> _Verdict | None:
    """By the first word behind a figure, where nothing parts the two."""
    for word in behind:
        gap = lower[figures.end : word.start]
        if len(gap) > _ADJACENT_OTHER or _CONNECTOR.search(gap.strip(" (")):
            return None
        if word.kind is WordKind.OTHER:
            return _Verdict(word.rule, is_pay=False)
        if word.kind is WordKind.PAY and len(gap) <= _ADJACENT:
            return _Verdict(word.rule, is_pay=True, is_plain=True, period=word.period, basis=word.basis)
        if word.kind is WordKind.HINT and word.basis and len(gap) <= _ADJACENT:
            return _Verdict(word.rule, is_pay=True, is_plain=figures.is_range, basis=word.basis)
    return None


def _by_words_before(lower: str, figures: Figures, words: list[Word]) -> _Verdict | None:
    """By the nearest word before a figure that speaks of pay or of other money."""
    basis = None
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if word.kind is WordKind.OTHER:
            if _left_out(lower, words[:index], word, figures.start):
                continue
            if _joined(lower, words[:index], word):
                basis = PayBasis.TOTAL
                continue
            return _Verdict(word.rule, is_pay=False)
        if word.kind is WordKind.PAY and not _left_out(lower, words[:index], word, figures.start):
            if figures.for_a_piece and figures.period is None and figures.low < _piece_limit():
                return _Verdict("other", is_pay=False)
            nearer = next((each.basis for each in words[index + 1 :] if each.basis), None)
            return _Verdict(
                word.rule, is_pay=True, is_plain=True, period=word.period, basis=basis or word.basis or nearer
            )
    return None


def _left_out(lower: str, before: list[Word], word: Word, figure: int) -> bool:
    """Whether "excluding" or the like stands before a word, and a colon or a bracket between it and the figure."""
    if not before or before[-1].kind is not WordKind.WITHOUT:
        return (
            bool(before)
            and word.kind is WordKind.OTHER
            and before[-1].kind is WordKind.OTHER
            and _left_out(lower, before[:-1], before[-1], figure)
            and word.start - before[-1].end < 12
        )
    return word.start - before[-1].end < 40 and any(mark in lower[word.end : figure] for mark in "):,")


def _joined(lower: str, before: list[Word], word: Word) -> bool:
    """Whether an extra is part of a sum that is pay: "base + commission", "salary and bonus"."""
    for each in reversed(before):
        if word.start - each.end > 24:
            return False
        if each.kind in (WordKind.PAY, WordKind.HINT) and _JOINED.fullmatch(lower, each.end, word.start):
            return True
        if each.kind is not WordKind.OTHER:
            return False
    return False


def _other_in_clause(lower: str, figures: Figures, words: list[Word], behind: list[Word]) -> bool:
    """Whether a word of other money stands in the sentence, and no connecting word parts it from the figure."""
    if any(
        word.kind is WordKind.OTHER and not _left_out(lower, words[:i], word, figures.start)
        for i, word in enumerate(words)
    ):
        return True
    for word in behind:
        if word.kind is WordKind.OTHER:
            return not _CONNECTOR.search(lower[figures.end : word.start])
    return False


def _by_heading(source: Source, figures: Figures) -> _Verdict | None:
    """By a heading: one of the lines above, or the kind of the section."""
    lower = source.lower
    end = lower.rfind("\n", max(0, figures.start - 400), figures.start)
    for _ in range(_HEADINGS):
        if end < 0:
            break
        start = lower.rfind("\n", max(0, end - 400), end) + 1
        line = lower[start:end].strip()
        if line and len(line) <= _HEADING:
            words = words_in(lower, start, end)
            if any(
                word.kind is WordKind.OTHER and not _left_out(lower, words[:i], word, end)
                for i, word in enumerate(words)
            ) and not any(word.kind is WordKind.PAY for word in words):
                return None
            if pay := next((word for word in reversed(words) if word.kind is WordKind.PAY), None):
                verdict = _Verdict(
                    "pay.heading",
                    is_pay=True,
                    is_plain=line.endswith(":") or len(line) <= _SHORT or pay.start - start < 4,
                    period=pay.period,
                    basis=pay.basis,
                )
                return _with_period(verdict, words)
        elif line:
            break
        end = start - 1
    if source.kind_at and source.kind_at(figures.start) is SectionKind.PAY:
        return _Verdict("pay.section", is_pay=True)
    return None


def _with_period(verdict: _Verdict, *words: list[Word]) -> _Verdict:
    """The verdict with the period and the basis that the nearest of some words say."""
    if verdict.is_pay and (verdict.period is None or verdict.basis is None):
        every = [word for group in words for word in reversed(group)]
        period = verdict.period or next((word.period for word in every if word.period), None)
        basis = verdict.basis or next((word.basis for word in every if word.basis), None)
        return replace(verdict, period=period, basis=basis)
    return verdict


def _may_be_sibling(lower: str, before: Figures, figures: Figures) -> bool:
    """Whether a figure may go on with the list of the one before."""
    if before.currency != figures.currency and not (before.currency and figures.currency):
        return False
    gap = lower[before.end : figures.start]
    if any(word.kind is WordKind.OTHER for word in words_in(lower, before.end, figures.start)):
        return False
    return figures.is_range or bool(re.search(r"[:\n|/]|\b(?:for|in|is|to|or|and)\b", gap))


def _alike(before: Statement, amount: Money) -> bool:
    """Whether two ranges are of about the same size, as those for several places and levels are."""
    size, other = (
        (amount.low + amount.high) / 2,
        ((before.low or before.high or 0) + (before.high or before.low or 0)) / 2,
    )
    return other / 5 <= size <= other * 5


def _stands_alone(figures: Figures, verdict: _Verdict) -> bool:
    """Whether a figure without a currency is money all the same."""
    return verdict.is_plain and (figures.is_range or figures.period is not None or figures.is_money)


def _one_range(low: Statement, high: Statement) -> Statement | None:
    """One range of a lowest and a highest figure that stand apart."""
    if low.high is not None or high.low is not None or low.low is None or high.high is None or low.low > high.high:
        return None
    if high.start - low.end > _APART or low.currency != high.currency:
        return None
    return replace(low, end=high.end, high=high.high, period=high.period or low.period)


def _statement(source: Source, figures: Figures, amount: Money, verdict: _Verdict, floor: int) -> Statement:
    low: float | None = amount.low
    high: float | None = amount.high
    if low == high:
        bounds = _bounds()
        before = source.lower[max(floor, figures.start - 60) : figures.start].rstrip()
        if bounds.up_to.search(before[-26:]):
            low = None
        elif bounds.start.search(before[-26:]) or figures.or_more or bounds.lowest.search(before):
            high = None
        elif bounds.highest.search(before):
            low = None
    return Statement(
        start=figures.start,
        end=figures.end,
        low=low,
        high=high,
        currency=figures.currency,
        period=amount.period,
        basis=verdict.basis or PayBasis.UNKNOWN,
        applies_to=label_of(source.text, source.lower, figures, floor),
        rule=verdict.rule,
    )


def _sentence_start(lower: str, floor: int, position: int) -> int:
    """Where the sentence that holds a position begins, not before `floor`."""
    start = floor
    for match in _SENTENCE_END.finditer(lower, floor, position):
        if match[0] != "." or not _ABBREVIATION.search(lower, max(floor, match.start() - 8), match.end()):
            start = match.end()
    return start


def _sentence_end(lower: str, position: int) -> int:
    end = min(len(lower), position + _AFTER)
    for match in _SENTENCE_END.finditer(lower, position, end):
        if match[0] != "." or not _ABBREVIATION.search(lower, max(position, match.start() - 8), match.end()):
            return match.start()
    return end


@dataclass(frozen=True, slots=True)
class _Bounds:
    up_to: re.Pattern[str]
    start: re.Pattern[str]
    lowest: re.Pattern[str]
    highest: re.Pattern[str]


@cache
def _bounds() -> _Bounds:
    data = rules.load("pay")["bounds"]
    end = r"(?: (?:an?|the|about|approx\.?|roughly|usd|eur|around|brutto|circa|ca\.))?[ :(]*$"
    return _Bounds(
        re.compile(data["up_to"] + end),
        re.compile(data["from"] + end),
        re.compile(data["lowest"]),
        re.compile(data["highest"]),
    )


@cache
def _piece_limit() -> float:
    return float(rules.load("pay")["plausible"]["bare"][0])
