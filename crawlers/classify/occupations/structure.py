"""SOC 2018: its groups and occupations, with their national employment.

`soc.tsv` holds code, level, official title (US Bureau of Labor Statistics, SOC 2018, public domain) and, for detailed
occupations, national employment of May 2025 (OEWS, public domain) in persons, rounded to thousands; empty where OEWS
publishes none.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files


@cache
def soc_titles() -> dict[str, str]:
    """Official titles of the detailed occupations by code."""
    return {code: title for code, level, title, _ in _rows() if level == "detailed"}


@cache
def employment() -> dict[str, int]:
    """Persons employed in the United States by detailed code, where published."""
    return {code: int(persons) for code, _, _, persons in _rows() if persons}


@lru_cache(maxsize=2_000)
def minor_group(soc_code: str) -> str | None:
    """Minor group of a detailed SOC 2018 code; None where there is no such group.

    Most end in three zeros, some in two, so that a code cannot simply be cut off.

    >>> minor_group("29-1141"), minor_group("15-1252"), minor_group("15-1132")
    ('29-1000', '15-1200', None)
    """
    groups = _minor_groups()
    return next((group for group in (f"{soc_code[:5]}00", f"{soc_code[:4]}000") if group in groups), None)


def major_group(soc_code: str) -> str:
    """Major group of a code.

    >>> major_group("29-1141")
    '29-0000'
    """
    return f"{soc_code[:2]}-0000"


@cache
def _minor_groups() -> frozenset[str]:
    return frozenset(code for code, level, _, _ in _rows() if level == "minor")


@cache
def _rows() -> list[list[str]]:
    text = (files(__package__) / "soc.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]
