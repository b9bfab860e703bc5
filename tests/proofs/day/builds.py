"""Builds that post lines over HTTP with a token, each request over a connection of its own.

This module must not know who made the token.
"""

from __future__ import annotations

from twisted.internet.interfaces import IAddress

from tests.proofs.day.clients import HttpConnection
from tests.proofs.day.daemon import Daemon

PAUSE_SECONDS = 0.3
"""Seconds between two requests of a build: about three lines a second."""


class Build:
    """A build with a token."""

    def __init__(self, daemon: Daemon, name: str, address: IAddress, token: str) -> None:
        self.name = name
        self._daemon = daemon
        self._address = address
        self._token = token

    async def run(self, room: str, begins: float, lines: int, at_once: int) -> None:
        """Post so many lines from a second of the day on, some in each request."""
        await self._daemon.until(begins)
        for first in range(0, lines, at_once):
            texts = [f"step {line} is done" for line in range(first, min(lines, first + at_once))]
            connection = HttpConnection(self._daemon, self.name, self._address)
            await connection.ask(
                "POST",
                f"/api/rooms/{room}/messages",
                "\n".join(texts).encode(),
                authorization=f"Bearer {self._token}",
                idempotency_key=f"{self.name}-{first}",
            )
            connection.hang_up()
            self._daemon.posted += len(texts)
            await self._daemon.pause(PAUSE_SECONDS * at_once)
