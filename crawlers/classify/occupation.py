"""Which occupation of SOC 2018 a posting is: a code that it states, or its title by a cascade of stages.

A stated code, a reviewed override, the operator's filings, a listed title, the nearest listed titles: the first that
decides names itself in `method`. The titles of the index give the other candidates, and how sure the answer is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from crawlers.classify import rules
from crawlers.classify.occupations import cache as stored
from crawlers.classify.occupations.certainty import certainty, features
from crawlers.classify.occupations.cleaning import Part, joined, parts_of
from crawlers.classify.occupations.index import Entry, Index, Nearest, Vote
from crawlers.classify.occupations.overrides import override_of
from crawlers.classify.occupations.ranking import by_description, by_employment
from crawlers.classify.occupations.sources import Kind, shipped
from crawlers.classify.occupations.structure import major_group, minor_group, soc_titles
from crawlers.items import Evidence, JobPosting, Occupation, OccupationCandidate

_CODE = re.compile(r"(?<![\d-])(\d\d-\d{4})(\.\d\d)?(?![\d-])")
_LONGEST_TITLE = 500
"""Characters of a title that are read: longer ones are no titles."""
_CANDIDATES = 5
_MANY = 150
"""Titles that are asked about a generic one, to see what most of them are."""
_UNDECIDED = frozenset({"generic", "foreign"})
"""Stages that give candidates, and no code."""
_NEAR = 0.6
"""Cosine below which further parts of a title are asked."""
_NEARER = 0.2
"""By so much must a further part of a title be nearer to a listed one than its first part."""


@dataclass(kw_only=True, slots=True)
class OccupationReading:
    """The occupation, and where it was read."""

    occupation: Occupation
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """What a title says of the occupation."""

    soc_code: str
    method: str
    rule: str
    cosine: float
    votes: tuple[Vote, ...]
    onet_code: str | None = None


@cache
def shipped_index() -> Index:
    """The index of this project's own titles."""
    return stored.cached_index(stored.version_of(""), shipped)


class _InUse:
    """The index of this process, where it is not the shipped one."""

    index: Index | None = None


def use(index: Index | None) -> None:
    """Read by this index from now on, in this process; None: by the shipped one."""
    _InUse.index = index


def in_use() -> Index | None:
    """The index given to `use`."""
    return _InUse.index


def index_version() -> str:
    """Version of the index that titles are read by; it need not be loaded for that."""
    return _InUse.index.version if _InUse.index else stored.version_of("")


def read(posting: JobPosting) -> OccupationReading:
    """The occupation by SOC 2018; `soc_code` is None where no stage is sure enough, groups may stand even so."""
    index = _InUse.index or shipped_index()
    if posting.occupational_category and (reading := _stated(posting.occupational_category, index)):
        return reading
    match = match_of(posting.title)
    if match is None:
        return OccupationReading(occupation=Occupation(soc_code=None, index_version=index.version))
    if match.method == "nearest" and len(match.votes) > 1:
        votes = by_description(match.votes, posting.description_text, index)
        match = replace(match, soc_code=votes[0].soc_code, votes=votes)
    found = _occupation(match, index)
    evidence = Evidence(
        reading="occupation", source="title", quote=posting.title, start=0, end=len(posting.title), rule=match.rule
    )
    return OccupationReading(occupation=found, evidence=[evidence] if found.major else [])


def match_of(title: str) -> Match | None:
    """What a title alone says; None where it has no word that is known."""
    return _match(_InUse.index or shipped_index(), parts_of(title[:_LONGEST_TITLE]))


def forget() -> None:
    """Empty the cache of titles, and read the fitted rules again: for measuring."""
    _match.cache_clear()
    _near.cache_clear()
    rules.load.cache_clear()


def _stated(category: str, index: Index) -> OccupationReading | None:
    """A SOC or O*NET-SOC code that the posting states; None where it is not one of SOC 2018."""
    found = _CODE.search(category)
    if found is None or minor_group(found[1]) is None:
        return None
    match = Match(soc_code=found[1], method="structured", rule="soc.structured", cosine=1.0, votes=())
    evidence = Evidence(
        reading="occupation",
        source="occupational_category",
        quote=found[0],
        start=found.start(),
        end=found.end(),
        rule=match.rule,
    )
    onet_code = found[0] if found[2] else None
    return OccupationReading(occupation=replace(_occupation(match, index), onet_code=onet_code), evidence=[evidence])


def _occupation(match: Match, index: Index) -> Occupation:
    sure = certainty(features(match.method, match.soc_code, match.cosine, match.votes), match.method, index)
    others = [vote for vote in match.votes if vote.soc_code != match.soc_code]
    rest = sum(vote.share for vote in others) or 1.0
    support = {match.soc_code: sure}
    support |= {vote.soc_code: (1 - sure) * match.cosine * vote.share / rest for vote in others[: _CANDIDATES - 1]}
    candidates = [
        OccupationCandidate(soc_code=code, confidence=round(min(sure, each), 3)) for code, each in support.items()
    ]
    publish = rules.load("occupations")["publish"]
    if match.method in _UNDECIDED:
        return _undecided(match, candidates, index)
    decided = match.method != "nearest" or sure >= publish["nearest"]
    major: str | None = major_group(match.soc_code)
    minor = minor_group(match.soc_code)
    if not decided:
        major, minor = (_group(of, support, publish["group"]) for of in (major_group, minor_group))
    return Occupation(
        soc_code=match.soc_code if decided else None,
        soc_title=soc_titles().get(match.soc_code) if decided else None,
        onet_code=match.onet_code if decided else None,
        major=major,
        minor=minor if minor and minor[:2] == (major or "")[:2] else None,
        confidence=sure if decided else None,
        method=match.method,
        candidates=candidates,
        index_version=index.version,
    )


