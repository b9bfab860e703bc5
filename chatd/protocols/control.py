"""The control socket: JSON lines in, JSON lines out, for `chatd admin` on the same host.

The file belongs to the user of the daemon, and no other user can open it. This module must not know
what is requested.
"""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort, IReactorUNIX, ISystemHandle
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

from chatd.protocols.transport.writer import Connection
from chatd.text.json_input import decode_json
from chatd.util.error_log import ErrorLog

MAX_LENGTH = 64 * 1024
"""Most bytes of a request."""

Perform = Callable[[object], Coroutine[Deferred[Any], Any, dict[str, Any]]]


def control_path(store: Path) -> Path:
    """Return the path of the control socket of the daemon that uses a store."""
    return store.with_name(f"{store.name}.control")


class ControlProtocol(LineReceiver):
    """A connection of ``chatd admin``. Requests are done one by one, and answered in order."""

    delimiter = b"\n"
    MAX_LENGTH = MAX_LENGTH
    factory: ControlFactory
    under_way: object = None
    """The request that is being done; None if there is none, or it is no JSON."""

    def connectionMade(self) -> None:
        self.factory.connected.add(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.factory.connected.discard(self)

    def lineReceived(self, line: bytes) -> None:
        try:
            request = decode_json(line)
        except ValueError:
            request = None
        self.pauseProducing()
        self.under_way = request
        done = Deferred.fromCoroutine(self.factory.perform(request))
        done.addErrback(self._failed).addCallback(self._answer)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.abort()

    def answer_now(self, reply: dict[str, Any]) -> None:
        """Reply to the request that is under way, without the reactor."""
        connection = cast(socket.socket, cast(ISystemHandle, self.transport).getHandle())
        with suppress(OSError):  # it has gone
            connection.send(json.dumps(reply).encode() + self.delimiter)

    def abort(self) -> None:
        """Close at once."""
        cast(Connection, self.transport).abortConnection()

    def _failed(self, failure: Failure) -> dict[str, Any]:
        self.factory.error_log.tell("what was asked at the control socket failed", failure)
        return {"error": "that did not work. The daemon's log says why."}

    def _answer(self, reply: dict[str, Any]) -> None:
        self.under_way = None
        if self in self.factory.connected:
            self.sendLine(json.dumps(reply).encode())  # in ASCII
            self.resumeProducing()


class ControlFactory(Factory):
    """Builds the protocols, and holds those that are ``connected``. ``perform`` does a request."""

    noisy = False

    def __init__(self, perform: Perform, error_log: ErrorLog) -> None:
        self.perform = perform
        self.error_log = error_log
        self.connected: set[ControlProtocol] = set()

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        """Return a protocol for a client."""
        protocol = ControlProtocol()
        protocol.factory = self
        return protocol


class Control:
    """The bound socket; if there is none, ``refusal`` says why."""

    def __init__(self, perform: Perform, error_log: ErrorLog) -> None:
        self._factory = ControlFactory(perform, error_log)
        self._port: IListeningPort | None = None
        self.refusal = ""

    def bind(self, path: Path, reactor: IReactorUNIX) -> None:
        """Bind the socket. The new one belongs to the user who binds it.

        The daemon has the lock of the store, so an old socket was left by an earlier daemon.
        """
        before = os.umask(0o177)
        try:
            with suppress(FileNotFoundError):
                if stat.S_ISSOCK(path.lstat().st_mode):
                    path.unlink()
            self._port = reactor.listenUNIX(str(path), self._factory, mode=0o600)
        except CannotListenError as error:
            why = error.socketError
            self.refusal = f"{path}: {getattr(why, 'strerror', None) or why}."
        except OSError as error:
            self.refusal = f"{path}: {error.strerror}."
        finally:
            os.umask(before)

    def take_over(self, listen: Callable[[Factory], IListeningPort]) -> None:
        """Have a socket that another process has bound, of which ``listen`` makes a port."""
        self._port = listen(self._factory)

    @property
    def port(self) -> IListeningPort | None:
        """The bound port, if there is one."""
        return self._port

    def answer_now(self, meant: Callable[[object], bool], reply: dict[str, Any]) -> None:
        """Reply to the requests under way that are ``meant``, without the reactor.

        The process is about to end.
        """
        for protocol in self._factory.connected:
            if meant(protocol.under_way):
                protocol.answer_now(reply)

    def close(self) -> Deferred[None] | None:
        """Take no more requests, and close the connections."""
        for protocol in tuple(self._factory.connected):
            protocol.abort()
        if self._port is None:
            return None
        port, self._port = self._port, None
        return port.stopListening()
