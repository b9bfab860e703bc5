"""A newcomer's way through the README: its commands run as they are written.

The ports are exchanged for free ones, and ``HOST`` and ``ADDRESS`` for this machine. The
environment that the first command makes is stood in for by the one of the tests. The Spanish README
has the same commands: see `test_commands_of_documents`.
"""

from __future__ import annotations

import json
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

from tests.support.checkout import ROOT
from tests.support.documents import blocks, read
from tests.support.live_server import PATIENCE, environment, output_of
from tests.support.terminal import Terminal

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
        self.log = ""
        programs = directory / ".venv" / "bin"
        programs.mkdir(parents=True)
        chatd = programs / "chatd"
        on_free_ports = "tests.support.lan_on_free_ports"
        chatd.write_text(
            f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\n'
            f'case "$*" in *--lan*) exec "{sys.executable}" -m {on_free_ports} "$@";; esac\n'
            f'exec "{sys.executable}" -m chatd "$@"\n'
        )
        chatd.chmod(0o755)

    def block(self, part: str) -> str:
        """Return the only block that has a text."""
        (found,) = [block for block in self.blocks if part in block]
        return found

    def here(self, command: str) -> str:
        """Return a command for this machine and the daemon's ports."""
        command = re.sub("chatd (say|tail)(?! --unix| --host)", r"chatd \1 --port 60060", command)
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
        if "--lan" in command:
            wanted += ["60062", "60443", "60080"]
        free = re.sub(r"\b(tcp|ssl):\d+", r"\1:0", command)
        if "--listen" not in command:  # it is its default
            wanted, free = ["60060", *wanted], f"{free} --listen tcp:0:interface=127.0.0.1"
        with self.terminal(free) as program:
            self.log = "".join(shown(program, "history in "))
            got = re.findall(r"listening on (?:https?://)?[\d.]+:(\d+)[/.]", self.log)
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
        for command in newcomer.block("curl ").split("\n"):
            newcomer.run(command)
        stored = newcomer.run(".venv/bin/chatd export")
    assert "<cron> " in stored
    assert "<ci> " in stored
    assert "#builds 1 " in stored


@needs_programs
def test_answers_of_the_http_interface_have_the_members_in_the_reference(
    newcomer: Newcomer,
) -> None:
    (sample,) = [block for block in blocks(read("docs/reference.md")) if "$ curl -N" in block]
    posted, answer, *stream = re.findall(r"^\$ (curl .*)\n((?:[^$].*\n|\n)*)", sample, re.MULTILINE)
    with newcomer.daemon(newcomer.block("'.[all]' && .venv").rpartition(" && ")[2]):
        for command, shown_answer in (posted, answer):
            got = json.loads(newcomer.run(command.replace("curl ", "curl -s ")))
            expected = json.loads(shown_answer)
            assert list(got) == list(expected)
            for event, expected_event in zip(
                got.get("events", []), expected.get("events", []), strict=True
            ):
                assert list(event) == list(expected_event)
        ((follow, shown_stream),) = stream
        with newcomer.terminal(newcomer.here(follow.replace("-N", "-sN"))) as reader:
            lines = [*shown(reader, '"kind":"message"')]
    assert unnumbered("".join(lines)) == unnumbered(shown_stream)


def unnumbered(stream: str) -> str:
    """Return the text of a stream without the times in it."""
    return re.sub(r"\d{13}", "TIME", stream)


@needs_programs
def test_others_are_let_in_with_tls_and_accounts(newcomer: Newcomer) -> None:
    with newcomer.daemon(newcomer.block("--lan")):
        newcomer.run(newcomer.block("admin add ana"), f"{PASSWORD}\n")
        connect, say, s_client = newcomer.block("s_client").split("\n")
        with newcomer.terminal(newcomer.here(s_client)) as ana:
            give(ana, "/login ana", PASSWORD, "hola a todos", "/quit")
            shown(ana, "<ana> hola a todos\n")
            assert ana.wait(PATIENCE) == 0
        fingerprint, *_ = re.findall(r"(sha256:\S+)", newcomer.log)
        newcomer.run(say.replace("SHA256", fingerprint))
        with_question = connect.replace("--fingerprint SHA256", "--tls")
        program, *arguments = newcomer.here(with_question).split()
        assert (program, arguments.pop(0)) == (".venv/bin/chatd", "connect")
        ana_again = Terminal(
            *arguments, columns=120, XDG_CONFIG_HOME=str(newcomer.directory / "config")
        )
        try:
            ana_again.until(lambda rows: any(row.endswith("[yes/no]") for row in rows))
            assert any(row.strip() == fingerprint for row in ana_again.rows())
            ana_again.type("yes\r")
            ana_again.until(lambda rows: any("> backup done" in row for row in rows))
            ana_again.type("/quit\r")
            assert ana_again.status() == 0
        finally:
            ana_again.close()
        at_hand = '--cacert tls/cert.pem --resolve "$(hostname):60443:127.0.0.1"'
        assert "<title>" in newcomer.run(f"curl -s {at_hand} https://$(hostname):60443/")
        newcomer.run(".venv/bin/chatd say --name cron 'still here'")
        (newcomer.directory / "password").write_text(f"{PASSWORD}\n")
        (as_ana,) = re.findall(r"`(\S*chatd say [^`]*--login [^`]*)`", newcomer.text)
        newcomer.run(as_ana.replace("FILE", "password").replace("SHA256", fingerprint))
        assert "<ana> backup done\n" in newcomer.run(".venv/bin/chatd export")


@needs_programs
def test_the_service_continues_the_history(newcomer: Newcomer) -> None:
    newcomer.run(".venv/bin/chatd tls self-signed")
    start = newcomer.block("'.[all]' && .venv").rpartition(" && ")[2]
    with newcomer.daemon(start):
        newcomer.run(".venv/bin/chatd say hola")
    (take_along,) = re.findall(r"^install .*$", newcomer.block("useradd"), re.MULTILINE)
    newcomer.run(take_along.replace("-o chatd", '-o "$(id -un)"').replace("/var/lib", "."))
    newcomer.directory /= "chatd"
    (newcomer.directory / ".venv").symlink_to("../.venv")
    with newcomer.daemon(start):
        newcomer.run(".venv/bin/chatd say 'here again'")
    assert len(newcomer.run(".venv/bin/chatd export").splitlines()) == 2
