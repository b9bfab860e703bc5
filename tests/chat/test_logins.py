"""`chatd.chat.logins`: grants and names of sessions that log in and out."""

from __future__ import annotations

import pytest

from chatd.chat.login_limits import USUAL_TRIES
from chatd.chat.membership import LASTING
from chatd.chat.names import Names
from tests.support.sentences import EN
from tests.support.sessions import done, guest, member, program
from tests.support.world import PASSWORD, Member, World


@pytest.mark.parametrize("line", ["/logout", f"/login eva {PASSWORD}"])
def test_a_session_that_logs_out_leaves_its_private_room_under_its_old_name(line: str) -> None:
    world = World()
    world.register("eva")
    owner, ana = world.member("olga"), world.member("ana")
    owner.type("/create den private", "/invite ana", "/invite eva")
    ana.type("/join den")
    world.wait(LASTING)
    owner.seen()
    ana.type(line)
    assert owner.seen() == [EN.notice("left_one", people="ana")]
    assert world.room("den") not in ana.session.memberships


def test_typing_a_password_logs_no_guest_in() -> None:
    world = World()
    guest = world.person()
    world.server.logins.password_typed(guest.session)
    assert guest.session.grant is None


def test_a_login_counts_later_tries_from_its_network_apart() -> None:
    world = World()
    world.server.disconnect(member(world, "ana"))
    account = world.server.accounts.table["ana"]
    world.server.logins.log_in(guest(world, network="192.0.2.1"), account)
    tries, _ = world.server.logins.limits.tries_of(account, "192.0.2.1", 1)
    assert tries.limit == USUAL_TRIES


def test_a_session_of_a_program_is_text_only_and_has_the_settings_of_the_account() -> None:
    world = World()
    ana = member(world, "ana")
    done(world, world.server.logins.change_settings(ana, ignored=["luis"]))
    session = program(world, "ana")
    assert session.text_only
    assert list(session.subscriptions.settings.ignored) == ["luis"]


def test_a_setting_is_changed_in_one_session_and_stored_for_later_ones() -> None:
    world = World()
    ana, other, later = member(world, "ana"), guest(world), guest(world)
    logins, account = world.server.logins, world.server.accounts.table["ana"]
    logins.log_in(other, account)
    done(world, logins.change_settings(ana, times=True))
    logins.log_in(later, account)
    times = [each.subscriptions.settings.times for each in (ana, other, later)]
    assert times == [True, False, True]


def test_ignored_names_are_changed_in_all_sessions_of_an_account() -> None:
    world = World()
    ana, other = member(world, "ana"), guest(world)
    world.server.logins.log_in(other, world.server.accounts.table["ana"])
    done(world, world.server.logins.change_settings(ana, ignored=["luis"]))
    assert list(other.subscriptions.settings.ignored) == ["luis"]


def test_a_guest_who_logs_in_is_put_out_of_a_room_that_bans_the_account() -> None:
    world = World()
    owner, eva = world.member("olga"), world.person()
    world.register("eva")
    owner.type("/create den", "/ban eva")
    eva.type("/join den")
    den = world.room("den")
    assert den in eva.session.memberships
    world.server.logins.log_in(eva.session, world.server.accounts.table["eva"])
    assert den not in eva.session.memberships


def test_a_muted_member_who_logs_out_is_muted_as_a_guest() -> None:
    world = World()
    owner = world.member("olga")
    world.register("ana")
    owner.type("/create den", "/mute ana")
    ana = world.member("ana")
    ana.type("/join den")
    world.server.logins.log_out(ana.session)
    assert ana.session.is_guest
    assert world.server.moderation.silence(ana.session, world.room("den")) is not None


class TestALoginThatFails:
    """Logins of sessions whose rename fails."""

    @pytest.fixture
    def world(self) -> World:
        world = World()
        for name in "ana", "eva":
            world.register(name)
        return world

    def fail_to_log_in(self, world: World, person: Member, patch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError

        with patch.context() as patched:
            patched.setattr(Names, "give", fail)
            with pytest.raises(ZeroDivisionError):
                world.server.logins.log_in(person.session, world.server.accounts.table["eva"])

    def test_leaves_a_member_a_guest(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        ana = world.person()
        ana.type(f"/login ana {PASSWORD}")
        self.fail_to_log_in(world, ana, monkeypatch)
        assert ana.session.grant is None
        assert ana.session.is_guest
        assert not world.server.names.of("ana")

    def test_leaves_a_guest_its_name(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        luis = world.person("luis")
        self.fail_to_log_in(world, luis, monkeypatch)
        assert luis.session.name == "luis"
        assert not luis.session.is_guest
