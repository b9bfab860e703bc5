"""Threads that do one thing after another, for calls that would hold the reactor.

Twisted's thread pool waits for its threads when the process ends, so a disk that hangs would hang
the daemon; these are daemon threads, and cost one wake-up of the reactor a call.
It knows nothing of what is done.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """Runs functions in its own threads, begun in the order in which they were given.

    One thread, unless there are to be more ``threads``. Results come back in the reactor's thread.
    With ``niceness`` the threads make way for others, as `nice` has it (on Linux alone: elsewhere a
    thread has none of its own, and its number may be that of another process). With ``rest`` they
    do nothing for so many seconds after each function, so that many in a row leave the interpreter
    to others. Start it after any fork.
    """

    def __init__(
        self,
        reactor: IReactorFromThreads,
        name: str,
        threads: int = 1,
        niceness: int = 0,
        rest: float = 0.0,
    ) -> None:
        self._reactor = reactor
        self._name = name
        self._threads = threads
        self._niceness = niceness
        self._rest = rest
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def start(self) -> None:
        """Begin; what was given before is done first."""
        # Made here: CPython 3.13 starts no thread that was made before a fork.
        for _ in range(self._threads):
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Call a function in a thread; fires with what it returns, or fails as it does."""
        done: Deferred[T] = Deferred()

        def job() -> None:
            try:
                result = function(*args, **kwargs)
            except Exception:
                self._reactor.callFromThread(done.errback, Failure())
            else:
                self._reactor.callFromThread(done.callback, result)

        self._jobs.put(job)
        return done

    def stop(self) -> None:
        """End the threads once everything given so far is done. Does not wait for that."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        if self._niceness and sys.platform == "linux":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._niceness)
        while (job := self._jobs.get()) is not None:
            job()
            if self._rest:
                time.sleep(self._rest)
