"""Postings drawn by chance, for people to read: as many of each value of a reading, or as they come."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import heappush, heapreplace
from typing import TypeVar

from sqlalchemy import Connection, Row, Select, func, or_, select

from crawlers.items import Evidence, JobPosting, Location
from crawlers.storage.engine import StorageError
from crawlers.storage.models import Board, EvidenceRow, Posting, PostingLocation, PostingText, Reading, VisitRow
from crawlers.storage.rows import EVIDENCE_FIELDS, POSTING_FIELDS, READING_FIELDS, place_from
from crawlers.visits import Outcome

Value = str | bool | None
_Key = TypeVar("_Key")
_CHUNK = 100
"""Postings in memory at once: with their texts they are large."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """What to draw."""

    reading: str
    """A column of `readings` that holds one value of few."""
    size: int
    """Postings, at least 1."""
    seed: int
    """The same seed draws the same postings, as long as the same ones are stored."""
    evenly: bool = True
    """As many of each value as there are; else all postings alike, whatever was read."""
    values: Sequence[Value] = ()
    """Only postings with one of these; none: all."""
    platform: str | None = None
    """Only this platform's postings."""


@dataclass(frozen=True, slots=True)
class _Ticket:
    id: int
    weight: float


@dataclass(kw_only=True, slots=True)
class Drawn:
    """What was drawn: postings by their ids, and of how many."""

    reading: str
    stored: Counter[Value] = field(default_factory=Counter)
    """Open postings to draw from, by value."""
    drawn: Counter[Value] = field(default_factory=Counter)
    """Postings drawn, by value."""
    tickets: list[_Ticket] = field(default_factory=list)
    """In an order of chance, so that the first half of them is a draw too."""


@dataclass(kw_only=True, slots=True)
class SampledPosting:
    """A posting drawn."""

    public_id: str
    weight: float
    """How many open postings it stands for."""
    posting: JobPosting
    """With what was published; of its readings those of one value each, and the evidence of the one asked for."""


def draw(connection: Connection, asked: Draw) -> Drawn:
    """Draw from open postings that were read, in one pass that keeps `size` postings of each value at most.

    Each posting has a rank of chance, a digest of the seed and its public id; the lowest ranks are drawn.
    """
    lowest: dict[Value, list[tuple[int, int, Value]]] = {}
    drawn = Drawn(reading=asked.reading)
    for posting_id, public_id, value in connection.execute(_open_postings(asked).execution_options(yield_per=1000)):
        drawn.stored[value] += 1
        heap = lowest.setdefault(value if asked.evenly else None, [])
        entry = (-_rank(asked.seed, public_id), posting_id, value)  # negative, so that the highest rank is on top
        if len(heap) < asked.size:
            heappush(heap, entry)
        elif entry > heap[0]:
            heapreplace(heap, entry)
    sizes = {key: drawn.stored[key] if asked.evenly else drawn.stored.total() for key in lowest}
    for key, share in even_shares(sizes, asked.size).items():
        for _, posting_id, value in sorted(lowest[key], reverse=True)[:share]:
            drawn.drawn[value] += 1
            drawn.tickets.append(_Ticket(posting_id, sizes[key] / share))
    random.Random(asked.seed).shuffle(drawn.tickets)
    return drawn


