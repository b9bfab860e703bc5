"""The conversation at six doors of docs/irc.md is what each door sends today.

Here it is replayed with clients in memory: what a program makes of the bytes is written down below.
`test_doors` replays it with the programs.
"""

from __future__ import annotations

import re

import pytest

from chatd.i18n import Language
from tests.proofs.irc_clients.transcript import (
    ROOM,
    Said,
    conversation,
    irssi_line,
    page_line,
    screen,
    weechat_lines,
)
from tests.support.browser import browser
from tests.support.http import SiteWorld
from tests.support.irc_client import IrcClient, irc_person

IRSSI = (
    "multi-prefix extended-join setname invite-notify away-notify chghost account-notify"
    " server-time"
)
WEECHAT = "server-time message-tags extended-join multi-prefix userhost-in-names cap-notify"
"""The capabilities that these clients ask for (irssi 1.4.3, WeeChat 3.8)."""

CHANNEL = f"#{ROOM}"

_MESSAGE = re.compile(rf"(?:@\S+ )?:(\w+)!\S+ PRIVMSG {CHANNEL} :(.*)")
_ACTION = re.compile("\x01ACTION (.*)\x01")


class Replay:
    """The six people, each at another door of a server in memory."""

    def __init__(self) -> None:
        self.web = SiteWorld()
        world = self.web.world
        self.ana = world.person("ana")
        self.ana.type(f"/join {ROOM}")
        self.luis = world.person()
        self.luis.send(b"\xff\xfd\x03\xff\xfb\x18/nick luis\r\n/join %s\r\n" % ROOM.encode())
        self.eva = irc_person(world, "eva", ROOM, capabilities=IRSSI)
        self.mia = irc_person(world, "mia", ROOM, capabilities=WEECHAT)
        self.noa = browser(world, name="noa", rooms={ROOM: None})
        self.irssi: list[str] = []
        self.weechat: list[tuple[str, str]] = []
        for each in (self.ana, self.luis, self.noa):
            each.bytes_seen()

    def play(self, lines: list[Said]) -> None:
        """Type the lines, each once the one before is shown."""
        for line in lines:
            self._type(line)
            self._show_at_irc_clients()

    def _type(self, line: Said) -> None:
        if line.program == "nc":
            self.ana.type(line.typed)
        elif line.program == "telnet":
            self.luis.send(f"{line.typed}\r\n".encode())
        elif line.program == "irssi":
            self.eva.send(f"PRIVMSG {CHANNEL} :{_sent(line)}")
            self.irssi.append(irssi_line("eva", line.typed, line.action))  # there is no echo
        elif line.program == "WeeChat":
            self.mia.send(f"PRIVMSG {CHANNEL} :{_sent(line)}")
            self.weechat.append(_row("mia", line.typed, line.action))
        elif line.program == "curl":
            target = f"/api/rooms/{ROOM}/messages?name={line.name}"
            assert self.web.ask("POST", target, line.typed.encode()).status == 201
        else:
            self.noa.say(line.typed, room=ROOM)
        self.web.world.settle()

    def _show_at_irc_clients(self) -> None:
        self.irssi += [irssi_line(*each) for each in _said(self.eva)]
        self.weechat += [_row(*each) for each in _said(self.mia)]

    def terminal(self, data: bytes) -> list[str]:
        """Return what a terminal shows, without notices."""
        lines = data.decode().splitlines()
        return [line for line in lines if not line.startswith("*** ")]

    def page(self) -> list[str]:
        """Return what the page shows of what it was sent."""
        events = [event for each in self.noa.seen("events") for event in each["events"]]
        return [
            page_line(
                event["author"], event["text"], event["text"] if event["kind"] == "action" else None
            )
            for event in events
            if "seq" in event
        ]


def _sent(line: Said) -> str:
    return line.typed if line.action is None else f"\x01ACTION {line.action}\x01"


def _said(client: IrcClient) -> list[tuple[str, str, str | None]]:
    """Return the authors, texts and actions of the lines that an IRC client was sent."""
    found = filter(None, map(_MESSAGE.fullmatch, client.seen()))
    said = []
    for match in found:
        action = _ACTION.fullmatch(match[2])
        said.append((match[1], match[2], None if action is None else action[1]))
    return said


def _row(name: str, text: str, action: str | None) -> tuple[str, str]:
    return (name, text) if action is None else ("*", f"{name} {action}")


@pytest.mark.parametrize("language", Language)
def test_each_door_shows_the_conversation(language: Language) -> None:
    replay = Replay()
    lines = conversation(language)
    replay.play(lines)
    assert replay.terminal(replay.ana.bytes_seen()) == screen("terminal", language)
    assert replay.terminal(replay.luis.bytes_seen()) == screen("terminal", language)
    assert replay.irssi == screen("irssi", language)
    assert weechat_lines(replay.weechat) == screen("weechat", language)
    assert replay.page() == screen("browser", language)


def test_a_conversation_that_is_another_one_is_found() -> None:
    replay = Replay()
    replay.play(conversation(Language.ENGLISH)[:-1])
    assert replay.page() != screen("browser", Language.ENGLISH)
    assert replay.irssi != screen("irssi", Language.ENGLISH)


@pytest.mark.parametrize("language", Language)
def test_six_programs_take_part(language: Language) -> None:
    programs = [line.program for line in conversation(language)]
    page = "browser" if language is Language.ENGLISH else "navegador"
    assert programs == ["nc", "telnet", "irssi", "WeeChat", "curl", page]
