"""`chatd.commands.settings`: what one sets for oneself, while one is here or has an account."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import by_password
from chatd.chat.actions.settings import AWAY_CHARACTERS, IGNORED_AT_MOST
from chatd.errors import ErrorKind
from chatd.rooms.tail import TAIL_BYTES
from chatd.text.times import local_time
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import Member, World

EPOCH = local_time(0)
BELL = "\x07"


class TestIgnoring:
    def test_hides_what_somebody_says_and_not_what_they_do(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.ask("/ignore LUIS") == [EN.notice("ignored", name="LUIS")]
        luis.type("one", "/me waves", "/topic new", "/msg ana psst")
        assert ana.seen() == [EN.notice("topic_set", name="luis", topic="new")]
        assert luis.seen()[-1] == "(private to ana) <luis> psst"
        luis.type("/join ops")
        world.wait(10)
        luis.type("/leave")
        world.wait(10)
        assert ana.seen() == [EN.notice(key, people="luis") for key in ("left_one", "joined_one")]

    def test_hides_it_in_the_past_too(self, ana: Member, luis: Member) -> None:
        luis.type("one")
        ana.type("two", "/ignore luis")
        assert ana.ask("/history") == [
            EN.notice("history", shown=2, count=2, room="lobby"),
            f"[{EPOCH}] <ana> two",
        ]

    def test_hides_it_from_one_who_fell_behind(self, ana: Member, luis: Member) -> None:
        ana.type("/ignore luis")
        ana.seen()
        ana.stop_taking()
        for _ in range(TAIL_BYTES // 4000):
            luis.type("x" * 4000)
        luis.type("/topic new")
        ana.take_again()
        assert ana.seen() == [EN.notice("topic_set", name="luis", topic="new")]

    def test_is_nothing_that_others_are_spared(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        eve = world.person("eve")
        ana.type("/ignore luis")
        luis.type("hola")
        assert eve.seen()[-1] == "<luis> hola"

    def test_ends(self, ana: Member, luis: Member) -> None:
        ana.type("/ignore luis")
        assert ana.ask("/unignore Luis") == [EN.notice("unignored", name="Luis")]
        luis.type("hola")
        assert ana.seen() == ["<luis> hola"]

    def test_can_be_looked_at(self, ana: Member) -> None:
        for asked in "/ignore", "/unignore":
            assert ana.ask(asked) == [EN.notice("ignores_nobody")]
        ana.type("/ignore luis", "/ignore eve", "/ignore LUIS")
        for asked in "/ignore", "/unignore":
            assert ana.ask(asked) == [EN.notice("ignores", names="eve, LUIS")]
        assert ana.ask("/unignore tom") == [EN.notice("not_ignored", name="tom")]

    def test_is_for_names_and_not_for_oneself(self, ana: Member) -> None:
        for wrong in "/ignore a b", "/ignore \x1b", "/ignore Ana", "/unignore <x>":
            assert ana.ask(wrong)[0].startswith("ERR Wrong use")

    def test_has_an_end(self, world: World, ana: Member) -> None:
        for number in range(IGNORED_AT_MOST):
            ana.type(f"/ignore x{number}")
        assert ana.ask("/ignore luis") == [
            EN.error(ErrorKind.WRONG_USE, "too_many_ignored", limit=100)
        ]
        assert ana.ask("/ignore x0") == [EN.notice("ignored", name="x0")]

    def test_holds_on_all_connections_of_an_account_and_later(self, world: World) -> None:
        first, second, luis = world.member("eva"), world.member("eva"), world.person("luis")
        first.type("/ignore luis")
        second.seen()
        luis.type("hola", "/msg eva psst")
        assert second.seen() == []
        third = world.member("eva")
        luis.type("hola", "/msg eva psst")
        assert third.seen() == []

    def test_is_added_up_when_two_connections_say_so_at_once(self) -> None:
        world = World(slow=True)
        world.register("ana")
        both = world.member("ana"), world.member("ana")
        world.release()
        for one, name in zip(both, ("luis", "eva"), strict=True):
            one.send(f"/ignore {name}\n".encode())
        world.release()
        for one in both:
            assert one.session.subscriptions.settings.ignored == ("luis", "eva")


class TestBell:
    def test_rings_before_lines_of_others_that_are_live(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/bell on") == [EN.notice("bell_on")]
        luis.type("one", "/me waves", "/msg ana psst")
        assert ana.seen() == [
            f"{BELL}<luis> one",
            f"{BELL}* luis waves",
            f"{BELL}(private) <luis> psst",
        ]
        assert ana.ask("mine") == ["<ana> mine"]
        assert BELL not in "".join(ana.ask("/history", "/who", "/join ops", "/leave"))

    def test_rings_once_for_what_comes_at_once(self, ana: Member, luis: Member) -> None:
        ana.type("/bell on")
        ana.seen()
        luis.send(b"one\ntwo\n")
        luis.world.settle()
        assert ana.seen() == [f"{BELL}<luis> one", "<luis> two"]

    def test_rings_for_mentions_if_that_is_asked_for(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/bell mentions") == [EN.notice("bell_mentions")]
        for line in "banana", "hola ANA!", "/msg ana psst":
            luis.type(line)
        assert ana.seen() == [
            "<luis> banana",
            f"{BELL}<luis> hola ANA!",
            f"{BELL}(private) <luis> psst",
        ]

    def test_listens_to_ones_name_of_today(self, ana: Member, luis: Member) -> None:
        ana.type("/bell mentions", "/nick eva")
        ana.seen()
        luis.type("ana")
        luis.type("eva")
        assert ana.seen() == ["<luis> ana", f"{BELL}<luis> eva"]

    def test_of_who_has_an_account_rings_for_stored_private_lines(
        self, world: World, luis: Member
    ) -> None:
        eva = world.member("eva", bell="mentions")
        luis.type("/msg eva psst")
        assert eva.seen() == [f"{BELL}(private) <luis> psst"]
        eva.hang_up()
        luis.type("eva?", "/msg eva psst")
        assert BELL not in "".join(world.member("eva", greeted=True).seen())

    def test_does_not_ring_for_who_is_ignored(self, ana: Member, luis: Member) -> None:
        ana.type("/bell on", "/ignore luis")
        ana.seen()
        luis.type("ana", "/msg ana psst")
        assert ana.bytes_seen() == b""

    def test_is_off_until_it_is_asked_for_and_again(self, ana: Member, luis: Member) -> None:
        luis.type("ana")
        assert ana.ask("/bell off") == [EN.notice("bell_off")]
        ana.type("/bell on", "/bell no")
        luis.type("ana")
        assert BELL not in "".join(ana.seen())

    def test_takes_nothing_else(self, ana: Member) -> None:
        for wrong in "/bell", "/bell loud", "/bell on off":
            assert ana.ask(wrong)[0].startswith("ERR Wrong use")

    def test_speaks_spanish(self, ana: Member) -> None:
        assert ana.ask("/timbre menciones", "/timbre sí")[0] == EN.notice("bell_mentions")


class TestQuiet:
    def test_spares_one_who_comes_goes_and_changes_name(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.ask("/quiet on") == [EN.notice("quiet_on")]
        eve = world.person("eve")
        world.clock.advance(10)
        eve.type("hola", "/nick eva")
        eve.hang_up()
        assert ana.seen() == ["<eve> hola"]
        assert luis.seen() == [
            EN.notice("renamed", name="guest3", new_name="eve"),
            "<eve> hola",
            EN.notice("renamed", name="eve", new_name="eva"),
            EN.notice("left_one", people="eva"),
        ]

    def test_ends(self, world: World, ana: Member) -> None:
        ana.type("/quiet on")
        assert ana.ask("/quiet off") == [EN.notice("quiet_off")]
        world.person("eve")
        assert ana.seen() == [EN.notice("renamed", name="guest2", new_name="eve")]


class TestAway:
    def test_is_told_to_whoever_writes_to_a_guest(self, ana: Member, luis: Member) -> None:
        assert ana.ask("/away at lunch") == [EN.notice("away_on", away="at lunch")]
        assert luis.ask("/msg ana hola") == [
            "(private to ana) <luis> hola",
            EN.notice("is_away", name="ana", text="at lunch"),
        ]
        assert ana.seen() == ["(private) <luis> hola"]

    def test_ends_when_it_is_said_again(self, world: World, ana: Member, luis: Member) -> None:
        ana.type("/away at lunch")
        assert ana.ask("/away") == [EN.notice("away_off")]
        assert world.server.sessions.away_text("ana") == ""
        assert luis.ask("/msg ana hola") == ["(private to ana) <luis> hola"]

    def test_needs_no_text(self, world: World, ana: Member) -> None:
        ana.type("/away")
        assert world.server.sessions.away_text("ana") == EN.sentence("away")

    def test_of_an_account_holds_when_nobody_is_there(self, world: World, luis: Member) -> None:
        eva = world.member("eva")
        eva.type("/away until Monday")
        eva.hang_up()
        assert luis.ask("/msg eva hola") == [
            "(private to eva) <luis> hola",
            EN.notice("is_away", name="eva", text="until Monday"),
            EN.notice("waits_for", name="eva"),
        ]

    def test_is_told_by_whois(self, ana: Member, luis: Member) -> None:
        ana.type("/away at lunch")
        assert luis.ask("/whois ana")[-1] == EN.notice("is_away", name="ana", text="at lunch")

    def test_is_cut_short(self, world: World, ana: Member) -> None:
        ana.type(f"/away {'x' * 1000}")
        assert world.server.sessions.away_text("ana") == "x" * AWAY_CHARACTERS

    def test_of_nobody_is_nothing(self, world: World) -> None:
        assert world.server.sessions.away_text("nobody") == ""


class TestGuests:
    REFUSED = EN.error(ErrorKind.NOT_ALLOWED, "takes_no_guests", name="eva")

    def test_of_others_are_refused_and_taken_from(self, world: World, ana: Member) -> None:
        eva, luis = world.member("eva"), world.person("luis")
        assert eva.ask("/guests off") == [EN.notice("guests_off")]
        assert luis.ask("/msg eva hola") == [self.REFUSED]
        assert eva.seen() == []
        assert eva.ask("/invitados sí") == [EN.notice("guests_on")]
        luis.ask("/msg eva hola")
        assert eva.seen() == ["(private) <luis> hola"]

    def test_they_are_a_setting_of_all_sessions(self, world: World) -> None:
        luis, eva, other = world.person("luis"), world.member("eva"), world.member("eva")
        eva.ask("/guests off")
        assert luis.ask("/msg eva hola") == [self.REFUSED]
        eva.hang_up()
        assert luis.ask("/msg eva hola") == [self.REFUSED]
        assert other.seen() == []


class TestKeeping:
    SETTINGS = (
        ("/echo off", "echo", False),
        ("/times on", "times", True),
        ("/language es", "language", "es"),
        ("/bell mentions", "bell", "mentions"),
        ("/quiet on", "quiet", True),
        ("/away lunch", "away", "lunch"),
        ("/ignore luis", "ignored", ["luis"]),
        ("/guests off", "guests", False),
    )

    @pytest.mark.parametrize(("line", "setting", "value"), SETTINGS)
    def test_what_is_set_is_kept_with_the_account_and_there_again(
        self, world: World, line: str, setting: str, value: object
    ) -> None:
        world.register("eva", **{"of a later chatd": [1]})
        eva = world.member("eva")
        eva.type(line)
        account = world.server.accounts.table["eva"]
        assert account.settings == {"of a later chatd": [1], setting: value}
        eva.hang_up()
        again = world.member("eva").session
        expected = tuple(value) if isinstance(value, list) else value
        assert getattr(again.subscriptions.settings, setting) == expected
        assert again.language.value == (value if setting == "language" else "en")
        assert again.replies.format.times is (setting == "times")
        assert again.replies.format.quiet is (setting == "quiet")

    @pytest.mark.one_node("its store is held back")
    @pytest.mark.parametrize(("line", "setting", "value"), SETTINGS)
    def test_it_is_answered_once_it_is_kept_and_is_not_done_if_it_cannot_be(
        self, line: str, setting: str, value: object, expected_errors: Expect
    ) -> None:
        world = World()
        eva = world.member("eva")
        world.store.holds = True
        eva.type(line)
        assert eva.seen() == []
        world.store.fail()
        world.settle()
        assert eva.seen()[0] == EN.error(ErrorKind.NOT_SAVED, "change_not_saved")
        assert eva.session.subscriptions.settings == world.person().session.subscriptions.settings
        assert world.server.accounts.table["eva"].settings == {}
        eva.type(line)
        world.release()
        assert eva.seen()[-1].startswith("*** ")
        expected_errors()

    @pytest.mark.parametrize(("line", "setting", "value"), SETTINGS)
    def test_of_a_guest_it_holds_for_the_session(
        self, world: World, ana: Member, line: str, setting: str, value: object
    ) -> None:
        ana.type(line)
        ana.hang_up()
        again = world.person("ana").session
        assert again.subscriptions.settings == world.person().session.subscriptions.settings
        assert not world.server.accounts.table

    def test_what_a_guest_has_set_holds_where_the_account_has_nothing(self, world: World) -> None:
        world.register("eva", times=True)
        guest = world.person()
        guest.type("/idioma es", "/eco no")
        world.server.names.take(guest.session, "eva")
        guest.session.identity.grant = by_password(world.server.accounts.table["eva"], 0)
        world.server.logins.begin_login(guest.session)
        settings = guest.session.subscriptions.settings
        assert (settings.language, settings.echo, settings.times) == ("es", False, True)

    def test_guests_who_set_nothing_hold_nothing_of_their_own(self, world: World) -> None:
        one, other = world.person("ana").session, world.person("luis").session
        mine, others = one.subscriptions, other.subscriptions
        assert mine.view is others.view
        assert mine.settings is others.settings
        assert mine.read_tracker is None

    def test_whom_one_ignores_and_what_others_are_told_ends_with_the_login(
        self, world: World
    ) -> None:
        ana = world.member("ana")
        ana.type("/ignore luis", "/away at lunch", "/times on")
        world.register("eva")
        world.server.logins.log_in(ana.session, world.server.accounts.table["eva"])
        ana.seen()
        ana.type("/ignore")
        assert ana.seen() == [EN.notice("ignores_nobody")]
        assert (
            world.server.sessions.away_text("eva") == ana.session.subscriptions.settings.away == ""
        )
        assert ana.session.subscriptions.settings.times
        ana.type("/logout", "hola")
        assert ana.seen()[-1].endswith("> hola")

    @pytest.mark.one_process("the test stalls a transport, of which another process has its own")
    def test_one_who_is_closed_while_it_is_kept_is_shown_nothing_more(self) -> None:
        world = World(slow=True)
        world.register("ana")
        ana, ghost, luis = world.member("ana"), world.member("ana"), world.person("luis")
        world.release()
        ghost.stop_taking()
        ghost.send(b"/times on\n")
        ana.type("/logout others")
        world.release()
        luis.type("/msg ana hola")
        world.release()
        ghost.take_again()
        assert ghost.seen()[-1] == EN.notice("closed_by_owner", name="ana")
