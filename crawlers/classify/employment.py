"""What kind of job it is: the title's words before the description's before the platform's own field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.items import EmploymentType, Evidence, JobKind, JobPosting

_HOURS = frozenset({EmploymentType.FULL_TIME, EmploymentType.PART_TIME, EmploymentType.PER_DIEM})
_INTERN_KINDS = frozenset({JobKind.INTERN, JobKind.CO_OP})
_LONGEST_TITLE = 500
"""Characters of a title that are read: longer ones are no titles."""
_LONGEST_DESCRIPTION = 100_000
"""Characters of a description that are read: twenty times what real ones have."""
_WORD_PLACEHOLDER = re.compile(r"<(\w+)>")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(kw_only=True, slots=True)
class EmploymentReading:
    """What was read; `is_intern` is None where there was nothing to read."""

    employment_type: list[EmploymentType]
    is_intern: bool | None
    job_kind: JobKind | None
    employment_conflict: bool | None
    unknown_employment: str | None = None
    """The platform's string where no rule knows any part of it."""
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    pattern: re.Pattern[str]
    kind: JobKind | None
    types: tuple[EmploymentType, ...]
    implies: tuple[EmploymentType, ...]
    needs: tuple[str, ...]
    """Literals: of a title, one must occur in it; of a description, the rule is tried where one of them stands."""
    language: str | None


@dataclass(frozen=True, slots=True)
class _Hit:
    """One place that says something."""

    rule: str
    source: str
    start: int
    end: int
    types: tuple[EmploymentType, ...]
    kind: JobKind | None = None
    implies: tuple[EmploymentType, ...] = ()

    def evidence(self, reading: str, text: str) -> Evidence:
        return Evidence(
            reading=reading,
            source=self.source,
            quote=text[self.start : self.end],
            start=self.start,
            end=self.end,
            rule=self.rule,
        )


