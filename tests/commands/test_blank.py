"""Texts that show nothing, in every place where a text is shown: they are none."""

from __future__ import annotations

import pytest

from tests.support.hostile import UNSEEN
from tests.support.world import World

BLANKS = [*UNSEEN, f"{UNSEEN[4]} \t{UNSEEN[0]}", UNSEEN]

SAID = {
    "a line": "{}",
    "an action": "/me {}",
    "an action, in Spanish": "/yo {}",
    "a private line": "/msg luis {}",
    "a line in a room": "/msg #lobby {}",
    "a topic": "/topic {}",
    "a topic of a room": "/topic #lobby {}",
}
"""Commands that show others a text: a blank one is refused, or answered as none."""

REASONS = {
    "to be away": "/away {}",
    "a kick": "/kick luis {}",
    "a mute": "/mute luis 1h {}",
    "a ban": "/ban luis 1h {}",
    "a ban of a room": "/ban #ops luis {}",
}
"""Commands with an optional reason."""


class ThreeInTheLobby:
    """Ana, who is an administrator, Luis and Eva, in the lobby."""

    def __init__(self) -> None:
        self.world = World()
        self.ana = self.world.member("ana", admin=True)
        self.luis = self.world.member("luis")
        self.eva = self.world.member("eva")
        self.ana.type("/join ops", "/join lobby", "/topic before")
        self.world.settle()
        for person in self.ana, self.luis, self.eva:
            person.seen()

    def after(self, line: str) -> list[list[str]]:
        """Return the lines that each person is sent once ana has typed a line."""
        self.ana.type(line)
        self.world.settle()
        return [person.seen() for person in (self.ana, self.luis, self.eva)]


@pytest.mark.parametrize("case", [*SAID, *REASONS])
@pytest.mark.parametrize("blank", BLANKS)
def test_a_text_that_shows_nothing_is_as_none(case: str, blank: str) -> None:
    line = {**SAID, **REASONS}[case]
    without, with_blank = ThreeInTheLobby(), ThreeInTheLobby()
    assert with_blank.after(line.format(blank)) == without.after(line.format("").rstrip())
    assert with_blank.world.server.lobby.topic == "before"


def test_on_a_bare_port_it_is_refused() -> None:
    world = World()
    reader, program = world.person(), world.program()
    reader.seen()
    for blank in BLANKS:
        program.type(blank)
        assert program.bytes_seen() == b"ERR Invalid message\n"
    assert reader.seen() == []


@pytest.mark.parametrize("blank", ["", " \t", *BLANKS])
@pytest.mark.parametrize("foreign", [b"caf\xe9", b"GET / HTTP/1.1", b"\x16\x03\x01\x02"])
def test_the_first_line_is_the_first_that_shows_something(blank: str, foreign: bytes) -> None:
    world = World()
    luis = world.person("luis")
    stranger = world.person()
    stranger.type(blank, foreign, "hello")
    assert stranger.closed
    assert not any("hello" in line for line in luis.seen())
