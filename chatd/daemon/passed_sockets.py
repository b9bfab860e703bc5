"""The sockets that the service manager has opened, and passes to the daemon by names.

They are those of LISTEN_FDS, as sd_listen_fds(3) has it. Twisted finds them, and takes the last of
several with one name; here each is taken. A socket in the file system stays as the manager has made
it. This module must not know what is served.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple, cast

from twisted.internet import tcp, unix
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import AdoptedStreamServerEndpoint, serverFromString
from twisted.internet.interfaces import (
    IListeningPort,
    IProtocolFactory,
    IStreamServerEndpoint,
)
from twisted.python import lockfile
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.daemon.bind_errors import CannotBind
from chatd.util.usage import listed

_FAMILIES = {
    "INET": socket.AF_INET,
    "INET6": socket.AF_INET6,
    "UNIX": socket.AF_UNIX,
}
"""The families by the domains of addresses."""


class PassedSocket(NamedTuple):
    """A socket that was passed."""

    name: str
    """The name that the manager gives it: FileDescriptorName= of its unit."""

    descriptor: int


class PassedSockets:
    """All sockets that were passed. Each is to be taken once."""

    def __init__(self, sockets: Sequence[PassedSocket] = ()) -> None:
        self._sockets = sockets
        self._left = dict.fromkeys(sockets)

    def take(self, values: Mapping[str, str], *, closed: bool = False) -> list[socket.socket]:
        """Take the sockets that an address means by the values of ``systemd:``.

        With a name these are all of that name. With ``closed``, each must be a UNIX socket to which
        other users than those of the file and its group cannot connect. Raises `CannotBind`.
        """
        if "name" in values:
            meant = [each for each in self._sockets if each.name == values["name"]]
        else:
            begin = int(values["index"])
            meant = list(self._sockets[begin : begin + 1])
        if not meant:
            raise CannotBind(self._missing())
        return [self._taken(each, values.get("domain"), closed) for each in meant]

    def check_all_taken(self) -> None:
        """Raise `CannotBind` if a socket is left: its clients would wait for an answer for ever."""
        for each in self._left:
            raise CannotBind(
                f"systemd passes the socket {each.name!r}, and no address takes it. Add"
                f" --listen systemd:name={each.name}, or --web, or systemd = {each.name!r} to a"
                " [[listen]], or stop its .socket unit."
            )

    def _taken(self, passed: PassedSocket, domain: str | None, closed: bool) -> socket.socket:
        if passed not in self._left:
            raise CannotBind(
                f"another address of this daemon has the socket {passed.name!r}. Give it to one."
            )
        try:
            taken = socket.socket(fileno=passed.descriptor)
        except OSError:
            raise CannotBind(f"what systemd passes as {passed.name!r} is no socket.") from None
        if not _listens(taken):
            taken.detach()
            raise CannotBind(
                f"the socket {passed.name!r} accepts no connections. Its unit needs ListenStream=,"
                " and Accept=no."
            )
        if domain is not None and taken.family is not _FAMILIES[domain]:
            taken.detach()
            raise CannotBind(
                f"the socket {passed.name!r} is not of the domain {domain}. Leave the domain out:"
                f" systemd:name={passed.name}."
            )
        if closed and not _is_closed(taken):
            taken.detach()
            raise CannotBind(
                f"the socket {passed.name!r} is no UNIX socket that is closed to other users, which"
                " trusted_header needs. Its unit needs ListenStream=/run/chatd-web.sock,"
                " SocketGroup=www-data and SocketMode=0660, say."
            )
        del self._left[passed]
        return taken

    def _missing(self) -> str:
        names = list(dict.fromkeys(each.name for each in self._sockets))
        there = f"only {listed(names)}" if names else "no socket at all"
        return (
            f"systemd passes {there}. Start chatd by a .socket unit, whose FileDescriptorName= is"
            " the name."
        )


def passed_sockets(environment: MutableMapping[str, str], reactor: Any) -> PassedSockets:
    """Return the sockets that were passed to this process, which no child of it inherits.

    Twisted has removed the number of them from the environment; this removes their names.
    """
    names = environment.pop("LISTEN_FDNAMES", "").split(":")
    sockets = []
    with suppress(IndexError):
        for index in count():
            description = f"systemd:domain=INET:index={index}"
            found = cast(AdoptedStreamServerEndpoint, serverFromString(reactor, description))
            sockets.append(PassedSocket(names[index], found.fileno))
    for each in sockets:
        os.set_inheritable(each.descriptor, False)
    return PassedSockets(sockets)


def forget_address(bound: socket.socket) -> None:
    """Close a socket that another process of chatd has bound, and hands over.

    If that process made the file of a UNIX socket, the file is removed.
    """
    path = bound.getsockname() if bound.family is socket.AF_UNIX else ""
    bound.close()
    if path and isinstance(path, str) and os.path.islink(lock := f"{path}.lock"):
        for each in path, lock:
            with suppress(OSError):
                os.unlink(each)


def _listens(passed: socket.socket) -> bool:
    """Return True if connections can be accepted at a socket."""
    if passed.family not in _FAMILIES.values() or passed.type is not socket.SOCK_STREAM:
        return False
    return bool(passed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _is_closed(passed: socket.socket) -> bool:
    """Return True for a UNIX socket whose file is closed to other users, as far as it is found."""
    name = passed.getsockname()
    if passed.family is not socket.AF_UNIX or not name or isinstance(name, bytes):
        return False  # one without a file, such as an abstract one, is open to all
    try:
        return not os.stat(name).st_mode & stat.S_IRWXO
    except OSError:
        return False


@implementer(IStreamServerEndpoint)
class PassedEndpoint:
    """An endpoint at a socket that was passed, at which ``backlog`` connections may wait."""

    def __init__(self, passed: socket.socket, backlog: int, reactor: Any) -> None:
        self._passed = passed
        self._backlog = backlog
        self._reactor = reactor

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
        """Accept connections. Call it once."""
        passed = self._passed
        passed.setblocking(False)
        if passed.family is socket.AF_UNIX:
            port = _UnixPort(passed, protocolFactory, self._reactor)
            port.startListening()
            return succeed(port)
        port = self._reactor.adoptStreamPort(passed.fileno(), passed.family, protocolFactory)
        # Twisted has set its own.
        passed.listen(self._backlog)
        passed.close()
        return succeed(port)


class HandedOverEndpoint(PassedEndpoint):
    """An endpoint at a socket that another process of chatd has bound, and hands over.

    The file of a UNIX socket, and its lock, are this process's then, and removed at the end.
    """

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
        """Accept connections. Call it once."""
        if self._passed.family is not socket.AF_UNIX:
            return super().listen(protocolFactory)
        self._passed.setblocking(False)
        port = HandedOverUnixPort(self._passed, protocolFactory, self._reactor)
        port.startListening()
        return succeed(port)


class _UnixPort(unix.Port):
    """A port at a UNIX socket of the manager.

    Twisted's would change the mode of the file, and at the end remove it, and shut down the socket,
    which the manager has open, too.
    """

    def __init__(self, passed: socket.socket, factory: IProtocolFactory, reactor: Any) -> None:
        super().__init__(passed.getsockname(), factory, reactor=reactor)
        self._passed = passed

    def startListening(self) -> None:
        cast(IProtocolFactory, self.factory).doStart()
        self.connected = True
        self.socket = self._passed
        self.fileno = self.socket.fileno  # type: ignore[method-assign] # as Twisted does
        self.numberAccepts = 100
        self.startReading()

    def connectionLost(self, reason: Failure) -> None:
        self.stopReading()
        # Closed first, so that Twisted cannot shut it down.
        self.socket.close()
        tcp.Port.connectionLost(self, reason)


class HandedOverUnixPort(_UnixPort):
    """A port at a UNIX socket that another process of chatd has bound, and hands over."""

    def __init__(self, passed: socket.socket, factory: IProtocolFactory, reactor: Any) -> None:
        super().__init__(passed, factory, reactor)
        self._path = os.fsencode(passed.getsockname())
        lock = self._path + b".lock"
        if os.path.islink(lock):
            self.lockFile = lockfile.FilesystemLock(lock)

    def connectionLost(self, reason: Failure) -> None:
        with suppress(OSError):
            os.unlink(self._path)
        if self.lockFile is not None:
            with suppress(OSError, ValueError):  # it is not there, or another process's
                self.lockFile.unlock()
        super().connectionLost(reason)
