"""Takes people out of answers: e-mail addresses, telephone numbers, names in fields that hold names. Pure.

A name in running text is not found. Ids, dates, salaries and UUIDs stay what they are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

EMAIL = "jobs@example.com"
PHONE = "+1 202 555 0100"
"""Set apart for fiction, as are all numbers from 555 0100 to 555 0199."""
PERSON = "Alex Example"

_AT = r"(?:@|%40|&#0*64;|&#x0*40;|\\u0040|\s?[\[(]at[\])]\s?)"
_EMAIL = re.compile(
    rf"(?<![\w.+'-])[\w.+'-]+{_AT}(?:[a-z0-9-]+(?:\.|\s?[\[(]dot[\])]\s?))+(?!(?:png|jpe?g|gif|svg|webp|css|js)\b)[a-z]{{2,24}}\b",
    re.IGNORECASE | re.ASCII,
)
_HIDDEN_EMAIL = re.compile(r"(data-cfemail=\\?[\"']|/email-protection#)[0-9a-f]+", re.IGNORECASE)
_TEL = re.compile(r"\btel:[^\s\"'<>?&\\]+", re.IGNORECASE)

_GAP = r"[ \t\u00a0\u2009\u2011().\-/]"
_MARK = r"[ .\u00a0\u2011-]"
_ALONE = r"(?<![\w+/=#%&.$€£-])"
_NUMBER = re.compile(
    # Behind a word that says so
    r"(?P<said>\b(?:tel(?:efono?|[eé]fono|ephone)?|t[eé]l(?:[eé]phone)?|fon|phone|mobile?|cell|fax|call|whatsapp|ph)\b"
    r"[.:]{0,2}[ \t]*(?:(?:us|me|at|on|under|number|no|nr|line|is)\b[.:]?[ \t]*){0,3})"
    rf"(?P<number>\+?\(?\d(?:{_GAP}{{0,3}}\d){{6,14}})(?![\w:-]|[ \t]*(?:[$€£%]|EUR|USD|GBP|CHF))"
    # With the country's code
    rf"|(?<![\w+/=#%&.])\+\(?\d(?:{_GAP}{{0,3}}\d){{7,14}}(?![\w-])"
    # North America: neither the area nor the exchange begins with 0 or 1, so that no amount looks like one
    rf"|{_ALONE}(?:1{_MARK})?(?:\([2-9]\d\d\) ?|[2-9]\d\d{_MARK})[2-9]\d\d{_MARK}\d{{4}}(?![\w-])"
    # With the zero that is dialled at home
    rf"|{_ALONE}(?<!\d:)\(?0\d{{1,4}}\)?(?:{_GAP}{{1,3}}\d{{2,8}}){{1,4}}(?![\w:-])",
    re.IGNORECASE,
)
_OF_AN_ID = re.compile(
    r"\b(?:id|code|job|posting|req|requisition|ref|reference)\b(?:[ .:#]|n(?:o|r|umber)\b){0,6}\Z", re.IGNORECASE
)
"""What stands before a number that is none to dial."""
_DATE = re.compile(r"\b(?:(?:19|20)\d\d[./-]\d\d?[./-]\d\d?|\d\d?[./-]\d\d?[./-](?:19|20)\d\d)\b")
_ZIP = re.compile(r"\d{5}-\d{4}")
_RANGE = re.compile(r"\d\s+[-–]\s+\d")

_PHONE_KEY = re.compile(r".*(?:phone|mobile|fax|whatsapp)(?:number|no)?|tel|cell|contactnumber")
_PERSON_KEY = re.compile(
    r".*(?:recruiter|hiringmanager|hiringlead|recruitingcontact|applicationcontact|contactperson|coordinator|interviewer)"
    r"s?(?:id|name|fullname|firstname|lastname)?|hiringteam|teammembers?|sourcers?|supervisor|contacts?|contactdetails"
    r"|contactinfo|contactname|authors?|creators?|createdby|updatedby|modifiedby|postedby|(?:job|requisition)owner"
)
_LONG = 100
"""Characters; what is longer in a person's field is text, not a name."""

_TAG = re.compile(r"(<[^<>]*>)")
_SCRIPT = re.compile(r"(<script\b[^<>]*>)(.*?)(</script\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ELEMENT = re.compile(r"(<((?:\w+:)?[\w-]+)\b[^<>]*>\s*(?:<!\[CDATA\[)?)([^<\]]{1,100})(?=(?:\]\]>)?\s*</\2\s*>)")


