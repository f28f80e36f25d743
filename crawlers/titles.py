"""Which titles a command reads occupations by, where it works without a crawl."""

from __future__ import annotations

import argparse
import logging

from scrapy.settings import BaseSettings

from crawlers.classify import occupation
from crawlers.storage import StorageError, database_at

logger = logging.getLogger(__name__)


def add_titles_option(parser: argparse.ArgumentParser) -> None:
    """`--shipped`, for commands that call `use_titles`."""
    parser.add_argument(
        "--shipped",
        action="store_true",
        help="read occupations by the titles that ship, whatever the database holds of O*NET, SOC and filings",
    )


def use_titles(settings: BaseSettings, *, shipped: bool) -> None:
    """Read by the published files in the database, if there are any; a database is neither needed nor created."""
    occupation.use(None)
    if shipped or not settings["DATABASE_URL"]:
        return
    try:
        references = database_at(settings["DATABASE_URL"]).references
        if references.are_there():
            occupation.use(references.index())
    except StorageError as error:
        logger.warning("%s; occupations are read by the titles that ship", error)
