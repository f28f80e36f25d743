"""An index of titles: which occupations a title is listed under, and which listed titles are near it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from crawlers.classify.occupations.cleaning import parts_of
from crawlers.classify.occupations.profiles import Profiles, build_profiles
from crawlers.classify.occupations.sources import Kind, Sources, Title
from crawlers.classify.occupations.terms import head, terms, words

if TYPE_CHECKING:  # numpy takes a tenth of a second to import, and most commands need none of it
    import numpy as np
    from numpy.typing import NDArray

BUILDER = "4"
"""Of this code and what it builds: part of the version of an index."""
NEAREST = 5
"""Titles that vote."""
_KIND_WEIGHTS = {
    Kind.SHIPPED: 1.0,
    Kind.OFFICIAL: 1.0,
    Kind.DIRECT_MATCH: 0.9,
    Kind.REPORTED: 0.7,
    Kind.ALTERNATE: 0.4,
    Kind.FILING: 0.9,
}
_SECOND_KIND = 0.5
"""Of an occupation that lists a title in a less trusted source than another occupation does."""
_COSINE_POWER = 2
_RARE = 800
"""Rows of a term that are looked at one by one."""
_ROLE = 20
"""Titles of which a word is the head, if it names a role."""


class Entry(NamedTuple):
    """An occupation under which a title is listed."""

    soc_code: str
    kind: Kind
    onet_code: str | None
    filings: int
    """Of FILING entries: how often the title was filed with this code."""


class Vote(NamedTuple):
    """An occupation that the nearest titles vote for."""

    soc_code: str
    share: float
    """Of all votes, 0-1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """What the nearest titles say."""

    cosine: float
    """Of the nearest of all, 0-1; 0 where no title shares a word."""
    votes: tuple[Vote, ...]
    """Most voted for first."""


