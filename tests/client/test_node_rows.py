from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.client.node_rows import rows_of_nodes
from chatd.storage.shared.engine import PROTOCOL
from chatd.storage.shared.lease import BEAT_SECONDS
from tests.support.world import World


@pytest.fixture
def reply() -> dict[str, Any]:
    """Return the reply of a node, beside one that has ended."""
    world = World(nodes=2)
    world.shared_log.reap(world.nodes[0].store)
    world.nodes[0].store.crash()
    world.wait(BEAT_SECONDS)
    world.store, world.server = world.nodes[1].store, world.nodes[1].server
    found: dict[str, Any] = world.ask_operator("nodes").result
    return found


class TestRows:
    def test_are_one_for_each_node_and_one_for_the_log(self, reply: dict[str, Any]) -> None:
        rows = [row.split("\t") for row in rows_of_nodes(reply, as_json=False)]
        assert sorted(row[1] for row in rows[:-1]) == ["ended", "live, asked"]
        assert (rows[-1][0], rows[-1][1]) == ("log", "current for 7 s")
        assert "0 behind" in rows[-1]

    def test_say_if_the_node_is_cut_off(self, reply: dict[str, Any]) -> None:
        reply["log"]["is_cut_off"] = True
        assert rows_of_nodes(reply, as_json=False)[-1].split("\t")[1] == "cut off"

    def test_show_what_a_name_has_in_it(self, reply: dict[str, Any]) -> None:
        reply["nodes"][0]["name"] = "\x1b[31m"
        assert "\x1b" not in rows_of_nodes(reply, as_json=False)[0]

    def test_are_objects_if_that_is_asked_for(self, reply: dict[str, Any]) -> None:
        rows = [json.loads(row) for row in rows_of_nodes(reply, as_json=True)]
        assert [row["type"] for row in rows] == ["node", "node", "log"]
        assert rows[-1]["level"] == PROTOCOL
