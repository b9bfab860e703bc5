"""A service manager of the tests: a datagram socket, as systemd has one for each service."""

from __future__ import annotations

import socket
from contextlib import suppress

AS_SYSTEMD = """
import os, sys
for place, descriptor in enumerate(map(int, sys.argv[1:3]), start=3):
    if descriptor != place:
        os.dup2(descriptor, place)
        os.close(descriptor)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[3], sys.argv[3:])
"""
"""A program that runs a command as systemd runs a service with two sockets."""


class ManagerSocket:
    """A socket that receives messages of sd_notify(3) at an address, "@..." for an abstract one."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def next(self, seconds: float) -> str:
        """Wait for the next message, and return it. Raises `TimeoutError`."""
        self._socket.settimeout(seconds)
        return self._socket.recv(4096).decode()

    def all(self) -> list[str]:
        """Return the messages that have come since the last call."""
        self._socket.setblocking(False)
        messages = []
        with suppress(BlockingIOError):
            while True:
                messages.append(self._socket.recv(4096).decode())
        return messages

    def close(self) -> None:
        self._socket.close()