def _undecided(match: Match, candidates: list[OccupationCandidate], index: Index) -> Occupation:
    """No code; a generic title's major group, where most of the titles near it are of one."""
    groups = defaultdict[str, float](float)
    for vote in match.votes:
        groups[major_group(vote.soc_code)] += vote.share
    major, share = max(groups.items(), key=lambda each: each[1])
    stands = match.method == "generic" and share >= rules.load("occupations")["publish"]["generic_group"]
    return Occupation(
        soc_code=None,
        major=major if stands else None,
        method=match.method,
        candidates=candidates,
        index_version=index.version,
    )


def _group(of: Callable[[str], str | None], support: Mapping[str, float], at_least: float) -> str | None:
    """The group that the candidates support most together, where that is enough."""
    together = defaultdict[str | None, float](float)
    for soc_code, each in support.items():
        together[of(soc_code)] += each
    group, most = max(together.items(), key=lambda each: each[1])
    return group if most >= at_least else None


@lru_cache(maxsize=16_384)
def _match(index: Index, parts: tuple[Part, ...]) -> Match | None:
    """The first stage that decides; None where no word of the title is known."""
    if not parts:
        return None
    first = parts[0]
    if _is_generic(first.bare) and len(parts) > 1:
        first = joined(parts[1], first)
    bare = [part.bare or part.whole for part in parts]
    asked, near = _nearest(index, first.bare or first.whole, bare)
    for part in bare:
        if found := override_of(part, bare):
            return Match(
                soc_code=found.soc_code, method="override", rule=found.rule, cosine=near.cosine, votes=near.votes
            )
    for title in dict.fromkeys(title for part in (first, *parts[:2]) for title in part):
        if not _is_generic(title) and (match := _listed(index, title, near)):
            return match
    if not near.votes:
        return None
    method = "nearest"
    if _is_generic(asked):
        method, near = "generic", index.nearest(asked, _MANY)
    elif index.is_strange(asked) or not _foreign_words().isdisjoint(asked.split()):
        method = "foreign"
    votes = by_employment(near.votes)
    return Match(soc_code=votes[0].soc_code, method=method, rule=f"soc.{method}", cosine=near.cosine, votes=votes)


def _nearest(index: Index, first: str, parts: Sequence[str]) -> tuple[str, Nearest]:
    """What was asked of the nearest titles, and their answer: a title's first part, or more where that says little."""
    asked, near = first, _near(index, first)
    if len(parts) > 1 and near.cosine < _NEAR:
        both = " ".join(parts[:2])
        if (wider := _near(index, both)).cosine > near.cosine:
            asked, near = both, wider
        if (second := _near(index, parts[1])).cosine > near.cosine + _NEARER:
            asked, near = parts[1], second
    return asked, near


@lru_cache(maxsize=16_384)
def _near(index: Index, title: str) -> Nearest:
    """Titles differ in their tails more often than in what is asked."""
    return index.nearest(title)


def _listed(index: Index, title: str, near: Nearest) -> Match | None:
    """The occupation under which a title is listed, in the singular or the plural."""
    for number in _numbers(title):
        if entries := index.listed(number):
            break
    else:
        return None
    if filed := _filed(entries):
        return Match(soc_code=filed.soc_code, method="filing", rule="soc.filing", cosine=near.cosine, votes=near.votes)
    best = [entry for entry in entries if entry.kind == entries[0].kind]
    if len({entry.soc_code for entry in best}) > 1 or best[0].kind >= Kind.ALTERNATE:
        return None  # O*NET gives its alternate titles to many occupations at once: they vote, and do not decide
    code = best[0].soc_code
    leaves = {entry.onet_code for entry in entries if entry.soc_code == code and entry.onet_code}
    return Match(
        soc_code=code,
        method="exact",
        rule=f"soc.exact.{best[0].kind.name.lower()}",
        cosine=near.cosine,
        votes=near.votes,
        onet_code=leaves.pop() if len(leaves) == 1 else None,
    )


def _filed(entries: Sequence[Entry]) -> Entry | None:
    """What employers filed the title as: often enough, and most of them the same."""
    limits = rules.load("occupations")["filing"]
    filed = [entry for entry in entries if entry.kind is Kind.FILING]
    total = sum(entry.filings for entry in filed)
    if total < limits["filings"] or filed[0].filings < limits["share"] * total:
        return None
    return filed[0]


def _is_generic(title: str) -> bool:
    return _generic_words().issuperset(title.split())


@cache
def _foreign_words() -> frozenset[str]:
    return frozenset(rules.load("occupations")["foreign"].split())


@cache
def _generic_words() -> frozenset[str]:
    return frozenset(rules.load("occupations")["generic"].split())


def _numbers(title: str) -> list[str]:
    return [title, title[:-1]] if title.endswith("s") and not title.endswith("ss") else [title]
