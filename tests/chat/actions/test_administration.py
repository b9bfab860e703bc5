"""`chatd.chat.actions.administration`: the operator's actions."""

from __future__ import annotations

import pytest

from chatd.accounts.accounts import NO_UID
from chatd.chat.actions.administration import (
    add_account,
    check_new_account,
    confirm_clock,
    list_accounts,
    remove_account,
    set_administrator,
    set_password,
)
from chatd.chat.actions.login import log_in
from chatd.errors import Refusal
from chatd.storage.contract import StoreError
from tests.support.logs import Expect
from tests.support.sessions import begin, done, guest, member, refused
from tests.support.world import CHEAP, PASSWORD, World

HASH = CHEAP.hash("another horse")


def test_an_account_is_added_for_a_person_who_is_not_here(world: World) -> None:
    world.ahead = 5
    done(world, add_account(world.server, "Ana", HASH, admin=True))
    assert list_accounts(world.server) == [("Ana", True, 5, 0, 0, NO_UID, False, False)]
    done(world, log_in(world.server, guest(world), "ana", "another horse"))
    assert list_accounts(world.server) == [("Ana", True, 5, 1, 0, NO_UID, False, False)]


def test_a_name_that_is_registered_is_refused(world: World) -> None:
    member(world, "ana")
    with pytest.raises(Refusal):
        check_new_account(world.server, "Ana")
    adding = add_account(world.server, "Ana", HASH, admin=False)
    assert refused(world, adding) == "registered_name"


def test_wrong_passwords_are_listed_until_the_password_is_changed(world: World) -> None:
    member(world, "ana")
    member(world, "luis")
    for network in "192.0.2.1", "192.0.2.2", "":
        wrong = log_in(world.server, guest(world, network=network), "ana", "wrong horse")
        assert refused(world, wrong) == "wrong_password"
    assert [account.failures for account in list_accounts(world.server)] == [3, 0]
    done(world, set_password(world.server, "ana", HASH))
    assert [account.failures for account in list_accounts(world.server)] == [0, 0]


def test_accounts_are_listed_by_name(world: World) -> None:
    for name in "luis", "Eva", "ana":
        done(world, add_account(world.server, name, HASH, admin=False))
    assert [account.name for account in list_accounts(world.server)] == ["ana", "Eva", "luis"]


def test_an_administrator_is_made_and_unmade(world: World) -> None:
    member(world, "Ana")
    assert done(world, set_administrator(world.server, "ana", True)) == "Ana"
    assert world.server.accounts.has_administrator
    done(world, set_administrator(world.server, "ana", False))
    assert not world.server.accounts.has_administrator


def test_an_administrator_is_not_made_if_that_cannot_be_stored(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    adding = begin(world, add_account(world.server, "ana", HASH, admin=False))
    world.release()
    assert adding.result is None
    promoting = begin(world, set_administrator(world.server, "ana", True))
    world.store.fail()
    assert isinstance(promoting.result, StoreError)
    assert not world.server.accounts.has_administrator
    expected_errors()


def test_a_password_is_changed_and_the_sessions_signed_out(world: World) -> None:
    ana = member(world, "Ana")
    assert done(world, set_password(world.server, "ana", HASH)) == "Ana"
    assert ana.account is None
    old = log_in(world.server, guest(world), "ana", PASSWORD)
    assert refused(world, old) == "wrong_password"


def test_an_account_is_removed(world: World) -> None:
    ana = member(world, "Ana")
    assert done(world, remove_account(world.server, "ana")) == ("Ana", False)
    assert ana.is_guest
    assert not world.server.accounts.table


def test_an_account_that_is_not_there_is_refused(world: World) -> None:
    for action in (
        set_administrator(world.server, "ana", True),
        set_password(world.server, "ana", HASH),
        remove_account(world.server, "ana"),
    ):
        assert refused(world, action) == "not_registered"


def test_the_clock_is_confirmed(world: World) -> None:
    world.ahead = 2.0 * 86_400
    world.watch.check()
    assert world.watch.doubted
    assert done(world, confirm_clock(world.server, world.watch)) == 2 * 86_400
    assert not world.watch.doubted
