"""`chatd.protocols.live.greeting`: a client before hello, and in another process."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.protocols.live.greeting import LiveBeginning
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS
from tests.support.live_client import LiveClient
from tests.support.world import World

Live = type[LiveClient]

pytestmark = pytest.mark.one_node("one process goes on for another: the node is the same")


def handler_of(client: LiveClient) -> Any:
    return client.protocol.connection.handler


class TestBeforeHello:
    def test_nothing_is_shown_of_rooms(self, live: Live, world: World) -> None:
        one = live(world)
        one.seen()
        world.person("ana").type("hola")
        assert one.seen() == []

    def test_a_client_has_so_much_time(self, live: Live, world: World) -> None:
        one = live(world)
        one.seen()
        world.wait(HANDSHAKE_SECONDS)
        one.factory.check()
        assert one.seen() == []
        world.wait(1)
        one.factory.check()
        assert [each["key"] for each in one.seen("error")] == ["hello_late"]

    def test_one_that_says_it_in_time_has_all_the_time(self, live: Live, world: World) -> None:
        one = live.come(world)
        world.wait(HANDSHAKE_SECONDS + 1)
        one.factory.check()
        assert one.seen("error") == []


class TestAnotherProcess:
    def test_is_said_hello_to_if_this_one_was_not(self, live: Live, world: World) -> None:
        one = live(world)
        world.hand_over()
        one.seen()
        one.send("hello", name="eva")
        assert [each["name"] for each in one.seen("hello")] == ["eva"]

    def test_waits_for_hello_as_long_as_was_left(self, live: Live, world: World) -> None:
        one = live(world)
        world.wait(HANDSHAKE_SECONDS - 1)
        world.hand_over()
        one.seen()
        world.wait(2)
        one.factory.check()
        assert [each["key"] for each in one.seen("error")] == ["hello_late"]

    def test_needs_no_hello_after_one_to_this_one(self, live: Live, world: World) -> None:
        one = live.come(world, name="eva")
        world.hand_over()
        one.say("hola", room="lobby")
        assert one.texts() == ["hola"]

    def test_answers_as_the_client_understands_it(self, live: Live, world: World) -> None:
        one = live.come(world, name="eva")
        world.hand_over()
        one.say("/nick", room="lobby", id=7)
        (error,) = one.seen("error")
        assert error["id"] == 7

    def test_has_no_state_of_one_whose_line_is_not_stored(self, live: Live) -> None:
        world = World(slow=True)
        one = live.come(world)
        world.release()
        one.say("hola", room="lobby")
        assert handler_of(one).state() is None
        world.release()
        assert handler_of(one).state()["greeted"]


def test_a_derived_class_says_how_the_session_answers(live: Live, world: World) -> None:
    with pytest.raises(NotImplementedError):
        LiveBeginning.prepare(handler_of(live.come(world)))
