"""Brings a recording down to its size: pages without their menus, long texts without their middle. Pure.

Of a text the beginning and the end stay: what is said of visas mostly stands in the closing lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container
from functools import partial
from typing import Any

from crawlers.capture.recording import LIMIT, NOT_TEXT, Exchange, Recording
from crawlers.capture.scrub import embedded, in_script

MARK = "…"
"""Stands where something was taken out."""
LENGTHS = (8_000, 4_000, 2_000, 1_000)
"""Characters of a text; one after the other until the recording is small enough."""
_LONGEST_LIST = 10
"""Members of lists, where there are no more postings than that."""

_BORDER = re.compile(
    r"(?:</|&lt;/)(?:p|li|ul|ol|div|h[1-6]|section|table|tr)\s*(?:>|&gt;)|(?:<|&lt;)br\s*/?(?:>|&gt;)|[.!?](?=\s)|\n",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"(<script\b[^<>]*>)(.*?)(</script\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TEXT = re.compile(r"<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)|<[^<>]*>|(?P<text>[^<]+)", re.DOTALL)


def fitted(recording: Recording, postings: int) -> Recording | None:
    """The recording with less in it, as little less as will do; None where nothing makes it small enough.

    `postings` says how many it lists, which stay.
    """
    longest = max(postings, _LONGEST_LIST)
    if recording.size <= LIMIT:
        return recording
    urls = {exchange.request.url for exchange in recording.exchanges}
    done = f"pages without menus, forms and the like; feeds with {longest} elements of a name at a place"
    lighter = recording.with_bodies(partial(lightened, urls=urls, longest=longest), done)
    if lighter.size == recording.size:
        lighter = recording
    if lighter.size <= LIMIT:
        return lighter
    for length in LENGTHS:
        done = f"texts of more than {length:,} characters: middle taken out ({MARK}); lists: {longest} members kept"

        def shortened(exchange: Exchange, length: int = length) -> bytes:
            if exchange.file and exchange.file.endswith(NOT_TEXT):
                return exchange.body
            return shorten(exchange.body.decode("utf-8", "replace"), length, longest).encode("utf-8", "replace")

        shorter = lighter.with_bodies(shortened, done)
        if shorter.size <= LIMIT:
            return shorter
    return None


def shorten(body: str, length: int, longest: int) -> str:
    """A body whose texts have `length` characters at most, and its lists `longest` members."""
    data = embedded(body)
    if data is not None:
        return json.dumps(shorten_value(data, length, longest), ensure_ascii=not _encodable(body), indent=1) + "\n"
    if body.lstrip().startswith("<"):
        return shorten_markup(body, length, longest)
    return shorten_text(body, length)


def shorten_value(value: Any, length: int, longest: int) -> Any:
    """A value of a JSON answer with short texts and short lists."""
    if isinstance(value, dict):
        return {key: shorten_value(each, length, longest) for key, each in value.items()}
    if isinstance(value, list):
        return [shorten_value(each, length, longest) for each in value[:longest]]
    if not isinstance(value, str) or len(value) <= length:
        return value
    if (inner := embedded(value)) is not None:
        return json.dumps(shorten_value(inner, length, longest), ensure_ascii=False)
    return shorten_text(value, length)


def shorten_markup(text: str, length: int, longest: int) -> str:
    """A page or a feed with short texts, in its data scripts too."""

    def script(match: re.Match[str]) -> str:
        data = embedded(match[2])
        return match[0] if data is None else match[1] + in_script(shorten_value(data, length, longest)) + match[3]

    def part(match: re.Match[str]) -> str:
        if match["data"] is not None:
            return f"<![CDATA[{shorten_text(match['data'], length)}]]>"
        return match[0] if match["text"] is None else shorten_text(match["text"], length)

    pieces, end = [], 0
    for found in _SCRIPT.finditer(text):
        pieces += [_TEXT.sub(part, text[end : found.start()]), script(found)]
        end = found.end()
    return "".join([*pieces, _TEXT.sub(part, text[end:])])


def shorten_text(text: str, length: int) -> str:
    """A text without its middle, cut where a sentence, a line or an element ends.

    >>> shorten_text("<p>One thing.</p><p>Another thing.</p><p>A third.</p><p>No visas.</p>", 50)
    '<p>One thing.</p>…<p>No visas.</p>'
    """
    if len(text) <= length or not re.search(r"\s", text):
        return text
    borders = [border.end() for border in _BORDER.finditer(text)]
    half = length // 2
    head = max((border for border in borders if border <= half), default=_word_end(text, half))
    tail = min((border for border in borders if border >= len(text) - half), default=len(text) - half)
    if tail >= len(text):
        tail = len(text) - half
    return text[:head] + MARK + text[tail:]


def _word_end(text: str, limit: int) -> int:
    return text.rfind(" ", 0, limit) if " " in text[:limit] else limit


def lightened(exchange: Exchange, urls: Container[str], longest: int) -> bytes:
    """A page or a feed with less in it; what names one of the URLs stays."""
    markup = exchange.markup()
    if markup and markup.xml:
        markup.thin(longest, urls)
        return markup.render().encode("utf-8", "replace")
    if exchange.lighten is None or markup is None:
        return exchange.body
    return exchange.lighten(exchange.body.decode("utf-8", "replace")).encode("utf-8", "replace")


def _encodable(text: str) -> bool:
    return not re.search(r"\\u[dD][89a-fA-F]", text)
