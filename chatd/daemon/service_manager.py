"""The service manager that started the daemon, such as systemd: it is told the daemon's states.

The messages are those of sd_notify(3): the daemon is ready, reloads, stops, and still works.
Without a manager none is sent. This module must not know what the daemon does.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from chatd.util.error_log import RecurringWarning

SEND_SECONDS = 0.5
"""Seconds that a message may wait for a manager that does not read. The reactor waits with it."""

_SOCKET, _INTERVAL, _PROCESS = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


class Manager:
    """The receiver of the messages: a datagram socket with an ``address``, "" for none.

    The manager ends a daemon from which it hears nothing for ``watchdog_seconds``, 0 for never.
    ``commit_seconds`` returns the seconds for which the store is busy with one commit. ``clock``
    must be monotonic.
    """

    log = Logger()

    def __init__(
        self,
        address: str,
        watchdog_seconds: float,
        clock: IReactorTime,
        commit_seconds: Callable[[], float],
    ) -> None:
        # Abstract sockets are written with an @ in place of the zero byte.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._every = watchdog_seconds / 2
        self._clock = clock
        self._commit_seconds = commit_seconds
        self._living = LoopingCall(self._tell_that_it_works)
        self._living.clock = clock
        self._untold = RecurringWarning(clock, "cannot tell the service manager: {why}")

    @property
    def listens(self) -> bool:
        """True if there is a manager."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """Tell that the daemon is ready, with a line for people, and from now on that it works."""
        self._send("READY=1", f"STATUS={status}")
        if self._every:
            self._living.start(self._every, now=False)

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Tell that the daemon reloads meanwhile."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={self._clock.seconds() * 1e6:.0f}")
        try:
            yield
        finally:
            self._send("READY=1")

    def hand_over(self, number: int) -> None:
        """Tell that the process of that number is the daemon from now on, and works."""
        works = ["WATCHDOG=1"] if self._every else []  # the new one tells it in a while
        self._send(f"MAINPID={number}", *works)
        if self._living.running:
            self._living.stop()

    def stopping(self) -> None:
        """Tell that the daemon stops. From now on it has the time that the manager gives a stop."""
        self._send("STOPPING=1")
        if self._living.running:
            self._living.stop()

    def _tell_that_it_works(self) -> None:
        """Tell it in a turn of the reactor, unless one commit takes as long as two such turns."""
        seconds = self._commit_seconds()
        if seconds < self._every:
            self._send("WATCHDOG=1")
        else:
            self.log.warn(
                "the store is busy with one commit for {seconds:.0f} s. The service manager is not"
                " told that chatd works, and may end it.",
                seconds=seconds,
            )

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(SEND_SECONDS)
                sender.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            self._untold.tell(f"{error.strerror or error}.")
        else:
            self._untold.end()


def manager_of(
    environment: MutableMapping[str, str],
    clock: IReactorTime,
    commit_seconds: Callable[[], float],
    *,
    foreground: bool,
) -> Manager:
    """Return the manager that an environment names, and remove its variables from there.

    A daemon in the background is not the process that the manager started, and has none.
    """
    address = environment.pop(_SOCKET, "")
    interval, process = (environment.pop(name, "") for name in (_INTERVAL, _PROCESS))
    if not foreground:
        address = ""
    watched = bool(address) and interval.isdecimal() and process in ("", str(os.getpid()))
    return Manager(address, int(interval) / 1e6 if watched else 0, clock, commit_seconds)