@dataclass(frozen=True, slots=True)
class _PlatformReading:
    types: tuple[EmploymentType, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    vetoes: tuple[re.Pattern[str], ...]
    title: tuple[_Rule, ...]
    body: tuple[_Rule, ...]
    level: re.Pattern[str]
    phrases: dict[str, EmploymentType | None]
    phrase: re.Pattern[str]
    intern_label_trusted: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: AhoCorasick
    """All words at which a rule may begin, looked for in one pass."""
    rules: list[list[_Rule]]
    """The rules that begin at each of them."""


def read(posting: JobPosting, language: str | None = None) -> EmploymentReading:
    """Employment type, internship and kind, with the places that say so.

    `language` is the description's, ISO 639-1: it spares the rules of other languages.
    """
    raw = posting.employment_raw
    platform = read_platform_string(raw) if raw else _PlatformReading((), known=True)
    if not (posting.title or posting.description_text or platform.types):
        unknown = None if platform.known else raw
        return EmploymentReading(
            employment_type=[], is_intern=None, job_kind=None, employment_conflict=None, unknown_employment=unknown
        )
    title = _lower(posting.title[:_LONGEST_TITLE])
    title_hits = list(_title_hits(title))
    body_hits = _body_hits(_lower(posting.description_text[:_LONGEST_DESCRIPTION]), language)
    words = title_hits + body_hits

    decisive = next((hit for hit in words if hit.kind), None)
    label = EmploymentType.INTERN in platform.types
    labelled = label and decisive is None and _label_counts(posting.platform, title)
    kind = decisive.kind if decisive and decisive.kind else JobKind.INTERN if labelled else JobKind.REGULAR
    is_intern = kind in _INTERN_KINDS

    stated = [title_hits, body_hits]
    if raw and platform.types:
        stated.append([_Hit("platform.field", "employment_raw", 0, len(raw), platform.types, kind)])
    used = list(_used(stated, is_intern))
    texts = {"title": posting.title, "description": posting.description_text, "employment_raw": raw or ""}
    return EmploymentReading(
        employment_type=_types(used, words),
        is_intern=is_intern,
        job_kind=kind,
        employment_conflict=label != is_intern if label else _hours_disagree(title_hits, body_hits, platform.types),
        unknown_employment=None if platform.known else raw,
        evidence=list(_evidence(used, decisive or (stated[-1][0] if labelled else None), texts)),
    )


@lru_cache(maxsize=4096)
def read_platform_string(raw: str) -> _PlatformReading:
    """Employment types in a platform's own string, in the order of the string.

    >>> [str(each) for each in read_platform_string("Fixed Term - FullTime").types]
    ['TEMPORARY', 'FULL_TIME']
    """
    known = _rules()
    text = " ".join(_PUNCTUATION.sub(" ", _CAMEL.sub(" ", raw)).lower().split())
    found = known.phrase.findall(text)
    types = dict.fromkeys(each for phrase in found if (each := known.phrases[phrase]))
    return _PlatformReading(tuple(types), known=bool(found) or not text)


def _label_counts(platform: str, title: str) -> bool:
    """Whether a platform's intern label makes an internship where no words speak of it."""
    return platform in _rules().intern_label_trusted and not _rules().level.search(title)


def _title_hits(title: str) -> Iterator[_Hit]:
    """Hits of a lower-case title, in the order of the rules."""
    vetoed: list[tuple[int, int]] | None = None
    needed = [rules for literal, rules in _title_rules().items() if literal in title]
    if not needed:
        return
    candidates = {rule.id for rules in needed for rule in rules}
    for rule in (rule for rule in _rules().title if rule.id in candidates):
        for match in rule.pattern.finditer(title):
            if vetoed is None:
                vetoed = [veto.span() for pattern in _rules().vetoes for veto in pattern.finditer(title)]
            start, end = match.span()
            if not any(start < veto_end and veto_start < end for veto_start, veto_end in vetoed):
                yield _Hit(rule.id, "title", start, end, rule.types, rule.kind, rule.implies)
                break


def _body_hits(text: str, language: str | None) -> list[_Hit]:
    """Hits of a lower-case description: one a rule, in the order of the rules."""
    hits: dict[str, _Hit] = {}
    anchors = _anchors(language)
    for index, start, _ in anchors.words.find_matches_as_indexes(text, overlapping=True):
        if start and text[start - 1].isalnum():
            continue
        for rule in anchors.rules[index]:
            if rule.id not in hits and (hit := _body_hit(rule, text, start)):
                hits[rule.id] = hit
    return [hits[rule.id] for rule in _rules().body if rule.id in hits] if hits else []


def _body_hit(rule: _Rule, text: str, start: int) -> _Hit | None:
    if (match := rule.pattern.match(text, start)) is None:
        return None
    types = read_platform_string(match["value"]).types if "value" in match.re.groupindex else rule.types
    return _Hit(rule.id, "description", start, match.end(), types, rule.kind) if types else None


def _used(stated: list[list[_Hit]], is_intern: bool) -> Iterator[_Hit]:
    """Hits without what they may not add: hours are the most trusted source's, the rest of all sources adds up."""
    refused: frozenset[EmploymentType] = frozenset() if is_intern else frozenset({EmploymentType.INTERN})
    for hits in stated:
        for hit in hits:
            types = tuple(each for each in hit.types if each not in refused)
            if types or hit.implies:
                yield replace(hit, types=types)
        if any(not _HOURS.isdisjoint(hit.types) for hit in hits):
            refused |= _HOURS


def _types(used: list[_Hit], words: list[_Hit]) -> list[EmploymentType]:
    types = dict.fromkeys(each for hit in used for each in hit.types)
    if not _HOURS & types.keys():
        types |= dict.fromkeys(each for hit in words for each in hit.implies)
    return list(types)


def _hours_disagree(*sources: Iterable[_Hit] | tuple[EmploymentType, ...]) -> bool:
    known: set[EmploymentType] = set()
    for source in sources:
        types = {each for entry in source for each in (entry.types if isinstance(entry, _Hit) else (entry,))}
        hours = types & _HOURS
        if hours and known and not hours & known:
            return True
        known |= hours
    return False


def _evidence(used: list[_Hit], decisive: _Hit | None, texts: dict[str, str]) -> Iterator[Evidence]:
    for hit in used:
        yield hit.evidence("employment_type", texts[hit.source])
    if decisive and decisive.kind:
        if decisive.kind in _INTERN_KINDS:
            yield decisive.evidence("is_intern", texts[decisive.source])
        yield decisive.evidence("job_kind", texts[decisive.source])


def _lower(text: str) -> str:
    """Lower case with every character at its place; "İ" alone would become two."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.replace("İ", "i").lower()


@cache
def _rules() -> _Rules:
    data = rules.load("employment")
    words = {name: f"(?:{'|'.join(map(re.escape, text.split()))})" for name, text in data["words"].items()}
    phrases: dict[str, EmploymentType | None] = {
        phrase: None if name == "nothing" else EmploymentType(name)
        for name, names in data["platform"].items()
        for phrase in (" ".join(_PUNCTUATION.sub(" ", each).split()) for each in names)
    }
    longest_first = sorted(phrases, key=len, reverse=True)
    return _Rules(
        vetoes=tuple(_compiled(veto["pattern"], words) for veto in data["veto"]),
        title=tuple(_rule(entry, words) for entry in data["title"]),
        body=tuple(_rule(entry, words) for entry in data["body"]),
        level=re.compile(data["level"]["pattern"]),
        phrases=phrases,
        phrase=re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"),
        intern_label_trusted=frozenset(data["intern_label_trusted"]),
    )


@cache
def _title_rules() -> dict[str, list[_Rule]]:
    """Rules for titles by the literals of which they need one."""
    rules_of: dict[str, list[_Rule]] = {}
    for rule in _rules().title:
        for literal in rule.needs:
            rules_of.setdefault(literal, []).append(rule)
    return rules_of


@cache
def _anchors(language: str | None) -> _Anchors:
    """Rules for descriptions in a language, by their anchors."""
    rules_of: dict[str, list[_Rule]] = {}
    for rule in _rules().body:
        if language in (rule.language, None):
            for anchor in rule.needs:
                rules_of.setdefault(anchor, []).append(rule)
    return _Anchors(AhoCorasick(list(rules_of)), list(rules_of.values()))


def _rule(entry: dict[str, Any], words: dict[str, str]) -> _Rule:
    return _Rule(
        entry["id"],
        _compiled(entry["pattern"], words),
        JobKind(entry["kind"]) if "kind" in entry else None,
        tuple(map(EmploymentType, entry.get("types", ()))),
        tuple(map(EmploymentType, entry.get("implies", ()))),
        tuple(entry.get("needs") or entry["anchors"]),
        entry.get("language"),
    )


def _compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    return re.compile(_WORD_PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), pattern))
