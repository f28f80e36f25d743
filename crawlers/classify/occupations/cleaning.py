"""What in a title may name an occupation: without level, shift, place, contract and ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from crawlers.classify import rules

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|#\s?\w+|\b(?:req|job|jr|r)[ -]?(?:id)?[ :#-]*\d{3,}\b|\b\d{4,}\b")
_SEPARATOR = re.compile(r"\s*[,;|:@~•]\s*|\s+[-–—/]+\s*|\s*[-–—]+\s+|\s+at\s+")
_PUNCTUATION = re.compile(r"[^\w+#]+")


class Part(NamedTuple):
    """A part of a title that may name the occupation, in lower case."""

    whole: str
    """Without level and ids: as titles are listed."""
    bare: str
    """Without contract, shift and place too; may be empty."""


@dataclass(frozen=True, slots=True)
class _Rules:
    levels: frozenset[str]
    leading_levels: frozenset[str]
    dropped: frozenset[str]
    kept_phrases: tuple[str, ...]
    inverted_heads: frozenset[str]
    abbreviations: dict[str, str]


def parts_of(title: str) -> tuple[Part, ...]:
    """What may name the occupation in a title, most likely first.

    >>> parts_of("Senior Campus Ambassador II - Night Shift (Remote) - Req #12345")
    (Part(whole='campus ambassador', bare='ambassador'), Part(whole='night shift', bare=''))
    >>> parts_of("Engineer, Machine Learning")[0].bare
    'machine learning engineer'
    """
    text = _ASIDE.sub(" ", title.lower().replace("’", "'"))
    parts = [part for segment in _SEPARATOR.split(text) if segment and (part := _clean(segment)).whole]
    if len(parts) > 1 and parts[0].bare in _rules().inverted_heads:
        parts[0] = joined(parts[1], parts[0])
    return tuple(dict.fromkeys(parts))


def joined(first: Part, second: Part) -> Part:
    """Two parts as one."""
    return Part(f"{first.whole} {second.whole}".strip(), f"{first.bare} {second.bare}".strip())


def _clean(segment: str) -> Part:
    known = _rules()
    kept = {word for phrase in known.kept_phrases if phrase in segment for word in phrase.split()}
    whole: list[str] = []
    bare: list[str] = []
    written = segment.split()
    for place, raw in enumerate(written, start=1):
        word = raw.strip(".,'\"!?*()/-–")
        leads = not whole and place < len(written)
        if word not in kept and (word in known.levels or (leads and word in known.leading_levels)):
            continue
        if word in known.abbreviations:
            words = [known.abbreviations[word]]
        elif word == "&":
            words = ["and"]
        else:
            words = [known.abbreviations.get(part, part) for part in _PUNCTUATION.split(word) if part]
        whole += words
        if word in kept or word not in known.dropped:
            bare += words
    return Part(" ".join(whole), " ".join(bare))


@cache
def _rules() -> _Rules:
    clean = rules.load("occupations")["clean"]
    levels, leading = frozenset(clean["levels"].split()), frozenset(clean["leading_levels"].split())
    return _Rules(
        levels=levels,
        leading_levels=leading,
        dropped=levels | leading | frozenset(clean["drop"].split()),
        kept_phrases=tuple(clean["keep_phrases"]),
        inverted_heads=frozenset(clean["inverted_heads"].split()),
        abbreviations=clean["abbreviations"],
    )
