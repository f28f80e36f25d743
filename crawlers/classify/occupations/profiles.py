"""What the work of an occupation sounds like: the words of its titles, tasks and technologies.

They re-rank the few occupations that a title leaves open by what the posting's description says.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawlers.classify.occupations.sources import Sources
from crawlers.classify.occupations.terms import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"[a-z][a-z0-9+#]+")
_LONGEST_DESCRIPTION = 2_000
"""Characters of a description that are read: what follows is seldom about the work."""
_MOST_SEEN = 50_000
_UNKNOWN = -1
_FEWEST_OCCUPATIONS = 0.2
"""Words of more than this share of the occupations tell nothing."""


@dataclass(kw_only=True, slots=True)
class Profiles:
    """Weights of words by occupation, each occupation of length 1."""

    codes: list[str]
    """Detailed codes, one a row."""
    terms: list[str]
    idf: NDArray[np.float32]
    starts: NDArray[np.int32]
    """Where the terms of a row begin."""
    numbers: NDArray[np.int32]
    """Terms by row."""
    weights: NDArray[np.float32]
    rows: dict[str, int] = field(init=False)
    known: dict[str, int] = field(init=False)
    """Numbers of the terms."""

    seen: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = {code: row for row, code in enumerate(self.codes)}
        self.known = {term: number for number, term in enumerate(self.terms)}

    def similarities(self, description: str, soc_codes: Sequence[str]) -> list[float]:
        """Cosine of a description with each occupation, 0-1; 0 for those of which nothing is known."""
        import numpy as np

        counts: Counter[int] = Counter()
        for word, count in Counter(_WORD.findall(description[:_LONGEST_DESCRIPTION].lower())).items():
            counts[self._number(word)] += count
        del counts[_UNKNOWN]
        if not counts:
            return [0.0 for _ in soc_codes]
        told = np.fromiter(counts, np.int32, len(counts))
        said = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[told]
        length = float(np.linalg.norm(said))
        order = np.argsort(told)
        told, said = told[order], said[order]
        return [self._product(self.rows.get(code), told, said) / length for code in soc_codes]

    def _product(self, row: int | None, told: NDArray[np.int32], said: NDArray[np.float32]) -> float:
        """Dot product of an occupation and a description, of which `told` are the terms in order."""
        if row is None:
            return 0.0
        part = slice(self.starts[row], self.starts[row + 1])
        places = self.numbers[part].searchsorted(told)
        places[places == part.stop - part.start] = 0
        shared = self.numbers[part][places] == told
        return float(self.weights[part][places[shared]] @ said[shared])

    def _number(self, word: str) -> int:
        """Number of a word's term, _UNKNOWN where it has none; what was asked once is remembered."""
        number = self.seen.get(word)
        if number is None:
            found = words(word)
            number = self.known.get(found[0], _UNKNOWN) if found else _UNKNOWN
            if len(self.seen) < _MOST_SEEN:
                self.seen[word] = number
        return number


def build_profiles(sources: Sources) -> Profiles:
    """Profiles of all occupations that a source names."""
    import numpy as np

    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for title in sources.titles:
        counts[title.soc_code].update(set(_words(title.title)))
    for code, texts in sources.texts.items():
        for text in texts:
            counts[code].update(_words(text))
    codes = sorted(counts)
    frequency = Counter(word for of_code in counts.values() for word in of_code)
    told = sorted(word for word, codes_of in frequency.items() if codes_of <= _FEWEST_OCCUPATIONS * len(codes))
    numbers = {word: number for number, word in enumerate(told)}
    idf = np.array([math.log((1 + len(codes)) / (1 + frequency[word])) + 1 for word in told], dtype=np.float32)
    starts, columns, weights = [0], [], []
    for code in codes:
        row = sorted((numbers[word], (1 + math.log(count))) for word, count in counts[code].items() if word in numbers)
        weighted = [weight * float(idf[number]) for number, weight in row]
        length = math.sqrt(sum(weight * weight for weight in weighted)) or 1.0
        columns += [number for number, _ in row]
        weights += [weight / length for weight in weighted]
        starts.append(len(columns))
    return Profiles(
        codes=codes,
        terms=told,
        idf=idf,
        starts=np.array(starts, dtype=np.int32),
        numbers=np.array(columns, dtype=np.int32),
        weights=np.array(weights, dtype=np.float32),
    )


def _words(text: str) -> list[str]:
    return words(" ".join(_WORD.findall(text.lower())))
