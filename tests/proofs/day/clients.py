"""Clients in memory: a terminal over TLS, an HTTP connection, and a browser's WebSocket.

Each sends as fast as it is read, as a system's buffers do, waits for its answers, and reports as a
fault each answer that is an error, a connection that is not admitted or that the daemon closes, and
an answer that does not come. This module must not know what is said.
"""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from collections.abc import Callable
from itertools import count
from typing import Any

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IHandshakeListener, ISSLTransport
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.protocols.transport.factory import ChatFactory
from tests.proofs.day.daemon import HOST, Daemon
from tests.support.browser import frame
from tests.support.http import Got, answers, request

LATENCY_SECONDS = 0.005
"""Seconds that bytes take to the daemon."""

PATIENCE = 120.0
"""Seconds that a client waits for an answer."""


class Refused(Exception):
    """An answer was an error, or did not come. It is a fault already."""


@implementer(ISSLTransport)
class _Wire(StringTransport):
    """A connection over TLS, between a protocol of the daemon and a client."""

    bufferSize = 64 * 1024  # bytes that are read at a time; a protocol may change that

    def __init__(self, client: _Client, address: IAddress) -> None:
        super().__init__(peerAddress=address)
        self._client = client

    def write(self, data: bytes) -> None:
        self._client.received(data)

    def writeSequence(self, data: Any) -> None:
        self._client.received(b"".join(data))

    def getPeerCertificate(self) -> None:
        """Return no certificate: clients have none."""

    def loseConnection(self) -> None:
        super().loseConnection()
        self._client.closed()

    loseWriteConnection = loseConnection

    def abortConnection(self) -> None:
        super().abortConnection()
        self._client.closed()

    def resumeProducing(self) -> None:
        super().resumeProducing()
        self._client.flush_soon()


class _Client:
    """A connection of ``who`` to a factory of a daemon."""

    def __init__(self, daemon: Daemon, factory: ChatFactory, who: str, address: IAddress) -> None:
        self.daemon = daemon
        self.who = who
        self.is_open = True
        self._leaves = False
        self._unsent = b""
        self._flushes = False
        self._awaited: list[tuple[Callable[[Any], bool], Deferred[Any]]] = []
        self._wire = _Wire(self, address)
        self._protocol: Any = factory.buildProtocol(address)
        if self._protocol is None:
            self.fault("is not admitted")
            self.is_open = False
        else:
            self._protocol.makeConnection(self._wire)
            if IHandshakeListener.providedBy(self._protocol):  # what refuses does not wait for it
                self._protocol.handshakeCompleted()

    def fault(self, what: str) -> None:
        """Take note of a refusal."""
        self.daemon.fault(self.who, what)

    def received(self, data: bytes) -> None:
        """Take what the daemon sends."""
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        """Send bytes as soon as the daemon reads them."""
        self._unsent += data
        self.flush_soon()

    @property
    def drained(self) -> bool:
        """True if the daemon has read all that was sent."""
        return not self._unsent

    def flush_soon(self) -> None:
        """Send what waits, if anything does: the daemon reads again."""
        if self._unsent and not self._flushes:
            self._flushes = True
            self.daemon.clock.callLater(LATENCY_SECONDS, self._flush)

    def _flush(self) -> None:
        self._flushes = False
        if self.is_open and self._unsent and self._wire.producerState == "producing":
            size = self._wire.bufferSize
            piece, self._unsent = self._unsent[:size], self._unsent[size:]
            self._protocol.dataReceived(piece)
            self.flush_soon()

    def answer(self, wanted: Callable[[Any], bool], what: str) -> Deferred[Any]:
        """Return the next thing received that is ``wanted``. Raises `Refused`."""
        awaited: Deferred[Any] = Deferred()
        self._awaited.append((wanted, awaited))
        awaited.addTimeout(PATIENCE, self.daemon.clock)
        awaited.addErrback(self._unanswered, what)
        return awaited

    def _unanswered(self, failure: Failure, what: str) -> None:
        self._awaited = [each for each in self._awaited if not each[1].called]
        if failure.check(TimeoutError):
            self.fault(f"no answer to {what}")
        raise Refused

    def _take(self, item: Any) -> None:
        """Give an item to the first that awaits it."""
        for place, (wanted, awaited) in enumerate(self._awaited):
            if wanted(item):
                del self._awaited[place]
                awaited.callback(item)
                return

    def _refuse(self, what: str) -> None:
        """Take note of an error; it is the answer to the first thing that is awaited."""
        self.fault(what)
        if self._awaited:
            self._awaited.pop(0)[1].errback(Refused())

    def hang_up(self) -> None:
        """Close the connection."""
        self._leaves = True
        self.closed()

    def closed(self) -> None:
        """End the connection, which either side has closed."""
        if not self.is_open:
            return
        self.is_open = False
        if not self._leaves:
            self.fault("the daemon has closed the connection")
        self.daemon.clock.callLater(0, self._protocol.connectionLost, Failure(ConnectionDone()))


