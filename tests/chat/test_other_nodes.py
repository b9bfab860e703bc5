"""Orders of other nodes hold for the sessions of this one: deeds, sanctions, accounts."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import TOKEN
from chatd.chat.permissions import Mode
from tests.support.sentences import EN
from tests.support.world import Member, World


@pytest.fixture
def world() -> World:
    return World(nodes=2)


@pytest.fixture
def ana(world: World) -> Member:
    """Return the owner of #ops, at the second node."""
    ana = world.member("ana", admin=True)
    ana.type("/join ops")
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    """Return a guest in #ops, at the first node."""
    luis = world.person("luis")
    luis.type("/join ops")
    world.introduce("ops")
    ana.seen()
    luis.seen()
    return luis


class TestDeeds:
    def test_a_kick_puts_out(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/kick luis spam")[0] == EN.deed("kick", "ana", "luis", reason="spam")
        assert luis.session.room.name == "lobby"
        why = EN.sentence("kicked_why", by="ana", room="ops", reason="spam")
        assert EN.notice("put_out", room="ops", why=why) in luis.seen()

    def test_a_disconnect_closes(self, ana: Member, luis: Member) -> None:
        ana.type("/disconnect luis")
        assert luis.closed
        assert luis.seen()[-1] == EN.notice("disconnected_by", name="ana")

    def test_a_role_of_a_guest_holds(self, ana: Member, luis: Member) -> None:
        ana.type("/mode moderated")
        assert luis.ask("hola")[0].startswith("ERR Not allowed")
        ana.type("/voice luis")
        luis.seen()
        assert luis.ask("hola") == ["<luis> hola"]
        ana.type("/unvoice luis")
        luis.seen()
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_an_invitation_is_told(self, world: World, ana: Member) -> None:
        eva = world.person("eva")
        eva.seen()
        ana.type("/invite eva")
        assert eva.seen() == [EN.notice("you_were_invited", name="ana", room="ops")]

    def test_a_private_line_arrives(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/msg luis hola") == ["(private to luis) <ana> hola"]
        assert luis.seen() == ["(private) <ana> hola"]


class TestSanctions:
    def test_a_mute_holds_at_once(self, ana: Member, luis: Member) -> None:
        ana.type("/mute luis 10m")
        luis.seen()
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_renaming_evades_none(self, ana: Member, luis: Member) -> None:
        ana.type("/mute luis 10m")
        luis.seen()
        luis.ask("/nick other")
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_a_ban_puts_out(self, ana: Member, luis: Member) -> None:
        ana.type("/ban luis")
        assert luis.session.room.name == "lobby"
        assert luis.ask("/join ops")[0].startswith("ERR Not allowed")

    def test_a_ban_of_a_network_reaches_it(self, world: World, ana: Member) -> None:
        eva = world.person("eva", network="192.0.2.7")
        eva.type("/join ops")
        ana.type("/ban @eva", "/ban @eva")  # the second time confirms it
        assert eva.session.room.name == "lobby"

    def test_a_closed_room_puts_out(self, ana: Member, luis: Member) -> None:
        ana.type("/close", "/close")
        assert luis.session.room.name == "lobby"

    def test_a_line_that_was_allowed_before_a_mute_is_refused_behind_it(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        world.shared_log.hold()
        ana.type("/mute luis 10m")
        luis.type("insult")
        for _ in range(3):
            world.shared_log.seal()
            world.settle()
        assert "<luis> insult" not in ana.seen()
        assert luis.seen()[-1].startswith("ERR Not allowed")

    def test_a_line_under_a_name_that_was_registered_meanwhile_is_refused(
        self, world: World, luis: Member
    ) -> None:
        world.shared_log.hold()
        account = world.server.accounts.table["ana"]._replace(name="luis", admin=False)
        Deferred.fromCoroutine(world.nodes[1].server.registrations.register(account))
        world.shared_log.seal()  # the name is claimed now, and its account on the way
        world.settle()
        luis.type("I am luis")
        for _ in range(3):
            world.shared_log.seal()
            world.settle()
        assert any(line.startswith("ERR Name in use") for line in luis.seen())
        assert [event.text for event in world.stored("ops")] == []


class TestAccounts:
    def test_a_name_that_is_registered_is_taken_from_guests(
        self, world: World, luis: Member
    ) -> None:
        register = Deferred.fromCoroutine(
            world.nodes[1].server.registrations.register(
                world.server.accounts.table["ana"]._replace(name="luis", admin=False)
            )
        )
        world.settle()
        assert register.called
        assert EN.notice("registered_elsewhere", name="luis") in luis.seen()
        assert luis.session.is_guest

    def test_one_that_is_removed_has_no_sessions_left(self, world: World) -> None:
        one, other = world.member("eva"), world.member("eva")
        Deferred.fromCoroutine(
            world.nodes[1].server.registrations.unregister(world.server.accounts.table["eva"])
        )
        world.settle()
        assert (one.session.account, other.session.account) == (None, None)
        assert EN.notice("unregistered", name="eva") in other.seen()

    def test_a_new_password_signs_out(self, world: World) -> None:
        one, other = world.member("eva"), world.member("eva")
        one.type("/password another horse")
        assert one.session.account == "eva"
        assert other.session.account is None

    def test_an_ignored_name_is_ignored_in_all_sessions(self, world: World, luis: Member) -> None:
        one, other = world.member("eva"), world.member("eva")
        one.type("/ignore luis")
        luis.type("/join lobby", "hola")
        assert "<luis> hola" not in [*one.seen(), *other.seen()]

    def test_a_revoked_token_closes_its_sessions(self, world: World, ana: Member) -> None:
        secret = world.secret("ana")
        program = world.person()
        server = program.server
        server.logins.act_for(
            program.session,
            server.accounts.table["ana"],
            server.credentials.grant_of(secret, TOKEN),
        )
        assert program.session.account == "ana"
        ana.type("/token revoke t")
        assert program.closed


def test_a_mode_holds_in_a_room_that_another_node_has_made(world: World, ana: Member) -> None:
    ana.type("/mode private")
    room = world.nodes[0].server.rooms["ops"]
    assert world.nodes[0].server.moderation.roles.mode_of(room) is Mode.PRIVATE
    assert room.guarded


def test_lines_that_were_deleted_are_in_no_memory(world: World, ana: Member, luis: Member) -> None:
    ana.type("one", "two")
    Deferred.fromCoroutine(world.store.forget("ops", 1))
    for node in world.nodes:
        assert [event.text for event in node.server.rooms["ops"].latest] == ["two"]


def test_marks_of_one_account_at_two_nodes_are_the_greater_one(world: World) -> None:
    one, other = world.member("eva"), world.member("eva")
    world.person("luis").type("one", "two")
    for each in one, other:
        each.hang_up()
    marks = [node.server.unread.read_marks.of("eva", "lobby") for node in world.nodes]
    assert marks == [2, 2]
