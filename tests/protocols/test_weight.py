"""The memory of a client that does nothing, in objects that no other client shares."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.json_client import JsonClient
from tests.support.memory_client import MemoryClient
from tests.support.world import World

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="each version of Python has sizes of its own"
)

WEIGHT = 2800
"""Most bytes of an idle client beside its transport. With that, and with its part of what all
share, a daemon has 4 KiB for each."""


JSON_WEIGHT = 3090
"""The same of a client of JSON lines, which may be in several rooms and wants receipts."""


class WeightWorld:
    """Two clients, made by ``come``, in a room where another one came before."""

    def __init__(self, come: Callable[[World], Any] = World.person) -> None:
        self.world = World(nodes=1)
        come(self.world)
        gc.freeze()  # so the collector lists only what is made from here on
        self.client, self._other = come(self.world), come(self.world)

    def weight(self) -> int:
        """Return the bytes of the objects that are the client's alone, but for its transport."""
        made = set(map(id, gc.get_objects()))
        shared = set(self._of(self._other, made, set()))
        return sum(map(sys.getsizeof, self._of(self.client, made, shared).values()))

    def _of(self, client: MemoryClient, made: set[int], but: set[int]) -> dict[int, object]:
        """Return the objects that a client refers to, and those in turn, by their ids.

        Of those that the collector looks at, only some that were ``made`` meanwhile.
        """
        found: dict[int, object] = {}
        to_look_at: list[object] = [client.protocol]
        while to_look_at:
            one = to_look_at.pop()
            was_there = gc.is_tracked(one) and id(one) not in made
            if id(one) in found or id(one) in but or was_there:
                continue
            if one is not client.protocol.transport:
                found[id(one)] = one
                to_look_at += gc.get_referents(one)
        return found


@pytest.fixture
def world() -> WeightWorld:
    return WeightWorld()


def test_a_client_that_has_come_is_light(world: WeightWorld) -> None:
    assert world.weight() <= WEIGHT


def test_one_that_has_spoken_holds_nothing_more(world: WeightWorld) -> None:
    world.client.type("hola", "/who")
    world.client.seen()
    assert world.weight() <= WEIGHT


def test_a_client_of_json_lines_holds_nothing_of_the_one_that_it_was() -> None:
    world = WeightWorld(JsonClient.come)
    assert world.weight() <= JSON_WEIGHT
    world.client.say("hola", room="lobby")
    world.client.seen()
    assert world.weight() <= JSON_WEIGHT
