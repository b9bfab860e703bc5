"""`chatd.daemon.handover.standing`: who is told to come back, and what others are shown of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from twisted.internet.defer import Deferred

from chatd.daemon.handover.standing import (
    GOODBYE_SECONDS,
    LOOK_SECONDS,
    SETTLE_SECONDS,
    StandingStill,
)
from tests.support.irc_client import IrcClient, codes, irc_client, irc_person, plain
from tests.support.sentences import EN
from tests.support.world import World


class StandingWorld(World):
    """A world that can stand still."""

    def __init__(self) -> None:
        super().__init__(nodes=1)
        doors = [SimpleNamespace(factory=each) for each in (self.chat, self.irc)]
        self.standing = StandingStill(doors, [self.server], self.store, [], self.clock)

    def stand_still(self) -> int:
        """Stand still; return the number of clients who cannot be handed over."""
        begun = Deferred.fromCoroutine(self.standing.begin())
        for _ in range(round((GOODBYE_SECONDS + SETTLE_SECONDS) / LOOK_SECONDS) + 2):
            self.wait(LOOK_SECONDS)
        number: int = begun.result
        return number


@pytest.fixture
def world() -> StandingWorld:
    return StandingWorld()


@pytest.fixture
def ana(world: StandingWorld) -> IrcClient:
    return irc_person(world, "ana", "ops")


def state_of(client: IrcClient) -> object:
    return client.protocol.connection.state()


def test_clients_are_read_no_more_until_it_goes_on(world: StandingWorld, ana: IrcClient) -> None:
    assert world.stand_still() == 0
    assert ana.ask("PING x") == []
    assert state_of(ana) is not None
    world.standing.go_on()
    assert codes(ana.seen()) == ["PONG"]


def test_one_who_is_registering_is_told_to_come_back(world: StandingWorld, ana: IrcClient) -> None:
    late = irc_client(world)
    late.send("NICK luis")
    assert world.stand_still() == 1
    assert late.seen() == [f"ERROR :{EN.sentence('upgrading')}"]
    assert ana.seen() == []


def test_so_is_one_who_waits_longer_and_others_see_it_go(
    world: StandingWorld, ana: IrcClient
) -> None:
    world.register("eva")
    luis = irc_person(world, "luis", "ops", capabilities="sasl")
    line = world.person("tom")
    line.type("/join ops")
    world.wait(60)
    ana.seen(), line.seen()
    world.hashing.held = True
    luis.send("AUTHENTICATE PLAIN", *plain("eva"))
    luis.seen()
    assert world.stand_still() == 0
    assert luis.seen()[-1] == f"ERROR :{EN.sentence('upgrading')}"
    assert codes(ana.seen()) == ["QUIT"]
    assert line.seen() == [EN.notice("left_one", people="luis")]
    assert state_of(luis) is None
    assert state_of(ana) is not None


def test_one_whose_command_ends_in_time_is_not(world: StandingWorld, ana: IrcClient) -> None:
    world.register("eva")
    ana.handler.use_capabilities(frozenset({"sasl"}))
    world.hashing.held = True
    ana.send("AUTHENTICATE PLAIN", *plain("eva"))
    world.clock.callLater(SETTLE_SECONDS / 2, world.hashing.work)
    world.stand_still()
    assert "903" in codes(ana.seen()[1:])
    assert state_of(ana) is not None
