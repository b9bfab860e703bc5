"""The control socket: JSON lines in, JSON lines out, for `chatd admin` on the same host.

Whoever may open the file may ask; it is its owner's alone. It must not know what is asked.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IListeningPort, IReactorUNIX
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

from chatd.protocols.transport.writer import Connection
from chatd.text.json_input import decode_json
from chatd.util.error_log import ErrorLog

MAX_LENGTH = 64 * 1024
"""How long a request may be, in bytes."""

Perform = Callable[[object], Coroutine[Deferred[Any], Any, dict[str, Any]]]


def control_path(store: Path) -> Path:
    """Where the control socket of the daemon is that uses a store."""
    return store.with_name(f"{store.name}.control")


class ControlProtocol(LineReceiver):
    """One who asks. Requests are done one after another, and answered in order."""

    delimiter = b"\n"
    MAX_LENGTH = MAX_LENGTH
    factory: ControlFactory

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
        done = Deferred.fromCoroutine(self.factory.perform(request))
        done.addErrback(self._failed).addCallback(self._answer)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        cast(Connection, self.transport).abortConnection()

    def _failed(self, failure: Failure) -> dict[str, Any]:
        self.factory.error_log.tell("what was asked at the control socket failed", failure)
        return {"error": "that did not work. The daemon's log says why."}

    def _answer(self, reply: dict[str, Any]) -> None:
        if self in self.factory.connected:
            self.sendLine(json.dumps(reply).encode())  # in ASCII
            self.resumeProducing()


class ControlFactory(Factory):
    """Builds the protocols, and knows who is connected. ``perform`` does what is asked."""

    noisy = False

    def __init__(self, perform: Perform, error_log: ErrorLog) -> None:
        self.perform = perform
        self.error_log = error_log
        self.connected: set[ControlProtocol] = set()

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        """A protocol for somebody who asks."""
        protocol = ControlProtocol()
        protocol.factory = self
        return protocol


class Control:
    """The bound socket; or ``refusal``, which says why there is none."""

    def __init__(self, perform: Perform, error_log: ErrorLog) -> None:
        self._factory = ControlFactory(perform, error_log)
        self._port: IListeningPort | None = None
        self.refusal = ""

    def bind(self, path: Path, reactor: IReactorUNIX) -> None:
        """Bind the socket. The daemon has the store's lock, so a socket that is there was left by
        an earlier daemon. The new one belongs to the user who binds it."""
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

    def close(self) -> Deferred[None] | None:
        """Take nothing more, and let go those who ask."""
        for protocol in tuple(self._factory.connected):
            protocol.abort()
        if self._port is None:
            return None
        port, self._port = self._port, None
        return port.stopListening()
