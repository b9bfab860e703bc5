"""Hostile text through the door for IRC clients, both ways: nothing undocumented arrives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatd.formats.irc_spoken import MULTILINE
from chatd.protocols.irc.table import TABLE
from tests.proofs.terminal.documented import every_pair_of_bytes, is_unsafe, undocumented
from tests.support.hostile import HOSTILE
from tests.support.irc_client import IrcClient, WebIrcClient, irc_person
from tests.support.logs import logged
from tests.support.world import World

CAPABILITIES = (
    "",
    "account-tag away-notify extended-join invite-notify message-tags server-time setname",
    f"batch echo-message labeled-response message-tags server-time {MULTILINE} draft/chathistory",
)
"""Those of clients that are sent other bytes."""

ENDING = ("QUIT",)
"""Commands that end the connection."""


class Doors:
    """People in one room: of lines, and of IRC, through a WebSocket, too."""

    def __init__(self) -> None:
        self.world = world = World()
        self.nc, self.eve = world.person("ana"), world.person("eve")
        for person in self.nc, self.eve:
            person.type("/join ops")
        self.irc = [
            irc_person(world, f"irc{number}", "ops", capabilities=capabilities)
            for number, capabilities in enumerate(CAPABILITIES)
        ]
        self.irc.append(irc_person(world, "eva", "ops", account=True, capabilities=CAPABILITIES[2]))
        self.web = WebIrcClient(world)
        irc_person(world, "web", "ops", client=self.web, capabilities=CAPABILITIES[2])

    def seen(self, after: str) -> Iterator[tuple[str, set[str]]]:
        """Yield what is undocumented of that which each was sent."""
        yield f"nc after {after!r}", undocumented(self.nc.bytes_seen())
        yield f"eve after {after!r}", undocumented(self.eve.bytes_seen())
        for number, client in enumerate(self.irc):
            yield f"irc {number} after {after!r}", undocumented(sent(client), b"\r\n")
        lines = "".join(f"{line}\r\n" for line in self.web.seen()).encode()
        yield f"web after {after!r}", undocumented(without_actions(lines), b"\r\n")


def sent(client: IrcClient) -> bytes:
    """Return the bytes that a client was sent, without the delimiters of actions."""
    return without_actions(client.bytes_seen())


def without_actions(data: bytes) -> bytes:
    """Return lines without the delimiters of actions."""
    return data.replace(b" :\x01ACTION ", b" :").replace(b"\x01\r\n", b"\r\n")


def from_lines(hostile: str) -> Iterator[str]:
    for line in ("{}", "/me {}", "/topic {}", "/away {}", "/mute irc0 {}", "/kick irc0 {}"):
        yield line.format(hostile)
    for name in ("irc0", "irc2", "eva"):
        yield f"/msg {name} {hostile}"
        yield f"/msg {name} /me {hostile}"
    yield f"/nick x{hostile}"


def from_irc(hostile: str) -> Iterator[str]:
    words = hostile.replace(" ", "_")
    for text in (hostile, hostile.translate(dict.fromkeys(b"\r\n\0"))):
        for command in (*TABLE, f"X{words}"):
            if command in ENDING:
                continue
            yield f"{command} {text}"
            for target in ("#ops", "irc1", "eva", f"#{words}"):
                yield f"{command} {target} :{text}"
        yield f"@label={words} PING x"
        yield f"@+typing={words} TAGMSG #ops"
        yield f"PRIVMSG #ops :\x01ACTION {text}\x01"
        yield f"PRIVMSG eva :\x01ACTION {text}\x01"
        yield f"BATCH +1 {MULTILINE} #ops"
        yield f"@batch=1 PRIVMSG #ops :{text}"
        yield f"@batch=1;{MULTILINE}-concat PRIVMSG #ops :{text}"
        yield "BATCH -1"
        yield f"CHATHISTORY LATEST #ops * {words}"


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_nothing_undocumented_arrives_of_lines(hostile: str) -> None:
    doors = Doors()
    for line in from_lines(hostile):
        doors.eve.type(line)
        for path, unsafe in doors.seen(line):
            assert unsafe == set(), path


@pytest.mark.parametrize("through_web", [False, True], ids=["tcp", "websocket"])
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_nothing_undocumented_arrives_of_irc(hostile: str, through_web: bool) -> None:
    with logged() as log:
        doors = Doors()
        speaker = doors.web if through_web else doors.irc[2]
        for line in from_irc(hostile):
            speaker.send(line, "JOIN #ops")
            for path, unsafe in doors.seen(line):
                assert unsafe == set(), path
    assert not [line for line in log if any(map(is_unsafe, line.rstrip("\n")))]


def test_every_pair_of_bytes_reaches_others_as_documented(unmeasured: None) -> None:
    world = World()
    nc, speaker = world.person("ana"), irc_person(world, "eve", "ops")
    listener = irc_person(world, "luis", "ops", capabilities=CAPABILITIES[2])
    nc.type("/join ops")
    heard: list[bytes] = []
    for lines in every_pair_of_bytes():
        said = lines.removesuffix(b"\n").split(b"\n")
        speaker.send(b"\n".join(b"PRIVMSG #ops :" + line for line in said))
        speaker.bytes_seen()
        heard.append(sent(listener))
        assert undocumented(nc.bytes_seen()) == set()
    data = b"".join(heard)
    assert undocumented(data, b"\r\n") == set()
    assert data.count(b"\n") > 16_000
