"""Registration: who a client is, before all else."""

from __future__ import annotations

import pytest

from chatd.protocols.irc.handler import REGISTRATION_SECONDS
from tests.support.irc_client import irc_client, irc_person, plain
from tests.support.sentences import EN
from tests.support.world import FAR, PASSWORD, World

WRONG = EN.sentence("wrong_password", name="ana")


class TestPassword:
    """Many clients have one field for a password, which they send by PASS."""

    @pytest.fixture(autouse=True)
    def ana(self, world: World) -> None:
        world.register("ana")

    @pytest.mark.parametrize("password", [f"ana:{PASSWORD}", PASSWORD])
    def test_the_account_is_that_of_the_nickname(self, world: World, password: str) -> None:
        client = irc_client(world)
        in_, first, *_ = client.ask(f"PASS :{password}", "NICK ana", "USER u 0 * :R")
        assert in_.startswith(":irc.example 900 * *!*@irc.example ana :")
        assert first.startswith(":irc.example 001 ana :")
        assert client.handler.session.account == "ana"

    def test_or_the_one_that_is_named(self, world: World) -> None:
        client = irc_client(world)
        client.send(f"PASS :ana:{PASSWORD}", "NICK eva", "USER u 0 * :R")
        assert client.handler.session.name == "ana"

    def test_it_may_have_a_colon(self, world: World) -> None:
        client = irc_client(world)
        refused, _ = client.ask("PASS :cor:rect", "NICK ana", "USER u 0 * :R")
        assert refused == f":irc.example 464 * :{WRONG}"

    @pytest.mark.parametrize("password", ["wrong one", "ana:wrong one", "ana:"])
    def test_a_wrong_one_ends_the_connection(self, world: World, password: str) -> None:
        client = irc_client(world)
        assert client.ask(f"PASS :{password}", "NICK ana", "USER u 0 * :R") == [
            f":irc.example 464 * :{WRONG}",
            f"ERROR :{WRONG}",
        ]
        assert client.closed

    def test_an_account_that_is_none(self, world: World) -> None:
        text = EN.sentence("not_registered_irc", name="luis")
        client = irc_client(world)
        refused, _ = client.ask("PASS luis:secret", "NICK eva", "USER u 0 * :R")
        assert refused == f":irc.example 464 * :{text}"

    def test_that_of_another_server_is_left_aside(self, world: World) -> None:
        client = irc_client(world)
        assert client.ask("PASS hunter2", "NICK eva", "USER u 0 * :R")[0].split()[1] == "001"

    def test_over_an_open_line(self, world: World) -> None:
        text = EN.sentence("password_in_clear")
        client = irc_client(world, FAR)
        refused, _ = client.ask(f"PASS :{PASSWORD}", "NICK ana", "USER u 0 * :R")
        assert refused == f":irc.example 464 * :{text}"

    def test_it_is_used_once(self, world: World) -> None:
        client = irc_client(world)
        client.send(f"PASS :{PASSWORD}", "NICK ana", "USER u 0 * :R")
        assert client.handler.client.password == ""

    def test_after_a_proof_it_is_not_needed(self, world: World) -> None:
        client = irc_client(world)
        client.send("PASS :wrong one", "CAP LS 302", "NICK ana", "USER u 0 * :R")
        client.send("AUTHENTICATE PLAIN", *plain("ana"))
        assert "001" in [line.split()[1] for line in client.ask("CAP END")]


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

    def test_a_name_of_an_account(self, world: World) -> None:
        world.register("ana")
        text = EN.sentence("registered_name_irc", name="ana")
        client = irc_client(world)
        assert client.ask("NICK ana", "USER u 0 * :R") == [f":irc.example 433 * ana :{text}"]
        assert client.ask("NICK ana_")[0].startswith(":irc.example 001 ana_ :")
        assert client.ask("NICK ana") == [f":irc.example 433 ana_ ana :{text}"]

    @pytest.mark.parametrize("line", ["NICK", "NICK :"])
    def test_no_nickname(self, world: World, line: str) -> None:
        text = EN.sentence("irc_no_nickname")
        assert irc_client(world).ask(line) == [f":irc.example 431 * :{text}"]

    @pytest.mark.parametrize("line", ["USER u 0 *", "USER u 0 * :", "USER :"])
    def test_a_user_of_no_name(self, world: World, line: str) -> None:
        text = EN.sentence("irc_needs_parameters")
        assert irc_client(world).ask("NICK ana", line) == [f":irc.example 461 * USER :{text}"]

    @pytest.mark.parametrize("line", ["USER u 0 * :R", "PASS ana:secret"])
    def test_once_more(self, world: World, line: str) -> None:
        text = EN.sentence("irc_registered_already")
        assert irc_person(world, "ana").ask(line) == [f":irc.example 462 ana :{text}"]

    def test_another_spelling_of_the_nickname(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops"), irc_person(world, "luis", "ops")
        ana.seen()
        assert ana.ask("NICK Ana") == [":ana!ana@irc.example NICK Ana"]
        assert luis.seen() == [":ana!ana@irc.example NICK Ana"]
        assert ana.ask("NICK Ana") == []

    def test_another_nickname(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("NICK eva") == [":ana!ana@irc.example NICK eva"]
