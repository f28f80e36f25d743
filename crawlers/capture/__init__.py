"""A recording out of a live board: a few postings of it, without people, small enough to be kept with the code."""

from crawlers.capture.middleware import CaptureMiddleware
from crawlers.capture.recording import LIMIT, Recording, check_free, folder_name
from crawlers.capture.shorten import fitted

__all__ = ["LIMIT", "CaptureMiddleware", "Recording", "check_free", "fitted", "folder_name"]
