"""Every field of an item says what it holds."""

from __future__ import annotations

import ast
from pathlib import Path

import crawlers.items


def test_every_field_has_a_docstring() -> None:
    tree = ast.parse(Path(crawlers.items.__file__).read_text(encoding="utf-8"))
    missing = [
        f"{item.name}.{ast.unparse(field.target)}"
        for item in tree.body
        if isinstance(item, ast.ClassDef)
        for field, after in zip(item.body, [*item.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign)
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and after.value.value)
    ]
    assert missing == []
