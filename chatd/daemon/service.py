"""The daemon's life: starting, and stopping within five seconds whatever clients do.

It is given everything made and bound; it makes nothing itself.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from twisted.application.service import Service
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, DeferredList, TimeoutError, maybeDeferred
from twisted.internet.interfaces import IAddress, IListeningPort, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from chatd.accounts.accounts import Accounts
from chatd.accounts.passwords import Passwords
from chatd.chat.server import ChatServer
from chatd.daemon.retention import Retention
from chatd.protocols.control import Control
from chatd.protocols.transport.factory import CHECK_SECONDS, ChatFactory
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store
from chatd.text.escaping import visible
from chatd.webhooks.delivery import Deliveries

COMMIT_SECONDS = 2.0
"""How long a stopping daemon waits for what was said to be committed and shown."""

DRAIN_SECONDS = 2.0
"""How long it then waits for clients to take what they are owed."""

CLOSE_SECONDS = 0.5
"""How long it then waits for places to be kept, and the store to be closed."""

OLD_NAMES_TOLD = 20
"""Most accounts with names refused today that are listed for the operator."""


class ListenerKind(enum.Enum):
    """A kind of address, and the option that opens it to others than this machine."""

    CHAT = "--listen tcp:60060"
    BARE = "--bare tcp:60061"
    WEB = "--web tcp:60080"


class Listener(NamedTuple):
    """One kind of address: what the operator is told of it, who serves it, and what is bound;
    ``secure`` are those ports where TLS is spoken, as far as that is told."""

    kind: ListenerKind
    factory: ChatFactory
    secure: Collection[IListeningPort] = ()

    @property
    def ports(self) -> list[IListeningPort]:
        """Where it listens."""
        return self.factory.ports


class ChatService(Service):
    """Serves what is bound already. ``foreground`` is for the words alone."""

    log = Logger()
    name = "chat"

    def __init__(
        self,
        store: Store,
        doors: Sequence[Listener],
        clock: IReactorTime,
        *,
        watch: ClockWatch | None = None,
        retention: Retention | None = None,
        foreground: bool = True,
        passwords: Passwords | None = None,
        control: Control | None = None,
        deliveries: Deliveries | None = None,
    ) -> None:
        self._store = store
        self._watch = watch
        self._retention = retention
        self.doors = doors
        self._clock = clock
        self._foreground = foreground
        self._passwords = passwords
        self.control = control
        self._deliveries = deliveries
        self._checking = LoopingCall(self._check)
        self._checking.clock = clock

    def startService(self) -> None:
        """Open the store for work, and say where the daemon listens and what it keeps."""
        super().startService()
        self._store.start()
        for server in self._servers:
            Deferred.fromCoroutine(server.unread.clear_gone())
        if self._passwords is not None:
            self._passwords.start()
        for door in self.doors:
            for port in door.ports:
                _take_over(port)
                listening = self._listening(door.kind, port.getHost(), port in door.secure)
                self.log.info("{listening}", listening=listening)
        if self.control is not None and self.control.refusal:
            self.log.warn(
                "chatd admin cannot ask this daemon, only while it is stopped: {why}",
                why=visible(self.control.refusal),
            )
        self.log.info("{history}", history=self._store.describe())
        for server in self._servers:
            _tell_of_old_names(self.log, server.accounts)
        if self._watch is not None:
            self._watch.start()
        self._checking.start(CHECK_SECONDS, now=False)
        if self._deliveries is not None:
            for server in self._servers:
                server.review_hooks()
            self._deliveries.start()
        if self._retention is not None:
            self.log.info("{history}", history=self._retention.kept.describe())
            self._retention.start()

    def stopService(self) -> Deferred[None]:
        """Stop: take nothing more, commit and show what was said, say goodbye, close."""
        super().stopService()
        if self._checking.running:
            self._checking.stop()
        if self._retention is not None:
            self._retention.stop()
        if self._deliveries is not None:
            self._deliveries.stop()
        return Deferred.fromCoroutine(self._stop())

    def _check(self) -> None:
        for door in self.doors:
            door.factory.check()
        for server in self._servers:
            server.check()
        if self._watch is not None:
            self._watch.check()
        if self._deliveries is not None:
            self._deliveries.check()

    @property
    def _servers(self) -> list[ChatServer]:
        return list(dict.fromkeys(door.factory.server for door in self.doors))

    async def _stop(self) -> None:
        ports = [port for door in self.doors for port in door.ports]
        unbound = [maybeDeferred(port.stopListening) for port in ports]
        if self.control is not None:
            unbound.append(maybeDeferred(self.control.close))
        clients = [client for door in self.doors for client in door.factory.clients]
        for client in clients:
            client.stop_reading()
        await self._wait(self._store.flush(), COMMIT_SECONDS, "the store")
        for client in clients:
            client.say_goodbye()
        await self._wait(Deferred.fromCoroutine(self._empty()), DRAIN_SECONDS, "clients")
        for door in self.doors:
            for client in tuple(door.factory.clients):
                client.abort()
        if self._passwords is not None:
            self._passwords.stop()
        closed = Deferred.fromCoroutine(self._close())
        await self._wait(closed, CLOSE_SECONDS, "the store")
        # The file of a UNIX socket goes a turn later; one that somebody took away is no matter.
        await DeferredList(unbound, consumeErrors=True)

    async def _close(self) -> None:
        if self._deliveries is not None:
            await self._deliveries.close()
        # Only now is known how far people were shown what was said.
        for server in self._servers:
            await server.unread.stop()
        await self._store.close()

    async def _empty(self) -> None:
        for door in self.doors:
            await door.factory.when_empty()

    async def _wait(self, done: Deferred[Any], seconds: float, what: str) -> None:
        try:
            await done.addTimeout(seconds, self._clock)
        except TimeoutError:
            self.log.warn("stopping without waiting any longer for {what}", what=what)

    def _listening(self, kind: ListenerKind, address: IAddress, secure: bool) -> str:
        written = _written(address)
        if kind is ListenerKind.WEB and not isinstance(address, UNIXAddress):
            written = f"{'https' if secure else 'http'}://{written}/"
        sentences = [f"listening on {written}."]
        if self._foreground:
            sentences.append("Press Ctrl+C to stop.")
        if kind is ListenerKind.BARE:
            sentences.append("Bare lines.")
        if _is_loopback(address):
            sentences.append(f"This machine only; {kind.value} lets others in.")
        return " ".join(sentences)


def _take_over(port: IListeningPort) -> None:
    """Put this process's number on a UNIX socket's lock.

    Twisted put there that of the process that bound the socket, which a daemon has left behind;
    with that one gone, the next daemon would take the lock for a stale one, and the socket with it.
    """
    lock = getattr(port, "lockFile", None)
    if lock is not None:
        new = lock.name + b".new"
        os.symlink(str(os.getpid()), new)
        os.replace(new, lock.name)


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


def _tell_of_old_names(log: Logger, accounts: Accounts) -> None:
    names = accounts.refused_today()
    if names:
        shown = ", ".join(names[:OLD_NAMES_TOLD])
        more = len(names) - OLD_NAMES_TOLD
        log.warn(
            "accounts keep names that nobody may take today: {names}."
            " `chatd admin remove NAME` ends one.",
            names=visible(f"{shown} and {more} more" if more > 0 else shown),
        )
