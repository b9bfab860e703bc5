"""People as IRC clients ask for them."""

from __future__ import annotations

import pytest

from tests.support.irc_client import irc_person
from tests.support.sentences import EN
from tests.support.world import World

END = EN.sentence("irc_end_of_list")


class TestWho:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_channel(self, world: World) -> None:
        irc_person(world, "ana", "ops")
        luis = irc_person(world, "luis", "ops")
        assert luis.ask("WHO #ops") == [
            ":irc.example 352 luis #ops u irc.example irc.example ana H :0 Real Name",
            ":irc.example 352 luis #ops u irc.example irc.example luis H :0 Real Name",
            f":irc.example 315 luis #ops :{END}",
        ]

    def test_a_person_of_another_door(self, world: World) -> None:
        world.person("luis").type("/join ops")
        ana = irc_person(world, "ana", "ops")
        for mask in ("LU*", "LUIS"):
            assert ana.ask(f"WHO {mask}")[0] == (
                ":irc.example 352 ana * luis irc.example irc.example luis H :0 luis"
            )

    def test_a_mask_is_of_people_in_the_same_rooms(self, world: World) -> None:
        luis, ana = irc_person(world, "luis", "dev"), irc_person(world, "ana", "ops")
        assert [line.split(" ")[7] for line in ana.ask("WHO *")[:-1]] == ["ana"]
        assert [line.split(" ")[7] for line in ana.ask("WHO luis")[:-1]] == ["luis"]
        luis.send("JOIN #ops")
        assert [line.split(" ")[7] for line in ana.ask("WHO *")[:-1]] == ["ana", "luis"]

    @pytest.mark.one_node("a node knows of its own members alone that they may not speak")
    def test_one_who_may_not_speak_is_not_shown(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.send("MODE #ops +m")
        luis = irc_person(world, "luis", "ops")
        assert [line.split(" ")[7] for line in ana.ask("WHO #ops")[:-1]] == ["ana"]
        assert [line.split(" ")[7] for line in luis.ask("WHO #ops")[:-1]] == ["ana", "luis"]

    def test_a_private_room(self, world: World) -> None:
        owner = world.member("eva")
        owner.type("/create den private")
        ana = irc_person(world, "ana")
        assert ana.ask("WHO #den") == [f":irc.example 315 ana #den :{END}"]

    def test_chosen_fields(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("WHO ana %tnar,7")[0] == ":irc.example 354 ana 7 ana 0 :Real Name"


class TestWhois:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_person(self, world: World) -> None:
        irc_person(world, "luis", "ops", account=True)
        ana = irc_person(world, "ana", "ops")
        assert ana.ask("WHOIS luis") == [
            ":irc.example 311 ana luis u irc.example * :Real Name",
            ":irc.example 319 ana luis :@#ops",
            ":irc.example 312 ana luis irc.example :chatd",
            f":irc.example 330 ana luis luis :{EN.sentence('irc_logged_in_as')}",
            f":irc.example 318 ana luis :{END}",
        ]

    def test_channels_that_both_are_in(self, world: World) -> None:
        irc_person(world, "luis", "ops", "dev")
        ana = irc_person(world, "ana", "dev")
        assert ":irc.example 319 ana luis :#dev" in ana.ask("WHOIS luis")
        eva = irc_person(world, "eva")
        assert not [line for line in eva.ask("WHOIS luis") if " 319 " in line]

    def test_nobody(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert [line.split(" ")[1] for line in ana.ask("WHOIS eva")] == ["401", "318"]

    def test_ison_and_userhost(self, world: World) -> None:
        ana = irc_person(world, "ana")
        world.person("luis")
        assert ana.ask("ISON luis eva ANA") == [":irc.example 303 ana :luis ana"]
        assert ana.ask("USERHOST ana eva") == [":irc.example 302 ana :ana=+u@irc.example"]


class TestAway:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_it_is_told_and_shown(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops", capabilities="away-notify")
        ana = irc_person(world, "ana", "ops")
        luis.seen()
        assert ana.ask("AWAY :out") == [f":irc.example 306 ana :{EN.sentence('irc_away')}"]
        assert luis.ask("WHO ana")[0].endswith(" ana G :0 Real Name")
        assert ana.ask("AWAY") == [f":irc.example 305 ana :{EN.sentence('irc_back')}"]


class TestStaying:
    def test_a_person_without_a_client_is_away(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        eva = world.member("eva", stay=True)
        eva.type("/join ops")
        ana.seen()
        eva.hang_up()
        world.settle()
        text = EN.sentence("absent")
        assert ana.ask("NAMES #ops")[0].endswith("#ops :ana eva")
        assert ana.seen() == []
        assert ana.ask("WHO #ops")[1].endswith(" eva G :0 eva")
        assert f":irc.example 301 ana eva :{text}" in ana.ask("WHOIS eva")
        assert ana.ask("ISON eva") == [":irc.example 303 ana :"]
        world.member("eva").type("/join ops")
        assert ana.seen() == []

    def test_a_second_client_is_no_second_person(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        one, other = (world.member("eva") for _ in range(2))
        one.type("/join ops")
        assert [line.split()[1] for line in ana.seen()] == ["JOIN"]
        other.type("/join ops")
        one.hang_up()
        assert ana.seen() == []
