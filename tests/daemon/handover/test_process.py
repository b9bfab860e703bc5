"""Successors in processes of their own: what they are given, and why they ended."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatd.daemon.handover.channel import Ended, Gone
from chatd.daemon.handover.process import (
    VARIABLE,
    Start,
    Successor,
    channel_of_successor,
    start_successor,
)
from tests.support.live_server import environment

TAKE = (
    "import os, sys; from chatd.daemon.handover.process import channel_of_successor;"
    " print('before', flush=True); channel = channel_of_successor(os.environ);"
)
"""The beginning of a program that is a successor."""

Begin = Callable[[str], Successor]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Return a function that starts a program as a successor."""
    started: list[Successor] = []

    def begin(program: str) -> Successor:
        start = Start([sys.executable, "-c", program], str(tmp_path), environment())
        started.append(start_successor(start))
        started[-1].channel.deadline = float("inf")
        return started[-1]

    yield begin
    for each in started:
        each.end()


def gone(successor: Successor) -> str:
    """Wait until a successor has ended, and return why."""
    with pytest.raises(Gone):
        successor.channel.hear()
    return successor.why_gone()


def test_a_successor_has_a_channel_and_tells_no_other_process(begin: Begin, tmp_path: Path) -> None:
    successor = begin(
        f"{TAKE} channel.say('here', number=os.getpid(), variable=os.environ.get({VARIABLE!r}),"
        " where=os.getcwd(), inherited=os.get_inheritable(channel.fileno())); channel.hear()"
    )
    heard = successor.channel.hear()
    assert heard.says == "here"
    assert heard.state == {
        "number": successor.number,
        "variable": None,
        "where": str(tmp_path),
        "inherited": False,
    }


def test_it_prints_where_the_daemon_does_once_it_has_the_channel(
    begin: Begin, capfd: pytest.CaptureFixture[str]
) -> None:
    successor = begin(f"{TAKE} print('after'); print('errors', file=sys.stderr); sys.exit(3)")
    assert gone(successor) == "before"
    assert capfd.readouterr() == ("after\n", "errors\n")


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("def", "SyntaxError: invalid syntax"),
        ("raise SystemExit('chatd: no such option.')", "no such option."),
        ("print('usage\\n\\n  wrong option \\n\\n')", "wrong option"),
        ("raise SystemExit(3)", "it ended with status 3"),
        (f"{TAKE} os.kill(os.getpid(), 9)", "before"),
        ("import os; os.kill(os.getpid(), 9)", "it was ended by SIGKILL"),
    ],
)
def test_the_reason_is_the_last_that_it_printed_or_its_end(
    begin: Begin, capfd: pytest.CaptureFixture[str], program: str, why: str
) -> None:
    assert gone(begin(program)) == why
    assert capfd.readouterr() == ("", ""), "nothing is on the operator's screen"


def test_what_is_printed_without_end_keeps_nobody_from_ending_it(begin: Begin) -> None:
    successor = begin("while True: print('a' * 1000, flush=True)")
    successor.end()
    with pytest.raises(ProcessLookupError):
        os.kill(successor.number, 0)
    with pytest.raises(Ended):
        successor.channel.hear()


def test_a_stopped_one_is_ended(begin: Begin) -> None:
    successor = begin("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    os.waitid(os.P_PID, successor.number, os.WSTOPPED)
    successor.end()
    with pytest.raises(ProcessLookupError):
        os.kill(successor.number, signal.SIGCONT)


def test_what_does_not_start_is_an_error_and_leaves_nothing_open(tmp_path: Path) -> None:
    opened = len(os.listdir("/dev/fd"))
    with pytest.raises(OSError, match="No such file"):
        start_successor(Start(["/nowhere/python"], str(tmp_path), {}))
    assert len(os.listdir("/dev/fd")) == opened


@pytest.mark.parametrize("value", ["", "7", "a,b,c", "1,2", "999,998,997"])
def test_a_process_with_another_variable_is_no_successor(value: str) -> None:
    variables = {VARIABLE: value}
    assert channel_of_successor(variables) is None
    assert variables == {}


def test_a_start_is_without_what_was_meant_for_one_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES":
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.chdir(tmp_path)
    start = Start.of_this_process()
    assert start.directory == str(tmp_path)
    assert start.arguments[0] == sys.executable
    assert "WATCHDOG_USEC" in start.environment
    assert not {"WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS"} & start.environment.keys()
