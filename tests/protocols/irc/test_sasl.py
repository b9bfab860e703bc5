"""Logging in by SASL."""

from __future__ import annotations

from base64 import b64encode

import pytest

from chatd.chat.actions.costs import PASSWORD_COST
from chatd.protocols.irc.handler import REGISTRATION_SECONDS, IrcHandler
from chatd.protocols.irc.sasl import PART, PARTS
from tests.support.irc_client import IrcClient, irc_client, irc_person, plain
from tests.support.sentences import EN
from tests.support.world import FAR, PASSWORD, World

OK = EN.sentence("irc_sasl_succeeded")
IN = EN.sentence("irc_logged_in", name="ana")
NO_ANSWER = EN.sentence("irc_sasl_failed")


@pytest.fixture
def client(world: World) -> IrcClient:
    """Return a client that begins to log in, to the account of ana say."""
    world.register("ana")
    client = irc_client(world)
    client.send("CAP LS 302", "CAP REQ :sasl")
    assert client.ask("AUTHENTICATE plain") == ["AUTHENTICATE +"]
    return client


class TestBeforeRegistration:
    def test_the_name_is_that_of_the_account(self, client: IrcClient) -> None:
        assert client.ask(*plain("ana")) == [
            f":irc.example 900 * *!*@irc.example ana :{IN}",
            f":irc.example 903 * :{OK}",
        ]
        first, *_ = client.ask("NICK eva", "USER u 0 * :Real Name", "CAP END")
        assert first.startswith(":irc.example 001 ana :")
        assert client.handler.session.account == "ana"
        assert client.handler.session.name == "ana"

    def test_missed_lines_come_after_the_welcome(self, world: World, client: IrcClient) -> None:
        world.person("luis").type("/msg ana hola")
        client.ask(*plain("ana"))
        codes = [line.split()[1] for line in client.ask("NICK ana", "USER u 0 * :R", "CAP END")]
        assert codes[:4] == ["001", "002", "003", "004"]
        assert codes[-3:] == ["422", "NOTICE", "PRIVMSG"]

    def test_nobody_has_the_name_until_then(self, world: World, client: IrcClient) -> None:
        client.ask(*plain("ana"))
        assert not client.server.names.of("ana")
        client.hang_up()
        assert not client.server.names.of("ana")

    def test_a_proof_that_is_not_valid_any_more(self, world: World, client: IrcClient) -> None:
        client.ask(*plain("ana"))
        world.ask_operator("remove", name="ana")
        lines = client.ask("NICK eva", "USER u 0 * :R", "CAP END")
        assert [line.split()[1] for line in lines[:2]] == ["901", "001"]
        assert client.handler.session.account is None

    def test_the_deadline_counts(self, world: World, client: IrcClient) -> None:
        world.clock.advance(REGISTRATION_SECONDS + 1)
        client.factory.check()
        assert client.seen()[-1].startswith("ERROR :")

    def test_the_end_of_registration_ends_it(self, client: IrcClient) -> None:
        lines = client.ask("NICK eva", "USER u 0 * :R", "CAP END")
        assert lines[0] == f":irc.example 906 * :{EN.sentence('irc_sasl_aborted')}"
        assert lines[1].startswith(":irc.example 001 eva :")

    def test_other_commands_do_not(self, client: IrcClient) -> None:
        client.send("NICK eva", "USER u 0 * :R")
        assert client.ask(*plain("ana"))[0].split()[1] == "900"

    def test_the_capability_is_not_needed(self, world: World, client: IrcClient) -> None:
        other = irc_client(world)
        assert other.ask("AUTHENTICATE PLAIN") == ["AUTHENTICATE +"]
        assert other.ask(*plain("ana"))[-1].split()[1] == "903"


