"""`chatd.chat.logins`: grants and names of sessions when something fails or happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import TOKEN
from chatd.chat.membership import LASTING
from chatd.chat.names import Names
from chatd.storage.contract import StoreError
from tests.support.browser import (
    Browser,
    browser,
)
from tests.support.members import member
from tests.support.world import (
    CHEAP,
    Person,
    World,
)

PASSWORD = "correct horse"
HASH = CHEAP.hash(PASSWORD)

Expect = Callable[..., list[LogEvent]]


def begin(coroutine: Any) -> Deferred[Any]:
    """Begin a coroutine that a slow store holds back; a failure becomes the result."""
    return Deferred.fromCoroutine(coroutine).addErrback(lambda failure: failure.value)


def test_a_registration_that_fails_takes_nothing_from_the_next_owner_of_the_name(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    server = world.server
    first = begin(server.logins.register(Account("eva", HASH)))
    world.settle()
    begin(server.logins.unregister(server.accounts.table["eva"]))
    second = Account("eva", HASH, epoch=7)
    server.accounts.keep(second)
    _, puts = server.credentials.issue(second, TOKEN, "t")
    begin(server.logins.change_credentials(*puts))
    world.store.fail()
    world.release()
    assert isinstance(first.result, StoreError)
    assert server.accounts.called("eva") == second
    assert server.credentials.of("eva", TOKEN)
    expected_errors()


def test_a_session_of_an_account_that_could_not_be_stored_is_a_guest_at_once(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    other = world.person()
    world.release()
    begin(world.server.logins.register(Account("ana", HASH)))
    other.type(f"/login ana {PASSWORD}")
    world.settle()
    assert other.session.account == "ana"
    world.store.fail()
    world.settle()
    assert other.session.is_guest
    assert other.session.grant is None
    expected_errors()


def tabs(world: World) -> list[Browser]:
    """Two tabs of one browser, both called ana."""
    return [browser(world, key="a-key-of-this-browser", name="ana") for _ in range(2)]


def test_a_tab_that_registers_has_the_name_although_another_renamed_both_meanwhile() -> None:
    world = World(slow=True)
    first, second = tabs(world)
    world.release()
    begin(world.server.logins.register(Account("ana", HASH), first.session))
    second.say("/nick eva")
    assert first.session.name == "eva"
    world.release()
    assert first.session.name == "ana"
    assert second.session.name == "eva"


def test_a_tab_that_went_meanwhile_is_not_given_the_name_again() -> None:
    world = World(slow=True)
    first, second = tabs(world)
    world.release()
    begin(world.server.logins.register(Account("ana", HASH), first.session))
    second.say("/nick eva")
    first.hang_up()
    world.release()
    assert world.server.accounts.called("ana") is not None
    assert not world.server.names.of("ana")


@pytest.mark.parametrize("line", ["/logout", f"/login eva {PASSWORD}"])
def test_a_session_that_logs_out_leaves_its_private_room_under_its_old_name(line: str) -> None:
    world = World()
    world.server.accounts.keep(Account("eva", HASH))
    owner, ana = member(world, "olga"), member(world, "ana")
    owner.type("/create den private", "/invite ana", "/invite eva")
    ana.type("/join den")
    world.clock.advance(LASTING)
    owner.seen()
    ana.type(line)
    assert owner.seen() == ["*** ana left."]
    assert world.server.rooms["den"] not in ana.session.memberships


def test_a_guest_whose_name_is_registered_is_put_out_of_rooms_that_invited_the_name() -> None:
    world = World()
    ana, luis = member(world, "ana"), world.person("luis")
    ana.type("/create den private", "/invite luis")
    luis.type("/join den")
    assert luis.session.room is world.server.rooms["den"]
    begin(world.server.logins.register(Account("luis", HASH)))
    world.settle()
    assert luis.session.is_guest
    assert luis.session.room is not world.server.rooms["den"]


def test_changing_a_password_logs_no_guest_in(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    guest, server = world.person(), world.server
    server.accounts.keep(Account("ana", HASH))
    world.release()
    ana = server.accounts.table["ana"]
    changing = begin(server.logins.change_password(ana, HASH, guest.session))
    world.settle()
    world.store.fail()
    world.settle()
    assert isinstance(changing.result, StoreError)
    begin(server.logins.change_password(ana, HASH, guest.session))
    world.release()
    assert guest.session.grant is None
    expected_errors()


def test_typing_a_password_logs_no_guest_in() -> None:
    world = World()
    guest = world.person()
    world.server.logins.password_typed(guest.session)
    assert guest.session.grant is None


class TestALoginThatFails:
    """Logins of sessions whose rename fails."""

    @pytest.fixture
    def world(self) -> World:
        world = World()
        for name in "ana", "eva":
            world.server.accounts.keep(Account(name, HASH))
        return world

    def fail_to_log_in(self, world: World, person: Person, patch: pytest.MonkeyPatch) -> None:
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


def test_tries_from_a_network_of_an_earlier_login_are_counted_apart() -> None:
    world = World()
    world.server.accounts.keep(Account("ana", HASH))
    account = world.server.accounts.table["ana"]
    person = world.person()
    person.session.identity.network = "192.0.2.1"
    person.type(f"/login ana {PASSWORD}")
    keys = [
        key
        for network in ("192.0.2.1", "192.0.2.2")
        for tries, key in world.server.logins.tries_of(account, network)
        if tries is world.server.logins.name_tries
    ]
    assert keys[0] != keys[1] == "ana"
