"""schema.org JobPostings that a page states as JSON-LD, microdata or RDFa -> dicts of one shape. Pure; never raises.

JSON-LD is read as leniently as pages are careless; see https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents,
https://html.spec.whatwg.org/multipage/microdata.html and https://www.w3.org/TR/html-rdfa/ for what is right.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from w3lib.encoding import html_to_unicode

_POSTING = "JobPosting"

# What a page holds that is not markup: comments, and the text of scripts, styles and titles. Each alternative goes on
# to the end of the page when its own end is missing: that is what a browser does, and it keeps the time linear.
_UNMARKED = re.compile(
    r"<(?:!--(?:-?>|.*?--!?>|.*)"
    r"|([sS][cC][rR][iI][pP][tT]|[sS][tT][yY][lL][eE]|[tT][iI][tT][lL][eE])(?=[\s/>])"
    r"((?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z)"
    r"(?:(?<=/>)|(.*?)</(?i:\1)[^>]*+>?|.*))",
    re.DOTALL,
)
_JSON_LD = re.compile(r"(?:^|[\s\"'/])type\s*+=\s*+[\"']?\s*+application/ld\+json", re.IGNORECASE)
_NEXT = re.compile(r'"children"\s*+:\s*+("[^"\\]*+(?:\\.[^"\\]*+)*+")')
"""A script that Next.js writes into the page later."""
_TYPED = re.compile(r"\b(itemtype|typeof)\s*+=[^<>]*\Z", re.IGNORECASE)
_SCHEMA = re.compile(r"https?://(?:www\.)?schema\.org/", re.IGNORECASE)
_RDFA_PREFIX = re.compile(r"(?<![\w-])([\w-]++):\s++https?://(?:www\.)?schema\.org/?(?=\s|\Z)", re.IGNORECASE)
_PREFIXED = re.compile(r"""\bprefix\s{0,9}=\s{0,9}["']([^"'<>]{0,2000})""")

_TOKEN = re.compile(
    r"(?P<skip>(?://[ \t]*)?(?:<!\[CDATA\[|\]\]>|-->)|//[^\r\n]*|/\*(?:.*?\*/|.*))"
    r'|(?P<key>"[^"\\]*+(?:\\.[^"\\]*+)*+"(?=\s*:))'
    r'|(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))'  # torn without its end, as is the document
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<word>[\w.+-]+)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"(\\[\"\\/bfnrt]|\\u[0-9a-fA-F]{4})|\\")
_QUOTE_ENTITY = re.compile(r"&(?:quot|#34|#x22);", re.IGNORECASE)
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
_ALIASES = {"id": "@id", "type": "@type"}  # of schema.org's own context
_DEEPEST = 100  # levels of nesting; no real page comes near
_MOST_COPIED = 10_000  # objects and lists, to resolve a page's references; what is beyond stays as it is
_MOST_TEXT = 4
"""Texts taken from markup, in lengths of the markup: what is nested is taken more than once."""

_HTML = {
    "benefits", "description", "educationRequirements", "employerOverview", "experienceRequirements",
    "incentiveCompensation", "incentives", "jobBenefits", "qualifications", "responsibilities", "skills",
}  # fmt: skip
"""Properties whose markup says something."""
_NAMES = {"name", "title"}
"""Properties that are never the URL of the link that many pages state them on."""
_BREAKS = {"br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th", "tr"}
"""Elements that words do not run across."""


