"""Least figures that an evaluation must reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crawlers.classify.evaluation import SET_READINGS, Evaluation
from crawlers.classify.figures import Proportion

_READING_MEASURES = ("accuracy", "answered")
_SET_MEASURES = (*_READING_MEASURES, "micro_precision", "micro_recall", "micro_f1")
_CLASS_MEASURES = ("precision", "recall", "f1")


def below(evaluation: Evaluation, thresholds: Mapping[str, Any]) -> Iterator[str]:
    """What falls short, in words. Thresholds: reading -> measure -> least value, or reading -> class -> measure -> it.

    Measures are `accuracy` and `answered` of a reading, `micro_precision`, `micro_recall` and `micro_f1` of one that
    is a set, `precision`, `recall` and `f1` of a class. Readings and classes that the lines do not have are not held
    against anybody. Raises ValueError for a measure that does not exist.
    """
    for reading, wanted in thresholds.items():
        score = evaluation.readings.get(reading)
        for key, value in wanted.items():
            of_class = isinstance(value, dict)
            holder = score.classes.get(key) if score and of_class else score
            name = f"{reading}.{key}" if of_class else reading
            for measure, least in (value if of_class else {key: value}).items():
                if measure not in (_CLASS_MEASURES if of_class else _measures(reading)):
                    raise ValueError(f"{name}.{measure} is no measure")
                figure = getattr(holder, measure, None)
                reached = figure.value if isinstance(figure, Proportion) else figure
                if reached is not None and reached < least:
                    yield f"{name}.{measure} is {reached:.3f}, below {least}"


def _measures(reading: str) -> tuple[str, ...]:
    return _SET_MEASURES if reading in SET_READINGS else _READING_MEASURES
