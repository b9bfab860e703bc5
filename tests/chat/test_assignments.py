"""Attributes of sessions, the server, connections and their parts are set in their own modules.

Another module changes them through a constructor, or a method that says what it does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, nodes_of, syntax_tree

OWNERS = {"session", "server", "_server", "_session", "each", "other", "by", "owner"} | {
    "connection",
    "_connection",
    "stream",
}
"""The names under which other modules have a session, the server, a connection or a stream."""

PARTS = {
    "identity",
    "replies",
    "queue",
    "prompt",
    "subscriptions",
    "joined",
    "sessions",
    "quotas",
    "publisher",
    "moves",
    "evictions",
    "hook_review",
    "deeds",
    "sign_outs",
    "hooks",
    "lifecycle",
    "output",
    "reader",
    "intake",
    "rate",
    "writer",
}
"""The attributes of a session, of the server and of a connection that are their parts."""


def targets(tree: ast.AST) -> Iterator[ast.expr]:
    """Find all that some code assigns to, or deletes."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Assign | ast.Delete):
            yield from node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
            yield node.target
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.optional_vars


def attributes(target: ast.expr) -> Iterator[ast.Attribute]:
    """Find the attributes in a target, also those in a tuple."""
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from attributes(each)
    elif isinstance(target, ast.Attribute):
        yield target


def name_of(expression: ast.expr) -> str:
    """Return the last name of an expression: "session" for `self.session` and `session`."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def assigned(tree: ast.AST) -> list[str]:
    """Return the attributes of these, or of a part of them, that some code assigns."""
    return [
        f"line {target.lineno}: {ast.unparse(target)}"
        for each in targets(tree)
        for target in attributes(each)
        if name_of(target.value) in OWNERS
        or (name_of(target.value) in PARTS and isinstance(target.value, ast.Attribute))
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("session.grant = None", ["line 1: session.grant"]),
        ("self.session.changed = go_on", ["line 1: self.session.changed"]),
        ("session.queue.changed = go_on", ["line 1: session.queue.changed"]),
        ("self._server.motd: str = text", ["line 1: self._server.motd"]),
        ("session.unpublished += 1", ["line 1: session.unpublished"]),
        ("a, session.name = b", ["line 1: session.name"]),
        ("self.session = session", []),
        ("queue = session.queue", []),
        ("session.stream.farewell = close", ["line 1: session.stream.farewell"]),
        ("connection.reader.paused = True", ["line 1: connection.reader.paused"]),
    ],
)
def test_assignments_are_found(source: str, found: list[str]) -> None:
    assert assigned(ast.parse(source)) == found


def test_no_module_assigns_attributes_of_another() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in sorted(Path(ROOT, "chatd").rglob("*.py"))
        if (lines := assigned(syntax_tree(path)))
    }
    assert found == {}
