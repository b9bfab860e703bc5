"""The guests of the tests of commands: Ana, and Luis, who came after her."""

from __future__ import annotations

import pytest

from tests.support.world import Member, World


@pytest.fixture
def ana(world: World) -> Member:
    return world.person("ana")


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    luis = world.person("luis")
    ana.seen()
    return luis
