"""Passwords: the rules for them, and hashing and checking them without blocking the reactor.

argon2-cffi does the work; it is imported when a `Hasher` is made, and only there. No error that
leaves this module contains any part of a password. This module must not know accounts or sessions.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, ParamSpec, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from chatd.accounts.check_counts import CheckCounts, Outcome
from chatd.accounts.check_queue import CheckQueue, client_stays
from chatd.errors import Refusal
from chatd.text.folding import fold
from chatd.util.fair_queue import Asker

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 256

THREADS = 2
"""Most passwords that are hashed at a time, if there are as many cores. Each takes `MEMORY_KIB`."""

NICENESS = 2
"""Niceness of the threads: a little lower priority than the reactor's and the store's, which have
the other three fifths of a core that is busy. A login may wait for the password in work, and then
for its own: with 3, up to 1.2 s of the processor in an attack, with 2 up to 0.85, and with 10 up to
3.8. A thread that waits long for the processor may also hold the interpreter's lock meanwhile."""

TIME_COST, MEMORY_KIB, PARALLELISM = 3, 64 * 1024, 1
"""RFC 9106, section 4, the second choice; but each with one lane, for two are hashed at a time."""

P = ParamSpec("P")
T = TypeVar("T")


class InvalidPassword(ValueError):
    """A text that cannot be a password. ``key`` and ``values`` name a sentence of `chatd.i18n`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class PasswordsFailed(Exception):
    """Hashing or checking failed. The text is the type of the error, without its message."""


class Unavailable(Exception):
    """argon2-cffi is not installed."""


def normalised(text: str) -> str:
    """Return a text as a password: in NFC, every space U+0020 (as RFC 8265's OpaqueString).

    Raises `InvalidPassword` for one that is too long, or has control characters.
    """
    if len(text) > 4 * MOST_CHARACTERS:  # sorting a long run of marks is quadratic
        raise InvalidPassword("password_too_long", limit=MOST_CHARACTERS)
    plain = "".join(" " if unicodedata.category(each) == "Zs" else each for each in text)
    password = unicodedata.normalize("NFC", plain)
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in password):
        raise InvalidPassword("password_has_controls")
    if len(password) > MOST_CHARACTERS:
        raise InvalidPassword("password_too_long", limit=MOST_CHARACTERS)
    return password


def password_of(text: str) -> str:
    """As `normalised`, for a password that is kept here: it must not be too short, either."""
    password = normalised(text)
    if len(password) < LEAST_CHARACTERS:
        raise InvalidPassword("password_too_short", limit=LEAST_CHARACTERS)
    return password


def new_password_of(text: str, name: str) -> str:
    """As `password_of`, for the new password of an account: it must not be the account's name."""
    password = password_of(text)
    if fold(password) == fold(name):
        raise InvalidPassword("password_is_the_name")
    return password


def recogniser(password: str) -> Callable[[str], bool]:
    """Return a function that returns True for texts that are this password.

    It keeps a digest under a random key, not the password, and takes microseconds. Raises
    `InvalidPassword`.
    """
    key = secrets.token_bytes(32)

    def digest(text: str) -> bytes:
        return blake2b(normalised(text).encode(), key=key).digest()

    expected = digest(password)

    def is_password(text: str) -> bool:
        try:
            return compare_digest(digest(text), expected)
        except InvalidPassword:
            return False

    return is_password


class Hasher:
    """Hashes passwords in the calling thread: some 0.1 s each, unless the parameters are cheaper.

    Raises `Unavailable` when it is made without argon2-cffi.
    """

    def __init__(
        self,
        time_cost: int = TIME_COST,
        memory_cost: int = MEMORY_KIB,
        parallelism: int = PARALLELISM,
    ) -> None:
        try:
            from argon2 import PasswordHasher
            from argon2.exceptions import VerifyMismatchError
        except ImportError:
            raise Unavailable from None
        self._argon2 = PasswordHasher(time_cost, memory_cost, parallelism)
        self._mismatch = VerifyMismatchError

    def hash(self, password: str) -> str:
        """Return the hash to store for a password."""
        return self._argon2.hash(password)

    def check(self, hash: str, password: str) -> tuple[bool, str | None]:
        """Return True if the hash is of this password, and a new hash if it needs one.

        It does if the parameters of the hash are older than the present ones; else the second value
        is None.
        """
        try:
            self._argon2.verify(hash, password)
        except self._mismatch:
            return False, None
        return True, self.hash(password) if self._argon2.check_needs_rehash(hash) else None


class Runner(Protocol):
    """Runs functions in other threads: a `chatd.util.worker.Worker`."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]: ...


class Passwords:
    """Hashes passwords in other threads, few at a time.

    `hash` and `check` raise `Refusal` if too many wait, and if the client has gone: see
    `CheckQueue.run`. They may also raise `PasswordsFailed`. The ``runner`` has so many ``threads``.

    All are counted in ``counts``.
    """

    def __init__(
        self,
        clock: IReactorTime,
        runner: Runner,
        hasher: Hasher,
        threads: int = THREADS,
        counts: CheckCounts | None = None,
    ) -> None:
        self._clock = clock
        self._runner = runner
        self._hasher = hasher
        self._queue = CheckQueue(clock, threads)
        self.counts = counts or CheckCounts()

    def start(self) -> None:
        """Start the threads. To be called after any fork."""
        self._runner.start()

    def stop(self) -> None:
        """Stop the threads: no password is hashed any more."""
        self._runner.stop()

    async def hash(
        self, asker: Asker, password: str, has_gone: Callable[[], bool] = client_stays
    ) -> str:
        """See `Hasher.hash`."""
        hashed = await self._run(asker, has_gone, self._hasher.hash, password)
        self.counts.outcomes[Outcome.HASHED] += 1
        return hashed

    async def check(
        self, asker: Asker, hash: str, password: str, has_gone: Callable[[], bool] = client_stays
    ) -> tuple[bool, str | None]:
        """See `Hasher.check`."""
        is_right, new = await self._run(asker, has_gone, self._hasher.check, hash, password)
        self.counts.outcomes[Outcome.RIGHT if is_right else Outcome.WRONG] += 1
        return is_right, new

    async def _run(
        self, asker: Asker, has_gone: Callable[[], bool], function: Callable[..., T], *args: Any
    ) -> T:
        began = self._clock.seconds()
        try:
            result = await self._queue.run(
                asker, has_gone, lambda: self._runner.run(_without_secrets, function, *args)
            )
        except Refusal:
            self.counts.outcomes[Outcome.REFUSED] += 1
            raise
        except PasswordsFailed:
            self.counts.outcomes[Outcome.FAILED] += 1
            raise
        self.counts.times.add(self._clock.seconds() - began)
        return result


def _without_secrets(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except Exception as error:
        # The message of an error may quote the password.
        raise PasswordsFailed(type(error).__name__).with_traceback(error.__traceback__) from None
