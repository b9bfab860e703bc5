"""A server in this process that listens on real sockets, and clients of it in the same reactor."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString, serverFromString
from twisted.internet.interfaces import IHalfCloseableProtocol, IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions, PrivateCertificate
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.accounts.accounts import Account
from chatd.accounts.passwords import Passwords
from chatd.chat.server import ChatServer
from chatd.protocols.lines.bare import BARE_LENGTH, BareProtocol
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.proxy.protocol import BehindProxy
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.web.connection import WebProtocol
from chatd.protocols.web.http.same_origin import Hosts
from chatd.protocols.web.site import Site
from chatd.protocols.web.static_files import File
from chatd.storage.contract import Store
from chatd.storage.memory import MemoryStore
from chatd.storage.records import change
from chatd.storage.sqlite.store import SqliteStore
from chatd.webhooks.urls import Network
from tests.support.immediately import Immediately
from tests.support.world import CHEAP, WELCOME, log_in

Page = Mapping[tuple[str, ...], File]

NO_DESCRIPTION = File(b"{}", "application/json")
LOOPBACK = "tcp:0:interface=127.0.0.1:backlog=1024"


@implementer(IHalfCloseableProtocol)
class AsyncClient(Protocol):
    """A client on a socket in the real reactor. It waits for lines, and never for time to pass."""

    def __init__(self) -> None:
        self.received = 0
        self.ended = False  # True once the server has ended its output
        self.gone: Deferred[None] = Deferred()
        self._lines: deque[bytes] = deque()
        self._rest = b""
        self._waiting: Deferred[None] | None = None
        self._half_closed = False

    def send(self, *lines: str | bytes) -> None:
        """Send lines, each with its end."""
        for line in lines:
            self.transport.write((line.encode() if isinstance(line, str) else line) + b"\n")

    def send_raw(self, data: bytes) -> None:
        self.transport.write(data)

    def begin_tls(self) -> None:
        """Speak TLS from here on."""
        cast(Any, self.transport).startTLS(CertificateOptions())

    def half_close(self) -> None:
        self._half_closed = True
        self.transport.loseWriteConnection()

    async def line(self) -> str:
        """Return the next line. Fail if there is none and none will come."""
        while not self._lines:
            assert not self.ended, f"the server closed; what was left: {self._rest!r}"
            self._waiting = Deferred()
            await self._waiting
        return self._lines.popleft().decode(errors="backslashreplace")

    async def until(self, text: str) -> list[str]:
        """Return all lines up to the first that contains a text."""
        lines = [await self.line()]
        while text not in lines[-1]:
            lines.append(await self.line())
        return lines

    async def end(self) -> list[str]:
        """Return all lines until the server closes."""
        while not self.ended:
            self._waiting = Deferred()
            await self._waiting
        assert not self._rest, f"half a line: {self._rest!r}"
        lines = [line.decode() for line in self._lines]
        self._lines.clear()
        return lines

    async def close(self) -> None:
        """Close, and wait for that."""
        self.transport.loseConnection()
        await self.gone

    def dataReceived(self, data: bytes) -> None:
        self.received += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines.extend(lines)
        self._wake()

    def readConnectionLost(self) -> None:
        self.ended = True
        if self._half_closed:
            self.transport.loseConnection()
        self._wake()

    def writeConnectionLost(self) -> None:
        pass

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.ended = True
        self._wake()
        self.reason = reason
        self.gone.callback(None)

    def _wake(self) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.callback(None)


class LoopbackServer:
    """A server in this process, on sockets in the real reactor.

    The test has to close it, which closes its store, too.
    """

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.store = store or MemoryStore(self.reactor)
        options.setdefault("passwords", Passwords(self.reactor, Immediately(), CHEAP))
        self.server = ChatServer(self.store, self.reactor, **options)
        self.chat = ChatFactory(self.server, self.reactor, ChatProtocol)
        self.bare = ChatFactory(self.server, self.reactor, BareProtocol, BARE_LENGTH)
        self.web: list[ChatFactory] = []
        self.ports: list[IListeningPort] = []
        self.clients: list[AsyncClient] = []

    @classmethod
    def on_file(cls, path: Path, **options: Any) -> LoopbackServer:
        """Return a server with a store in a file."""
        from twisted.internet import reactor

        store = SqliteStore(cast(Any, reactor), path)
        store.start()
        return cls(store, **options)

    async def listen_for_http(
        self, page: Page, description: File = NO_DESCRIPTION, endpoint: str = LOOPBACK
    ) -> int:
        """Serve chatd's own site with the files of a page, and return the port."""
        site = Site(self.server, self.reactor, 4096, Hosts(), page, description)
        web = ChatFactory(self.server, self.reactor, partial(WebProtocol, site=site), 4096)
        self.web.append(web)
        self.ports.append(await serverFromString(self.reactor, endpoint).listen(web))
        return int(self.ports[-1].getHost().port)

    async def listen(
        self,
        endpoint: str = LOOPBACK,
        *,
        bare: bool = False,
        behind_proxy: bool = False,
        certificate: Path | None = None,
        proxies: tuple[Network, ...] = (),
    ) -> IListeningPort:
        """Listen; behind a proxy over TLS after the header if there is a certificate."""
        factory = self.bare if bare else self.chat
        served: Any = factory
        if behind_proxy:
            options: Any = None
            if certificate is not None:
                options = PrivateCertificate.loadPEM(certificate.read_bytes()).options()
            served = BehindProxy(factory, self.reactor, options, proxies)
        port = await serverFromString(self.reactor, endpoint).listen(served)
        self.ports.append(port)
        factory.accept_at(port)
        return port

    async def connect(self, address: str = "") -> AsyncClient:
        """Return a client of the first address, or of the one that a client endpoint names."""
        if not address:
            address = f"tcp:127.0.0.1:{self.ports[0].getHost().port}"
        return await self._connect(address)

    async def guest(self) -> AsyncClient:
        """Return a client that has received its welcome."""
        client = await self.connect()
        await client.until(WELCOME[-1])
        return client

    async def member(self, name: str) -> AsyncClient:
        """Return a client that is logged in to an account, which is registered if there is none.

        The answers to the login are unseen.
        """
        if self.server.accounts.called(name) is None:
            account = Account(name, "")
            await change(self.store, self.server.accounts.table.put(account.key, account))
        before = set(self.server.sessions.by_number)
        client = await self.guest()
        (number,) = set(self.server.sessions.by_number) - before
        log_in(self.server, self.server.sessions.by_number[number], name)
        return client

    async def program(self) -> AsyncClient:
        """Return a client of the last address, a bare one."""
        return await self._connect(f"tcp:127.0.0.1:{self.ports[-1].getHost().port}")

    async def _connect(self, address: str) -> AsyncClient:
        endpoint = clientFromString(self.reactor, address)
        client = await endpoint.connect(Factory.forProtocol(AsyncClient))
        self.clients.append(client)
        return client

    async def close(self) -> None:
        for port in self.ports:
            await port.stopListening()
        for client in self.clients:
            if not client.gone.called:
                client.transport.abortConnection()
                await client.gone
        for factory in (self.chat, self.bare, *self.web):
            for left in tuple(factory.clients):
                left.connection.abort()
            await factory.when_empty()
        await self.store.flush()
        await self.store.close()
        await deferLater(self.reactor, 0)  # leave the caller's stack, which may be the server's
