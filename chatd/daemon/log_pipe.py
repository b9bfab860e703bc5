"""Standard output for a log, written by a thread, so that nobody waits for whoever reads it.

A pipe that is not read takes 64 KiB, and then holds the one who writes to it: with the log, the
whole daemon. Here what cannot be written waits, up to a bound; behind that it is dropped and
counted, and once the pipe flows again the log says how much was lost.

It knows nothing of what is logged.
"""

from __future__ import annotations

import io
import os
import select
import threading
import time
from queue import SimpleQueue

from twisted.logger import LogLevel, formatEventAsClassicLogText

WAITING_MESSAGES = 1000
"""How many messages may wait. (A line of a log is some 100 bytes, a traceback a few thousand.)"""

END_SECONDS = 0.2
"""How long an ending daemon waits, in all, for what is in its log to be taken."""


class LogPipe(io.TextIOBase):
    """A text file that never makes its one writer wait: it writes to a file descriptor when it can.

    What that takes in no encoding is escaped. Make it after any fork. Signal handlers may write,
    too: nothing here is locked.
    """

    def __init__(self, descriptor: int, encoding: str = "utf-8") -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._queue: SimpleQueue[bytes | threading.Event] = SimpleQueue()
        self._lost = 0  # so many messages; the writer's own
        self._told = 0  # of so many it was said; the thread's own
        self._patience = 0.0
        threading.Thread(target=self._work, name="chatd-log", daemon=True).start()

    def write(self, text: str) -> int:
        """Let a message wait to be written, if there is room for it."""
        if self._lost == self._told and self._queue.qsize() < WAITING_MESSAGES:
            self._queue.put(text.encode(self._encoding, "backslashreplace"))
        else:
            self._lost += 1
            if self._queue.empty():
                self._queue.put(b"")  # have the thread try to say so
        return len(text)

    def flush(self) -> None:
        """Wait until everything is written: only behind `end`, and not for long."""
        if self._patience > 0:
            began = time.monotonic()
            written = threading.Event()
            self._queue.put(written)
            written.wait(self._patience)
            self._patience -= time.monotonic() - began

    def end(self) -> None:
        """From here on, have what is written taken before going on; `END_SECONDS` in all."""
        self._patience = END_SECONDS
        self.flush()

    def _work(self) -> None:
        while True:
            item = self._queue.get()
            if isinstance(item, threading.Event):
                item.set()
            elif not self._put(item):
                self._told -= 1
            lost = self._lost
            if lost > self._told and self._queue.empty() and self._put(_loss(lost - self._told)):
                self._told = lost

    def _put(self, data: bytes) -> bool:
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # somebody who shares the pipe has it so
                select.select([], [self._descriptor], [])
            except OSError:  # nobody reads there any more, or a disk is full
                return False
        return True


def _loss(messages: int) -> bytes:
    event = {
        "log_time": time.time(),
        "log_namespace": __name__,
        "log_level": LogLevel.warn,
        "log_format": "{messages} messages were lost here: the log was not read, or not writable.",
        "messages": messages,
    }
    return (formatEventAsClassicLogText(event) or "").encode()
