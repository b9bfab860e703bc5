"""KICK and INVITE."""

from __future__ import annotations

import pytest

from tests.support.irc_client import codes, irc_person
from tests.support.world import World


class TestKick:
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_all_see_who_and_why_once(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        luis, eva = irc_person(world, "luis", "ops"), irc_person(world, "eva", "ops")
        ana.seen()
        luis.seen()
        line = ":ana!ana@irc.example KICK #ops luis :spam"
        assert ana.ask("KICK #ops luis :spam") == [line]
        assert luis.seen()[0] == line
        assert eva.seen() == [line]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_without_a_reason(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        irc_person(world, "luis", "ops")
        assert ana.ask("KICK #ops luis")[-1] == ":ana!ana@irc.example KICK #ops luis :ana"

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_several(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", "dev", account=True)
        for name in ("luis", "eva"):
            irc_person(world, name, "ops", "dev")
        assert codes(ana.ask("KICK #ops luis,eva")) == ["KICK", "KICK"]
        assert sorted(codes(ana.ask("KICK #dev,#ops luis,eva"))) == ["441", "KICK"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_ping_after_it_is_answered_after_it(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        for name in ("luis", "eva"):
            irc_person(world, name, "ops")
        assert codes(ana.ask("KICK #ops luis,eva", "PING x")) == ["KICK", "KICK", "PONG"]

    def test_refusals(self, world: World) -> None:
        irc_person(world, "ana", "ops", account=True)
        luis, eva = irc_person(world, "luis", "ops"), irc_person(world, "eva")
        assert luis.ask("KICK #ops ana")[0].startswith(":irc.example 482 luis #ops :")
        assert eva.ask("KICK #ops ana")[0].startswith(":irc.example 442 eva #ops :")
        assert eva.ask("KICK #none ana")[0].startswith(":irc.example 403 eva #none :")

    def test_one_who_is_not_there(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        irc_person(world, "eva")
        assert ana.ask("KICK #ops eva")[0].startswith(":irc.example 441 ana eva #ops :")
        assert ana.ask("KICK #ops nobody")[0].startswith(":irc.example 401 ana nobody :")
        assert ana.ask("KICK #ops n!o")[0].startswith(":irc.example 401 ana n!o :")


class TestInvite:
    def test_a_person_is_invited(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis")
        ana.send("MODE #ops +i")
        assert ana.ask("INVITE luis #ops") == [":irc.example 341 ana luis #ops"]
        assert luis.seen() == [":ana!ana@irc.example INVITE luis #ops"]
        assert codes(luis.ask("JOIN #ops")) == ["JOIN", "353", "366"]

    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_again(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis")
        ana.send("INVITE luis #ops")
        luis.seen()
        assert ana.ask("INVITE luis #ops") == [":irc.example 341 ana luis #ops"]
        assert luis.seen() == [":ana!ana@irc.example INVITE luis #ops"]

    def test_members_who_wish_to_know_it(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", account=True)
        eva, bob = irc_person(world, "eva", "ops"), irc_person(world, "bob", "ops")
        irc_person(world, "luis")
        eva.handler.use_capabilities(frozenset({"invite-notify"}))
        eva.seen()
        bob.seen()
        ana.send("INVITE luis #ops")
        assert eva.seen() == [":ana!ana@irc.example INVITE luis #ops"]
        assert bob.seen() == []

    def test_one_who_is_away(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis")
        luis.send("AWAY :lunch")
        assert ana.ask("INVITE luis #ops")[-1] == ":irc.example 301 ana luis :lunch"

    def test_line_clients_are_told_in_words(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), world.person("luis")
        ana.send("INVITE luis #ops")
        assert len(luis.seen()) == 1

    def test_refusals(self, world: World) -> None:
        ana, luis = irc_person(world, "ana", "ops", account=True), irc_person(world, "luis", "ops")
        eva = irc_person(world, "eva")
        assert ana.ask("INVITE luis #ops")[-1].startswith(":irc.example 443 ana luis #ops :")
        assert ana.ask("INVITE bob #ops")[-1].startswith(":irc.example 401 ana bob :")
        assert luis.ask("INVITE eva #ops")[-1].startswith(":irc.example 482 luis #ops :")
        assert codes(eva.ask("INVITE bob #ops", "INVITE bob #none")) == ["442", "403"]
        assert codes(eva.ask("INVITE bob")) == ["461"]

    def test_the_list(self, world: World) -> None:
        assert codes(irc_person(world, "ana").ask("INVITE")) == ["337"]
