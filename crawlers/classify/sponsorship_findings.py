"""Text -> the words in it that sponsorship rules match, and the visas that it names. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.classify.segments import Segment, same_length_lower, segments_around
from crawlers.classify.sponsorship_rules import Rule, SponsorshipRules, VisaRule
from crawlers.items import Stance, Visa, VisaMention

_LONGEST_QUOTE = 400
"""Characters; of a longer segment, only the words that matched are quoted."""
_NEAR = 3
"""Characters at most between a segment and one that goes on with it."""

_TRAINING = frozenset({Visa.CPT, Visa.OPT, Visa.STEM_OPT, Visa.F1})
_TAKEN = ";"
"""Stands for each character that a rule has matched: it parts clauses, so that no later pattern reaches across."""
_OTHER_SENSE = "~"
"""Stands for each character of words that mean something else."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that a rule matched."""

    rule: Rule
    segment: Segment
    start: int
    """Half-open character offsets into the source's text, of the words themselves."""
    end: int
    scope: str | None
    """What the rule's scope is limited to, in the posting's words: a level or a country."""

    @property
    def quoted(self) -> slice:
        """What to quote: the whole segment, unless that is long."""
        if len(self.segment.raw) > _LONGEST_QUOTE:
            return slice(self.start, self.end)
        return slice(self.segment.start, self.segment.end)


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


def find(text: str, rules: SponsorshipRules) -> Findings:
    """What the rules find in the text of one source."""
    positions = _positions(text, rules)
    found = Findings(findings=[], visas=[])
    if not positions:
        return found
    last: list[Finding] = []
    last_end = -_NEAR - 1
    for segment in segments_around(text, positions):
        plain = _without_other_senses(segment.text, rules)
        if plain is None:
            continue
        here = _findings(segment, plain, rules)
        found.findings.extend(here)
        goes_on = segment.start - last_end <= _NEAR and rules.continuation.match(segment.text) is not None
        telling = [finding for finding in here if _stance(finding) is not None] or (last if goes_on else [])
        found.visas.extend(_visas(segment, plain, telling, rules))
        last, last_end = telling, segment.end
    return found


def mention(name: VisaName, text: str) -> VisaMention:
    """The visa as the posting keeps it."""
    stance = None if name.finding is None else _stance(name.finding)
    return VisaMention(
        visa=name.rule.visa,
        stance=stance or Stance.MENTIONED,
        quote=text[name.start : name.end],
        start=name.start,
        end=name.end,
        rule=name.rule.id if name.finding is None else name.finding.rule.id,
    )


def _positions(text: str, rules: SponsorshipRules) -> list[int]:
    """Where the text has words of the subject. The cheap gate: most postings have none."""
    found = rules.words.find_matches_as_indexes(same_length_lower(text), overlapping=True)
    found += rules.exact_words.find_matches_as_indexes(text, overlapping=True)
    return [start for _, start, _ in found]


def _without_other_senses(text: str, rules: SponsorshipRules) -> str | None:
    """The text of a segment without words that mean something else; None where it is boilerplate or says nothing."""
    if not rules.unless.search(text):
        characteristics = {match[0] for match in rules.characteristics.finditer(text)}
        if len(characteristics) >= rules.characteristics_needed or rules.boilerplate.search(text):
            return None
    for sense in rules.other_senses:
        if any(word in text for word in sense.needs):
            text = sense.pattern.sub(lambda match: _OTHER_SENSE * len(match[0]), text)
    return text


def _findings(segment: Segment, plain: str, rules: SponsorshipRules) -> list[Finding]:
    is_question = rules.question.search(plain) is not None
    found: list[Finding] = []
    for of_reading in rules.rules.values():
        text = plain
        for rule in of_reading:
            if is_question and not (rule.is_field or rule.value == "unclear"):
                continue
            if not all(any(word in text for word in words) for words in rule.needs):
                continue
            while match := rule.pattern.search(text):
                start, end = match.span()
                if start == end:
                    break
                scope = next((group for group in match.groups() if group), None) if rule.scope else None
                found.append(
                    Finding(
                        rule=rule,
                        segment=segment,
                        start=segment.start + start,
                        end=segment.start + end,
                        scope=scope,
                    )
                )
                text = text[:start] + _TAKEN * (end - start) + text[end:]
    return found


def _visas(segment: Segment, plain: str, findings: list[Finding], rules: SponsorshipRules) -> Iterator[VisaName]:
    named = [rule for rule in rules.visas if any(word in plain for word in rule.needs)]
    in_context = bool(named) and rules.visa_context.search(plain) is not None
    for rule in named:
        if rule.needs_context and not in_context:
            continue
        for match in rule.pattern.finditer(segment.raw):
            if _OTHER_SENSE in plain[match.start() : match.end()]:
                continue
            start, end = segment.start + match.start(), segment.start + match.end()
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
