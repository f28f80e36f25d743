"""Platforms, as if the server at LOOPBACK were their host."""

import os

from crawlers.spiders.careers import CareersSpider
from crawlers.spiders.greenhouse import GreenhouseSpider
from crawlers.spiders.workday import WorkdaySpider


class LoopbackGreenhouseSpider(GreenhouseSpider):
    """See GreenhouseSpider."""

    api = os.environ["LOOPBACK"] + "/v1/boards/{board}/jobs?content=true&pay_transparency=true"


class LoopbackWorkdaySpider(WorkdaySpider):
    """See WorkdaySpider."""

    api = os.environ["LOOPBACK"] + "/wday/cxs/{tenant}/{site}"
    list_cap = int(os.environ.get("LIST_CAP", WorkdaySpider.list_cap))


class LoopbackCareersSpider(CareersSpider):
    """See CareersSpider; its boards' URLs say where they are."""
