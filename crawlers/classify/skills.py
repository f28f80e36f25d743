"""Which skills a posting names, and whether it asks for them or would merely like them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from ahocorasick_rs import AhoCorasick

from crawlers.classify.automaton import automaton
from crawlers.classify.document import Document
from crawlers.classify.preference import Preference, preferences
from crawlers.classify.rules import load
from crawlers.items import Evidence, JobPosting, SectionKind, Skills

_BEFORE_SHORT = " \n/(,-\"'|:*>[&+•·;"
_AFTER_SHORT = " \n/,.;:)|\"'*]>"
_SHORT = 4
"""Characters of a spelling that is only looked for at the beginning of a word."""
_SHORTEST = 2
"""Characters of a spelling that is only looked for as a whole word."""
_GLUED = 5
"""Characters of a spelling that may be glued to the next word ("PythonExperience")."""
_MOST_MENTIONS = 600
"""Names that are looked at: real postings have a tenth of that."""
_LINK = re.compile(
    r"[\"'”]?\s*(?:[,/;|&+•·()\[\]*-]|\n|,? (?:and|or|and/or|und|oder|et|ou|y|o|e|en|of|as well as|plus|or even)(?= ))+"
    r"[\s*•·(-]*(?:(?:and|or|and/or|und|oder|microsoft|ms|apache|e\.g\.,?|etc\.?,?) )?[\s(]*"
)
_LONGEST_LINK = 16
_AROUND = 60
"""Characters around a name in which other words decide on it."""
_CUE = 32
"""Characters before a name in which a cue right before it begins."""
_SENTENCE = 240
"""Characters before a name in which its sentence begins."""
_NEW_SENTENCE = ("\n", ".", "!", "?", "•", "·", "*", ":", ";")
_JOB_SECTIONS = frozenset(SectionKind) - {
    SectionKind.INTRODUCTION, SectionKind.ABOUT, SectionKind.BENEFITS, SectionKind.EEO, SectionKind.E_VERIFY,
    SectionKind.PAY, SectionKind.LOCATION, SectionKind.HOW_TO_APPLY,
}  # fmt: skip


@dataclass(kw_only=True, slots=True)
class SkillsReading:
    """The skills of one posting."""

    skills: Skills | None
    """None where no skill of the vocabulary is named."""
    evidence: list[Evidence]
    """Each skill's first mention."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One way to write a skill."""

    name: str
    rule: str
    guard: str | None
    """What else must hold: "cased", "company" or "spoken"."""
    forms: frozenset[str]
    """How it is written where case matters."""


