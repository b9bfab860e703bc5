"""`chatd connect`: its arguments, and refusals before a conversation starts."""

import argparse
import subprocess
import sys

import pytest

from chatd.client import connect
from chatd.client.wire import ClientError
from tests.support.stand_in import DEADLINE, unused_port
from tests.support.terminal import Terminal


def test_no_server_is_one_line() -> None:
    port = unused_port()
    terminal = Terminal(port)
    try:
        assert terminal.status() == 1
        assert " ".join(terminal.rows()).startswith(
            f"chatd: no server at 127.0.0.1:{port}: connection refused."
        )
    finally:
        terminal.close()


def test_without_a_terminal_other_ways_are_named() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "chatd", "connect", "example.org", "7"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr == (
        b"chatd: connect needs a terminal to type in. For a pipe take `chatd say`, "
        b"or `nc example.org 7` to see what others say.\n"
    )


def test_without_prompt_toolkit_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "find_spec", lambda name: None)
    parser = argparse.ArgumentParser()
    connect.add_arguments(parser)
    with pytest.raises(ClientError) as raised:
        connect.run(parser.parse_args([]))
    assert str(raised.value) == ("chatd connect needs prompt_toolkit: pip install 'chatd[client]'")
