"""Cuts a list to its first postings: whatever leaves the spider with just these rows is right."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from scrapy import Request
from scrapy.http import Headers, Response, XmlResponse
from scrapy.responsetypes import responsetypes

from crawlers.base import BoardSpider
from crawlers.capture.documents import CHROME, Group, JsonDocument, MarkupDocument, document_of
from crawlers.jsonld import job_postings
from crawlers.payload import Row


class Reader:
    """What a spider reads in a response, if another text is its body; the visit learns nothing of it."""

    def __init__(self, spider: BoardSpider, request: Request, response: Response) -> None:
        visit = deepcopy(request.cb_kwargs["visit"])
        self.spider, self.original = spider, response
        self.request: Request = request.replace(cb_kwargs={**request.cb_kwargs, "visit": visit})

    def response(self, text: str) -> Response:
        """The response as a recording gives it."""
        body, url = text.encode("utf-8", "replace"), self.original.url
        headers = Headers({"Content-Type": content_type(self.original)})
        kind = responsetypes.from_args(headers=headers, url=url, body=body)
        return kind(url, status=self.original.status, headers=headers, body=body, request=self.request)

    def document(self, text: str) -> JsonDocument | MarkupDocument | None:
        """The text as something that can be cut."""
        return document_of(text, xml=isinstance(self.response(text), XmlResponse))

    def rows(self, text: str) -> list[Any] | None:
        """Rows of a list; None where the spider finds no list."""
        rows: list[Any] | None = self._asked("jobs", text)
        return rows

    def stated(self, text: str) -> list[Any]:
        """JobPostings that a page states as schema.org has it: what a spider reads that has no lists of its own."""
        return job_postings(text.encode("utf-8", "replace"))

    def detail(self, text: str) -> Row | None:
        """A posting on its own page; None where the spider finds none."""
        row: Row | None = self._asked("detail", text)
        return row

    def advertised(self, text: str) -> int | None:
        """Openings that the board says it has."""
        number: int | None = self._asked("advertised", text)
        return number

    def next_page(self, text: str) -> str | None:
        """URL of the next page; "" where the URL is not all of the request for it."""
        following = self._asked("next_page", text)
        if isinstance(following, Request):
            return following.url if following.method == "GET" else ""
        return following or None

    def _asked(self, hook: str, text: str) -> Any:
        try:
            return getattr(self.spider, hook)(self.response(text))
        except Exception:  # noqa: BLE001 - in a body that was cut a hook may find anything
            return None


def content_type(response: Response) -> str:
    """The Content-Type of an answer whose text is stored as UTF-8."""
    stated = (response.headers.get(b"Content-Type") or b"").decode("latin-1").partition(";")[0].strip()
    return f"{stated or 'text/plain'}; charset=utf-8"


class ListCut:
    """One page of a list on its way to fewer rows; `rows_in` finds them in its text."""

    def __init__(
        self, reader: Reader, document: JsonDocument | MarkupDocument, rows_in: Callable[[str], list[Any] | None]
    ) -> None:
        self.reader, self.document, self.rows_in = reader, document, rows_in
        self.rows = rows_in(document.render()) or []
        self.done: list[str] = []
        """What was done, for a person."""

    def to(self, keep: int, *, before: int = 0, pages: int = 1) -> bool:
        """Cut to `keep` rows, where `before` of the board's were kept on `pages` pages with this one.

        False where the list is longer, and nothing that can be taken away makes it shorter.
        """
        listed = len(self.rows)
        figures = self.document.figures(max(listed, 1)) if isinstance(self.document, JsonDocument) else []
        if listed > keep:
            self.shorten(keep)
            if len(self.rows) > keep:
                return False
            self.done.append(f"{len(self.rows)} of {listed} postings kept")
        total, full = before + keep, listed >= keep
        said = [figure.lower(pages if figure.pages else total) for figure in figures if full or not figure.pages]
        self.done += filter(None, said)
        self.say_size(total)
        if full:
            self.end()
        return True

    def shorten(self, keep: int) -> None:
        """Cut group after group, from the outermost, until no more than `keep` rows are left."""
        for group in self.document.groups():
            if len(self.rows) <= keep:
                return
            group.cut(self.length(group, keep))
            rows = self.rows_in(self.document.render())
            if rows is not None and keep <= len(rows) < len(self.rows) and self.had(rows):
                self.rows = rows
            else:
                group.cut(len(group))

    def had(self, rows: list[Any]) -> bool:
        """Whether all of these rows were there before."""
        return all(any(alike(row, other) for other in self.rows) for row in rows)

    def length(self, group: Group, keep: int) -> int:
        """The length of a group that leaves `keep` rows, or a few more; all of it where no row hangs on it."""

        def leaves(length: int) -> int:
            group.cut(length)
            return len(self.rows_in(self.document.render()) or ())

        if leaves(0) == len(self.rows):
            return len(group)
        least = bisect_left(range(len(group)), keep, key=leaves)
        if leaves(least) > keep:
            return least
        # Members that belong to the last row kept stay with it.
        return bisect_right(range(len(group)), keep, lo=least, key=leaves) - 1

    def say_size(self, total: int) -> None:
        """Let a page say that there are no more openings than are kept."""
        text = self.document.render()
        stated = self.reader.advertised(text)
        if stated is None or stated <= total or not isinstance(self.document, MarkupDocument):
            return
        self.document.replace_number(stated, total)
        if self.holds() and self.reader.advertised(self.document.render()) == total:
            self.done.append(f"openings {stated} -> {total}")
        else:
            self.document = self.document_again(text)

    def end(self) -> None:
        """Let the list end here."""
        text = self.document.render()
        following = self.reader.next_page(text)
        if following is None:
            return
        if isinstance(self.document, JsonDocument):
            self.document.end()
        else:
            self.document.unlink(self.reader.original.url, {following})
        if self.holds() and self.reader.next_page(self.document.render()) is None:
            self.done.append("says no more that there is a next page")
        else:
            self.document = self.document_again(text)

    def holds(self) -> bool:
        """Whether the spider still reads the same rows."""
        return self.rows_in(self.document.render()) == self.rows

    def document_again(self, text: str) -> JsonDocument | MarkupDocument:
        """The document as it was."""
        document = self.reader.document(text)
        assert document
        return document


def alike(row: Any, other: Any) -> bool:
    """Whether two rows are the same but for what is gathered from several members of a list, such as places."""
    if not isinstance(row, dict) or not isinstance(other, dict):
        return bool(row == other)
    plain = (str, int, float, bool, type(None))
    return all(other.get(key) == value for key, value in row.items() if isinstance(value, plain))


def lightened(text: str, reader: Reader) -> str:
    """A page without what is only for the eye, as far as the spider reads the same in it."""
    document, found = reader.document(text), read(reader, text)
    if not isinstance(document, MarkupDocument):
        return text
    for scripts in (True, False) if any(found) else (False,):
        document.lighten(scripts=scripts)
        if read(reader, document.text) == found:
            return document.text
        document.text = text
    return text


def without_chrome(text: str, reader: Reader) -> str:
    """A page without its menus, forms and the like, as far as the spider reads the same in it; where it reads nothing,
    without its scripts.
    """
    document, found = reader.document(text), read(reader, text)
    if not isinstance(document, MarkupDocument) or document.xml:
        return text
    if not any(found):
        document.lighten(scripts=True)
        return document.text
    for name in CHROME:
        document = MarkupDocument(text, xml=False)
        document.drop(name)
        if read(reader, document.render()) == found:
            text = document.render()
    return text


def read(reader: Reader, text: str) -> tuple[list[Any] | None, Row | None, list[Any]]:
    """What is found in a page: as a list, as a posting's own page, as schema.org has it."""
    return reader.rows(text), reader.detail(text), reader.stated(text)
