"""`chatd.accounts.local_users`: who a user of the machine is, as the system tells it in time."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.accounts import local_users
from chatd.accounts.local_users import (
    ADMINISTRATORS,
    FRESH_SECONDS,
    LOOKUP_SECONDS,
    MOST_KNOWN,
    MOST_LOOKUPS,
    LocalUser,
    LocalUsers,
    Nameless,
    Names,
    look_up,
    overflow_uid,
)
from chatd.util.unix_peers import Peer
from tests.support.immediately import Immediately
from tests.support.logs import Expect

ANA, GROUP = 1001, 900


class Asked:
    """The users of a machine, and a thread that asks for their names."""

    def __init__(self, names: Names = Names("ana", GROUP)) -> None:  # noqa: B008 - a value
        self.names = names
        self.asked: list[int] = []
        self.clock = Clock()
        self.thread = Immediately()
        self.users = LocalUsers(self.thread, self.clock, self._look_up)

    def _look_up(self, uid: int) -> Names:
        self.asked.append(uid)
        return self.names

    def find(self, uid: int = ANA, *groups: int) -> Deferred[LocalUser]:
        return Deferred.fromCoroutine(self.users.find(Peer(uid, frozenset(groups))))

    def found(self, uid: int = ANA, *groups: int) -> LocalUser:
        return self.find(uid, *groups).result  # type: ignore[no-any-return, attr-defined]


class TestAUser:
    def test_has_a_login_name(self) -> None:
        assert Asked().found(ANA, 100) == LocalUser(ANA, "ana")

    def test_of_the_group_administers(self) -> None:
        assert Asked().found(ANA, 100, GROUP) == LocalUser(ANA, "ana", administers=True)

    def test_of_a_machine_without_the_group_does_not(self) -> None:
        assert not Asked(Names("ana", None)).found(ANA, 100, GROUP).administers

    def test_may_be_unknown_to_the_system(self) -> None:
        found = Asked(Names("", GROUP)).found()
        assert found == LocalUser(ANA, nameless=Nameless.UNKNOWN)

    def test_who_is_root_has_no_name_and_administers_nothing(self) -> None:
        machine = Asked(Names("root", GROUP))
        assert machine.found(0, GROUP) == LocalUser(0, nameless=Nameless.ROOT)
        assert not machine.asked

    def test_of_another_namespace_may_be_anyone(self) -> None:
        machine = Asked(Names("nobody", GROUP))
        uid = machine.users.overflow
        assert machine.found(uid, GROUP) == LocalUser(uid, nameless=Nameless.UNKNOWN)
        assert not machine.asked


class TestASystemThatHangs:
    def test_is_waited_for_for_a_while(self, expected_errors: Expect) -> None:
        machine = Asked()
        machine.thread.held = True
        late = machine.find(ANA, GROUP)
        machine.clock.advance(LOOKUP_SECONDS - 0.1)
        assert not late.called
        machine.clock.advance(0.2)
        assert late.result == LocalUser(ANA, nameless=Nameless.LATE)  # type: ignore[attr-defined]
        assert len(expected_errors()) == 1
        machine.thread.work()
        assert machine.asked == [ANA]

    def test_is_asked_for_few_at_a_time(self, expected_errors: Expect) -> None:
        machine = Asked()
        machine.thread.held = True
        waiting = [machine.find(ANA + 1 + each) for each in range(MOST_LOOKUPS)]
        assert machine.found() == LocalUser(ANA, nameless=Nameless.LATE)
        machine.thread.work()
        assert {each.result.login for each in waiting} == {"ana"}  # type: ignore[attr-defined]
        machine.thread.held = False
        assert machine.found() == LocalUser(ANA, "ana")
        assert len(expected_errors()) == 1

    def test_is_asked_once_for_a_user_who_comes_again_and_again(
        self, expected_errors: Expect
    ) -> None:
        machine = Asked()
        machine.thread.held = True
        late = [machine.find() for _ in range(2 * MOST_LOOKUPS)]
        machine.clock.advance(LOOKUP_SECONDS)
        again, other = machine.find(), machine.find(ANA + 1)
        machine.thread.work()
        assert machine.asked == [ANA, ANA + 1]
        assert {each.result.nameless for each in late} == {Nameless.LATE}  # type: ignore[attr-defined]
        assert again.result == LocalUser(ANA, "ana")  # type: ignore[attr-defined]
        assert other.result == LocalUser(ANA + 1, "ana")  # type: ignore[attr-defined]
        machine.thread.held = False
        assert machine.found() == LocalUser(ANA, "ana")
        assert len(expected_errors()) == 1

    def test_is_not_asked_for_users_who_wait_no_more(self, expected_errors: Expect) -> None:
        machine = Asked()
        machine.thread.held = True
        for each in range(MOST_LOOKUPS):
            machine.find(ANA + 1 + each)
        machine.clock.advance(LOOKUP_SECONDS)
        ana = machine.find()
        machine.thread.work()
        assert machine.asked == [ANA + 1, ANA]  # the first was in the thread already
        assert ana.result == LocalUser(ANA, "ana")  # type: ignore[attr-defined]
        assert len(expected_errors()) == 1


class TestTheNamesOfAUserWhoCameBefore:
    def test_are_not_asked_for_again_at_once(self) -> None:
        machine = Asked()
        machine.found()
        machine.clock.advance(FRESH_SECONDS - 1)
        assert machine.found(ANA, GROUP) == LocalUser(ANA, "ana", administers=True)
        assert machine.asked == [ANA]

    def test_are_asked_for_again_later(self) -> None:
        machine = Asked()
        machine.found()
        machine.clock.advance(FRESH_SECONDS)
        machine.names = Names("anna", None)
        assert machine.found(ANA, GROUP) == LocalUser(ANA, "anna")
        assert machine.asked == [ANA, ANA]

    def test_are_valid_while_the_system_hangs(self) -> None:
        machine = Asked()
        machine.found()
        machine.clock.advance(FRESH_SECONDS)
        machine.thread.held = True
        for each in range(MOST_LOOKUPS):
            machine.find(ANA + 1 + each)
        assert machine.found(ANA, GROUP) == LocalUser(ANA, "ana", administers=True)

    def test_outlast_those_who_have_none(self) -> None:
        machine = Asked()
        machine.found()
        machine.names = Names("", GROUP)
        for each in range(MOST_KNOWN + 1):
            machine.found(ANA + 1 + each)
        del machine.asked[:]
        assert machine.found() == LocalUser(ANA, "ana")
        assert not machine.asked

    def test_are_kept_of_so_many_the_latest(self) -> None:
        machine = Asked()
        for each in range(MOST_KNOWN + 1):
            machine.found(ANA + each)
            machine.found(ANA + 1)
        del machine.asked[:]
        machine.found(ANA + 1)
        machine.found(ANA + MOST_KNOWN)
        assert not machine.asked
        machine.found(ANA)
        assert machine.asked == [ANA]

    def test_are_not_kept_if_the_system_has_forgotten_them(self, expected_errors: Expect) -> None:
        machine = Asked()
        machine.found()
        machine.clock.advance(FRESH_SECONDS)
        machine.names = Names("", GROUP)
        assert machine.found().nameless is Nameless.UNKNOWN
        machine.thread.held = True
        late = machine.find()
        machine.clock.advance(LOOKUP_SECONDS)
        assert late.result.nameless is Nameless.LATE  # type: ignore[attr-defined]
        assert len(expected_errors()) == 1


def test_an_error_of_the_system_is_logged_without_its_words(expected_errors: Expect) -> None:
    machine = Asked()

    def fail(uid: int) -> Names:
        raise OSError("\x1b[2J")

    machine.users._look_up = fail
    assert machine.found() == LocalUser(ANA, nameless=Nameless.LATE)
    [event] = expected_errors()
    assert event["why"] == "OSError"


class TestTheSystem:
    def test_tells_the_login_of_this_process(self) -> None:
        assert look_up(0).login == pwd.getpwuid(0).pw_name

    def test_has_no_login_for_some(self) -> None:
        free = next(uid for uid in range(60_000, 70_000) if not _is_used(uid))
        assert look_up(free).login == ""

    def test_tells_the_number_of_the_group(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = grp.struct_group((ADMINISTRATORS, "x", GROUP, []))
        monkeypatch.setattr(grp, "getgrnam", {ADMINISTRATORS: entry}.__getitem__)
        assert look_up(0).group == GROUP

    def test_may_have_no_such_group(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(grp, "getgrnam", dict[str, object]().__getitem__)
        assert look_up(0).group is None


def _is_used(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


class TestTheUidOfOtherNamespaces:
    def test_is_that_of_the_kernel(self) -> None:
        path = Path("/proc/sys/kernel/overflowuid")
        if not path.exists():
            pytest.skip("only Linux has it")
        assert overflow_uid() == int(path.read_text())

    def test_is_the_usual_one_if_the_kernel_does_not_tell(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local_users, "_OVERFLOW", Path(os.devnull, "none"))
        assert overflow_uid() == 65534
