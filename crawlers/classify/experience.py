"""Years of experience that a posting asks for: amounts of years or months, by the words beside them. Pure.

Of several amounts the first counts that is asked for, else the first that is preferred: the overall requirement stands
before those for parts of the work, and the years that go with the lowest degree before those with higher ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crawlers.classify import rules
from crawlers.classify.document import Document
from crawlers.classify.words import WordList
from crawlers.items import Evidence, Experience, JobPosting, SectionKind

_MONTHS = 12
_LONGEST_AMOUNT = 48
"""Characters before a unit in which its number stands."""
_BEFORE, _AFTER = 110, 150
"""Characters of the sentence that are looked at."""
_MOST_PLACES = 60
_MOST_YEARS = 30
"""More are an employer's own."""
_MANY_YEARS = 16
"""From here on the words must ask for it: employers boast of such figures."""
_NOT_ASKING = frozenset({SectionKind.BENEFITS, SectionKind.PAY})
"""Sections in which an amount counts only where it is of experience in so many words."""
_BREAK = re.compile(r"\n|  |[.!?;] |[•·●▪|]")
_ABBREVIATED = re.compile(r"\b(?:min|ca|mind|approx|max|e\.g|i\.e|vs)\. $")
_BULLETS = " -•*–·▪◦●‣>\t✅✔️"
_NUMBER_ENDS = frozenset("0123456789)]+")
_LONGEST_WORD = 16
_NEAR = 60
"""Characters before an amount in which most words that bear on it stand."""


