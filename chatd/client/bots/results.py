"""The results of a program, which come from other threads, and wake the one that waits for them.

This module must not know how a program is run, nor what becomes of its results.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple

from chatd.client.bots.answers import Part
from chatd.client.bots.calls import Call
from chatd.client.sentences import Sentence


class Result(NamedTuple):
    """All that a program has said to a call; or without a call, what it said by itself.

    ``failure`` is why it failed; None if it did not.
    """

    call: Call | None
    parts: Sequence[Part]
    failure: Sentence | None = None


class Results:
    """A queue of results, with a descriptor that is readable while there are some."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Result] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._reading

    def close(self) -> None:
        """Close the descriptors. What comes later is dropped."""
        with self._lock:
            self._closed = True
            os.close(self._reading)
            os.close(self._writing)

    def put(self, result: Result) -> None:
        """Add a result, from any thread."""
        with self._lock, suppress(BlockingIOError):  # the pipe is full, so it is readable
            if not self._closed:
                self._queue.put(result)
                os.write(self._writing, b".")

    def take(self) -> list[Result]:
        """Return the results that are there."""
        with suppress(BlockingIOError):
            os.read(self._reading, 1 << 16)
        found: list[Result] = []
        with suppress(Empty):
            while True:
                found.append(self._queue.get_nowait())
        return found
