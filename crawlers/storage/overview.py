"""What is in the database, for people: counts per platform, and single postings as cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Integer, Select, case, func, select

from crawlers.items import JobKind, Sponsorship
from crawlers.storage.models import Board, EvidenceRow, Posting, Reading, VisaMentionRow


@dataclass(kw_only=True, slots=True)
class PlatformOverview:
    """Counts of one platform."""

    platform: str
    boards: int
    """Boards visited."""
    outcomes: dict[str, int]
    """Boards by the outcome of their last visit."""
    postings: int
    interns: int
    sponsorship: dict[str, int]
    """Postings by what they say of sponsorship; all values of Sponsorship."""


@dataclass(kw_only=True, slots=True)
class Card:
    """One posting as a board would show it."""

    title: str
    employer: str
    place: str | None
    url: str
    posted_at: datetime | None
    job_kind: str | None
    employment_type: list[str]
    sponsorship: str | None
    quote: str | None
    """The words that sponsorship was read from."""
    visas: list[str] = field(default_factory=list)
    """Visas named, with what is said of them: "H-1B offered"."""


def platforms(connection: Connection) -> list[PlatformOverview]:
    """Counts of every platform that was visited."""
    said = [func.sum(case((Reading.sponsorship == each, 1), else_=0)).label(each) for each in Sponsorship]
    counts = (
        select(
            Board.platform,
            func.count(Posting.id).label("postings"),
            func.coalesce(func.sum(Reading.is_intern.cast(Integer)), 0).label("interns"),
            *said,
        )
        .outerjoin(Posting, Posting.board_id == Board.id)
        .outerjoin(Reading, Reading.posting_id == Posting.id)
        .where(Board.last_visited_at.is_not(None))
        .group_by(Board.platform)
        .order_by(Board.platform)
    )
    ended = (
        select(Board.platform, Board.last_outcome, func.count())
        .where(Board.last_outcome.is_not(None))
        .group_by(Board.platform, Board.last_outcome)
    )
    outcomes: dict[str, dict[str, int]] = {}
    for platform, outcome, count in connection.execute(ended):
        outcomes.setdefault(platform, {})[str(outcome)] = count
    return [
        PlatformOverview(
            platform=row.platform,
            boards=sum(outcomes[row.platform].values()),
            outcomes=outcomes[row.platform],
            postings=row.postings,
            interns=row.interns,
            sponsorship={each: row._mapping[each] or 0 for each in Sponsorship},
        )
        for row in connection.execute(counts)
    ]


def examples(connection: Connection) -> list[Card]:
    """Three postings that show what is read: one that offers sponsorship, one that refuses it, and an internship."""
    asked = (
        Reading.sponsorship == Sponsorship.OFFERED,
        Reading.sponsorship == Sponsorship.NOT_OFFERED,
        Reading.job_kind == JobKind.INTERN,
    )
    cards: dict[int, Card] = {}
    for condition in asked:
        query = _cards().where(condition, Posting.id.not_in(list(cards))).limit(1)
        for row in connection.execute(query):
            cards[row.id] = Card(
                title=row.title,
                employer=row.company or row.employer or row.board,
                place=row.location_raw,
                url=row.url,
                posted_at=row.posted_at,
                job_kind=row.job_kind,
                employment_type=row.employment_type,
                sponsorship=row.sponsorship,
                quote=row.quote,
                visas=_visas(connection, row.id),
            )
    return list(cards.values())


def _cards() -> Select[tuple[object, ...]]:
    quote = (
        select(EvidenceRow.quote)
        .where(EvidenceRow.posting_id == Posting.id, EvidenceRow.reading == "sponsorship")
        .order_by(EvidenceRow.position)
        .limit(1)
        .correlate(Posting)
        .scalar_subquery()
    )
    return (
        select(
            Posting.id,
            Posting.title,
            Posting.company,
            Board.employer,
            Board.board,
            Posting.location_raw,
            Posting.url,
            Posting.posted_at,
            Reading.job_kind,
            Reading.employment_type,
            Reading.sponsorship,
            quote.label("quote"),
        )
        .join(Board, Board.id == Posting.board_id)
        .join(Reading, Reading.posting_id == Posting.id)
        .order_by(Posting.posted_at.is_(None), Board.platform, Posting.id)
    )


def _visas(connection: Connection, posting_id: int) -> list[str]:
    query = (
        select(VisaMentionRow.visa, VisaMentionRow.stance)
        .where(VisaMentionRow.posting_id == posting_id)
        .order_by(VisaMentionRow.position)
    )
    said = (f"{row.visa} {row.stance.replace('_', ' ')}" for row in connection.execute(query))
    return list(dict.fromkeys(said))
