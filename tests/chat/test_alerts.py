"""`chatd.chat.alerts`: which lines concern a person who is away."""

from __future__ import annotations

import pytest

from chatd.chat.permissions import Mode
from chatd.webhooks.push_delivery import PUSH_SECONDS
from tests.support.pushes import PushWorld
from tests.support.rights import set_mode
from tests.support.world import Member

MENTION = ["luis mentioned you in #ops"]


@pytest.fixture
def world() -> PushWorld:
    """Return a world in which ana was in #ops, and has gone."""
    world = PushWorld()
    world.push("ana")
    ana = world.member("ana")
    ana.type("/join ops", "hola")
    ana.hang_up()
    return world


@pytest.fixture
def luis(world: PushWorld) -> Member:
    luis = world.member("luis")
    luis.type("/join ops")
    return luis


class TestMentions:
    def test_a_line_that_names_one_concerns_one(self, world: PushWorld, luis: Member) -> None:
        luis.type("who knows?", "anabel does", "ANA, do you?")
        assert world.told() == MENTION
        luis.type("/me misses ana")
        assert world.told(PUSH_SECONDS) == MENTION

    def test_topics_and_acts_of_moderation_do_not(self, world: PushWorld, luis: Member) -> None:
        luis.type("/topic ana", "/create lab", "/ban ana")
        assert world.told() == []

    def test_nor_do_lines_of_rooms_where_one_never_was(
        self, world: PushWorld, luis: Member
    ) -> None:
        luis.type("/join elsewhere", "ana?")
        assert world.told() == []

    def test_nor_of_one_that_one_may_not_read_now(self, world: PushWorld, luis: Member) -> None:
        set_mode(world, "ops", Mode.PRIVATE)
        luis.type("ana?")
        assert world.told() == []

    def test_guests_are_heard_too(self, world: PushWorld) -> None:
        world.person("eva").type("/join ops", "ana?")
        assert world.told() == ["eva mentioned you in #ops"]


class TestWho:
    def test_nobody_who_is_here(self, world: PushWorld, luis: Member) -> None:
        ana = world.member("ana")
        luis.type("ana?", "/msg ana psst")
        ana.hang_up()
        assert world.told() == []

    def test_nobody_without_a_push(self, world: PushWorld, luis: Member) -> None:
        world.register("eva")
        luis.type("/msg eva psst")
        assert world.told() == []

    def test_not_the_author(self, world: PushWorld) -> None:
        secret = world.secret("ana")
        grant = world.server.credentials.grant_of(secret)
        assert grant is not None
        program = world.program()
        world.server.logins.act_for(program.session, world.server.accounts.table["ana"], grant)
        program.type("/join ops", "I am ana")
        assert world.told() == []

    def test_not_of_people_whom_one_ignores(self, world: PushWorld, luis: Member) -> None:
        ana = world.member("ana")
        ana.type("/ignore luis")
        ana.hang_up()
        luis.type("ana?", "/msg ana psst")
        assert world.told() == []


class TestText:
    def test_is_sent_if_it_is_wanted(self, world: PushWorld, luis: Member) -> None:
        world.push("ana", with_text=True)
        luis.type("ana, the build is red", "/msg ana psst")
        (told,) = world.told()
        assert told.split("\n") == [
            "luis mentioned you in #ops: ana, the build is red",
            "luis wrote to you: psst",
        ]
