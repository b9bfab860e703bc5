"""The numeric 005, with the limits of the chat."""

from __future__ import annotations

import pytest

from chatd.formats.irc_lines import LINE_BYTES
from chatd.protocols.irc.talking import TARGETS
from tests.support.irc_client import irc_client, irc_person
from tests.support.world import World


@pytest.mark.parametrize("name", ["ana", "ñ" * 32])
def test_what_is_supported(world: World, name: str) -> None:
    lines = irc_client(world).ask(f"NICK {name}", "USER u 0 * :R")
    supported = [line for line in lines if line.split()[1] == "005"]
    assert all(line.startswith(f":irc.example 005 {name} ") for line in supported)
    assert max(len(line.encode()) for line in supported) <= LINE_BYTES
    tokens = [token for line in supported for token in line.split(" :")[0].split()[3:]]
    for token in (
        "CASEMAPPING=ascii",
        "NETWORK=irc.example",
        "NICKLEN=32",
        "CHANLIMIT=#:50",
        f"TARGMAX=KICK:,NOTICE:{TARGETS},PRIVMSG:{TARGETS}",
        "UTF8ONLY",
    ):
        assert token in tokens


def test_it_comes_with_the_welcome(world: World) -> None:
    lines = irc_client(world).ask("NICK ana", "USER u 0 * :R")
    assert [line.split()[1] for line in lines][:5] == ["001", "002", "003", "004", "005"]


def test_a_line_has_no_more_targets(world: World) -> None:
    people = [irc_person(world, f"person{number}") for number in range(TARGETS + 1)]
    ana = irc_person(world, "ana")
    names = [person.handler.session.name for person in people]
    (refused,) = ana.ask(f"PRIVMSG {','.join(names)} :hola")
    assert refused.startswith(f":irc.example 407 ana {names[-1]} :")
    assert [bool(person.seen()) for person in people] == [True] * TARGETS + [False]
