"""The process of the successor: started by the daemon, with the same interpreter and arguments.

What is started is what this process was started as, in the directory and with the environment of
then. No request can name another program. The successor finds its end of the channel by a variable
of the environment, which it removes.

Until then what it prints goes to the daemon: if it cannot even read its own code, the last line of
that is the reason. This module must not know what is said over the channel.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from chatd.daemon.handover.channel import Channel

VARIABLE = "CHATD_HANDOVER"
"""The variable of the environment with three descriptors of the successor: its end of the channel,
and what are to be its standard output and error."""

END_SECONDS = 0.5
"""Seconds for a successor that has closed its end of the channel to end by itself."""

_MOST_PRINTED = 1 << 16
"""Most bytes of what is printed that are read: those that fit into a pipe of Linux."""

_OF_ONE_PROCESS = ("WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
"""Variables that are about the process to which the service manager has given them."""


class Start(NamedTuple):
    """The start of this process: for another one like it."""

    arguments: Sequence[str]
    directory: str
    environment: Mapping[str, str]

    @classmethod
    def of_this_process(cls) -> Start:
        """Return how this process was started. To be called before any of it changes."""
        environment = {
            name: value for name, value in os.environ.items() if name not in _OF_ONE_PROCESS
        }
        return cls([sys.executable, *sys.orig_argv[1:]], os.getcwd(), environment)


class Successor:
    """A started successor, and this process's end of the ``channel`` to it.

    ``printed`` is the end of a pipe with what it prints before it has its channel.
    """

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel, printed: int) -> None:
        self._process = process
        self._printed = printed
        self.channel = channel

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def end(self) -> None:
        """Kill it, and wait until it is gone: from then on it can do nothing with what it has."""
        self.kill()
        self._process.wait()
        self.channel.close()
        if self._printed >= 0:
            os.close(self._printed)
            self._printed = -1

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()

    def why_gone(self) -> str:
        """Return why it ended by itself: the last line that it printed, or its status."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        with suppress(OSError):  # nothing is there
            lines = os.read(self._printed, _MOST_PRINTED).decode(errors="replace").splitlines()
            if said := [line.strip() for line in lines if line.strip()]:
                return said[-1].removeprefix("chatd: ")
        status = self._process.poll()
        if status is None:
            return "it does not answer"
        if status < 0:
            return f"it was ended by {signal.Signals(-status).name}"
        return f"it ended with status {status}"


def start_successor(start: Start) -> Successor:
    """Start a successor. Raises `OSError`."""
    ours, theirs = Channel.pair()
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    passed = [theirs.fileno()]
    try:
        passed += map(_copy_of, (1, 2))
        process = subprocess.Popen(
            start.arguments,
            cwd=start.directory,
            env={**start.environment, VARIABLE: ",".join(map(str, passed))},
            stdout=writing,
            stderr=writing,
            pass_fds=passed,
        )
    except BaseException:
        ours.close()
        os.close(reading)
        raise
    finally:
        theirs.close()
        for each in (writing, *passed[1:]):
            os.close(each)
    return Successor(process, ours, reading)


def is_successor(environment: Mapping[str, str]) -> bool:
    """Return True for a process that has not taken its channel yet."""
    return VARIABLE in environment


def channel_of_successor(environment: MutableMapping[str, str]) -> Channel | None:
    """Return the channel of this process, if it is a successor; None if it is none.

    From here on it prints where the daemon does. No process that it starts inherits the channel, or
    the variable.
    """
    numbers = environment.pop(VARIABLE, "").split(",")
    if len(numbers) != 3 or not all(map(str.isdecimal, numbers)):
        return None
    channel, *outputs = map(int, numbers)
    try:
        os.set_inheritable(channel, False)
        connection = socket.socket(fileno=channel)
        for printed in filter(None, (sys.stdout, sys.stderr)):
            printed.flush()
        for stream, output in enumerate(outputs, 1):
            os.dup2(output, stream)
            os.close(output)
        return Channel(connection)
    except OSError:
        return None


def _copy_of(stream: int) -> int:
    """Return another descriptor of a standard stream; of nothing, if it is closed."""
    try:
        return os.dup(stream)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
