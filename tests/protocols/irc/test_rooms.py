"""Rooms as channels: joining, leaving, topics."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import ROOMS_ENTERED
from tests.support.irc_client import codes, irc_client, irc_person
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member, World


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

    def test_the_topic_comes_before_the_names(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.send("TOPIC #ops :deploys")
        luis = irc_person(world, "luis")
        lines = luis.ask("JOIN #ops")
        assert codes(lines) == ["JOIN", "332", "333", "353", "366"]
        assert lines[1] == ":irc.example 332 luis #ops :deploys"

    def test_several(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        lines = ana.ask("JOIN #ops,,#dev")
        assert codes(lines) == ["JOIN", "353", "366", "JOIN", "353", "366"]

    def test_again_does_nothing(self, world: World) -> None:
        assert irc_person(world, "ana", "ops").ask("JOIN #ops") == []

    def test_zero_leaves_all(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", "dev")
        assert ana.ask("JOIN 0") == [
            ":ana!ana@irc.example PART #ops :",
            ":ana!ana@irc.example PART #dev :",
        ]

    def test_a_key_is_not_looked_at(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        last = ana.ask("JOIN #ops secret")[-1]
        assert last == f":irc.example NOTICE ana :{EN.sentence('irc_no_keys')}"

    def test_a_guest_learns_that_nobody_runs_a_new_room(self, world: World) -> None:
        ana, luis = irc_person(world, "ana"), irc_person(world, "luis")
        text = EN.sentence("irc_nobody_runs", room="ops")
        assert ana.ask("JOIN #ops")[-1] == f":irc.example NOTICE ana :{text}"
        assert codes(luis.ask("JOIN #ops")) == ["JOIN", "353", "366"]

    def test_without_names(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True, capabilities="draft/no-implicit-names")
        ana.handler.use_capabilities(frozenset({"draft/no-implicit-names"}))
        assert ana.ask("JOIN #ops") == [":ana!ana@irc.example JOIN #ops"]


class TestRefusedJoins:
    @pytest.mark.parametrize(
        ("channel", "code"), [("&ops", "403"), ("ops", "403"), ("#a@b", "476"), ("##", "476")]
    )
    def test_what_is_no_channel(self, world: World, channel: str, code: str) -> None:
        ana = irc_person(world, "ana")
        assert ana.ask(f"JOIN {channel}")[0].startswith(f":irc.example {code} ana {channel} :")

    def test_the_others_are_joined(self, world: World) -> None:
        ana = irc_person(world, "ana", account=True)
        assert codes(ana.ask("JOIN &a,#ops")) == ["403", "JOIN", "353", "366"]

    def test_a_private_room(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis")
        ana.send("MODE #ops +i")
        assert codes(luis.ask("JOIN #ops")) == ["473"]

    def test_one_who_is_banned(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis")
        ana.send("MODE #ops +b luis")
        assert codes(luis.ask("JOIN #ops")) == ["474"]

    def test_too_many(self, world: World) -> None:
        ana = irc_person(world, "ana")
        for number in range(ROOMS_ENTERED):
            world.server.rooms.add(f"room{number}")
            ana.send(f"JOIN #room{number}")
        assert codes(ana.ask("JOIN #one-more")) == ["405"]


class TestPart:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_the_others_are_told_why(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops"), irc_person(world, "luis", "ops")
        ana.seen()
        assert luis.ask("PART #ops :bye") == [":luis!luis@irc.example PART #ops :bye"]
        assert ana.seen() == [":luis!luis@irc.example PART #ops :bye"]

    def test_a_reason_that_cannot_be_shown_is_left_out(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        assert ana.ask("PART #ops :\x1b[0m") == [":ana!ana@irc.example PART #ops :"]

    def test_a_room_that_one_is_not_in(self, world: World) -> None:
        irc_person(world, "luis", "ops")
        assert codes(irc_person(world, "ana").ask("PART #ops,#none")) == ["442", "403"]


class TestTopic:
    def test_the_author_and_the_others_are_shown_it(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        luis = irc_person(world, "luis", "ops")
        ana.seen()
        for text in ("deploys", ""):
            line = f":ana!ana@irc.example TOPIC #ops :{text}"
            assert ana.ask(f"TOPIC #ops :{text}") == [line]
            assert luis.seen() == [line]

    def test_it_is_told_who_set_it(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        ana.send("TOPIC #ops :deploys")
        assert ana.ask("TOPIC #ops")[0] == ":irc.example 332 ana #ops :deploys"

    def test_none_is_set(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops")
        assert ana.ask("TOPIC #ops") == [
            f":irc.example 331 ana #ops :{EN.sentence('irc_no_topic')}"
        ]

    def test_only_some_may_set_it(self, world: World) -> None:
        irc_person(world, "ana", "ops", account=True)
        luis = irc_person(world, "luis", "ops")
        assert codes(luis.ask("TOPIC #ops :x")) == ["482"]

    def test_elsewhere(self, world: World) -> None:
        irc_person(world, "luis", "ops", account=True)
        ana = irc_person(world, "ana")
        assert codes(ana.ask("TOPIC #ops", "TOPIC #ops :x", "TOPIC #none", "TOPIC ops")) == [
            "331",
            "442",
            "403",
            "403",
        ]


class TestStaying:
    @pytest.fixture
    def ops(self, world: World) -> Member:
        """Return a person in #ops, where the account of rosa stays without a client."""
        rosa, luis = world.member("rosa"), world.person("luis")
        rosa.type("/stay on", "/join ops")
        luis.type("/join ops", "hola")
        rosa.hang_up()
        luis.type("adiós")
        return luis

    def test_a_login_before_the_welcome_joins_where_the_account_stays(
        self, world: World, ops: Member
    ) -> None:
        client = irc_client(world)
        lines = client.ask(f"PASS :rosa:{PASSWORD}", "NICK rosa", "USER u 0 * :Real Name")
        join = lines.index(":rosa!rosa@irc.example JOIN #ops")
        assert join > 5
        assert lines[-1].endswith("adiós")
        assert not any(line.endswith("hola") for line in lines)

    def test_so_does_one_by_nickserv(self, world: World, ops: Member) -> None:
        client = irc_person(world, "max")
        lines = client.ask(f"PRIVMSG NickServ :IDENTIFY rosa {PASSWORD}")
        assert ":rosa!rosa@irc.example JOIN #ops" in lines
