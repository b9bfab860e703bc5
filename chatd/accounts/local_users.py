"""The users of this machine, as they come to a UNIX socket: their login names, and who administers.

The kernel tells the number of a user (uid) and those of the groups; the system's databases tell the
names. These may be asked over a network, which may hang: they are asked in another thread, and
are not waited for longer than `LOOKUP_SECONDS`.

This module must not know accounts, sessions or connections.
"""

from __future__ import annotations

import enum
import grp
import pwd
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IReactorTime

from chatd.util.error_log import RecurringWarning
from chatd.util.unix_peers import Peer

LOOKUP_SECONDS = 2.0
"""Seconds that the system has to tell the name of a user. Clients wait longer for a welcome."""

MOST_LOOKUPS = 1000
"""Most users whose names are asked for at a time: others who come meanwhile have none."""

ADMINISTRATORS = "chatd"
"""The group of the system whose members are administrators at a UNIX socket."""

ROOT = 0

R = TypeVar("R")

_OVERFLOW = Path("/proc/sys/kernel/overflowuid")


class Nameless(enum.Enum):
    """The reason for which a user has no name: the key of a sentence."""

    ROOT = "root_has_no_name"
    UNKNOWN = "login_is_unknown"
    LATE = "login_came_late"


class LocalUser(NamedTuple):
    """A user of this machine.

    ``login`` is the login name; without one it is "", and ``nameless`` says why. A user who
    ``administers`` is a member of the group `ADMINISTRATORS`.
    """

    uid: int
    login: str = ""
    administers: bool = False
    nameless: Nameless | None = None


class Names(NamedTuple):
    """The names that the system has: the login name of a uid, "" for none, and the group's number.

    The group is `ADMINISTRATORS`; None if there is none.
    """

    login: str
    group: int | None


class Runner(Protocol):
    """Runs functions in another thread: a `chatd.util.worker.Worker`."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def run(self, function: Callable[[int], Names], uid: int, /) -> Deferred[Names]: ...


def look_up(uid: int) -> Names:
    """Ask the system for the names of a uid. It may block."""
    login, group = "", None
    with suppress(KeyError):
        login = pwd.getpwuid(uid).pw_name
    with suppress(KeyError):
        group = grp.getgrnam(ADMINISTRATORS).gr_gid
    return Names(login, group)


def overflow_uid() -> int:
    """Return the uid that the kernel gives for users of other namespaces, who may be anyone."""
    try:
        return int(_OVERFLOW.read_text())
    except (OSError, ValueError):
        return 65534


class LocalUsers:
    """Finds the user who a peer is. The ``runner`` asks the system with ``look_up``."""

    def __init__(
        self,
        runner: Runner,
        clock: IReactorTime,
        look_up: Callable[[int], Names] = look_up,
    ) -> None:
        self.overflow = overflow_uid()
        self._runner = runner
        self._clock = clock
        self._look_up = look_up
        self._waiting: dict[int, set[Deferred[Names]]] = {}
        """Those who wait for the names of each uid that the system is asked for."""
        self._trouble = RecurringWarning(
            clock, "the system does not tell the login names of users, who come as guests: {why}."
        )

    def start(self) -> None:
        """Start the thread. To be called after any fork."""
        self._runner.start()

    def stop(self) -> None:
        """Stop the thread: users have no names any more."""
        self._runner.stop()

    async def find(self, peer: Peer) -> LocalUser:
        """Return the user who a peer is.

        Root has no name, so that no program of the system speaks as an account by mistake.
        """
        if peer.uid == ROOT:
            return LocalUser(ROOT, nameless=Nameless.ROOT)
        if peer.uid == self.overflow:
            return LocalUser(peer.uid, nameless=Nameless.UNKNOWN)
        try:
            names = await self._names_of(peer.uid)
        except TimeoutError:
            self._trouble.tell(f"it took more than {LOOKUP_SECONDS:.0f} seconds")
        except Exception as error:
            self._trouble.tell(type(error).__name__)
        else:
            administers = names.group is not None and names.group in peer.groups
            nameless = None if names.login else Nameless.UNKNOWN
            return LocalUser(peer.uid, names.login, administers, nameless)
        return LocalUser(peer.uid, nameless=Nameless.LATE)

    def _names_of(self, uid: int) -> Deferred[Names]:
        """Return the names of a uid; fails with `TimeoutError` if they do not come in time.

        The system is asked for a uid once at a time: a user who connects again and again does not
        make others wait.
        """
        answer: Deferred[Names] = Deferred()
        is_new = uid not in self._waiting
        if is_new and len(self._waiting) >= MOST_LOOKUPS:
            answer.errback(TimeoutError())
            return answer
        waiting = self._waiting.setdefault(uid, set())
        waiting.add(answer)
        answer.addTimeout(LOOKUP_SECONDS, self._clock)
        answer.addBoth(_remove, answer, waiting)
        if is_new:  # until the thread has done it, however long that takes
            self._runner.run(self._look_up, uid).addBoth(self._answer, uid)
        return answer

    def _answer(self, names: Any, uid: int) -> None:
        for answer in [*self._waiting.pop(uid)]:
            answer.callback(names)


def _remove(result: R, answer: Deferred[R], waiting: set[Deferred[R]]) -> R:
    """Have an answer wait no more, and pass its result on."""
    waiting.discard(answer)
    return result
