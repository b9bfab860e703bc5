"""Rooms as channels."""

from __future__ import annotations

from tests.support.irc_client import irc_person
from tests.support.sentences import EN
from tests.support.world import World


class TestJoin:
    def test_who_is_there(self, world: World) -> None:
        end = EN.sentence("irc_end_of_list")
        ana = irc_person(world, "ana")
        assert ana.ask("JOIN #ops")[0] == ":ana!ana@irc.example JOIN #ops"
        luis = irc_person(world, "luis")
        assert luis.ask("JOIN #ops") == [
            ":luis!luis@irc.example JOIN #ops",
            ":irc.example 353 luis = #ops :ana luis",
            f":irc.example 366 luis #ops :{end}",
        ]
        assert ana.seen()[-1] == ":luis!luis@irc.example JOIN #ops"

    def test_what_is_no_room(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("JOIN &ops")[0].startswith(":irc.example 403 ana &ops :")


class TestPart:
    def test_the_others_are_told(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops"), irc_person(world, "luis", "ops")
        ana.seen()
        assert luis.ask("PART #ops") == [":luis!luis@irc.example PART #ops :"]
        assert ana.seen() == [":luis!luis@irc.example PART #ops :"]
