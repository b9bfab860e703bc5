"""`chatd connect`: its arguments, and refusals before a conversation starts."""

import argparse
import shlex
import subprocess
import sys

import pytest

from chatd.client import connect
from chatd.client.wire import ClientError
from chatd.util.extras import how_to_install
from tests.support.stand_in import DEADLINE, unused_port
from tests.support.terminal import Terminal


def test_no_server_is_one_line() -> None:
    port = unused_port()
    terminal = Terminal("127.0.0.1", str(port))
    try:
        assert terminal.status() == 1
        assert " ".join(terminal.rows()).startswith(
            f"chatd: no server at 127.0.0.1:{port}: connection refused."
        )
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("server", "command"),
    [
        ("example.org 7", "nc example.org 7"),
        ("--unix 'a b'", "nc -U 'a b'"),
        ("--tls example.org 7", "openssl s_client -quiet -connect example.org:7"),
    ],
)
def test_without_a_terminal_other_ways_are_named(server: str, command: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "chatd", "connect", *shlex.split(server)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode() == (
        "chatd: connect needs a terminal to type in. For a pipe take `chatd say`, "
        f"or `{command}` to see what others say.\n"
    )


def test_without_prompt_toolkit_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "find_spec", lambda name: None)
    parser = argparse.ArgumentParser()
    connect.add_arguments(parser)
    with pytest.raises(ClientError) as raised:
        connect.run(parser.parse_args([]))
    assert str(raised.value) == f"chatd connect needs prompt_toolkit: {how_to_install('client')}"
