"""The server, as IRC clients ask for it."""

from __future__ import annotations

import pytest

from chatd.protocols.irc.table import TABLE
from tests.support.irc_client import irc_client, irc_person
from tests.support.sentences import EN
from tests.support.world import World


def replies(lines: list[str]) -> list[str]:
    """Return the commands of lines."""
    return [line.split(" ")[1] for line in lines]


class TestLusers:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_clients_that_have_not_registered(self) -> None:
        world = World()
        ana = irc_person(world, "ana")
        irc_client(world)
        lines = ana.ask("LUSERS")
        assert lines[0] == f":irc.example 251 ana :{EN.sentence('irc_people', people=1)}"
        assert lines[1] == f":irc.example 253 ana 1 :{EN.sentence('irc_unregistered')}"
        assert replies(lines) == ["251", "253", "254", "255", "265", "266"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_the_most_so_far(self) -> None:
        world = World()
        ana, eva = irc_person(world, "ana"), irc_person(world, "eva")
        eva.hang_up()
        assert ana.ask("LUSERS")[-1].startswith(":irc.example 266 ana 1 2 :")


class TestHelp:
    def test_all_commands(self, world: World) -> None:
        lines = irc_person(world, "ana").ask("HELP")
        assert len(lines) == len(TABLE) + 2
        assert replies(lines)[0] == "704"

    def test_one_command(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("HELP whois")[1] == ":irc.example 705 ana WHOIS :WHOIS [<server>] <nickname>"

    def test_what_is_no_command(self, world: World) -> None:
        assert replies(irc_person(world, "ana").ask("HELP xyz")) == ["524"]


class TestServer:
    def test_the_message_of_the_day(self) -> None:
        ana = irc_person(World(motd="one\ntwo"), "ana")
        assert replies(ana.ask("MOTD")) == ["375", "372", "372", "376"]

    def test_without_a_message_of_the_day(self, world: World) -> None:
        assert replies(irc_person(world, "ana").ask("MOTD")) == ["422"]

    def test_time_version_info_admin_oper(self, world: World) -> None:
        ana = irc_person(world, "ana")
        asked = ana.ask("TIME", "VERSION", "INFO", "ADMIN", "OPER a b")
        expected = ["391", "351", "371", "371", "374", "256", "257", "258", "259", "491"]
        assert replies(asked) == expected
