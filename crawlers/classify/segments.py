"""Text around words of interest -> sentences, bullets and field:value lines, with offsets into the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawlers.classify.lists import ListOf, list_of

_REACH = 400
"""Characters read before and after a word of interest, where its line is longer than that."""
_HEADING = 70
"""Longest line, in characters, that can be a heading of the line after it."""

_BREAK = re.compile(
    r"(?:[.!?][\"'”’)\]]*(?=\s)|(?<=[a-z)][a-z)])[.!?](?=[A-Z][a-z'’])|(?<=U\.S)\.(?=[A-Z][a-z])"
    r"|\s[•●▪◦·‣|]\s|[^\S\n]{2,}(?=[A-Z•*])|[^\S\n]{3,})\s*"
)
_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:u\.?s(?:\.?a)?|u\.?k|e\.?g|i\.?e|inc|etc|vs|ltd|corp|dept|incl|approx)\.$", re.IGNORECASE
)
_COUNTRY = re.compile(r"u\.?[sk](?:\.?a)?\.$", re.IGNORECASE)
_NEW_SENTENCE = re.compile(
    r"\s(?:Please|PLEASE|We|WE|Applicants?|Candidates?|This|These|You|If|The|No|NO|Visas?|Must|All|Our|It|In|At|For"
    r"|Sponsorship)\b"
)
_ANSWER = re.compile(
    r"\s*(?:a: ?)?(?:(?:yes|no|[yn])\b(?!\s*(?:[/,|]|or\b|yes\b|no\b))|we (?:do|don.t|can|can.?t|cannot|will|won.t)\b"
    r"|(?:we|our (?:people|hr|team|lawyers|mobility|immigration)\w*)\b"
    r"(?=.{0,80}?(?:visa|sponsor|permit|cover|help|handle|support|take care|fee|paperwork))"
    r"|(?:at this time|at the moment|currently|right now),? (?:no\b|not\b|we)|no (?:problem|worries)|not a problem"
    r"|sure\b|not\b|absolutely|of course|definitely|unfortunately|sorry|sadly"
    r"|afraid)",
    re.IGNORECASE,
)
_ANSWER_LINE = re.compile(
    r"[^\S\n]*\n\s*(?:a: ?)?(?:(?:yes|no)\b(?!\s*(?:[/|]|,?\s*(?:or|yes|no)\b))|(?:not )?available\b|not for\b"
    r"|we do\b|we don.t|unfortunately|sorry|absolutely|of course|[\w ,]{2,40}\((?:required|preferred)\))",
    re.IGNORECASE,
)
_PAIR = 2
_ASIDE = re.compile(r" - ([^-;.!?]{2,80}?) - ")
"""What stands between two dashes: it parts no clauses."""
_INITIALS = re.compile(r"\b(?:u\.s\.(?:a\.)?|u\.k\.|e\.g\.|i\.e\.|etc\.|inc\.|incl\.|ltd\.|corp\.)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = str.maketrans("‘’‛“”„–—‐‑‒−\xa0\u202f\u2009\t", "'''\"\"\"-;----    ")


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence, bullet, or field with its value."""

    start: int
    """Half-open character offsets into the text that it was cut from."""
    end: int
    raw: str
    """As written."""
    text: str
    """The same, as long, in lower case; curly quotes, long dashes and the dots of "U.S." made plain, and a dash
    between spaces turned into a semicolon: both part clauses."""
    list_of: ListOf | None = None


def without_surrogates(text: str) -> str:
    """The text, as long, with U+FFFD for lone surrogates: they are no characters, and no words can be looked for in
    them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def same_length_lower(text: str) -> str:
    """Lower case without a change of length, so that offsets keep.

    >>> same_length_lower("İH-1B") == "İh-1b"
    True
    """
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def segments_around(text: str, positions: Iterable[int]) -> list[Segment]:
    """The segments that hold one of the positions, in order, each once.

    A line break always parts segments, but a heading takes along an answer on the next line ("Visa sponsorship\\nNo").

    >>> [segment.raw for segment in segments_around("No experience\\nWe sponsor. Apply.", [17])]
    ['We sponsor.']
    """
    wanted = sorted(set(positions))
    found: list[Segment] = []
    done = 0
    for position in wanted:
        if position < done:
            continue
        for start, end in _spans(text, *_stretch(text, position, done)):
            if start <= position < end:
                found.append(_segment(text, start, end))
                done = end
                break
    return found


def plain(text: str) -> str:
    """Text made easy to match, of the same length: see `Segment.text`.

    >>> plain("U.S. visas – we’d sponsor")
    "us   visas ; we'd sponsor"
    """
    text = same_length_lower(text.translate(_PLAIN))
    if "." in text:
        text = _INITIALS.sub(lambda match: match[0].replace(".", "").ljust(len(match[0])), text)
    if text.count(" - ") == _PAIR:
        text = _ASIDE.sub(r" , \1 , ", text)
    return text.replace(" - ", " ; ").replace(" -- ", " ;; ")


def _stretch(text: str, position: int, floor: int) -> tuple[int, int]:
    """The line around a position, cut to what is within reach; with the next line where that only answers this one."""
    start = max(text.rfind("\n", 0, position) + 1, position - _REACH, floor)
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    if end - start <= _HEADING and (answer := _ANSWER_LINE.match(text, end)):
        line_end = text.find("\n", answer.end())
        end = len(text) if line_end < 0 else line_end
    return start, min(end, position + _REACH)


def _spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences between start and end, without the white space around them."""
    for found in _BREAK.finditer(text, start, end):
        if _is_break(text, found):
            yield start, found.end()
            start = found.end()
    if start < end:
        yield start, end


def _is_break(text: str, found: re.Match[str]) -> bool:
    mark = found[0][0]
    if mark == "?":
        return _ANSWER.match(text, found.end()) is None
    if mark == ".":
        if not text[found.end() - 1].isspace() and found.end() < len(text):
            return True
        before = text[max(0, found.start() - 8) : found.start() + 1]
        if _ABBREVIATION.search(before):
            return bool(_COUNTRY.search(before) and _NEW_SENTENCE.match(text, found.start() + 1))
    return True


def _segment(text: str, start: int, end: int) -> Segment:
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    raw = raw.strip()
    # An answer on the line after its heading reads like a field and its value.
    return Segment(
        start=start,
        end=start + len(raw),
        raw=raw,
        text=plain(raw.replace("\n", ":")),
        list_of=list_of(text, start),
    )