def job_postings(html: str | bytes) -> list[dict[str, Any]]:
    """Every JobPosting of a page, wherever it is nested; [] where there is none or none can be read.

    Names bear no prefix; "@type" is a bare name or a list of them; other values are str, int, float, bool, dict or a
    list of these, and never None. Texts are as published; those for description and its like may be HTML. JSON-LD
    comes first; what microdata or RDFa say again under the same title is left out.

    >>> job_postings('<script type="application/ld+json">{"@type": "schema:JobPosting", "title": "Cook",}</script>')
    [{'@type': 'JobPosting', 'title': 'Cook'}]
    >>> job_postings('<p vocab="https://schema.org/" typeof="JobPosting"><b property="title">Cook</b></p>')
    [{'@type': 'JobPosting', 'title': 'Cook'}]
    """
    if isinstance(html, bytes):
        if _POSTING.encode() not in html and not html.startswith((b"\xff\xfe", b"\xfe\xff")):  # nor UTF-16
            return []
        html = _decoded(html)
    if _POSTING not in html:
        return []
    scripts: list[str] = []

    def unmarked(match: re.Match[str]) -> str:
        if match[3] and _JSON_LD.search(unescape(match[2]) if "&" in match[2] else match[2]):
            scripts.append(match[3])
        elif match[3] and "__next_s" in match[3] and "ld+json" in match[3]:
            scripts.extend(_string(each) for each in _NEXT.findall(match[3]) if _POSTING in each)
        return ""

    markup = _UNMARKED.sub(unmarked, html)
    postings = _from_json_ld(scripts)
    typed = (_TYPED.search(before[-200:]) for before in markup.split(_POSTING)[:-1])
    for attribute in sorted({match[1].lower() for match in typed if match}):
        known = {_title(posting) for posting in postings} - {""}
        stated = _PREFIXED.findall(markup) if "prefix" in markup else ()
        prefixes = {prefix for each in stated for prefix in _RDFA_PREFIX.findall(each)}
        start = markup.rfind("<", 0, markup.find(_POSTING))  # what is before the first posting is not parsed
        found = _from_markup(markup[max(start, 0) :], _SYNTAXES[attribute], prefixes)
        if len(postings) == len(found) == 1 and "description" in postings[0]:  # the same, perhaps in other words
            break
        postings += [posting for posting in found if _title(posting) not in known]
    return postings


def _title(posting: dict[str, Any]) -> str:
    """The title as it is compared."""
    return " ".join(unescape(str(posting.get("title", ""))).split()).casefold()


def _decoded(page: bytes) -> str:
    """A page as text: UTF-8 if it can be, else in the encoding that it states, whatever that is worth."""
    try:
        return page.decode()
    except UnicodeDecodeError:
        text = ""
    with suppress(LookupError, UnicodeError):  # some codecs of Python are not encodings of text
        text = html_to_unicode(None, page, default_encoding="cp1252")[1]
    return text if _POSTING in text else page.decode("utf-8", "replace")


# JSON-LD


def _from_json_ld(scripts: list[str]) -> list[dict[str, Any]]:
    """Postings of all scripts; references to an "@id" are resolved across them."""
    if not any(_POSTING in script for script in scripts):
        return []
    graph = _Graph()
    for script in scripts:
        if _POSTING in script or '"@id"' in script:
            for value in _documents(script):
                graph.add(value)
    return graph.resolved_postings()


