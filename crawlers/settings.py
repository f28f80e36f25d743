"""Settings of all crawls: safe and polite; a spider may be slower, not ruder. Deployment values come from the
environment: DATABASE_URL, CRAWLERS_CONTACT (a URL or an e-mail address, for the User-Agent).
"""

import os
from pathlib import Path

from crawlers import __version__

_checkout = Path(__file__).resolve().parent.parent
_home = _checkout if (_checkout / "scrapy.cfg").exists() else Path.cwd()
_contact = os.environ.get("CRAWLERS_CONTACT", "").strip()

BOT_NAME = "crawlers"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"
COMMANDS_MODULE = "crawlers.commands"
ADDONS = {"crawlers.playback.Playback": 100}

# Whom a site sees, and what it may ask of us
USER_AGENT = f"crawlers/{__version__}" + (f" (+{_contact})" if _contact else "")
ROBOTSTXT_USER_AGENT = "crawlers"
ROBOTSTXT_OBEY = True
CRAWL_DELAY_OBEY = True
CRAWL_DELAY_MAX = 60  # seconds; a robots.txt that asks for more gets this much
COOKIES_ENABLED = False

# How fast: by host, however many boards it has
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY = 0.5  # seconds
DOWNLOAD_SLOTS = {"apply.workable.com": {"concurrency": 1, "delay": 1}}  # hosts that want to be asked more slowly
DOWNLOAD_TIMEOUT = 60  # seconds
RETRY_TIMES = 2
BUSY_RETRY_TIMES = 4  # for 429 and 503
RETRY_BACKOFF = 5  # seconds before the first retry of a 429 or 503 without Retry-After; doubles
RETRY_AFTER_MAX = 300  # seconds; a host that asks for more is left alone until the next visit
VISIT_FAILURES_MAX = 10  # requests of a visit in a row, after which nothing more is asked for it
REDIRECT_MAX_TIMES = 5
BOARDS_AT_ONCE = 64  # visits under way; more only wait in memory
DETAIL_MAX_AGE = 14  # days until a posting's own page is read again though its row of the list is the same; 0: never
ROBOTSTXT_EXCEPTIONS: list[str] = []  # platforms whose API you may use against its robots.txt, such as smartrecruiters
CAREERS_MAX_PAGES = 500  # pages of a careers site that are looked into at one visit

# What may be asked for, and what may come in
ALLOW_PRIVATE_ADDRESSES = False  # True: hosts such as localhost, and addresses instead of names, too; for tests
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # bytes, after decompression too
DOWNLOAD_WARNSIZE = 0

# How much at once inside the process: a few postings of a few answers. More only takes memory, and the processor's
# cache from the posting that is being read; see docs/performance.md.
CONCURRENT_ITEMS = 4
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1_000_000  # bytes of answers

# What runs beside the crawl: nothing that listens
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
MEMUSAGE_LIMIT_MB = 2048

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawlers.middlewares.PublicHostsMiddleware": 10,
    "crawlers.middlewares.GiveUpMiddleware": 20,
    "crawlers.middlewares.PoliteRetryMiddleware": 550,
}
EXTENSIONS = {"crawlers.extensions.CrawlDelay": 100, "crawlers.extensions.RareCollection": 100}
ITEM_PIPELINES = {
    "crawlers.pipelines.Check": 100,
    "crawlers.pipelines.Deduplicate": 200,
    "crawlers.pipelines.Classify": 300,
    "crawlers.pipelines.Store": 900,
}

DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{_home / 'crawlers.sqlite3'}"
STORE_BATCH = 200  # postings a transaction
READ_UNCHANGED = False  # True: read every row again, though it is the one of the last visit
PLAYBACK = ""  # folders with recordings that answer every request, instead of the network

LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawlers.logs.QuietLogFormatter"
LOGSTATS_INTERVAL = 60.0
FEED_EXPORT_ENCODING = "utf-8"
