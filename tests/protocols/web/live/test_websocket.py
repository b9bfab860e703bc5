"""A browser's conversation: what it asks, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import BROWSER, Grant
from chatd.event import Event
from chatd.protocols.transport.limits import Limits
from chatd.protocols.websocket.frames import PIECE_BYTES
from tests.support.browser import Browser, browser, frame
from tests.support.world import World

KEY = "a-key-of-sixteen"

LONGEST = "a" + "\U000e0001" * 4000
"""A line that is ten times as long when it is escaped."""


class TestHello:
    def test_two_tabs_of_one_browser_have_one_name(self, world: World) -> None:
        first = browser(world, name="ana", key=KEY)
        second = browser(world, greeted=False, name="ana", key=KEY)
        assert second.seen("hello")[0]["name"] == "ana"
        first.say("hola", room="lobby")
        assert second.texts() == ["hola"]

    def test_pings_are_no_hello(self, world: World) -> None:
        one = Browser(world)
        for _ in range(4):
            world.clock.advance(3)
            one.send_bytes(frame(b"", 9))
            one.factory.check()
        assert one.transport.disconnected or one.closed


class TestLines:
    def test_each_has_its_own_place(self, world: World) -> None:
        one = browser(world)
        other = browser(world)
        for number in range(3):
            one.protocol.dataReceived(
                frame(json.dumps({"type": "line", "id": number, "text": "a"}).encode())
            )
            other.protocol.dataReceived(frame(b'{"type":"line","id":9,"text":"b"}'))
        world.settle()
        acks = [(ack["id"], ack["seq"]) for ack in one.seen("ack")]
        assert [id for id, _ in acks] == [0, 1, 2]
        seqs = [seq for _, seq in acks]
        assert seqs == sorted(set(seqs))
        assert len({*seqs, *(ack["seq"] for ack in other.seen("ack"))}) == 6

    def test_who_signed_in_meanwhile_says_a_line_once_all_the_same(self, world: World) -> None:
        world.person("ana").type("/register correct horse battery", "/quit")
        one = browser(world, key=KEY)
        one.say("hola", room="lobby", id=1, key="key-of-this-line")
        one.seen()
        one.say("/login ana correct horse battery", room="lobby")
        assert one.seen("you")[-1]["account"] is True
        one.say("hola", room="lobby", id=1, key="key-of-this-line")
        assert one.seen("ack") == [{"type": "ack", "id": 1, "room": "lobby", "seq": 1}]
        assert world.server.lobby.head == 1


class TestCommands:
    @pytest.mark.one_node("its store is held back")
    def test_one_that_changes_a_room_is_done_once_that_is_stored(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create ops")
        one = Browser(world, grant=ana.session.grant)
        one.send("hello", rooms={"ops": None})
        one.seen()
        world.store.holds = True
        one.say("/mode announce", room="ops", id=7)
        assert one.seen() == []
        world.store.release()
        world.settle()
        events, done = one.seen()
        deeds = [entry["deed"]["verb"] for entry in events["events"] if "deed" in entry]
        assert deeds == ["mode"]  # after the coming of its author
        assert done == {"type": "done", "id": 7}


class TestARoom:
    @pytest.mark.one_node("only its own node, and one that starts later, knows who made a room")
    def test_tells_its_policy_and_what_one_may_do_in_it(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create ops announce", "/topic " + "x" * 300)
        owner = Browser(world, grant=ana.session.grant)
        owner.send("hello", rooms={"ops": None})
        guest = browser(world, rooms={"ops": None})
        abouts = []
        for one in owner, guest:
            one.seen()
            one.send("room", room="ops", id=3)
            (about,) = one.seen()
            abouts.append(about.pop("may"))
            assert about == {
                "type": "room",
                "id": 3,
                "room": "ops",
                "topic": "x" * 300,
                "topic_by": "ana",
                "made_by": "ana",
                "mode": "announce",
                "owner": "ana",
                "muted": 0,
            }
        owners, guests = abouts
        assert guests == ["read"]
        assert {"speak", "topic", "mode", "ban", "op", "hook"} <= set(owners)
        assert "wall" not in owners


class TestRooms:
    @pytest.mark.one_node("its store is held back")
    def test_one_that_cannot_be_stored_is_left(
        self, world: World, expected_errors: Callable[..., Any]
    ) -> None:
        ana = world.member("ana")
        world.store.holds = True
        one = Browser(world, grant=ana.session.grant)
        one.send("hello", rooms={"ops": None, "lobby": None})
        world.store.fail()
        world.store.holds = False
        world.settle()
        left, error, entered = one.seen("left", "error", "entered")
        assert left["room"] == "ops"
        assert error["key"] == "change_not_saved"
        assert entered["room"] == "lobby"
        expected_errors()

    def test_each_that_one_comes_back_to_is_paid_for(self) -> None:
        world = World(limits=Limits(lines_per_second=10))
        ana = world.person("ana")
        for number in range(40):
            world.server.rooms.add(f"room{number}")
            world.clock.advance(100)
        one = Browser(world)
        one.send("hello", rooms={f"room{number}": None for number in range(40)})
        assert len(one.session.memberships) == 40
        one.send_bytes(frame(b"", 9) * 2)
        assert one.transport.producerState == "paused"
        assert not ana.closed


class TestHistory:
    def test_is_not_read_for_a_client_that_has_gone(self, world: World) -> None:
        world.say("hola")
        one = browser(world)
        asked = [
            {"type": "history", "room": "lobby"},
            {"type": "enter", "room": "ops"},
            {"type": "rooms"},
            {"type": "line", "room": "ops", "text": "said"},
        ]
        frames = b"".join(frame(json.dumps(each).encode()) for each in asked)
        reads: list[tuple[int, int]] = []

        async def read(after: int, upto: int) -> list[Event]:
            reads.append((after, upto))
            return []

        world.server.lobby.read = read  # type: ignore[method-assign]
        one.protocol.connection.reader.intake.add(frames)
        one.hang_up()
        assert reads == []
        assert world.server.rooms["ops"].head == 1


class TestAccounts:
    def signed_in(self, world: World, **hello: Any) -> Browser:
        if world.server.accounts.called("ana") is None:
            world.register("ana")
        one = Browser(world, grant=self.grant(world))
        one.send("hello", **hello)
        return one

    def grant(self, world: World) -> Grant | None:
        account = world.server.accounts.table["ana"]
        secret, puts = world.server.credentials.issue(account, BROWSER, "b")
        Deferred.fromCoroutine(world.server.registrations.change_credentials(*puts))
        world.settle()
        return world.server.credentials.grant_of(secret)

    def test_what_holds_no_more_when_one_says_hello_is_not_signed_in_with(
        self, world: World
    ) -> None:
        world.register("ana")
        grant = self.grant(world)
        assert grant is not None
        one = Browser(world, grant=grant)
        puts = world.server.credentials.revoke(grant.credential)
        Deferred.fromCoroutine(world.server.registrations.change_credentials(*puts))
        world.settle()
        one.send("hello")
        (hello,) = one.seen("hello")
        assert (hello["guest"], hello["account"]) == (True, False)

    def test_who_has_signed_in_is_their_account(self, world: World) -> None:
        one = self.signed_in(world, name="somebody")
        (hello,) = one.seen("hello")
        assert (hello["name"], hello["guest"], hello["account"]) == ("ana", False, True)

    def test_what_was_seen_is_the_same_everywhere(self, world: World) -> None:
        world.say("one", "two", "three")
        first, second = self.signed_in(world), self.signed_in(world)
        assert first.seen("seen")[-1] == {"type": "seen", "room": "lobby", "seq": 3}
        second.seen()
        world.say("four", "five")
        first.send("seen", room="lobby", seq=4)
        assert second.seen("seen") == [{"type": "seen", "room": "lobby", "seq": 4}]
        third = self.signed_in(world)
        assert third.seen("seen")[-1]["seq"] == 4

    def test_it_goes_forward_alone_and_never_past_the_end(self, world: World) -> None:
        world.say("one", "two")
        one = self.signed_in(world)
        one.seen()
        one.send("seen", room="lobby", seq=1)
        assert one.seen() == []
        world.say("three")
        one.send("seen", room="lobby", seq=999)
        assert one.seen("seen")[-1]["seq"] == 3

    def test_what_a_browser_was_sent_is_not_seen(self, world: World) -> None:
        one = self.signed_in(world)
        world.say("one", "two")
        one.hang_up()
        ana = world.member("ana", greeted=True)
        assert any("one" in line for line in ana.seen())

    def test_private_lines_that_were_missed_are_shown(self, world: World) -> None:
        world.register("ana")
        world.person("luis").type("/msg ana psst")
        one = self.signed_in(world)
        (private,) = one.seen("private")
        assert (private["author"], private["text"], private["past"]) == ("luis", "psst", True)
        world.person("eva").type("/msg ana hey")
        (private,) = one.seen("private")
        assert (private["text"], "past" in private) == ("hey", False)

    def test_logging_out_makes_one_a_guest(self, world: World) -> None:
        one = self.signed_in(world)
        one.seen()
        one.say("/logout")
        assert one.seen("you")[-1]["account"] is False


class TestConnection:
    def test_goodbye_ends_with_a_close_frame(self, world: World) -> None:
        one = browser(world)
        one.say("/quit")
        assert [message["type"] for message in one.seen()] == ["say"]
        assert one.closed
        assert one.close_code() == 1000

    @pytest.mark.parametrize(
        ("message", "key"),
        [
            (b"hola", "message_not_json"),
            (b"[1]", "message_not_json"),
            (b"[" * 20_000, "message_not_json"),
            (b"{}", "wrong_member"),
            (b'{"type":"nonsense"}', "unknown_message"),
            (b'{"type":["ping"]}', "wrong_member"),
            (b'{"type":"line"}', "wrong_member"),
            (b'{"type":"history","room":"lobby","before":-1}', "wrong_member"),
            (b'{"type":"history","room":"lobby","limit":true}', "wrong_member"),
            (b'{"type":"history","room":"nowhere"}', "unknown_room"),
        ],
    )
    def test_what_cannot_be_understood_is_told_and_nothing_else_happens(
        self, world: World, message: bytes, key: str
    ) -> None:
        one = browser(world)
        one.send_bytes(frame(message))
        assert [error["key"] for error in one.seen("error")] == [key]
        one.send("ping", id="x")
        assert one.seen() == [{"type": "pong", "id": "x"}]

    def test_one_that_reads_slowly_is_a_cursor_that_lags(self, world: World) -> None:
        one = browser(world)
        one.transport.producer.pauseProducing()
        for number in range(300):
            world.say(f"{number} " + "x" * 2000)
        assert one.seen() == []
        one.transport.producer.resumeProducing()
        texts = []
        for _ in range(2000):
            world.settle()
            if not (new := one.texts()):
                break
            texts += new
        assert [int(text.split()[0]) for text in texts] == list(range(300))

    def test_a_line_that_takes_too_long_is_dropped(self) -> None:
        world = World(limits=Limits(line_seconds=5))
        one = browser(world)
        one.send_bytes(frame(b"{", fin=False))
        world.clock.advance(6)
        one.factory.check()
        assert one.seen("error")[0]["key"] == "line_took_too_long"
        one.send_bytes(frame(b"}", 0))
        one.send("ping")
        assert [message["type"] for message in one.seen()] == ["pong"]

    def test_pings_are_paid_for(self) -> None:
        world = World(limits=Limits(lines_per_second=10))
        one = browser(world)
        one.send_bytes(frame(b"", 9) * 400)
        assert one.transport.producerState == "paused"

    def test_much_at_once_is_handled_in_pieces_and_in_order(self, world: World) -> None:
        one = browser(world)
        data = b"".join(
            frame(json.dumps({"type": "line", "text": str(number)}).encode())
            for number in range(200)
        )
        assert len(data) > 10 * PIECE_BYTES
        one.send_bytes(data)
        for _ in range(100):
            world.settle()
        assert one.texts() == [str(number) for number in range(200)]

    def test_who_goes_is_gone(self, world: World) -> None:
        one = browser(world, name="ana")
        one.send("enter", room="ops")
        one.hang_up()
        assert world.server.lobby.people == 0
        assert "ops" not in world.server.rooms
        assert not one.factory.clients
        assert not world.server.sessions.called("ana")


def test_nobody_is_counted_twice_who_enters_twice(world: World) -> None:
    one = browser(world)
    one.send("enter", room="lobby")
    assert one.seen()[0]["key"] == "already_in_room"
    assert world.server.lobby.people == 1
