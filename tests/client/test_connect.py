"""`chatd connect`: its arguments, and refusals before a conversation starts."""

import argparse
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chatd.client import connect
from chatd.client.wire import ClientError
from chatd.util.extras import how_to_install
from tests.support.stand_in import DEADLINE, unused_port
from tests.support.terminal import Terminal


@contextmanager
def terminal_ends() -> Iterator[tuple[int, int]]:
    """Open a terminal, and close both of its ends."""
    ends = pty.openpty()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


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


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_without_a_terminal_other_commands_are_named(stream: str) -> None:
    with terminal_ends() as (_, slave):
        result = subprocess.run(
            [sys.executable, "-m", "chatd", "connect", "example.org", "7"],
            stdin=subprocess.DEVNULL if stream == "stdin" else slave,
            stdout=subprocess.DEVNULL if stream == "stdout" else slave,
            stderr=subprocess.PIPE,
            timeout=DEADLINE,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.decode() == (
        "chatd: connect needs a terminal to type in and to draw on. For a pipe take `chatd say` and"
        " `chatd tail -f`, such as `chatd tail -f ROOM | tee log`.\n"
    )


def test_without_prompt_toolkit_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "find_spec", lambda name: None)
    parser = argparse.ArgumentParser()
    connect.add_arguments(parser)
    with pytest.raises(ClientError) as raised:
        connect.run(parser.parse_args([]))
    assert str(raised.value) == f"chatd connect needs prompt_toolkit: {how_to_install('client')}"
