"""The database: SQLite by default, PostgreSQL by DATABASE_URL. SQLAlchemy starts and ends here."""

from crawlers.storage.database import BoardRow, BoardSummary, Database, Imported, KnownRow, Saved, database_at
from crawlers.storage.engine import StorageAwayError, StorageError
from crawlers.storage.overview import Card, PlatformOverview
from crawlers.storage.sample import Draw, Drawn, SampledPosting

__all__ = [
    "BoardRow",
    "BoardSummary",
    "Card",
    "Database",
    "Draw",
    "Drawn",
    "Imported",
    "KnownRow",
    "PlatformOverview",
    "SampledPosting",
    "Saved",
    "StorageAwayError",
    "StorageError",
    "database_at",
]
