"""The database: SQLite by default, PostgreSQL by DATABASE_URL. SQLAlchemy starts and ends here."""

from crawlers.storage.database import BoardRow, BoardSummary, Database, Imported, KnownRow, Saved, database_at
from crawlers.storage.engine import StorageAwayError, StorageError
from crawlers.storage.overview import Card, PlatformOverview

__all__ = [
    "BoardRow",
    "BoardSummary",
    "Card",
    "Database",
    "Imported",
    "KnownRow",
    "PlatformOverview",
    "Saved",
    "StorageAwayError",
    "StorageError",
    "database_at",
]
