"""The process of a program: clean, in a group of its own, and ended with all that it started.

It inherits no descriptor but its input and its two outputs, and of the environment only the
variables in `INHERITED`. What it prints on standard error goes to that of the bot, line by line and
escaped, because it may quote what people wrote. This module must not know calls.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from io import BufferedReader, RawIOBase
from itertools import islice
from typing import IO, cast

from chatd.client.bots.answers import text_in
from chatd.client.reading import note
from chatd.client.sentences import Sentence
from chatd.text.escaping import excerpt

INHERITED = ("PATH", "HOME", "LANG")
"""The variables that a program inherits. None of those of chatd is among them."""

_COMPLAINT_BYTES = 2000
"""Most bytes of a line on standard error that are read at a time."""

_COMPLAINT_CHARACTERS = 500

_GRACE = 1.0
"""Seconds in which standard error of a process that has ended is read to its end, unless a process
that left its group has it open."""

_COMPLAINTS = 1000
"""Most lines of one process that are printed. A program without end must not fill a log."""


class Process:
    """A running program. `input` and `output` are the ends of its pipes.

    Raises `OSError` if it cannot be started.
    """

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**inherited, **variables},
            start_new_session=True,
            bufsize=0,
        )
        self.input = cast(IO[bytes], self._process.stdin)
        self.output = cast(IO[bytes], self._process.stdout)
        self._ended = threading.Lock()
        self._is_reaped = False
        errors = cast(RawIOBase, self._process.stderr)
        self._complaints = threading.Thread(target=_repeat, args=[errors], daemon=True)
        self._complaints.start()

    def kill(self) -> None:
        """End the program, and all processes of its group."""
        with self._ended:  # no other process has its number until it is reaped
            if not self._is_reaped:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> Sentence | None:
        """Wait until it has exited, end what it left, and return why it failed, if it did."""
        if hasattr(os, "waitid"):  # not on older versions of macOS
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()
        self.kill()
        with self._ended:
            status = self._process.wait()
            self._is_reaped = True
        self._complaints.join(_GRACE)
        for pipe in self.input, self.output:
            with suppress(OSError):
                pipe.close()
        if status < 0:
            return Sentence("bot_signal", number=-status)
        return Sentence("bot_status", status=status) if status else None


class Limit:
    """A time limit: calls a function once it is over, unless the work has ended before.

    `is_over` is True from then on.
    """

    def __init__(self, seconds: float, at_end: Callable[[], None]) -> None:
        self.is_over = False
        self._at_end = at_end
        self._timer = threading.Timer(seconds, self._is_late)
        self._timer.daemon = True

    def begin(self) -> None:
        """Let the time begin."""
        self._timer.start()

    def end(self) -> None:
        """Say that the work has ended."""
        self._timer.cancel()

    def __enter__(self) -> Limit:
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _is_late(self) -> None:
        self.is_over = True
        self._at_end()


def _repeat(output: RawIOBase) -> None:
    """Print the lines of standard error of a program, escaped, on that of this process."""
    with suppress(OSError), BufferedReader(output) as complaints:
        lines = iter(partial(complaints.readline, _COMPLAINT_BYTES), b"")
        for line in islice(lines, _COMPLAINTS):
            note(f"program: {excerpt(text_in(line).rstrip(), _COMPLAINT_CHARACTERS)}")
        for _ in lines:  # else the program would wait for a reader
            pass
