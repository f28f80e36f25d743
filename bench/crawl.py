"""One measured crawl, in a process of its own: `python -m bench.crawl floor|tuned|full URL DATABASE_URL`.

Prints a JSON object: postings, seconds from the spider's opening to its closing, peak memory in MB.
"""

from __future__ import annotations

import json
import resource
import sys

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from bench.floor import FloorSpider
from bench.site import BOARDS
from crawlers.spiders.greenhouse import GreenhouseSpider


def main(kind: str, url: str, database_url: str) -> None:
    settings = Settings()  # Scrapy's own: the floor is what anybody's spider could do
    if kind != "floor":
        settings.setmodule("crawlers.settings")
    if kind == "tuned":
        settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    # The server is ours, so nobody has to be spared; the same for both.
    settings.setdict(
        {
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "LOG_LEVEL": "ERROR",
            "ROBOTSTXT_OBEY": False,
            "ALLOW_PRIVATE_ADDRESSES": True,
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "DATABASE_URL": database_url,
        },
        priority="cmdline",
    )
    process = AsyncCrawlerProcess(settings)

    class LocalGreenhouse(GreenhouseSpider):
        api = url + "/v1/boards/{board}/jobs?content=true&pay_transparency=true"

    if kind != "full":
        crawler = process.create_crawler(FloorSpider)
        process.crawl(crawler, base=url)
    else:
        crawler = process.create_crawler(LocalGreenhouse)
        process.crawl(crawler, board=",".join(f"b{number}" for number in range(BOARDS)))
    process.start()
    assert crawler.stats
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    postings = crawler.stats.get_value("item_scraped_count", 0) + crawler.stats.get_value("posting/unchanged", 0)
    told = {"postings": postings, "seconds": crawler.stats.get_value("elapsed_time_seconds"), "megabytes": peak}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
