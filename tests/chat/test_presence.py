"""Sessions that come, leave and are renamed, as clients are shown it that show each at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.chat.actions.enter import leave_room
from chatd.chat.membership import LASTING
from chatd.event import Change, Departure, Entry, Presence
from chatd.formats.chat import ChatFormat
from chatd.rooms.room import Room
from tests.support.browser import browser_tab
from tests.support.presence_world import PresenceWorld
from tests.support.sentences import EN
from tests.support.sessions import taken
from tests.support.world import PASSWORD, log_in


@pytest.fixture
def world() -> PresenceWorld:
    return PresenceWorld()


def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Change, str, bool]]:
    """Return the list to which each presence is added that is published from now on."""
    found: list[tuple[Change, str, bool]] = []
    publish = Room.publish

    def note(room: Room, entries: Sequence[Entry], **options: bool) -> None:
        for entry in entries:
            if isinstance(entry, Presence):
                found.append((entry.change, entry.new_name or entry.name, entry.hidden))
        publish(room, entries, **options)

    monkeypatch.setattr(Room, "publish", note)
    return found


class TestComing:
    def test_each_is_shown_at_once(self, world: PresenceWorld) -> None:
        world.come("luis")
        assert world.told == ["+ luis"]
        world.wait(LASTING)
        assert world.told == []

    def test_so_are_guests(self, world: PresenceWorld) -> None:
        guest = world.come()
        assert world.told == [f"+ {guest.session.name} (guest)"]

    def test_so_is_the_account(self, world: PresenceWorld) -> None:
        world.member("Rosa").type("/join ops")
        assert world.told == ["+ Rosa (account rosa)"]

    def test_the_first_session_of_a_name_is(self, world: PresenceWorld) -> None:
        for _ in range(2):
            world.member("rosa").type("/join ops")
        assert world.told == ["+ rosa (account rosa)"]

    def test_a_session_is_not_shown_its_own(self, world: PresenceWorld) -> None:
        luis = world.reader("luis")
        assert world.seen(luis) == []
        assert world.told == ["+ luis"]

    def test_it_comes_in_the_order_of_the_lines(self, world: PresenceWorld) -> None:
        world.store.holds = True
        world.olga.type("one")
        luis = world.come("luis")
        luis.type("two")
        world.olga.type("three")
        while world.store.held:
            world.release()
        assert world.told == ["<olga> one", "+ luis", "<luis> two", "<olga> three"]


class TestLeaving:
    def test_each_is_shown_at_once(self, world: PresenceWorld) -> None:
        luis = world.come("luis")
        luis.type("/join tea")
        assert world.told == ["+ luis", "- luis"]

    def test_with_the_words_of_the_one_who_leaves(self, world: PresenceWorld) -> None:
        luis = world.reader("luis")
        world.server.moves.leave(luis, world.ops, Departure("lunch"))
        assert world.told == ["+ luis", "- luis (lunch)"]

    def test_a_guest(self, world: PresenceWorld) -> None:
        guest = world.come()
        name = guest.session.name
        guest.type("/leave")
        assert world.told == [f"+ {name} (guest)", f"- {name} (guest)"]

    def test_one_who_quits_leaves_each_room_so(self, world: PresenceWorld) -> None:
        luis = world.reader("luis")
        luis.enter(world.server.rooms.add("tea"), "joined_room", 0)
        world.eva.enter(world.room("tea"), "joined_room", 0)
        world.seen(world.eva)
        world.server.finish(luis, Departure("home", quits=True))
        assert world.told == ["- luis quits (home)"] * 2

    def test_a_connection_that_is_lost_quits(self, world: PresenceWorld) -> None:
        world.come("luis").hang_up()
        assert world.told == ["+ luis", "- luis quits"]

    def test_the_words_after_quit_are_shown(self, world: PresenceWorld) -> None:
        world.come("luis").type("/quit off home")
        assert world.told == ["+ luis", "- luis quits (off home)"]


class TestPuttingOut:
    def test_a_kick_says_by_whom_and_why(self, world: PresenceWorld) -> None:
        world.come("luis")
        world.olga.type("/kick luis enough")
        assert world.told == ["+ luis", "- luis by olga (enough)"]

    def test_a_ban(self, world: PresenceWorld) -> None:
        world.come("luis")
        world.olga.type("/ban luis 1h spam")
        assert world.told == ["+ luis", "- luis by olga (spam)"]

    def test_a_mode(self, world: PresenceWorld) -> None:
        world.come("luis")
        world.olga.type("/invite eva")
        world.olga.type("/mode private")
        assert world.told == ["+ luis", "- luis"]

    def test_the_deed_comes_first(self, world: PresenceWorld) -> None:
        world.come("luis")
        world.settle()
        taken(world.eva.stream)
        world.olga.type("/kick luis enough")
        world.settle()
        deed, gone = taken(world.eva.stream).splitlines()
        assert EN.sentence("did_kick", name="olga", target="luis") in deed
        assert gone == "- luis by olga (enough)"

    def test_one_that_an_administrator_disconnects(self, world: PresenceWorld) -> None:
        world.register("root", admin=True)
        root = world.member("root")
        world.come("luis")
        root.type("/disconnect luis")
        assert world.told == ["+ luis", "- luis by root quits"]


class TestNewNames:
    def test_each_is_shown_at_once(self, world: PresenceWorld) -> None:
        world.come("luis").type("/nick lucas")
        assert world.told == ["+ luis", "= luis is lucas"]

    def test_a_guest_that_takes_a_name(self, world: PresenceWorld) -> None:
        guest = world.come()
        name = guest.session.name
        guest.type("/nick luis")
        assert world.told == [f"+ {name} (guest)", f"= {name} is luis"]

    def test_one_that_becomes_a_guest(self, world: PresenceWorld) -> None:
        rosa = world.member("rosa")
        rosa.type("/join ops")
        rosa.type("/logout")
        name = rosa.session.name
        assert world.told == [
            *("+ rosa (account rosa)", "account: rosa"),
            f"= rosa is {name} (guest)",
        ]

    def test_one_that_logs_in(self, world: PresenceWorld) -> None:
        world.register("rosa")
        guest = world.come("luis")
        log_in(guest.server, guest.session, "rosa")
        assert world.told == ["+ luis", "= luis is rosa", "account: rosa (account rosa)"]

    def test_one_that_registers_its_name(self, world: PresenceWorld) -> None:
        world.come("luis").type(f"/register {PASSWORD}")
        assert world.told == ["+ luis", "account: luis (account luis)"]

    def test_several_sessions_that_are_renamed_together(self, world: PresenceWorld) -> None:
        tabs = [browser_tab(world, "luis") for _ in range(2)]
        for tab in tabs:
            tab.say("/join ops")
        tabs[0].say("/nick lucas")
        assert world.told == ["+ luis", "= luis is lucas"]


class TestThoseWhoMayNotSpeak:
    """Their names and words are not shown to all, as in notices."""

    def test_their_account_is_shown_once_they_may_speak(self, world: PresenceWorld) -> None:
        luis = world.come("luis")
        luis.type(f"/register {PASSWORD}")
        assert world.told == []
        world.olga.type("/voice luis")
        assert world.told == ["+ luis (account luis) (now voiced)"]

    @pytest.fixture(autouse=True)
    def moderated(self, world: PresenceWorld) -> None:
        world.olga.type("/voice eva")
        world.olga.type("/mode moderated")
        world.seen(world.eva)

    def test_none_is_shown_that_comes_or_leaves(self, world: PresenceWorld) -> None:
        luis = world.come("luis")
        luis.type("/nick lucas")
        luis.type("/quit buy things")
        assert world.told == []
        assert world.ops.here.hidden == {}

    def test_one_is_shown_as_soon_as_it_may_speak(self, world: PresenceWorld) -> None:
        luis = world.come("luis")
        world.olga.type("/voice luis")
        assert world.told == ["+ luis (now voiced)"]
        luis.type("hola")
        assert world.told == ["<luis> hola"]
        luis.type("/quit bye")
        assert world.told == ["- luis quits (bye)"]

    def test_one_that_was_shown_leaves_without_words(self, world: PresenceWorld) -> None:
        world.olga.type("/mode open")
        luis = world.come("luis")
        world.olga.type("/mode moderated")
        luis.type("/quit buy things")
        assert world.told == ["+ luis", "- luis quits"]

    def test_one_that_was_shown_has_gone_with_its_new_name(self, world: PresenceWorld) -> None:
        world.olga.type("/mode open")
        luis = world.come("luis")
        world.olga.type("/mode moderated")
        luis.type("/nick lucas")
        assert world.told == ["+ luis", "- luis"]
        world.olga.type("/mode open")
        luis.type("hola")
        assert world.told == ["+ lucas", "<lucas> hola"]

    def test_all_are_shown_in_a_room_that_is_opened(self, world: PresenceWorld) -> None:
        world.come("luis")
        world.come("max")
        world.olga.type("/mode open")
        assert world.told == ["+ luis", "+ max"]

    def test_nothing_is_appended_for_them(
        self, world: PresenceWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = published(monkeypatch)
        world.come("luis").hang_up()
        assert found == []


class TestThoseWhoMayNotSpeakBeforeAClientIsShownAnything:
    @pytest.fixture
    def world(self) -> PresenceWorld:
        world = PresenceWorld()
        leave_room(world.server, world.eva, world.ops)
        world.come().type("/join tea")  # from here on none is shown
        world.olga.type("/mode moderated")
        world.settle()
        assert not world.ops.tells_presence
        return world

    def enter(self, world: PresenceWorld) -> None:
        """Have Eva enter again."""
        world.eva.enter(world.ops, "joined_room", 0)
        world.seen(world.eva)

    def test_one_is_not_shown_to_leave(self, world: PresenceWorld) -> None:
        luis = world.come("luis")
        self.enter(world)
        luis.hang_up()
        assert world.told == []

    def test_one_is_shown_with_its_name_of_then_before_its_first_line(
        self, world: PresenceWorld
    ) -> None:
        luis = world.come("luis")
        luis.type("/nick lucas")
        self.enter(world)
        world.olga.type("/mode open")
        luis.type("hola")
        assert world.told == ["+ lucas", "<lucas> hola"]

    def test_so_is_one_that_could_speak_under_another_name(self, world: PresenceWorld) -> None:
        world.olga.type("/mode open")
        luis = world.come("luis")
        world.olga.type("/mode moderated")
        luis.type("/nick lucas")
        self.enter(world)
        world.olga.type("/mode open")
        luis.type("hola")
        assert world.told == ["+ lucas", "<lucas> hola"]

    def test_one_that_has_left_is_forgotten(self, world: PresenceWorld) -> None:
        world.come("luis").hang_up()
        assert world.ops.here.hidden == {}


class TestOtherNodes:
    """A store with other nodes is given each presence, and those for them alone are marked."""

    @pytest.fixture
    def shared(self, world: PresenceWorld, monkeypatch: pytest.MonkeyPatch) -> PresenceWorld:
        monkeypatch.setattr(world.store, "shared", True)
        world.ops.tells_presence = True
        return world

    def test_each_room_that_is_made_tells_them(self, shared: PresenceWorld) -> None:
        assert shared.server.rooms.add("tea").tells_presence

    def test_each_is_told_although_no_client_is(
        self, shared: PresenceWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared.server.moves.leave(shared.eva)
        shared.settle()
        found = published(monkeypatch)
        shared.come("luis").hang_up()
        assert found == [(Change.JOINED, "luis", False), (Change.LEFT, "luis", False)]
        assert shared.ops.tells_presence

    def test_those_who_may_not_speak_are_told_and_hidden(
        self, shared: PresenceWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared.olga.type("/mode moderated")
        shared.seen(shared.eva)
        found = published(monkeypatch)
        luis = shared.come("luis")
        luis.type("/nick lucas")
        shared.olga.type("/voice lucas")
        luis.type("hola")
        shared.olga.type("/unvoice lucas")
        luis.type("/nick luis")
        luis.hang_up()
        assert found == [
            (Change.JOINED, "luis", True),
            (Change.RENAMED, "lucas", True),
            (Change.JOINED, "lucas", False),
            (Change.LEFT, "lucas", False),
            (Change.JOINED, "luis", True),
            (Change.LEFT, "luis", True),
        ]
        assert shared.told == ["+ lucas (now voiced)", "<lucas> hola", "- lucas"]


class TestWhereNoneIsShown:
    def test_nothing_is_made(self, world: PresenceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        leave_room(world.server, world.eva, world.ops)
        world.come("luis")  # the first one after it finds that none is shown any more
        world.settle()
        assert not world.ops.tells_presence
        made: list[Presence] = []
        monkeypatch.setattr(Room, "show_presence", lambda room, presence: made.append(presence))
        world.come("rosa").hang_up()
        assert made == []

    def test_other_formats_show_their_notices_and_nothing_else(self, world: PresenceWorld) -> None:
        ana = world.reader("ana", ChatFormat())
        taken(ana.stream)
        world.come("luis").type("hola")
        world.come().hang_up()
        world.settle()
        joined = EN.notice("joined_one", people="luis")
        assert taken(ana.stream).splitlines() == [joined, "<luis> hola"]

    def test_other_formats_keep_in_step_with_it(self, world: PresenceWorld) -> None:
        ana = world.reader("ana", ChatFormat())
        world.come().hang_up()
        world.settle()
        taken(ana.stream)
        world.olga.type("hola")
        assert world.seen(ana) == ["<olga> hola"]