class Terminal(_Client):
    """A terminal over TLS, such as that of `chatd connect`."""

    def __init__(self, daemon: Daemon, who: str, address: IAddress) -> None:
        self.lines = 0
        self._half = b""
        self._expected = ""
        super().__init__(daemon, daemon.chat, who, address)

    def received(self, data: bytes) -> None:
        if self._half or not data.endswith(b"\n"):
            whole, _, self._half = (self._half + data).rpartition(b"\n")
            data = whole + b"\n" if whole else b""
        self.lines += data.count(b"\n")
        if self._awaited or b"ERR " in data:
            for line in data.decode().splitlines():
                if not line.startswith("ERR "):
                    self._take(line)
                elif self._expected and line == self._expected:
                    self._expected = ""
                    self._take(line)
                else:
                    self._refuse(line)

    def type(self, *lines: str) -> None:
        """Type lines, or paste them."""
        self.send("".join(f"{line}\n" for line in lines).encode())

    async def ask(self, line: str, answer: str, *, error: bool = False) -> None:
        """Type a line, and wait for a line that begins as the answer. Raises `Refused`.

        With ``error`` the answer is an error that a person has caused, and is no fault.
        """
        self._expected = answer if error else ""
        answered = self.answer(lambda line: line.startswith(answer), line)
        self.type(line)
        await answered


class HttpConnection(_Client):
    """A connection to the port for browsers and programs, for one request after another."""

    def __init__(self, daemon: Daemon, who: str, address: IAddress) -> None:
        self._taken = b""
        self._asked = ""
        super().__init__(daemon, daemon.web, who, address)

    def received(self, data: bytes) -> None:
        self._taken += data
        if _is_whole(self._taken):
            got, self._taken = answers(self._taken)[0], b""
            if got.status >= 400:
                self._refuse(f"{self._asked}: {got.status} {got.body.decode()}")
            else:
                self._take(got)

    async def ask(self, method: str, target: str, body: bytes = b"", /, **headers: str) -> Got:
        """Send a request, and return the answer. Raises `Refused`."""
        self._asked = f"{method} {target}"
        answered = self.answer(lambda got: True, self._asked)
        self.send(request(method, target, body, host=HOST, **headers))
        got: Got = await answered
        return got

    def closed(self) -> None:
        self._leaves = self._leaves or not self._awaited  # idle connections are closed
        super().closed()


class BrowserSocket(_Client):
    """The WebSocket of the page. ``headers`` are those of its handshake."""

    def __init__(
        self, daemon: Daemon, who: str, address: IAddress, headers: dict[str, str]
    ) -> None:
        self.lines = 0
        self._taken = b""
        self._opened = False
        self._ids = count(1)
        super().__init__(daemon, daemon.web, who, address)
        key = b64encode(bytes(16)).decode()
        handshake = {"upgrade": "websocket", "connection": "Upgrade"}
        handshake |= {"sec_websocket_version": "13", "sec_websocket_key": key}
        self.send(request("GET", "/ws", host=HOST, **handshake, **headers))

    def received(self, data: bytes) -> None:
        self._taken += data
        if not self._opened:
            head, found, rest = self._taken.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                self._refuse(self._taken.decode())
                return
            self._taken, self._opened = rest, True
        while (piece := _frame_of(self._taken)) is not None:
            opcode, payload, length = piece
            self._taken = self._taken[length:]
            if opcode == 1:
                self._message(payload)
            elif opcode == 9:
                self.send(frame(payload, 10))

    def _message(self, payload: bytes) -> None:
        self.lines += 1
        is_error = payload.startswith((b'{"type":"error"', b'{"type":"refused"'))
        if self._awaited or is_error:
            message = json.loads(payload)
            if is_error:
                self._refuse(payload.decode())
            else:
                self._take(message)

    async def ask(self, type: str, answer: str, **members: Any) -> dict[str, Any]:
        """Send a message, and return the answer of that type. Raises `Refused`."""
        members.setdefault("id", next(self._ids))
        id = members["id"]

        def is_answer(message: dict[str, Any]) -> bool:
            return message["type"] == answer and message.get("id", id) == id

        answered = self.answer(is_answer, f"{type} {members}")
        self.tell(type, **members)
        got: dict[str, Any] = await answered
        return got

    def tell(self, type: str, **members: Any) -> None:
        """Send a message."""
        self.send(frame(json.dumps({"type": type, **members}).encode()))


def _is_whole(data: bytes) -> bool:
    """Return True if an answer of HTTP has come to its end."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return False
    lines = head.decode("latin-1").lower().split("\r\n")
    if "transfer-encoding: chunked" in lines:
        return body.endswith(b"0\r\n\r\n")
    lengths = [line.partition(": ")[2] for line in lines if line.startswith("content-length: ")]
    return len(body) >= int(lengths[0] if lengths else "0")


def _frame_of(data: bytes) -> tuple[int, bytes, int] | None:
    """Return the opcode and the payload of the first frame, and its length; None if it is half."""
    if len(data) < 2:
        return None
    length, start = data[1], 2
    if length == 126:
        start = 4
        length = struct.unpack("!H", data[2:4])[0] if len(data) >= start else 0
    elif length == 127:
        start = 10
        length = struct.unpack("!Q", data[2:10])[0] if len(data) >= start else 0
    end = start + length
    return (data[0] & 0xF, data[start:end], end) if len(data) >= end else None
