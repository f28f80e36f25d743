"""Greenhouse, as if the server at LOOPBACK were its host."""

import os

from crawlers.spiders.greenhouse import GreenhouseSpider


class LoopbackGreenhouseSpider(GreenhouseSpider):
    """See GreenhouseSpider."""

    api = os.environ["LOOPBACK"] + "/v1/boards/{board}/jobs?content=true&pay_transparency=true"