@dataclass(kw_only=True, slots=True)
class ExperienceReading:
    """What was read; `experience_years` is None where nothing is asked for in figures."""

    experience_years: Experience | None = None
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number of years or a range, with the sentence around it."""

    min: float | None
    max: float | None
    start: int
    end: int
    before: str
    after: str
    is_open: bool
    """A plus, "or more" or a range: the way of those who ask."""
    is_loose: bool
    """Months, or "a year": said of many things but experience."""


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None = None
    far: bool = False
    """`before` may begin anywhere in the sentence, not just near the amount."""
    unless_asking: bool = False
    hint: str | None = None
    """What else must hold: "asked": the amount is open, begins its line, or follows such a word as "at least";
    "leads": it is open, and begins its line or follows such a word."""


@dataclass(frozen=True, slots=True)
class _Rules:
    amount: re.Pattern[str]
    numbers: dict[str, float]
    articles: frozenset[str]
    before_unit: frozenset[str]
    month: re.Pattern[str]
    bound_above: re.Pattern[str]
    at_least: re.Pattern[str]
    asking: re.Pattern[str]
    vetoes: list[_Rule]
    cues: list[_Rule]
    preferred: _Rule
    none_needed: re.Pattern[str]
    none_needed_id: str
    units: WordList
    """Endings of amounts, the English ones first."""
    english_units: int
    """So many."""


def read(posting: JobPosting, document: Document) -> ExperienceReading:
    """Years of experience, with the words that ask for them; 0 where the text says that none are needed.

    >>> from crawlers.classify.document import document_of
    >>> posting = JobPosting(platform="", board="", external_id="", url="", title="")
    >>> read(posting, document_of("You have 2-4 years of experience in retail.")).experience_years
    Experience(min=2.0, max=4.0)
    """
    preferred: tuple[_Amount, str] | None = None
    for amount in _amounts(document, posting.language):
        if (rule := _rule_of(amount)) is None:
            continue
        kind = document.kind_at(amount.start)
        if rule.hint and kind in _NOT_ASKING:
            continue
        if kind is not SectionKind.PREFERRED and not _holds(_rules().preferred, amount):
            return _reading(document, amount, rule.id)
        preferred = preferred or (amount, rule.id)
    return _reading(document, *preferred) if preferred else _none_needed(document)


def _reading(document: Document, amount: _Amount, rule: str) -> ExperienceReading:
    return ExperienceReading(
        experience_years=Experience(min=amount.min, max=amount.max),
        evidence=[document.evidence("experience_years", amount.start, amount.end, rule)],
    )


def _none_needed(document: Document) -> ExperienceReading:
    known = _rules()
    if m := known.none_needed.search(document.lower):
        return ExperienceReading(
            experience_years=Experience(min=0.0),
            evidence=[document.evidence("experience_years", m.start(), m.end(), known.none_needed_id)],
        )
    return ExperienceReading()


def _amounts(document: Document, language: str | None) -> Iterator[_Amount]:
    """Amounts in the order of the text."""
    known = _rules()
    text = document.lower
    done = 0
    english = known.english_units if language == "en" else None
    for unit, start, _ in document.places.of(known.units)[:_MOST_PLACES]:
        if start < done or (english and unit >= english) or not _may_end_a_number(text, start):
            continue
        match = known.amount.search(text, max(done, start - _LONGEST_AMOUNT), start + _LONGEST_AMOUNT)
        if match and match.start() <= start < match.end():
            done = match.end()
            if amount := _amount(text, match):
                yield amount


def _may_end_a_number(text: str, position: int) -> bool:
    """Whether the word before a position is a number, or can follow one. Spares the closer look at "per year"."""
    before = text[max(0, position - _LONGEST_WORD) : position].rstrip(" -\n")
    return before[-1:] in _NUMBER_ENDS or before[before.rfind(" ") + 1 :].rpartition("-")[2] in _rules().before_unit


def _amount(text: str, match: re.Match[str]) -> _Amount | None:
    known = _rules()
    low, high = _number(match["low"]), _number(match["high"])
    if low is None:
        return None
    is_month = known.month.fullmatch(match["unit"]) is not None
    if match["low_unit"] and known.month.fullmatch(match["low_unit"]) and not is_month:
        low /= _MONTHS
    if is_month:
        low, high = low / _MONTHS, high / _MONTHS if high is not None else None
    if high is not None and high <= low:
        high = None
    start, end = match.span()
    before, after = _sentence(text, start, end)
    plus = match["plus"] or match["more"] or (high is None and (match["sign"] or match["low_plus"]))
    is_open = bool(plus) or high is not None
    least: float | None = low
    most = None if plus else high
    if high is None and (bound := known.bound_above.search(before, max(0, len(before) - _NEAR))):
        least, most, start = None, low, start - (len(before) - bound.start())
        is_open = True
    return _Amount(least, most, start, end, before, after, is_open, is_month or match["low"] in known.articles)


def _number(words: str | None) -> float | None:
    if not words:
        return None
    if words[0].isdigit():
        return float(words.replace(",", "."))
    return _rules().numbers[words]


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after start:end in its sentence or line."""
    floor = max(0, start - _BEFORE)
    for found in _BREAK.finditer(text, floor, start):
        if found[0][0] != "." or not _ABBREVIATED.search(text, max(0, found.end() - 8), found.end()):
            floor = found.end()
    stop = _BREAK.search(text, end, end + _AFTER)
    after = text[end : stop.start() if stop else end + _AFTER]
    if not after.strip() and not text[floor:start].strip(_BULLETS):
        # Alone on its line, an amount belongs to the heading above.
        floor = max(text.rfind("\n", 0, max(0, text.rfind("\n", 0, start))) + 1, start - _BEFORE)
    return text[floor:start], after


def _rule_of(amount: _Amount) -> _Rule | None:
    """The rule that makes an amount one of experience; None where it is something else."""
    if (amount.min or amount.max or 0) > _MOST_YEARS:
        return None
    known = _rules()
    leads = not amount.before.strip(_BULLETS)
    hints = _hints(amount, leads)
    cue = next((cue for cue in known.cues if cue.hint in hints and _holds(cue, amount)), None)
    if cue is None or (leads and cue is known.cues[0] and (amount.min or 0) < _MANY_YEARS and amount.is_open):
        return cue
    is_asked = leads or known.asking.search(amount.before) is not None
    if (amount.min or 0) >= _MANY_YEARS and not is_asked:
        return None
    for veto in known.vetoes:
        if _holds(veto, amount) and not (veto.unless_asking and is_asked):
            return None
    return cue


