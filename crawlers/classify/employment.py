"""What kind of job it is: the title's words before the description's before the platform's own field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from ahocorasick_rs import AhoCorasick

from crawlers.classify import rules
from crawlers.classify.automaton import automaton
from crawlers.classify.document import Document, document_of
from crawlers.classify.segments import same_length_lower
from crawlers.classify.words import WordList
from crawlers.items import EmploymentType, Evidence, JobKind, JobPosting

_HOURS = frozenset({EmploymentType.FULL_TIME, EmploymentType.PART_TIME, EmploymentType.PER_DIEM})
_INTERN_KINDS = frozenset({JobKind.INTERN, JobKind.CO_OP})
_LONGEST_TITLE = 500
"""Characters of a title that are read: longer ones are no titles."""
_MOST_PLACES = 500
"""Places of a description where a rule may begin that are looked at: real ones have some three, and fifty at most."""
_REACH = 100
"""Characters before a word that are read with it: an article and some adjectives."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(kw_only=True, slots=True)
class EmploymentSources:
    """What each source says by itself, in the order of its words: kept beside the decision, whoever is right."""

    title: list[EmploymentType] = field(default_factory=list)
    description: list[EmploymentType] = field(default_factory=list)
    platform: list[EmploymentType] = field(default_factory=list)

    def stated(self) -> dict[str, list[EmploymentType]]:
        """By name, without those that say nothing."""
        named = {"title": self.title, "description": self.description, "platform": self.platform}
        return {name: types for name, types in named.items() if types}


@dataclass(kw_only=True, slots=True)
class EmploymentReading:
    """What was read; `is_intern` is None where there was nothing to read."""

    employment_type: list[EmploymentType]
    is_intern: bool | None
    job_kind: JobKind | None
    employment_conflict: bool | None
    unknown_employment: str | None = None
    """The platform's string where no rule knows any part of it."""
    sources: EmploymentSources = field(default_factory=EmploymentSources)
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
    before: re.Pattern[str] | None
    """What must stand before the pattern, as a part of the quote."""
    yields: bool
    """Speaks of this position unless the title says that others are meant."""

    @property
    def is_field(self) -> bool:
        """Whether it reads a field of the text, with a value."""
        return "value" in self.pattern.groupindex


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
    yields: bool = False

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
    of_learners: tuple[re.Pattern[str], ...]
    """Those vetoes that tell of a position for learners: it is none itself, whatever its description says of them."""
    title: tuple[_Rule, ...]
    body: tuple[_Rule, ...]
    level: re.Pattern[str]
    phrases: dict[str, tuple[EmploymentType, ...]]
    phrase: re.Pattern[str]
    run: re.Pattern[str]
    """Phrases one after the other: the value of a field of the text, without what comes after it."""
    intern_label_trusted: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: AhoCorasick
    """The literals that rules need."""
    rules: list[list[_Rule]]
    """The rules that need each of them."""


def read(posting: JobPosting, language: str | None = None, document: Document | None = None) -> EmploymentReading:
    """Employment type, internship and kind, with the places that say so.

    `language` is the description's, ISO 639-1: it spares the rules of other languages. `document` is the description
    where it was made ready already.
    """
    raw = posting.employment_raw
    platform = read_platform_string(raw) if raw else _PlatformReading((), known=True)
    if not (posting.title or posting.description_text or platform.types):
        unknown = None if platform.known else raw
        return EmploymentReading(
            employment_type=[], is_intern=None, job_kind=None, employment_conflict=None, unknown_employment=unknown
        )
    title = same_length_lower(posting.title[:_LONGEST_TITLE])
    title_hits = list(_title_hits(title))
    document = document or document_of(posting.description_text)
    body_hits = [hit for hit in _body_hits(document, language) if not _is_of_others(hit, title)]
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
        employment_conflict=(label and not is_intern)
        or _kinds_disagree(title, title_hits, body_hits)
        or _hours_disagree(title_hits, body_hits, platform.types),
        unknown_employment=None if platform.known else raw,
        sources=EmploymentSources(
            title=_all_types(title_hits), description=_all_types(body_hits), platform=list(platform.types)
        ),
        evidence=list(_evidence(used, decisive or (stated[-1][0] if labelled else None), texts)),
    )


