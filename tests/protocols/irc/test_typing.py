"""The tag of a person who is typing: the one tag of clients that is relayed."""

from __future__ import annotations

import pytest

from tests.support.irc_client import irc_person
from tests.support.world import World

TYPING = "@+typing=active :ana!ana@irc.example TAGMSG"


class TestTyping:
    def test_a_channel_is_told(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities="message-tags")
        luis = irc_person(world, "luis", "ops", capabilities="message-tags")
        eva = irc_person(world, "eva", "ops")
        for each in (ana, luis):
            each.seen()
        assert ana.ask("@+typing=active TAGMSG #ops") == []
        assert luis.seen() == [f"{TYPING} #ops"]
        assert eva.seen() == []
        assert world.room("ops").latest == []

    @pytest.mark.parametrize("account", [True, False])
    @pytest.mark.one_node("what a client says of itself, and what it sees at once, is of its node")
    def test_a_person_is_told(self, world: World, account: bool) -> None:
        ana = irc_person(world, "ana", capabilities="message-tags")
        luis = irc_person(world, "luis", capabilities="message-tags", account=account)
        ana.send("@+typing=active TAGMSG luis")
        assert luis.seen() == [f"{TYPING} luis"]

    def test_one_who_ignores_is_not(self, world: World) -> None:
        ana = irc_person(world, "ana", capabilities="message-tags")
        luis = irc_person(world, "luis", capabilities="message-tags")
        subscriptions = luis.handler.session.subscriptions
        subscriptions.apply(subscriptions.settings._replace(ignored=("ana",)))
        ana.send("@+typing=active TAGMSG luis")
        assert luis.seen() == []

    def test_it_is_echoed(self, world: World) -> None:
        ana = irc_person(world, "ana", "ops", capabilities="message-tags echo-message")
        assert ana.ask("@+typing=active TAGMSG #ops") == [f"{TYPING} #ops"]

    @pytest.mark.parametrize(
        "line",
        [
            "@+typing=x\x1b TAGMSG #ops",
            "@+draft/react=x TAGMSG #ops",
            "@+typing=active TAGMSG #tea",
            "@+typing=active TAGMSG nobody",
        ],
    )
    def test_nothing_else_is_relayed(self, world: World, line: str) -> None:
        ana = irc_person(world, "ana", "ops", capabilities="message-tags echo-message")
        luis = irc_person(world, "luis", "ops", "tea", capabilities="message-tags")
        ana.seen()
        assert ana.ask(line) == []
        assert luis.seen() == []
