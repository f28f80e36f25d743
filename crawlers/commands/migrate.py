"""`scrapy migrate`: bring the database to this version."""

from __future__ import annotations

import argparse

from crawlers.cli import Command as BaseCommand
from crawlers.storage import database_at


class Command(BaseCommand):
    """Create or upgrade the tables. SQLite does so by itself; PostgreSQL waits to be asked."""

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Create the database's tables, or bring them to this version"

    def execute(self, options: argparse.Namespace) -> int:
        """Migrate, and say from where to where."""
        assert self.settings is not None
        database = database_at(self.settings["DATABASE_URL"])
        before, after = database.migrate()
        step = f"already at revision {after}" if before == after else f"from {before or 'nothing'} to revision {after}"
        print(f"{database.name}: {step}")
        return 0
