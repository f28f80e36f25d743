"""From a URL to the board behind it."""

from __future__ import annotations

import re

PATH_KEY = r"(?!(?:\.|%2e)+$)(?!.*%(?:2f|5c))[\w.%~+&-]{1,200}"
"""A key that goes into a URL's path or query: nothing that could leave its place there."""
HOST_KEY = r"(?!-)(?!(?:localhost|internal|local|localdomain)$)[a-z0-9-]{1,63}(?<!-)"
"""A key that goes into a host name: one DNS label."""


def is_url(text: str) -> bool:
    """Whether this is meant as a URL, rather than as a board's key."""
    return "://" in text or "/" in text


def board_in(url: str, pattern: str, keys: str = PATH_KEY) -> str | None:
    """The board's key in a URL of a platform: what the groups of the platform's `boards` pattern match, joined by dots.

    >>> board_in("https://jobs.eu.lever.co/acme/12-34", r"https?://jobs\\.(?:(eu)\\.)?lever\\.co/([\\w.%-]+)")
    'eu.acme'
    """
    if "://" not in url:
        url = f"https://{url}"
    match = re.match(pattern, url, re.IGNORECASE)
    key = ".".join(filter(None, match.groups())) if match else ""
    return key if is_key(key, keys) else None


def is_key(text: str, pattern: str = PATH_KEY) -> bool:
    """Whether this can be a board's key, by the platform's pattern of keys.

    >>> is_key("acme-2"), is_key("../x"), is_key("a b"), is_key("..")
    (True, False, False, False)
    """
    return re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE) is not None
