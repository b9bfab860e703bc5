"""`chatd.chat.login_limits`: whom a failed try delays, and whom it does not."""

from __future__ import annotations

import re

import pytest

from chatd.accounts.accounts import Account
from chatd.chat import login_limits
from chatd.chat.actions.login import log_in
from chatd.chat.actions.register import register
from chatd.chat.login_limits import (
    FIRST_TRIES,
    LIMITS,
    NAME_TRIES,
    NETWORK_TRIES,
    REGISTRATIONS,
    SESSION_TRIES,
    STRANGER_TRIES,
    USUAL_TRIES,
    LoginFailures,
    LoginLimits,
)
from chatd.storage.records import change
from tests.support.checkout import ROOT
from tests.support.logs import Expect
from tests.support.sessions import begin, done, guest, refused
from tests.support.world import PASSWORD, World

ANA, LUIS = Account("ana", "", created=7), Account("luis", "", created=7)
HOME, ELSEWHERE, FAR = "192.0.2.1", "192.0.2.2", "192.0.2.3"


@pytest.fixture
def limits(world: World) -> LoginLimits:
    limits = world.server.logins.limits
    limits.networks.record_login(ANA, HOME)
    return limits


def fail(
    limits: LoginLimits, account: Account, network: str, times: int = 1, session: int = 0
) -> None:
    """Fail some times to log in, also where one has to wait: each time in a new session, or not."""
    for number in range(times):
        limits.count(limits.tries_of(account, network, session or 100 + number))


def wait(limits: LoginLimits, account: Account, network: str) -> float:
    """Return the seconds until a password may be tried."""
    return limits.wait(limits.tries_of(account, network, 1))


def free(limit: str) -> int:
    """Return the number of failures that have no wait."""
    return LIMITS[limit].free


def somewhere(number: int) -> str:
    """Return one of many networks."""
    return f"198.51.{number // 256}.{number % 256}"


@pytest.mark.parametrize(
    ("file", "heading"),
    [("reference.md", "### Wrong passwords"), ("referencia.md", "### Contraseñas equivocadas")],
)
def test_the_limits_are_those_of_the_reference(file: str, heading: str) -> None:
    text = (ROOT / "docs" / file).read_text(encoding="utf-8")
    section = text.partition(heading)[2].partition("\n## ")[0]
    rows = re.findall(r"^\|.*\| ([0-9,]+) \|.*\|$", section, re.MULTILINE)
    assert [int(row.replace(",", "")) for row in rows] == [limit.free for limit in LIMITS.values()]


class TestAStranger:
    """Tries from a network from which the account has not logged in."""

    def test_is_delayed_after_some_failures(self, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, free(STRANGER_TRIES) - 1)
        assert not wait(limits, ANA, ELSEWHERE)
        fail(limits, ANA, ELSEWHERE)
        assert wait(limits, ANA, ELSEWHERE) == LIMITS[STRANGER_TRIES].seconds

    def test_is_delayed_longer_after_each_failure(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, free(STRANGER_TRIES))
        world.clock.advance(wait(limits, ANA, ELSEWHERE))
        fail(limits, ANA, ELSEWHERE)
        assert wait(limits, ANA, ELSEWHERE) == 2 * LIMITS[STRANGER_TRIES].seconds

    def test_does_not_delay_the_owner_at_home(self, limits: LoginLimits) -> None:
        for number in range(2000):
            fail(limits, ANA, somewhere(number))
        fail(limits, ANA, ELSEWHERE, 20)
        assert wait(limits, ANA, somewhere(3000))
        assert not wait(limits, ANA, HOME)

    def test_does_not_delay_the_owner_somewhere_new(self, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, 500)
        assert not wait(limits, ANA, FAR)

    def test_does_not_delay_other_names_in_the_network(self, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, 20)
        assert not wait(limits, LUIS, ELSEWHERE)

    def test_is_delayed_after_guesses_at_many_names(self, limits: LoginLimits) -> None:
        for number in range(free(NETWORK_TRIES)):
            assert not wait(limits, LUIS, ELSEWHERE)
            fail(limits, Account(f"a{number}", ""), ELSEWHERE)
        assert wait(limits, LUIS, ELSEWHERE) == LIMITS[NETWORK_TRIES].seconds
        assert not wait(limits, LUIS, FAR)

    def test_does_not_delay_those_who_usually_log_in_from_the_network(
        self, limits: LoginLimits
    ) -> None:
        for number in range(2 * free(NETWORK_TRIES)):
            fail(limits, Account(f"a{number}", ""), HOME)
        assert not wait(limits, ANA, HOME)

    def test_is_delayed_after_guesses_from_many_networks(self, limits: LoginLimits) -> None:
        for number in range(free(FIRST_TRIES)):
            assert not wait(limits, ANA, somewhere(number))
            fail(limits, ANA, somewhere(number))
        assert wait(limits, ANA, somewhere(3000)) == LIMITS[FIRST_TRIES].seconds

    def test_is_delayed_sooner_if_each_network_guesses_twice(self, limits: LoginLimits) -> None:
        for number in range(free(NAME_TRIES)):
            fail(limits, ANA, somewhere(number), 2)
        assert wait(limits, ANA, somewhere(0)) == LIMITS[NAME_TRIES].seconds

    def test_without_a_network_is_counted_for_the_name_alone(self, limits: LoginLimits) -> None:
        tries = limits.tries_of(ANA, "", 1)
        assert [each.limit for each in tries] == [STRANGER_TRIES, FIRST_TRIES]

    def test_finds_no_failures_of_an_earlier_account(self, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, 20)
        assert not wait(limits, ANA._replace(created=8), ELSEWHERE)