@lru_cache(maxsize=4096)
def read_platform_string(raw: str) -> _PlatformReading:
    """Employment types in a platform's own string, in the order of the string.

    >>> [str(each) for each in read_platform_string("Fixed Term - FullTime").types]
    ['TEMPORARY', 'FULL_TIME']
    """
    text = _phrases_only(raw)
    types, known = _types_in(_rules().phrase.findall(text))
    return _PlatformReading(types, known=known or not text)


def _read_field(value: str, whole: bool) -> tuple[tuple[EmploymentType, ...], int]:
    """Types in the value of a field of the text, and where its words end: of the phrases that it begins with, or,
    if `whole`, that it is made of."""
    text = _phrases_only(value)
    run = _rules().run.match(text)
    if run is None or (whole and run.end() < len(text)):
        return (), 0
    letters = [place for place, character in enumerate(value) if character.isalnum()]
    read = sum(map(str.isalnum, run[0]))
    return _types_in(_rules().phrase.findall(run[0]))[0], letters[min(read, len(letters)) - 1] + 1


def _phrases_only(raw: str) -> str:
    """Words in lower case, without accents and punctuation, a space between each."""
    return " ".join(_PUNCTUATION.sub(" ", _without_accents(_CAMEL.sub(" ", raw).lower())).split())


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def _types_in(phrases: list[str]) -> tuple[tuple[EmploymentType, ...], bool]:
    types = dict.fromkeys(each for phrase in phrases for each in _rules().phrases[phrase])
    return tuple(types), bool(phrases)


def _label_counts(platform: str, title: str) -> bool:
    """Whether a platform's intern label makes an internship where no words speak of it."""
    return platform in _rules().intern_label_trusted and not _rules().level.search(title)


def _is_of_others(hit: _Hit, title: str) -> bool:
    """Whether a description's internship is another's: the title is of one who recruits or leads interns."""
    if hit.kind is None:
        return False
    known = _rules()
    return bool(hit.yields and known.level.search(title)) or any(each.search(title) for each in known.of_learners)


def _kinds_disagree(title: str, title_hits: list[_Hit], body_hits: list[_Hit]) -> bool:
    """Whether the description declares an internship and the title something else."""
    if not any(hit.kind in _INTERN_KINDS for hit in body_hits):
        return False
    kind = next((hit.kind for hit in title_hits if hit.kind), None)
    return kind not in _INTERN_KINDS if kind else bool(_rules().level.search(title))


def _title_hits(title: str) -> Iterator[_Hit]:
    """Hits of a lower-case title, in the order of the rules."""
    vetoed: list[tuple[int, int]] | None = None
    anchors = _title_anchors()
    places = anchors.words.find_matches_as_indexes(title, overlapping=True)
    candidates = {rule.id for index, _, _ in places for rule in anchors.rules[index]}
    for rule in (rule for rule in _rules().title if rule.id in candidates) if candidates else ():
        for match in rule.pattern.finditer(title):
            if vetoed is None:
                vetoed = [veto.span() for pattern in _rules().vetoes for veto in pattern.finditer(title)]
            start, end = match.span()
            if not any(start < veto_end and veto_start < end for veto_start, veto_end in vetoed):
                yield _Hit(rule.id, "title", start, end, rule.types, rule.kind, rule.implies)
                break


def _body_hits(document: Document, language: str | None) -> list[_Hit]:
    """Hits of a description in the order of the rules: one a rule, of fields all that say something new."""
    hits: dict[str, list[_Hit]] = {}
    text, rules_of = document.lower, _rules_in(language)
    for index, start, _ in document.places.of(_body_words())[:_MOST_PLACES]:
        if start and text[start - 1].isalnum():
            continue
        for rule in rules_of[index]:
            found = hits.get(rule.id, [])
            if found and not rule.is_field:
                continue
            if (hit := _body_hit(rule, text, start)) and not set(hit.types) <= set(_all_types(found)):
                hits[rule.id] = [*found, hit]
    return [hit for rule in _rules().body for hit in hits.get(rule.id, ())] if hits else []


