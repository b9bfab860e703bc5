"""JSON lines on a chat port: how they begin, what is a message, and how they end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionLost

from chatd.errors import ErrorKind
from chatd.protocols.lines.json_lines import ENDED, JsonLineHandler
from chatd.protocols.live.handler import most_characters
from chatd.protocols.transport.handler import Goodbye
from chatd.protocols.transport.limits import Limits
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS
from chatd.protocols.transport.paced_reader import PacedReader
from tests.support.faults import Fault, is_undisturbed
from tests.support.json_client import JsonClient, json_client
from tests.support.logs import Expect
from tests.support.machine import ANA, GROUP, LUIS, Machine
from tests.support.sentences import EN
from tests.support.world import FAR, Member, World

HELLO = b'{"type":"hello"}\n'
LINE = b'{"type":"line","room":"lobby","text":"hola","id":1}\n'
OUT_OF_MEASURE = b'{"type":"ping","x":"' + b"x" * 60000 + b'"}\n'


def messages_of(data: bytes) -> list[Any]:
    """Return the messages in what a client was sent, as docs/wire.md has it skip the welcome."""
    lines = data.split(b"\n")
    assert lines.pop() == b""
    while lines and not lines[0].startswith(b"{"):
        del lines[0]
    return [json.loads(line) for line in lines]


def types(messages: list[Any]) -> list[str]:
    return [message["type"] for message in messages]


def of_type(type: str, messages: list[Any]) -> Any:
    """Return the one message of a type."""
    [message] = [each for each in messages if each["type"] == type]
    return message


class TestBeginning:
    @pytest.mark.parametrize(
        "first",
        [b"/json\n", b"/json\r\n", b"/JSON\n", b"/json \n", b"\n\r\n/json\n", b"  \n/json\n"],
    )
    @pytest.mark.parametrize("at_once", [True, False])
    def test_it_is_the_first_line(self, world: World, first: bytes, at_once: bool) -> None:
        one = world.person()
        for data in [first + HELLO + LINE] if at_once else [first, HELLO, LINE]:
            one.send(data)
        world.settle()
        messages = messages_of(one.bytes_seen())
        assert types(messages) == ["hello", "entered", "events", "ack"]
        assert messages[-1] == {"type": "ack", "id": 1, "room": "lobby", "seq": 1}

    def test_the_welcome_comes_before_in_text(self, world: World) -> None:
        one = world.person(greeted=True)
        one.send(b"/json\n" + HELLO)
        world.settle()
        text, _, rest = one.bytes_seen().partition(b"{")
        assert text.decode().splitlines()[0].startswith("*** ")
        assert types(messages_of(b"{" + rest)) == ["hello", "entered"]

    @pytest.mark.parametrize("first", ["hola", "/who"])
    def test_later_it_is_refused(self, world: World, first: str) -> None:
        one = world.person()
        one.type(first)
        assert one.ask("/json") == [EN.error(ErrorKind.NOT_ALLOWED, "json_first")]
        assert one.ask("/json now") == [EN.wrong_use("/json")]

    def test_after_text_it_is_text(self, world: World) -> None:
        one = world.person()
        one.type("/text", "/json")
        assert [event.text for event in world.stored("lobby")] == ["/json"]

    def test_in_a_message_it_is_refused_too(self, world: World) -> None:
        one = json_client(world)
        one.say("/json", room="lobby")
        assert [error["key"] for error in one.seen("error")] == ["json_first"]

    def test_on_a_bare_port_it_is_text(self, world: World) -> None:
        one = world.program()
        one.type("/json")
        assert one.seen() == ["/json"]

    def test_the_guest_before_is_gone_without_a_trace(self, world: World) -> None:
        watcher = world.person("ana")
        one = JsonClient(world)
        assert world.server.lobby.here.guests == 0
        assert sum(len(server.sessions) for server in world.servers) == 2
        one.send("hello", name="luis")
        assert one.seen("hello")[0]["name"] == "luis"
        world.wait(10)
        assert watcher.seen() == [EN.notice("joined", people="luis", count=1)]
        one.hang_up()
        names = [session.name for server in world.servers for session in server.sessions]
        assert names == ["ana"]
        assert one.protocol not in one.factory.clients

    def test_what_was_said_before_hello_is_an_error(self, world: World) -> None:
        one = JsonClient(world)
        one.say("hola", room="lobby")
        assert one.seen()[0]["key"] == "hello_first"
        assert world.stored("lobby") == []

    def test_a_hello_has_to_come_in_time(self, world: World) -> None:
        one = JsonClient(world)
        world.clock.advance(HANDSHAKE_SECONDS)
        one.factory.check()
        assert one.seen() == []
        world.clock.advance(1)
        one.factory.check()
        error, closing = one.seen()
        assert error["text"] == EN.sentence("hello_late", limit=10)
        assert closing == {"type": "closing", "reason": ENDED}
        assert one.closed

    def test_passwords_are_refused_as_on_lines(self, world: World) -> None:
        one = JsonClient(world, FAR)
        one.send("hello")
        assert one.seen("hello")[0]["passwords"] is False
        one.say("/login ana correct horse", id=1)
        assert one.seen("error")[0]["kind"] == "Not encrypted"


class TestMessages:
    def test_an_empty_line_is_none(self, world: World) -> None:
        one = json_client(world)
        one.send_bytes(b"\n\r\n")
        assert one.seen() == []

    @pytest.mark.parametrize("wrong", [b"hola", b"[]", b'"x"', b"{", b" ", b"{}{}", b"/who"])
    def test_a_line_that_is_no_object_is_refused(self, world: World, wrong: bytes) -> None:
        one = json_client(world)
        one.send_bytes(wrong + b"\n")
        assert [error["key"] for error in one.seen()] == ["message_not_json"]
        assert not one.closed

    @pytest.mark.parametrize("wrong", [b"\xff\xfb\x01", b'{"type":"ping","id":"\xe9"}'])
    def test_bytes_are_as_they_are(self, world: World, wrong: bytes) -> None:
        one = json_client(world)
        one.send_bytes(wrong + b"\n")
        assert [error["key"] for error in one.seen()] == ["message_not_utf8"]
        one.send("ping", id=2)
        assert one.seen() == [{"type": "pong", "id": 2}]

    def test_one_that_is_too_long_is_refused(self, world: World) -> None:
        one = json_client(world)
        for start in range(0, len(OUT_OF_MEASURE), 4000):
            one.send_bytes(OUT_OF_MEASURE[start : start + 4000])
        (error,) = one.seen()
        assert error["text"] == EN.sentence("message_too_long", limit=most_characters(4096))
        one.send("ping")
        assert one.seen() == [{"type": "pong"}]

    def test_the_longest_line_fits_in_any_writing(self, world: World) -> None:
        one = json_client(world)
        texts = ["\U0001f600" * 4096, "\x07" * 4096]
        for text in texts:
            one.say(text, room="lobby")
        raw = json.dumps({"type": "line", "room": "lobby", "text": texts[0]}, ensure_ascii=False)
        one.send_bytes(raw.encode() + b"\n")
        world.wait(10)
        assert [event.text for event in world.stored("lobby")] == [*texts, texts[0]]

    def test_a_slow_one_is_dropped(self) -> None:
        world = World(limits=Limits(line_seconds=60))
        one = json_client(world)
        one.send_bytes(b'{"type":')
        one.factory.check()
        world.clock.advance(61)
        one.factory.check()
        assert [error["key"] for error in one.seen("error")] == ["line_took_too_long"]
        assert not one.closed

    def test_one_feed_is_shared(self, world: World) -> None:
        several = [json_client(world) for _ in range(3)]
        several[0].say("hola", room="lobby")
        assert [client.texts() for client in several] == [["hola"]] * 3
        assert len({session.replies.format for session in world.server.sessions}) == 1


class TestEnding:
    def test_all_that_was_sent_is_answered_after_a_half_close(self) -> None:
        world = World(slow=True)
        one = world.person()
        one.send(b"/json\n" + HELLO + LINE)
        one.half_close()
        world.release()
        messages = messages_of(one.bytes_seen())
        assert types(messages) == ["hello", "entered", "events", "ack", "closing"]
        assert messages[-1]["reason"] == ENDED

    @pytest.mark.parametrize("data", [b"/json", b"/json\n", b"/json\n" + HELLO])
    def test_a_half_close_may_come_at_once(self, world: World, data: bytes) -> None:
        one = world.person()
        one.protocol.dataReceived(data)
        one.half_close()
        assert messages_of(one.bytes_seen())[-1] == {"type": "closing", "reason": ENDED}
        assert one.closed or one.transport.disconnected

    @pytest.mark.parametrize("late", [True, False])
    def test_lines_of_one_that_has_gone_are_said(self, world: World, late: bool) -> None:
        one = world.person()
        data = b"/json\n" + HELLO + LINE
        if late:  # so much that it waits for a turn
            data += b"\n" * 3000
        one.protocol.dataReceived(data)
        one.hang_up()
        world.wait(30)
        assert [event.text for event in world.stored("lobby")] == ["hola"]
        assert not world.chat.clients

    def test_a_reset_leaves_nothing_behind(self, world: World) -> None:
        one = json_client(world)
        one.hang_up(ConnectionLost)
        assert not world.chat.clients
        assert not list(world.server.sessions)

    def test_quit_closes(self, world: World) -> None:
        one = json_client(world)
        one.say("/quit")
        say, closing = one.seen("say", "closing")
        assert say["key"] == "goodbye"
        assert closing["reason"] == ENDED
        assert one.closed

    def test_a_server_that_stops_says_so(self, world: World) -> None:
        one = json_client(world)
        one.protocol.connection.say_goodbye()
        say, closing = one.seen()
        assert say["key"] == "stopping"
        assert closing == {"type": "closing", "reason": "stopping"}


SWITCHING = {
    "taking the connection": (JsonLineHandler, "connect"),
    "entering": (JsonLineHandler, "enter"),
    "taking the bytes": (PacedReader, "give_to"),
}


class TestFaults:
    """An error while a client switches costs it the connection, and no other client anything."""

    @pytest.mark.parametrize("place", SWITCHING)
    def test_in_the_midst(
        self, world: World, monkeypatch: pytest.MonkeyPatch, place: str, expected_errors: Expect
    ) -> None:
        luis = world.person("luis")
        one = world.person()
        fault = Fault(monkeypatch)
        fault.inject(*SWITCHING[place])
        one.send(b"/json\n" + HELLO + LINE)
        world.settle()
        assert fault.happened
        fault.armed = False
        assert one.closed or one.transport.disconnected
        one.hang_up()
        assert [client for node in world.nodes for client in node.chat.clients] == [luis.protocol]
        names = [session.name for server in world.servers for session in server.sessions]
        assert names == ["luis"]
        is_undisturbed(luis, "guest")
        expected_errors()


MESSAGES = st.lists(
    st.sampled_from(
        [HELLO, LINE, b"\n", b"{}\r\n", b"\xff\n", b'{"type":"ping","id":"x"}\n', b"a\n"]
    ),
    max_size=8,
)


@given(before=st.sampled_from([b"", b"\r\n", b" \n"]), messages=MESSAGES, data=st.data())
def test_reads_may_end_anywhere(before: bytes, messages: list[bytes], data: st.DataObject) -> None:
    sent = before + b"/json\n" + b"".join(messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))
    bounds = zip([0, *cuts], [*cuts, len(sent)], strict=True)
    answers = [answers_to([sent]), answers_to([sent[start:end] for start, end in bounds])]
    assert answers[0] == answers[1]


def answers_to(reads: list[bytes]) -> list[Any]:
    """Return the messages that a client is sent which sends some reads, and ends."""
    world = World()
    one = Member(world, world.chat)
    for read in filter(None, reads):
        one.send(read)
    one.half_close()
    world.wait(30)
    return messages_of(one.bytes_seen())


class TestAUserOfTheMachine:
    @pytest.fixture
    def machine(self) -> Machine:
        return Machine()

    def hello(self, machine: Machine, *groups: int, **members: Any) -> list[Any]:
        """Return what a user is sent for a hello."""
        self.user = machine.user(ANA, *groups)
        self.user.send(b"/json\n" + json.dumps({"type": "hello", **members}).encode() + b"\n")
        machine.settle()
        return messages_of(self.user.bytes_seen())

    def test_is_logged_in_at_the_hello(self, machine: Machine) -> None:
        hello = of_type("hello", self.hello(machine))
        assert (hello["name"], hello["account"]) == ("ana", True)

    def test_sends_lines_before_the_name_is_known(self, machine: Machine) -> None:
        machine.asking.held = True
        ana = machine.user(ANA)
        ana.send(b"/json\n" + HELLO + LINE)
        machine.asking.work()
        machine.settle()
        assert [event.author for event in machine.stored("lobby")] == ["ana"]

    def test_keeps_the_name_that_a_hello_wishes_otherwise(self, machine: Machine) -> None:
        assert of_type("hello", self.hello(machine, name="luis"))["name"] == "ana"

    def test_is_shown_what_was_missed_although_the_welcome_had_it(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        machine.member("eva").type("/msg ana psst")
        assert of_type("private", self.hello(machine))["text"] == "psst"
        self.user.hang_up()
        assert not [each for each in self.hello(machine) if each["type"] == "private"]

    def test_joins_once(self, machine: Machine) -> None:
        eva = machine.member("eva")
        self.hello(machine)
        machine.wait(60)
        assert eva.seen() == [EN.notice("joined", people="ana", count=1)]

    def test_is_an_administrator_by_group(self, machine: Machine) -> None:
        luis = machine.user(LUIS)
        self.hello(machine, GROUP)
        line = {"type": "line", "room": "lobby", "text": "/wall tea", "id": 1}
        self.user.send(json.dumps(line).encode() + b"\n")
        machine.settle()
        assert EN.deed("wall", "ana", reason="tea") in luis.seen()

    def test_counts_as_one_connection(self, machine: Machine) -> None:
        machine = Machine(budgets={"connections.64": 1})
        assert of_type("hello", self.hello(machine))["account"]


@pytest.mark.one_node("one process goes on for another: the node is the same")
class TestInAnotherProcess:
    """The client goes on, and comes from a chat port there, too."""

    def test_a_message_goes_on_at_any_byte(self) -> None:
        world = World()
        one = json_client(world)
        message = '{"type":"line","room":"lobby","text":"¿qué?","id":7}\n'.encode()
        for cut in range(0, len(message), 9):
            one.send_bytes(message[:cut])
            world.hand_over()
            one.send_bytes(message[cut:])
            assert of_type("ack", one.seen())["id"] == 7

    def test_one_that_has_to_come_back_is_told_so(self) -> None:
        one = json_client(World())
        one.protocol.connection.say_goodbye(Goodbye.UPGRADING)
        assert of_type("closing", one.seen())["reason"] == "upgrading"

    def test_a_user_of_the_machine_is_logged_in_at_its_hello(self) -> None:
        machine = Machine()
        one = machine.user(ANA)
        one.type("/json")
        one.bytes_seen()
        machine.hand_over()
        one.send(HELLO)
        machine.settle()
        hello = of_type("hello", messages_of(one.bytes_seen()))
        assert (hello["name"], hello["account"]) == ("ana", True)

    def test_a_user_of_the_machine_is_one(self) -> None:
        machine = Machine()
        one = machine.user(ANA)
        machine.hand_over()
        identity = one.session.identity
        assert (identity.name, identity.uid, identity.is_guest) == ("ana", ANA, False)
        one.type("/whois ana")
        assert "registered" in one.seen()[0]
