"""An answer's body as something that can be cut: the lists in it, what it says of their size, what is only ballast."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Container, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol
from urllib.parse import urljoin

from lxml import etree, html  # type: ignore[import-untyped]

from crawlers.capture.scrub import Scrubber

_TOTAL = re.compile(
    r".*total.*|.*found|(?:job|result|item|position|record|posting|opening|hit)*s?count|hits|numberofitems|resultsize"
)
_NO_TOTAL = re.compile(r".*(?:page|limit|batch|offset).*")
_PAGES = re.compile(r"(?:total|num|number|of)*pages?(?:count|total)?|lastpage")
_MORE = re.compile(r"(?:has|is)?(?:more|next).*|.*(?:cursor|continuation|nexturl|nextlink|nextpage).*")
_END = re.compile(r"(?:is)?last(?:page)?")

_BALLAST = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|svg)\b([^<>]*)>(.*?)(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_JSON_LD = re.compile(r"application/ld\+json", re.IGNORECASE)
_DATA_URL = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
_SMALL_SCRIPT = 5_000
"""Characters; a script of no more may hold what the page knows of its posting."""
CHROME = ("nav", "header", "footer", "aside", "form", "iframe", "noscript", "select", "picture", "img", "link", "meta")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which only an escape can write."""
_DECLARED = re.compile(r"""(<\?xml[^>]*?encoding=["'])[\w.-]+""")


class Group(Protocol):
    """What stands in a row in a document; it can be cut to its first members, and restored."""

    def __len__(self) -> int:
        """Members, before any cut."""

    def cut(self, length: int) -> None:
        """Leave the first `length`."""


class Document(Protocol):
    """A body."""

    def groups(self) -> Iterator[Group]:
        """Groups from the outermost to the innermost; what was cut off by then is not looked into."""

    def render(self) -> str:
        """The body as it is now."""

    def scrub(self, scrubber: Scrubber) -> None:
        """Take people out."""


class JsonGroup:
    """A list."""

    def __init__(self, items: list[Any]) -> None:
        self.items, self.whole = items, items[:]

    def __len__(self) -> int:
        return len(self.whole)

    def cut(self, length: int) -> None:
        """See Group."""
        self.items[:] = self.whole[:length]


class JsonDocument:
    """A body of JSON. Raises ValueError or RecursionError where it is none."""

    ending = "json"

    def __init__(self, text: str) -> None:
        self.data = json.loads(text)

    def groups(self) -> Iterator[Group]:
        """See Document."""
        waiting = deque([self.data])
        while waiting:
            value = waiting.popleft()
            if isinstance(value, list):
                yield JsonGroup(value)
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(value.values())

    def render(self) -> str:
        """See Document."""
        text = json.dumps(self.data, ensure_ascii=False, indent=1) + "\n"
        if text.isascii() or not _SURROGATE.search(text):
            return text
        return json.dumps(self.data, indent=1) + "\n"

    def scrub(self, scrubber: Scrubber) -> None:
        """See Document."""
        self.data = scrubber.value(self.data)

    def figures(self, least: int) -> list[Figure]:
        """What says how long the list is: totals of `least` at least, and numbers of pages."""
        found = []
        for each in self._envelope():
            for key, value in each.items():
                if isinstance(value, bool) or not isinstance(value, int):
                    continue
                name = _plain(key)
                if _PAGES.fullmatch(name):
                    found.append(Figure(each, key, pages=True))
                elif value >= least and _TOTAL.fullmatch(name) and not _NO_TOTAL.fullmatch(name):
                    found.append(Figure(each, key))
        return found

    def end(self) -> None:
        """Let it be the last page, by whatever says that there is another."""
        for each in self._envelope():
            for key, value in each.items():
                if _MORE.fullmatch(_plain(key)):
                    each[key] = False if isinstance(value, bool) else None
                elif _END.fullmatch(_plain(key)) and value is False:
                    each[key] = True

    def _envelope(self) -> list[dict[str, Any]]:
        """The objects around the list, and in them; not what stands in longer lists."""
        found: list[dict[str, Any]] = []
        waiting = deque([self.data])
        while waiting:
            value = waiting.popleft()
            if isinstance(value, list) and len(value) == 1:
                waiting.append(value[0])
            elif isinstance(value, dict):
                found.append(value)
                waiting.extend(value.values())
        return found


@dataclass(slots=True)
class Figure:
    """A number in a JSON answer."""

    holder: dict[str, Any]
    key: str
    pages: bool = False
    """Of pages, not of postings."""

    def lower(self, to: int) -> str | None:
        """Put a smaller number there; says so, None where it is not smaller."""
        value: int = self.holder[self.key]
        if value <= to:
            return None
        self.holder[self.key] = to
        return f"{self.key} {value} -> {to}"


def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