class Scrubber:
    """Scrubs answers and counts what it replaced."""

    def __init__(self) -> None:
        self.replaced: Counter[str] = Counter()
        """By kind: "e-mail addresses", "telephone numbers", "names"."""

    def value(self, value: Any, key: str = "") -> Any:
        """What stands under a key of a JSON answer, scrubbed; a name or a telephone number is known by its key."""
        name = re.sub(r"[^a-z]", "", key.lower())
        if _PERSON_KEY.fullmatch(name):
            return self.person(value)
        if isinstance(value, dict):
            return {key: self.value(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.value(each, key) for each in value]
        if _PHONE_KEY.fullmatch(name) and sum(map(str.isdigit, str(value))) >= 7:
            self.replaced["telephone numbers"] += 1
            return PHONE if isinstance(value, str) else 0
        if not isinstance(value, str):
            return value
        if (inner := embedded(value)) is not None:
            return json.dumps(self.value(inner, key), ensure_ascii=False)
        if value.isascii() and not re.search(r"\s", value) and not value.startswith(("+", "(")):
            return self.emails(value)  # an id, a date or a URL
        if not re.search(r"[^\W\d]", value) and not value.startswith(("+", "(")):
            return value
        return self.text(value)

    def person(self, value: Any) -> Any:
        """Nobody, in the shape of what is said of somebody."""
        if isinstance(value, dict):
            return {key: each if key.startswith("@") else self.person(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.person(each) for each in value]
        if isinstance(value, str) and value.strip():
            if len(value) > _LONG:
                return self.text(value)
            self.replaced["names"] += 1
            return nobody(value)
        return value if value is None or isinstance(value, (bool, str)) else 0

    def text(self, text: str) -> str:
        """Running text, with or without tags: telephone numbers are looked for between the tags only."""
        text = self.emails(text)
        if "<" not in text:
            return self.phones(text)
        return "".join(part if part.startswith("<") else self.phones(part) for part in _TAG.split(text))

    def markup(self, text: str) -> str:
        """A page or a feed: JSON in its scripts by keys, elements by names, the rest as text."""
        parts = []
        end = 0
        for script in _SCRIPT.finditer(text):
            inner = embedded(script[2])
            said = self.text(script[2]) if inner is None else in_script(self.value(inner))
            parts += [self.elements(text[end : script.start()]), script[1], said, script[3]]
            end = script.end()
        return "".join([*parts, self.elements(text[end:])])

    def elements(self, text: str) -> str:
        """Markup without scripts."""
        return self.text(_ELEMENT.sub(self._element, text))

    def emails(self, text: str) -> str:
        """The text with nobody's address, and nobody's number to dial in a link."""
        if "email-protection#" in text or "cfemail" in text:
            text = _HIDDEN_EMAIL.sub(r"\g<1>00", text)
        text = self._replace(_EMAIL, EMAIL, "e-mail addresses", text)
        return self._replace(_TEL, "tel:" + PHONE.replace(" ", ""), "telephone numbers", text)

    def phones(self, text: str) -> str:
        """The text with nobody's telephone number.

        >>> Scrubber().phones("Call (212) 867-5309 about job 4120055, 120,000 - 150,000 USD from 2026-10-05")
        'Call +1 202 555 0100 about job 4120055, 120,000 - 150,000 USD from 2026-10-05'
        """
        if sum(map(str.isdigit, text)) < 7:
            return text
        return _NUMBER.sub(self._number, text)

    def _number(self, match: re.Match[str]) -> str:
        said, found = match["said"] or "", match["number"] or match[0]
        digits = sum(map(str.isdigit, found))
        short = not said and found.lstrip("(").startswith("0") and digits < 9
        if short or digits > 15 or found == PHONE or _ZIP.fullmatch(found):
            return match[0]
        if _DATE.search(found) or _RANGE.search(found):
            return match[0]
        if not said and _OF_AN_ID.search(match.string[max(0, match.start() - 30) : match.start()]):
            return match[0]
        self.replaced["telephone numbers"] += 1
        return said + PHONE

    def _element(self, match: re.Match[str]) -> str:
        name = re.sub(r"[^a-z]", "", match[2].rpartition(":")[2].lower())
        if not match[3].strip() or not _PERSON_KEY.fullmatch(name):
            return match[0]
        self.replaced["names"] += 1
        return match[1] + nobody(match[3])

    def _replace(self, pattern: re.Pattern[str], instead: str, kind: str, text: str) -> str:
        def replace(match: re.Match[str]) -> str:
            self.replaced[kind] += match[0] != instead
            return instead

        return pattern.sub(replace, text)


def nobody(text: str) -> str:
    """What stands for something that is said of a person.

    >>> nobody("Jane Doe"), nobody("https://people.example.org/jane"), nobody("u-4711")
    ('Alex Example', 'https://example.com/', 'u-0000')
    """
    if "@" in text:
        return EMAIL
    if text.startswith(("http://", "https://")):
        return "https://example.com/"
    if re.search(r"\d", text) and not re.search(r"\s", text.strip()):
        return re.sub(r"\d", "0", text)
    return PERSON


def embedded(text: str) -> Any:
    """The object or list that a string holds as JSON; None where it holds none.

    >>> embedded(' {"a": 1}'), embedded("[sic]")
    ({'a': 1}, None)
    """
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def in_script(value: Any) -> str:
    """JSON that may stand in a script of a page."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
