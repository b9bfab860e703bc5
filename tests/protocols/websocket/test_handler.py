"""`chatd.protocols.websocket.handler`: frames that are no items, and the ends of a WebSocket."""

from __future__ import annotations

from tests.support.browser import Browser, browser, frame
from tests.support.irc_client import WebIrcClient, irc_person
from tests.support.world import World


class TestABrowser:
    def test_a_server_that_stops_says_so(self, world: World) -> None:
        one = browser(world)
        one.protocol.connection.stop_reading()
        one.protocol.connection.say_goodbye()
        assert [message["type"] for message in one.seen()] == ["say"]  # it will be there again
        assert one.close_code() == 1001

    def test_a_message_that_is_too_large_ends_it_with_its_reason(self, world: World) -> None:
        one = browser(world)
        one.send_bytes(frame(b"x" * 51_000))
        assert one.close_code() == 1009
        assert world.server.lobby.people == 0

    def test_what_came_before_the_end_is_still_done(self, world: World) -> None:
        one = browser(world)
        one.send_bytes(frame(b'{"type":"line","text":"last"}') + frame(b"", 8))
        assert world.server.lobby.head == 1
        assert one.closed

    def test_pings_are_answered(self, world: World) -> None:
        one = browser(world)
        one.send_bytes(frame(b"abc", 9))
        one.seen()
        assert one.frames == [(10, b"abc")]

    def test_one_that_is_not_heard_is_asked_and_let_go(self, world: World) -> None:
        one = Browser(world, dead_after=90)
        one.send("hello")
        one.seen()
        world.clock.advance(31)
        one.factory.check()
        one.seen()
        assert one.frames == [(9, b"")]
        world.clock.advance(59)
        one.factory.check()
        assert not one.transport.disconnected
        world.clock.advance(2)
        one.factory.check()
        assert one.transport.disconnected or one.closed

    def test_one_that_answers_stays(self, world: World) -> None:
        one = Browser(world, dead_after=90)
        one.send("hello")
        for _ in range(10):
            world.clock.advance(31)
            one.factory.check()
            one.send_bytes(frame(b"", 10))
        one.send("ping")
        assert one.seen("pong")


class TestAnIrcClient:
    def test_pings_are_answered(self, world: World) -> None:
        one = WebIrcClient(world)
        one.send_bytes(frame(b"abc", 9))
        assert one.seen() == []
        assert one.others == [(10, True, b"abc")]

    def test_one_that_is_not_heard_is_asked_and_let_go(self, world: World) -> None:
        one = WebIrcClient(world, dead_after=90)
        irc_person(world, "ana", client=one)
        world.clock.advance(31)
        one.factory.check()
        assert one.seen() == []
        assert one.others == [(9, True, b"")]
        world.clock.advance(59)
        one.factory.check()
        assert not one.transport.disconnected
        world.clock.advance(2)
        one.factory.check()
        assert one.transport.disconnected

    def test_a_server_that_stops_says_so(self, world: World) -> None:
        one = WebIrcClient(world)
        irc_person(world, "ana", client=one)
        one.protocol.connection.stop_reading()
        one.protocol.connection.say_goodbye()
        (error,) = one.seen()
        assert error.startswith("ERROR :")
        assert one.close_code() == 1001

    def test_what_came_before_the_end_is_still_done(self, world: World) -> None:
        one = WebIrcClient(world)
        irc_person(world, "ana", "ops", client=one)
        one.send_bytes(frame(b"PRIVMSG #ops :last") + frame(b"", 8))
        assert world.server.rooms.get("ops").head == 1
        assert one.seen()[-1].startswith("ERROR :")
        assert one.closed
