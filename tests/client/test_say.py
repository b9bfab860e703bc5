"""`chatd say`: its arguments, its password, its input, and its exit status."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatd.client import said_text, say
from chatd.client.wire import ClientError
from chatd.errors import ErrorKind
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.sentences import EN
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
    unused_port,
    write,
)


def test_words_are_said_as_one_line() -> None:
    room = ChatStandIn()
    assert run_say(room, ["deploy", "17", "done"]) == SILENT
    assert room.said == ["deploy 17 done"]
    assert [each["type"] for each in room.asked] == ["hello", "text"]


def test_words_that_contain_line_ends_are_said_as_several_lines() -> None:
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
    assert room.asked[0] == {"type": "hello", "name": "José", "rooms": {"ops": None}}
    assert room.said == ["hola"]


@pytest.mark.parametrize(("words", "kind"), [([], None), (["--notice"], "notice")])
def test_a_program_may_say_a_notice(words: list[str], kind: str | None) -> None:
    room = ChatStandIn()
    assert run_say(room, [*words, "hola"]) == SILENT
    assert room.kinds == [kind]


class TakenStandIn(ChatStandIn):
    """A stand-in where Ana is here already, which tells so in one piece with its hello."""

    def answer(self, peer: Peer, message: dict[str, Any]) -> None:
        if message["type"] != "hello":
            super().answer(peer, message)
            return
        text = EN.sentence("name_in_use", name="ana")
        error = {"type": "error", "kind": ErrorKind.NAME_IN_USE.value, "text": text}
        peer.send(json.dumps({"type": "hello", "name": "guest7"}), json.dumps(error))


def test_nothing_is_said_as_a_guest_if_the_name_is_taken() -> None:
    room = TakenStandIn()
    assert run_say(room, ["--name", "ana", "hola"]) == failed(
        f"nothing was said: Name in use: {EN.sentence('name_in_use', name='ana')}".encode()
    )
    assert room.said == []


class LoginStandIn(ChatStandIn):
    """A stand-in where Ana is registered."""

    def hear_request(self, peer: Peer, message: dict[str, Any]) -> bool:
        if message["type"] != "line":
            return False
        id = message["id"]
        if message["text"] == "/login ana correct horse ":
            self.name = "Ana"
            peer.tell("you", name="Ana", id=id)
        else:
            text = EN.sentence("wrong_password", name="Ana")
            peer.tell("error", kind=ErrorKind.WRONG_PASSWORD.value, text=text, id=id)
        peer.tell("done", id=id)
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
    assert run_say(room, [*words, "hola"], unix=tmp_path / "chat.sock") == SILENT
    assert room.said == ["hola"]


def test_with_a_wrong_password_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATD_PASSWORD", "wrong horse")
    room = LoginStandIn()
    words = ["--login", "ana", "hola"]
    assert run_say(room, words, unix=tmp_path / "chat.sock") == failed(
        f"nothing was said: Wrong password: {EN.sentence('wrong_password', name='Ana')}".encode()
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
        with start_say(unused_port(), "--login", "ana", *words, "hola") as process:
            assert process.wait(DEADLINE) == 1
            said = why.replace(b"%s", str(tmp_path).encode())
            assert error_of(process) == b"chatd: " + said + b"\n"


def test_a_password_is_not_sent_to_a_port_that_any_program_may_have_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHATD_PASSWORD", "correct horse ")
    room = LoginStandIn()
    with FakeServer(room) as server, start_say(server.port, "--login", "ana", "hola") as process:
        out, err = process.communicate(b"", DEADLINE)
    assert (process.returncode, out, room.asked) == (1, b"", [])
    (line,) = err.decode().splitlines()
    assert line == (
        f"chatd: the server at 127.0.0.1:{server.port} is not known: any program may listen there."
        " Passwords go only to its UNIX socket (--unix PATH), or over TLS (--tls, or"
        " --fingerprint sha256:...)."
    )


def test_a_password_is_sent_to_a_server_with_a_known_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATD_PASSWORD", "correct horse ")
    certificate = write_certificate(tmp_path / "pem")
    room = LoginStandIn()
    words = ["--login", "ana", "--fingerprint", fingerprint_of(certificate), "hola"]
    assert run_say(room, words, certificate=certificate) == SILENT
    assert room.said == ["hola"]


def test_nothing_is_sent_to_a_server_with_another_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATD_PASSWORD", "correct horse ")
    heard: list[bytes] = []
    code, _, err = run_say(
        lambda peer: heard.append(peer.read()),
        ["--login", "ana", "--fingerprint", "sha256:" + "A" * 43 + "=", "hola"],
        certificate=write_certificate(tmp_path / "pem"),
    )
    assert (code, b"".join(heard)) == (1, b"")
    assert b", which was given. It is new" in err


@pytest.mark.parametrize("words", [["--name", "a b"], ["--room", "x\n/quit"], ["--port", "0"]])
def test_what_cannot_be_a_name_room_or_port_is_wrong_usage(words: list[str]) -> None:
    with start_say(unused_port(), *words, "hola") as process:
        _, err = process.communicate(b"", DEADLINE)
    assert process.returncode == 2
    assert b"cannot be" in err or b"is not a port" in err


def test_a_line_longer_than_any_server_takes_is_refused_without_storing_it() -> None:
    room = ChatStandIn()
    code, _, err = run_say(room, stdin=b"x" * (3 << 20) + b"\ntwo\n")
    assert (code, room.said) == (1, ["two"])
    assert EN.sentence("too_long", limit=4096).encode() in err


def test_input_that_cannot_be_read_is_one_line() -> None:
    write_only = os.open(os.devnull, os.O_WRONLY)
    try:
        with (
            FakeServer(ChatStandIn()) as server,
            start_say(server.port, stdin=write_only) as process,
        ):
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
        stream = said_text.StreamSource(read_end)
        assert (stream.read(), stream.fileno) == ([], read_end)
    finally:
        os.close(read_end)
        os.close(write_end)


def test_closed_standard_input_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    options = arguments_of_say(1)
    options.text = []
    with pytest.raises(ClientError, match="standard input is closed"):
        say.run(options)


def test_ctrl_c_ends_it_with_130_and_no_words() -> None:
    room_entered = socket.socketpair()

    class Telling(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
            super().hear(peer, message)
            room_entered[1].send(b".")

    room_entered[0].settimeout(DEADLINE)
    with room_entered[0], room_entered[1], FakeServer(Telling()) as server:
        process = start_say(server.port)
        with process:
            write(process, b"one\n")
            room_entered[0].recv(1)
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) == 130
            assert error_of(process) == b""


def test_no_more_is_loaded_than_is_used() -> None:
    unused = ("asyncio", "dataclasses", "hashlib", "inspect", "pathlib", "ssl", "twisted")
    program = (
        "import sys; from chatd.cli import main; "
        "assert main(['say', '--port', sys.argv[1], 'hola']) == 0; "
        f"assert not {{'prompt_toolkit', *{unused}}} & set(sys.modules)"
    )
    with FakeServer(ChatStandIn()) as server:
        subprocess.run(
            [sys.executable, "-c", program, str(server.port)], check=True, timeout=DEADLINE
        )
