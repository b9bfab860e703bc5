"""Orders of other nodes hold for the sessions of this one: deeds, sanctions, accounts."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import BROWSER, TOKEN
from chatd.chat.actions.operate import statistics
from chatd.chat.actions.sanctions import kick
from chatd.chat.permissions import Mode
from chatd.errors import ErrorKind
from chatd.rooms.inbox import INBOX_BYTES
from chatd.rooms.people_changes import TOGETHER_SECONDS
from tests.support.browser import Browser, browser
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import Member, World

UNDER_ANOTHER_NAME = ("/leave", "/nick other", "/join ops")
"""Lines of a muted person who tries to be in #ops under another name."""


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

    def test_one_of_a_guest_who_has_registered_since_ends(self, ana: Member, luis: Member) -> None:
        ana.type("/mode private", "/invite luis")
        luis.type("/join ops", "/register correct horse")
        ana.type("/uninvite luis", "a secret")
        assert "<ana> a secret" not in luis.seen()

    def test_who_is_put_out_is_shown_the_deed_and_nothing_behind_it(
        self, ana: Member, luis: Member
    ) -> None:
        ana.type("/mode private", "a secret")
        assert luis.seen()[:2] == [
            EN.deed("mode", "ana", "private"),
            EN.notice(
                "put_out", room="ops", why=EN.sentence("room_is_private", room="ops", name="luis")
            ),
        ]

    def test_a_room_that_came_and_went_is_made_anew(self, world: World, ana: Member) -> None:
        eva = world.member("eva")
        ana.type("/join tea", "/leave")
        assert eva.ask("/join tea")[0] == EN.notice("joined_new_room", room="tea")


class TestOneBatch:
    """Deeds and lines of another node that come in one batch."""

    @pytest.fixture
    def eva(self, world: World, ana: Member, luis: Member) -> Member:
        """Return another guest in #ops, at the node of luis."""
        world.person()
        eva = world.person("eva")
        eva.type("/join ops")
        return eva

    @pytest.fixture(autouse=True)
    def hold(self, world: World, ana: Member, luis: Member, eva: Member) -> None:
        """Have all that is said from now on in one batch, behind a first line."""
        world.shared_log.hold()
        ana.type("first")
        luis.seen()
        eva.seen()

    def publish(self, world: World) -> None:
        for _ in range(4):
            world.shared_log.seal()
            world.settle()

    def kick(self, ana: Member, *names: str) -> None:
        for name in names:
            Deferred.fromCoroutine(kick(ana.server, ana.session, ana.session.room, name))

    def test_who_is_put_out_is_shown_nothing_behind_it(
        self, world: World, ana: Member, luis: Member, eva: Member
    ) -> None:
        self.kick(ana, "luis")
        ana.session.say("behind it")
        self.publish(world)
        shown = [EN.deed("kick", "ana", "luis"), "<ana> behind it"]
        assert [line for line in luis.seen() if line in shown] == shown[:1]
        assert [line for line in eva.seen() if line in shown] == shown

    def test_each_deed_puts_out(self, world: World, ana: Member, luis: Member, eva: Member) -> None:
        self.kick(ana, "luis", "eva")
        ana.session.say("behind them")
        self.publish(world)
        assert [each.session.room.name for each in (luis, eva)] == ["lobby", "lobby"]
        assert EN.deed("kick", "ana", "eva") in eva.seen()

    def test_a_deed_is_shown_also_if_what_it_changes_fails_here(
        self, world: World, ana: Member, luis: Member, expected_errors: Expect
    ) -> None:
        luis.server.evictions.review_room = lambda room: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        ana.type("/mode private")
        ana.session.say("behind it")
        self.publish(world)
        assert EN.deed("mode", "ana", "private") in luis.seen()
        expected_errors(ZeroDivisionError)


