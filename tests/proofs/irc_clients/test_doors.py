"""Six programs hold the conversation of docs/irc.md, and show what it says: nox -s irc_clients."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatd.i18n import Language
from tests.browser.chromium import Chromium
from tests.browser.page import LINES, Page
from tests.browser.programs import Program as Printing
from tests.browser.programs import give, program, shows
from tests.proofs.irc_clients.people import AtPage
from tests.proofs.irc_clients.programs import Irssi, Program, WeeChat
from tests.proofs.irc_clients.transcript import ROOM, Said, conversation, screen, weechat_lines
from tests.support.live_server import PATIENCE, LiveServer
from tests.support.server_processes import free_port

PROGRAMS = ("nc", "telnet", "curl", Irssi.name, WeeChat.name)

pytestmark = [
    pytest.mark.irc_clients,
    pytest.mark.skipif(
        not all(map(shutil.which, PROGRAMS)), reason=f"needs all of {', '.join(PROGRAMS)}"
    ),
]

_OF_IRSSI = re.compile(r"\d\d:\d\d (< \w+> .*| \* .*)")
_OF_WEECHAT = re.compile(r"[\d-]+ [\d:]+\t(\w+| \*)\t(.*)")


class Doors:
    """The six, each at a program of a daemon, in one room."""

    def __init__(self, directory: Path, stack: ExitStack, chromium: Chromium) -> None:
        port = free_port()
        at = f"tcp:{port}:interface=127.0.0.1"
        self.server = stack.enter_context(
            LiveServer(directory, "--irc", at, "--irc-name=chatd.local", web=0)
        )
        self.ana, self.luis = (
            stack.enter_context(program(name, "127.0.0.1", str(self.server.port)))
            for name in ("nc", "telnet")
        )
        for person, name in ((self.ana, "ana"), (self.luis, "luis")):
            give(person, f"/nick {name}", f"/join {ROOM}", "/whois nadie")
            shows(person, "nadie")
        page = chromium.tab(Page)
        page.enter(self.server.url)
        self.noa = AtPage(page, "noa", ROOM)
        self.eva: Program = self._client(Irssi, directory / "eva", port, "eva", stack)
        self.mia: Program = self._client(WeeChat, directory / "mia", port, "mia", stack)

    @staticmethod
    def _client(kind: type[Program], home: Path, port: int, name: str, stack: ExitStack) -> Program:
        client = kind(home, port, name, ROOM)
        stack.callback(client.close)
        client.until(client.joined(ROOM))
        return client

    def say(self, line: Said) -> None:
        """Have a person say a line, and wait until all doors show it."""
        if line.program == "nc":
            give(self.ana, line.typed)
        elif line.program == "telnet":
            give(self.luis, line.typed)
        elif line.program == "irssi":
            self.eva.say(ROOM, line.typed)
        elif line.program == "WeeChat":
            self.mia.say(ROOM, line.typed)
        elif line.program == "curl":
            url = f"{self.server.url}api/rooms/{ROOM}/messages?name={line.name}"
            post = ("curl", "-sS", "--fail-with-body", "-d", line.typed, url)
            subprocess.run(post, check=True, timeout=PATIENCE, capture_output=True)
        else:
            self.noa.type(line.typed)
        text = line.typed if line.action is None else f"{line.name} {line.action}"
        self.noa.sees_told(text)
        for client in (self.eva, self.mia):
            client.until(text if line.action is None else line.action)

    def page(self) -> list[str]:
        """Return the lines that people have said, as the page shows them, without times."""
        shown = self.noa.page.texts(f"{LINES}:is(.message, .action)")
        rows = (re.sub(r"\n?\d\d:\d\d\n", "\n", f"\n{each}").split("\n") for each in shown)
        return [_of_page(row) for row in rows]


def _of_page(row: list[str]) -> str:
    parts = [part for part in row if part]
    return parts[0] if len(parts) == 1 else f"{parts[0]}: {parts[-1]}"


def of_terminal(running: Printing, last: str) -> list[str]:
    """Return the lines of people that a program has printed, up to one that has a text."""
    assert running.stdout is not None
    lines: list[str] = []
    for raw in running.stdout:
        line = raw.decode().rstrip("\r\n")
        if line.startswith(("<", "* ")):
            lines.append(line)
        if last in line:
            return lines
    raise AssertionError(f"it ended: {lines}")


@pytest.fixture
def doors(tmp_path: Path, chromium: Chromium) -> Iterator[Doors]:
    with ExitStack() as stack:
        doors = Doors(tmp_path, stack, chromium)
        yield doors
        chromium.leave()


@pytest.mark.parametrize("language", Language)
def test_each_program_shows_the_conversation(doors: Doors, language: Language) -> None:
    lines = conversation(language)
    for line in lines:
        doors.say(line)
    for person in (doors.ana, doors.luis):
        assert of_terminal(person, lines[-1].typed) == screen("terminal", language)
    assert _OF_IRSSI.findall(doors.eva.logs()) == screen("irssi", language)
    rows = [(prefix.strip(), text) for prefix, text in _OF_WEECHAT.findall(doors.mia.logs())]
    assert weechat_lines(rows) == screen("weechat", language)
    assert doors.page() == screen("browser", language)
