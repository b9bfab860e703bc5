"""LIST: which channels there are."""

from __future__ import annotations

import pytest

from tests.support.irc_client import IrcClient, irc_person
from tests.support.sentences import EN
from tests.support.world import World


def listed(client: IrcClient, condition: str = "") -> list[str]:
    lines = client.ask(f"LIST {condition}".rstrip())
    assert lines.pop().endswith(f" 323 {client.handler.session.name} :End of the list")
    return [line.split(" ", 3)[3] for line in lines]


class TestList:
    def test_rooms_with_people_and_their_topics(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.send("TOPIC #ops :deploys")
        world.server.rooms.add("empty")
        assert listed(ana) == ["#ops 1 :deploys"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_one_that_is_named(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        world.server.rooms.add("empty")
        assert listed(ana, "#empty,#none") == ["#empty 0 :"]

    def test_private_rooms_for_those_in_them(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis")
        ana.send("MODE #ops +s")
        assert listed(ana) == ["#ops 1 :"]
        assert listed(luis) == listed(luis, "#ops") == []

    def test_a_long_topic_is_cut(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        world.room("ops").topic = "𐐨" * 1000
        (line,) = ana.ask("LIST")[:-1]
        assert len(line.encode()) <= 510


class TestConditions:
    def test_masks(self, world: World) -> None:
        ana = irc_person(world, "ana", "chan1", "chan2")
        assert listed(ana, "*an1") == ["#chan1 1 :"]
        assert listed(ana, "#c*n2") == ["#chan2 1 :"]
        assert listed(ana, "!*AN1") == ["#chan2 1 :"]
        assert listed(ana, "[c]*") == []

    def test_people(self, world: World) -> None:
        ana = irc_person(world, "ana", "chan1", "chan2")
        irc_person(world, "luis", "chan2")
        assert listed(ana, ">1") == ["#chan2 2 :"]
        assert listed(ana, "<2") == ["#chan1 1 :"]
        assert listed(ana, ">0,<3,*2") == ["#chan2 2 :"]

    def test_times(self, world: World) -> None:
        ana = irc_person(world, "ana", "chan1", account=True)
        ana.send("TOPIC #chan1 :x")
        world.wait(600)
        ana.send("JOIN #chan2")
        assert listed(ana, "C>5") == listed(ana, "T>5") == ["#chan1 1 :x"]
        assert listed(ana, "C<5") == ["#chan2 1 :"]
        assert listed(ana, "T<5") == []

    def test_the_end(self, world: World) -> None:
        text = EN.sentence("irc_end_of_list")
        assert irc_person(world, "ana").ask("LIST") == [f":irc.example 323 ana :{text}"]
