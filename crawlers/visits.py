"""A visit: one crawl of one board, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

_LONGEST_REASON = 500
"""Characters; some hold words of whoever answered."""


class Outcome(StrEnum):
    """How a visit ended."""

    COMPLETE = "complete"
    """The whole list was read."""
    UNCHANGED = "unchanged"
    """The platform says that nothing changed since the last visit."""
    PARTIAL = "partial"
    """A part of the list was read."""
    BLOCKED = "blocked"
    """The list could not be had: refused, forbidden by robots.txt, a failing server or no connection."""
    NOT_FOUND = "not_found"
    """There is no such board."""
    UNREADABLE = "unreadable"
    """An answer came, but not in the platform's shape."""
    SUSPECT = "suspect"
    """The list was read, but is too unlike the last one to be believed."""

    @property
    def succeeded(self) -> bool:
        """Whether the visit needs nobody's attention."""
        return self in {Outcome.COMPLETE, Outcome.UNCHANGED, Outcome.NOT_FOUND}


@dataclass(kw_only=True, slots=True)
class Visit:
    """One crawl of one board: counts while it runs, an outcome when it has ended."""

    platform: str
    board: str
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    """None while it runs."""
    reason: str | None = None
    """Why it is not `complete`, for a person."""
    requests: int = 0
    bytes: int = 0
    """Size of the answers' bodies as received and decompressed."""
    advertised: int | None = None
    """Openings that the platform says the board has, where it says so."""
    listed: int = 0
    """Rows in the list."""
    ids: set[str] = field(default_factory=set)
    """Ids of the rows in the list, where rows tell them without being read."""
    unreadable: int = 0
    """Rows that could not be read."""
    gone: int = 0
    """Rows whose postings had left by the time that their pages were asked for."""
    unchanged: dict[str, int] = field(default_factory=dict)
    """External id -> id of stored postings whose row is the same as at the last visit."""
    new: int = 0
    """Postings stored so far that were not there before."""
    changed: int = 0
    """Postings stored so far that are not as they were."""
    same: int = 0
    """Postings read so far that are as they were."""
    asked_elsewhere: bool = False
    """Whether the board was looked for in its other place, where the platform has one."""
    failures: int = 0
    """Requests in a row that failed, up to now."""
    waiting: int = 0
    """Requests under way and postings between the spider and the store: the visit ends at zero."""

    @property
    def name(self) -> str:
        """Platform and board, as logs and errors name them."""
        return f"{self.platform}/{self.board}"

    def fail(self, outcome: Outcome, reason: str) -> None:
        """Note the first thing that went wrong; what follows from it does not replace it.

        But a board that is not in one place may be in the other, where that one fails to answer:

        >>> visit = Visit(platform="lever", board="acme", asked_elsewhere=True)
        >>> visit.fail(Outcome.NOT_FOUND, "HTTP 404")
        >>> visit.fail(Outcome.BLOCKED, "HTTP 503")
        >>> visit.outcome
        <Outcome.BLOCKED: 'blocked'>
        """
        unsure = self.asked_elsewhere and self.outcome == Outcome.NOT_FOUND and outcome != Outcome.NOT_FOUND
        if unsure or self.outcome in {None, Outcome.COMPLETE}:
            self.outcome, self.reason = outcome, reason[:_LONGEST_REASON]

    def end(self) -> None:
        """Close the visit; without a failure noted it is complete."""
        self.ended_at = datetime.now(UTC)
        if self.outcome is None:
            self.outcome = Outcome.COMPLETE

    def summary(self) -> str:
        """One line for the log.

        >>> visit = Visit(platform="greenhouse", board="acme", listed=3, new=2)
        >>> visit.fail(Outcome.PARTIAL, "HTTP 503")
        >>> visit.summary()
        'greenhouse/acme: partial (HTTP 503): 3 listed, 2 new'
        """
        counts = {
            "listed": self.listed,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.same + len(self.unchanged),
            "gone": self.gone,
            "unreadable": self.unreadable,
        }
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "listed")
        return f"{self.name}: {self.outcome}" + (f" ({self.reason})" if self.reason else "") + f": {told}"
