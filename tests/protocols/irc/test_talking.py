"""PRIVMSG and NOTICE: targets, texts, and the answers to them."""

from __future__ import annotations

import pytest

from chatd.formats.irc_lines import LINE_BYTES
from tests.support.irc_client import IrcClient, irc_person
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import World

MASK = ":ana!ana@irc.example"


def numeric(code: str, key: str, *middle: str, **values: object) -> str:
    return " ".join((":irc.example", code, "ana", *middle, f":{EN.sentence(key, **values)}"))


@pytest.fixture
def ana(world: World) -> IrcClient:
    return irc_person(world, "ana", "ops")


class TestRefusals:
    def test_no_target_and_no_text(self, ana: IrcClient) -> None:
        assert ana.ask("PRIVMSG") == [numeric("411", "irc_no_recipient")]
        assert ana.ask("PRIVMSG :") == [numeric("411", "irc_no_recipient")]
        for line in ("PRIVMSG #ops", "PRIVMSG #ops :", "PRIVMSG #ops :\x02\x0304 \x0f"):
            assert ana.ask(line) == [numeric("412", "irc_no_text")]

    def test_nobody(self, ana: IrcClient) -> None:
        assert ana.ask("PRIVMSG eva :hola") == [numeric("401", "nobody", "eva", name="eva")]

    def test_only_from_inside(self, world: World, ana: IrcClient) -> None:
        irc_person(world, "luis", "tea")
        for room in ("tea", "nowhere"):
            wrong = numeric("404", "not_in_that_room", f"#{room}", room=room)
            assert ana.ask(f"PRIVMSG #{room} :hola") == [wrong]

    def test_notices_are_not_answered(self, ana: IrcClient) -> None:
        for rest in ("", " #ops", " eva :x", " #tea :x", " #ops :\x01VERSION x\x01"):
            assert ana.ask(f"NOTICE{rest}") == []

    @pytest.mark.parametrize("command", ["PRIVMSG", "NOTICE"])
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_line_that_cannot_be_stored(
        self, world: World, command: str, expected_errors: Expect
    ) -> None:
        ana = irc_person(world, "ana", "ops")
        world.store.holds = True
        ana.send(f"{command} #ops :hola")
        world.store.holds = False
        world.store.fail()
        (line,) = ana.seen()
        assert line.startswith(":irc.example 404 ana #ops :")
        expected_errors()

    @pytest.mark.parametrize(
        "text",
        [
            "login ana secret",
            "/register secret",
            " /login ana secret",
            "/msg NickServ IDENTIFY secret",
            "msg nickserv identify ana secret",
            " /ns id secret",
        ],
    )
    def test_passwords_by_mistake(self, world: World, ana: IrcClient, text: str) -> None:
        luis = irc_person(world, "luis", "ops")
        ana.seen()
        assert ana.ask(f"PRIVMSG #ops :{text}") == [
            numeric("404", "irc_perhaps_a_password", "#ops")
        ]
        assert luis.seen() == []


class TestTexts:
    def test_commands_of_chatd_are_text(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis", "ops")
        ana.send("PRIVMSG #ops :/who", "PRIVMSG #ops :/usr/bin")
        assert [line.split(" :")[1] for line in luis.seen()] == ["/who", "/usr/bin"]

    def test_formatting_is_dropped(self, world: World, ana: IrcClient) -> None:
        luis = world.person("luis")
        luis.type("/join ops")
        luis.seen()
        ana.send("PRIVMSG #ops :\x02a\x0304,05b\x0f\x1dc")
        assert luis.seen()[-1] == "<ana> abc"

    def test_actions_both_ways(self, world: World, ana: IrcClient) -> None:
        luis = world.person("luis")
        luis.type("/join ops")
        ana.seen()
        luis.seen()
        ana.send("PRIVMSG #ops :\x01ACTION waves\x01")
        assert luis.seen()[-1] == "* ana waves"
        luis.type("/me waves back")
        assert ana.seen() == [":luis!luis@irc.example PRIVMSG #ops :\x01ACTION waves back\x01"]

    def test_other_ctcp(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis", "ops")
        ana.seen()
        for target in ("#ops", "luis"):
            wrong = numeric("404", "irc_no_ctcp", target)
            assert ana.ask(f"PRIVMSG {target} :\x01VERSION\x01") == [wrong]
        assert luis.seen() == []


class TestPeople:
    def test_guests(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis")
        assert ana.ask("PRIVMSG luis :hola", "NOTICE luis :x") == []
        assert luis.seen() == [f"{MASK} PRIVMSG luis :hola", f"{MASK} NOTICE luis :x"]

    def test_an_account(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis", account=True)
        ana.send("PRIVMSG luis :hola", "NOTICE luis :x", "PRIVMSG luis :\x01ACTION waves\x01")
        assert luis.seen() == [
            f"{MASK} PRIVMSG luis :hola",
            f"{MASK} NOTICE luis :x",
            f"{MASK} PRIVMSG luis :\x01ACTION waves\x01",
        ]

    def test_people_of_other_doors_see_the_mark(self, world: World, ana: IrcClient) -> None:
        luis = world.person("luis")
        ana.send("PRIVMSG luis :\x01ACTION waves\x01")
        assert luis.seen() == ["(private) <ana> /me waves"]

    def test_one_who_is_away(self, world: World, ana: IrcClient) -> None:
        luis = world.person("luis")
        luis.type("/away at lunch")
        assert ana.ask("PRIVMSG luis :hola") == [":irc.example 301 ana luis :at lunch"]
        assert ana.ask("NOTICE luis :hola") == []

    def test_own_copies(self, world: World) -> None:
        irc_person(world, "luis")
        irc_person(world, "eva", account=True)
        ana = irc_person(world, "ana", capabilities="echo-message")
        for name in ("luis", "eva"):
            assert ana.ask(f"PRIVMSG {name} :hola") == [f"{MASK} PRIVMSG {name} :hola"]

    def test_several_targets(self, world: World, ana: IrcClient) -> None:
        luis = irc_person(world, "luis", "ops")
        ana.seen()
        assert ana.ask("PRIVMSG luis,#ops,eva :hola") == [
            numeric("401", "nobody", "eva", name="eva")
        ]
        assert luis.seen() == [f"{MASK} PRIVMSG luis :hola", f"{MASK} PRIVMSG #ops :hola"]

    def test_a_line_that_its_receiver_would_be_sent_in_two(self, ana: IrcClient) -> None:
        text = "a" * (LINE_BYTES - len("PRIVMSG luis :"))
        assert ana.ask(f"PRIVMSG luis :{text}") == [numeric("417", "irc_too_long_to_relay")]


class TestOneOrder:
    def test_at_all_doors(self, world: World) -> None:
        nc = world.person("eva")
        nc.type("/join ops")
        readers = [
            irc_person(world, "luis", "ops"),
            irc_person(world, "rosa", "ops", capabilities="echo-message"),
            irc_person(world, "juan", "ops", capabilities="echo-message batch labeled-response"),
        ]
        for each in readers:
            each.seen()
        nc.seen()
        for number in range(3):
            for each in readers:
                each.send(f"@label=x PRIVMSG #ops :{number}{each.handler.session.name}")
            nc.type(f"{number}eva")
        order = [
            f"{number}{name}" for number in range(3) for name in ("luis", "rosa", "juan", "eva")
        ]
        without, *with_own = [[line.split("#ops :")[1] for line in each.seen()] for each in readers]
        assert with_own == [order, order]
        assert without == [each for each in order if "luis" not in each]
        shown = [line.split("> ")[1] for line in nc.seen() if line[0] == "<"]
        assert shown == order
