"""What a posting says of visas, work authorization, citizenship and security clearances. Pure.

In steps: a cheap gate looks for words of the subject; the segments around them are cut out (segments.py); boilerplate
and other senses of the same words are taken away, and each reading's rules are tried on what is left
(sponsorship_findings.py); here the findings are combined over the posting. The rules are data: rules/sponsorship.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawlers.classify.segments import same_length_lower
from crawlers.classify.sponsorship_findings import Finding, find, mention
from crawlers.classify.sponsorship_rules import SponsorshipRules, sponsorship_rules
from crawlers.items import Clearance, Evidence, JobPosting, Sponsorship, Stance, VisaMention

# An explicit refusal before hedges and scopes, these before offers, all before undecided words.
_BY_STRENGTH = (Sponsorship.NOT_OFFERED, Sponsorship.CASE_BY_CASE, Sponsorship.OFFERED, Sponsorship.UNCLEAR)
_CLEARANCE_BY_STRENGTH = (Clearance.REQUIRED, Clearance.OBTAINABLE, Clearance.PLUS)


@dataclass(kw_only=True, slots=True)
class SponsorshipReading:
    """What one posting says of visas and of who may be hired; fields as in `JobPosting`."""

    sponsorship: Sponsorship
    visas: list[VisaMention]
    citizenship_required: bool
    us_person_required: bool
    existing_authorization_required: bool
    permanent_resident_ok: bool | None
    opt_cpt_ok: bool | None
    clearance: Clearance | None
    clearance_level: str | None
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one piece of evidence says, for this posting."""

    evidence: Evidence
    value: object
    is_field: bool = False


def read(posting: JobPosting) -> SponsorshipReading:
    """Read what the posting says; the posting is not changed.

    Evidence from `questions` points into them joined by line breaks; a question makes a posting unclear at most.
    """
    rules = sponsorship_rules()
    statements: list[_Statement] = []
    visas: list[VisaMention] = []
    for source, text in (
        ("description", posting.description_text),
        ("title", posting.title),
        ("eligibility_to_work", posting.eligibility_to_work),
        ("security_clearance", posting.security_clearance),
        ("questions", "\n".join(posting.questions)),
    ):
        if text:
            found = find(text, rules)
            statements.extend(_statements(source, text, found.findings, posting, rules))
            if source == "description":
                visas = sorted((mention(name, text) for name in found.visas), key=lambda visa: visa.start)
    statements.extend(_stated_fields(posting, statements, rules))
    return _combined(statements, visas, rules) if statements or visas else _silent()


def _statements(
    source: str, text: str, findings: list[Finding], posting: JobPosting, rules: SponsorshipRules
) -> Iterator[_Statement]:
    for finding in findings:
        value: object = finding.rule.value
        if source == "questions":
            value = "unclear" if finding.rule.reading == "sponsorship" else None
        elif finding.rule.scope is not None:
            value = _in_scope(finding, posting, rules)
        if value is None:
            continue
        quoted = finding.quoted
        evidence = Evidence(
            reading=finding.rule.reading,
            source=source,
            quote=text[quoted],
            start=quoted.start,
            end=quoted.stop,
            rule=finding.rule.id,
        )
        yield _Statement(evidence=evidence, value=value, is_field=finding.rule.is_field)


def _in_scope(finding: Finding, posting: JobPosting, rules: SponsorshipRules) -> Stance | None:
    """What limited words mean for this posting: case by case where it cannot be known, None where they mean nothing."""
    stance = finding.rule.value
    assert isinstance(stance, Stance)
    title = posting.title.lower()
    if finding.rule.scope == "intern":
        if not title:
            return Stance.CASE_BY_CASE
        return stance if rules.intern_title.search(title) else None
    if finding.rule.scope == "level":
        if not title or finding.scope is None:
            return Stance.CASE_BY_CASE
        floor = rules.levels.index(finding.scope)
        return Stance.OFFERED if any(level in title for level in rules.levels[floor:]) else Stance.NOT_OFFERED
    countries = {posting.country, *(location.country for location in posting.locations)} - {None}
    named = rules.countries.get((finding.scope or "").removeprefix("the ").strip())
    if named is None or not countries:
        return stance if stance is Stance.NOT_OFFERED else Stance.CASE_BY_CASE
    if named in countries:
        return stance
    return Stance.NOT_OFFERED if stance is Stance.OFFERED else None


