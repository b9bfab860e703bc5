"""WebSockets and event streams that go on in another process."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import BROWSER, Grant
from chatd.chat.actions import look
from chatd.chat.actions.browser_sign_in import sign_out
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS
from tests.support.browser import Browser, browser, frame
from tests.support.event_stream import Reader
from tests.support.sessions import done
from tests.support.world import World

pytestmark = pytest.mark.one_node("one process goes on for another: the node is the same")

PING, PONG, CLOSE = 0x9, 0xA, 0x8


def say(text: str) -> bytes:
    return frame(b'{"type": "line", "text": "%s"}' % text.encode())


class TestABrowser:
    def test_goes_on_at_any_byte_of_a_message(self, world: World) -> None:
        ana = browser(world, name="ana")
        data = say("¿qué tal?")
        for cut in range(0, len(data), 7):
            ana.send_bytes(data[:cut])
            world.hand_over()
            ana.send_bytes(data[cut:])
            assert ana.texts() == ["¿qué tal?"]
        assert not ana.frames

    def test_is_sent_nothing_and_nobody_comes(self, world: World) -> None:
        ana, ben = browser(world, name="ana"), browser(world, name="ben")
        world.wait(10)
        ana.seen(), ben.seen()
        world.hand_over()
        world.wait(10)
        assert (ana.seen(), ben.seen()) == ([], [])

    def test_sees_who_comes_and_goes(self, world: World) -> None:
        ana, ben = browser(world, name="ana"), browser(world, name="ben")
        world.wait(10)
        ana.seen()
        world.hand_over()
        ben.hang_up()
        world.wait(10)
        told, changed = ana.seen()
        assert [each["notice"] for each in told["events"]] == ["left"]
        assert changed["gone"] == ["ben"]

    def test_says_hello_to_the_other_process(self, world: World) -> None:
        ana = Browser(world)
        world.hand_over()
        ana.send("hello", name="ana")
        assert ana.seen("hello")[0]["name"] == "ana"
        ana.say("hola")
        assert ana.texts() == ["hola"]

    def test_that_says_no_hello_has_the_time_that_was_left(self, world: World) -> None:
        ana = Browser(world)
        world.wait(HANDSHAKE_SECONDS - 5)
        world.hand_over()
        world.wait(20)
        ana.factory.check()
        assert [each["key"] for each in ana.seen("error")] == ["hello_late"]

    def test_logs_in_with_what_its_handshake_had(self, world: World) -> None:
        world.register("ana")
        cookie, _, proof = world.secret("ana", BROWSER).partition(".")
        ana = Browser(world, cookies=[cookie])
        world.hand_over()
        ana.send("hello", proof=proof)
        assert ana.seen("hello")[0]["account"]

    def test_is_asked_for_a_sign_of_life_and_answers_the_other_process(self, world: World) -> None:
        ana = Browser(world, dead_after=30)
        ana.send("hello", name="ana")
        world.wait(15)
        ana.factory.check()
        ana.seen()
        assert [opcode for opcode, _ in ana.frames] == [PING]
        world.hand_over()
        ana.send_bytes(frame(b"", PONG))
        world.wait(9)
        ana.factory.check()
        assert not ana.closed
        world.wait(40)
        ana.factory.check()
        ana.factory.check()
        world.wait(40)
        ana.factory.check()
        assert ana.protocol.connection.lifecycle.departed or ana.transport.disconnecting

    def test_that_reads_slowly_gets_the_rest_in_order(self, world: World) -> None:
        ana, ben = browser(world, name="ana"), browser(world, name="ben")
        ana.stall()
        for number in range(50):
            ben.say(f"{number} " + "x" * 100)
        world.hand_over()
        ben.say("last")
        texts = [text.split()[0] for text in ana.texts()]
        assert texts == [*map(str, range(50)), "last"]

    def test_that_lagged_is_shown_who_came_meanwhile(self, world: World) -> None:
        ana = browser(world, name="ana")
        world.wait(10)
        ana.stall()
        ana.send("people", room="lobby")  # the answer fills its connection
        ana.seen()
        world.person("ben")
        world.wait(10)
        world.hand_over()
        (changed,) = ana.seen("people_changed")
        assert changed["here"] == ["ben"]

    def test_is_sent_the_rest_of_an_answer_that_is_made_in_pieces(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(look, "ROWS_A_SLICE", 1)
        ana, ben = browser(world, name="ana"), browser(world, name="ben")
        for room in "abc":
            ben.send("enter", room=room)
        ana.stall()
        ana.send("rooms")
        assert not ana.seen("rooms")
        assert ana.fragments
        world.hand_over()
        (rooms,) = ana.seen("rooms")
        assert {"a", "b", "c"} < {each["room"] for each in rooms["rooms"]}


class TestAnEventStream:
    def test_goes_on_with_the_next_id(self, world: World) -> None:
        ana, reader = world.person("ana"), Reader(world)
        reader.seen()
        ana.type("uno")
        first = reader.bytes_seen()
        world.hand_over()
        ana.type("dos")
        second = reader.bytes_seen()
        assert id_of(second) == id_of(first) + 1
        assert b"uno" not in second

    def test_has_its_comment_in_time(self, world: World) -> None:
        reader = Reader(world)
        world.wait(10)
        world.hand_over()
        reader.bytes_seen()
        world.wait(10)
        reader.factory.check()
        assert reader.bytes_seen().startswith(b":")

    def test_ends_if_its_reader_is_put_out(self, world: World) -> None:
        owner = world.member("olga")
        owner.type("/join ops")
        world.register("ana")
        reader = Reader(world, room="ops", grant=Grant("ana", 0))
        world.hand_over()
        owner.type("/kick ana bye")
        reader.factory.check()
        assert reader.closed


def id_of(block: bytes) -> int:
    """Return the seq in the id of the only event."""
    (line,) = [line for line in block.split(b"\n") if line.startswith(b"id: ")]
    return int(line.removeprefix(b"id: ").partition(b"-")[0])


class TestASignIn:
    def halves(self, world: World) -> tuple[str, str]:
        """Return the cookie and the proof of a browser that is signed in to Ana's account."""
        world.register("ana")
        cookie, _, proof = world.secret("ana", BROWSER).partition(".")
        return cookie, proof

    def test_that_ends_in_the_other_process_ends_the_session_of_its_cookie(
        self, world: World
    ) -> None:
        cookie, proof = self.halves(world)
        guest = browser(world, name="luis")
        one = Browser(world, cookies=[cookie])
        one.send("hello")
        world.hand_over()
        one.seen()
        grant = world.server.credentials.sign_in_of([cookie], proof)
        done(world, sign_out(world.server, world.person().session, grant))
        assert [each["key"] for each in one.seen("say")] == ["signed_out"]
        assert not guest.closed

    def test_that_ended_meanwhile_has_ended(self, world: World) -> None:
        cookie, proof = self.halves(world)
        one = Browser(world, cookies=[cookie])
        one.send("hello", proof=proof)
        assert one.seen("hello")[0]["account"]

        def end() -> None:
            world.ahead = 10 * 365 * 86400.0

        world.hand_over(meanwhile=end)
        assert [each["key"] for each in one.seen("say")] == ["signed_out"]
