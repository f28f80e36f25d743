"""Rule files: phrases, titles and patterns as data, with ids."""

import tomllib
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Rules of one subject, from `<name>.toml` beside this file."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def rules_version() -> str:
    """Version of all rule files together: a digest of what they hold, twelve hexadecimal digits."""
    digest = sha256()
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith((".toml", ".tsv")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
