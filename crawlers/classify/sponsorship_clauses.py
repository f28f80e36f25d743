"""Segment -> what its clauses say of sponsorship, by the rules of rules/sponsorship.toml. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.classify.concepts import Row
from crawlers.classify.lists import ListOf
from crawlers.classify.segments import Segment, same_length_lower
from crawlers.classify.sponsorship_rules import Rule, SponsorshipRules
from crawlers.items import Stance, Visa

_LONGEST_QUOTE = 400
"""Characters; of a longer segment, only the words that matched are quoted."""
_LONGEST_QUESTION = 250
"""Characters; a longer segment that ends with a question mark is a text without full stops."""
_QUESTION_NEAR = 8
"""Words between what is asked and its question mark, at most: some texts have no full stops."""
_LONGEST_SEQUEL = 220
"""Characters after an offer that may limit it."""
_SCOPES = {"level": "LEVEL", "country": "PLACE"}
"""What limits words -> the concept that names the limit."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that a rule matched."""

    rule: Rule
    segment: Segment
    start: int
    """Half-open character offsets into the source's text, of the words themselves."""
    end: int
    limit: str | None = None
    """What the words are limited to, in the posting's words: a level or a country."""
    visas: frozenset[Visa] = frozenset()
    """The visas that are named nearest to the words."""

    @property
    def quoted(self) -> slice:
        """What to quote: the whole segment, unless that is long."""
        if len(self.segment.raw) > _LONGEST_QUOTE:
            return slice(self.start, self.end)
        return slice(self.segment.start, self.segment.end)


def in_clauses(segment: Segment, plain: str, rules: SponsorshipRules, language: str | None) -> list[Finding]:
    """What the clauses of a segment say of sponsorship; `plain` is its text without words of other senses."""
    row = rules.concepts.row(plain, language)
    if segment.list_of is ListOf.BENEFITS:
        row = Row(rules.concepts.codes["BENEFIT"] + row.codes, [0, *row.starts], [0, *row.ends])
    codes, taken = row.codes, rules.concepts.codes["TAKEN"]
    undecided = is_question(plain, rules)
    present = frozenset(codes)
    found: list[Finding] = []
    for rule in rules.clauses:
        if any(present.isdisjoint(needed) for needed in rule.needs):
            continue
        if undecided and not (rule.is_field or rule.value == "unclear"):
            continue
        if segment.list_of is ListOf.DUTIES and rule.value in (Stance.OFFERED, "unclear") and not rule.is_field:
            continue
        while match := rule.pattern.search(codes):
            start, end = match.span()
            if start == end:
                break
            codes = codes[:start] + taken * (end - start) + codes[end:]
            if rule.value is Stance.OFFERED and not rule.is_field and _asks(row.codes, end, rules):
                continue
            limit = _limit(rule, row, match.span(), plain, rules)
            first, last = segment.start + row.starts[start], segment.start + row.ends[end - 1]
            found.append(Finding(rule, segment, first, last, limit))
    return found


def sequel_of(text: str, segment: Segment, rules: SponsorshipRules) -> Iterator[Finding]:
    """What the sentence after an offer takes back of it."""
    following = text[segment.end : segment.end + _LONGEST_SEQUEL].partition("\n")[0]
    if found := rules.sequel.search(same_length_lower(following)):
        start, end = segment.end + len(following) - len(following.lstrip()), segment.end + found.end()
        words = Segment(start=start, end=end, raw=text[start:end], text=same_length_lower(text[start:end]))
        yield Finding(rules.sequel_rule, words, start, end)


def _asks(codes: str, end: int, rules: SponsorshipRules) -> bool:
    """Whether the clause that goes on at a place ends with a question mark: it asks what its words seem to say."""
    question, stop = rules.concepts.codes["QUESTION"], rules.concepts.codes["STOP"]
    return question in codes[end : end + _QUESTION_NEAR].partition(stop)[0]


def _limit(rule: Rule, row: Row, span: tuple[int, int], plain: str, rules: SponsorshipRules) -> str | None:
    if rule.scope not in _SCOPES:
        return None
    at = row.codes.rfind(rules.concepts.codes[_SCOPES[rule.scope]], *span)
    return None if at < 0 else plain[row.starts[at] : row.ends[at]]


def is_question(plain: str, rules: SponsorshipRules) -> bool:
    """Whether a segment asks: then it decides nothing, whatever its words."""
    return len(plain) <= _LONGEST_QUESTION and rules.question.search(plain) is not None
