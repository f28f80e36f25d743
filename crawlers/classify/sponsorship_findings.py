"""Text -> the words in it that sponsorship rules match, and the visas that it names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from crawlers.classify.document import plain as plain_words
from crawlers.classify.lists import ListOf
from crawlers.classify.segments import Segment, segments_around, without_surrogates
from crawlers.classify.sponsorship_clauses import Finding, in_clauses, is_question, sequel_of
from crawlers.classify.sponsorship_rules import SponsorshipRules, VisaRule, sponsorship_rules
from crawlers.classify.words import Places
from crawlers.items import Stance, Visa, VisaMention

_MOST_POSITIONS = 96
"""Words of the subject that are looked at, half of them at either end of a text. No real posting has so many; a text
that is nothing but such words takes no longer."""
_MOST_SEGMENTS = 32
_MOST_CHARACTERS = 6000
"""The most that is read of one text; real postings stay below 20 segments and 4,500 characters."""
_REMEMBERED = 4096
"""Segments whose meaning is kept: employers repeat their paragraphs from posting to posting."""
_NEAR = 3
"""Characters at most between a segment and one that goes on with it."""

_TRAINING = frozenset({Visa.CPT, Visa.OPT, Visa.STEM_OPT, Visa.F1})
_TAKEN = ";"
"""Stands for each character that a rule has matched: it parts clauses, so that no later pattern reaches across."""
_OTHER_SENSE = "~"
"""Stands for each character of words that mean something else."""


@dataclass(frozen=True, slots=True)
class VisaName:
    """A visa that the text names, and the finding that tells its stance."""

    rule: VisaRule
    start: int
    """Half-open character offsets into the source's text."""
    end: int
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one source says."""

    findings: list[Finding]
    visas: list[VisaName]
    is_silent: bool = False
    """It has no word of the subject at all."""


def find(text: str, language: str | None, places: Places | None = None) -> Findings:
    """What the rules find in the text of one source, which is in this language (ISO 639-1; None: not known).

    `places` are those of its words, where it was looked through already.
    """
    rules = sponsorship_rules()
    text = without_surrogates(text)
    positions = subject_positions(text, rules, places or Places(plain_words(text)))
    found = Findings(findings=[], visas=[], is_silent=not positions)
    last: list[Finding] = []
    last_end = -_NEAR - 1
    for segment in _most(segments_around(text, positions)):
        told = _told(segment.text, segment.raw, segment.list_of, language)
        if told is None:
            continue
        plain, here = told.plain, [_at(segment, finding) for finding in told.findings]
        if any(finding.rule.value is Stance.OFFERED for finding in here):
            here.extend(sequel_of(text, segment, rules))
        goes_on = segment.start - last_end <= _NEAR and rules.continuation.match(segment.text) is not None
        telling = [finding for finding in here if _stance(finding) is not None] or (last if goes_on else [])
        named = list(_visas(segment, plain, telling, rules))
        found.visas.extend(named)
        found.findings.extend(_with_visas(finding, named) for finding in here)
        last, last_end = telling, segment.end
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """What a segment says, wherever it stands."""

    plain: str
    """Its text without words of other senses."""
    findings: list[Finding]
    """As if it were the whole text."""


@lru_cache(maxsize=_REMEMBERED)
def _told(text: str, raw: str, list_of: ListOf | None, language: str | None) -> _Told | None:
    """What a segment says; None where it is boilerplate or says nothing."""
    rules = sponsorship_rules()
    plain = _without_other_senses(text, rules)
    if plain is None:
        return None
    segment = Segment(0, len(raw), raw, text, list_of)
    return _Told(plain, [*in_clauses(segment, plain, rules, language), *_findings(segment, plain, rules)])


def _at(segment: Segment, finding: Finding) -> Finding:
    """The finding in the text that its segment is from."""
    start = segment.start
    return Finding(finding.rule, segment, start + finding.start, start + finding.end, finding.limit)


def mention(name: VisaName, text: str) -> VisaMention:
    """The visa as the posting keeps it."""
    stance = None if name.finding is None else _stance(name.finding)
    if name.finding and name.rule.visa is Visa.H1B_TRANSFER:
        stance = name.finding.rule.transfer or stance
    return VisaMention(
        visa=name.rule.visa,
        stance=stance or Stance.MENTIONED,
        quote=text[name.start : name.end],
        start=name.start,
        end=name.end,
        rule=name.rule.id if name.finding is None else name.finding.rule.id,
    )


def subject_positions(text: str, rules: SponsorshipRules, places: Places) -> list[int]:
    """Where the text has words of the subject. The cheap gate: most postings have none."""
    exact = rules.exact_words
    starts = sorted({
        start
        for word, start, end in places.of(rules.words)
        if word not in exact or text[start:end] == exact[word]
    })  # fmt: skip
    half = _MOST_POSITIONS // 2
    return starts if len(starts) <= _MOST_POSITIONS else [*starts[:half], *starts[-half:]]


def _most(segments: list[Segment]) -> list[Segment]:
    """The segments, or what can be read of them in time: from both ends of the text, what stands in the middle last."""
    if len(segments) <= _MOST_SEGMENTS and sum(len(segment.raw) for segment in segments) <= _MOST_CHARACTERS:
        return segments
    left = _MOST_CHARACTERS
    taken: list[int] = []
    for number in range(_MOST_SEGMENTS):
        at = number // 2 if number % 2 == 0 else len(segments) - 1 - number // 2
        left -= len(segments[at].raw)
        if left < 0 or at in taken:
            break
        taken.append(at)
    return [segments[at] for at in sorted(taken)]


def _without_other_senses(text: str, rules: SponsorshipRules) -> str | None:
    """The text of a segment without words that mean something else; None where it is boilerplate or says nothing."""
    if not rules.unless.search(text):
        characteristics = {match[0] for match in rules.characteristics.finditer(text)}
        if len(characteristics) >= rules.characteristics_needed or rules.boilerplate.search(text):
            return None
    for sense in rules.other_senses:
        if any(word in text for word in sense.needs):
            text = sense.pattern.sub(_blanked, text)
    return text


def _blanked(match: re.Match[str]) -> str:
    """The matched words taken out; where the pattern names a group, that group only."""
    start, end = match.span(match.lastgroup or 0)
    offset = match.start()
    return match[0][: start - offset] + _OTHER_SENSE * (end - start) + match[0][end - offset :]


def _findings(segment: Segment, plain: str, rules: SponsorshipRules) -> list[Finding]:
    """What the segment says of the other readings."""
    found: list[Finding] = []
    if is_question(plain, rules):
        return found
    for of_reading in rules.rules.values():
        text = plain
        for rule in of_reading:
            if not all(any(word in text for word in words) for words in rule.needs):
                continue
            while match := rule.pattern.search(text):
                start, end = match.span()
                if start == end:
                    break
                found.append(Finding(rule, segment, segment.start + start, segment.start + end))
                text = text[:start] + _TAKEN * (end - start) + text[end:]
    return found


def _with_visas(finding: Finding, named: list[VisaName]) -> Finding:
    visas = frozenset(name.rule.visa for name in named if name.finding is finding)
    return replace(finding, visas=visas) if visas else finding


def _visas(segment: Segment, plain: str, findings: list[Finding], rules: SponsorshipRules) -> Iterator[VisaName]:
    named = [rule for rule in rules.visas if any(word in plain for word in rule.needs)]
    in_context = any(rule.needs_context for rule in named) and rules.visa_context.search(plain) is not None
    for rule in named:
        if rule.needs_context and not in_context:
            continue
        for match in rule.pattern.finditer(segment.raw):
            # Where the pattern names a group, that is the visa's name; the rest are the words that it needs beside it.
            start, end = match.span(match.lastgroup or 0)
            if _OTHER_SENSE in plain[start:end]:
                continue
            start, end = segment.start + start, segment.start + end
            telling = [
                finding for finding in findings if rule.visa in _TRAINING or finding.rule.reading != "opt_cpt_ok"
            ]
            nearest = min(telling, key=lambda finding: max(finding.start - end, start - finding.end, 0), default=None)
            yield VisaName(rule=rule, start=start, end=end, finding=nearest)


def _is_of_training(finding: Finding) -> bool:
    return finding.rule.reading == "opt_cpt_ok"


def _stance(finding: Finding) -> Stance | None:
    """What a finding says of the visas beside it; None for one of another subject."""
    if _is_of_training(finding):
        return Stance.OFFERED if finding.rule.value else Stance.NOT_OFFERED
    return finding.rule.value if isinstance(finding.rule.value, Stance) else None
