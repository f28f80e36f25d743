"""Words that are limited to a level, a kind of job or a place -> what they mean for one posting. Pure."""

from __future__ import annotations

import re

from crawlers.classify.sponsorship_clauses import Finding
from crawlers.classify.sponsorship_rules import SponsorshipRules
from crawlers.items import EmploymentType, JobPosting, Stance

_OTHER_THAN_FULL_TIME = frozenset(
    {EmploymentType.PART_TIME, EmploymentType.CONTRACTOR, EmploymentType.TEMPORARY, EmploymentType.INTERN}
)
_PLACE_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]{3,}")
"""A word with a capital within a sentence."""


def in_scope(finding: Finding, posting: JobPosting, rules: SponsorshipRules) -> Stance | None:
    """What limited words mean for this posting: case by case where it cannot be known, None where they mean nothing."""
    stance = finding.rule.value
    assert isinstance(stance, Stance)
    scope, title = finding.rule.scope, posting.title.lower()
    if scope == "elsewhere":
        return stance
    if scope == "country":
        return _of_country(finding, posting, rules, stance)
    if not title:
        return Stance.CASE_BY_CASE
    is_intern = posting.is_intern or rules.intern_title.search(title) is not None
    if scope == "intern":
        return stance if is_intern else None
    if scope == "not_intern":
        return Stance.NOT_OFFERED if is_intern else stance
    if scope == "full_time":
        is_other = posting.is_intern or not _OTHER_THAN_FULL_TIME.isdisjoint(posting.employment_type)
        return Stance.CASE_BY_CASE if is_other else stance
    if scope == "junior":
        if any(level.search(title) for level in rules.level_titles):
            return None
        return stance if rules.junior_title.search(title) else Stance.CASE_BY_CASE
    if rules.any_level.search(title) or finding.limit not in rules.levels:
        return Stance.CASE_BY_CASE
    enough = rules.level_titles[rules.levels.index(finding.limit) :]
    return Stance.OFFERED if any(level.search(title) for level in enough) else Stance.NOT_OFFERED


def names_place(quote: str, posting: JobPosting, rules: SponsorshipRules) -> bool:
    """Whether a quote names the posting's country, or a word of its title or its locations."""
    countries, lower = _countries(posting), quote.lower()
    if any(re.search(rf"\b{name}\b", lower) for name, code in rules.countries.items() if code in countries):
        return True
    places = " ".join([posting.title, *(location.raw for location in posting.locations)])
    return any(re.search(rf"\b{re.escape(word)}\b", places) for word in _PLACE_NAME.findall(quote))


def _of_country(finding: Finding, posting: JobPosting, rules: SponsorshipRules, stance: Stance) -> Stance | None:
    countries = _countries(posting)
    named = rules.countries.get((finding.limit or "").removeprefix("the ").strip())
    if named is None or not countries:
        return stance if stance is Stance.NOT_OFFERED else Stance.CASE_BY_CASE
    if named in countries:
        return stance
    return Stance.NOT_OFFERED if stance is Stance.OFFERED else None


def _countries(posting: JobPosting) -> set[str | None]:
    return {posting.country, *(location.country for location in posting.locations)} - {None}
