"""How far words such as "preferred" and "a plus" reach: what they make desirable only. Pure."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from crawlers.classify.document import Document
from crawlers.classify.rules import load

_REACH = 300
"""Characters of a clause on either side."""
# What a pattern begins with is one class of characters: it skips quickly to them.
_CLAUSE_END = re.compile(r"[\n.!?;•·▪](?:(?<=[\n;•·▪])|(?=\s|$|[A-Z]))")
_NEW_PHRASE = re.compile(
    r",\s+(?:and\s+)?(?:[\w+-]+ ){0,3}?(?:experience|knowledge|familiarity|exposure|understanding)\b"
)
_MOST = 60


@dataclass(frozen=True, slots=True)
class Preference:
    """A stretch of a text in which what is named is desirable only."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rules:
    cue: re.Pattern[str]
    forward: frozenset[str]
    required: re.Pattern[str]


def preferences(document: Document, positions: list[int], spans: list[tuple[int, int]]) -> list[Preference]:
    """Where words of preference, which stand at `positions`, hold. `spans` are what they may be said of: start and end
    of each name, in order.
    """
    found = []
    for position in positions[:_MOST]:
        cue = _rules().cue.match(document.lower, position)
        if cue and (reach := _reach(document, cue, spans)):
            found.append(reach)
    return found


def _reach(document: Document, cue: re.Match[str], spans: list[tuple[int, int]]) -> Preference | None:
    start, end = _clause(document, cue.start(), cue.end())
    if bracket := _bracket(document.lower, cue.start(), cue.end(), start, end):
        if any(bracket.start <= name[0] < bracket.end for name in spans):
            return bracket
        last = bisect_left(spans, (bracket.start, 0)) - 1
        return Preference(spans[last][0], bracket.end) if last >= 0 and spans[last][0] >= start else None
    if cue[0] in _rules().forward:
        return Preference(cue.end(), end)
    before = [name for name in spans if start <= name[0] < cue.start()]
    if not before:
        return Preference(cue.end(), end)
    for phrase in _NEW_PHRASE.finditer(document.lower, start, before[-1][0]):
        start = phrase.end()
    return Preference(_list_start(document.lower, [name for name in before if name[0] >= start]), cue.start())


def _clause(document: Document, start: int, end: int) -> tuple[int, int]:
    """The clause around a cue, up to where something is said to be required."""
    left, right = max(0, start - _REACH), end + _REACH
    for stop in _CLAUSE_END.finditer(document.text, left, start):
        left = stop.end()
    if stop_after := _CLAUSE_END.search(document.text, end, right):
        right = stop_after.start()
    for required in _required(document.lower, left, start):
        left = required.end()
    if required_after := next(_required(document.lower, end, right), None):
        right = required_after.start()
    return left, right


def _required(lower: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Words of requirement in start:end, as words of their own."""
    found = _rules().required.finditer(lower, start, end)
    return (each for each in found if not lower[each.start() - 1 : each.start()].isalnum())


def _bracket(lower: str, start: int, end: int, left: int, right: int) -> Preference | None:
    """The round brackets around a cue."""
    opening = lower.rfind("(", left, start)
    if opening < 0 or lower.find(")", opening, start) >= 0:
        return None
    closing = lower.find(")", end, right)
    return Preference(opening, closing) if closing >= 0 else None


def _list_start(lower: str, names: list[tuple[int, int]]) -> int:
    """Where the names begin that a cue behind them is said of: in "A or B, C a plus" it is C alone."""
    start = names[0][0]
    gaps = [lower[one[1] : other[0]] for one, other in itertools.pairwise(names)]
    if (
        len(gaps) > 1
        and gaps[-1].strip() == ","
        and any(word in gap for gap in gaps[:-1] for word in (" or ", " and "))
    ):
        return names[-1][0]
    return start


@cache
def _rules() -> _Rules:
    data = load("skills")["preference"]
    cues = sorted([*data["anywhere"], *data["forward"]], key=len, reverse=True)
    return _Rules(
        cue=re.compile("|".join(map(re.escape, cues))),
        forward=frozenset(data["forward"]),
        required=re.compile(data["required"]),
    )