@dataclass(kw_only=True, eq=False)
class Index:
    """Titles by their words. Rows are distinct cleaned titles in alphabetical order."""

    version: str
    titles: list[str]
    codes: list[str]
    """SOC and O*NET-SOC codes, to which entries point."""
    entry_starts: NDArray[np.int32]
    """Where the entries of a row begin; those of row i end where those of i + 1 begin."""
    entry_soc: NDArray[np.int32]
    entry_onet: NDArray[np.int32]
    """-1 where there is no code."""
    entry_kind: NDArray[np.int32]
    entry_count: NDArray[np.int32]
    entry_vote: NDArray[np.float32]
    """What the entry counts where its title votes."""
    terms: list[str]
    idf: NDArray[np.float32]
    heads: NDArray[np.int32]
    """How many titles have the term as head noun."""
    starts: NDArray[np.int32]
    """Where the rows of a term begin."""
    postings: NDArray[np.int32]
    """Rows by term."""
    weights: NDArray[np.float32]
    """Of the term in the row, rows being of length 1."""
    profiles: Profiles
    rows: dict[str, int] = field(init=False)
    numbers: dict[str, int] = field(init=False)
    """Of the terms."""

    def __post_init__(self) -> None:
        self.rows = {title: row for row, title in enumerate(self.titles)}
        self.numbers = {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def enriched(self) -> bool:
        """Whether titles of published files or filings are there, beside this project's own."""
        return bool((self.entry_kind > Kind.OFFICIAL).any())

    def listed(self, title: str) -> tuple[Entry, ...]:
        """Entries of a cleaned title, the most trusted first."""
        row = self.rows.get(title)
        return () if row is None else self._entries(row)

    @cached_property
    def ceilings(self) -> NDArray[np.float32]:
        """The highest weight of each term in any row."""
        import numpy as np

        return np.maximum.reduceat(self.weights, self.starts[:-1])

    def is_strange(self, title: str) -> bool:
        """Whether a word is in no title, and no other is the head of some: of another language, most likely."""
        numbers = [self.numbers.get(word) for word in words(title)]
        return None in numbers and not any(number is not None and self.heads[number] >= _ROLE for number in numbers)

    def nearest(self, title: str, count: int = NEAREST) -> Nearest:
        """What the nearest titles vote for, by their cosine."""
        unknown = math.log(1 + len(self.titles)) + 1
        query, length = list[tuple[int, float]](), 0.0
        for term, weight in terms(title).items():
            number = self.numbers.get(term)
            if number is None and " " in term:
                continue
            weight *= unknown if number is None else float(self.idf[number])
            length += weight * weight
            if number is not None:
                query.append((number, weight))
        if not query:
            return Nearest(cosine=0.0, votes=())
        rows, products = self._alike(query, count)
        cosines = products / math.sqrt(length)
        near = _highest(cosines, count)
        votes = self._votes([(int(rows[place]), float(cosines[place])) for place in near])
        return Nearest(cosine=min(1.0, float(cosines[near[0]])), votes=votes)

    def _alike(self, query: Sequence[tuple[int, float]], count: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Rows, among them those with the highest dot products, and these.

        Rows that share no rare term with the query are left out where they cannot be among the highest: few rows are
        looked at then, and the processor's cache keeps what it holds.
        """
        import numpy as np

        lists = [slice(int(self.starts[number]), int(self.starts[number + 1])) for number, _ in query]
        rare = [place for place, part in enumerate(lists) if part.stop - part.start <= _RARE]
        common = [place for place in range(len(query)) if place not in rare]
        if rare:
            found = np.concatenate([self.postings[lists[place]] for place in rare])
            rows, inverse = np.unique(found, return_inverse=True)
            weighted = [self.weights[lists[place]] * query[place][1] for place in rare]
            products = np.bincount(inverse, np.concatenate(weighted))
            for place in common:
                postings = self.postings[lists[place]]
                at = np.minimum(postings.searchsorted(rows), len(postings) - 1)
                products += np.where(postings[at] == rows, self.weights[lists[place]][at] * query[place][1], 0.0)
            missed = sum(float(self.ceilings[query[place][0]]) * query[place][1] for place in common)
            if not common or (len(rows) >= count and missed < np.partition(products, -count)[-count]):
                return rows, products
        everything = np.concatenate([self.postings[part] for part in lists])
        weighted = [self.weights[part] * weight for part, (_, weight) in zip(lists, query, strict=True)]
        return np.arange(len(self.titles)), np.bincount(everything, np.concatenate(weighted), len(self.titles))

    def _entries(self, row: int) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                self.codes[self.entry_soc[number]],
                Kind(int(self.entry_kind[number])),
                None if self.entry_onet[number] < 0 else self.codes[self.entry_onet[number]],
                int(self.entry_count[number]),
            )
            for number in range(self.entry_starts[row], self.entry_starts[row + 1])
        )

    def _votes(self, near: Iterable[tuple[int, float]]) -> tuple[Vote, ...]:
        votes = defaultdict[int, float](float)
        for row, cosine in near:
            entries = slice(self.entry_starts[row], self.entry_starts[row + 1])
            of_row = zip(self.entry_soc[entries].tolist(), self.entry_vote[entries].tolist(), strict=True)
            for code, weight in of_row:
                votes[code] += cosine**_COSINE_POWER * weight
        total = sum(votes.values())
        ranked = sorted(votes.items(), key=lambda each: (-each[1], each[0]))  # codes are numbered in order
        return tuple(Vote(self.codes[code], weight / total) for code, weight in ranked if weight)


def _entry_votes(entries: Sequence[Entry]) -> list[float]:
    """What each entry of a title counts: an occupation once, and less where there are many."""
    weights = [_KIND_WEIGHTS[each.kind] * (1.0 if each.kind == entries[0].kind else _SECOND_KIND) for each in entries]
    of_codes: dict[str, float] = {}
    for entry, weight in zip(entries, weights, strict=True):
        of_codes[entry.soc_code] = max(of_codes.get(entry.soc_code, 0.0), weight)
    among = math.sqrt(sum(of_codes.values()))
    return [of_codes.pop(entry.soc_code, 0.0) / among for entry in entries]


def build_index(sources: Sources, version: str) -> Index:
    """The index of these sources; the same sources give the same index."""
    import numpy as np

    by_title = _entries_by_title(sources.titles)
    titles = sorted(by_title)
    entries = [entry for title in titles for entry in by_title[title]]
    codes = sorted({code for entry in entries for code in (entry.soc_code, entry.onet_code) if code})
    code_numbers: dict[str | None, int] = {code: number for number, code in enumerate(codes)} | {None: -1}
    return Index(
        version=version,
        titles=titles,
        codes=codes,
        entry_starts=np.cumsum([0, *(len(by_title[title]) for title in titles)], dtype=np.int32),
        entry_soc=np.array([code_numbers[entry.soc_code] for entry in entries], dtype=np.int32),
        entry_onet=np.array([code_numbers[entry.onet_code] for entry in entries], dtype=np.int32),
        entry_kind=np.array([entry.kind for entry in entries], dtype=np.int32),
        entry_count=np.array([entry.filings for entry in entries], dtype=np.int32),
        entry_vote=np.array([vote for title in titles for vote in _entry_votes(by_title[title])], dtype=np.float32),
        profiles=build_profiles(sources),
        **_inverted([terms(title) for title in titles], Counter(head(title) for title in titles)),
    )


def _inverted(of_rows: Sequence[Mapping[str, float]], heads: Counter[str | None]) -> dict[str, Any]:
    """TF-IDF weights of the rows' terms, by term."""
    import numpy as np

    frequency = Counter(term for row in of_rows for term in row)
    known = sorted(frequency)
    numbers = {term: number for number, term in enumerate(known)}
    idf = np.array([math.log((1 + len(of_rows)) / (1 + frequency[term])) + 1 for term in known], dtype=np.float32)
    columns: list[list[int]] = [[] for _ in known]
    values: list[list[float]] = [[] for _ in known]
    for row, weights in enumerate(of_rows):
        weighted = [(numbers[term], weight * float(idf[numbers[term]])) for term, weight in weights.items()]
        length = math.sqrt(sum(weight * weight for _, weight in weighted)) or 1.0
        for number, weight in weighted:
            columns[number].append(row)
            values[number].append(weight / length)
    return {
        "terms": known,
        "idf": idf,
        "heads": np.array([heads[term] for term in known], dtype=np.int32),
        "starts": np.cumsum([0, *map(len, columns)], dtype=np.int32),
        "postings": np.fromiter(chain.from_iterable(columns), np.int32),
        "weights": np.fromiter(chain.from_iterable(values), np.float32),
    }


def _entries_by_title(titles: Iterable[Title]) -> dict[str, tuple[Entry, ...]]:
    """Entries by cleaned title, one for each occupation and kind, the most trusted first."""
    found: defaultdict[str, dict[tuple[str, Kind], Entry]] = defaultdict(dict)
    for title in titles:
        if not (parts := parts_of(title.title)):
            continue
        entries, key = found[parts[0].whole], (title.soc_code, title.kind)
        known = entries.get(key)
        onet_code = title.onet_code if known is None or known.onet_code == title.onet_code else None
        count = title.count + (known.filings if known else 0)
        entries[key] = Entry(title.soc_code, title.kind, onet_code, count)
    return {
        title: tuple(sorted(entries.values(), key=lambda each: (each.kind, -each.filings, each.soc_code)))
        for title, entries in found.items()
    }


def _highest(values: NDArray[Any], count: int) -> list[int]:
    """Where the highest values are, highest first, the first of equals first; only those above 0."""
    import numpy as np

    found = np.flatnonzero(values >= values.max() * 0.3)
    if len(found) > count:
        chosen = values[found]
        found = found[chosen >= np.partition(chosen, -count)[-count]]
    return [int(row) for row in found[np.argsort(-values[found], kind="stable")][:count]]
