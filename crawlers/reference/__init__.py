"""Readers of published files: official downloads in, rows out. No network, no database."""

from crawlers.reference.files import ReferenceFile, UnreadableError
from crawlers.reference.kinds import KINDS, Kind, read_files

__all__ = ["KINDS", "Kind", "ReferenceFile", "UnreadableError", "read_files"]
