"""The rules of `expect` in docs/classify.md: whether a reading is as expected, and which classes a case has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_TOLERANCE = 1
"""By how much a number may be off."""


def agrees(expected: Any, actual: Any, *, whole: bool = False) -> bool:
    """Whether a reading is as expected. `whole`: lists are sets that must be equal, not first elements.

    >>> agrees({"any": ["mid", None]}, None), agrees({"includes": ["INTERN"]}, ["FULL_TIME", "INTERN"])
    (True, True)
    >>> agrees(None, []), agrees([], None), agrees({"min": 100_000}, {"min": 100_001.0, "max": 5})
    (True, True, True)
    """
    if isinstance(expected, dict) and "any" in expected:
        return any(agrees(option, actual, whole=whole) for option in expected["any"])
    if isinstance(expected, dict) and "includes" in expected:
        found = actual if isinstance(actual, list) else []
        return all(any(agrees(wanted, item) for item in found) for wanted in expected["includes"])
    if _is_null(expected) or _is_null(actual):
        return _is_null(expected) and _is_null(actual)
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(agrees(value, actual.get(key)) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and _lists_agree(expected, actual, whole)
    if _is_number(expected) and _is_number(actual):
        return bool(abs(expected - actual) <= _TOLERANCE)
    return isinstance(expected, bool) is isinstance(actual, bool) and bool(expected == actual)


@dataclass(frozen=True, slots=True)
class CaseClasses:
    """Values of one case as names of classes."""

    expected: set[str]
    actual: set[str]

    @classmethod
    def of(cls, expected: Any, actual: Any, right: bool) -> CaseClasses:
        """Classes of a case. What `expect` leaves open counts for nobody: the first of `any` stands for a miss."""
        if isinstance(expected, dict) and "includes" in expected:
            wanted = set(map(class_name, expected["includes"]))
            return cls(wanted, wanted & set(map(class_name, actual or ())) or {"null"})
        if isinstance(expected, dict) and "any" in expected:
            if right:
                return cls(_names(actual), _names(actual))
            expected = next(iter(expected["any"]), None)
        if isinstance(expected, dict) and isinstance(actual, dict) and len(expected) == 1:
            (key,) = expected
            return cls.of(expected[key], actual.get(key), right)
        if _is_plain(expected) and _is_plain(actual):
            return cls(_names(expected), _names(actual))
        # Objects of several keys, and lists of objects, have no classes but being there: right, wrong or null.
        return cls({"null"} if _is_null(expected) else {"value"}, {"null"} if _is_null(actual) else {_shape(right)})


def class_name(value: object) -> str:
    """A value as tables, `--value` and JSON keys name it.

    >>> class_name(None), class_name(True), class_name("offered")
    ('null', 'true', 'offered')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _lists_agree(expected: list[Any], actual: list[Any], whole: bool) -> bool:
    if whole:
        return set(map(class_name, expected)) == set(map(class_name, actual))
    return len(actual) >= len(expected) and all(map(agrees, expected, actual))


def _is_null(value: Any) -> bool:
    return value is None or value == []


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_plain(value: Any) -> bool:
    """Whether a value is a scalar, or a list of scalars."""
    return not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value)
    )


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set(map(class_name, value)) or {"null"}
    return {class_name(value)} if _is_plain(value) else {"value"}


def _shape(right: bool) -> str:
    return "value" if right else "other value"
