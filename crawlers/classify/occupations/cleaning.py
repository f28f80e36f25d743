"""What in a title may name an occupation: without level, shift, place, contract and ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from crawlers.classify import rules

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|#\s?\w+|\b(?:req|job|jr|r)[ -]?(?:id)?[ :#-]*\d{3,}\b|\b\d{4,}\b")
_SEPARATOR = re.compile(r"\s*[,;|:@~•]\s*|\s+[-–—/]+\s*|\s*[-–—]+\s+|\s+at\s+")
_PUNCTUATION = re.compile(r"[^\w+#]+")


@dataclass(frozen=True, slots=True)
class _Rules:
    dropped: frozenset[str]
    kept_phrases: tuple[str, ...]
    inverted_heads: frozenset[str]
    abbreviations: dict[str, str]


def clean_titles(title: str) -> list[str]:
    """What may name the occupation in a title, most likely first: in lower case, without level, shift, place and ids.

    >>> clean_titles("Senior Engineer II, Machine Learning (Remote) - Req #12345")
    ['machine learning engineer', 'machine learning']
    """
    text = _ASIDE.sub(" ", title.lower().replace("’", "'"))
    parts = [part for segment in _SEPARATOR.split(text) if segment and (part := _clean(segment))]
    if len(parts) > 1 and parts[0] in _rules().inverted_heads:
        parts[0] = f"{parts[1]} {parts[0]}"
    return list(dict.fromkeys(parts))


def _clean(segment: str) -> str:
    known = _rules()
    kept = {word for phrase in known.kept_phrases if phrase in segment for word in phrase.split()}
    words: list[str] = []
    for raw in segment.split():
        word = raw.strip(".,'\"!?*()/-–")
        if word in known.abbreviations:
            words.append(known.abbreviations[word])
        elif word == "&":
            words.append("and")
        elif word not in known.dropped or word in kept:
            words.extend(known.abbreviations.get(part, part) for part in _PUNCTUATION.split(word) if part)
    return " ".join(words)


@cache
def _rules() -> _Rules:
    clean = rules.load("occupations")["clean"]
    return _Rules(
        dropped=frozenset(clean["drop"].split()),
        kept_phrases=tuple(clean["keep_phrases"]),
        inverted_heads=frozenset(clean["inverted_heads"].split()),
        abbreviations=clean["abbreviations"],
    )
