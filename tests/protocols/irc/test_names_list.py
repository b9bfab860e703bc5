"""NAMES: who is in a channel."""

from __future__ import annotations

import pytest

from chatd.rooms.room import Room
from tests.support.irc_client import IrcClient, irc_person
from tests.support.sentences import EN
from tests.support.world import World


def names(client: IrcClient, channel: str = "#ops") -> list[str]:
    lines = client.ask(f"NAMES {channel}")
    end = EN.sentence("irc_end_of_list")
    assert lines.pop() == f":irc.example 366 {client.handler.session.name} {channel} :{end}"
    assert all(len(line.encode()) <= 510 for line in lines)
    return [word for line in lines for word in line.partition(" :")[2].split(" ")]


class TestNames:
    def test_prefixes_of_roles(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        irc_person(world, "luis", "ops")
        ana.send("MODE #ops +v luis")
        assert names(ana) == ["@ana", "+luis"]

    def test_all_prefixes_and_masks(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.handler.use_capabilities(frozenset({"multi-prefix", "userhost-in-names"}))
        assert names(ana) == ["~@ana!ana@irc.example"]

    def test_guests_of_other_doors_are_there(self, world: World) -> None:
        ana, guest = irc_person(world, "ana", "ops"), world.person()
        guest.type("/join ops")
        assert names(ana) == ["ana", guest.session.name]

    def test_a_person_in_several_sessions_is_named_once(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        other = world.member("ana")
        other.type("/join ops")
        assert names(ana) == ["@ana"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_one_who_may_not_speak_is_not_named_to_others(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.send("MODE #ops +m")
        luis = irc_person(world, "luis", "ops")
        assert names(ana) == ["@ana"]
        assert names(luis) == ["@ana", "luis"]


class TestOthers:
    def test_a_room_that_may_be_read(self, world: World) -> None:
        irc_person(world, "luis", "ops")
        assert names(irc_person(world, "ana")) == ["luis"]

    def test_no_room_and_none_that_may_be_read(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops", account=True)
        luis.send("MODE #ops +i")
        ana = irc_person(world, "ana")
        assert names(ana) == names(ana, "#none") == names(ana, "ops") == []
        assert " 353 luis @ #ops :" in luis.ask("NAMES #ops")[0]

    def test_none_is_named(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        (line,) = ana.ask("NAMES")
        assert line.startswith(":irc.example 366 ana * :")


class TestLongLists:
    @pytest.mark.one_process("the test stalls a transport, of which another process has its own")
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_names_of_four_bytes_fill_lines(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        fill(world.room("ops"), 300)
        assert len(names(ana)) == 301

    @pytest.mark.one_process("the test stalls a transport, of which another process has its own")
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_slice_is_made_when_the_one_before_was_taken(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        fill(world.room("ops"), 2000)
        ana.transport.producer.pauseProducing()
        ana.send("NAMES #ops")
        ana.transport.producer.resumeProducing()
        assert sum(len(line.partition(" :")[2].split(" ")) for line in ana.seen()[:-1]) == 2001


def fill(room: Room, people: int) -> None:
    for number in range(people):
        room.here.enter(f"𐐨{number}".ljust(32, "𐐨"), False, 1000 + number)
