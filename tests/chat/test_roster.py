"""The roster: the sessions of other nodes, by their visits."""

from __future__ import annotations

import pytest

from chatd.chat.roster import WRITE_AGAIN_SECONDS, RemoteSession, Roster, Visit
from tests.support.logs import Expect
from tests.support.world import World


@pytest.fixture
def world() -> World:
    """Return a world of two nodes, in which the first person is at the second one."""
    return World(nodes=2)


def roster(world: World, node: int = 0) -> Roster:
    return world.nodes[node].server.roster


def test_a_session_is_known_at_the_other_node(world: World) -> None:
    ana = world.member("ana", network="192.0.2.7")
    ana.type("/join ops", "/away at lunch")
    visit = Visit("ana", False, "ana", "192.0.2.7", "at lunch", True, True, False, ["ops"])
    known = [RemoteSession(ana.session.number, visit)]
    assert roster(world).called("ANA") == known
    assert roster(world).of_account("ana") == known
    assert roster(world).others() == known


def test_a_session_is_not_another_one_at_its_own(world: World) -> None:
    world.person("ana")
    assert roster(world, 1).others() == []
    assert roster(world, 1).called("ana") == []


def test_a_guest_without_a_name_is_known_by_its_number(world: World) -> None:
    guest = world.person()
    (other,) = roster(world).called(guest.session.name)
    assert (other.is_guest, other.visit.rooms) == (True, ["lobby"])


def test_one_that_takes_no_private_lines_is_not_reachable(world: World) -> None:
    ana = world.person("ana")
    assert len(roster(world).reachable("ana")) == 1
    ana.session.subscriptions.takes_private = False
    ana.type("/away at lunch")
    assert roster(world).reachable("ana") == []


def test_the_members_of_a_room_are_those_in_it(world: World) -> None:
    world.person("ana").type("/join ops")
    assert roster(world).members_of("lobby") == []
    assert [other.name for other in roster(world).members_of("ops")] == ["ana"]


def test_one_that_leaves_or_goes_is_not_known_any_more(world: World) -> None:
    ana = world.person("ana")
    ana.type("/join ops", "/leave")
    assert [other.visit.rooms for other in roster(world).called("ana")] == [["lobby"]]
    ana.hang_up()
    assert roster(world).others() == []


def test_those_who_are_there_are_known_to_a_node_that_starts(world: World) -> None:
    ana = world.person("ana")
    late = world.add_node()
    assert [other.number for other in late.server.roster.called("ana")] == [ana.session.number]
    assert list(late.server.lobby.here.named) == ["ana"]


def test_those_of_a_dead_node_are_gone_when_it_is_reaped(world: World) -> None:
    world.person("ana")
    world.nodes[1].store.crash()
    assert len(roster(world).others()) == 1
    world.shared_log.reap(world.nodes[1].store)
    assert roster(world).others() == []


def test_a_node_that_is_alone_writes_no_visit() -> None:
    world = World(nodes=1)
    world.person("ana")
    assert world.store.records() == []
    assert roster(world).others() == []


def test_a_visit_that_was_not_written_is_written_again(
    world: World, expected_errors: Expect
) -> None:
    ana, luis = world.member("ana"), world.person("luis")
    luis.type("/join ops")
    ana.server.store.cut = True
    ana.type("/join ops")
    ana.server.store.give_up()
    ana.server.store.reconnect()
    world.wait(WRITE_AGAIN_SECONDS)
    assert [other.visit.rooms for other in roster(world).called("ana")] == [["ops"]]
    expected_errors()


def test_one_that_has_gone_is_not_another_ones_while_that_is_not_written(
    world: World, expected_errors: Expect
) -> None:
    ana = world.person("ana")
    node = world.nodes[1]
    node.store.cut = True
    ana.hang_up()
    world.settle()
    node.store.give_up()
    assert not roster(world, 1).called("ana")
    assert node.server.lobby.people == 0
    node.store.reconnect()
    world.wait(WRITE_AGAIN_SECONDS)
    assert not roster(world).called("ana")
    expected_errors()


def test_a_visit_that_ended_while_it_was_in_doubt_is_removed(
    world: World, expected_errors: Expect
) -> None:
    world.shared_log.hold()
    ana = world.person("ana")
    number, store = ana.session.number, ana.server.store
    store.cut = True
    ana.hang_up()
    for _ in range(2):  # the batches with the beginning of the visit, and with its end
        store.give_up()
        world.settle()
    world.wait(WRITE_AGAIN_SECONDS)
    store.reconnect()
    for _ in range(5):
        world.shared_log.seal()
        world.wait(WRITE_AGAIN_SECONDS)
    others = [each for server in world.servers for each in server.roster.others()]
    assert number not in [each.number for each in others]
    expected_errors()
