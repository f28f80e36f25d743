"""All questions to the database, and all changes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawlers.items import JobPosting
from crawlers.storage import overview, rereading, sample, schema
from crawlers.storage.bulk import BulkInsert, Row
from crawlers.storage.engine import StorageError, connect, name_of, read_url, reading, writing
from crawlers.storage.models import Base, Board, Posting, Reading, VisitRow
from crawlers.storage.overview import Card, PlatformOverview
from crawlers.storage.reference import References
from crawlers.storage.rereading import NewReadings, Reread, StoredPosting, Written
from crawlers.storage.rows import Parts, content_hash, posting_row
from crawlers.storage.sample import Draw, Drawn, SampledPosting
from crawlers.text import storable
from crawlers.visits import Outcome, Visit

_T = TypeVar("_T")
_CHUNK = 500
"""Rows a statement: far below SQLite's bound on variables, past which a larger one gains nothing."""
_SEEN = (
    update(Base.metadata.tables["postings"])
    .where(Posting.id == bindparam("key"))
    .values(last_seen_at=bindparam("now"), row_hash=bindparam("hash"))
)


@dataclass(kw_only=True, slots=True)
class BoardRow:
    """A board to import."""

    platform: str
    board: str
    employer: str | None = None


@dataclass(kw_only=True, slots=True)
class Imported:
    """What an import of boards did."""

    added: int
    known: int


@dataclass(kw_only=True, slots=True)
class BoardSummary:
    """A board as `scrapy boards list` shows it."""

    platform: str
    board: str
    employer: str | None
    enabled: bool
    postings: int
    last_visited_at: datetime | None
    last_outcome: str | None


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A stored posting whose row is known."""

    id: int
    external_id: str


@dataclass(kw_only=True, slots=True)
class Saved:
    """What saving postings did; `same` were stored already and are as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(slots=True)
class _Stored:
    """What is known of a stored posting before it is saved again."""

    id: int
    content_hash: str
    changed_at: datetime | None
    rules_version: str | None


