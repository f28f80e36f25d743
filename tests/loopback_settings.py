"""The project's settings for crawls of a server on loopback."""

from crawlers.settings import *  # noqa: F403

SPIDER_MODULES = ["tests.loopback_spiders"]
DOWNLOAD_DELAY = 0
RETRY_BACKOFF = 0.1
ALLOW_PRIVATE_ADDRESSES = True
