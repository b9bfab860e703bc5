"""What a daemon becomes that somebody waits for: it stays until its successor ends.

A shell, the runtime of a container or a supervisor waits for the process that it has started, and
takes its end for that of the daemon. So that process stays, and is a few megabytes: signals that it
is sent go to the successor, and when that ends, it ends with the same status. (A service manager
that is told of the successor needs none.) This module must not know the daemon.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

PASSED_ON = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""The signals that mean the daemon."""


def become_keeper(number: int) -> NoReturn:
    """Become the keeper of a child of this process, in its place. Raises `OSError`."""
    for each in PASSED_ON:  # until the keeper handles them
        signal.signal(each, signal.SIG_IGN)
    os.execv(sys.executable, [sys.executable, "-m", __name__, str(number)])


def main(arguments: Sequence[str]) -> int:
    """Wait for the child of that number, and return its status as a shell has it."""
    (text,) = arguments
    number = int(text)

    def pass_on(signal_number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(number, signal_number)

    for each in PASSED_ON:
        signal.signal(each, pass_on)
    _, status = os.waitpid(number, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
