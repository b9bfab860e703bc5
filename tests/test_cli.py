"""The `chatd` command: subcommands, exit statuses, and one line instead of a traceback."""

import os
import runpy
import signal
import subprocess
import sys
import types
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator

import pytest
from twisted.scripts import twistd

from chatd import cli
from chatd.client.wire import ClientError
from chatd.util.versions import versions
from tools.reference import CLIENTS

TIMEOUT = 30.0


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], int]], None]:
    """Return a function that replaces the subcommand `export` by an action."""

    def put(action: Callable[[], int]) -> None:
        def add_arguments(parser: ArgumentParser) -> None:
            parser.add_argument("--store")

        def run(arguments: Namespace) -> int:
            return action()

        module = types.ModuleType("chatd.client.export")
        module.__dict__.update(add_arguments=add_arguments, run=run, EXAMPLES=(), SUCCESS="done")
        monkeypatch.setitem(sys.modules, "chatd.client.export", module)

    return put


def raise_(error: BaseException) -> Callable[[], int]:
    """Return an action that raises *error*."""

    def action() -> int:
        raise error

    return action


def test_a_subcommand_is_run_and_its_status_is_the_exit_status(
    export: Callable[[Callable[[], int]], None],
) -> None:
    export(lambda: 7)
    assert cli.main(["export", "--store", "memory:"]) == 7


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ClientError("no store: why. What to do."), 1, "chatd: no store: why. What to do.\n"),
        (OSError(28, "No space left on device"), 1, "chatd: cannot go on: No space left on de"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_failure_that_a_user_can_cause_is_one_line_and_a_status(
    export: Callable[[Callable[[], int]], None],
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    message: str,
) -> None:
    export(raise_(error))
    assert cli.main(["export"]) == status
    out, err = capsys.readouterr()
    assert (out, err[: len(message)]) == ("", message)
    assert err.count("\n") == (1 if message else 0)


def test_a_programming_error_is_not_hidden(export: Callable[[Callable[[], int]], None]) -> None:
    export(raise_(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(["export"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "chatd: the command is missing: serve, connect, say, "),
        (["sing"], "chatd: there is no command sing. It is serve, connect, say, "),
        (["exprt"], "chatd: there is no command exprt. Did you mean export? See chatd --help.\n"),
        (["-v"], "chatd: there is no option -v. "),
        (["export", "--stor"], "chatd export: there is no option --stor. Did you mean --store?"),
    ],
)
def test_a_wrong_call_is_one_line_and_status_2(
    export: Callable[[Callable[[], int]], None],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    line: str,
) -> None:
    export(lambda: 0)
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(line)


@pytest.mark.parametrize(
    ("arguments", "beginning"),
    [(["help"], "chatd - a chat room"), (["help", "say"], "chatd say - say a line")],
)
def test_help_is_a_word_for_the_option(
    arguments: list[str], beginning: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(beginning)


def test_help_names_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(["--help"])
    assert raised.value.code == 0
    out = capsys.readouterr().out
    for command in ("serve", "connect", "say", "export"):
        assert f"\n    {command} " in out


@pytest.mark.parametrize(
    "arguments", [[], ["say"], ["connect"], ["export"], ["admin"]], ids=" ".join
)
def test_every_command_has_the_version(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main([*arguments, "--version"])
    assert raised.value.code == 0
    assert capsys.readouterr() == (f"{versions()}\n", "")


@pytest.mark.parametrize("command", CLIENTS)
def test_every_command_has_a_manual_with_examples(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main([command, "--help"])
    assert raised.value.code == 0
    manual = capsys.readouterr().out
    assert manual.startswith(f"chatd {command} - ")
    examples = manual.partition("\nExamples:\n")[2]
    assert examples.count(f"chatd {command}") >= 2


@pytest.mark.parametrize("command", ["check", "check-config"])
def test_a_command_that_looks_for_faults_says_their_status(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    assert "\n  1    there is a fault, or " in capsys.readouterr().out


@pytest.fixture
def hangup() -> Iterator[None]:
    """Restore the handler of SIGHUP after the test."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("arguments", [["--help"], ["-l", "tcp:0", "--", "serve"], []])
def test_serve_is_twistd_in_the_foreground_without_a_pidfile(
    monkeypatch: pytest.MonkeyPatch, hangup: None, arguments: list[str]
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(twistd, "run", lambda: seen.append(sys.argv))
    monkeypatch.setattr(sys, "argv", ["chatd", "serve", *arguments])
    assert cli.main() == 0
    assert seen == [["chatd serve", "--nodaemon", "--pidfile=", "chat", *arguments]]


def test_a_reload_that_comes_during_the_start_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, hangup: None
) -> None:
    monkeypatch.setattr(twistd, "run", lambda: os.kill(os.getpid(), signal.SIGHUP))
    assert cli.main(["serve"]) == 0


def test_python_m_chatd_is_chatd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["chatd", "--help"])
    with pytest.raises(SystemExit) as raised:
        runpy.run_module("chatd", run_name="__main__")
    assert raised.value.code == 0


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["say", "--help"], ["serve", "--help"]]
)
def test_a_closed_standard_output_ends_it_quietly(arguments: list[str]) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        result = subprocess.run(
            [sys.executable, "-m", "chatd", *arguments],
            stdout=write_end,
            env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
            stderr=subprocess.PIPE,
            timeout=TIMEOUT,
            check=False,
        )
    finally:
        os.close(write_end)
    assert (result.returncode, result.stderr) == (1, b"")
