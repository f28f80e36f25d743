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
_LONGEST_DESCRIPTION = 6_000
"""Characters of a description that are read: what follows is seldom about the work."""
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

    def __post_init__(self) -> None:
        self.rows = {code: row for row, code in enumerate(self.codes)}
        self.known = {term: number for number, term in enumerate(self.terms)}

    def similarities(self, description: str, soc_codes: Sequence[str]) -> list[float]:
        """Cosine of a description with each occupation, 0-1; 0 for those of which nothing is known."""
        import numpy as np

        counts = Counter(_words(description[:_LONGEST_DESCRIPTION]))
        query = np.zeros(len(self.terms), dtype=np.float32)
        for word, count in counts.items():
            number = self.known.get(word)
            if number is not None:
                query[number] = (1 + math.log(count)) * self.idf[number]
        length = float(np.linalg.norm(query))
        if length == 0:
            return [0.0 for _ in soc_codes]
        found = []
        for code in soc_codes:
            row = self.rows.get(code)
            if row is None:
                found.append(0.0)
                continue
            part = slice(self.starts[row], self.starts[row + 1])
            found.append(float(self.weights[part] @ query[self.numbers[part]]) / length)
        return found


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
