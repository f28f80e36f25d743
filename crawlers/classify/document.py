"""A description as its readings look at it: cut to what is read, made plain, and parted into sections. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from crawlers.classify.sections import sections_of
from crawlers.classify.segments import same_length_lower, without_surrogates
from crawlers.classify.words import Places
from crawlers.items import Evidence, Section, SectionKind

LONGEST = 100_000
"""Characters of a description that are read: twenty times what real ones have."""

_PLAIN = {
    **dict.fromkeys("‘’‛′`´", "'"),
    **dict.fromkeys("“”„″", '"'),
    **dict.fromkeys("–—‐‑‒−", "-"),
    **dict.fromkeys("\xa0\u202f\u2009\u2007\u3000\t", " "),
}


@dataclass(frozen=True, slots=True)
class Document:
    """One description; `text` and `lower` are as long, so that offsets into one are offsets into the other."""

    text: str
    """As stored, or its first LONGEST characters: what offsets of evidence point into. Lone surrogates are replaced."""
    lower: str
    """In lower case, with plain quotes, dashes and spaces."""
    sections: list[Section]
    """In the order of the text, without gaps; empty for an empty text."""
    starts: list[int]
    """Where each section starts."""
    places: Places
    """Where words stand in `lower`."""

    def kind_at(self, position: int) -> SectionKind:
        """Kind of the section that a position is in.

        >>> document_of("Preferred:\\n- a PhD").kind_at(14)
        <SectionKind.PREFERRED: 'preferred'>
        """
        index = bisect_right(self.starts, position) - 1
        return self.sections[index].kind if index >= 0 else SectionKind.INTRODUCTION

    def evidence(self, reading: str, start: int, end: int, rule: str) -> Evidence:
        """Evidence for a reading at start:end, without white space around it."""
        quote = self.text[start:end]
        if (bare := quote.strip()) != quote:
            start += len(quote) - len(quote.lstrip())
            quote = bare
        return Evidence(
            reading=reading, source="description", quote=quote, start=start, end=start + len(quote), rule=rule
        )


def document_of(text: str) -> Document:
    """A description made ready to be read.

    >>> document_of("We’d pay $5–6").lower
    "we'd pay $5-6"
    """
    text = without_surrogates(text[:LONGEST])
    lower = plain(text)
    places = Places(lower)
    sections = sections_of(text, lower, places)
    return Document(text, lower, sections, [section.start for section in sections], places)


def plain(text: str) -> str:
    """Lower case of the same length, with plain quotes, dashes and spaces."""
    if not text.isascii():
        for character, simple in _PLAIN.items():
            if character in text:
                text = text.replace(character, simple)
        return same_length_lower(text)
    return text.replace("\t", " ").lower()
