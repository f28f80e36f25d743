"""From a URL to the board behind it."""

from __future__ import annotations

import re

# A key goes into URLs: nothing that could leave its place in one.
_KEY = re.compile(r"(?!(?:\.|%2e)+$)(?!.*%(?:2f|5c))[\w.%~+&-]{1,200}", re.ASCII | re.IGNORECASE)


def is_url(text: str) -> bool:
    """Whether this is meant as a URL, rather than as a board's key."""
    return "://" in text or "/" in text


def board_in(url: str, pattern: str) -> str | None:
    """The board's key in a URL of a platform: what the groups of the platform's `boards` pattern match, joined.

    >>> board_in("https://jobs.eu.lever.co/acme/12-34", r"https?://jobs\\.(eu\\.)?lever\\.co/([\\w.%-]+)")
    'eu.acme'
    """
    if "://" not in url:
        url = f"https://{url}"
    match = re.match(pattern, url, re.IGNORECASE)
    key = "".join(group or "" for group in match.groups()) if match else ""
    return key if is_key(key) else None


def is_key(text: str) -> bool:
    """Whether this can be a board's key.

    >>> is_key("acme-2"), is_key("../x"), is_key("a b"), is_key("..")
    (True, False, False, False)
    """
    return _KEY.fullmatch(text) is not None
