"""Registration: who a client is, before all else."""

from __future__ import annotations

from chatd.protocols.irc.handler import REGISTRATION_SECONDS
from tests.support.irc_client import irc_client, irc_person
from tests.support.sentences import EN
from tests.support.world import World


class TestRegistration:
    def test_a_nickname_and_a_user(self, world: World) -> None:
        client = irc_client(world)
        assert client.ask("NICK ana") == []
        first, *_ = client.ask("USER u 0 * :Real Name")
        assert first == f":irc.example 001 ana :{EN.sentence('irc_welcome', name='ana')}"

    def test_a_name_in_use(self, world: World) -> None:
        irc_person(world, "ana")
        client = irc_client(world)
        (refused,) = client.ask("NICK ana", "USER u 0 * :Real Name")
        assert refused.startswith(":irc.example 433 * ana :")
        assert client.ask("NICK eva")[0].startswith(":irc.example 001 eva ")

    def test_an_invalid_name(self, world: World) -> None:
        (refused,) = irc_client(world).ask("NICK [ana]")
        assert refused.startswith(":irc.example 432 * [ana] :")

    def test_a_client_that_does_not_register(self, world: World) -> None:
        client = irc_client(world)
        world.clock.advance(REGISTRATION_SECONDS + 1)
        client.factory.check()
        text = EN.sentence("irc_register_late", limit=30)
        assert client.seen() == [f"ERROR :{text}"]

    def test_another_nickname(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("NICK eva") == [":ana!ana@irc.example NICK eva"]