class Database:
    """The store. Methods block (call them off the event loop) and raise StorageError; any thread may call them."""

    def __init__(self, url: str) -> None:
        self._engine = connect(read_url(url))
        self._postgresql = self._engine.dialect.name == "postgresql"
        self._insert: Any = postgresql.insert if self._postgresql else sqlite.insert
        tables = Base.metadata.tables
        self._inserts = {name: BulkInsert(self._engine, tables[name]) for name in (*Parts().tables, "past_readings")}
        self._inserts["postings"] = BulkInsert(
            self._engine, tables["postings"], key=("board_id", "external_id"), kept=("public_id", "first_seen_at")
        )
        # SQLite has one writer at a time. Threads that wait here wait in order; in SQLite they would poll.
        self._turn = threading.Lock()
        self.references = References(self._engine, self._turn)

    @property
    def name(self) -> str:
        """The database's URL without its password."""
        return name_of(self._engine.url)

    def prepare(self) -> None:
        """Make sure that the tables are there and of this version.

        SQLite is created and migrated; on PostgreSQL, where others may be at work, an older revision is an error.
        """
        with reading(self._engine) as connection:
            revision = schema.current(connection)
        if revision == schema.head():
            return
        if self._postgresql:
            state = f"is at revision {revision}" if revision else "has no tables yet"
            raise StorageError(
                f"database {self.name} {state}; run `scrapy migrate` (this version needs {schema.head()})"
            )
        self.migrate()

    def migrate(self) -> tuple[str | None, str]:
        """Bring the tables to this version's revision; return the revisions before and after."""
        with self._turn, writing(self._engine) as connection:
            before = schema.current(connection)
            schema.upgrade(connection)
        return before, schema.head()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def import_boards(
        self, rows: Iterable[BoardRow], source: str, progress: Callable[[int], object] = lambda count: None
    ) -> Imported:
        """Add boards, enabled; one that is there already stays as it is, but learns its employer.

        `progress` is called with the number of rows done after each batch. One transaction: all or nothing.
        """
        statement = self._insert(Board)
        employer = func.coalesce(statement.excluded.employer, Board.employer)
        statement = statement.on_conflict_do_update(index_elements=["platform", "board"], set_={"employer": employer})
        done = 0
        with self._turn, writing(self._engine) as connection:
            before = _count(connection, Board)
            for chunk in _chunks(rows):
                values = [_new_board(row.platform, row.board, source, row.employer) for row in chunk]
                connection.execute(statement, values)
                done += len(chunk)
                progress(done)
            added = _count(connection, Board) - before
        return Imported(added=added, known=done - added)

    def set_enabled(self, platform: str, board: str, enabled: bool) -> bool:
        """Enable or disable a board; False when there is no such board."""
        statement = update(Board).where(Board.platform == platform, Board.board == board).values(enabled=enabled)
        with self._turn, writing(self._engine) as connection:
            return connection.execute(statement).rowcount > 0

    def enabled_boards(self, platform: str) -> list[str]:
        """Keys of the platform's boards that are to be crawled."""
        statement = select(Board.board).where(Board.platform == platform, Board.enabled).order_by(Board.board)
        with reading(self._engine) as connection:
            return list(connection.scalars(statement))

    def boards(self, platform: str | None = None, limit: int | None = None) -> list[BoardSummary]:
        """Boards with what is stored of them, by platform and key."""
        postings = select(func.count()).where(Posting.board_id == Board.id).correlate(Board).scalar_subquery()
        statement = select(
            Board.platform,
            Board.board,
            Board.employer,
            Board.enabled,
            postings.label("postings"),
            Board.last_visited_at,
            Board.last_outcome,
        ).order_by(Board.platform, Board.board)
        if platform:
            statement = statement.where(Board.platform == platform)
        with reading(self._engine) as connection:
            return [BoardSummary(**row._mapping) for row in connection.execute(statement.limit(limit))]

    def overview(self) -> list[PlatformOverview]:
        """Counts of every platform that was visited."""
        with reading(self._engine) as connection:
            return overview.platforms(connection)

    def examples(self) -> list[Card]:
        """Up to three postings that show what is read."""
        with reading(self._engine) as connection:
            return overview.examples(connection)

    def draw(self, asked: Draw) -> Drawn:
        """Postings drawn by chance, as ids; `sampled` fetches them."""
        with reading(self._engine) as connection:
            return sample.draw(connection, asked)

    def sampled(self, drawn: Drawn) -> Iterator[SampledPosting]:
        """The postings drawn, in their order, with texts and evidence; a few are in memory at a time."""
        with reading(self._engine) as connection:
            yield from sample.sampled(connection, drawn)

    def count_to_reread(self, asked: Reread) -> int:
        """How many postings there are to read again."""
        with reading(self._engine) as connection:
            return rereading.count(connection, asked)

    def to_reread(self, asked: Reread, last_id: int, size: int) -> list[StoredPosting]:
        """The next postings to read again, by id; `last_id` is that of the last one before, at first 0."""
        with reading(self._engine) as connection:
            return rereading.stored_after(connection, asked, last_id, size)

    def save_readings(self, batch: Sequence[NewReadings]) -> Written:
        """Put new readings in the place of old ones, which are kept. One transaction."""
        with self._turn, writing(self._engine) as connection:
            return rereading.write(connection, self._inserts, batch, datetime.now(UTC))

    def known_rows(self, platform: str, board: str) -> dict[str, KnownRow]:
        """What is stored of a board, by the hash of the row that it was read from."""
        statement = (
            select(Posting.row_hash, Posting.id, Posting.external_id)
            .join(Board, Board.id == Posting.board_id)
            .where(Board.platform == platform, Board.board == board, Posting.row_hash.is_not(None))
        )
        with reading(self._engine) as connection:
            return {row.row_hash: KnownRow(row.id, row.external_id) for row in connection.execute(statement)}

    def save(self, visit: Visit, postings: Sequence[JobPosting], *, last: bool) -> Saved:
        """Store postings of a visit; with `last`, also its end, in the same transaction.

        New and changed postings are written with all that hangs from them, the rest is touched. The visit's counts
        are brought up to date once the transaction is committed.
        """
        # A posting that stands twice in one batch would be two rows of one statement, which PostgreSQL refuses.
        unique = list({posting.external_id: posting for posting in postings}.values())
        now = datetime.now(UTC)
        with self._turn, writing(self._engine) as connection:
            board_id = self._board_id(connection, visit)
            saved = Saved()
            for chunk in _chunks(unique):
                self._save(connection, board_id, chunk, now, saved)
            if last:
                _touch(connection, visit.unchanged.values(), now)
                _end(connection, board_id, visit, saved)
        return saved

    def _board_id(self, connection: Connection, visit: Visit) -> int:
        """The board's id; a board that was not there is added.

        Its row stays locked until the transaction ends: two writers of the same postings would lock each other out.
        """
        query = select(Board.id).where(Board.platform == visit.platform, Board.board == visit.board)
        if board_id := connection.scalars(query.with_for_update()).one_or_none():
            return board_id
        values = _new_board(visit.platform, visit.board, "crawl")
        # What nobody imported and is not there is most likely a slip: known, but not to be asked for again.
        values["enabled"] = visit.outcome != Outcome.NOT_FOUND
        statement = self._insert(Board).values(values)
        # An update that changes nothing: DO NOTHING would return no id if another writer came first.
        statement = statement.on_conflict_do_update(
            index_elements=["platform", "board"], set_={"platform": statement.excluded.platform}
        )
        return int(connection.scalars(statement.returning(Board.id)).one())

    def _save(
        self, connection: Connection, board_id: int, postings: list[JobPosting], now: datetime, saved: Saved
    ) -> None:
        stored = _stored(connection, board_id, [posting.external_id for posting in postings])
        same, reread = [], []
        rows, changed = [], []
        for posting in postings:
            digest = content_hash(posting)
            before = stored.get(posting.external_id)
            row = posting_row(posting, digest, board_id, now)
            if before is None:
                saved.new += 1
            elif before.content_hash != digest:
                saved.changed += 1
                row["changed_at"] = now
                changed.append(before.id)
            elif before.rules_version == posting.rules_version:
                same.append({"key": before.id, "hash": posting.row_hash, "now": now})
                continue
            else:  # read again by other rules; the posting itself is as it was
                saved.same += 1
                row["changed_at"] = before.changed_at
                changed.append(before.id)
                reread.append(before.id)
            rows.append(row)
        if reread:
            rereading.keep(connection, self._inserts, reread, now)
        if same:
            saved.same += len(same)
            connection.execute(_SEEN, same)
        if rows:
            self._write(connection, rows, changed, {posting.external_id: posting for posting in postings}, now)

    def _write(
        self,
        connection: Connection,
        rows: list[Row],
        changed: list[int],
        postings: dict[str, JobPosting],
        now: datetime,
    ) -> None:
        """Upsert postings and put all that hangs from them in the place of what hung there."""
        external_ids = [row["external_id"] for row in rows]
        query = select(Posting.id, Posting.external_id).where(
            Posting.board_id == rows[0]["board_id"], Posting.external_id.in_(external_ids)
        )
        self._inserts["postings"].execute(connection, rows)
        parts = Parts()
        for posting_id, external_id in connection.execute(query):
            parts.add(posting_id, postings[external_id], now)
        for name, values in parts.tables.items():
            if changed:
                table = Base.metadata.tables[name]
                connection.execute(delete(table).where(table.c.posting_id.in_(changed)))
            self._inserts[name].execute(connection, values)


