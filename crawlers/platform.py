"""What a platform is: where its boards are, and what names them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from scrapy import Spider

from crawlers.detect import PATH_KEY, board_in, is_key, is_url
from crawlers.errors import OperatorError


class PlatformSpider(Spider):
    """A platform's attributes, and the boards that arguments name."""

    api: ClassVar[str]
    """URL of a board's list; "{board}" stands for its key."""
    boards: ClassVar[str]
    """Pattern of the beginning of a board's URLs; its groups, joined by dots, are the board's key."""
    postings: ClassVar[str | None] = None
    """Pattern, searched in a URL on the platform; its groups, joined, are the id of the posting that the URL shows."""
    elsewhere_postings: ClassVar[str | None] = None
    """The same for URLs on employers' own hosts, where the platform leaves its mark in them."""
    domains: ClassVar[tuple[str, ...]] = ()
    """The vendor's domains: what is on one of them belongs to the platform, whether it names a board or not."""
    markers: ClassVar[tuple[str, ...]] = ()
    """Patterns, searched in an employer's page; the groups, joined by dots, are the key of the board that it shows."""
    key: ClassVar[str] = PATH_KEY
    """Pattern of keys. They go into URLs; where into host names, detect.HOST_KEY."""
    jobs_key: ClassVar[str | None] = None
    """Key of the list of rows in the answer; None: the answer is the list."""
    unread: ClassVar[frozenset[str]] = frozenset()
    """Keys of a row that `read` leaves on purpose; any other key left is counted as drift."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Keys of a row that change by themselves, such as "posted 3 days ago": no reason to read the row again."""
    options: ClassVar[frozenset[str]] = frozenset()
    """Spider arguments that the platform takes beside `board` and `boards`."""

    @classmethod
    def check_arguments(cls, arguments: Iterable[str]) -> None:
        """Raise OperatorError for a spider argument that the platform does not take."""
        known = {"board", "boards", *cls.options}
        for name in arguments:
            if name not in known:
                raise OperatorError(f"{cls.name} takes no argument {name!r}; it takes -a {', -a '.join(sorted(known))}")

    @classmethod
    def board_keys(cls, board: str | None, boards: str | None) -> list[str] | None:
        """Keys that `-a board=` and `-a boards=FILE` name; None without either. Raises OperatorError."""
        if board is None and boards is None:
            return None
        names = [name.strip() for name in (board or "").split(",")]
        if boards is not None:
            try:
                lines = Path(boards).read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise OperatorError(f"boards={boards}: {error}") from None
            names += [line.partition("#")[0].strip() for line in lines]
        keys = [cls.key_of(name) for name in names if name]
        if not keys:
            raise OperatorError("no board named; write -a board=KEY, or a file with a key on each line")
        return list(dict.fromkeys(keys))

    @classmethod
    def key_of(cls, name: str) -> str:
        """A board's key from a key or a URL. Raises OperatorError."""
        key = board_in(name, cls.boards, cls.key) if is_url(name) else name
        if key is None:
            raise OperatorError(f"{name} is not the URL of a {cls.name} board")
        if not is_key(key, cls.key):
            raise OperatorError(f"{name!r} cannot be a {cls.name} board's key; the board's URL will do")
        return key
