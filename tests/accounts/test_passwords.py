"""`chatd.accounts.passwords`: the rules, hashing few at a time, and no trace in errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.accounts import check_queue, passwords
from chatd.accounts.passwords import (
    LEAST_CHARACTERS,
    MOST_CHARACTERS,
    Hasher,
    InvalidPassword,
    Passwords,
    PasswordsFailed,
    Unavailable,
    password_of,
    recogniser,
)
from chatd.util.fair_queue import Asker
from chatd.util.worker import Worker
from tests.support.stores import StoreReactor
from tests.support.world import CHEAP


def refused(text: str) -> str:
    try:
        password_of(text)
    except InvalidPassword as invalid:
        return invalid.key
    return ""


def test_a_password_is_recognised_in_each_normalisation_form() -> None:
    is_password = recogniser("ni\u00f1a horse")
    assert is_password("ni\u00f1a horse")
    assert is_password("nin\u0303a\u00a0horse")
    for other in "", "short", "nina horse", "ni\u00f1a horse ", "Ni\u00f1a horse", "\ud800" * 9:
        assert not is_password(other)


def test_a_recogniser_has_only_a_digest_of_the_password() -> None:
    is_password = recogniser("correct horse")
    assert "correct horse" not in repr([cell.cell_contents for cell in is_password.__closure__])  # type: ignore[attr-defined]


def test_a_password_keeps_its_spaces_and_its_case() -> None:
    assert password_of("  Two Words  ") == "  Two Words  "


def test_spaces_of_all_kinds_are_the_same() -> None:
    assert password_of("correct\xa0horse\u3000") == "correct horse "


def test_the_composition_of_letters_makes_no_difference() -> None:
    assert password_of("contrasen\u0303a") == password_of("contraseña")


def test_compatibility_forms_are_not_the_same() -> None:
    assert password_of("ﬁnally here") != password_of("finally here")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "password_too_short"),
        ("x" * (LEAST_CHARACTERS - 1), "password_too_short"),
        ("n\u0303" * (LEAST_CHARACTERS - 1), "password_too_short"),
        ("x" * LEAST_CHARACTERS, ""),
        ("x" * MOST_CHARACTERS, ""),
        ("x" * (MOST_CHARACTERS + 1), "password_too_long"),
        ("x" * 100_000, "password_too_long"),
        ("with\ttab inside", "password_has_controls"),
        ("\x1b[31mcolours\x1b[m", "password_has_controls"),
        ("\ud800 surrogates", "password_has_controls"),
    ],
)
def test_length_and_characters_are_checked(text: str, why: str) -> None:
    assert refused(text) == why


def test_an_error_does_not_contain_the_password() -> None:
    with pytest.raises(InvalidPassword) as caught:
        password_of("secret")
    assert "secret" not in repr(caught.value) + str(caught.value) + repr(caught.value.values)


def test_a_hash_matches_its_password_alone() -> None:
    hash = CHEAP.hash("correct horse")
    assert hash.startswith("$argon2id$")
    assert "correct" not in hash
    assert CHEAP.check(hash, "correct horse") == (True, None)
    assert CHEAP.check(hash, "correct Horse") == (False, None)


def test_two_hashes_of_one_password_differ() -> None:
    assert CHEAP.hash("correct horse") != CHEAP.hash("correct horse")


def test_a_hash_with_older_parameters_is_renewed_when_its_password_is_checked() -> None:
    stronger = Hasher(2, 8, 1)
    hash = CHEAP.hash("correct horse")
    assert stronger.check(hash, "wrong") == (False, None)
    right, better = stronger.check(hash, "correct horse")
    assert right
    assert better is not None
    assert stronger.check(better, "correct horse") == (True, None)


def test_the_parameters_are_those_of_rfc_9106() -> None:
    assert Hasher().hash("correct horse").startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_without_argon2_there_is_no_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argon2", None)
    with pytest.raises(Unavailable):
        Hasher()


ANA, LUIS = Asker("192.0.2.1", "ana"), Asker("192.0.2.1", "luis")


class Held:
    """A runner that runs nothing until `work` is called."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Deferred[Any], Callable[[], Any]]] = []

    def start(self) -> None:
        """Do nothing: there are no threads."""

    stop = start

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.jobs.append((done, lambda: function(*args, **kwargs)))
        return done

    def work(self) -> None:
        done, job = self.jobs.pop(0)
        try:
            result = job()
        except Exception:
            done.errback(Failure())
        else:
            done.callback(result)


def failure_of(done: Deferred[Any]) -> Failure:
    failures: list[Failure] = []
    done.addErrback(failures.append)
    (failure,) = failures
    return failure


