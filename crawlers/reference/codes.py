"""Codes of occupations in published files."""

from __future__ import annotations

import re

_SOC = re.compile(r"\d\d-\d{4}")
_ONET = re.compile(r"\d\d-\d{4}\.\d\d")


def soc_code(text: str) -> str:
    """A SOC code. Raises ValueError."""
    if not _SOC.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no SOC code, such as 15-1252")
    return text


def onet_code(text: str) -> str:
    """An O*NET-SOC code. Raises ValueError."""
    if not _ONET.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no O*NET-SOC code, such as 15-1252.00")
    return text
