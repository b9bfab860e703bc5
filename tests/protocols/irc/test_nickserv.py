"""NickServ, to whom clients send what is about their accounts."""

from __future__ import annotations

import pytest
from twisted.logger import eventAsText

from chatd.chat.actions.costs import PASSWORD_COST
from chatd.protocols.irc.handler import IrcHandler
from tests.support.irc_client import IrcClient, irc_person
from tests.support.logs import Expect, logged
from tests.support.sentences import EN
from tests.support.world import FAR, PASSWORD, World

NICKSERV = ":NickServ!NickServ@irc.example NOTICE"
IN = EN.sentence("irc_logged_in", name="ana")


def told(nickname: str, key: str, **values: object) -> list[str]:
    """Return the lines of an answer of NickServ."""
    return [f"{NICKSERV} {nickname} :{line}" for line in EN.sentence(key, **values).split("\n")]


@pytest.fixture
def eva(world: World) -> IrcClient:
    """Return a guest, while there is an account with the name of ana."""
    world.register("ana")
    return irc_person(world, "eva")


class TestIdentify:
    @pytest.mark.parametrize(
        "line",
        [
            f"PRIVMSG NickServ :IDENTIFY ana {PASSWORD}",
            f"PRIVMSG nickserv@services.example :identify ana {PASSWORD}",
            f"NS IDENTIFY ana {PASSWORD}",
            f"NICKSERV :IDENTIFY ana {PASSWORD}",
        ],
    )
    def test_the_client_is_logged_in(self, eva: IrcClient, line: str) -> None:
        assert eva.ask(line) == [
            f":irc.example 900 eva eva!eva@irc.example ana :{IN}",
            ":eva!eva@irc.example NICK ana",
            *told("ana", "irc_logged_in", name="ana"),
        ]
        assert eva.handler.session.account == "ana"

    def test_the_name_may_be_that_which_was_refused(self, eva: IrcClient) -> None:
        eva.send("NICK ana", "NICK ana_")
        assert eva.ask(f"NS IDENTIFY {PASSWORD}")[-1].startswith(f"{NICKSERV} ana_ :")
        eva.send("NICK ana")
        assert eva.ask(f"NS IDENTIFY {PASSWORD}")[-1].startswith(f"{NICKSERV} ana :")

    def test_a_wrong_password(self, eva: IrcClient) -> None:
        wrong = told("eva", "wrong_password", name="ana")
        assert eva.ask("NS IDENTIFY ana wrong-one") == wrong

    def test_no_password(self, eva: IrcClient) -> None:
        assert eva.ask("NS IDENTIFY") == told("eva", "irc_nickserv_identify")

    def test_over_an_open_line(self, world: World) -> None:
        world.register("ana")
        eva = irc_person(world, "eva", address=FAR)
        assert eva.ask(f"NS IDENTIFY ana {PASSWORD}") == told("eva", "password_in_clear")

    def test_it_costs_as_much_as_a_password(
        self, eva: IrcClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        charged = list[float]()
        monkeypatch.setattr(IrcHandler, "charge", lambda handler, lines: charged.append(lines))
        eva.send("NS IDENTIFY ana wrong-one")
        assert charged == [PASSWORD_COST]


class TestRegister:
    def test_the_nickname_is_an_account(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask(f"NS REGISTER {PASSWORD}") == [
            f":irc.example 900 ana ana!ana@irc.example ana :{IN}",
            *told("ana", "irc_registered", name="ana"),
        ]
        assert ana.handler.session.account == "ana"

    def test_no_address_is_kept(self, world: World) -> None:
        ana = irc_person(world, "ana")
        lines = ana.ask(f"NS REGISTER {PASSWORD} ana@example.org")
        assert lines[1:] == told("ana", "irc_registered_without_email", name="ana")
        other = irc_person(world, "eva")
        assert other.ask(f"NS IDENTIFY ana {PASSWORD}")[-1].endswith(IN)

    def test_a_short_password(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("NS REGISTER short")[0].startswith(f"{NICKSERV} ana :")

    def test_no_password(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("NS REGISTER") == told("ana", "irc_nickserv_register")

    def test_a_store_that_fails(self, expected_errors: Expect) -> None:
        world = World(nodes=1)
        ana = irc_person(world, "ana")
        world.store.holds = True
        ana.send(f"NS REGISTER {PASSWORD}")
        world.fail()
        expected_errors()
        assert ana.seen()[-1].startswith(f"{NICKSERV} ana :")


class TestOthers:
    def test_logging_out(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        out, nick, *_ = ana.ask("NS LOGOUT")
        text = EN.sentence("irc_logged_out")
        assert out == f":irc.example 901 ana ana!ana@irc.example :{text}"
        assert nick == f":ana!ana@irc.example NICK {ana.handler.session.name}"
        assert ana.handler.session.is_guest

    def test_a_guest_cannot_log_out(self, eva: IrcClient) -> None:
        assert eva.ask("NS LOGOUT") == told("eva", "not_logged_in_irc")

    def test_ghosts_are_none(self, eva: IrcClient) -> None:
        lines = eva.ask(f"NS GHOST ana {PASSWORD}")
        assert lines[-1:] == told("ana", "irc_nickserv_ghost_shares", name="ana")
        assert eva.handler.session.account == "ana"
        assert eva.ask("NS GHOST ana") == told("ana", "irc_nickserv_ghost")

    def test_staying(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        assert ana.ask("NS SET STAY on") == told("ana", "stay_on")
        assert world.server.accounts.table["ana"].settings["stay"]
        assert ana.ask("NS SET stay OFF") == told("ana", "stay_off")
        assert not world.server.accounts.table["ana"].settings["stay"]

    def test_a_guest_cannot_stay(self, eva: IrcClient) -> None:
        assert eva.ask("NS SET STAY on") == told("eva", "not_logged_in_irc")

    @pytest.mark.parametrize("line", ["SET", "SET STAY", "SET STAY maybe", "SET ENFORCE on"])
    def test_what_cannot_be_set(self, eva: IrcClient, line: str) -> None:
        assert eva.ask(f"NS {line}") == told("eva", "irc_nickserv_set")

    def test_help(self, eva: IrcClient) -> None:
        assert eva.ask("NS HELP") == told("eva", "irc_nickserv_help")

    @pytest.mark.parametrize("line", ["NS", "NS XYZ", "PRIVMSG NickServ :\x01VERSION\x01"])
    def test_what_is_no_command(self, eva: IrcClient, line: str) -> None:
        assert eva.ask(line) == told("eva", "irc_nickserv_unknown")

    def test_notices_are_not_answered(self, eva: IrcClient) -> None:
        assert eva.ask(f"NOTICE NickServ :IDENTIFY ana {PASSWORD}") == []


class TestSecrecy:
    """A line to NickServ has a password."""

    @pytest.mark.parametrize("line", ["IDENTIFY ana hunter2-secret", "hunter2-secret"])
    def test_it_is_not_shown_again(self, eva: IrcClient, line: str) -> None:
        eva.send("CAP REQ :echo-message")
        eva.seen()
        first, *others = eva.ask(f"PRIVMSG NickServ :{line}")
        shown = "IDENTIFY ***" if line.startswith("IDENTIFY") else "***"
        assert first == f":eva!eva@irc.example PRIVMSG NickServ :{shown}"
        assert "hunter2" not in "".join(others)

    def test_others_at_the_same_target_list_do_not_get_it_wrong(
        self, world: World, eva: IrcClient
    ) -> None:
        luis = irc_person(world, "luis")
        eva.send("PRIVMSG NickServ,luis :HELP")
        assert luis.seen() == [":eva!eva@irc.example PRIVMSG luis :HELP"]

    def test_nobody_may_have_the_name(self, world: World) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask("NICK NickServ")[0].startswith(":irc.example 432 ana NickServ :")

    def test_from_other_doors_it_goes_nowhere(self, world: World, eva: IrcClient) -> None:
        person = world.person("luis")
        (refused,) = person.ask(f"/msg NickServ IDENTIFY ana {PASSWORD}")
        assert refused.startswith("ERR Nobody")
        assert PASSWORD not in refused
        assert eva.seen() == []

    @pytest.mark.parametrize(
        "line",
        ["NS IDENTIFY ana hunter2-secret", "NS REGISTER hunter2-secret", "PRIVMSG NickServ :{}"],
    )
    def test_a_fault_does_not_log_it(
        self,
        eva: IrcClient,
        line: str,
        monkeypatch: pytest.MonkeyPatch,
        expected_errors: Expect,
    ) -> None:
        def fail(*args: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(IrcHandler, "charge", fail)
        with logged(eventAsText) as lines:
            eva.send(line.format("IDENTIFY ana hunter2-secret"))
        assert expected_errors()
        assert "hunter2" not in "".join((*lines, *eva.seen()))
