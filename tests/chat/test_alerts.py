"""`chatd.chat.alerts`: which lines concern a person who is away."""

from __future__ import annotations

import pytest

from chatd.event import Kind
from chatd.i18n import Language
from chatd.webhooks.push_delivery import PUSH_SECONDS
from tests.support.pushes import PushWorld
from tests.support.world import Member

MENTION = ["luis mentioned you in #ops"]


@pytest.fixture
def world() -> PushWorld:
    """Return a world in which luis owns #ops, and ana was there, and has gone."""
    world = PushWorld()
    world.push("ana")
    luis, ana = world.member("luis"), world.member("ana")
    luis.type("/create ops")
    ana.type("/join ops")
    ana.hang_up()
    luis.hang_up()
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

    def test_so_does_a_notice_of_a_program(self, world: PushWorld, luis: Member) -> None:
        luis.session.say("ana, the build failed", kind=Kind.NOTICE)
        world.settle()
        assert world.told() == MENTION

    def test_topics_and_acts_of_moderation_do_not(self, world: PushWorld, luis: Member) -> None:
        luis.type("/topic ask ana", "/mute ana 1m ana talks")
        assert [event.kind for event in world.stored("ops")][-2:] == [Kind.TOPIC, Kind.DEED]
        assert world.told() == []

    def test_nor_do_lines_of_rooms_where_one_never_was(
        self, world: PushWorld, luis: Member
    ) -> None:
        luis.type("/join elsewhere", "ana?")
        assert world.told() == []

    @pytest.mark.parametrize("order", ["/mode private", "/ban ana 1d"])
    def test_nor_of_one_that_one_may_not_read_now(
        self, world: PushWorld, luis: Member, order: str
    ) -> None:
        luis.type(order, "ana?")
        assert world.told() == []

    def test_guests_are_heard_too(self, world: PushWorld) -> None:
        world.person("eva").type("/join ops", "ana?")
        assert world.told() == ["eva mentioned you in #ops"]


class TestPrivateLines:
    def test_concern_their_receiver_once(self, world: PushWorld, luis: Member) -> None:
        luis.type("/msg ana ana, psst")
        assert world.told() == ["luis wrote to you"]


class TestLanguage:
    def test_is_that_of_the_account_or_else_of_the_server(self) -> None:
        world = PushWorld(language=Language.SPANISH)
        world.push("ana")
        world.push("eva", language="en")
        luis = world.member("luis", language="en")
        luis.type("/msg ana psst", "/msg eva psst")
        assert world.told() == ["luis te ha escrito", "luis wrote to you"]
        assert world.server.alerts.language_of("max") is Language.SPANISH


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