class _Graph:
    """The objects of a page, brought to plain form."""

    def __init__(self, prefixes: set[str] | None = None) -> None:
        self.prefixes = {"schema"} | (prefixes or set())
        """Prefixes that stand for https://schema.org/."""
        self.postings: list[dict[str, Any]] = []
        self.named: dict[str, dict[str, Any]] = {}
        """Objects by "@id"."""
        self.copied = 0

    def add(self, value: Any) -> None:
        """Take in a document; what is nested too deeply is left out."""
        before = len(self.postings)
        try:
            self.plain(value, _DEEPEST)
        except RecursionError:
            del self.postings[before:]

    def plain(self, value: Any, depth: int) -> Any:
        """A value in plain form, None if it says nothing. Notes postings and names on the way.

        Raises RecursionError for what is nested deeper than `depth`.
        """
        if not depth:
            raise RecursionError
        if isinstance(value, list):
            return [one for each in value if (one := self.plain(each, depth - 1)) is not None]
        if isinstance(value, dict):
            return self.plain_object(value, depth - 1)
        return None if isinstance(value, float) and not math.isfinite(value) else value

    def plain_object(self, value: dict[str, Any], depth: int) -> Any:
        """An object in plain form; JSON-LD's wrappers of values and lists are taken off."""
        self.read_context(value.get("@context"))
        for wrapper in ("@value", "@list", "@set"):
            if wrapper in value:
                return self.plain(value[wrapper], depth)
        types = self.types(value.get("@type", value.get("type")))
        plain: dict[str, Any] = {"@type": types[0] if len(types) == 1 else types} if types else {}
        if _POSTING in types:
            self.postings.append(plain)
        for key, each in value.items():
            name = _ALIASES.get(key) or self.bare(key)
            if name not in plain and name not in {"@context", "@type"} and (one := self.plain(each, depth)) is not None:
                plain[name] = one
        if isinstance(own := plain.get("@id"), str) and len(plain) > 1:
            self.named.setdefault(own, plain)
        return plain

    def read_context(self, context: Any) -> None:
        """Note prefixes that stand for schema.org."""
        for each in context if isinstance(context, list) else [context]:
            if isinstance(each, dict):
                self.prefixes |= {key for key, iri in each.items() if isinstance(iri, str) and _SCHEMA.fullmatch(iri)}

    def types(self, value: Any) -> list[str]:
        """Bare names of types."""
        return [self.bare(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]

    def bare(self, name: str) -> str:
        """A name without what says that it is schema.org's."""
        name = name.strip()
        if ":" not in name:
            return name
        prefix, _, rest = name.partition(":")
        return rest if prefix in self.prefixes else _SCHEMA.sub("", name, count=1)

    def resolved_postings(self) -> list[dict[str, Any]]:
        """The postings that say something, with the objects that they refer to in the place of references."""
        stated = [posting for posting in self.postings if posting.keys() - {"@type", "@id"}]
        if not self.named:
            return stated
        try:
            return [self.resolve(posting, (posting.get("@id"),)) for posting in stated]
        except RecursionError:
            return stated

    def resolve(self, value: Any, path: tuple[Any, ...]) -> Any:
        """A copy of the value with references resolved; `path` holds the references that led here."""
        if self.copied >= _MOST_COPIED or not isinstance(value, (dict, list)):
            return value
        self.copied += 1
        if isinstance(value, list):
            return [self.resolve(each, path) for each in value]
        name = value.get("@id")
        if isinstance(name, str) and name not in path and name in self.named and not value.keys() - {"@id", "@type"}:
            return self.resolve(self.named[name], (*path, name))
        return {key: self.resolve(each, path) for key, each in value.items()}


def _documents(script: str) -> Iterator[Any]:
    """JSON values of a script's text."""
    try:
        yield _DECODER.decode(script.strip("\ufeff \t\r\n;"))
        return
    except (ValueError, RecursionError):
        found = False  # for it is not quite JSON
    with suppress(ValueError):
        for value in _lenient_documents(script):
            found = True
            yield value
    if not found and _QUOTE_ENTITY.search(script):
        with suppress(ValueError):
            yield from _lenient_documents(unescape(script))


def _lenient_documents(text: str) -> Iterator[Any]:
    """Objects and lists one after another. Raises ValueError at the first that cannot be read.

    Commas count for nothing, so that too many or too few of them do not matter; nor do comments, CDATA marks and
    whatever stands around the documents.
    """
    around: list[Any] = []
    inside: Any = None
    key: str | None = None
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0]
        if kind == "key":
            key = _string(word)
        elif kind == "open":
            opened: Any = {} if word == "{" else []
            _put(inside, key, opened)
            if len(around) >= _DEEPEST:
                raise ValueError("nested too deeply")
            around.append(inside)
            inside, key = opened, None
        elif kind == "close" and inside is not None:
            if (word == "}") != isinstance(inside, dict):
                raise ValueError(f"{word} closes nothing")
            closed, inside, key = inside, around.pop(), None
            if inside is None and closed:
                yield closed
        elif kind in _SCALARS and inside is not None:
            _put(inside, key, _SCALARS[kind](word))
            key = None