class TestAtHome:
    """Tries from a network from which the account usually logs in."""

    def test_others_there_delay_the_owner_only_after_very_many_failures(
        self, limits: LoginLimits
    ) -> None:
        fail(limits, ANA, HOME, free(USUAL_TRIES) - 1)
        assert not wait(limits, ANA, HOME)

    def test_a_session_is_delayed_after_some_failures(self, limits: LoginLimits) -> None:
        fail(limits, ANA, HOME, free(SESSION_TRIES), session=2)
        assert limits.wait(limits.tries_of(ANA, HOME, 2)) == LIMITS[SESSION_TRIES].seconds
        assert not limits.wait(limits.tries_of(ANA, HOME, 3))

    def test_a_session_is_not_delayed_after_a_restart(
        self, world: World, limits: LoginLimits
    ) -> None:
        fail(limits, ANA, HOME, free(SESSION_TRIES), session=2)
        world.settle()
        after = world.restarted().server.logins.limits
        assert not after.wait(after.tries_of(ANA, HOME, 2))

    def test_guesses_are_limited(self, limits: LoginLimits) -> None:
        fail(limits, ANA, HOME, free(USUAL_TRIES))
        assert wait(limits, ANA, HOME) == LIMITS[USUAL_TRIES].seconds


class TestRegistrations:
    """Registrations from one network."""

    def test_are_limited_after_a_class_has_registered(self, limits: LoginLimits) -> None:
        registrations = limits.registrations_of(ELSEWHERE)
        for _ in range(free(REGISTRATIONS)):
            assert not limits.wait(registrations)
            limits.count(registrations)
        assert limits.wait(registrations) == LIMITS[REGISTRATIONS].seconds
        assert not limits.wait(limits.registrations_of(FAR))

    def test_delay_no_login(self, limits: LoginLimits) -> None:
        for _ in range(2 * free(NETWORK_TRIES)):
            limits.count(limits.registrations_of(ELSEWHERE))
        assert not wait(limits, ANA, ELSEWHERE)

    def test_without_a_network_are_not_limited(self, limits: LoginLimits) -> None:
        registrations = limits.registrations_of("")
        for _ in range(2 * free(REGISTRATIONS)):
            limits.count(registrations)
        assert not limits.wait(registrations)


class TestRunningTries:
    """Tries whose result is not known yet."""

    def test_count_as_failures(self, limits: LoginLimits) -> None:
        tries = limits.tries_of(ANA, ELSEWHERE, 1)
        for _ in range(free(STRANGER_TRIES)):
            assert not limits.wait(tries)
            limits.begin(tries)
        assert limits.wait(tries)

    def test_are_forgotten_if_they_did_not_fail(self, limits: LoginLimits) -> None:
        tries = limits.tries_of(ANA, ELSEWHERE, 1)
        for _ in range(free(STRANGER_TRIES)):
            limits.begin(tries)
            limits.end(tries, failed=False)
        assert not limits.wait(tries)

    def test_are_forgotten_one_by_one(self, limits: LoginLimits) -> None:
        tries = limits.tries_of(ANA, ELSEWHERE, 1)
        for _ in range(free(STRANGER_TRIES) + 1):
            limits.begin(tries)
        limits.end(tries, failed=False)
        assert limits.wait(tries)
        limits.end(tries, failed=False)
        assert not limits.wait(tries)
        for _ in range(free(STRANGER_TRIES) - 1):
            limits.end(tries, failed=False)
        assert not limits._running

    def test_count_once_if_they_failed(self, limits: LoginLimits) -> None:
        tries = limits.tries_of(ANA, ELSEWHERE, 1)
        for _ in range(free(STRANGER_TRIES)):
            assert not limits.wait(tries)
            limits.begin(tries)
            limits.end(tries, failed=True)
        assert limits.wait(tries)


