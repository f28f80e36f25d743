"""The database: SQLite by default, PostgreSQL by DATABASE_URL. SQLAlchemy starts and ends here."""

from crawlers.storage.database import BoardRow, BoardSummary, Database, Imported, KnownRow, Saved, database_at
from crawlers.storage.engine import StorageAwayError, StorageError
from crawlers.storage.overview import Card, PlatformOverview
from crawlers.storage.reference import LoadedFile, References
from crawlers.storage.rereading import PARTS, Change, NewReadings, Reread, StoredPosting, Written, compare
from crawlers.storage.sample import Draw, Drawn, SampledPosting

__all__ = [
    "PARTS",
    "BoardRow",
    "BoardSummary",
    "Card",
    "Change",
    "Database",
    "Draw",
    "Drawn",
    "Imported",
    "KnownRow",
    "LoadedFile",
    "NewReadings",
    "PlatformOverview",
    "References",
    "Reread",
    "SampledPosting",
    "Saved",
    "StorageAwayError",
    "StorageError",
    "StoredPosting",
    "Written",
    "compare",
    "database_at",
]
