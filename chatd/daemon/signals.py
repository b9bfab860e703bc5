"""Signal handlers of the daemon: SIGHUP renews files, SIGUSR2 upgrades, and a stop ends in time.

SIGTERM and SIGINT are handled by the reactor, which stops. This module must not know the chat.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from types import FrameType

from twisted.internet.interfaces import IReactorFromThreads

Handler = Callable[[int, FrameType | None], object]

STOP_SECONDS = 4.9
"""Seconds that a stop may take, also if something hangs. What `chatd.daemon.service` waits for ends
before that."""

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def renew_on_hangup(reactor: IReactorFromThreads, *renewals: Callable[[], object]) -> None:
    """Have SIGHUP begin a new log file, as SIGUSR1 does, and call ``renewals`` in the reactor.

    twistd handles SIGUSR1 where it logs to a file. Elsewhere that signal would end the process, so
    it is not sent: its handler is called, if there is one.
    """

    def hang_up(*_: object) -> None:
        rotate = signal.getsignal(signal.SIGUSR1)
        if callable(rotate):
            rotate(signal.SIGUSR1, None)
        for renew in renewals:
            reactor.callFromThread(renew)

    signal.signal(signal.SIGHUP, hang_up)


def upgrade_on_signal(reactor: IReactorFromThreads, upgrade: Callable[[], object]) -> None:
    """Have SIGUSR2 call ``upgrade`` in the reactor."""
    signal.signal(signal.SIGUSR2, lambda *_: reactor.callFromThread(upgrade))


def stop_in_time(told: Callable[[], None]) -> None:
    """Have Ctrl+C and SIGTERM call `end_in_time` and ``told`` first, in the handler of the signal.

    So a stop ends in time also if something blocks the reactor, which would have to stop itself.
    Call this in a running reactor.
    """
    for number in _STOPPING:
        handler = signal.getsignal(number)
        if callable(handler):  # else the shell has the signal ignored
            signal.signal(number, partial(_stop, handler, told))


def ignore_upgrades() -> None:
    """Ignore SIGUSR2, which would end a daemon that is starting."""
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def heed_stops(told: Callable[[], None]) -> None:
    """Have Ctrl+C and SIGTERM call ``told``, in a daemon that stops only to start again."""
    for number in _STOPPING:
        signal.signal(number, lambda *_: told())


def as_at_the_start() -> None:
    """Undo `end_in_time`: another program takes the place of this process."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in _STOPPING:
        signal.signal(number, signal.SIG_DFL)


def end_in_time() -> None:
    """Ignore a second Ctrl+C or SIGTERM, which Twisted answers with a traceback.

    Have the system end the process if it has not ended by itself after `STOP_SECONDS`.
    """
    for stopping in _STOPPING:
        signal.signal(stopping, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if not any(signal.getitimer(signal.ITIMER_REAL)):
        signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)


def _stop(handler: Handler, told: Callable[[], None], number: int, frame: FrameType | None) -> None:
    end_in_time()
    told()
    handler(number, frame)