def _body_hit(rule: _Rule, text: str, start: int) -> _Hit | None:
    if (match := rule.pattern.match(text, start)) is None:
        return None
    if rule.is_field:
        return _field_hit(rule, match)
    if rule.before:
        if (before := rule.before.search(text[max(0, start - _REACH) : start])) is None:
            return None
        start -= len(before[0])
    return _Hit(rule.id, "description", start, match.end(), rule.types, rule.kind, yields=rule.yields)


def _field_hit(rule: _Rule, match: re.Match[str]) -> _Hit | None:
    """A field of the text itself: one whose value begins with an internship declares one."""
    group = "value" if match["value"] is not None else "line"
    types, length = _read_field(match[group], whole=group == "line")
    if not types:
        return None
    kind = JobKind.INTERN if types[0] is EmploymentType.INTERN else None
    end = match.start(group) + length
    return _Hit(rule.id, "description", match.start(), end, types, kind, yields=rule.yields)


def _used(stated: list[list[_Hit]], is_intern: bool) -> Iterator[_Hit]:
    """Hits without what they may not add: hours are the most trusted source's, the rest of all sources adds up."""
    refused: frozenset[EmploymentType] = frozenset() if is_intern else frozenset({EmploymentType.INTERN})
    for hits in stated:
        for hit in hits:
            types = tuple(each for each in hit.types if each not in refused)
            if types or hit.implies:
                yield hit if types == hit.types else replace(hit, types=types)
        if any(not _HOURS.isdisjoint(hit.types) for hit in hits):
            refused |= _HOURS


def _all_types(hits: list[_Hit]) -> list[EmploymentType]:
    return list(dict.fromkeys(each for hit in hits for each in hit.types))


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


@cache
def _rules() -> _Rules:
    data = rules.load("employment")
    words = {name: f"(?:{'|'.join(map(re.escape, text.split()))})" for name, text in data["words"].items()}
    phrases = {
        _phrases_only(phrase): () if name == "nothing" else tuple(map(EmploymentType, name.split()))
        for name, names in data["platform"].items()
        for phrase in names
    }
    phrase = rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(phrases, key=len, reverse=True)))})(?!\w)"
    joiner = "|".join(data["joiners"])
    return _Rules(
        vetoes=tuple(_compiled(veto["pattern"], words) for veto in data["veto"]),
        of_learners=tuple(_compiled(veto["pattern"], words) for veto in data["veto"] if veto.get("of_learners")),
        title=tuple(_rule(entry, words) for entry in data["title"]),
        body=tuple(_rule(entry, words) for entry in data["body"]),
        level=re.compile(data["level"]["pattern"]),
        phrases=phrases,
        phrase=re.compile(phrase),
        run=re.compile(rf"(?:{phrase} ?(?:(?:{joiner}) )?)+"),
        intern_label_trusted=frozenset(data["intern_label_trusted"]),
    )


@cache
def _title_anchors() -> _Anchors:
    """Rules for titles by the literals of which they need one."""
    rules_of: dict[str, list[_Rule]] = {}
    for rule in _rules().title:
        for literal in rule.needs:
            rules_of.setdefault(literal, []).append(rule)
    return _Anchors(automaton(rules_of), list(rules_of.values()))


@cache
def _body_words() -> WordList:
    """Words at which what rules for descriptions look for begins."""
    return WordList(dict.fromkeys(word for rule in _rules().body for word in rule.needs))


@cache
def _rules_in(language: str | None) -> list[list[_Rule]]:
    """Rules for descriptions in a language, by the words' order."""
    words = dict.fromkeys(word for rule in _rules().body for word in rule.needs)
    rules = [rule for rule in _rules().body if language in (rule.language, None)]
    return [[rule for rule in rules if word in rule.needs] for word in words]


def _rule(entry: dict[str, Any], words: dict[str, str]) -> _Rule:
    return _Rule(
        entry["id"],
        _compiled(entry["pattern"], words),
        JobKind(entry["kind"]) if "kind" in entry else None,
        tuple(map(EmploymentType, entry.get("types", ()))),
        tuple(map(EmploymentType, entry.get("implies", ()))),
        tuple(entry.get("needs") or entry["anchors"]),
        entry.get("language"),
        _compiled(f"(?:{entry['before']})\\Z", words) if "before" in entry else None,
        entry.get("yields", False),
    )


def _compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    return re.compile(rules.filled(pattern, words))
