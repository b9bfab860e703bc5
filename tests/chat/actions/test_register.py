"""`chatd.chat.actions.register`: a session's name becomes its account."""

from __future__ import annotations

from chatd.chat.actions.register import check_registration, register
from chatd.chat.actions.rename import rename
from chatd.chat.login_limits import LIMITS, REGISTRATIONS
from chatd.storage.contract import StoreError
from tests.support.logs import Expect
from tests.support.sessions import begin, done, guest, keys, member, refused, refuses
from tests.support.world import PASSWORD, World


def test_a_session_owns_its_name_afterwards(world: World) -> None:
    session = guest(world, "Ana")
    account = done(world, register(world.server, session, PASSWORD))
    assert account.name == "Ana"
    assert session.account == "ana"
    assert session.identity.typed_its_password
    assert PASSWORD not in str(world.server.accounts.table["ana"])


def test_a_guest_without_a_name_is_refused(world: World) -> None:
    assert refused(world, register(world.server, guest(world), PASSWORD)) == "name_first"


def test_a_member_is_refused(world: World) -> None:
    ana = member(world, "ana")
    assert refused(world, register(world.server, ana, PASSWORD)) == "yours_already"


def test_a_password_that_is_not_valid_is_refused(world: World) -> None:
    session = guest(world, "ana")
    assert refused(world, register(world.server, session, "short")) == "password_too_short"
    assert not world.server.accounts.table


def test_a_session_that_was_signed_out_is_refused(world: World) -> None:
    ana = member(world, "ana")
    world.server.logins.sign_out(ana)
    assert refused(world, register(world.server, ana, PASSWORD)) == "not_signed_in"


def test_the_connection_must_be_confidential(world: World) -> None:
    session = guest(world, "ana", confidential=False)
    assert refused(world, register(world.server, session, PASSWORD)) == "password_in_clear"


def test_there_must_be_a_hasher() -> None:
    world = World(passwords=None)
    with refuses("no_accounts"):
        check_registration(world.server, guest(world, "ana"), sent=False)


def test_registrations_from_one_network_are_limited(world: World) -> None:
    for number in range(LIMITS[REGISTRATIONS].free):
        session = guest(world, f"name-{chr(97 + number % 26)}{number}", network="192.0.2.1")
        done(world, register(world.server, session, PASSWORD))
    late = guest(world, "late", network="192.0.2.1")
    assert refused(world, register(world.server, late, PASSWORD)) == "too_many_tries"
    elsewhere = guest(world, "elsewhere", network="192.0.2.2")
    assert done(world, register(world.server, elsewhere, PASSWORD)) is not None


def test_registrations_without_a_network_are_not_limited(world: World) -> None:
    for number in range(LIMITS[REGISTRATIONS].free + 1):
        session = guest(world, f"name-{chr(97 + number % 26)}{number}")
        done(world, register(world.server, session, PASSWORD))


def test_a_session_that_ends_during_the_hash_registers_nothing(world: World) -> None:
    session = guest(world, "ana")
    world.hashing.held = True
    registering = begin(world, register(world.server, session, PASSWORD))
    world.server.finish(session)
    world.hashing.work()
    assert registering.result is None
    assert not world.server.accounts.table


def test_a_session_that_is_renamed_during_the_hash_registers_nothing(world: World) -> None:
    session = guest(world, "ana")
    world.hashing.held = True
    registering = begin(world, register(world.server, session, PASSWORD))
    done(world, rename(world.server, session, "eva"))
    world.hashing.work()
    assert registering.result.key == "name_first"
    assert not world.server.accounts.table


def test_nothing_is_registered_that_could_not_be_stored(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    session = guest(world, "ana")
    registering = begin(world, register(world.server, session, PASSWORD))
    world.store.fail()
    assert isinstance(registering.result, StoreError)
    assert session.account is None
    expected_errors()


def test_an_account_that_gets_another_password_while_it_is_stored_is_not_the_sessions() -> None:
    world = World(slow=True)
    server, session = world.server, guest(world, "ana")
    registering = begin(world, register(server, session, PASSWORD))
    account = server.accounts.table["ana"]
    begin(world, server.registrations.change_password(account, account.hash))
    world.release()
    assert registering.result.key == "wrong_password"
    assert session.account is None


def test_the_caller_is_called_before_the_session_receives_anything_as_a_member(
    world: World,
) -> None:
    session = guest(world, "ana")
    tracked: list[object] = []
    done(
        world,
        register(
            world.server,
            session,
            PASSWORD,
            lambda _: tracked.append(session.subscriptions.read_tracker),
        ),
    )
    assert tracked == [None]
    assert session.subscriptions.read_tracker is not None


def test_guests_with_a_name_that_looks_like_it_lose_theirs(world: World) -> None:
    ana, double = guest(world, "Bob1"), guest(world)
    world.server.names.give(double, "Bobl")  # as if both had come at the same time
    done(world, register(world.server, ana, PASSWORD))
    assert double.is_guest
    assert "registered_elsewhere" in keys(double)
