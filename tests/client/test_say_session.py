"""The exchange of `chatd say` with a server: all lines saved, or one line that says why not."""

import os
import pty
import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from chatd.client import json_lines, said_text, say
from chatd.client.say_session import Author, Receipts
from chatd.client.wire import MAX_LINE_BYTES, ClientError
from chatd.protocols.lines.framing import TooLong
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


def test_the_welcome_may_be_in_spanish_and_have_a_motd_after_it() -> None:
    here = ES.sentence("here", people="guest3")
    welcome = (
        ES.notices("welcome", name="guest7", room="lobby", here=here)[0],
        "*** guest9 wrote this motd.",
        "[2026-11-22 12:01:07] <guest7> what was said last",
    )
    assert run_say(ChatStandIn(welcome=welcome), ["hola"]) == SILENT


def test_a_name_is_taken_before_a_room_so_that_no_member_is_notified() -> None:
    room = ChatStandIn()
    assert run_say(room, ["--name", "ana", "--room", "ops", "hola"]) == SILENT
    assert room.asked[0] == {"type": "hello", "name": "ana", "rooms": {"ops": None}}


def test_nothing_is_said_when_the_name_or_the_room_is_refused() -> None:
    class Refusing(ChatStandIn):
        def answer(self, peer: Peer, message: dict[str, Any]) -> None:
            super().answer(peer, message)
            if message["type"] == "hello":
                peer.tell("left", room="staff")
                peer.tell("error", kind="Not allowed", text="\x1b]0;not there.\x07")

    room = Refusing()
    result = run_say(room, ["--room", "staff", "secret"])
    assert result == failed(b"nothing was said: Not allowed: ^[]0;not there.^G")
    assert room.said == []


def test_options_are_advised_for_a_registered_name_and_no_slash_command() -> None:
    class Registered(ChatStandIn):
        def answer(self, peer: Peer, message: dict[str, Any]) -> None:
            super().answer(peer, message)
            if message["type"] == "hello":
                text = EN.sentence("registered_name", name="ana")
                peer.tell("error", kind="Name in use", key="registered_name", text=text)

    code, _, error = run_say(Registered(), ["--name", "ana", "hola"])
    assert code == 1
    assert b"--login ana --password-file FILE" in error
    assert b"/login" not in error


