"""Threads that run one function after another, for calls that would block the reactor.

Twisted's thread pool waits for its threads when the process ends, so a disk that hangs would hang
the daemon; these are daemon threads, and cost one wake-up of the reactor per call.

This module must not know the functions.
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
    """Threads that run functions, in the order of the calls of `run`.

    There is one thread unless ``threads`` says otherwise. Results come back in the reactor's
    thread. ``niceness`` lowers the threads' priority, as `nice` does (on Linux alone: elsewhere a
    thread has none of its own, and its number may be that of another process). ``rest`` is a pause
    in seconds after each function, so that many in a row leave the interpreter to other threads.
    Start a worker after any fork.
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
        """Start the threads; functions that were given before are run first."""
        # Made here: CPython 3.13 starts no thread that was made before a fork.
        for _ in range(self._threads):
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Call a function in a thread; fire with its result, or fail with its error."""
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
        """End the threads after the functions given so far. Does not wait for that."""
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