class TestPrivateLines:
    def test_arrive(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/msg luis hola") == ["(private to luis) <ana> hola"]
        assert luis.seen() == ["(private) <ana> hola"]

    def test_their_author_is_told_if_the_inbox_is_full(self, ana: Member, luis: Member) -> None:
        luis.stop_taking()
        line = f"/msg luis {'x' * 4000}"
        for _ in range(INBOX_BYTES // 4020):
            assert len(ana.ask(line)) == 1
        assert ana.ask(line)[1] == EN.error(ErrorKind.INBOX_FULL, "inbox_full", name="luis")

    def test_nobody_receives_them_who_has_quit(self, ana: Member, luis: Member) -> None:
        luis.type("/quit")
        assert ana.ask("/msg luis hola") == [EN.error(ErrorKind.NOBODY, "nobody", name="luis")]


class TestSanctions:
    def test_a_mute_holds_at_once(self, ana: Member, luis: Member) -> None:
        ana.type("/mute luis 10m")
        luis.seen()
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_renaming_evades_none(self, ana: Member, luis: Member) -> None:
        ana.type("/mute luis 10m")
        luis.seen()
        luis.type(*UNDER_ANOTHER_NAME)
        luis.seen()
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_one_is_lifted_under_the_name_that_its_target_has_now(
        self, ana: Member, luis: Member
    ) -> None:
        ana.type("/mute luis 10m")
        luis.type(*UNDER_ANOTHER_NAME)
        luis.seen()
        ana.type("/unmute other")
        luis.seen()
        assert luis.ask("hola") == ["<other> hola"]

    def test_one_is_lifted_under_the_name_that_is_left_after_a_logout(
        self, world: World, ana: Member
    ) -> None:
        eva = world.member("eva")
        eva.type("/join ops")
        ana.type("/mute eva 10m")
        eva.type("/logout")
        assert eva.ask("hola")[0].startswith("ERR Not allowed")
        ana.type(f"/unmute {eva.session.name}")
        eva.seen()
        assert eva.ask("hola") == [f"<{eva.session.name}> hola"]

    def test_one_from_before_its_target_came_is_lifted_after_a_logout(
        self, world: World, ana: Member
    ) -> None:
        ana.type("/mute eva 10m")
        eva = world.member("eva")
        eva.type("/join ops", "/logout")
        eva.seen()
        assert eva.ask("hola")[0].startswith("ERR Not allowed")
        ana.type(f"/unmute {eva.session.name}")
        eva.seen()
        assert eva.ask("hola") == [f"<{eva.session.name}> hola"]

    def test_one_that_takes_its_place_concerns_the_same_people(
        self, ana: Member, luis: Member
    ) -> None:
        ana.type("/mute luis 10m")
        luis.type(*UNDER_ANOTHER_NAME)
        ana.type("/mute luis 20m")
        luis.seen()
        assert luis.ask("hola")[0].startswith("ERR Not allowed")

    def test_a_ban_that_was_lifted_concerns_nobody_again(self, ana: Member, luis: Member) -> None:
        ana.type("/mute luis 10m")
        luis.type(*UNDER_ANOTHER_NAME)
        ana.type("/unmute luis", "/mute luis 20m")
        luis.seen()
        assert luis.ask("hola") == ["<other> hola"]

    def test_who_may_not_speak_leaves_unseen(self, world: World, ana: Member) -> None:
        eva = world.person("eva")
        eva.type("/join ops")
        assert "eva" in ana.ask("/who")[0]
        ana.type("/ban eva")
        world.settle()
        assert EN.notice("left", people="eva") not in ana.seen()

    def test_of_networks_say_whom_they_would_shut_out(self, world: World, ana: Member) -> None:
        for name in "eva", "max":
            world.person(name, network="192.0.2.7")
        assert ana.ask("/ban 192.0.2.7")[0] == EN.notice(
            "would_shut_out", count=2, room="ops", people="eva and max"
        )

    def test_the_network_of_one_who_spoke_and_went_is_known(
        self, world: World, ana: Member
    ) -> None:
        eva = world.person("eva", network="192.0.2.7")
        eva.type("hola")
        eva.hang_up()
        ana.type("/ban @eva 1h")
        assert ana.ask("/ban @eva 1h")[0] == EN.deed("ban_address", "ana", "eva", time="1h")

    def test_that_of_one_who_went_without_a_word_is_not(self, world: World, ana: Member) -> None:
        world.person("eva", network="192.0.2.7").hang_up()
        assert ana.ask("/ban @eva 1h") == [EN.error(ErrorKind.NOBODY, "nobody", name="eva")]

    def test_closing_a_room_says_how_many_it_puts_out(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/close")[0] == EN.notice("would_close", room="ops", count=1)

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

    def test_a_change_that_will_conflict_with_it_allows_no_line(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        world.next_node()
        eva = world.member("eva", admin=True)
        assert eva.server is luis.server is not ana.server
        eva.type("/join ops")
        world.shared_log.hold()
        ana.type("/mode moderated")
        luis.type("hola")
        eva.type("/mode open")  # changes what is in memory at once
        for _ in range(4):
            world.shared_log.seal()
            world.settle()
        assert world.deeds("ops") == [("ana", "mode moderated 0")]
        assert [event.text for event in world.stored("ops")] == ["mode moderated 0"]
        assert any(line.startswith("ERR Not allowed") for line in luis.seen())

    def test_a_line_under_a_name_that_was_registered_meanwhile_is_refused(
        self, world: World, luis: Member
    ) -> None:
        world.shared_log.hold()
        account = world.server.accounts.table["ana"]._replace(name="luis", admin=False)
        Deferred.fromCoroutine(world.nodes[1].server.registrations.register(account))
        world.settle()
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

    def test_one_that_ends_its_browsers_tells_them_so(self, world: World) -> None:
        one, other = world.member("eva"), world.person()
        secret = world.secret("eva", BROWSER)
        grant = other.server.credentials.grant_of(secret, BROWSER)
        other.server.logins.log_in(other.session, other.server.accounts.table["eva"], grant)
        world.settle()
        other.seen()
        one.type("/password another horse")
        assert other.seen() == [EN.notice("signed_out")]

    def test_its_other_connections_can_be_closed(self, world: World) -> None:
        one, other = world.member("eva"), world.member("eva")
        assert one.ask("/logout others") == [EN.notice("others_closed", count=1)]
        assert other.seen() == [EN.notice("closed_by_owner", name="eva")]
        assert other.closed

    def test_names_are_counted_once(self, world: World, ana: Member, luis: Member) -> None:
        for _ in range(2):
            world.member("eva")
        names = {ana.session.name, luis.session.name, "eva"}
        assert statistics(ana.server, ana.session)["names"] == len(names)

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


class TestReadMarks:
    @pytest.fixture
    def tabs(self, world: World) -> list[Browser]:
        """Return tabs of Ana's browsers, at each node."""
        world.register("ana")
        grant = world.server.credentials.grant_of(world.secret("ana", BROWSER))
        tabs = [Browser(world, grant=grant) for _ in range(2)]
        for tab in tabs:
            tab.send("hello", rooms={"lobby": None})
        return tabs

    def test_what_was_seen_at_one_is_seen_at_the_other(
        self, world: World, tabs: list[Browser]
    ) -> None:
        world.say("one", "two")
        one, other = tabs
        other.seen()
        one.send("seen", room="lobby", seq=1)
        assert other.seen("seen") == [{"type": "seen", "room": "lobby", "seq": 1}]

    def test_what_was_missed_is_shown_at_any(self, world: World) -> None:
        world.register("ana")
        for name in "luis", "eva":
            world.person(name).type("/msg ana psst")
        ana = world.member("ana", greeted=True)
        assert [line[-11:] for line in ana.seen() if "psst" in line] == [
            "<luis> psst",
            " <eva> psst",
        ]


def test_a_session_that_is_finished_twice_is_gone(world: World) -> None:
    ana = world.person("ana")
    for _ in range(2):
        ana.server.finish(ana.session)
    world.settle()
    assert all(not server.sessions.is_here("ana") for server in world.servers)


class TestMarks:
    def test_who_is_away_is_so_in_lists_at_each_node(self, world: World) -> None:
        away, page = world.member("eva"), browser(world)
        page.send("people", room="lobby")
        away.type("/away lunch")
        world.wait(TOGETHER_SECONDS)
        assert [each["away"] for each in page.seen("people_changed")] == [["eva"]]

    def test_an_administrator_is_one_in_lists_at_each_node(self, world: World) -> None:
        world.member("eva")
        page = browser(world)
        page.send("people", room="lobby")
        page.seen()
        world.ask_operator("promote", name="eva")
        world.wait(TOGETHER_SECONDS)
        (changed,) = page.seen("people_changed")
        assert changed["roles"] == {"eva": "administrator"}
