"""A service manager of the tests: a datagram socket, as systemd has one for each service."""

from __future__ import annotations

import socket
from contextlib import suppress


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
