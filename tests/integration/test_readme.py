"""A newcomer's way through the README: its commands run as they are written.

The ports are exchanged for free ones, and ``HOST`` and ``ADDRESS`` for this machine. The
environment that the first command makes is stood in for by the one of the tests. The Spanish README
has the same commands: see `test_commands_of_documents`.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatd.daemon.options import DEFAULT_LISTEN, Options, Settings
from tests.support.checkout import ROOT
from tests.support.live_server import PATIENCE, environment, output_of

NEEDED = ("nc", "curl", "openssl")
PASSWORD = "correct horse battery"

Program = subprocess.Popen[str]

needs_programs = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)), reason=f"without one of {', '.join(NEEDED)}"
)


class Newcomer:
    """A person with the README and several terminals, in a directory with an environment."""

    def __init__(self, directory: Path) -> None:
        self.text = (ROOT / "README.md").read_text("utf-8")
        self.blocks = re.findall(r"^```\n(.*?)\n```$", self.text, re.MULTILINE | re.DOTALL)
        self.directory = directory
        self.ports: dict[str, str] = {}
        programs = directory / ".venv" / "bin"
        programs.mkdir(parents=True)
        chatd = programs / "chatd"
        chatd.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chatd "$@"\n')
        chatd.chmod(0o755)

    def block(self, part: str) -> str:
        """Return the only block that has a text."""
        (found,) = [block for block in self.blocks if part in block]
        return found

    def here(self, command: str) -> str:
        """Return a command for this machine and the daemon's ports."""
        command = re.sub("chatd say(?! --unix)", "chatd say --port 60060", command)  # its default
        for port, ours in self.ports.items():
            command = re.sub(rf"\b{port}\b", ours, command)
        return command.replace("HOST", "127.0.0.1").replace("ADDRESS", "127.0.0.1")

    @contextmanager
    def terminal(self, command: str) -> Iterator[Program]:
        """Run a command in a terminal of its own."""
        with subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            cwd=self.directory,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as program:
            try:
                yield program
            finally:
                program.kill()

    @contextmanager
    def daemon(self, command: str) -> Iterator[None]:
        """Run the daemon on free ports, which replace the ports of the command."""
        wanted = re.findall(r"\b(?:tcp|ssl):(\d+)", command)
        free = re.sub(r"\b(tcp|ssl):\d+", r"\1:0", command)
        if "--listen" not in command:  # it is its default
            wanted, free = ["60060", *wanted], f"{free} --listen tcp:0:interface=127.0.0.1"
        with self.terminal(free) as program:
            said = shown(program, "history in ")
            got = re.findall(r"listening on \S*:(\d+)[/.]", "".join(said))
            self.ports = dict(zip(wanted, got, strict=True))
            yield
            program.send_signal(signal.SIGINT)
            program.wait(PATIENCE)

    def run(self, command: str, typed: str = "") -> str:
        """Run a command to its end, which must be good, and return its output."""
        return output_of("sh", "-c", self.here(command), cwd=self.directory, given=typed)


def give(program: Program, *lines: str) -> None:
    assert program.stdin is not None
    program.stdin.write("".join(f"{line}\n" for line in lines))
    program.stdin.flush()


def shown(program: Program, text: str) -> list[str]:
    """Return the lines of a program until one with a text in it."""
    assert program.stdout is not None
    lines = []
    for line in program.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"it ended without {text!r}: {lines}")


@pytest.fixture
def newcomer() -> Generator[Newcomer, None, None]:
    # Not in tmp_path, which may be too long: the path of the control socket is limited.
    with tempfile.TemporaryDirectory(prefix="chatd-") as directory:
        yield Newcomer(Path(directory))


@needs_programs
def test_two_terminals_a_browser_and_scripts(newcomer: Newcomer) -> None:
    join = "nc 127.0.0.1 60060"
    assert join in newcomer.blocks
    with newcomer.daemon(newcomer.block("'.[all]' && .venv").rpartition(" && ")[2]):
        with (
            newcomer.terminal(newcomer.here(join)) as ana,
            newcomer.terminal(newcomer.here(join)) as luis,
        ):
            shown(ana, "/quit")
            give(luis, "hola")
            shown(ana, "> hola\n")
            give(ana, "/quit")
            assert ana.wait(PATIENCE) == 0
        page = newcomer.here("http://127.0.0.1:60080/")
        with urllib.request.urlopen(page, timeout=PATIENCE) as answer:
            assert "<title>" in answer.read().decode()
        for command in newcomer.block("chatd say").split("\n"):
            newcomer.run(command)
        stored = newcomer.run(".venv/bin/chatd export")
    assert "<cron> " in stored
    assert "<ci> " in stored
    assert "#builds 1 " in stored


@needs_programs
def test_others_are_let_in_with_tls_and_accounts(newcomer: Newcomer) -> None:
    newcomer.run(newcomer.here(newcomer.block("openssl req")))
    with newcomer.daemon(newcomer.block("--listen ssl:")):
        newcomer.run(newcomer.block("admin add ana"), f"{PASSWORD}\n")
        with newcomer.terminal(newcomer.here(newcomer.block("s_client"))) as ana:
            give(ana, "/login ana", PASSWORD, "hola a todos", "/quit")
            shown(ana, "<ana> hola a todos\n")
            assert ana.wait(PATIENCE) == 0
        at_hand = '--cacert cert.pem --resolve "$(hostname):60443:127.0.0.1"'
        assert "<title>" in newcomer.run(f"curl -s {at_hand} https://$(hostname):60443/")
        newcomer.run(".venv/bin/chatd say --name cron 'still here'")
        (newcomer.directory / "password").write_text(f"{PASSWORD}\n")
        (as_ana,) = re.findall(r"`(\S*chatd say --unix [^`]*)`", newcomer.text)
        newcomer.run(as_ana.replace("FILE", "password"))
        assert "<ana> backup done\n" in newcomer.run(".venv/bin/chatd export")
    fingerprint = re.findall(r"`(openssl x509 [^`]*)`", newcomer.text)[0]
    assert "ingerprint=" in newcomer.run(fingerprint)


def test_the_unit_starts_what_there_is() -> None:
    unit = (ROOT / "docs" / "chatd.service").read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=/opt/chatd/bin/chatd serve (.*)$", unit, re.MULTILINE)
    options = Options()
    options.parseOptions(command.split())
    assert Settings.of(options).listen == [DEFAULT_LISTEN, "unix:/run/chatd/chat.sock"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = (ROOT / "docs" / "chatd.service").read_text("utf-8")
    copy = tmp_path / "chatd.service"
    copy.write_text(unit.replace("/opt/chatd/bin/chatd", sys.executable))
    verified = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
