"""`python -m bench.hostile [TEXTS] [SEED]`: 100 kB of words that rules look for, in any order, again and again.

Fails where one such text takes longer than 100 ms.

The bricks are all words of all rule files, and marks between them: who knows the rules writes nothing worse.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from importlib.resources import files
from time import perf_counter
from typing import Any

from bench.readings import SIZE, posting_of
from crawlers.classify import classify, rules

LIMIT = 0.1
"""Seconds for one text."""
MARKS = (
    " ", ", ", "\n", "; ", ": ", ". ", "/", "(", ") ", " - ", "\n• ", "  ", " or ", " and ", "$", "1", "10 ", "%", "",
)  # fmt: skip
META = set("\\^$*+?{}[]|")


def words(value: Any) -> Iterator[str]:
    """Plain words in a rule file's values."""
    if isinstance(value, str):
        yield from ([value] if len(value) <= 40 and not META & set(value) else [])
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in {"id", "reading", "kind"}:
                yield from words(each)
    elif isinstance(value, list):
        for each in value:
            yield from words(each)


def bricks() -> list[list[str]]:
    """Words, rule file by rule file."""
    names = sorted(file.name.removesuffix(".toml") for file in files(rules).iterdir() if file.name.endswith(".toml"))
    return [found for name in names if (found := list(dict.fromkeys(words(rules.load(name)))))]


def texts(count: int, chance: random.Random) -> Iterator[str]:
    """A phrase of a few bricks of one or two files, repeated."""
    known = bricks()
    for _ in range(count):
        subjects = chance.sample(known, chance.choice((1, 1, 2)))
        phrase = "".join(
            chance.choice(chance.choice(subjects)) + chance.choice(MARKS) for _ in range(chance.randint(1, 4))
        )
        yield (phrase * (SIZE // len(phrase) + 1))[:SIZE]


def seconds(text: str) -> float:
    """The least of two: what else the machine does is not the text's fault."""
    taken = []
    for _ in range(2):
        posting = posting_of(text)
        start = perf_counter()
        classify(posting)
        taken.append(perf_counter() - start)
        if taken[0] < LIMIT / 2:
            break
    return min(taken)


def main(count: int, seed: int) -> int:
    seconds("Warm up.")
    slowest = sorted(((seconds(text), text[:100]) for text in texts(count, random.Random(seed))), reverse=True)
    print(f"{count} texts of 100 kB, seed {seed}; the slowest:")
    for taken, start in slowest[:8]:
        print(f"{taken * 1000:8.1f} ms  {start!r}")
    return int(slowest[0][0] > LIMIT)


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*arguments, *(400, random.randrange(1_000_000))[len(arguments) :]))