def _hints(amount: _Amount, leads: bool) -> set[str | None]:
    """What speaks for an amount beside the cue: see `_Rule.hint`."""
    if amount.is_loose:
        return {None}
    is_led = leads or _rules().at_least.search(amount.before, max(0, len(amount.before) - _NEAR)) is not None
    hints: set[str | None] = {None}
    if amount.is_open or is_led:
        hints.add("asked")
    if amount.is_open and is_led:
        hints.add("leads")
    return hints


def _holds(rule: _Rule, amount: _Amount) -> bool:
    floor = 0 if rule.far else max(0, len(amount.before) - _NEAR)
    found = (rule.after is not None and rule.after.match(amount.after)) or (
        rule.before is not None and rule.before.search(amount.before, floor)
    )
    return bool(found) and not (rule.unless_before and rule.unless_before.search(amount.before))


@cache
def _rules() -> _Rules:
    data = rules.load("experience")
    words, preferred, none, units = data["words"], data["preferred"], data["none_needed"], data["units"]
    english = [unit for name in units if "elsewhere" not in name for unit in units[name]]
    return _Rules(
        amount=_amount_pattern(data),
        numbers={word: float(number) for word, number in data["numbers"].items()},
        before_unit=frozenset(data["numbers"]) | frozenset(words["between"].split()),
        articles=frozenset(data["words"]["articles"].split()),
        month=re.compile(data["unit_patterns"]["month"]),
        bound_above=re.compile(rf"\b{words['bound_above']}\s*\Z"),
        at_least=re.compile(rf"\b{words['at_least']}\s*(?:an?\s*)?\Z"),
        asking=re.compile(words["asking"]),
        vetoes=[_rule(entry, words) for entry in data["veto"]],
        cues=[_rule(entry, words) for entry in data["cue"]],
        preferred=_rule({"id": "experience.preferred", **preferred}, words),
        none_needed=re.compile(none["pattern"]),
        none_needed_id=none["id"],
        units=WordList([*english, *(unit for name in units if "elsewhere" in name for unit in units[name])]),
        english_units=len(english),
    )


def _amount_pattern(data: dict[str, Any]) -> re.Pattern[str]:
    """A number, or two, and a unit: "5+ years", "three (3) to five (5) yrs", "6 months - 2 years"."""
    unit = f"{data['unit_patterns']['year']}|{data['unit_patterns']['month']}"
    word = "|".join(map(re.escape, sorted(data["numbers"], key=len, reverse=True)))
    number = rf"\d{{1,2}}(?:[.,]5)?(?!\d)|(?:{word})(?![^\W_])"
    between = "|".join(data["words"]["between"].split())
    again = r"\]?(?:\s?\(\s?[\w+-]{1,7}\s?\)?\+?\s?\)?)?"
    plus = r"\s?(?:\+|plus\b|or more|oder mehr|ou plus|o más|of meer|ou mais)"
    to = r"\s?(?:-|/|to|or|and|bis|und|à|ou|a|y|o|tot|até|e)\s?"
    return re.compile(
        rf"(?:(?<![\w.,$€£/%])(?<![\w)]-)|(?<=[a-z]{{3}})(?=\d)|(?<=[a-z)]\.)(?=\d))(?<![$€£]\s)(?P<sign>\+)?(?P<low>{number}){again}(?P<low_plus>{plus})?"
        rf"(?:\s?(?P<low_unit>{unit})?{to}(?P<high>{number}){again})?"
        rf"(?P<plus>{plus})?[\s-]{{0,3}}(?:(?:{between})\s)?"
        rf"(?P<unit>{unit})(?![^\W_])(?:\(s\))?(?:'(?!s\s\w+\s\w+ing))?"
        rf"(?:(?P<more>{plus})(?!\s?(?:a|an|the)\b))?"
    )


def _rule(entry: dict[str, Any], words: dict[str, str]) -> _Rule:
    return _Rule(
        entry["id"],
        _compiled(entry.get("before"), words, r"\Z"),
        _compiled(entry.get("after"), words, ""),
        _compiled(entry.get("unless_before"), words, r"\Z"),
        bool(entry.get("far")),
        bool(entry.get("unless_before_asking")),
        entry.get("hint"),
    )


def _compiled(pattern: str | None, words: dict[str, str], end: str) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    return re.compile(rules.filled(f"(?:{pattern}){end}", words))
