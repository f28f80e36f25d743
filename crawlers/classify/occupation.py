"""Which occupation of SOC 2018 a posting is: a code that it states, or its title by reviewed rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from crawlers.classify import rules
from crawlers.items import Evidence, JobPosting, Occupation, OccupationCandidate

_CODE = re.compile(r"(?<![\d-])(\d\d-\d{4})(\.\d\d)?(?![\d-])")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|#\s?\w+|\b(?:req|job|jr|r)[ -]?(?:id)?[ :#-]*\d{3,}\b|\b\d{4,}\b")
_SEPARATOR = re.compile(r"\s*[,;|:@~•]\s*|\s+[-–—/]+\s*|\s*[-–—]+\s+|\s+at\s+")
_PUNCTUATION = re.compile(r"[^\w+#]+")
_LONGEST_TITLE = 500
"""Characters of a title that are read: longer ones are no titles."""
_MOST_WORDS = 6
"""Words of the longest title that the list can hold."""


@dataclass(kw_only=True, slots=True)
class OccupationReading:
    """The occupation, and where it was read."""

    occupation: Occupation
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Match:
    soc_code: str
    method: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Override:
    id: str
    soc_code: str
    heads: frozenset[str]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Rules:
    soc_titles: dict[str, str]
    minor_groups: frozenset[str]
    confidence: dict[str, float]
    dropped: frozenset[str]
    kept_phrases: tuple[str, ...]
    inverted_heads: frozenset[str]
    abbreviations: dict[str, str]
    overrides: tuple[_Override, ...]
    professor_subjects: tuple[tuple[re.Pattern[str], str], ...]
    professor_default: str
    titles: dict[str, str]
    whole_only: frozenset[str]


def read(posting: JobPosting) -> OccupationReading:
    """The occupation by SOC 2018; `soc_code` is None where no stage of the cascade decides."""
    reading = _stated(posting.occupational_category) if posting.occupational_category else None
    if reading is not None:
        return reading
    match = _match_title(posting.title[:_LONGEST_TITLE])
    if match is None:
        return OccupationReading(occupation=Occupation(soc_code=None, index_version=_index_version()))
    evidence = Evidence(
        reading="occupation", source="title", quote=posting.title, start=0, end=len(posting.title), rule=match.rule
    )
    return OccupationReading(occupation=_occupation(match), evidence=[evidence])


def minor_group(soc_code: str) -> str | None:
    """Minor group of a detailed SOC 2018 code; None where there is no such group.

    Most end in three zeros, some in two, so that a code cannot simply be cut off.

    >>> minor_group("29-1141"), minor_group("15-1252"), minor_group("15-1132")
    ('29-1000', '15-1200', None)
    """
    groups = _rules().minor_groups
    return next((group for group in (f"{soc_code[:5]}00", f"{soc_code[:4]}000") if group in groups), None)


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


def _stated(category: str) -> OccupationReading | None:
    """A SOC or O*NET-SOC code that the posting states; None where it is not one of SOC 2018."""
    found = _CODE.search(category)
    if found is None or minor_group(found[1]) is None:
        return None
    match = _Match(found[1], "structured", "soc.structured")
    evidence = Evidence(
        reading="occupation",
        source="occupational_category",
        quote=found[0],
        start=found.start(),
        end=found.end(),
        rule=match.rule,
    )
    onet_code = found[0] if found[2] else None
    return OccupationReading(occupation=replace(_occupation(match), onet_code=onet_code), evidence=[evidence])


def _occupation(match: _Match) -> Occupation:
    confidence = _rules().confidence[match.method]
    return Occupation(
        soc_code=match.soc_code,
        soc_title=_rules().soc_titles.get(match.soc_code),
        major=f"{match.soc_code[:2]}-0000",
        minor=minor_group(match.soc_code),
        confidence=confidence,
        method=match.method,
        candidates=[OccupationCandidate(soc_code=match.soc_code, confidence=confidence)],
        index_version=_index_version(),
    )


@lru_cache(maxsize=4096)
def _match_title(title: str) -> _Match | None:
    """The first stage that decides on the first part of a title for which one does."""
    parts = clean_titles(title)
    for part in parts:
        words = part.split()
        match = _override(part, words, parts) or _listed(words) or (_head(words) if part is parts[0] else None)
        if match:
            return match
    return None


def _override(part: str, words: list[str], parts: list[str]) -> _Match | None:
    present = set(words)
    if "professor" in present or "lecturer" in present:
        subject = " ".join(parts)
        code = next((code for pattern, code in _rules().professor_subjects if pattern.search(subject)), None)
        return _Match(code or _rules().professor_default, "override", "soc.professor")
    for override in _rules().overrides:
        if (
            not override.heads.isdisjoint(present)
            and override.pattern.search(part)
            and not (override.unless and override.unless.search(part))
        ):
            return _Match(override.soc_code, "override", override.id)
    return None


def _listed(words: list[str]) -> _Match | None:
    """A title of the list, in the singular or the plural."""
    for title in _numbers(words):
        if code := _rules().titles.get(title):
            return _Match(code, "title", f"soc.title.{code}")
    return None


def _head(words: list[str]) -> _Match | None:
    """The longest end of a title that is in the list: "Backend Platform Software Engineer" is a software engineer."""
    for start in range(max(1, len(words) - _MOST_WORDS), len(words)):
        for title in _numbers(words[start:]):
            if (code := _rules().titles.get(title)) and title not in _rules().whole_only:
                return _Match(code, "head", f"soc.head.{code}")
    return None


def _numbers(words: list[str]) -> Iterator[str]:
    yield " ".join(words)
    if words[-1].endswith("s") and not words[-1].endswith("ss"):
        yield " ".join([*words[:-1], words[-1][:-1]])


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
def _index_version() -> str:
    """Digest of the rules that titles are looked up in, twelve hexadecimal digits."""
    return sha256((files(rules) / "occupations.toml").read_bytes()).hexdigest()[:12]


@cache
def _rules() -> _Rules:
    data = rules.load("occupations")
    clean, professor = data["clean"], data["professor"]
    return _Rules(
        soc_titles=data["soc"],
        minor_groups=frozenset(data["minor_groups"].split()),
        confidence=data["confidence"],
        dropped=frozenset(clean["drop"].split()),
        kept_phrases=tuple(clean["keep_phrases"]),
        inverted_heads=frozenset(clean["inverted_heads"].split()),
        abbreviations=clean["abbreviations"],
        overrides=tuple(_override_of(entry) for entry in data["override"]),
        professor_subjects=tuple(
            (re.compile(rf"\b(?:{'|'.join(map(re.escape, subjects))})\b"), code)
            for code, subjects in professor["subjects"].items()
        ),
        professor_default=professor["default"],
        titles={title: code for code, titles in data["titles"].items() for title in titles},
        whole_only=frozenset(data["exact"]["titles"]),
    )


def _override_of(entry: dict[str, Any]) -> _Override:
    return _Override(
        entry["id"],
        entry["soc"],
        frozenset(entry["heads"]),
        re.compile(entry["pattern"]),
        re.compile(entry["unless"]) if "unless" in entry else None,
    )
