"""The exchange of `chatd say` with a server: all lines saved, or one line that says why not."""

import select
import socket

import pytest

from chatd.client import say, say_session
from chatd.client.say_session import Receipts, is_ignored
from chatd.client.wire import MAX_LINE_BYTES, ClientError
from tests.support.sentences import EN, ES
from tests.support.stand_in import (
    DEADLINE,
    SILENT,
    ChatStandIn,
    FakeServer,
    Peer,
    arguments_of_say,
    error_of,
    failed,
    run_say,
    start_say,
    write,
)

WELCOME, *_ = EN.notices(
    "welcome", name="guest7", room="lobby", here=EN.sentence("here", people="luis")
)


def test_the_guest_name_is_found_in_a_spanish_welcome_with_a_motd_after_it() -> None:
    here = ES.sentence("here", people="guest3")
    welcome = (
        ES.notices("welcome", name="guest7", room="lobby", here=here)[0],
        "*** guest9 wrote this motd.",
        "[2026-11-22 12:01:07] <guest7> what was said last",
    )
    assert run_say(ChatStandIn(welcome=welcome), ["hola"]) == SILENT


def test_a_name_is_taken_in_no_room_so_that_no_member_is_notified() -> None:
    room = ChatStandIn()
    assert run_say(room, ["--name", "ana", "hola"]) == SILENT
    assert room.commands[:3] == ["/join", "/nick ana", "/leave"]


@pytest.mark.parametrize(
    ("refuse", "command"),
    [("/nick", b"/nick ana"), ("/join", b"/join staff")],
)
def test_nothing_is_said_when_the_name_or_the_room_is_refused(refuse: str, command: bytes) -> None:
    room = ChatStandIn(refuse=refuse)
    result = run_say(room, ["--name", "ana", "--room", "staff", "secret"])
    assert result == failed(b"nothing was said: Refused: " + command + b". Try another.")
    assert room.said == []


def test_a_refused_line_is_reported_once_the_rest_was_said() -> None:
    room = ChatStandIn()
    stdin = b"one\nca\xf1on\n" + b"x" * 5000 + b"\ntwo\n"
    refusal = f"Invalid message: {EN.sentence('not_utf8')}"
    assert run_say(room, stdin=stdin) == failed(
        f"not all was said, 2 of 4 lines were saved: {refusal}".encode()
    )
    assert room.said == ["one", "two"]


def test_telnet_bytes_in_the_input_are_no_telnet_commands() -> None:
    received: list[bytes] = []

    def script(peer: Peer) -> None:
        peer.send(WELCOME)
        while (line := peer.read()) != b"/text\n":
            if line.startswith(b"/saysync"):
                peer.send("ERR Unknown command: /saysync.")
        received.extend(iter(peer.read, b""))
        peer.send("ERR Invalid message: not UTF-8.")

    code, _, _ = run_say(script, stdin=b"\xff\xfa junk\n")
    assert (code, received) == (1, [b"\xff\xff\xfa junk\n"])


