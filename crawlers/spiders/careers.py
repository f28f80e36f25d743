"""Careers: any employer's site, by the data on its pages that is meant for search engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from crawlers.careerspage import ALONE, PAGE
from crawlers.items import JobPosting
from crawlers.payload import Row
from crawlers.schemaorg import UNREAD, posting_from
from crawlers.site import SiteSpider

_MOST_UNREAD = 200
_LONGEST_NAME = 60


class CareersSpider(SiteSpider):
    """The data is described at https://schema.org/JobPosting"""

    name = "careers"
    unread = UNREAD

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drifted: set[str] = set()
        """Properties that are counted as drift: so many names at most, as pages may invent any."""

    def read(self, job: Row, board: str) -> JobPosting:
        """A posting from a page's data."""
        page, alone = job.pop(PAGE), job.pop(ALONE)
        posting = posting_from(job, platform=self.name, board=board, url=page, alone=alone)
        if posting.valid_through and posting.valid_through < datetime.now(UTC):
            self.count(f"{self.name}/expired")
        for name in job.keys() - UNREAD - self.drifted:
            if len(self.drifted) < _MOST_UNREAD and name.isidentifier() and len(name) <= _LONGEST_NAME:
                self.drifted.add(name)
            else:
                del job[name]
        return posting
