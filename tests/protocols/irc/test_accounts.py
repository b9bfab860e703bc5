"""Registering the nickname as an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.chat.actions.costs import PASSWORD_COST
from chatd.protocols.irc import capabilities as offered
from chatd.protocols.irc.capabilities import Capability
from chatd.protocols.irc.handler import IrcHandler
from tests.support.irc_client import irc_client, irc_person
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import FAR, PASSWORD, World

DONE = [
    f":irc.example REGISTER SUCCESS ana :{EN.sentence('irc_registered', name='ana')}",
    f":irc.example 900 ana ana!ana@irc.example ana :{EN.sentence('irc_logged_in', name='ana')}",
]


def failed(code: str, account: str, key: str, **values: object) -> list[str]:
    """Return the refusal to register an account."""
    return [f":irc.example FAIL REGISTER {code} {account} :{EN.sentence(key, **values)}"]


class TestRegister:
    @pytest.mark.parametrize("account", ["*", "ana", "Ana"])
    def test_the_nickname_is_an_account(self, world: World, account: str) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask(f"REGISTER {account} * :{PASSWORD}") == DONE
        assert ana.handler.session.account == "ana"

    def test_before_registration(self, world: World) -> None:
        client = irc_client(world)
        success, in_ = client.ask("NICK ana", f"REGISTER * * :{PASSWORD}")
        assert success == DONE[0]
        assert in_.startswith(":irc.example 900 * *!*@irc.example ana :")
        assert client.ask("NICK eva", "USER u 0 * :R")[0].startswith(":irc.example 001 ana :")
        assert client.handler.session.account == "ana"

    def test_no_address_is_kept(self, world: World) -> None:
        text = EN.sentence("irc_registered_without_email", name="ana")
        ana = irc_person(world, "ana")
        first, _ = ana.ask(f"REGISTER * ana@example.org :{PASSWORD}")
        assert first == f":irc.example REGISTER SUCCESS ana :{text}"

    def test_others_are_told_nothing(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops"), irc_person(world, "luis", "ops")
        ana.send(f"REGISTER * * :{PASSWORD}")
        assert luis.seen() == []

    def test_it_costs_as_much_as_a_password(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ana, charged = irc_person(world, "ana"), list[float]()
        monkeypatch.setattr(IrcHandler, "charge", lambda handler, lines: charged.append(lines))
        ana.send(f"REGISTER * * :{PASSWORD}")
        assert charged == [PASSWORD_COST]


class TestRefusals:
    def test_before_a_nickname(self, world: World) -> None:
        refused = failed("NEED_NICK", "*", "irc_no_nickname")
        assert irc_client(world).ask(f"REGISTER * * :{PASSWORD}") == refused

    def test_another_name(self, world: World) -> None:
        refused = failed("ACCOUNT_NAME_MUST_BE_NICK", "luis", "irc_account_is_nickname")
        assert irc_person(world, "ana").ask(f"REGISTER luis * :{PASSWORD}") == refused

    def test_a_short_password(self, world: World) -> None:
        (refused,) = irc_person(world, "ana").ask("REGISTER * * short")
        assert refused.startswith(":irc.example FAIL REGISTER UNACCEPTABLE_PASSWORD ana :")
        assert "short" not in refused.partition(" ana :")[2].split()

    def test_once_more(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        refused = failed("ALREADY_AUTHENTICATED", "ana", "yours_already_irc", name="ana")
        assert ana.ask(f"REGISTER * * :{PASSWORD}") == refused

    @pytest.mark.parametrize("take", [World.person, World.member])
    def test_the_name_of_somebody_else(
        self, world: World, take: Callable[[World, str], object]
    ) -> None:
        take(world, "ana")
        (refused,) = irc_client(world).ask("NICK ana", f"REGISTER * * :{PASSWORD}")
        assert refused.startswith(":irc.example FAIL REGISTER ACCOUNT_EXISTS ana :")

    def test_over_an_open_line(self, world: World) -> None:
        client = irc_client(world, FAR)
        client.send("NICK ana", "USER u 0 * :R")
        refused = failed("DISALLOWED", "ana", "password_in_clear")
        assert client.ask(f"REGISTER * * :{PASSWORD}")[-1:] == refused

    def test_a_store_that_fails(self, expected_errors: Expect) -> None:
        world = World(nodes=1)
        ana = irc_person(world, "ana")
        world.store.holds = True
        ana.send(f"REGISTER * * :{PASSWORD}")
        world.fail()
        expected_errors()
        (refused,) = ana.seen()
        assert refused.startswith(":irc.example FAIL REGISTER TEMPORARILY_UNAVAILABLE ana :")

    def test_nothing_has_to_be_verified(self, world: World) -> None:
        text = EN.sentence("irc_nothing_to_verify")
        ana = irc_person(world, "ana")
        assert ana.ask("VERIFY ana 1234") == [f":irc.example FAIL VERIFY INVALID_CODE ana :{text}"]


class TestNotices:
    """Others in the rooms of a person are told of an account, if they ask for it."""

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_of_logins(self, world: World) -> None:
        world.register("ana")
        eva = irc_person(world, "eva", "ops")
        luis = irc_person(world, "luis", "ops", capabilities="account-notify")
        rosa = irc_person(world, "rosa", "ops")
        eva.seen()
        eva.send(f"NS IDENTIFY ana {PASSWORD}")
        assert luis.seen()[-2:] == [
            ":eva!eva@irc.example NICK ana",
            ":ana!ana@irc.example ACCOUNT ana",
        ]
        assert rosa.seen()[-1] == ":eva!eva@irc.example NICK ana"
        assert not [line for line in eva.seen() if " ACCOUNT " in line]
        eva.send("NS LOGOUT")
        name = eva.handler.session.name
        assert luis.seen() == [
            ":ana!ana@irc.example ACCOUNT *",
            f":ana!ana@irc.example NICK {name}",
        ]

    def test_of_registrations(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        luis = irc_person(world, "luis", "ops", capabilities="account-notify")
        ana.send(f"REGISTER * * :{PASSWORD}")
        assert luis.seen() == [":ana!ana@irc.example ACCOUNT ana"]

    def test_of_those_at_other_doors(self, world: World) -> None:
        ana = world.person("ana")
        ana.type("/join ops")
        luis = irc_person(world, "luis", "ops", capabilities="account-notify")
        ana.type(f"/register {PASSWORD}")
        assert luis.seen() == [":ana!ana@irc.example ACCOUNT ana"]

    def test_not_while_another_client_of_the_account_is_there(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        irc_person(world, "ana", "ops", account=True)
        luis = irc_person(world, "luis", "ops", capabilities="account-notify")
        ana.send("NS LOGOUT")
        assert not [line for line in luis.seen() if " ACCOUNT " in line]

    def test_not_of_those_who_may_not_speak_there(self, world: World) -> None:
        world.register("ana")
        owner = irc_person(world, "owner", "ops", account=True, capabilities="account-notify")
        owner.send("MODE #ops +m")
        eva = irc_person(world, "eva", "ops")
        owner.seen()
        eva.send(f"NS IDENTIFY ana {PASSWORD}")
        assert owner.seen() == []

    @pytest.mark.one_node("a node knows the real names of its own clients")
    def test_when_they_come(self, world: World) -> None:
        luis = irc_person(world, "luis", "ops", capabilities="extended-join")
        irc_person(world, "ana", "ops", account=True)
        assert luis.seen() == [":ana!ana@irc.example JOIN #ops ana :Real Name"]
        irc_person(world, "eva", "ops")
        assert luis.seen() == [":eva!eva@irc.example JOIN #ops * :Real Name"]
        other = irc_person(world, "eva2", capabilities="extended-join")
        assert other.ask("JOIN #ops")[0] == ":eva2!eva2@irc.example JOIN #ops * :Real Name"


class TestTags:
    """The account of an author, with lines that are stored nowhere."""

    def test_private_lines_and_invitations(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        luis = irc_person(world, "luis", capabilities="account-tag server-time")
        ana.send("PRIVMSG luis :hola", "INVITE luis #ops")
        line, *_, invitation = luis.seen()
        assert line.startswith("@time=1970-01-01T00:00:00.000Z;account=ana :ana!ana@")
        assert invitation.startswith("@time=1970-01-01T00:00:00.000Z;account=ana :ana!ana@")
        assert " INVITE luis #ops" in invitation


class TestMissed:
    """A client that asks for the past is not sent what it missed."""

    @pytest.mark.parametrize(("wanted", "sent"), [("server-time", 1), ("draft/chathistory", 0)])
    def test_it_asks_itself(
        self, world: World, wanted: str, sent: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            offered, "CAPABILITIES", {**offered.CAPABILITIES, "draft/chathistory": Capability()}
        )
        world.register("ana")
        world.person("luis").type("/msg ana hola")
        eva = irc_person(world, "eva", capabilities=wanted)
        lines = eva.ask(f"NS IDENTIFY ana {PASSWORD}")
        assert len([line for line in lines if " PRIVMSG " in line]) == sent
