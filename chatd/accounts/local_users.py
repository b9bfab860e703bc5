"""The users of this machine, as they come to a UNIX socket: their login names, and who administers.

The kernel tells the number of a user (uid) and those of the groups; the system's databases tell the
names. These may be asked over a network, which may hang: they are asked in another thread, and
are not waited for longer than `LOOKUP_SECONDS`. One user may come as thousands of uids without a
name. So the system is asked for one uid at a time, and only while a client waits for it. The
names of those who have one are kept for the next time that they come.

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

from twisted.internet.defer import Deferred, TimeoutError, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.util.error_log import RecurringWarning
from chatd.util.unix_peers import Peer

LOOKUP_SECONDS = 2.0
"""Seconds that the system has to tell the name of a user. Clients wait longer for a welcome."""

MOST_LOOKUPS = 1000
"""Most users who wait for their names at a time: others who come meanwhile have none."""

FRESH_SECONDS = 60.0
"""Seconds for which the system is not asked again for the names of a user who has one. After them
they are valid only if it does not answer."""

MOST_KNOWN = 1000
"""Most users whose names are kept: those who came last."""

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
        """Those who wait for the names of each uid, in the order in which these came."""
        self._asked: int | None = None
        """The uid that the system is asked for, whether anyone waits for it or not."""
        self._known: dict[int, tuple[Names, float]] = {}
        """The names of users who have one, and when they were told, the latest to come last."""
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

        Those of a user who came before are valid for a while, and also if the system does not
        answer.
        """
        known = self._known.pop(uid, None)
        if known is not None:
            self._known[uid] = known  # as the latest
            names, told = known
            if self._clock.seconds() - told < FRESH_SECONDS:
                return succeed(names)
        asked = self._ask_for(uid)
        return asked if known is None else asked.addErrback(lambda _: names)

    def _ask_for(self, uid: int) -> Deferred[Names]:
        answer: Deferred[Names] = Deferred()
        if uid not in self._waiting and len(self._waiting) >= MOST_LOOKUPS:
            answer.errback(TimeoutError())
            return answer
        self._waiting.setdefault(uid, set()).add(answer)
        answer.addTimeout(LOOKUP_SECONDS, self._clock)
        answer.addBoth(self._remove, answer, uid)
        self._ask_next()
        return answer

    def _ask_next(self) -> None:
        """Ask the system for the uid that has waited longest, unless it is being asked."""
        if self._asked is None and self._waiting:
            self._asked = uid = next(iter(self._waiting))
            self._runner.run(self._look_up, uid).addBoth(self._answered, uid)

    def _answered(self, names: Any, uid: int) -> None:
        if isinstance(names, Names):
            self._keep(uid, names)
        self._asked = None
        for answer in [*self._waiting.get(uid, ())]:
            answer.callback(names)
        self._ask_next()

    def _keep(self, uid: int, names: Names) -> None:
        self._known.pop(uid, None)
        if names.login:
            self._known[uid] = names, self._clock.seconds()
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def _remove(self, result: R, answer: Deferred[Names], uid: int) -> R:
        """Have an answer wait no more, and pass its result on."""
        waiting = self._waiting[uid]
        waiting.discard(answer)
        if not waiting:
            del self._waiting[uid]
        return result
