"""The file of the audit: an object of JSON on each line, written by a thread.

A file that cannot be written costs lines of the audit, which are counted in it once it can be, and
nothing else. This module must not know what is recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.logger import LogEvent, Logger

from chatd.chat.audit import Record
from chatd.daemon.log_lines import json_line, written_time
from chatd.daemon.log_pipe import LogPipe
from chatd.text.escaping import visible
from chatd.util.error_log import RecurringWarning
from chatd.util.private_files import UnsafePath, open_private

_FIRST = b"{"
"""The first byte of each audit."""


class IAuditReactor(IReactorFromThreads, IReactorTime):
    """The reactor's interfaces for a thread that reports, and for pauses between reports."""


class AuditError(Exception):
    """The file cannot be opened. The text is the reason."""


class AuditFile:
    """Appends the entries of an audit to a file of the daemon's user, with mode 0600.

    It is opened at once, and written from `start` on. ``now`` returns the time in seconds since
    1970. Raises `AuditError`.
    """

    log = Logger()

    def __init__(self, path: Path, reactor: IAuditReactor, now: Callable[[], float]) -> None:
        self._path = path
        self._reactor = reactor
        self._now = now
        self._descriptor = self._open()
        self._pipe: LogPipe | None = None
        self._trouble = RecurringWarning(
            reactor, "the audit cannot be written, so what is done is not recorded: {why}"
        )

    def start(self) -> None:
        """Start the thread, which would not survive a fork."""
        told = partial(self._reactor.callFromThread, self._tell)
        self._pipe = LogPipe(self._descriptor, "ascii", self._loss, told)

    def stop(self) -> None:
        """Write what waits, for a moment at most, and close the file."""
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.end()
            pipe.finish()

    def write(self, record: Record) -> None:
        """Write an entry, with the time."""
        if self._pipe is not None:
            self._pipe.write(json_line({"time": written_time(self._now()), **record}))

    def reopen(self) -> str | None:
        """Open the file anew, as after a rotation. Return the reason why that is impossible."""
        try:
            descriptor = self._open()
        except AuditError as error:
            why = f"{error} The open file stays."
            self.log.error("{why}", why=visible(why))
            return why
        if self._pipe is None:
            os.close(self._descriptor)
            self._descriptor = descriptor
        else:
            self._pipe.turn_to(descriptor)
        return None

    def _open(self) -> int:
        try:
            descriptor, _ = open_private(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            try:
                self._continue(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
        except UnsafePath as unsafe:
            raise AuditError(f"cannot write the audit: {unsafe}") from None
        except OSError as error:
            raise AuditError(f"cannot write the audit {self._path}: {error.strerror}.") from None
        return descriptor

    def _continue(self, descriptor: int) -> None:
        """End a line that a power cut has left without an end. Raises `AuditError`, and `OSError`.

        A file that does not begin as an audit does is another one, such as the store.
        """
        size = os.fstat(descriptor).st_size
        if not size:
            return
        if os.pread(descriptor, 1, 0) != _FIRST:
            raise AuditError(
                f"cannot write the audit: {self._path} is another file. Name a new one."
            )
        if os.pread(descriptor, 1, size - 1) != b"\n":
            with suppress(OSError):  # the disk is full
                os.write(descriptor, b"\n")

    def _loss(self, event: LogEvent) -> str:
        """Return the entry that lines were lost."""
        lost = {"event": "lost", "lines": event["messages"]}
        return json_line({"time": written_time(self._now()), **lost})

    def _tell(self, error: OSError | None) -> None:
        """Log that the file cannot be written, or can be again."""
        if error is not None:
            self._trouble.tell(visible(f"{self._path}: {error.strerror}."))
        elif self._trouble.end():
            self.log.info("the audit is written again.")
