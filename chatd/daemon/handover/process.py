"""The process of the successor: started by the daemon, with the same interpreter and arguments.

What is started is what this process was started as, in the directory and with the environment of
then. No request can name another program. The successor finds its end of the channel by a variable
of the environment, which it removes. This module must not know what is said over the channel.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import NamedTuple

from chatd.daemon.handover.channel import Channel

VARIABLE = "CHATD_HANDOVER"
"""The variable of the environment with the number of the successor's end of the channel."""

_OF_ONE_PROCESS = ("WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
"""Variables that are about the process to which the service manager has given them."""


class Start(NamedTuple):
    """How this process was started: for another one like it."""

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
    """A started successor, and this process's end of the ``channel`` to it."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel) -> None:
        self._process = process
        self.channel = channel

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def end(self) -> None:
        """Kill it, and wait until it is gone: from then on it can do nothing with what it has."""
        self.channel.close()
        self._process.kill()
        self._process.wait()

    def start_of(self) -> None:
        """Let it go on alone."""
        self.channel.close()


def start_successor(start: Start) -> Successor:
    """Start a successor. Raises `OSError`."""
    ours, theirs = Channel.pair()
    number = theirs.fileno()
    try:
        process = subprocess.Popen(
            start.arguments,
            cwd=start.directory,
            env={**start.environment, VARIABLE: str(number)},
            pass_fds=(number,),
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Successor(process, ours)


def channel_of_successor(environment: MutableMapping[str, str]) -> Channel | None:
    """Return the channel of this process, if it is a successor; None if it is none.

    No process that this one starts inherits it, or the variable.
    """
    number = environment.pop(VARIABLE, "")
    if not number.isdecimal():
        return None
    try:
        os.set_inheritable(int(number), False)
        return Channel(socket.socket(fileno=int(number)))
    except OSError:
        return None
