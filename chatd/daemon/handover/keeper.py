"""The keeper: a daemon that others wait for becomes one, until its successor ends.

A shell, the runtime of a container or a supervisor waits for the process that it has started, and
takes its end for that of the daemon. So that process stays, and is a few megabytes: signals that it
is sent go to the successor, and when that ends, it ends with the same status. (A service manager
that is told of the successor needs none.) As process 1 of a container it reaps what others leave.
This module must not know the daemon.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import chatd

PASSED_ON = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""The signals that mean the daemon."""


def pass_signals_on(number: int) -> None:
    """Send the signals that this process is sent to the process of that number."""

    def pass_on(signal_number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(number, signal_number)

    for each in PASSED_ON:
        signal.signal(each, pass_on)


def become_keeper(number: int) -> NoReturn:
    """Become the keeper of a child of this process, in its place. Raises `OSError`."""
    # Until the keeper handles them, they wait: execve(2) keeps the mask, and what is pending.
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    # Without the modules of the site, and those of the directory it is in: it needs none.
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", _program(), str(number)])


def _program() -> str:
    """Return what a keeper runs: this module, wherever the package is, also in a zip file."""
    package = str(Path(chatd.__file__).parent.parent)
    return (
        f"import sys; sys.path.insert(0, {package!r});"
        f" from {__name__} import main; sys.exit(main(sys.argv[1:]))"
    )


def main(arguments: Sequence[str]) -> int:
    """Wait for the child of that number, and return its status as a shell has it."""
    (text,) = arguments
    number = int(text)
    pass_signals_on(number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    ended = status = 0
    while ended != number:
        ended, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