class MarkupGroup:
    """Elements of one name under one parent."""

    def __init__(self, parent: Any, members: list[Any]) -> None:
        self.parent, self.members, self.whole = parent, members, list(parent)

    def __len__(self) -> int:
        return len(self.members)

    def cut(self, length: int) -> None:
        """See Group."""
        self._leave(self.members[:length])

    def thin(self, length: int, keep: Container[str]) -> None:
        """Leave the first `length`, and those that hold one of these texts."""
        if len(self.members) > length:
            rest = self.members[length:]
            named = [each for each in rest if any(text.strip() in keep for text in each.itertext())]
            self._leave([*self.members[:length], *named])

    def _leave(self, members: list[Any]) -> None:
        kept, all_of_them = set(map(id, members)), set(map(id, self.members))
        self.parent[:] = [child for child in self.whole if id(child) in kept or id(child) not in all_of_them]


class MarkupDocument:
    """A page or a feed. Raises ValueError where there is no element in it."""

    def __init__(self, text: str, *, xml: bool) -> None:
        self.text, self.xml = text, xml
        self.ending = "xml" if xml else "html"
        self.whole = "<html" in text.lower()
        """A page; else a piece of one."""
        self._root: Any = None

    @property
    def root(self) -> Any:
        """The root element; from then on the body is rendered from it."""
        if self._root is None:
            body = self.text.encode("utf-8", "replace")
            try:
                if self.xml:
                    parser = etree.XMLParser(strip_cdata=False, recover=True, resolve_entities=False, encoding="utf-8")
                    self._root = etree.fromstring(body, parser)
                elif self.whole:
                    self._root = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
                else:
                    self._root = html.fragment_fromstring(self.text, create_parent=True)
            except etree.LxmlError as error:
                raise ValueError(str(error)) from None
            if self._root is None:
                raise ValueError("no element in it")
        return self._root

    def groups(self) -> Iterator[MarkupGroup]:
        """See Document."""
        waiting = deque([self.root])
        while waiting:
            parent = waiting.popleft()
            by_name: dict[Any, list[Any]] = {}
            for child in parent:
                by_name.setdefault(child.tag, []).append(child)
            for name, members in by_name.items():
                if len(members) > 1 and isinstance(name, str):
                    yield MarkupGroup(parent, members)
            waiting.extend(parent)

    def render(self) -> str:
        """See Document."""
        if self._root is None:
            return self.text
        tree = self._root.getroottree()
        if self.xml:
            return str(etree.tostring(tree, xml_declaration=True, encoding="utf-8").decode())
        if self.whole:
            return str(etree.tostring(tree, method="html", encoding="unicode"))
        parts = [etree.tostring(child, method="html", encoding="unicode") for child in self._root]
        return escape(self._root.text or "", quote=False) + "".join(parts)

    def scrub(self, scrubber: Scrubber) -> None:
        """See Document."""
        self.text, self._root = scrubber.markup(self.render()), None

    def replace_number(self, number: int, instead: int) -> None:
        """Write another number wherever this one stands alone."""
        written = rf"(?<![\w.,-])(?:{number}|{number:,})(?![\w-]|[.,]\d)"
        self.text, self._root = re.sub(written, str(instead), self.render()), None

    def unlink(self, base: str, urls: Container[str]) -> int:
        """Take away the links to these URLs, and the entries for them in a sitemap; return how many."""
        gone = 0
        for element in list(self.root.iter("{*}a", "{*}link", "{*}loc")):
            url = (element.text or "").strip() if element.get("href") is None else element.get("href")
            entry = element if element.get("href") is not None else element.getparent()
            if _joined(base, url) in urls and entry is not None and entry.getparent() is not None:
                entry.getparent().remove(entry)
                gone += 1
        return gone

    def thin(self, length: int, keep: Container[str]) -> None:
        """Leave `length` of the elements of one name under one parent, and those that name one of these URLs."""
        for group in list(self.groups()):
            group.thin(length, keep)

    def lighten(self, *, scripts: bool) -> None:
        """Take away comments, styles, drawings and images in data; with `scripts` also those that hold no data."""

        def kept(match: re.Match[str]) -> str:
            if not match[1] or match[1].lower() != "script":
                return ""
            stays = not scripts or len(match[3]) < _SMALL_SCRIPT or _JSON_LD.search(match[2])
            return match[0] if stays else ""

        self.text, self._root = _DATA_URL.sub("data:,", _BALLAST.sub(kept, self.render())), None

    def drop(self, name: str) -> None:
        """Take away the elements of a name."""
        for element in list(self.root.iter(name)):
            if element.getparent() is not None:
                element.drop_tree()


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:  # http://[
        return url


def document_of(text: str, *, xml: bool) -> JsonDocument | MarkupDocument | None:
    """The body as a document; None where it is neither JSON nor markup."""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return JsonDocument(text)
        except (ValueError, RecursionError):
            return None
    if not text.lstrip().startswith("<"):
        return None
    return MarkupDocument(_DECLARED.sub(r"\g<1>utf-8", text, count=1), xml=xml)