@dataclass(slots=True)
class _Mention:
    start: int
    end: int
    spelling: _Spelling
    counts: bool
    """Whether it is known to be meant; others may yet be found to be."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """rules/skills.toml."""

    automaton: AhoCorasick
    found: list[_Spelling | None]
    """By pattern; None for the words of preference."""
    skipped: list[int]
    """By pattern: characters of it before the spelling."""
    trailing: list[int]
    """By pattern: characters of it after the spelling."""
    short: dict[str, _Spelling]
    next_short: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    end: re.Pattern[str]
    veto: re.Pattern[str]
    role: re.Pattern[str]
    asked: list[str]
    spoken: re.Pattern[str]
    not_spoken: re.Pattern[str]


def read(posting: JobPosting, document: Document) -> SkillsReading:
    """The skills that a posting asks for; one that is named both ways is required."""
    known = _rules()
    mentions: list[_Mention] = []
    wishes: list[int] = []
    for mention in islice(_found(document, known), _MOST_MENTIONS):
        if isinstance(mention, int):
            wishes.append(mention)
        else:
            mentions.append(mention)
    if not mentions:
        return SkillsReading(skills=None, evidence=[])
    runs = _runs(mentions, document)
    _decide(runs, document, known)
    employer = (posting.company or "").lower()
    meant = [
        mention
        for run in runs
        for mention in run
        if mention.counts and _is_asked(mention, len(run), employer, document, known)
    ]
    spans = [(mention.start, mention.end) for mention in meant]
    return _reading(meant, preferences(document, wishes, spans) if wishes and spans else [], document)


def _reading(meant: list[_Mention], wishes: list[Preference], document: Document) -> SkillsReading:
    required: dict[str, None] = {}
    preferred: dict[str, None] = {}
    evidence: dict[str, Evidence] = {}
    for mention in meant:
        name = mention.spelling.name
        if name in required:
            continue
        is_wish = any(wish.start <= mention.start < wish.end for wish in wishes) if wishes else False
        if is_wish or document.kind_at(mention.start) is SectionKind.PREFERRED:
            preferred[name] = None
        else:
            required[name] = None
        if name not in evidence:
            evidence[name] = document.evidence("skills", mention.start, mention.end, mention.spelling.rule)
    if not evidence:
        return SkillsReading(skills=None, evidence=[])
    for name in required:
        preferred.pop(name, None)
    skills = Skills(required=list(required), preferred=list(preferred))
    return SkillsReading(skills=skills, evidence=list(evidence.values()))


def _found(document: Document, known: _Rules) -> Iterator[_Mention | int]:
    """Names where they stand as words of their own, and where words of preference stand."""
    text = document.text
    # A line break on either side: short names are looked for between other characters.
    padded = f"\n{document.lower}\n"
    for index, start, end in known.automaton.find_matches_as_indexes(padded)[:_MOST_MENTIONS]:
        spelling = known.found[index]
        if spelling is None:
            yield start - 1
            continue
        start += known.skipped[index]
        trailing = known.trailing[index]
        end -= trailing
        if not trailing and end - start <= _SHORT and padded[start - 1] not in _BEFORE_SHORT:
            continue
        if (trailing or not _goes_on(padded, text, end, end - start)) and not padded[start - 1].isalnum():
            yield _mention(text, start - 1, end - 1, spelling)
        while trailing and (following := known.next_short.match(padded, end + 1)):
            end = following.end()
            if not _goes_on(padded, text, end, end - following.start()):
                yield _mention(text, following.start() - 1, end - 1, known.short[following[0]])


def _goes_on(padded: str, text: str, end: int, length: int) -> bool:
    """Whether the word goes on behind a name."""
    following = padded[end]
    if following.isalnum():
        # A lost line break: "PythonExperience".
        glued = (
            length >= _GLUED and text[end - 1].isupper() and text[end - 2].islower() and text[end : end + 1].islower()
        )
        return not glued
    if following == ".":
        return text[end : end + 1].islower() and length > 1
    return following in "+#" or (length == 1 and following in "&-'")


def _mention(text: str, start: int, end: int, spelling: _Spelling) -> _Mention:
    return _Mention(start, end, spelling, spelling.guard is None)


def _runs(mentions: list[_Mention], document: Document) -> list[list[_Mention]]:
    """Names that stand in one list, together."""
    runs = [[mentions[0]]]
    for mention in mentions[1:]:
        gap = document.lower[runs[-1][-1].end : mention.start]
        if len(gap) <= _LONGEST_LINK and (_LINK.fullmatch(gap) or gap == " "):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return runs


def _decide(runs: list[list[_Mention]], document: Document, known: _Rules) -> None:
    """Say of names that mean other things as well whether they are meant."""
    for number, run in enumerate(runs):
        if all(mention.spelling.guard is None for mention in run):
            continue
        for mention in run:
            if mention.spelling.guard == "spoken":
                mention.counts = _is_spoken(mention, document, known)
            elif mention.spelling.guard:
                mention.counts = _is_cased(mention, document, known) if mention.spelling.guard == "cased" else False
        if not all(mention.counts for mention in run):
            _decide_in_company(run, runs[max(0, number - 1) : number + 2], document, known)


def _decide_in_company(run: list[_Mention], beside: list[list[_Mention]], document: Document, known: _Rules) -> None:
    open_ones = [mention for mention in run if not mention.counts and mention.spelling.guard != "spoken"]
    written = [mention for mention in open_ones if _is_written(mention, document)]
    sure = [mention for mention in run if mention.counts and mention.spelling.guard != "spoken"]
    if sure or len({mention.spelling.name for mention in written}) > 1:
        for mention in open_ones:
            mention.counts = mention in written or _is_listed(mention, document)
        return
    for mention in written:
        mention.counts = _is_called(mention, document, known) or _is_near(mention, beside, document)


def _is_written(mention: _Mention, document: Document) -> bool:
    return document.text[mention.start : mention.end] in mention.spelling.forms


def _is_cased(mention: _Mention, document: Document, known: _Rules) -> bool:
    """Whether a name is written as one, and not because a sentence begins."""
    if not _is_written(mention, document):
        return False
    before = document.lower[max(0, mention.start - 4) : mention.start].rstrip(" -\"'(")
    if before and not before.endswith(_NEW_SENTENCE):
        return True
    following = document.text[mention.end : mention.end + 2]
    goes_on = following[:1] == " " and following[1:].islower()
    return not goes_on or _has(known.after, document, mention)


def _is_listed(mention: _Mention, document: Document) -> bool:
    """Whether marks of a list stand on either side of a name that is not written as one ("sql, excel, access")."""
    before = document.lower[max(0, mention.start - 2) : mention.start].strip()
    after = document.lower[mention.end : mention.end + 1]
    return len(mention.spelling.name) > 1 and (before in {",", "/", "(", "|"} or after in {",", "/", ")", "|"})


def _is_called(mention: _Mention, document: Document, known: _Rules) -> bool:
    """Whether words right before or after a name call it a skill."""
    if _has(known.after, document, mention):
        return True
    before = document.lower[max(0, mention.start - _CUE) : mention.start]
    return bool(known.before.search(before)) and _has(known.end, document, mention)


def _is_near(mention: _Mention, beside: list[list[_Mention]], document: Document) -> bool:
    """Whether a name is an item of a list with a skill in it, though words stand between them."""
    if not _is_listed(mention, document):
        return False
    for other in (each for run in beside for each in run):
        start, end = sorted((mention, other), key=lambda each: each.start)
        if other.spelling.guard is None and other is not mention and end.start - start.end <= _AROUND:
            between = document.lower[start.end : end.start]
            if "," in between and "\n" not in between and ". " not in between:
                return True
    return False


def _is_spoken(mention: _Mention, document: Document, known: _Rules) -> bool:
    """Whether a language is one that is to be spoken."""
    spelled = document.text[mention.start : mention.end]
    if spelled[0].islower() and spelled == mention.spelling.name.lower():
        return False
    if _has(known.not_spoken, document, mention):
        return False
    start = max(document.lower.rfind("\n", 0, mention.start), mention.start - _AROUND, 0)
    end = document.lower.find("\n", mention.end, mention.end + _AROUND)
    return known.spoken.search(document.lower, start, end if end >= 0 else mention.end + _AROUND) is not None


def _is_asked(mention: _Mention, listed: int, employer: str, document: Document, known: _Rules) -> bool:
    """Whether a name that is meant is asked for, rather than told of the employer, of others, or of a certificate."""
    rule = mention.spelling.rule
    if _has(known.veto, document, mention) or (rule == "skill.method" and _has(known.role, document, mention)):
        return False
    kind = document.kind_at(mention.start)
    is_employer = bool(employer) and mention.spelling.name.lower() in employer
    if kind in _JOB_SECTIONS and not is_employer:
        return True
    if kind is SectionKind.INTRODUCTION and listed > 1 and not is_employer:
        return True
    start = max(document.lower.rfind("\n", 0, mention.start) + 1, mention.start - _SENTENCE)
    start = max(document.lower.rfind(". ", start, mention.start) + 1, start)
    if is_employer:
        start = max(start, mention.start - _AROUND)
    sentence = document.lower[start : mention.end + _AROUND // 2]
    return any(word in sentence for word in known.asked)


def _has(pattern: re.Pattern[str], document: Document, mention: _Mention) -> bool:
    """Whether a pattern holds for what stands behind a name."""
    return pattern.search(document.lower[mention.end : mention.end + _AROUND // 2]) is not None


@cache
def _rules() -> _Rules:
    data = load("skills")
    spellings = dict(_spellings(data))
    patterns: list[str] = []
    found: list[_Spelling | None] = []
    skipped: list[int] = []
    trailing: list[int] = []

    def add(pattern: str, spelling: _Spelling | None, before: int, after: int) -> None:
        patterns.append(pattern)
        found.append(spelling)
        skipped.append(before)
        trailing.append(after)

    for word, spelling in spellings.items():
        if len(word) > _SHORTEST:
            add(word, spelling, 0, 0)
            continue
        for before in _BEFORE_SHORT:
            for after in _AFTER_SHORT:
                add(before + word + after, spelling, 1, 1)
    wishes = data["preference"]
    for word in {*wishes["anywhere"], *wishes["forward"], *wishes["not_meant"]} - spellings.keys():
        add(word, None, 0, 0)
    short = {word: spelling for word, spelling in spellings.items() if len(word) <= _SHORTEST}
    cues, guards = data["cues"], data["guards"]
    return _Rules(
        automaton=automaton(patterns, longest=True),
        found=found,
        skipped=skipped,
        trailing=trailing,
        short=short,
        next_short=re.compile("|".join(map(re.escape, sorted(short, key=len, reverse=True)))),
        before=re.compile(cues["before"]),
        after=re.compile(cues["after"]),
        end=re.compile(cues["end"]),
        veto=re.compile(cues["veto"]),
        role=re.compile(cues["role"]),
        asked=cues["asked"],
        spoken=re.compile(guards["spoken_cues"]),
        not_spoken=re.compile(guards["spoken_vetoes"]),
    )


def _spellings(data: dict[str, Any]) -> Iterator[tuple[str, _Spelling]]:
    """Every spelling in lower case, with what it stands for."""
    cased, company = set(data["guards"]["cased"]), set(data["guards"]["company"])
    for group in data["group"]:
        names = {name: [] for name in group.get("names", [])} | group.get("spellings", {})
        for name, others in names.items():
            for word in [name, *others]:
                low = word.lower()
                guard = "cased" if low in cased else "company" if low in company else None
                if group["id"] == "skill.spoken":
                    guard = "spoken"
                forms = frozenset({word, word.upper(), word.title(), low[:1].upper() + low[1:], name})
                yield low, _Spelling(name, group["id"], guard, forms)
