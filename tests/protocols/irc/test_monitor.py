"""MONITOR: who is told of which names."""

from __future__ import annotations

import pytest

from chatd.chat.name_watches import WATCHED
from tests.support.irc_client import irc_person
from tests.support.sentences import EN
from tests.support.world import World

END = f":irc.example 733 ana :{EN.sentence('irc_end_of_list')}"


class TestMonitor:
    def test_a_name_comes_and_goes(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("MONITOR + luis") == [":irc.example 731 ana :luis"]
        luis = world.person("luis")
        assert ana.seen() == [":irc.example 730 ana :luis!luis@irc.example"]
        luis.hang_up()
        assert ana.seen() == [":irc.example 731 ana :luis"]

    def test_a_name_that_is_here(self, world: World) -> None:
        world.person("luis")
        ana = irc_person(world, "ana")
        assert ana.ask("MONITOR + LUIS,eva") == [
            ":irc.example 730 ana :luis!luis@irc.example",
            ":irc.example 731 ana :eva",
        ]

    def test_the_second_session_of_a_name_is_not_told(self, world: World) -> None:
        world.member("luis")
        ana = irc_person(world, "ana")
        ana.send("MONITOR + luis")
        ana.seen()
        world.member("luis").hang_up()
        assert ana.seen() == []

    def test_lists(self, world: World) -> None:
        ana = irc_person(world, "ana")
        ana.send("MONITOR + luis,eva", "MONITOR - luis")
        assert ana.ask("MONITOR L") == [":irc.example 732 ana :eva", END]
        assert ana.ask("MONITOR S") == [":irc.example 731 ana :eva"]
        assert ana.ask("MONITOR C", "MONITOR L") == [END]

    def test_too_many(self, world: World) -> None:
        ana = irc_person(world, "ana")
        for number in range(WATCHED):
            ana.send(f"MONITOR + n{number}")
        ana.seen()
        assert ana.ask("MONITOR + luis,eva")[0].startswith(
            f":irc.example 734 ana {WATCHED} luis,eva"
        )

    @pytest.mark.parametrize("line", ["MONITOR x", "MONITOR + *!a@b"])
    def test_what_is_wrong(self, world: World, line: str) -> None:
        (told,) = irc_person(world, "ana").ask(line)
        assert told.split(" ")[1] in ("NOTICE", "432")


class TestExtendedMonitor:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_away_of_one_who_is_in_no_room_of_the_client(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities="extended-monitor away-notify")
        luis = irc_person(world, "luis")
        ana.send("MONITOR + luis")
        ana.seen()
        luis.send("AWAY :out")
        assert ana.seen() == [":luis!luis@irc.example AWAY :out"]

    def test_a_room_tells_it_once(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities="extended-monitor away-notify")
        luis = irc_person(world, "luis", "ops")
        ana.send("MONITOR + luis")
        ana.seen()
        luis.send("AWAY :out")
        assert ana.seen() == [":luis!luis@irc.example AWAY :out"]


class TestWhowas:
    def test_the_last_one_first(self, world: World) -> None:
        ana = irc_person(world, "ana")
        for _ in range(2):
            irc_person(world, "luis").hang_up()
        codes = [line.split(" ")[1] for line in ana.ask("WHOWAS luis")]
        assert codes == ["314", "312", "314", "312", "369"]
        assert [line.split(" ")[1] for line in ana.ask("WHOWAS luis 1")] == ["314", "312", "369"]

    def test_a_name_that_was_not_here(self, world: World) -> None:
        lines = irc_person(world, "ana").ask("WHOWAS eva")
        assert [line.split(" ")[1] for line in lines] == ["406", "369"]
