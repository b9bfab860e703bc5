"""What the system's signals do to the daemon.

SIGTERM and SIGINT are the reactor's: it stops. It knows nothing of the chat.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from types import FrameType

from twisted.internet.interfaces import IReactorFromThreads

Handler = Callable[[int, FrameType | None], object]

STOP_SECONDS = 4.9
"""How long a stop may take, whatever hangs. What the daemon itself waits for ends before that."""

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def renew_on_hangup(reactor: IReactorFromThreads, renew: Callable[[], None]) -> None:
    """Have SIGHUP begin a new log file, as SIGUSR1 does, and call ``renew`` in the reactor.

    twistd heeds SIGUSR1 where it logs to a file; elsewhere that signal would end the process, so
    it is not sent: its handler is called, if there is one.
    """

    def hang_up(*_: object) -> None:
        rotate = signal.getsignal(signal.SIGUSR1)
        if callable(rotate):
            rotate(signal.SIGUSR1, None)
        reactor.callFromThread(renew)

    signal.signal(signal.SIGHUP, hang_up)


def stop_in_time() -> None:
    """Have Ctrl+C and SIGTERM call `end_in_time` first. To be called in a running reactor.

    So a stop has its end also where something holds the reactor, which is to stop by itself.
    """
    for number in _STOPPING:
        heed = signal.getsignal(number)
        if callable(heed):  # else the shell has it ignored
            signal.signal(number, partial(_stop, heed))


def end_in_time() -> None:
    """Heed no second Ctrl+C or SIGTERM, which Twisted answers with a traceback.

    And have the system end the process if it has not ended by itself after `STOP_SECONDS`.
    """
    for stopping in _STOPPING:
        signal.signal(stopping, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if not any(signal.getitimer(signal.ITIMER_REAL)):
        signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)


def _stop(heed: Handler, number: int, frame: FrameType | None) -> None:
    end_in_time()
    heed(number, frame)
