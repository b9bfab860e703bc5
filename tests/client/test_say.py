"""`chatd say`: all of it saved and exit 0, or one line that says why not."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatd import cli
from chatd.client import say
from tests.support.client import DEADLINE, ChatStandIn, FakeServer, Peer, Script, nobody

WELCOME = "*** Welcome to chatd. You are guest7 in #lobby. Here: luis."


def start(port: int, *words: str, stdin: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    """Start `chatd say` on *port*."""
    return subprocess.Popen(
        [sys.executable, "-m", "chatd", "say", "--port", str(port), *words],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run_say(
    script: Script, words: Sequence[str] = (), stdin: bytes = b""
) -> tuple[int, bytes, bytes]:
    """Run `chatd say` against *script*: its exit status, standard output and standard error."""
    with FakeServer(script) as server, start(server.port, *words) as process:
        out, err = process.communicate(stdin, DEADLINE)
    return process.returncode, out, err


def write(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    """Write *data* to the standard input of *process*."""
    assert process.stdin is not None
    process.stdin.write(data)
    process.stdin.flush()


def error_of(process: "subprocess.Popen[bytes]") -> bytes:
    """Return what *process*, which has ended, wrote to standard error."""
    assert process.stderr is not None
    return process.stderr.read()


SILENT = (0, b"", b"")


def refusal(reason: bytes) -> tuple[int, bytes, bytes]:
    """Return what a run looks like that failed for *reason*."""
    return 1, b"", b"chatd: " + reason + b"\n"


def test_words_are_said_as_one_line() -> None:
    room = ChatStandIn()
    assert run_say(room, ["deploy", "17", "done"]) == SILENT
    assert room.said == ["deploy 17 done"]
    assert "/text" in room.commands


def test_words_that_hold_line_ends_are_said_as_several_lines() -> None:
    room = ChatStandIn()
    assert run_say(room, ["one\ntwo\r\n\nthree"]) == SILENT
    assert room.said == ["one", "two", "three"]


def test_standard_input_is_said_line_by_line_as_text() -> None:
    room = ChatStandIn()
    assert run_say(room, stdin="/quit\n¿qué tal?\n\n  \n/usr/bin/ld: no".encode()) == SILENT
    assert room.said == ["/quit", "¿qué tal?", "/usr/bin/ld: no"]


def test_nothing_to_say_is_said_with_success() -> None:
    room = ChatStandIn()
    assert run_say(room) == SILENT
    assert room.said == []


def test_name_and_room_are_taken_before_anything_is_said() -> None:
    room = ChatStandIn()
    assert run_say(room, ["--name", "Jose\u0301", "--room", "#ops", "hola"]) == SILENT
    assert room.commands[1:3] == ["/nick José", "/join ops"]
    assert room.said == ["hola"]


class LoginStandIn(ChatStandIn):
    """One where Ana is registered."""

    def hear_command(self, peer: Peer, text: str) -> bool:
        if not text.startswith("/login "):
            return False
        if text == "/login ana correct horse ":
            self.name = "Ana"
            peer.send("*** Ahora eres Ana.")
        else:
            peer.send("ERR Wrong password: that is not the password of Ana.")
        return True


@pytest.mark.parametrize("way", ["file", "environment"])
def test_a_registered_name_says_it_with_a_password_that_is_not_in_the_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    words = ["--login", "ana"]
    if way == "file":
        (tmp_path / "password").write_text("correct horse \nanother line\n")
        words += ["--password-file", str(tmp_path / "password")]
    else:
        monkeypatch.setenv("CHATD_PASSWORD", "correct horse ")
    room = LoginStandIn()
    assert run_say(room, [*words, "hola"]) == SILENT
    assert room.said == ["hola"]


def test_with_a_wrong_password_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATD_PASSWORD", "wrong horse")
    room = LoginStandIn()
    assert run_say(room, ["--login", "ana", "hola"]) == refusal(
        b"nothing was said: Wrong password: that is not the password of Ana."
    )
    assert room.said == []


def test_without_a_password_it_says_how_to_give_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHATD_PASSWORD", raising=False)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes(b"contrase\xf1a")
    needs = b"--login needs a password: --password-file FILE, or CHATD_PASSWORD."
    for words, why in [
        ([], needs),
        (["--password-file", f"{tmp_path}/empty"], needs),
        (["--password-file", f"{tmp_path}/no"], b"cannot read %s/no: No such file or directory."),
        (["--password-file", f"{tmp_path}/latin"], b"cannot read %s/latin: it is not UTF-8."),
    ]:
        with start(nobody(), "--login", "ana", *words, "hola") as process:
            assert process.wait(DEADLINE) == 1
            said = why.replace(b"%s", str(tmp_path).encode())
            assert error_of(process) == b"chatd: " + said + b"\n"


def test_a_password_is_not_sent_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        def __init__(self, host: str) -> None:
            self.host = host

        def getpeername(self) -> tuple[str, int]:
            return self.host, 60060

    for host, far in [
        ("127.0.0.1", False), ("::1", False), ("::ffff:127.0.0.1", False),
        ("192.168.1.7", True), ("fe80::1%eth0", True), ("::ffff:10.0.0.1", True),
    ]:  # fmt: skip
        assert say._is_far(Connection(host)) is far  # type: ignore[arg-type]
    monkeypatch.setenv("CHATD_PASSWORD", "correct horse ")
    monkeypatch.setattr(say, "_is_far", lambda connection: True)
    room = LoginStandIn()
    with FakeServer(room) as server:
        arguments = ["say", "--port", str(server.port), "--login", "ana", "hola"]
        assert cli.main(arguments) == 1
        assert not room.commands
        assert cli.main([*arguments[:-1], "--plaintext-password", "hola"]) == 0
    assert room.said == ["hola"]


def test_the_guest_name_is_found_in_a_spanish_welcome_with_a_motd_behind_it() -> None:
    welcome = (
        "*** Te damos la bienvenida a chatd. Eres guest7 en #lobby. Aquí: guest3.",
        "*** guest9 wrote this motd.",
        "[2026-11-22 12:01:07] <guest7> what was said last",
    )
    assert run_say(ChatStandIn(welcome=welcome), ["hola"]) == SILENT


def test_a_name_is_taken_in_no_room_so_that_nobody_is_told() -> None:
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
    assert result == refusal(b"nothing was said: Refused: " + command + b". Try another.")
    assert room.said == []


@pytest.mark.parametrize("words", [["--name", "a b"], ["--room", "x\n/quit"], ["--port", "0"]])
def test_what_cannot_be_a_name_room_or_port_is_wrong_usage(words: list[str]) -> None:
    with start(nobody(), *words, "hola") as process:
        _, err = process.communicate(b"", DEADLINE)
    assert process.returncode == 2
    assert b"cannot be" in err or b"is not a port" in err


def test_a_refused_line_is_reported_once_the_rest_was_said() -> None:
    room = ChatStandIn()
    stdin = b"one\nca\xf1on\n" + b"x" * 5000 + b"\ntwo\n"
    assert run_say(room, stdin=stdin) == refusal(
        b"not all was said, 2 of 4 lines were saved: "
        b"Invalid message: not UTF-8. Set your terminal to UTF-8."
    )
    assert room.said == ["one", "two"]


def test_a_line_longer_than_any_server_takes_is_refused_without_keeping_it() -> None:
    room = ChatStandIn()
    code, _, err = run_say(room, stdin=b"x" * (3 << 20) + b"\ntwo\n")
    assert (code, room.said) == (1, ["two"])
    assert b"a line of more than 1048576 bytes" in err


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

    assert run_say(Dying(), stdin=b"one\ntwo\nthree\nfour\n") == refusal(
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

    with FakeServer(script) as server, start(server.port) as process:
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
    with heard_first[0], heard_first[1], FakeServer(room) as server, start(server.port) as process:
        for line in (b"one\n", b"two\n"):
            write(process, line)
            assert heard_first[0].recv(1) == b"."
        process.communicate(b"", DEADLINE)
    assert (process.returncode, room.said) == (0, ["one", "two"])


def test_a_server_that_answers_while_it_is_written_to_is_read_all_the_while() -> None:
    # Answers of 200 bytes to lines of 20: unread, they would fill both sockets and stop the server.
    class Wordy(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            peer.send(b"<luis> " + b"x" * 200, b"<guest7> " + line)

    assert run_say(Wordy(), stdin=b"a line of ten or more\n" * 50_000) == SILENT


def test_nothing_is_sent_to_a_port_that_does_not_speak_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    received: list[bytes] = []

    def bare(peer: Peer) -> None:
        received.append(peer.read())

    monkeypatch.setattr(say, "WELCOME_TIMEOUT", 0.01)
    silence = pytest.raises(say.ClientError, match="did not welcome us within 0 seconds")
    with FakeServer(bare) as server, silence:
        say.run(arguments(server.port))
    assert received == [b""]


def arguments(port: int) -> "say.argparse.Namespace":
    """Return what the command line would give for one word."""
    parser = say.argparse.ArgumentParser()
    say.add_arguments(parser)
    return parser.parse_args(["--port", str(port), "hola"])


def test_a_server_that_stops_answering_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            pass

    def tick(readers: list[object], writers: list[object], _: object, timeout: float) -> object:
        # Only when a long wait is asked for and nothing is left to do is there a timeout to see.
        return real(readers, writers, _, 0.2 if timeout == say.ANSWER_TIMEOUT else timeout)

    real = say.select.select
    monkeypatch.setattr(say.select, "select", tick)
    release = socket.socketpair()

    def waiting(peer: Peer) -> None:
        Mute()(peer)
        release[0].settimeout(DEADLINE)
        release[0].recv(1)

    with release[0], release[1], FakeServer(waiting) as server:
        with pytest.raises(say.ClientError, match="not answered for 120 seconds: 0 of 1 lines"):
            say.run(arguments(server.port))
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

    assert run_say(full, ["hola"]) == refusal(rb"nothing was said: Full: ^[]0;too many^G here\xff.")


def test_a_server_that_closes_without_a_word_is_reported() -> None:
    assert run_say(lambda peer: None, ["hola"]) == refusal(
        b"nothing was said: the server closed the connection."
    )


def test_no_server_is_one_line() -> None:
    port = nobody()
    with start(port, "hola") as process:
        _, err = process.communicate(b"", DEADLINE)
    assert process.returncode == 1
    assert err.decode() == (
        f"chatd: no server at 127.0.0.1:{port}: connection refused. "
        "Start one with `chatd serve`, or name another host and port.\n"
    )


def test_a_connection_to_itself_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    itself = socket.socket()
    itself.bind(("127.0.0.1", 0))
    itself.connect(itself.getsockname())
    monkeypatch.setattr(socket, "create_connection", lambda *_: itself)
    with pytest.raises(say.ClientError, match="connected us to ourselves"):
        say.run(arguments(itself.getsockname()[1]))
    assert itself.fileno() == -1


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TimeoutError(), "no answer from"),
        (socket.gaierror(-2, "Name or service not known"), "cannot find 127.0.0.1: Name"),
        (UnicodeError(), "it is not a host name"),
        (OSError(101, "Network is unreachable"), "cannot reach .*: Network is unreachable"),
    ],
)
def test_a_host_that_cannot_be_reached_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    with pytest.raises(say.ClientError, match=message):
        say.run(arguments(1))


def test_input_that_cannot_be_read_is_one_line() -> None:
    write_only = os.open(os.devnull, os.O_WRONLY)
    try:
        with FakeServer(ChatStandIn()) as server, start(server.port, stdin=write_only) as process:
            _, err = process.communicate(timeout=DEADLINE)
    finally:
        os.close(write_only)
    assert (process.returncode, err) == (
        1,
        b"chatd: cannot read standard input: Bad file descriptor.\n",
    )


def test_input_that_another_reader_took_away_is_waited_for_again() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    try:
        stream = say._Stream(read_end)
        assert (stream.read(), stream.fileno) == ([], read_end)
    finally:
        os.close(read_end)
        os.close(write_end)


def test_what_a_server_said_before_it_went_is_read_although_we_cannot_send() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        link = say._Link(ours)
        theirs.sendall(b"ERR Wrong protocol: no.\nERR")
        theirs.close()
        link.send(b"hola\n")
        assert link.exchange(DEADLINE, None) == ([b"ERR Wrong protocol: no."], False)
        link.send(b"more\n")
        assert link.exchange(DEADLINE, None) == ([b"ERR"], False)
        assert not link.is_open


def test_closed_standard_input_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    options = arguments(1)
    options.text = []
    with pytest.raises(say.ClientError, match="standard input is closed"):
        say.run(options)


def test_ctrl_c_ends_it_with_130_and_no_words() -> None:
    room_entered = socket.socketpair()

    class Telling(ChatStandIn):
        def hear(self, peer: Peer, line: bytes) -> None:
            super().hear(peer, line)
            room_entered[1].send(b".")

    room_entered[0].settimeout(DEADLINE)
    with room_entered[0], room_entered[1], FakeServer(Telling()) as server:
        process = start(server.port)
        with process:
            write(process, b"one\n")
            room_entered[0].recv(1)
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) == 130
            assert error_of(process) == b""


def test_neither_twisted_nor_prompt_toolkit_is_loaded() -> None:
    program = (
        "import sys; from chatd.cli import main; "
        "assert main(['say', '--port', sys.argv[1], 'hola']) == 0; "
        "assert not {'twisted', 'prompt_toolkit', 'asyncio'} & set(sys.modules)"
    )
    with FakeServer(ChatStandIn()) as server:
        subprocess.run(
            [sys.executable, "-c", program, str(server.port)], check=True, timeout=DEADLINE
        )