@cache
def database_at(url: str) -> Database:
    """The one Database of this process for a URL: writers of one file wait in one queue. Raises StorageError."""
    return Database(url)


def _new_board(platform: str, board: str, source: str, employer: str | None = None) -> dict[str, Any]:
    return {
        "platform": platform,
        "board": board,
        "employer": employer,
        "enabled": True,
        "coverage": "all",
        "source": source,
        "created_at": datetime.now(UTC),
    }


def _stored(connection: Connection, board_id: int, external_ids: list[str]) -> dict[str, _Stored]:
    statement = (
        select(Posting.external_id, Posting.id, Posting.content_hash, Posting.changed_at, Reading.rules_version)
        .outerjoin(Reading, Reading.posting_id == Posting.id)
        .where(Posting.board_id == board_id, Posting.external_id.in_(external_ids))
    )
    return {
        row.external_id: _Stored(row.id, row.content_hash, row.changed_at, row.rules_version)
        for row in connection.execute(statement)
    }


def _touch(connection: Connection, ids: Iterable[int], now: datetime) -> None:
    for chunk in _chunks(ids):
        connection.execute(update(Posting).where(Posting.id.in_(chunk)).values(last_seen_at=now))


def _end(connection: Connection, board_id: int, visit: Visit, saved: Saved) -> None:
    """Write the visit's row and what the board keeps of it; the counts include this transaction's."""
    assert visit.outcome
    assert visit.ended_at
    new, changed = visit.new + saved.new, visit.changed + saved.changed
    unchanged = visit.same + saved.same + len(visit.unchanged)
    row = {
        name: getattr(visit, name)
        for name in (
            "started_at", "ended_at", "outcome", "reason", "requests", "bytes", "advertised", "listed", "unreadable",
        )
    }  # fmt: skip
    if visit.reason:  # holds words of whoever answered
        row["reason"] = storable(visit.reason)
    row |= {"new": new, "changed": changed, "unchanged": unchanged, "stored": new + changed + unchanged}
    connection.execute(insert(VisitRow), row | {"board_id": board_id})
    statement = update(Board).where(Board.id == board_id)
    connection.execute(statement.values(last_visited_at=visit.ended_at, last_outcome=visit.outcome))


def _count(connection: Connection, table: type[Base]) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _chunks(rows: Iterable[_T]) -> Iterator[list[_T]]:
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
