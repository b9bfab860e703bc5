"""Standard output for a log, written by a thread, so that the daemon never waits for its reader.

A pipe that is not read takes 64 KiB, and then blocks the process that writes to it: with the log,
the whole daemon. Here messages that cannot be written wait in a queue, up to a bound. Further ones
are dropped and counted, and once the pipe is read again the log says how many were lost.

This module must not know what is logged.
"""

from __future__ import annotations

import io
import os
import select
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from twisted.logger import LogEvent, LogLevel

WAITING_MESSAGES = 1000
"""The most messages in the queue. (A line of a log is some 100 bytes, a traceback a few thousand.)
"""

END_SECONDS = 0.2
"""Seconds that an ending daemon waits, in all, for its log to be read."""


class LogPipe(io.TextIOBase):
    """A text file that never blocks its one writer: a thread writes to the file descriptor.

    Characters that the encoding does not have are escaped. Make it after any fork: threads do not
    survive one. Signal handlers may write, too: there is no lock that they could wait for.
    ``render`` makes text of the event that messages were lost.
    """

    def __init__(self, descriptor: int, encoding: str, render: Callable[[LogEvent], str]) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._render = render
        self._queue: SimpleQueue[bytes | threading.Event] = SimpleQueue()
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
        """Wait until everything is written: only after `end`, and at most `END_SECONDS` in all."""
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

    def _work(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, threading.Event):
                item.set()
            elif not self._write_all(item):
                self._reported -= 1
            lost = self._lost
            if (
                lost > self._reported
                and self._queue.empty()
                and self._write_all(self._report_of_loss(lost - self._reported))
            ):
                self._reported = lost

    def _write_all(self, data: bytes) -> bool:
        """Write ``data``; return false if that is impossible."""
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # another process that shares the pipe set it non-blocking
                select.select([], [self._descriptor], [])
            except OSError:  # the reader has closed, or a disk is full
                return False
        return True

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
