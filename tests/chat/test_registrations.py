"""`chatd.chat.registrations`: changes of accounts that fail, or that others overtake."""

from __future__ import annotations

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import TOKEN
from chatd.storage.contract import StoreError
from tests.support.browser import Browser, browser_tab
from tests.support.logs import Expect
from tests.support.sessions import begin
from tests.support.world import HASH, PASSWORD, World


def test_a_registration_that_fails_takes_nothing_from_the_next_owner_of_the_name(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    server = world.server
    first = begin(world, server.registrations.register(Account("eva", HASH)))
    world.settle()
    begin(world, server.registrations.unregister(server.accounts.table["eva"]))
    second = Account("eva", HASH, epoch=7)
    server.accounts.store(second)
    _, puts = server.credentials.issue(second, TOKEN, "t")
    begin(world, server.registrations.change_credentials(*puts))
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
    begin(world, world.server.registrations.register(Account("ana", HASH)))
    other.type(f"/login ana {PASSWORD}")
    world.settle()
    assert other.session.account == "ana"
    world.fail()
    assert other.session.is_guest
    assert other.session.grant is None
    expected_errors()


def tab_that_registers(world: World) -> tuple[Browser, Browser]:
    """Return a tab that waits to be registered, and another one, which has renamed both since."""
    tabs = browser_tab(world), browser_tab(world)
    world.store.holds = True
    begin(world, world.server.registrations.register(Account("ana", HASH), tabs[0].session))
    tabs[1].say("/nick eva")
    return tabs


def test_a_tab_that_registers_has_the_name_although_another_renamed_both_meanwhile(
    world: World,
) -> None:
    first, second = tab_that_registers(world)
    assert first.session.name == "eva"
    world.release()
    assert first.session.name == "ana"
    assert second.session.name == "eva"


def test_a_tab_that_went_meanwhile_is_not_given_the_name_again(world: World) -> None:
    first, _ = tab_that_registers(world)
    first.hang_up()
    world.release()
    assert world.server.accounts.called("ana") is not None
    assert not world.server.names.of("ana")


def test_a_guest_whose_name_is_registered_is_put_out_of_rooms_that_invited_the_name() -> None:
    world = World()
    ana, luis = world.member("ana"), world.person("luis")
    ana.type("/create den private", "/invite luis")
    luis.type("/join den")
    assert luis.session.room is world.room("den")
    begin(world, world.server.registrations.register(Account("luis", HASH)))
    world.settle()
    assert luis.session.is_guest
    assert luis.session.room is not world.room("den")


def test_changing_a_password_logs_no_guest_in(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    guest, server = world.person(), world.server
    server.accounts.store(Account("ana", HASH))
    world.release()
    ana = server.accounts.table["ana"]
    changing = begin(world, server.registrations.change_password(ana, HASH, guest.session))
    world.settle()
    world.fail()
    assert isinstance(changing.result, StoreError)
    begin(world, server.registrations.change_password(ana, HASH, guest.session))
    world.release()
    assert guest.session.grant is None
    expected_errors()
