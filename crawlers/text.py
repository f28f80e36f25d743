"""Published HTML -> clean HTML and plain text with stable offsets; published times -> UTC. Pure; no function raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape, unescape
from itertools import zip_longest

import nh3
from selectolax.lexbor import LexborHTMLParser

_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)

# NUL and its like: PostgreSQL cannot store the first at all.
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
_ZERO_WIDTH = tuple(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ESCAPED_END = re.compile(r"&(?:amp;)*lt;/(?:p|div|ul|ol|li|span|strong|h[1-6]|em|b)\s*&(?:amp;)*gt;", re.IGNORECASE)
_REAL_END = re.compile(r"</(?:p|div|ul|ol|li|strong|h[1-6]|em|b)\s*>", re.IGNORECASE)
# A parser's time grows with the square of the nesting; no real posting comes near.
_MAX_TAGS = 10_000
_MAX_ENTITIES = 100_000  # likewise

_PRE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
# A tag of clean HTML: name, with the slash of an end tag, and attributes.
_CLEAN_TAG = re.compile(r'<([^>"]*(?:"[^"]*"[^>"]*)*)>')
_WORD_BULLETS = tuple("\uf0b7\uf0a7\uf0d8\uf076")
_PARAGRAPH_TAGS = ("p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "pre", "dl")
_LINE_TAGS = ("div", "tr", "dt", "dd")
_INLINE_TAGS = ("a", "b", "code", "em", "i", "strong", "sub", "sup", "u")


# What a tag does to the line that is being written. Every one ends it, if anything is on it; and then:
_SOFT = "soft"  # nothing more
_LINE = "line"  # if nothing was on it, a blank line shows
_PARAGRAPH = "paragraph"  # a blank line follows
_ITEM = "item"  # the next line has a bullet
_ITEM_END = "item end"  # the next line has none
_BREAKS: dict[str | None, str] = {
    **{f"{end}{tag}": _PARAGRAPH for tag in _PARAGRAPH_TAGS for end in ("", "/")},
    **{f"{end}{tag}": _SOFT for tag in _LINE_TAGS for end in ("", "/")},
    "br": _LINE,
    "hr": _PARAGRAPH,
    "li": _ITEM,
    "/li": _ITEM_END,
    None: _SOFT,  # the end of the text
}
_UNREAD_TAGS = {"script", "style", "noscript", "template", "svg", "iframe", "object", "head", "select"}
_UNREAD_ELEMENT = re.compile(rf"<({'|'.join(sorted(_UNREAD_TAGS))})\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_CLEANER = nh3.Cleaner(
    tags={*_INLINE_TAGS, *_PARAGRAPH_TAGS, *_LINE_TAGS, "br", "hr", "li", "td", "th", "thead", "tbody"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    clean_content_tags=_UNREAD_TAGS,
    link_rel="noopener noreferrer nofollow",
)


def is_html(text: str) -> bool:
    """Whether a tag occurs in the text.

    >>> is_html("Salary < 5 & > 3"), is_html("one<br>two")
    (False, True)
    """
    return _TAG.search(text) is not None


def unescape_once(text: str) -> str:
    """Undo one level of HTML escaping, as in Greenhouse's `content`.

    >>> unescape_once("&lt;p&gt;R&amp;amp;D&lt;/p&gt;")
    '<p>R&amp;D</p>'
    """
    if "&" not in text:
        return text
    plain = (
        text.replace("&nbsp;", "\xa0")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#39;", "'")
    )
    if plain.count("&") == plain.count("&amp;"):
        return plain.replace("&amp;", "&")
    return unescape(text)  # the same, for every entity there is, and twenty times slower


def clean_html(html: str) -> str:
    """Sanitise published HTML by an allow-list of tags; scripts, styles and hidden elements go with their content.

    HTML that was escaped once too often is unescaped first.

    >>> clean_html('<p onclick="x()">Hi<script>alert(1)</script> <span hidden>no</span></p>')
    '<p>Hi </p>'
    """
    html = storable(html)
    for _ in range(3):
        if "lt;/" not in html or len(_ESCAPED_END.findall(html)) <= len(_REAL_END.findall(html)):
            break
        html = storable(unescape_once(html))
    if html.count("&") > _MAX_ENTITIES:
        html = html.replace("&", " ")
    if html.count("<") > _MAX_TAGS:
        return escape(_words_of(html), quote=False)
    lower = html.lower()
    if "hidden" in lower or "display" in lower:
        html = _without_hidden(html)
    return _CLEANER.clean(html).strip()


def plain_text(html: str) -> str:
    """Text of clean HTML: blocks on lines of their own, paragraphs apart, list items with bullets, cells with bars.

    The input is what `clean_html` returns; the same input gives the same text, so that offsets into it keep.

    >>> plain_text("<p>We offer:</p><ul><li>R&amp;D</li><li>tea</li></ul>")
    'We offer:\\n\\n• R&D\\n• tea'
    """
    html = storable(html).replace("&nbsp;", " ")
    if not html.isascii():
        html = _without_zero_width(html)
        for bullet in _WORD_BULLETS:
            html = html.replace(bullet, "•")
    if "<pre>" in html:
        html = _PRE.sub(lambda match: match[1].replace("\n", "<br>"), html)
    if "</t" in html:
        html = html.replace("</td>", " | ").replace("</th>", " | ")
    return unescape_once("\n".join(_lines(html)))


def _lines(html: str) -> Iterator[str]:
    """Lines with single spaces, at most one blank line between two, and bullets before what is in an item."""
    parts = _CLEAN_TAG.split(html)
    started = bullet = in_list = gap = False
    line = ""
    for text, tag in zip_longest(parts[::2], parts[1::2]):
        line += text
        action = _BREAKS.get(tag)
        if action is None:
            continue
        if content := " ".join(line.split()).rstrip(" |"):
            if gap and started and not (bullet and in_list):
                yield ""
            yield "• " + content if bullet else content
            started, in_list, bullet, gap = True, bullet, False, False
        elif action is _LINE:
            gap = True
        if action is _PARAGRAPH:
            gap = True
        elif action is _ITEM:
            bullet = True
        elif action is _ITEM_END:
            bullet = False
        line = ""


def tidy_text(text: str) -> str:
    """Plain text as published, made storable: without control and zero-width characters; lines and spaces kept.

    >>> tidy_text("one\\x00 two\\u200b\\r\\nthree")
    'one two\\nthree'
    """
    return _without_zero_width(storable(text)).replace("\r\n", "\n").replace("\r", "\n").strip()


def one_line(text: str | None) -> str | None:
    """A title, name or place: tags and entities undone, white space folded; None when nothing is left.

    >>> one_line(" Data&nbsp;&amp; <b>ML</b>\\n Engineer ")
    'Data & ML Engineer'
    """
    if text is None:
        return None
    text = storable(text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = unescape(text)
    return " ".join(_without_zero_width(storable(text)).split()) or None


def storable(text: str) -> str:
    """The text without what a database or an encoder refuses: lone surrogates and control characters.

    >>> storable("a\\x00b")
    'ab'
    """
    return text.encode("utf-8", "replace").translate(None, _CONTROL).decode()


def when(value: str | int | float | None) -> datetime | None:
    """A published time as UTC: ISO 8601, "2026-01-31 10:00:00 UTC", RFC 822, epoch seconds or milliseconds.

    None where it cannot be read without guessing (such as "03/04/2026"). A time without a zone is taken as UTC.

    >>> when("2026-06-02T08:58:57-04:00")
    datetime.datetime(2026, 6, 2, 12, 58, 57, tzinfo=datetime.timezone.utc)
    >>> when(1711403416463).date()
    datetime.date(2024, 3, 25)
    >>> when("03/04/2026")
    """
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        if isinstance(value, (int, float)):
            seconds = value / 1000 if abs(value) >= 1e11 else value
            time = datetime.fromtimestamp(seconds, UTC)
        else:
            time = _parse_time(value.strip())
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return time if 1990 <= time.year <= 2100 else None


def _parse_time(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value.removesuffix(" UTC"))
    except ValueError:
        return parsedate_to_datetime(value)


def _without_zero_width(text: str) -> str:
    for character in _ZERO_WIDTH:
        if character in text:
            text = text.replace(character, "")
    return text


def _words_of(html: str) -> str:
    """The words of HTML with more tags than anybody writes; none where some of them are hidden."""
    lower = html.lower()
    if "hidden" in lower or "display" in lower:
        return ""
    return _TAG.sub("\n", _UNREAD_ELEMENT.sub(" ", html))


def _without_hidden(html: str) -> str:
    tree = LexborHTMLParser(html)
    for node in tree.css("[hidden], [style]"):
        if "hidden" in node.attributes or _HIDDEN_STYLE.search(node.attributes.get("style") or ""):
            node.decompose()
    return (tree.body.html if tree.body else None) or ""
