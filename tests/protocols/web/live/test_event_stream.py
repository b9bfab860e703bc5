"""The lines of a room, as server-sent events."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import Grant
from chatd.protocols.web.live.event_stream import COMMENT_SECONDS
from chatd.rooms.bookmarks import NEWCOMER, Return
from tests.support.event_stream import Reader
from tests.support.world import World


def test_it_begins_as_an_answer_and_goes_on_with_the_last_lines(world: World) -> None:
    world.say("one", "two")
    reader = Reader(world)
    assert reader.opening == b"HTTP/1.1 200 OK"
    (type, entered), *events = reader.seen()
    assert (type, entered["room"], entered["after"]) == ("entered", "lobby", 0)
    assert [data["text"] for _, data in events] == ["one", "two"]


def test_what_is_said_comes_as_it_is_said(world: World) -> None:
    reader = Reader(world)
    reader.seen()
    world.person("ana").type("hola")
    assert reader.texts() == ["hola"]


def test_behind_a_place_all_comes_however_much(world: World) -> None:
    for _ in range(300):
        world.say(*"abcdefgh")
    reader = Reader(world, Return(100))
    texts: list[str] = []
    for _ in range(50):
        texts += reader.texts()
    assert len(texts) == 2300


@pytest.mark.parametrize("back", [NEWCOMER, Return(1), Return(0, anew=True)])
def test_one_who_comes_back_is_told_how_it_goes_on(world: World, back: Return) -> None:
    world.say("one", "two")
    (type, entered), *events = Reader(world, back).seen()
    assert (type, entered["after"]) == ("entered", back.after or 0)
    assert (entered["resumed"], entered["anew"]) == (back == Return(1), back.anew)
    assert [data["text"] for _, data in events] == ["one", "two"][back.after or 0 :]


def test_it_is_in_the_room(world: World) -> None:
    reader = Reader(world)
    assert world.server.lobby.here.guests == 1
    reader.hang_up()
    assert world.server.lobby.people == 0
    assert not reader.factory.clients


def test_with_an_account_it_is_there_by_its_name_and_has_seen_nothing(world: World) -> None:
    world.register("ana")
    world.say("before")
    reader = Reader(world, grant=Grant("ana", 0))
    assert "ana" in world.server.lobby.here.named
    world.say("meanwhile")
    assert "meanwhile" in reader.texts()
    ana = world.member("ana", greeted=True)
    assert not any("since you left" in line for line in ana.seen())
    assert world.server.unread.read_marks.of("ana", "lobby") is not None


def test_a_room_that_one_may_not_read_is_not_read(world: World) -> None:
    world.member("olga").type("/create secret private")
    reader = Reader(world, room="secret")
    assert [type for type, _ in reader.seen()] == ["error"]
    assert reader.closed


def test_who_is_put_out_is_told_and_it_ends(world: World) -> None:
    owner = world.member("olga")
    owner.type("/join ops")
    world.register("ana")
    reader = Reader(world, room="ops", grant=Grant("ana", 0))
    reader.seen()
    owner.type("/kick ana bye")
    messages = dict(reader.seen())
    assert messages["left"] == {"room": "ops", "by": "olga", "reason": "bye"}
    assert "say" in messages
    reader.factory.check()
    assert reader.closed
    assert world.server.lobby.people == 0


def test_a_comment_shows_that_it_holds(world: World) -> None:
    reader = Reader(world)
    reader.seen()
    world.clock.advance(COMMENT_SECONDS - 1)
    reader.factory.check()
    assert reader.bytes_seen() == b""
    world.clock.advance(1)
    reader.factory.check()
    assert reader.bytes_seen() == b":\n\n"
    reader.factory.check()
    assert reader.bytes_seen() == b""


def test_for_one_that_does_not_read_no_comments_wait(world: World) -> None:
    reader = Reader(world)
    reader.protocol.connection.output.writer.pauseProducing()
    for _ in range(10):
        world.say("x")
        world.clock.advance(COMMENT_SECONDS)
        reader.factory.check()
    assert reader.protocol.connection.output.waiting
    assert len(reader.protocol.connection.handler.session.stream.queued) <= 2


def test_what_it_sends_is_dropped_and_it_may_send_no_more(world: World) -> None:
    reader = Reader(world)
    reader.seen()
    reader.protocol.dataReceived(b"GET / HTTP/1.1\r\n\r\nhola\n" * 1000)
    reader.protocol.readConnectionLost()
    world.say("hola")
    assert reader.texts() == ["hola"]
    assert world.server.lobby.head == 1


def test_a_server_that_stops_says_so(world: World) -> None:
    reader = Reader(world)
    reader.seen()
    reader.protocol.connection.stop_reading()
    reader.protocol.connection.say_goodbye()
    ((type, data),) = reader.seen()
    assert (type, data["key"]) == ("say", "stopping")
    assert reader.closed