def test_a_refused_line_is_reported_once_the_rest_was_said() -> None:
    class Guarding(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
            if message["text"] == "bad":
                peer.tell("error", id=message["id"], kind="Not allowed", text="not here.")
                peer.tell("refused", id=message["id"])
            else:
                super().hear(peer, message)

    room = Guarding()
    assert run_say(room, stdin=b"one\nbad\ntwo\n") == failed(
        b"not all was said, 2 of 3 lines were saved: Not allowed: not here."
    )
    assert room.said == ["one", "two"]


class Doubting(ChatStandIn):
    """A server whose store does not answer for some lines, and saves others."""

    def hear(self, peer: Peer, message: dict[str, Any]) -> None:
        if message["text"] == "one":
            super().hear(peer, message)
            return
        peer.tell("error", id=message["id"], kind="Not known", key="in_doubt", text="look.")
        peer.tell("unsure", id=message["id"])


def test_lines_in_doubt_are_counted() -> None:
    assert run_say(Doubting(), stdin=b"one\ntwo\nthree\n") == failed(
        b"it is not known if 2 of 3 lines were saved, because the store has not answered."
        b" Look in the room before you say them again."
    )


def test_with_a_key_the_same_again_is_safe() -> None:
    code, _, error = run_say(Doubting(), ["--idempotency-key", "7", "two"])
    assert code == 1
    assert error.endswith(b"Do the same again: with its key, each line is said once.\n")


def test_those_that_were_refused_beside_them_are_counted_too() -> None:
    stdin = b"one\ntwo\n" + b"x" * 5000 + b"\n"
    _, _, error = run_say(Doubting(), stdin=stdin)
    assert b"if 1 of 3 lines were saved, " in error
    assert b" answered; 1 were refused (Invalid message: " in error


def test_a_line_that_cannot_be_valid_is_not_sent() -> None:
    room = ChatStandIn()
    stdin = b"one\nca\xf1on\n" + b"x" * 5000 + b"\ntwo\n"
    refusal = f"Invalid message: {EN.sentence('not_utf8')}"
    assert run_say(room, stdin=stdin) == failed(
        f"not all was said, 2 of 4 lines were saved: {refusal}".encode()
    )
    assert room.said == ["one", "two"]


def test_blank_lines_are_neither_sent_nor_counted() -> None:
    room = ChatStandIn()
    assert run_say(room, stdin=b"\x1b[0m\n \n\r\0one\r\0two\n") == SILENT
    assert room.said == ["one", "two"]


class TestTerminal:
    """Lines that are typed at a terminal, which cuts them."""

    @pytest.fixture
    def typed(self) -> Iterator[said_text.StreamSource]:
        """Yield a terminal at which a short and a long line were typed."""
        person, terminal = pty.openpty()
        os.write(person, b"hola\n" + b"x" * 5000 + b"\n")
        yield said_text.StreamSource(terminal)
        os.close(person)
        os.close(terminal)

    def test_half_a_line_is_not_said(self, typed: said_text.StreamSource) -> None:
        receipts = Receipts(Author(), "lobby", 4096)
        sent = receipts.expect(typed.read() + typed.read())
        assert sent.count(b"\n") == 1
        receipts.receive({"type": "ack", "id": 1})
        with pytest.raises(ClientError, match="1 of 2 lines were saved") as error:
            receipts.check(None)
        assert EN.sentence("cut_line") in str(error.value)

    def test_nor_is_a_message_with_one(self, typed: said_text.StreamSource) -> None:
        with pytest.raises(ClientError, match="nothing was said: a terminal cuts"):
            said_text.as_message(typed)

    def test_one_of_that_length_from_elsewhere_is_said(self) -> None:
        room = ChatStandIn()
        assert run_say(room, stdin=b"x" * 4095 + b"\n") == SILENT


class TestMessage:
    """`--message`: all lines are one message."""

    def test_lines_of_the_input_are_one_message(self) -> None:
        room = ChatStandIn()
        assert run_say(room, ["--message"], stdin=b"\none\n\n/quit\r\ntwo\n\n") == SILENT
        assert room.said == ["one\n\n/quit\ntwo"]

    def test_one_line_is_a_line(self) -> None:
        room = ChatStandIn()
        assert run_say(room, ["--message", "one"]) == SILENT
        assert room.said == ["one"]

    def test_nothing_but_blank_lines_is_nothing(self) -> None:
        room = ChatStandIn()
        assert run_say(room, ["--message"], stdin=b"\n \n\n") == SILENT
        assert room.said == []

    def test_one_that_is_too_large_is_refused_as_a_whole(self) -> None:
        room = ChatStandIn()
        _, _, err = run_say(room, ["--message"], stdin=b"x\n" * 101)
        assert EN.sentence("message_has_lines", number=101, limit=100).encode() in err
        code, _, err = run_say(room, ["--message"], stdin=b"x\n" * (MAX_LINE_BYTES // 2 + 1))
        assert code == 1
        assert b"has more than 1048576 bytes" in err
        assert room.said == []


class TestIdempotencyKey:
    """`--idempotency-key`: a line is said once, however often it is sent."""

    def test_each_line_has_a_key_of_its_own_and_the_same_one_in_another_run(self) -> None:
        rooms = ChatStandIn(), ChatStandIn()
        for room in rooms:
            words = ["--name", "ci", "--idempotency-key", "build 17"]
            assert run_say(room, words, stdin=b"one\n\ntwo\n") == SILENT
        first, second = rooms
        assert first.keys == second.keys
        assert len(set(first.keys)) == 2
        assert first.asked[0]["key"] == second.asked[0]["key"]

    def test_keys_are_such_as_a_server_takes(self) -> None:
        author = Author(name="ci", key="¿build 17?\udcff")
        for key in (author.client_key, author.key_of(200)):
            assert key is not None
            assert 16 <= len(key) <= 64
            assert key.replace("-", "").isalnum()

    def test_another_name_is_another_client_and_an_account_is_known_by_itself(self) -> None:
        keys = {Author(name=name, key="17").client_key for name in (None, "ci", "cron")}
        assert len(keys) == 3
        assert Author(login=("ci", "password"), key="17").client_key is None  # type: ignore[arg-type]

    def test_nothing_is_said_of_more_lines_than_a_server_knows_keys(self) -> None:
        room = ChatStandIn()
        words = ["--idempotency-key", "17"]
        assert run_say(room, words, stdin=b"x\n\n" * 200) == SILENT
        assert run_say(room, words, stdin=b"x\n" * 201) == failed(
            b"nothing was said: with --idempotency-key at most 200 lines are said in a run."
        )


def test_the_lines_of_a_file_are_said(tmp_path: Any) -> None:
    (tmp_path / "lines").write_bytes(b"\xef\xbb\xbfone\r\n/quit")
    room = ChatStandIn()
    assert run_say(room, ["--file", f"{tmp_path}/lines"]) == SILENT
    assert room.said == ["one", "/quit"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--file", "/no/such"], b"cannot read /no/such: No such file or directory."),
        (["--file", "/"], b"cannot read /: Is a directory."),
    ],
)
def test_a_file_that_cannot_be_said_is_one_line(words: list[str], reason: bytes) -> None:
    room = ChatStandIn()
    assert run_say(room, words) == failed(reason)
    assert room.said == []


def test_a_server_that_goes_before_all_was_said_is_reported_with_the_count() -> None:
    class Dying(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
            if message["text"] == "three":
                peer.tell("closing", reason="stopping")
                peer.connection.shutdown(socket.SHUT_WR)
            elif message["text"] in ("one", "two"):
                super().hear(peer, message)

    assert run_say(Dying(), stdin=b"one\ntwo\nthree\nfour\n") == failed(
        b"the server closed the connection: stopping before all was said: 2 of 4 lines were saved."
    )


def test_a_reset_while_input_is_open_ends_it_at_once() -> None:
    class Resetting(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
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
    heard_first = socket.socketpair()

    class Telling(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
            super().hear(peer, message)
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


def test_a_server_that_stops_answering_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
            pass

    def tick(readers: list[object], writers: list[object], _: object, timeout: float) -> object:
        # Shorten the wait for answers alone. It times out only if there is nothing left to do.
        return real(readers, writers, _, 0.2 if timeout == json_lines.ANSWER_TIMEOUT else timeout)

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


# Receipts


def receipts() -> Receipts:
    return Receipts(Author(), "ops", 10)


def test_receipts_are_due_until_each_line_is_saved_or_refused() -> None:
    said = receipts()
    assert said.expect([b"one", b"", b"two"]).count(b"\n") == 2
    said.receive({"type": "events", "room": "ops", "events": []})
    said.receive({"type": "ack", "id": 1, "room": "ops", "seq": 7})
    assert said.are_due
    said.receive({"type": "ack", "id": 2, "room": "ops", "seq": 8})
    assert not said.are_due
    said.check(None)


def test_an_interruption_is_an_error_though_every_line_was_saved() -> None:
    said = receipts()
    said.expect([b"one"])
    said.receive({"type": "ack", "id": 1})
    with pytest.raises(ClientError, match=r"^gone: 1 of 1 lines were saved\.$"):
        said.check("gone")


def test_the_first_of_several_refusals_is_the_reason() -> None:
    said = receipts()
    said.expect([b"one", b"two"])
    for id, kind in ((1, "First"), (2, "Second")):
        said.receive({"type": "error", "id": id, "kind": kind, "text": "no."})
        said.receive({"type": "refused", "id": id})
    with pytest.raises(ClientError, match=r"^nothing was said: First: no\.$"):
        said.check(None)


def test_a_key_of_other_lines_is_no_wrong_use_of_a_command() -> None:
    said = receipts()
    said.expect([b"one\ntwo"])
    error = {"kind": "Wrong use", "key": "other_lines_with_key", "text": "other lines."}
    said.receive({"type": "error", "id": 1, **error})
    said.receive({"type": "refused", "id": 1})
    with pytest.raises(ClientError, match=r"^nothing was said: other lines\.$"):
        said.check(None)


@pytest.mark.parametrize("line", [b"\xff", b"x" * 11, "\u0301".encode() * 99, TooLong(b"x")])
def test_lines_that_are_not_valid_are_refused_at_once(line: bytes) -> None:
    said = receipts()
    assert said.expect([line]) == b""
    assert not said.are_due
    with pytest.raises(ClientError, match=r"^nothing was said: "):
        said.check(None)
