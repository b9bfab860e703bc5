"""The checkout that the tests are in."""

import ast
import gc
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file, which many tests read and none may change.

    The search for garbage passes over it: the trees of all files are a million objects, and to look
    at them again and again would take three times as long as to read them.
    """
    gc.disable()
    try:
        return ast.parse(path.read_text("utf-8"))
    finally:
        gc.freeze()
        gc.enable()


@cache
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return a node and all nodes below it. They are kept, because many tests ask for them."""
    return (*ast.walk(tree),)
