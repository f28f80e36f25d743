"""The order of the occupations that a title leaves open: by what the description says, and by how many work in them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from crawlers.classify.occupations.index import NEAREST, Index, Vote
from crawlers.classify.occupations.structure import employment

_EMPLOYMENT_POWER = 0.3
"""An occupation with ten times the people gets so many powers of ten more votes; chosen on half of the filings."""
_FEWEST_EMPLOYED = 1_000
_DESCRIPTION_WEIGHT = 8.0
"""Of a description's cosine with an occupation's work, on the scale of the logarithm of votes."""


def by_employment(votes: Sequence[Vote]) -> tuple[Vote, ...]:
    """The votes, weighted by national employment."""
    employed = employment()
    return _ranked(
        [(vote, max(_FEWEST_EMPLOYED, employed.get(vote.soc_code, 0)) ** _EMPLOYMENT_POWER) for vote in votes]
    )


def by_description(votes: Sequence[Vote], description: str, index: Index) -> tuple[Vote, ...]:
    """The first five votes, weighted by how much the description sounds like the work; the others follow."""
    if not description:
        return tuple(votes)
    first, others = votes[:NEAREST], votes[NEAREST:]
    alike = index.profiles.similarities(description, [vote.soc_code for vote in first])
    weighted = [
        (vote, math.exp(_DESCRIPTION_WEIGHT * (each - max(alike)))) for vote, each in zip(first, alike, strict=True)
    ]
    kept = sum(vote.share for vote in first)
    ranked = _ranked(weighted)
    return (*(Vote(vote.soc_code, vote.share * kept) for vote in ranked), *others)


def _ranked(weighted: Sequence[tuple[Vote, float]]) -> tuple[Vote, ...]:
    total = sum(vote.share * weight for vote, weight in weighted)
    votes = [Vote(vote.soc_code, vote.share * weight / total) for vote, weight in weighted]
    return tuple(sorted(votes, key=lambda vote: (-vote.share, vote.soc_code)))
