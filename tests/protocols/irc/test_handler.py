"""The handler of IRC clients: which lines are messages, and what becomes of each."""

from __future__ import annotations

import pytest

from tests.support.irc_client import irc_client, irc_person
from tests.support.sentences import EN
from tests.support.world import World


class TestTalking:
    def test_rooms_are_shared_with_chat_lines(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops"), world.person("luis")
        luis.type("/join ops")
        ana.send("PRIVMSG #ops :hola")
        luis.seen()
        ana.send("PRIVMSG #ops :hola")
        assert luis.seen() == ["<ana> hola"]
        ana.seen()
        luis.type("buenas")
        assert ana.seen() == [":luis!luis@irc.example PRIVMSG #ops :buenas"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_ping_is_answered_after_lines_are_stored(self) -> None:
        world = World()
        ana = irc_person(world, "ana", "ops")
        world.store.holds = True
        assert ana.ask("PRIVMSG #ops :hola", "PING x") == []
        world.release()
        assert ana.seen() == [":irc.example PONG irc.example :x"]


class TestRefusals:
    def test_commands_before_registration(self, world: World) -> None:
        text = EN.sentence("irc_not_registered")
        assert irc_client(world).ask("JOIN #ops") == [f":irc.example 451 * :{text}"]

    def test_what_is_not_utf8(self, world: World) -> None:
        text = EN.sentence("irc_not_utf8")
        ana = irc_person(world, "ana")
        assert ana.ask(b"PRIVMSG ana :\xff") == [f":irc.example FAIL * INVALID_UTF8 :{text}"]

    def test_an_error_without_a_numeric(self, world: World) -> None:
        text = EN.sentence("irc_control")
        assert irc_person(world, "ana").ask(b"PING \0") == [f":irc.example NOTICE ana :{text}"]
        eva = irc_person(world, "eva", capabilities="standard-replies")
        assert eva.ask(b"PING \0") == [f":irc.example FAIL * INVALID_MESSAGE :{text}"]

    def test_an_unknown_command(self, world: World) -> None:
        text = EN.sentence("irc_unknown_command")
        ana = irc_person(world, "ana")
        assert ana.ask("XYZ") == [f":irc.example 421 ana XYZ :{text}"]
