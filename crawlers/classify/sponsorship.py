"""What a posting says of visas, work authorization, citizenship and security clearances. Pure.

In steps: a cheap gate looks for words of the subject; the segments around them are cut out (segments.py); boilerplate
and other senses of the same words are taken away, and each reading's rules are tried on what is left
(sponsorship_clauses.py, sponsorship_findings.py); here the findings are combined over the posting. The rules are data:
rules/concepts.toml, sponsorship.toml, visas.toml and work_authorization.toml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawlers.classify.document import Document
from crawlers.classify.language import likeliest
from crawlers.classify.segments import same_length_lower
from crawlers.classify.sponsorship_clauses import Finding
from crawlers.classify.sponsorship_findings import VisaName, find, mention
from crawlers.classify.sponsorship_rules import SponsorshipRules, sponsorship_rules
from crawlers.classify.sponsorship_scope import in_scope, names_place
from crawlers.items import Clearance, Evidence, JobPosting, Sponsorship, Stance, Visa, VisaMention

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
    is_silent: bool
    """The posting has no word of the subject: nothing in it was weighed."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one piece of evidence says, for this posting."""

    evidence: Evidence
    value: object
    is_field: bool = False
    yields: bool = False
    visas: frozenset[Visa] = frozenset()
    is_elsewhere: bool = False
    """It is about other places than those that offers name."""


def read(posting: JobPosting, document: Document | None = None) -> SponsorshipReading:
    """Read what the posting says; the posting is not changed. `document` is the description where it was made ready
    already.

    Evidence from `questions` points into them joined by line breaks; a question makes a posting unclear at most.
    """
    rules = sponsorship_rules()
    language = posting.language or likeliest(posting.description_text)
    statements: list[_Statement] = []
    visas: list[VisaMention] = []
    is_silent = True
    for source, text in (
        ("description", posting.description_text),
        ("title", posting.title),
        ("eligibility_to_work", posting.eligibility_to_work),
        ("security_clearance", posting.security_clearance),
        ("questions", "\n".join(posting.questions)),
    ):
        if text:
            places = document.places if document and source == "description" else None
            found = find(text, language, places)
            is_silent &= found.is_silent
            statements.extend(_statements(source, text, found.findings, posting, rules))
            if source == "description":
                mentions = (_mention(name, text, posting, rules) for name in found.visas)
                visas = sorted(mentions, key=lambda visa: visa.start)
    statements = _here(statements, posting, rules)
    statements.extend(_stated_fields(posting, statements, rules))
    return _combined(statements, visas, rules) if statements or visas else _nothing(is_silent)


def _mention(name: VisaName, text: str, posting: JobPosting, rules: SponsorshipRules) -> VisaMention:
    """The visa, with what limited words mean for this posting: only mentioned, where they mean nothing."""
    visa = mention(name, text)
    if name.finding is None or name.finding.rule.scope is None:
        return visa
    return replace(visa, stance=in_scope(name.finding, posting, rules) or Stance.MENTIONED)


def _statements(
    source: str, text: str, findings: list[Finding], posting: JobPosting, rules: SponsorshipRules
) -> Iterator[_Statement]:
    for finding in findings:
        value: object = finding.rule.value
        if source == "questions":
            value = "unclear" if finding.rule.reading == "sponsorship" else None
        elif finding.rule.scope is not None:
            value = in_scope(finding, posting, rules)
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
        yield _Statement(
            evidence=evidence,
            value=value,
            is_field=finding.rule.is_field,
            yields=finding.rule.yields,
            visas=finding.visas,
            is_elsewhere=finding.rule.scope == "elsewhere",
        )


def _here(statements: list[_Statement], posting: JobPosting, rules: SponsorshipRules) -> list[_Statement]:
    """The statements, decided by place where offers hold in some places and others are told to have authorization.

    An offer holds where it names the posting's country, or a word of its title or its locations.
    """
    elsewhere = [each for each in statements if each.is_elsewhere]
    offers = [each for each in statements if each.value is Stance.OFFERED]
    if not elsewhere:
        return statements
    rest = [each for each in statements if not each.is_elsewhere]
    if not offers:
        return rest
    if any(names_place(each.evidence.quote, posting, rules) for each in offers):
        spans = {(each.evidence.source, each.evidence.start) for each in elsewhere}
        return [
            each
            for each in rest
            if each.value is Stance.OFFERED or (each.evidence.source, each.evidence.start) not in spans
        ]
    if posting.country or posting.locations or posting.title:
        return [*rest, *elsewhere]
    return [*rest, *(replace(each, value=Stance.CASE_BY_CASE) for each in elsewhere)]


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


def _nothing(is_silent: bool) -> SponsorshipReading:
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
        is_silent=is_silent,
    )


def _combined(statements: list[_Statement], visas: list[VisaMention], rules: SponsorshipRules) -> SponsorshipReading:
    taken_back = any(each.evidence.rule == rules.sequel_rule.id for each in statements)
    fields = [each for each in statements if each.is_field and not (taken_back and each.value is Stance.OFFERED)]
    sponsorship = (
        _strongest(fields, "sponsorship", _BY_STRENGTH)
        or _by_visa(statements, rules)
        or _strongest(_without_yielding(statements), "sponsorship", _BY_STRENGTH)
    )
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
        is_silent=False,
    )


def _by_visa(statements: list[_Statement], rules: SponsorshipRules) -> list[_Statement]:
    """The statements that make a stance depend on the visa: one is refused by name, another is offered."""
    refused = [
        each for each in statements if each.value is Stance.NOT_OFFERED and each.evidence.reading == "sponsorship"
    ]
    given = [each for each in statements if each.value is Stance.OFFERED or (each.yields and each.visas)]
    if not refused or not all(each.visas for each in refused):
        return []
    if any(rules.this_role.search(each.evidence.quote.lower()) for each in refused):
        return []
    names = frozenset[Visa]().union(*(each.visas for each in refused))
    others = [each for each in given if each.visas - names]
    return [replace(each, value=Stance.CASE_BY_CASE) for each in (*refused, *others)] if others else []


def _without_yielding(statements: list[_Statement]) -> list[_Statement]:
    """The statements without those about a part only, where something is offered as a whole."""
    if any(each.value is Stance.OFFERED for each in statements):
        return [each for each in statements if not each.yields]
    return statements


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