class TestAfterRegistration:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_the_client_is_renamed(self, world: World) -> None:
        world.register("ana")
        eva, luis = irc_person(world, "eva", "ops"), irc_person(world, "luis", "ops")
        eva.ask("AUTHENTICATE PLAIN")
        luis.seen()
        assert eva.ask(*plain("ana")) == [
            f":irc.example 900 eva eva!eva@irc.example ana :{IN}",
            f":irc.example 903 eva :{OK}",
            ":eva!eva@irc.example NICK ana",
        ]
        assert luis.seen()[0] == ":eva!eva@irc.example NICK ana"
        assert eva.handler.session.account == "ana"

    def test_once_more(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        ana.ask("AUTHENTICATE PLAIN")
        assert ana.ask(*plain("ana"))[0].split()[1] == "907"


class TestRefusals:
    @pytest.mark.parametrize(
        "answer",
        ["!!!", "====", b64encode(b"\xff\0ana\0x").decode(), b64encode(b"ana").decode(), "é"],
    )
    def test_what_is_no_answer(self, client: IrcClient, answer: str) -> None:
        assert client.ask(f"AUTHENTICATE {answer}") == [f":irc.example 904 * :{NO_ANSWER}"]
        assert client.ask("AUTHENTICATE PLAIN") == ["AUTHENTICATE +"]
        assert client.ask(*plain("ana"))[-1].split()[1] == "903"

    def test_an_empty_answer(self, client: IrcClient) -> None:
        assert client.ask("AUTHENTICATE +") == [f":irc.example 904 * :{NO_ANSWER}"]

    @pytest.mark.parametrize(
        ("name", "password", "identity"),
        [("", "x", ""), ("ana", "", ""), ("ana", PASSWORD, "luis"), ("ana", f"{PASSWORD}\0", "")],
    )
    def test_parts_that_are_missing_or_too_many(
        self, client: IrcClient, name: str, password: str, identity: str
    ) -> None:
        assert client.ask(*plain(name, password, identity))[0].split()[1] == "904"

    def test_a_wrong_password(self, client: IrcClient) -> None:
        text = EN.sentence("wrong_password", name="ana")
        assert client.ask(*plain("ana", "wrong one")) == [f":irc.example 904 * :{text}"]

    def test_tries_are_counted(self, world: World, client: IrcClient) -> None:
        client.ask(*plain("ana", "wrong one"))
        world.person("luis").type("/login ana wrong-one")
        client.ask("AUTHENTICATE PLAIN")
        for _ in range(20):
            client.send("AUTHENTICATE PLAIN", *plain("ana", "wrong one"))
        assert "wait" in client.seen()[-1]

    def test_an_unknown_mechanism_is_no_try(self, world: World, client: IrcClient) -> None:
        other = irc_client(world)
        mechanisms = EN.sentence("irc_sasl_mechanisms")
        for _ in range(30):
            assert other.ask("AUTHENTICATE SCRAM-SHA-256") == [
                f":irc.example 908 * PLAIN :{mechanisms}",
                f":irc.example 904 * :{NO_ANSWER}",
            ]
        assert client.ask(*plain("ana"))[-1].split()[1] == "903"

    def test_no_password_over_an_open_line(self, world: World) -> None:
        text = EN.sentence("no_password_in_clear")
        client = irc_client(world, FAR)
        assert client.ask("AUTHENTICATE PLAIN") == [f":irc.example 904 * :{text}"]

    def test_none_where_no_password_can_be_checked(self) -> None:
        client = irc_client(World(passwords=None))
        assert client.ask("AUTHENTICATE PLAIN")[0].split()[1] == "904"

    def test_the_client_ends_it(self, client: IrcClient) -> None:
        text = EN.sentence("irc_sasl_aborted")
        assert client.ask("AUTHENTICATE *") == [f":irc.example 906 * :{text}"]
        assert client.ask("AUTHENTICATE PLAIN") == ["AUTHENTICATE +"]


class TestParts:
    @pytest.mark.parametrize("length", [290, 291, 292, 591, 1000])
    def test_long_passwords_come_in_parts(self, client: IrcClient, length: int) -> None:
        (line,) = client.ask(*plain("ana", "x" * length))
        assert line.endswith(EN.sentence("wrong_password", name="ana"))

    def test_a_part_that_is_too_long(self, client: IrcClient) -> None:
        text = EN.sentence("irc_sasl_too_long")
        assert client.ask(f"AUTHENTICATE {'A' * (PART + 1)}") == [f":irc.example 905 * :{text}"]

    def test_parts_without_an_end(self, client: IrcClient) -> None:
        part = f"AUTHENTICATE {'A' * PART}"
        assert client.ask(*[part] * PARTS) == []
        text = EN.sentence("irc_sasl_too_long")
        assert client.ask(part) == [f":irc.example 904 * :{text}"]
        assert client.handler.client.sasl is None


def test_each_answer_costs_as_much_as_a_password(
    client: IrcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    charged: list[float] = []
    monkeypatch.setattr(IrcHandler, "charge", lambda handler, lines: charged.append(lines))
    client.ask(*plain("ana", "wrong one"))
    assert charged == [PASSWORD_COST]