def test_lines_that_the_server_ignores_are_not_waited_for() -> None:
    class IgnoringColours(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            super().hear(peer, line.replace(b"\x1b[0m", b"").replace(b"\4", b"", 1))

    room = IgnoringColours()
    assert run_say(room, stdin=b"\x1b[0m\n\4\n\r\0one\r\0two\n") == SILENT
    assert room.said == ["one", "two"]


def test_a_server_that_goes_before_all_was_said_is_reported_with_the_count() -> None:
    class Dying(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            if line == b"three":
                peer.connection.shutdown(socket.SHUT_WR)
            elif line == b"one" or line == b"two":
                super().hear(peer, line)

    assert run_say(Dying(), stdin=b"one\ntwo\nthree\nfour\n") == failed(
        b"the server closed the connection before all was said: 2 of 4 lines were saved."
    )


def test_a_reset_while_input_is_open_ends_it_at_once() -> None:
    class Resetting(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            peer.reset()
            raise EOFError

    def script(peer: Peer) -> None:
        with pytest.raises(EOFError):
            Resetting()(peer)

    with FakeServer(script) as server, start_say(server.port) as process:
        write(process, b"one\n")
        assert process.wait(DEADLINE) == 1
        assert error_of(process) == (
            b"chatd: the server closed the connection before all was said: "
            b"0 of 1 lines were saved.\n"
        )


def test_each_line_goes_out_when_it_is_read_not_when_input_ends() -> None:
    room = ChatStandIn()
    heard_first = socket.socketpair()

    class Telling(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            super().hear(peer, line)
            heard_first[1].send(b".")

    room = Telling()
    heard_first[0].settimeout(DEADLINE)
    with (
        heard_first[0],
        heard_first[1],
        FakeServer(room) as server,
        start_say(server.port) as process,
    ):
        for line in (b"one\n", b"two\n"):
            write(process, line)
            assert heard_first[0].recv(1) == b"."
        process.communicate(b"", DEADLINE)
    assert (process.returncode, room.said) == (0, ["one", "two"])


def test_nothing_is_sent_to_a_port_that_does_not_speak_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    received: list[bytes] = []

    def bare(peer: Peer) -> None:
        received.append(peer.read())

    monkeypatch.setattr(say_session, "WELCOME_TIMEOUT", 0.01)
    silence = pytest.raises(ClientError, match="did not welcome us within 0 seconds")
    with FakeServer(bare) as server, silence:
        say.run(arguments_of_say(server.port))
    assert received == [b""]


def test_a_server_that_stops_answering_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            pass

    def tick(readers: list[object], writers: list[object], _: object, timeout: float) -> object:
        # Shorten the wait for answers alone. It times out only if there is nothing left to do.
        return real(readers, writers, _, 0.2 if timeout == say_session.ANSWER_TIMEOUT else timeout)

    real = select.select
    monkeypatch.setattr(select, "select", tick)
    release = socket.socketpair()

    def waiting(peer: Peer) -> None:
        Mute()(peer)
        release[0].settimeout(DEADLINE)
        release[0].recv(1)

    with release[0], release[1], FakeServer(waiting) as server:
        with pytest.raises(ClientError, match="not answered for 120 seconds: 0 of 1 lines"):
            say.run(arguments_of_say(server.port))
        release[1].send(b".")


@pytest.mark.parametrize("first", ["SSH-2.0-OpenSSH_9.2", "*** hello", "HTTP/1.1 400 Bad Request"])
def test_another_kind_of_server_is_not_talked_to(first: str) -> None:
    received: list[bytes] = []

    def script(peer: Peer) -> None:
        peer.send(first)
        received.append(peer.read())

    code, out, err = run_say(script, ["hola"])
    assert (code, out, received) == (1, b"", [b""])
    assert err.startswith(b"chatd: nothing was said: 127.0.0.1:")
    assert err.endswith(b"is not a chat port of chatd. Check the port.\n")


def test_a_server_that_refuses_the_connection_is_quoted_safely() -> None:
    def full(peer: Peer) -> None:
        peer.send(b"ERR Full: \x1b]0;too many\x07 here\xff.")

    assert run_say(full, ["hola"]) == failed(rb"nothing was said: Full: ^[]0;too many^G here\xff.")


def test_a_server_that_closes_without_a_word_is_reported() -> None:
    assert run_say(lambda peer: None, ["hola"]) == failed(
        b"nothing was said: the server closed the connection without a greeting."
        b" If that port uses TLS, add --tls or --fingerprint sha256:..."
    )


# Receipts


def test_receipts_are_due_until_each_line_is_saved_or_refused() -> None:
    receipts = Receipts("ana")
    assert receipts.expect([b"one", b"", b"two"]) == b"one\ntwo\n"
    assert receipts.are_due
    receipts.receive(b"<luis> <ana> one")
    receipts.receive(b"<ana> one")
    assert receipts.are_due
    receipts.receive(b"<ana> two")
    assert not receipts.are_due
    receipts.check(None)


def test_an_interruption_is_an_error_though_every_line_was_saved() -> None:
    receipts = Receipts("ana")
    receipts.expect([b"one"])
    receipts.receive(b"<ana> one")
    with pytest.raises(ClientError, match=r"^gone: 1 of 1 lines were saved\.$"):
        receipts.check("gone")


def test_the_first_of_several_refusals_is_the_reason() -> None:
    receipts = Receipts("ana")
    receipts.expect([b"one", b"two"])
    receipts.receive(b"ERR First: no.")
    receipts.receive(b"ERR Second: no.")
    with pytest.raises(
        ClientError, match=r"^not all was said, 0 of 2 lines were saved: First: no\.$"
    ):
        receipts.check(None)


@pytest.mark.parametrize(
    ("line", "ignored"),
    [
        (b"", True),
        (b" \t", True),
        (b"\4", True),
        (b"\4\4", False),
        (b"hola", False),
        (b"\xff", False),
        (b"x" * (MAX_LINE_BYTES + 1), False),
    ],
)
def test_blank_lines_are_ignored_by_the_server(line: bytes, ignored: bool) -> None:
    assert is_ignored(line) is ignored
