"""Tables in files as they are published: text with tabs or commas, or workbooks; alone, in a folder or in a zip."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from crawlers.errors import OperatorError

Row = dict[str, Any]

_HEADER_WITHIN = 30
"""Rows of a workbook or text among which the header is looked for: official files begin with a preamble."""
_LARGEST = 512 * 1024 * 1024
"""Bytes of one file; what is larger is no table of these kinds."""
_NO_WORD = re.compile(r"[^a-z0-9]+")


class UnreadableError(OperatorError):
    """A file that is not what it should be: says where, and what was expected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A published file."""

    name: str
    """For people: the file's path, and in a zip the member's name behind it."""
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceFile:
    """A file that was read: where its rows go, and where they come from."""

    kind: str
    part: str
    """Of what is published under this kind: a part that is loaded again takes the place of what was there."""
    table: str
    name: str
    sha256: str
    vintage: str
    attribution: str | None
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table."""

    names: tuple[str, ...]
    """What releases have called it; letters and digits alone count."""
    read: Callable[[str], Any] = str
    """From text to value; raises ValueError."""
    may_be_empty: bool = False
    may_be_absent: bool = False


def sources_in(path: Path) -> list[Source]:
    """The file, or the tables of a folder or zip, by name. Raises UnreadableError."""
    try:
        if path.is_dir():
            found = sorted(each for each in path.iterdir() if each.suffix.lower() in (".txt", ".xlsx", ".csv"))
            return [Source(name=str(each), content=_bytes(each)) for each in found]
        if path.suffix.lower() == ".zip":
            return list(_members(path))
        return [Source(name=str(path), content=_bytes(path))]
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror or error}") from error


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST:
        raise UnreadableError(f"{path}: larger than {_LARGEST >> 20} MB, which no file of this kind is")
    return path.read_bytes()


def _members(path: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda each: each.filename):
                if member.is_dir() or PurePath(member.filename).suffix.lower() not in (".txt", ".xlsx", ".csv"):
                    continue
                if member.file_size > _LARGEST:
                    raise UnreadableError(f"{path}: {member.filename}: larger than {_LARGEST >> 20} MB")
                yield Source(name=f"{path}/{member.filename}", content=archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableError(f"{path}: no zip that can be read: {error}") from error


def table_rows(source: Source, columns: Mapping[str, Column]) -> Iterator[Row]:
    """Rows with the columns by our names. Raises UnreadableError where a column is missing or a value is none."""
    lines = enumerate(_lines(source), start=1)
    places = _places(lines, source, columns)
    for number, cells in lines:
        if not any(cells):
            continue
        row: Row = {}
        for name, column in columns.items():
            place = places.get(name)
            text = cells[place].strip() if place is not None and place < len(cells) else ""
            if not text and not (column.may_be_empty or column.may_be_absent):
                raise UnreadableError(f"{source.name}, line {number}: {column.names[0]} is empty")
            try:
                row[name] = column.read(text) if text else None
            except ValueError as error:
                raise UnreadableError(f"{source.name}, line {number}: {column.names[0]}: {error}") from error
        yield row


def has_columns(source: Source, columns: Mapping[str, Column]) -> bool:
    """Whether a header of these columns is among the first lines."""
    try:
        _places(enumerate(_lines(source), start=1), source, columns)
    except UnreadableError:
        return False
    return True


def _places(lines: Iterable[tuple[int, list[str]]], source: Source, columns: Mapping[str, Column]) -> dict[str, int]:
    """Where each column stands; reads `lines` up to the header."""
    missing: list[str] = [column.names[0] for column in columns.values() if not column.may_be_absent]
    first: list[str] = []
    for number, cells in lines:
        names = [_NO_WORD.sub("", cell.lower()) for cell in cells]
        first = first or [cell for cell in cells if cell]
        places = {
            key: names.index(name)
            for key, column in columns.items()
            for name in reversed([_NO_WORD.sub("", each.lower()) for each in column.names])
            if name in names
        }
        lacking = [column.names[0] for key, column in columns.items() if key not in places and not column.may_be_absent]
        if not lacking:
            return places
        if len(lacking) < len(missing):
            missing = lacking
        if number >= _HEADER_WITHIN:
            break
    begins = ", ".join(first[:6])[:120] or "nothing"
    raise UnreadableError(f"{source.name}: no column {', '.join(missing)}; the file begins with: {begins}")


def _lines(source: Source) -> Iterator[list[str]]:
    if PurePath(source.name).suffix.lower() == ".xlsx":
        return _sheet(source)
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = source.content.decode("cp1252", errors="replace")
    delimiter = "\t" if "\t" in text[:2000] else ","
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    return _separated(source, text, delimiter, quoting)


def _separated(source: Source, text: str, delimiter: str, quoting: Any) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    except csv.Error as error:
        raise UnreadableError(f"{source.name}: no table: {error}") from error


def _sheet(source: Source) -> Iterator[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(source.content)).get_sheet_by_index(0)
        rows = sheet.iter_rows()
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise UnreadableError(f"{source.name}: no workbook that can be read: {error}") from error
    for row in rows:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
