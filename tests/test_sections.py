"""Sections: headings in the shapes that postings have, in order and without gaps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.classify.document import LONGEST, document_of, plain
from crawlers.classify.sections import kind_of_heading
from crawlers.items import SectionKind

POSTING = """Brightwater Mills bakes for the whole county.

What you'll do:
• Feed the sourdough
• Count the loaves

Minimum qualifications
• A nose for rye

Nice to have
• Five years beside an oven

Location: Harrow Lane
LOCATION MATTERS TO NOBODY ELSE HERE, SAID THE BAKER, AND WENT ON WITH THE DOUGH FOR THE REST OF THE DAY.
Benefits & Perks
Bread.
We are an equal opportunity employer, and bake without regard to race or religion.
See you soon.
"""


def kinds(text: str) -> list[str]:
    return [str(section.kind) for section in document_of(text).sections]


def test_sections_follow_the_text() -> None:
    document = document_of(POSTING)
    assert [(str(section.kind), section.heading) for section in document.sections] == [
        ("introduction", ""),
        ("responsibilities", "What you'll do"),
        ("required", "Minimum qualifications"),
        ("preferred", "Nice to have"),
        ("location", "Location"),
        ("preferred", ""),
        ("benefits", "Benefits & Perks"),
        ("eeo", ""),
        ("benefits", ""),
    ]
    assert document.kind_at(POSTING.index("nose for rye")) is SectionKind.REQUIRED
    assert document.kind_at(POSTING.index("race")) is SectionKind.EEO
    assert document.kind_at(0) is SectionKind.INTRODUCTION


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("INTRODUCTION", "introduction"),
        ("ROLE AND RESPONSIBILITIES", "responsibilities"),
        ("BASIC QUALIFICATIONS", "required"),
        ("PREFERRED QUALIFICATIONS", "preferred"),
        ("Education", "education"),
        ("Clinical/Non-Clinical Focus", "other"),
        ("CERTIFICATION SUMMARY", "certification"),
        ("KNOWLEDGE, SKILLS AND ABILITIES", "skills"),
        ("JOB RESPONSIBILITIES", "responsibilities"),
        ("LOCATION", "location"),
        ("WORK SHIFT", "schedule"),
        ("WORK DAY(S)", "schedule"),
        ("SHIFT START/END TIME", "schedule"),
        ("WORKER SUB-TYPE", "other"),
        ("**What We’re Looking For**", "required"),
        ("## Bonus points if you have:", "preferred"),
        ("3. Compensation and benefits", "benefits"),
        ("Pay range", "pay"),
        ("About Harbourlight", "about"),
        ("How to apply", "how_to_apply"),
        ("E-Verify", "e_verify"),
        ("Diversity & Inclusion", "eeo"),
        ("Deine Aufgaben", "responsibilities"),
        ("Dein Profil", "required"),
        ("Wir bieten", "benefits"),
        ("Vos missions", "responsibilities"),
        ("Requisitos obrigatórios", "required"),
        ("Responsabilidades", "responsibilities"),
        ("Wat wij bieden", "benefits"),
    ],
)
def test_heading_is_about(heading: str, kind: str) -> None:
    assert kinds(f"Welcome to all.\n\n{heading}\nA line of text that follows.") == ["introduction", kind]


@pytest.mark.parametrize(
    "line",
    [
        "Excellent communication skills.",
        "• Requirements engineering",
        "We sell boats to the navy",
        "Experience with ovens, and the patience of a saint",
        "You will have a good time",
        "Apply icing to cakes",
    ],
)
def test_line_is_no_heading(line: str) -> None:
    assert kinds(f"Welcome to all.\n{line}\nMore of the same.") == ["introduction"]


def test_repeated_headings_keep_their_order() -> None:
    text = "Responsibilities\nMow.\nBenefits\nGrass.\nResponsibilities\nRake."
    assert kinds(text) == ["responsibilities", "benefits", "responsibilities"]


def test_headings_in_a_text_that_lost_its_line_breaks() -> None:
    glued = "We mend nets by hand. " * 40 + "Minimum QualificationsTwo hands.Preferred QualificationsA boat."
    assert kinds(glued) == ["introduction", "required", "preferred"]
    spaced = "We mend nets by hand. " * 40 + "  Requirements   Two hands   Nice to have   A boat"
    assert kinds(spaced) == ["introduction", "required", "preferred"]


def test_a_field_is_about_its_line_only() -> None:
    assert kinds("Salary: 5 fish a day\nWe mend nets.") == ["pay", "introduction"]


def test_words_alone_make_a_heading() -> None:
    assert kind_of_heading("preferred skills and experience") is SectionKind.PREFERRED
    assert kind_of_heading("preferred by sailors everywhere") is None


def test_no_more_sections_than_anybody_writes() -> None:
    assert len(document_of("Requirements\nx\n" * 5000).sections) <= 201


WORDS = st.sampled_from(["Requirements", "Nice to have:", "\n", "  ", "• ", "E-Verify", "x" * 90, "Pay: ", "İ", "’"])


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=60).map("".join)))
def test_any_text_is_parted_without_gaps(text: str) -> None:
    document = document_of(text)
    assert len(document.lower) == len(text)
    ends = [0, *(section.end for section in document.sections)]
    assert [section.start for section in document.sections] == ends[:-1]
    assert ends[-1] == len(text)
    assert all(section.heading in text for section in document.sections)


def test_plain_text_is_as_long() -> None:
    assert plain("We’d pay\u202f€5–6\tİ") == "we'd pay €5-6 İ".lower()[:14] + plain("İ")
    assert len(document_of("a" * (LONGEST + 5)).text) == LONGEST