def even_shares(sizes: Mapping[_Key, int], total: int) -> dict[_Key, int]:
    """How many to take of each group, so that all give the same, and what small groups lack comes from larger ones.

    >>> even_shares({"none": 900, "unclear": 50, "offered": 3}, 100)
    {'offered': 3, 'unclear': 48, 'none': 49}
    """
    shares: dict[_Key, int] = {}
    for key, size in sorted(sizes.items(), key=lambda item: (item[1], str(item[0]))):
        shares[key] = min(size, (total - sum(shares.values())) // (len(sizes) - len(shares)))
    return shares


def sampled(connection: Connection, drawn: Drawn) -> Iterator[SampledPosting]:
    """The postings drawn, a few at a time. Raises StorageError where one is gone by now."""
    for start in range(0, len(drawn.tickets), _CHUNK):
        tickets = drawn.tickets[start : start + _CHUNK]
        ids = [ticket.id for ticket in tickets]
        rows = {row.id: row for row in connection.execute(_postings().where(Posting.id.in_(ids)))}
        places = _places(connection, ids)
        evidence = _evidence(connection, ids, drawn.reading)
        for ticket in tickets:
            row = rows.get(ticket.id)
            if row is None:
                raise StorageError(f"posting {ticket.id} is gone since it was drawn; draw again")
            posting = _posting(row, places.get(ticket.id, []), evidence.get(ticket.id, []))
            yield SampledPosting(public_id=row.public_id, weight=ticket.weight, posting=posting)


def _open_postings(asked: Draw) -> Select[int, str, Value]:
    """Ids and values of open postings: what its board's last complete visit saw, and all of a board without one."""
    latest = (
        select(VisitRow.board_id, func.max(VisitRow.started_at).label("started_at"))
        .where(VisitRow.outcome == Outcome.COMPLETE)
        .group_by(VisitRow.board_id)
        .subquery()
    )
    column = Reading.__table__.c[asked.reading]
    query = (
        select(Posting.id, Posting.public_id, column)
        .join(Reading, Reading.posting_id == Posting.id)
        .outerjoin(latest, latest.c.board_id == Posting.board_id)
        .where(or_(latest.c.started_at.is_(None), Posting.last_seen_at >= latest.c.started_at))
    )
    if asked.platform:
        query = query.join(Board, Board.id == Posting.board_id).where(Board.platform == asked.platform)
    if asked.values:
        query = query.where(or_(*(column.is_(None) if value is None else column == value for value in asked.values)))
    return query


def _rank(seed: int, public_id: str) -> int:
    return int.from_bytes(blake2b(f"{seed} {public_id}".encode(), digest_size=8).digest())


def _postings() -> Select[tuple[object, ...]]:
    columns = [Posting.__table__.c[name] for name in POSTING_FIELDS]
    readings = [Reading.__table__.c[name] for name in READING_FIELDS]
    return (
        select(
            Posting.id,
            Posting.public_id,
            Board.platform,
            Board.board,
            PostingText.description_html,
            PostingText.description_text,
            *columns,
            *readings,
        )
        .join(Board, Board.id == Posting.board_id)
        .join(PostingText, PostingText.posting_id == Posting.id)
        .outerjoin(Reading, Reading.posting_id == Posting.id)
    )


def _posting(row: Row[tuple[object, ...]], places: list[Location], evidence: list[Evidence]) -> JobPosting:
    columns = ("platform", "board", "description_html", "description_text", *POSTING_FIELDS, *READING_FIELDS)
    fields = {name: row._mapping[name] for name in columns}
    return JobPosting(**fields, locations=places, evidence=evidence)


def _places(connection: Connection, ids: list[int]) -> dict[int, list[Location]]:
    query = select(PostingLocation).where(PostingLocation.posting_id.in_(ids))
    found: dict[int, list[Location]] = {}
    for row in connection.execute(query.order_by(PostingLocation.posting_id, PostingLocation.position)):
        found.setdefault(row.posting_id, []).append(place_from(row._asdict()))
    return found


def _evidence(connection: Connection, ids: list[int], reading: str) -> dict[int, list[Evidence]]:
    query = select(EvidenceRow).where(EvidenceRow.posting_id.in_(ids), EvidenceRow.reading == reading)
    found: dict[int, list[Evidence]] = {}
    for row in connection.execute(query.order_by(EvidenceRow.posting_id, EvidenceRow.position)):
        evidence = Evidence(**{name: row._mapping[name] for name in EVIDENCE_FIELDS})
        found.setdefault(row.posting_id, []).append(evidence)
    return found
