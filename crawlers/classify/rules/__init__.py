"""Rule files: phrases, titles and patterns as data, with ids."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

_NAMED = re.compile(r"<(\w+)>")


@cache
def load(name: str) -> dict[str, Any]:
    """Rules of one subject, from `<name>.toml` beside this file."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))


def filled(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with the words put in that it names in angle brackets; these may name others in turn.

    What is not among the words stays, such as the name of a group.

    >>> filled("(?P<level><rank>)", {"rank": "senior|<first>", "first": "lead"})
    '(?P<level>senior|lead)'
    """
    while (more := _NAMED.sub(lambda match: words.get(match[1], match[0]), pattern)) != pattern:
        pattern = more
    return pattern


@cache
def rules_version() -> str:
    """Version of all rule files together: a digest of what they hold, twelve hexadecimal digits."""
    digest = sha256()
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith((".toml", ".tsv")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
