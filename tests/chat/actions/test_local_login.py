"""`chatd.chat.actions.local_login`: users of the machine have accounts that are bound to them."""

from __future__ import annotations

import pytest

from chatd.accounts.accounts import NO_UID
from chatd.accounts.local_users import (
    ADMINISTRATORS,
    FRESH_SECONDS,
    LOOKUP_SECONDS,
    MOST_LOOKUPS,
)
from chatd.errors import ErrorKind
from tests.support.logs import Expect, logged
from tests.support.machine import ANA, GROUP, LUIS, OTHER, Machine
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member


@pytest.fixture
def machine() -> Machine:
    return Machine()


def refused(machine: Machine, uid: int, *groups: int) -> str:
    """Return the sentence with which a user gets no name."""
    person = machine.user(uid, *groups, greeted=True)
    assert person.session.account is None
    assert person.session.is_guest
    beginning = EN.notice("you_have_no_name", why="")
    [line] = [line for line in person.seen() if line.startswith(beginning)]
    return line.removeprefix(beginning)


class TestWhoComesFirst:
    def test_is_greeted_by_the_login_name(self, machine: Machine) -> None:
        greeting = machine.user(ANA, greeted=True).seen()
        assert greeting == EN.notices(
            "welcome_by_name", name="ana", room="lobby", here=EN.sentence("nobody_else")
        )

    def test_has_an_account_that_is_stored(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        account = machine.again().server.accounts.of_user(ANA)
        assert account is not None
        assert (account.name, account.hash, account.admin) == ("ana", "", False)

    def test_is_shown_recent_lines(self, machine: Machine) -> None:
        machine.say("before")
        assert any("before" in line for line in machine.user(ANA, greeted=True).seen())

    def test_may_come_twice_at_once(self) -> None:
        machine = Machine(slow=True)
        both = [machine.user(ANA), machine.user(ANA)]
        machine.release()
        assert [each.session.account for each in both] == ["ana", "ana"]
        assert len(machine.server.accounts.table) == 1

    def test_is_a_guest_if_that_cannot_be_stored(self, expected_errors: Expect) -> None:
        machine = Machine(slow=True)
        person = machine.user(ANA, greeted=True)
        machine.fail()
        assert person.session.account is None
        assert EN.notice("you_have_no_name", why=EN.sentence("change_not_saved")) in person.seen()
        assert machine.server.accounts.of_user(ANA) is None
        assert expected_errors()

    def test_may_go_before_that_is_stored(self) -> None:
        machine = Machine(slow=True)
        machine.user(ANA).hang_up()
        machine.release()
        assert machine.user(ANA).session.account == "ana"

    def test_takes_the_name_from_a_guest(self, machine: Machine) -> None:
        guest = machine.person("ana")
        assert machine.user(ANA).session.name == "ana"
        assert guest.session.is_guest
        assert EN.notice("registered_elsewhere", name="ana") in guest.seen()


class TestWhoComesBack:
    def test_has_the_same_account(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        assert machine.user(ANA).session.account == "ana"
        assert len(machine.server.accounts.table) == 1

    def test_is_shown_what_was_missed_after_the_greeting_and_once(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        ana.type("bye")
        ana.hang_up()
        machine.say("meanwhile")
        lines = machine.user(ANA, greeted=True).seen()
        shown = [number for number, line in enumerate(lines) if "meanwhile" in line]
        assert shown == [len(lines) - 1]

    def test_keeps_the_name_when_the_login_is_renamed(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        machine.logins[ANA] = "anita"
        assert machine.user(ANA).session.name == "ana"

    def test_keeps_it_when_the_system_does_not_answer(
        self, machine: Machine, expected_errors: Expect
    ) -> None:
        machine.user(ANA).hang_up()
        restarted = machine.again()
        restarted.asking.held = True
        ana = restarted.user(ANA, GROUP)
        restarted.wait(LOOKUP_SECONDS)
        assert ana.session.name == "ana"
        assert not ana.session.identity.administers
        assert expected_errors()

    def test_keeps_all_rights_while_thousands_come_without_a_name(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        machine.wait(FRESH_SECONDS)
        machine.asking.held = True
        for uid in range(100_000, 100_000 + MOST_LOOKUPS):
            machine.user(uid)
        ana = machine.user(ANA, GROUP)
        assert (ana.session.name, ana.session.identity.administers) == ("ana", True)

    def test_may_have_several_connections(self, machine: Machine) -> None:
        first, second = machine.user(ANA), machine.user(ANA)
        second.type("hola")
        assert "<ana> hola" in first.seen()

    def test_comes_with_the_settings_of_the_account(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        ana.type("/ignore spam")
        ana.hang_up()
        assert machine.server.logins.ignored_by(machine.user(ANA).session) == ("spam",)


class TestNoNameIsGivenTo:
    @pytest.mark.parametrize(
        ("login", "key"),
        [
            ("root", "reserved_name"),
            ("admin", "reserved_name"),
            ("guest7", "reserved_name"),
            ("10.0.0.1", "name_is_address"),
            ("build$", "invalid_name"),
            ("ana@corp.example", "invalid_name"),
            ("CORP\\ana", "invalid_name"),
            ("\x1b[2J\udcff", "invalid_name"),
        ],
    )
    def test_a_login_that_is_no_name(self, login: str, key: str) -> None:
        machine = Machine({OTHER: login})
        assert refused(machine, OTHER).endswith(EN.sentence(key, name="").strip()[-20:])

    def test_a_login_that_is_registered(self, machine: Machine) -> None:
        machine.register("Ana")
        assert refused(machine, ANA) == EN.sentence("registered_name", name="ana")

    def test_a_login_that_looks_like_a_registered_name(self, machine: Machine) -> None:
        machine.register("anaI")
        machine.logins[OTHER] = "anal"
        why = EN.sentence("looks_like_name", name="anal", other="anaI")
        assert refused(machine, OTHER) == why

    def test_another_user_who_has_the_login_later(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        machine.logins[OTHER] = machine.logins.pop(ANA)
        assert refused(machine, OTHER) == EN.sentence("name_of_other_user", name="ana")

    def test_root(self, machine: Machine) -> None:
        assert refused(machine, 0, GROUP) == EN.sentence("root_has_no_name")

    def test_a_user_of_another_namespace(self, machine: Machine) -> None:
        uid = machine.at_socket.local_users.overflow  # type: ignore[union-attr]
        machine.logins[uid] = "nobody"
        assert refused(machine, uid, GROUP) == EN.sentence("login_is_unknown")

    def test_a_user_without_a_login(self, machine: Machine) -> None:
        assert refused(machine, OTHER, GROUP) == EN.sentence("login_is_unknown")

    def test_a_user_while_the_system_does_not_answer(
        self, machine: Machine, expected_errors: Expect
    ) -> None:
        machine.asking.held = True
        person = machine.user(ANA, greeted=True)
        assert person.seen() == []
        machine.wait(LOOKUP_SECONDS)
        why = EN.sentence("login_came_late")
        assert person.seen()[-1] == EN.notice("you_have_no_name", why=why)
        assert expected_errors()


class TestTheAccount:
    def test_cannot_be_logged_in_to_with_a_password(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        stranger = machine.person()
        no_password = EN.error(ErrorKind.NOT_ALLOWED, "has_no_password", name="ana")
        assert stranger.ask(f"/login ana {PASSWORD}") == [no_password]
        assert stranger.ask("/login ana") == [no_password]

    def test_cannot_be_taken_by_a_guest(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        registered_name = EN.error(ErrorKind.NAME_IN_USE, "registered_name", name="ana")
        assert machine.person().ask("/nick ana") == [registered_name]

    def test_is_the_users_already(self, machine: Machine) -> None:
        yours = EN.error(ErrorKind.NAME_IN_USE, "yours_already", name="ana")
        ana = machine.user(ANA)
        assert ana.ask(f"/register {PASSWORD}") == [yours]
        assert ana.ask(f"/login ana {PASSWORD}") == [yours]

    def test_may_be_given_a_password_for_other_doors(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        ana.type(f"/password {PASSWORD}")
        elsewhere = machine.person()
        elsewhere.type(f"/login ana {PASSWORD}")
        assert elsewhere.session.account == ana.session.account == "ana"
        assert machine.user(ANA).session.account == "ana"

    def test_needs_no_password_for_a_token(self, machine: Machine) -> None:
        assert any("chatd_" in line for line in machine.user(ANA).ask("/token new ci"))

    def test_ends_when_its_owner_repeats_that(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        asked = [EN.notice("would_unregister", name="ana"), EN.notice("ask_again")]
        assert ana.ask("/unregister") == asked
        ana.type("/unregister")
        assert machine.server.accounts.of_user(ANA) is None
        assert ana.session.stream.finished
        assert machine.user(ANA).session.account == "ana"

    def test_with_a_password_ends_by_the_password_alone(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        ana.type(f"/password {PASSWORD}", "/unregister", "")
        assert machine.server.accounts.of_user(ANA) is not None
        ana.type(f"/unregister {PASSWORD}")
        assert machine.server.accounts.of_user(ANA) is None

    def test_that_is_removed_ends_the_connections(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        machine.ask_operator("remove", name="ana")
        assert ana.session.stream.finished
        assert ana.session.account is None

    def test_that_was_removed_is_not_that_of_the_next_owner(self, machine: Machine) -> None:
        machine.user(ANA).hang_up()
        machine.ask_operator("remove", name="ana")
        machine.logins[OTHER] = machine.logins.pop(ANA)
        assert machine.user(OTHER).session.account == "ana"
        assert machine.server.accounts.of_user(ANA) is None

    def test_is_listed_with_its_user(self, machine: Machine) -> None:
        machine.user(ANA)
        machine.register("eva")
        listed = machine.ask_operator("list").result  # type: ignore[attr-defined]
        assert [(each["name"], each.get("uid")) for each in listed["accounts"]] == [
            ("ana", ANA),
            ("eva", None),
        ]

    def test_is_left_for_that_of_a_guest(self, machine: Machine) -> None:
        ana = machine.user(ANA)
        ana.type("/logout")
        assert ana.session.account is None
        assert ana.session.is_guest

    def test_belongs_to_no_user_if_it_was_registered(self, machine: Machine) -> None:
        machine.register("eva")
        account = machine.server.accounts.called("eva")
        assert account is not None
        assert account.uid == NO_UID
        assert machine.server.accounts.of_user(NO_UID) is None


class TestAnAdministratorByGroup:
    def test_is_told_so(self, machine: Machine) -> None:
        told = EN.notice("you_administer", group=ADMINISTRATORS)
        assert told in machine.user(ANA, GROUP, greeted=True).seen()
        assert told not in machine.user(LUIS, greeted=True).seen()

    def test_acts_for_the_whole_server(self, machine: Machine) -> None:
        luis, ana = machine.user(LUIS), machine.user(ANA, GROUP)
        ana.type("/wall tea at five")
        assert EN.deed("wall", "ana", reason="tea at five") in luis.seen()

    def test_is_one_on_that_connection_alone(self, machine: Machine) -> None:
        machine.user(ANA, GROUP)
        other = machine.user(ANA)
        only = EN.error(ErrorKind.NOT_ALLOWED, "only_administrators")
        assert other.ask("/wall tea") == [only]
        assert not machine.server.accounts.table["ana"].admin

    def test_is_none_any_more_after_logout(self, machine: Machine) -> None:
        ana = machine.user(ANA, GROUP)
        ana.type("/logout")
        assert not ana.session.identity.administers

    def test_is_none_in_another_account(self, machine: Machine) -> None:
        machine.register("eva")
        ana = machine.user(ANA, GROUP)
        ana.type(f"/login eva {PASSWORD}")
        assert ana.session.account == "eva"
        assert not ana.session.identity.administers

    def test_is_none_once_the_account_is_removed(self, machine: Machine) -> None:
        ana = machine.user(ANA, GROUP)
        machine.ask_operator("remove", name="ana")
        assert not ana.session.identity.administers

    def test_who_is_nobody_here_administers_nothing(self, machine: Machine) -> None:
        machine.register("ana")
        ana = machine.user(ANA, GROUP)
        only = EN.error(ErrorKind.NOT_ALLOWED, "only_administrators")
        assert ana.ask("/wall tea") == [only]

    def test_is_logged_with_the_uid_and_all_deeds(self, machine: Machine) -> None:
        with logged() as lines:
            machine.user(LUIS, GROUP)
            machine.user(ANA).type("/topic tea")
            machine.user(LUIS, GROUP).type("/wall tea")
        ours = [line for line in lines if "luis" in line]
        assert f"luis (uid {LUIS}), of the system's group, is an administrator" in ours[0]
        assert ours[-1].endswith("luis in #lobby: wall.")
        assert not any("ana" in line for line in lines)

    def test_is_refused_nothing_that_is_used_up(self) -> None:
        machine = Machine(budgets={"lines.all": 2})
        luis, ana = machine.user(LUIS), machine.user(ANA, GROUP)
        luis.type("1", "2", "3")
        ana.seen()
        ana.type("/wall stop")
        assert EN.deed("wall", "ana", reason="stop") in ana.seen()

    def test_cannot_be_banned(self, machine: Machine) -> None:
        machine.register("eva", admin=True)
        eva = machine.member("eva")
        ana = machine.user(ANA, GROUP)
        eva.type("/ban ana")
        assert machine.room("lobby") in ana.session.memberships


class TestLimits:
    def test_are_those_of_one_user(self) -> None:
        machine = Machine(budgets={"connections.64": 1, "connections.all": 0})
        machine.user(ANA)
        second, other = machine.user(ANA, greeted=True), machine.user(LUIS)
        assert second.session.stream.finished
        assert second.seen() == [EN.error(ErrorKind.FULL, "address_full", limit=1)]
        assert other.session.account == "luis"

    def test_are_those_of_one_user_for_all_users_without_a_name(self) -> None:
        machine = Machine(budgets={"connections.64": 1, "connections.all": 0})
        strangers = [machine.user(100_000), machine.user(100_001)]
        assert [each.session.stream.finished for each in strangers] == [False, True]
        assert not machine.user(0).session.stream.finished

    def test_end_with_the_connection(self) -> None:
        machine = Machine(budgets={"connections.64": 1, "connections.all": 0})
        for _ in range(3):
            ana = machine.user(ANA)
            assert not ana.session.stream.finished
            ana.hang_up()

    def test_hold_for_accounts_that_are_made_again_and_again(self) -> None:
        machine = Machine(budgets={"names.64": 4})
        for _ in range(2):
            assert machine.user(ANA).session.account == "ana"
            machine.ask_operator("remove", name="ana")
        assert machine.user(ANA).session.account is None
        assert machine.user(LUIS).session.account == "luis"

    def test_know_no_network_to_ban(self, machine: Machine) -> None:
        ana = machine.user(ANA, GROUP)
        machine.user(LUIS)
        no_address = EN.error(ErrorKind.NOT_ALLOWED, "no_address", name="luis")
        assert ana.ask("/ban @luis") == [no_address]

    def test_are_not_those_of_a_ban_of_networks(self, machine: Machine) -> None:
        ana = machine.user(ANA, GROUP)
        ana.type("/ban 192.0.2.1", "/ban 192.0.2.1")
        assert machine.room("lobby") in machine.user(LUIS).session.memberships


class TestInput:
    def test_waits_until_the_user_is_known(self, machine: Machine) -> None:
        machine.asking.held = True
        ana = machine.user(ANA, greeted=True)
        ana.type("early")
        assert machine.stored("lobby") == []
        machine.asking.work()
        machine.settle()
        assert [(event.author, event.text) for event in machine.stored("lobby")] == [
            ("ana", "early")
        ]

    def test_of_a_pipe_is_said_under_the_name(self, machine: Machine) -> None:
        machine.asking.held = True
        ana = machine.user(ANA)
        ana.send(b"piped\n")
        ana.half_close()
        machine.asking.work()
        machine.settle()
        assert [(event.author, event.text) for event in machine.stored("lobby")] == [
            ("ana", "piped")
        ]
        assert ana.closed

    def test_that_is_none_makes_no_account(self, machine: Machine) -> None:
        machine.asking.held = True
        gone: Member = machine.user(ANA)
        gone.hang_up()
        machine.asking.work()
        machine.settle()
        assert len(machine.server.sessions) == 0