def test_the_queue_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_queue, "WAITING", 2)
    runner = Held()
    few = Passwords(Clock(), runner, CHEAP)
    waiting = [ensureDeferred(few.hash(ANA, "correct horse")) for _ in range(passwords.THREADS + 2)]
    assert failure_of(ensureDeferred(few.hash(ANA, "correct horse"))).value.key == "too_many_wait"
    runner.work()
    again = ensureDeferred(few.check(ANA, "no hash", "correct horse"))
    while runner.jobs:
        runner.work()
    assert failure_of(again).check(PasswordsFailed)
    assert all(done.called for done in waiting)
    more = ensureDeferred(few.hash(ANA, "correct horse"))
    runner.work()
    assert more.called


def test_a_full_queue_refuses_the_asker_of_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_queue, "WAITING", 2)
    runner = Held()
    few = Passwords(Clock(), runner, CHEAP)
    asked = [ensureDeferred(few.hash(ANA, "correct horse")) for _ in range(passwords.THREADS + 2)]
    other = ensureDeferred(few.hash(LUIS, "correct horse"))
    assert failure_of(asked.pop()).value.key == "too_many_wait"
    while runner.jobs:
        runner.work()
    assert other.called


def test_as_many_passwords_are_hashed_at_a_time_as_there_are_threads() -> None:
    runner = Held()
    few = Passwords(Clock(), runner, CHEAP, threads=1)
    asked = [ensureDeferred(few.hash(ANA, "correct horse")) for _ in range(2)]
    assert len(runner.jobs) == 1
    runner.work()
    runner.work()
    assert all(done.called for done in asked)


@pytest.mark.parametrize("other", [Asker("192.0.2.1", "luis"), Asker("192.0.2.2", "ana")])
def test_networks_and_names_in_them_have_turns(other: Asker) -> None:
    runner = Held()
    fair = Passwords(Clock(), runner, CHEAP)
    asked = [ensureDeferred(fair.hash(ANA, "correct horse")) for _ in range(100)]
    done = ensureDeferred(fair.check(other, CHEAP.hash("correct horse"), "correct horse"))
    while not done.called:
        runner.work()
    assert sum(each.called for each in asked) <= passwords.THREADS + 1
    while runner.jobs:
        runner.work()


TURN = 0.001


class Turns(Clock):
    """A clock of which each turn takes `TURN`: what comes due in one is for the next."""

    def callLater(self, delay: float, *args: Any, **kwargs: Any) -> Any:
        return super().callLater(max(delay, TURN), *args, **kwargs)


class TestGone:
    """Clients that have gone when their turns come."""

    def setup_method(self) -> None:
        self.clock, self.runner = Turns(), Held()
        self.hashed: list[str] = []
        hasher = Hasher(1, 8, 1)
        hasher.hash = self.note  # type: ignore[method-assign]
        self.fair = Passwords(self.clock, self.runner, hasher, threads=1)
        self.gone = False
        self.asked = [self.ask("ana") for _ in range(4)]
        self.gone = True
        self.runner.work()

    def note(self, password: str) -> str:
        self.hashed.append(password)
        return password

    def ask(self, name: str) -> Deferred[Any]:
        asked = ensureDeferred(self.fair.hash(ANA, f"of {name}", lambda: self.gone))
        return asked.addErrback(lambda failure: failure.value.key)

    def test_nothing_is_hashed_for_them(self) -> None:
        self.clock.pump([TURN] * 3)
        assert self.hashed == ["of ana"]  # that had begun
        assert [each.result for each in self.asked] == ["of ana", *["too_many_wait"] * 3]

    def test_no_two_of_them_end_in_one_turn_of_the_reactor(self) -> None:
        ended = []
        for _ in self.asked:
            ended.append(sum(each.called for each in self.asked))
            self.clock.advance(TURN)
        assert ended == [1, 2, 3, 4]

    def test_one_who_stays_waits_for_one_of_them(self) -> None:
        ensureDeferred(self.fair.hash(LUIS, "of luis"))
        self.clock.advance(TURN)
        self.runner.work()
        assert self.hashed == ["of ana", "of luis"]


def test_an_error_in_hashing_does_not_contain_the_password() -> None:
    class Telling(Hasher):
        def hash(self, password: str) -> str:
            raise RuntimeError(f"cannot hash {password}")

    runner = Held()
    done = ensureDeferred(Passwords(Clock(), runner, Telling(1, 8, 1)).hash(ANA, "correct horse"))
    runner.work()
    failure = failure_of(done)
    assert failure.check(PasswordsFailed)
    assert str(failure.value) == "RuntimeError"
    told = failure.getTraceback() + "".join(traceback.format_exception(failure.value))
    assert "correct horse" not in told.replace('.hash("correct horse")', "")
    assert "in hash" in told, "it says where"


async def test_passwords_are_hashed_in_threads() -> None:
    clock = StoreReactor()
    worker = Worker(clock, "chatd-passwords", passwords.THREADS, passwords.NICENESS)
    real = Passwords(clock, worker, CHEAP)
    real.start()
    assert await real.check(ANA, await real.hash(ANA, "correct horse"), "correct horse") == (
        True,
        None,
    )
    real.stop()
