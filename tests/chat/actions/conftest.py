"""Fixtures of the tests of actions: a world, and the owner of a room in it."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import enter
from chatd.chat.session import Session
from chatd.rooms.room import Room
from tests.support.sessions import done, member
from tests.support.world import World


@pytest.fixture
def ana(world: World) -> Session:
    """Return the owner of #ops, who is there and has just typed her password."""
    ana = member(world, "ana")
    done(world, enter(world.server, ana, "ops"))
    return ana


@pytest.fixture
def ops(world: World, ana: Session) -> Room:
    """Return the room of ana."""
    return world.server.rooms["ops"]