class TestStoredFailures:
    """Failures in the store."""

    def test_count_after_a_restart(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, free(STRANGER_TRIES))
        world.settle()
        after = world.restarted().server.logins.limits
        assert wait(after, ANA, ELSEWHERE) == wait(limits, ANA, ELSEWHERE) > 0
        assert not wait(after, ANA, HOME)

    def test_count_also_if_they_cannot_be_stored(
        self, world: World, limits: LoginLimits, expected_errors: Expect
    ) -> None:
        world.store.holds = True
        fail(limits, ANA, ELSEWHERE, free(STRANGER_TRIES))
        world.fail()
        expected_errors()
        assert wait(limits, ANA, ELSEWHERE)

    def test_do_not_name_the_network(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE)
        world.settle()
        assert not any(ELSEWHERE in f"{each.key}{each.value}" for each in world.store.records())

    def test_are_deleted_once_they_count_no_more(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE)
        world.clock.advance(LIMITS[STRANGER_TRIES].forgets - 1)
        world.server.check()
        fail(limits, LUIS, FAR)
        world.settle()
        world.clock.advance(1)
        world.server.check()
        world.settle()
        assert stored(world) == {"luis", ""}

    def test_are_not_written_while_none_is_deleted(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE)
        world.settle()
        world.store.holds = True
        world.server.check()
        world.settle()
        assert not world.store.held

    def test_are_deleted_although_others_failed_again(
        self, world: World, limits: LoginLimits
    ) -> None:
        fail(limits, ANA, ELSEWHERE)
        fail(limits, LUIS, FAR)
        world.clock.advance(LIMITS[STRANGER_TRIES].forgets)
        fail(limits, ANA, ELSEWHERE)
        world.server.check()
        world.settle()
        assert stored(world) == {"ana", ""}

    def test_are_deleted_with_the_account(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE)
        fail(limits, LUIS, ELSEWHERE)
        change(world.store, *limits.account_gone("ana"))
        world.settle()
        assert stored(world) == {"luis", ""}
        assert not limits.networks.is_usual(ANA, HOME)

    def test_are_deleted_with_the_password(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, free(STRANGER_TRIES))
        fail(limits, LUIS, ELSEWHERE)
        limits.forget("ana")
        world.settle()
        assert not wait(limits, ANA, ELSEWHERE)
        assert stored(world) == {"luis", ""}

    def test_are_counted_for_the_operator(self, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE, 3)
        fail(limits, ANA, HOME, 2)
        assert limits.failures_by_account() == {"ana": 5}

    def test_are_deleted_above_a_number_the_oldest_first(
        self, world: World, limits: LoginLimits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail(limits, ANA, ELSEWHERE)
        fail(limits, ANA, FAR)
        world.settle()
        monkeypatch.setattr(login_limits, "MOST_KEYS", 8)
        fail(limits, LUIS, FAR)  # of one kind with ANA's, and of two kinds that are new
        world.settle()
        assert len(failures(world)) == 7
        monkeypatch.setattr(login_limits, "MOST_KEYS", 7)
        fail(limits, LUIS, FAR)
        world.settle()
        assert len(failures(world)) == 7
        monkeypatch.setattr(login_limits, "MOST_KEYS", 3)
        fail(limits, LUIS, FAR)
        world.settle()
        assert stored(world) == {"luis", ""}

    def test_of_a_later_version_are_left_alone(self, world: World, limits: LoginLimits) -> None:
        fail(limits, ANA, ELSEWHERE)
        world.settle()
        with pytest.MonkeyPatch.context() as patched:
            patched.delitem(LIMITS, STRANGER_TRIES)
            world.restarted().server.check()


class TestAClassBehindOneAddress:
    """Forty people who come from one address within a minute, and one who keeps guessing there."""

    def test_registers_and_logs_in_at_once_also_after_a_restart(self, world: World) -> None:
        names = [f"pupil-{chr(97 + number % 26)}{number}" for number in range(40)]
        for name in names:
            done(world, register(world.server, guest(world, name, network=HOME), PASSWORD))
        for again in world.restarted(), world.restarted():
            for name in names:
                session = guest(again, network=HOME)
                for _ in range(7):
                    refused(again, log_in(again.server, session, name, "wrong horse"))
                done(again, log_in(again.server, guest(again, network=HOME), name, PASSWORD))

    def test_logs_in_for_the_first_time_while_one_guesses_at_a_few_names(
        self, world: World
    ) -> None:
        names = [f"pupil-{chr(97 + number % 26)}{number}" for number in range(40)]
        for name in names:
            world.register(name)
        for name in names[:10]:
            for _ in range(20):
                refused(world, log_in(world.server, guest(world, network=HOME), name, "wrong one"))
        for name in names[10:]:
            done(world, log_in(world.server, guest(world, network=HOME), name, PASSWORD))

    def test_logs_in_while_all_its_passwords_wait(self, world: World) -> None:
        names = [f"pupil-{chr(97 + number % 26)}{number}" for number in range(200)]
        for name in names:
            world.register(name)
            limits = world.server.logins.limits
            limits.networks.record_login(world.server.accounts.table[name], HOME)
        world.hashing.held = True
        sessions = [guest(world, network=HOME) for _ in names]
        for name, session in zip(names, sessions, strict=True):
            begin(world, log_in(world.server, session, name, PASSWORD))
        world.hashing.work()
        assert [session.account for session in sessions] == names


def stored(world: World) -> set[str]:
    """Return the accounts of the failures that are stored."""
    return {each.account for each in failures(world)}


def failures(world: World) -> list[LoginFailures]:
    """Return the failures that are stored."""
    return list(LoginLimits(world.store, world.now)._table.values())
