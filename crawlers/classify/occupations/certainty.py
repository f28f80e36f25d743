"""How sure an occupation is: a logistic regression on labelled filings, its weights in
rules/occupation_certainty.toml."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from crawlers.classify import rules
from crawlers.classify.occupations.index import Index, Vote


def certainty(found: Mapping[str, float], method: str, index: Index) -> float:
    """Probability that employers give the title this code, 0-1, to three digits."""
    fitted: Mapping[str, Any] = rules.load("occupation_certainty")
    if method in fitted["assumed"]:
        return float(fitted["assumed"][method])
    return probability(found, fitted["enriched" if index.enriched else "shipped"], fitted["caution"])


def probability(found: Mapping[str, float], weights: Mapping[str, float], caution: float) -> float:
    """What weights make of features."""
    total = sum(weights.get(name, 0.0) * value for name, value in found.items())
    return round(caution / (1 + math.exp(-total)), 3)


def features(method: str, soc_code: str, cosine: float, votes: Sequence[Vote]) -> dict[str, float]:
    """What the regression goes by: the stage, the nearest titles' support for the code, the code and its group."""
    share = next((vote.share for vote in votes if vote.soc_code == soc_code), 0.0)
    kind = "nearest" if method in ("nearest", "generic", "foreign") else "listed"
    return {
        method: 1.0,
        f"{kind}_share": share,
        f"{kind}_cosine": cosine,
        f"{kind}_support": share * cosine,
        f"major_{soc_code[:2]}": 1.0,
        f"soc_{soc_code}": 1.0,
    }
