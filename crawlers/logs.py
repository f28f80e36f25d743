"""What goes into the log."""

from __future__ import annotations

from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class QuietLogFormatter(LogFormatter):
    """Scrapy's lines without whole postings in them: visits say how many there were."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]
        """No line for a posting that went through."""
        return None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Why a posting was dropped, without the posting."""
        line = super().dropped(item, exception, response, spider)
        return {**line, "msg": "Dropped: %(exception)s"}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Which posting an error cost; the traceback follows."""
        line = super().item_error(item, exception, response, spider)
        return {**line, "msg": "Error processing %(item)s", "args": {"item": getattr(item, "url", item)}}