def _put(inside: Any, key: str | None, value: Any) -> None:
    """Put a value into what it belongs to, if anything. Raises ValueError for a value without a key."""
    if isinstance(inside, list):
        inside.append(value)
    elif isinstance(inside, dict):
        if key is None:
            raise ValueError("a value without a key")
        inside[key] = value


def _string(quoted: str) -> str:
    """A JSON string; an escape that JSON does not know is the character itself. Raises ValueError for a torn one."""
    try:
        return str(_DECODER.decode(quoted))
    except ValueError:
        return str(_DECODER.decode(_ESCAPE.sub(lambda match: match[1] or "", quoted)))


def _number(word: str) -> Any:
    """A number, true or false; None for any other word."""
    try:
        return _DECODER.decode(word)
    except ValueError:
        return None


_SCALARS: dict[str | None, Callable[[str], Any]] = {"string": _string, "word": _number}


# Microdata and RDFa


@dataclass(frozen=True, kw_only=True, slots=True)
class _Syntax:
    """Attributes of a way to mark up items."""

    scope: tuple[str, ...]
    """Any of these makes an element an item."""
    type: str
    property: str
    values: tuple[str, ...]
    """Attributes that hold a property's value instead of the text; the first that is there counts."""


_SYNTAXES = {
    "itemtype": _Syntax(
        scope=("itemscope", "itemtype"),
        type="itemtype",
        property="itemprop",
        values=("content", "datetime", "href", "src", "data", "value"),
    ),
    "typeof": _Syntax(
        scope=("typeof",),
        type="typeof",
        property="property",
        values=("content", "datetime", "resource", "href", "src", "value"),
    ),
}


def _from_markup(markup: str, syntax: _Syntax, prefixes: set[str]) -> list[dict[str, Any]]:
    """Postings that attributes of elements state."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return []
    if root is None:
        return []
    graph = _Graph(prefixes)
    for item in _items(root, syntax, graph, _MOST_TEXT * len(markup)):
        graph.add(item)
    return graph.resolved_postings()


def _items(root: Any, syntax: _Syntax, graph: _Graph, budget: int) -> list[dict[str, Any]]:
    """Items that are not part of another; none when their texts are longer, in characters, than the budget."""
    items: dict[Any, dict[str, Any]] = {}  # by element
    holders: dict[Any, dict[str, Any] | None] = {}  # by element: the item that what stands in it belongs to
    tops = []
    for element in root.xpath(f"//*[@{' or @'.join((syntax.property, *syntax.scope))}]"):
        parent = element.getparent()
        if parent not in holders:
            holders[parent] = next((items[above] for above in element.iterancestors() if above in items), None)
        holder = holders[parent]
        if any(attribute in element.attrib for attribute in syntax.scope):
            items[element] = {"@type": element.get(syntax.type, "").split()}
        item = items.get(element)
        names = [graph.bare(name) for name in element.get(syntax.property, "").split() if not name.startswith("@")]
        if holder:
            for name in names:
                value = item or _stated(element, name, syntax)
                budget -= len(value)
                if value and ":" not in name:  # else it is empty, or another vocabulary's
                    _add(holder, name, value)
        if item and not (holder and names):
            tops.append(item)
        if budget < 0:
            return []
    return tops


def _add(item: dict[str, Any], name: str, value: Any) -> None:
    """Note a property's value; several make a list."""
    if name not in item:
        item[name] = value
    elif isinstance(item[name], list):
        item[name].append(value)
    else:
        item[name] = [item[name], value]


def _stated(element: Any, name: str, syntax: _Syntax) -> str:
    """The value of a property that is not an item: of an attribute, or HTML where that says something, or text."""
    for attribute in ("content",) if name in _NAMES | _HTML else syntax.values:
        if value := element.get(attribute):
            return str(value)
    if name in _HTML and len(element):
        children = (etree.tostring(child, method="html", encoding="unicode") for child in element)
        html = escape(element.text or "", quote=False) + "".join(children)
        return html if "<pre" in html else " ".join(html.split())  # lines of the source mean nothing
    gap = "" if next(element.iterdescendants(*_BREAKS), None) is None else " "
    return " ".join(gap.join(element.itertext()).split())
