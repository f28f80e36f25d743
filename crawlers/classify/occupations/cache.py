"""Built indexes on disk: built once for the same sources, and loaded by every process after that."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawlers.classify.occupations.index import BUILDER, Index, build_index
from crawlers.classify.occupations.profiles import Profiles
from crawlers.classify.occupations.sources import Sources, shipped_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_KEPT = 4
"""Files of other versions that stay, the last used first: other databases have other sources."""
_TEXTS = ("titles", "codes", "terms")
_ARRAYS = (
    "entry_starts",
    "entry_soc",
    "entry_onet",
    "entry_kind",
    "entry_count",
    "entry_vote",
    "idf",
    "heads",
    "starts",
    "postings",
    "weights",
)
_PROFILE_TEXTS = ("codes", "terms")
_PROFILE_ARRAYS = ("idf", "starts", "numbers", "weights")


def version_of(loaded: str) -> str:
    """Version of the index of the shipped table and of what `loaded` names, twelve hexadecimal digits."""
    return sha256(f"{BUILDER} {shipped_digest()} {loaded}".encode()).hexdigest()[:12]


def cached_index(version: str, sources: Callable[[], Sources]) -> Index:
    """The index of that version: from disk, or built of `sources` and written there.

    A file that is broken is built anew, and one that cannot be written is told of and done without.
    """
    path = _directory() / f"occupations-{version}.npz"
    try:
        return _load(path, version)
    except FileNotFoundError:
        pass  # the first use of these sources
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("%s: cannot be read (%s); built anew", path, error)
    index = build_index(sources(), version)
    try:
        _save(index, path)
    except OSError as error:
        logger.warning("%s: the index of titles cannot be kept (%s); each start builds it", path, error.strerror)
    return index


def _directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "crawlers"


def _save(index: Index, path: Path) -> None:
    import numpy as np

    parts: dict[str, NDArray[Any]] = {name: _packed(getattr(index, name)) for name in _TEXTS}
    parts |= {name: getattr(index, name) for name in _ARRAYS}
    parts |= {f"profile_{name}": _packed(getattr(index.profiles, name)) for name in _PROFILE_TEXTS}
    parts |= {f"profile_{name}": getattr(index.profiles, name) for name in _PROFILE_ARRAYS}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        try:
            np.savez(file, allow_pickle=False, **parts)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    others = sorted(path.parent.glob("occupations-*.npz"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in [each for each in others if each != path][_KEPT:]:
        old.unlink(missing_ok=True)


def _load(path: Path, version: str) -> Index:
    import numpy as np

    with path.open("rb") as file, np.load(file, allow_pickle=False) as parts:
        of_profiles: dict[str, Any] = {name: _unpacked(parts[f"profile_{name}"]) for name in _PROFILE_TEXTS}
        of_profiles |= {name: parts[f"profile_{name}"] for name in _PROFILE_ARRAYS}
        of_index: dict[str, Any] = {name: _unpacked(parts[name]) for name in _TEXTS}
        of_index |= {name: parts[name] for name in _ARRAYS}
    with contextlib.suppress(OSError):  # only the order in which files leave depends on it
        path.touch()
    return Index(version=version, profiles=Profiles(**of_profiles), **of_index)


def _packed(texts: list[str]) -> NDArray[Any]:
    import numpy as np

    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _unpacked(packed: NDArray[Any]) -> list[str]:
    text = packed.tobytes().decode()
    return text.split("\n") if text else []
