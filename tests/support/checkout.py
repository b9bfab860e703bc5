"""The checkout that the tests are in."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file, which many tests read and none may change."""
    return ast.parse(path.read_text("utf-8"))
