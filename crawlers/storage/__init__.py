"""The database: SQLite by default, PostgreSQL by DATABASE_URL. SQLAlchemy starts and ends here."""

from crawlers.storage.database import BoardRow, BoardSummary, Database, Imported, Saved, database_at
from crawlers.storage.engine import StorageAwayError, StorageError

__all__ = [
    "BoardRow",
    "BoardSummary",
    "Database",
    "Imported",
    "Saved",
    "StorageAwayError",
    "StorageError",
    "database_at",
]
