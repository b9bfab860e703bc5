"""The output of the log: standard output, or the file that twistd's options name.

With ``--syslog`` and ``--logger`` twistd has another log, which is left to it. This module must not
know what is logged.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any, cast

from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import FileLogObserver, ILogObserver, Logger
from twisted.python.logfile import LogFile

from chatd.daemon.log_lines import LogLines, LogStyle
from chatd.daemon.log_pipe import LogPipe
from chatd.daemon.os_process import refuse

DAEMONS_FILE = "twistd.log"
"""The file to which a daemonizing twistd logs without another order."""

_STDOUT = "-"
"""The name of standard output, to which no daemonizing twistd logs: it refuses that."""


class LogOutput:
    """The log of a daemon whose ``twistd`` options are these, in a style that can change."""

    log = Logger()

    def __init__(self, twistd: Mapping[str, Any], style: LogStyle, reactor: Any) -> None:
        self._twistd = twistd
        self._reactor = reactor
        self._lines = LogLines(LogStyle())
        self._end: Callable[[], None] = lambda: None
        self._file: LogFile | None = None
        self.change(style)

    def change(self, style: LogStyle) -> None:
        """Use another style from now on; warn if twistd has the log."""
        self._lines.change(style)
        option = _other_log(self._twistd)
        if option is not None and style != LogStyle():
            self.log.warn(
                "the settings of the log are not used: {option} of twistd has the log.",
                option=option,
            )

    def begin(self) -> ILogObserver | None:
        """Open the log, and return its observer; None if it is left to twistd.

        To be called as late as twistd opens a log itself: a thread does not survive a fork, and a
        call that is refused makes no file. Where it logs to standard output, no write blocks; to a
        file, a write waits no longer than a disk does. Refuse a file that cannot be written.
        """
        name = _file_of(self._twistd)
        if _other_log(self._twistd) is not None or sys.stdout is None or name == _STDOUT:
            return None
        if name is not None:
            try:
                self._file = _open(name, self._reactor)
            except OSError as error:
                refuse(f"cannot write the log {name}: {error.strerror}.")
            return self._observer(self._file)
        descriptor = sys.stdout.fileno()
        self._lines.for_journal = _is_journal(descriptor)
        pipe = LogPipe(descriptor, sys.stdout.encoding, self._lines.render)
        self._reactor.addSystemEventTrigger("after", "shutdown", pipe.end)
        self._end = pipe.end
        return self._observer(pipe)

    def go_on(self) -> None:
        """Write at the end of the file: another process has written to it since it was opened."""
        if self._file is not None:
            self._file.reopen()

    def end(self) -> None:
        """Write what waits, for a moment at most: the process is about to end."""
        self._end()

    def _observer(self, file: LogFile | LogPipe) -> ILogObserver:
        return FileLogObserver(cast(IO[str], file), self._lines.render)


def is_terminal(twistd: Mapping[str, Any]) -> bool:
    """Return True if the log is read on a terminal that has all characters."""
    if _other_log(twistd) or _file_of(twistd) or sys.stdout is None or not sys.stdout.isatty():
        return False
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _other_log(twistd: Mapping[str, Any]) -> str | None:
    """Return the option by which twistd has a log of another kind; None without one."""
    return next((f"--{name}" for name in ("logger", "syslog") if twistd.get(name)), None)


def _file_of(twistd: Mapping[str, Any]) -> str | None:
    """Return the file that twistd would log to; None for standard output."""
    name: str | None = twistd.get("logfile")
    if twistd.get("nodaemon"):
        return None if name in (None, "", _STDOUT) else name
    return name or DAEMONS_FILE


def _open(name: str, reactor: IReactorFromThreads) -> LogFile:
    """Open a log file that SIGUSR1 has begun anew, as twistd does."""
    file: LogFile = LogFile.fromFullPath(name)
    if not signal.getsignal(signal.SIGUSR1):
        signal.signal(signal.SIGUSR1, lambda *_: reactor.callFromThread(file.rotate))
    return file


def _is_journal(descriptor: int) -> bool:
    """Return True if systemd's journal reads what is written there (systemd.exec(5))."""
    status = os.fstat(descriptor)
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