def _stated_fields(posting: JobPosting, statements: list[_Statement], rules: SponsorshipRules) -> Iterator[_Statement]:
    """What the platform's own fields say beside their words."""
    if posting.visa_support is not None:
        quote = "true" if posting.visa_support else "false"
        yield _Statement(
            evidence=_whole("sponsorship", "visa_support", quote, "sponsorship.visa_support"),
            value=Stance.OFFERED if posting.visa_support else Stance.NOT_OFFERED,
        )
    text = posting.security_clearance
    if (
        text
        and not rules.no_clearance.search(text.lower())
        and not any(statement.evidence.source == "security_clearance" for statement in statements)
    ):
        evidence = _whole("clearance", "security_clearance", text, "clearance.field")
        yield _Statement(evidence=evidence, value=Clearance.REQUIRED)


def _whole(reading: str, source: str, text: str, rule: str) -> Evidence:
    return Evidence(reading=reading, source=source, quote=text, start=0, end=len(text), rule=rule)


def _silent() -> SponsorshipReading:
    return SponsorshipReading(
        sponsorship=Sponsorship.NONE,
        visas=[],
        citizenship_required=False,
        us_person_required=False,
        existing_authorization_required=False,
        permanent_resident_ok=None,
        opt_cpt_ok=None,
        clearance=None,
        clearance_level=None,
        evidence=[],
    )


def _combined(statements: list[_Statement], visas: list[VisaMention], rules: SponsorshipRules) -> SponsorshipReading:
    fields = [each for each in statements if each.is_field]
    sponsorship = _strongest(fields, "sponsorship", _BY_STRENGTH) or _strongest(statements, "sponsorship", _BY_STRENGTH)
    citizenship = _strongest(statements, "citizenship_required", (True,))
    us_person = _strongest(statements, "us_person_required", (True,))
    # Who must be a citizen or a U.S. person must be authorized already, and a citizen is no permanent resident.
    authorization = _strongest(statements, "existing_authorization_required", (True,)) or citizenship or us_person
    resident = _strongest(statements, "permanent_resident_ok", (False, True))
    training = _strongest(statements, "opt_cpt_ok", (False, True))
    clearance = _strongest(statements, "clearance", _CLEARANCE_BY_STRENGTH)
    return SponsorshipReading(
        sponsorship=Sponsorship(str(sponsorship[0].value)) if sponsorship else Sponsorship.NONE,
        visas=visas,
        citizenship_required=bool(citizenship),
        us_person_required=bool(us_person),
        existing_authorization_required=bool(authorization),
        permanent_resident_ok=bool(resident[0].value) if resident else False if citizenship else None,
        opt_cpt_ok=bool(training[0].value) if training else None,
        clearance=Clearance(str(clearance[0].value)) if clearance else None,
        clearance_level=_clearance_level(clearance, rules),
        evidence=[
            *_evidence("sponsorship", sponsorship),
            *_evidence("citizenship_required", citizenship),
            *_evidence("us_person_required", us_person),
            *_evidence("existing_authorization_required", authorization),
            *_evidence("permanent_resident_ok", resident or citizenship),
            *_evidence("opt_cpt_ok", training),
            *_evidence("clearance", clearance),
        ],
    )


def _strongest(statements: list[_Statement], reading: str, values: tuple[object, ...]) -> list[_Statement]:
    """The statements with the first of the values that any of them has."""
    of_reading = [each for each in statements if each.evidence.reading == reading]
    for value in values:
        if found := [each for each in of_reading if each.value == value]:
            return found
    return []


def _evidence(reading: str, statements: list[_Statement]) -> list[Evidence]:
    """The statements' evidence as that of a reading, each quote once."""
    quotes = {(each.evidence.source, each.evidence.start): each.evidence for each in reversed(statements)}
    return [replace(evidence, reading=reading) for evidence in reversed(quotes.values())]


def _clearance_level(statements: list[_Statement], rules: SponsorshipRules) -> str | None:
    for statement in statements:
        quote = statement.evidence.quote
        if level := rules.clearance_level.search(same_length_lower(quote)):
            return quote[level.start() : level.end()]
    return None
