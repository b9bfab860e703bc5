"""The fixtures of the tests of the chat: worlds, and the tables of a server."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.storage.records import Table
from tests.support.claims import Node
from tests.support.world import World


@pytest.fixture
def world() -> World:
    """Return a world without a person in it."""
    return World()


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> dict[str, Table[Any]]:
    """Return the tables that a server of this test has made, by kind."""
    found: dict[str, Table[Any]] = {}
    make = Table.__init__

    def note(table: Table[Any], store: Any, kind: str, *rest: Any, **more: Any) -> None:
        found[kind] = table
        make(table, store, kind, *rest, **more)

    monkeypatch.setattr(Table, "__init__", note)
    return found


@pytest.fixture
def node() -> Node:
    """Return one of the servers that share a store, whose claims are answered by the test."""
    return Node()


@pytest.fixture
def other(node: Node) -> Node:
    """Return another server, with the same claims."""
    return Node(node.store.claims.shared, 1000)
