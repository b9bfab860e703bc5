"""The daemon's life: starting, and stopping within five seconds whatever clients do.

It is given everything made and bound; it makes nothing itself.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IAddress, IListeningPort, IReactorTime
from twisted.logger import Logger

from chatd.encoding import visible
from chatd.protocols.line import ChatFactory
from chatd.store import Store

COMMIT_SECONDS = 2.0
"""How long a stopping daemon waits for what was said to be committed and shown."""

DRAIN_SECONDS = 2.0
"""How long it then waits for clients to take what they are owed."""

CLOSE_SECONDS = 0.5
"""How long it then waits for the store to be closed."""


class ChatService(Service):
    """Serves what is bound already. ``foreground`` is for the words alone."""

    log = Logger()
    name = "chat"

    def __init__(
        self,
        store: Store,
        factories: Sequence[ChatFactory],
        ports: Sequence[IListeningPort],
        clock: IReactorTime,
        *,
        foreground: bool = True,
    ) -> None:
        self._store = store
        self._factories = factories
        self._ports = ports
        self._clock = clock
        self._foreground = foreground

    def startService(self) -> None:
        """Open the store for work, and say where the daemon listens and what it keeps."""
        super().startService()
        self._store.start()
        for port in self._ports:
            self.log.info("{listening}", listening=self._listening(port.getHost()))
        self.log.info("{history}", history=self._store.describe())

    def stopService(self) -> Deferred[None]:
        """Stop: take nothing more, commit and show what was said, say goodbye, close."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for port in self._ports:
            port.stopListening()
        clients = [client for factory in self._factories for client in factory.clients]
        for client in clients:
            client.stop_reading()
        await self._wait(self._store.flush(), COMMIT_SECONDS, "the store")
        for client in clients:
            client.say_goodbye()
        await self._wait(Deferred.fromCoroutine(self._empty()), DRAIN_SECONDS, "clients")
        for factory in self._factories:
            for client in tuple(factory.clients):
                client.abort()
        closed = Deferred.fromCoroutine(self._store.close())
        await self._wait(closed, CLOSE_SECONDS, "the store")

    async def _empty(self) -> None:
        for factory in self._factories:
            await factory.when_empty()

    async def _wait(self, done: Deferred[Any], seconds: float, what: str) -> None:
        try:
            await done.addTimeout(seconds, self._clock)
        except TimeoutError:
            self.log.warn("stopping without waiting any longer for {what}", what=what)

    def _listening(self, address: IAddress) -> str:
        text = f"listening on {_written(address)}."
        if self._foreground:
            text += " Press Ctrl+C to stop."
        if _is_loopback(address):
            text += " This machine only; --listen tcp:60060 lets others in."
        return text


def _written(address: IAddress) -> str:
    if isinstance(address, IPv6Address):
        return f"[{address.host}]:{address.port}"
    if isinstance(address, IPv4Address):
        return f"{address.host}:{address.port}"
    if isinstance(address, UNIXAddress):
        return visible(os.fsdecode(address.name or b""))
    return str(address)


def _is_loopback(address: IAddress) -> bool:
    if isinstance(address, IPv6Address):
        return address.host == "::1"
    return isinstance(address, IPv4Address) and address.host.startswith("127.")
