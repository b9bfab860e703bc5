"""A file for a log, written by a thread, so that the daemon waits for no reader and for no disk.

A pipe that is not read takes 64 KiB, and then blocks the process that writes to it: with the log,
the whole daemon. Here messages that cannot be written wait in a queue, up to a bound. Further ones
are dropped and counted, and once the pipe is read again the log says how many were lost. Of a
message that a full disk takes half, nothing stays.

This module must not know what is logged.
"""

from __future__ import annotations

import io
import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import NamedTuple

from twisted.logger import LogEvent, LogLevel

WAITING_MESSAGES = 1000
"""The most messages in the queue. (A line of a log is some 100 bytes, a traceback a few thousand.)
"""

END_SECONDS = 0.2
"""Seconds that an ending daemon waits, in all, for its log to be read."""


class _Turn(NamedTuple):
    """An order to the thread: to write to another file, or to none and end."""

    descriptor: int | None


class LogPipe(io.TextIOBase):
    """A text file that never blocks its one writer: a thread writes to the file descriptor.

    Characters that the encoding does not have are escaped. Make it after any fork: threads do not
    survive one. Signal handlers may write, too: there is no lock that they could wait for.
    ``render`` makes text of the event that messages were lost. The thread calls ``told`` with the
    error when the file cannot be written, and with None when it can be again.
    """

    def __init__(
        self,
        descriptor: int,
        encoding: str,
        render: Callable[[LogEvent], str],
        told: Callable[[OSError | None], object] = lambda error: None,
    ) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._render = render
        self._told = told
        self._fails = False  # of the thread
        self._queue: SimpleQueue[bytes | threading.Event | _Turn] = SimpleQueue()
        self._lost = 0  # messages dropped; written by the writer alone
        self._reported = 0  # lost messages that the log mentions; written by the thread alone
        self._seconds_left = 0.0  # that `flush` may wait in all; 0 until `end`
        threading.Thread(target=self._work, name="chatd-log", daemon=True).start()

    def write(self, text: str) -> int:
        """Queue a message, or drop and count it if the queue is full or a loss is unreported."""
        if self._lost == self._reported and self._queue.qsize() < WAITING_MESSAGES:
            self._queue.put(text.encode(self._encoding, "backslashreplace"))
        else:
            self._lost += 1
            if self._queue.empty():
                self._queue.put(b"")  # wakes the thread, which reports the loss
        return len(text)

    def flush(self) -> None:
        """Wait until everything is written, and a loss reported.

        It waits only after `end`, and at most `END_SECONDS` in all.
        """
        if self._seconds_left > 0:
            began = time.monotonic()
            written = threading.Event()
            self._queue.put(written)
            written.wait(self._seconds_left)
            self._seconds_left -= time.monotonic() - began

    def end(self) -> None:
        """From now on wait until messages are written, for at most `END_SECONDS` in all."""
        self._seconds_left = END_SECONDS
        self.flush()

    def turn_to(self, descriptor: int) -> None:
        """Write what comes to another file, and close the one so far."""
        self._queue.put(_Turn(descriptor))

    def finish(self) -> None:
        """Write what waits, close the file, and end the thread. Further messages are dropped."""
        self._queue.put(_Turn(None))

    def _work(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, _Turn):
                os.close(self._descriptor)
                if item.descriptor is None:
                    return
                self._descriptor = item.descriptor
            elif isinstance(item, bytes) and not self._write_all(item):
                self._reported -= 1
            lost = self._lost
            if (
                lost > self._reported
                and self._queue.empty()
                and self._write_all(self._report_of_loss(lost - self._reported))
            ):
                self._reported = lost
            if isinstance(item, threading.Event):
                item.set()

    def _write_all(self, data: bytes) -> bool:
        """Write ``data``; return false if that is impossible."""
        left = data
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:  # another process that shares the pipe set it non-blocking
                select.select([], [self._descriptor], [])
            except OSError as error:  # the reader has closed, or a disk is full
                self._take_back(len(data) - len(left))
                self._tell(error)
                return False
        if data:
            self._tell(None)
        return True

    def _take_back(self, written: int) -> None:
        """Remove the first half of a message from the end of a file, whose other half was lost."""
        with suppress(OSError):  # a pipe
            if written:
                end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
                os.ftruncate(self._descriptor, end - written)

    def _tell(self, error: OSError | None) -> None:
        """Tell that writing begins to fail, or succeeds again."""
        if self._fails != (error is not None):
            self._fails = not self._fails
            self._told(error)

    def _report_of_loss(self, messages: int) -> bytes:
        event = {
            "log_time": time.time(),
            "log_namespace": __name__,
            "log_level": LogLevel.warn,
            "log_format": "{messages} messages were lost here:"
            " the log was not read, or not writable.",
            "messages": messages,
        }
        return self._render(event).encode(self._encoding, "backslashreplace")
