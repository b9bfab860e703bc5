"""The service that twistd runs: starting, checks meanwhile, and stopping within five seconds.

`ChatService` receives every part made and bound; this module must not know how parts are made.

Theory of operation of a stop. Its phases have a time limit each, `COMMIT_SECONDS`, `DRAIN_SECONDS`
and `CLOSE_SECONDS`, so a client or a disk that hangs cannot extend it:

1. Ports and the control socket are closed, and no client is read any more. Those who watch are
   answered until phase 4: the daemon is not ready.
2. Lines that were received are committed, and sent to clients; so are notices that wait.
3. Each client is sent a goodbye and a FIN; the connection ends when the client has taken all.
4. Connections that are still open are aborted.
5. Read marks are stored, which is possible only now that it is known which lines were taken; the
   store is closed.

`chatd.daemon.signals` ends the process if all of that fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, TimeoutError, maybeDeferred
from twisted.internet.interfaces import IListeningPort, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import ILogObserver, Logger
from twisted.python.components import Componentized

from chatd import __version__
from chatd.accounts.accounts import Accounts
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.daemon.address_sentences import is_loopback, sentences_about, written
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.os_process import return_memory
from chatd.daemon.readiness import Phase, Readiness
from chatd.daemon.retention import Retention, RetentionPolicy
from chatd.daemon.server_certificate import ServerCertificate
from chatd.i18n import Language, sentence
from chatd.protocols.control import Control
from chatd.protocols.transport.factory import CHECK_SECONDS, ChatFactory
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store
from chatd.text.escaping import visible
from chatd.util.versions import versions
from chatd.webhooks.outgoing import Outgoing

COMMIT_SECONDS = 2.0
"""Seconds that a stopping daemon waits for received lines to be committed and sent."""

DRAIN_SECONDS = 2.0
"""Seconds that it then waits for clients to take what was sent to them."""

CLOSE_SECONDS = 0.5
"""Seconds that it then waits for read marks to be stored, and the store to be closed."""

OLD_NAMES_LISTED = 20
"""The most accounts with names refused today that one line of the log lists."""


MANY_CLIENTS = 100
"""Number of clients who have gone after which memory is given back to the system."""

RETURN_SECONDS = 2.0
"""Seconds between two looks at how many have gone, so that an attack is over five seconds later."""


class Helper(Protocol):
    """A part with threads of its own, which start after any fork: `Passwords`, say."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class HostNames(Protocol):
    """The names by which browsers know this machine: `Hosts`, say."""

    def change_names(self, names: Iterable[str]) -> None: ...


class Succession(Protocol):
    """The part of a successor of another process: see `chatd.daemon.handover`."""

    def take_over(self) -> None:
        """Go on with what the other process had, which ends. Nothing is started before that."""

    def begin(self) -> None:
        """Serve the clients."""

    @property
    def event(self) -> AuditEvent:
        """The event by which this process became the daemon."""


class ByItself:
    """The part of a process that takes over nothing."""

    event = AuditEvent.START

    def take_over(self) -> None:
        """Do nothing: there is no other process."""

    begin = take_over


class Listener(NamedTuple):
    """One address: the factory that serves it, and through that the ports bound for it."""

    kind: ListenerKind

    name: str
    """A name of its own among all addresses: see `chatd.daemon.tls_endpoints.Place`."""

    factory: ChatFactory

    certificate: ServerCertificate | None = None
    """The certificate for TLS, as far as it is known that TLS is spoken."""

    is_behind_proxy: bool = False
    """True if clients come by a proxy, and it is not known what that shows them."""

    hosts: HostNames | None = None
    """The names by which browsers know the address, if it is for them."""

    @property
    def ports(self) -> list[IListeningPort]:
        """The ports that are bound."""
        return self.factory.ports

    @property
    def is_watched(self) -> bool:
        """True if it is for those who watch the daemon, and not for clients."""
        return self.kind is ListenerKind.METRICS

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the key that clients are shown; None without TLS.

        It is "" if the certificate is none that clients can read.
        """
        if self.certificate is None or self.is_behind_proxy:
            return None
        return self.certificate.pair.fingerprint

    @property
    def lets_others_in_with_tls(self) -> bool:
        """True if a port with TLS can be reached from other machines."""
        return self.fingerprint is not None and any(
            not is_loopback(port.getHost()) for port in self.ports
        )


class ChatService(Service):
    """The service that twistd starts and stops, on ports that are bound already.

    ``on_terminal`` only changes what is logged: that Ctrl+C stops it. ``guide`` are lines of the
    log about how others come in. ``helpers`` run while it does. ``begin_log`` opens the log, unless
    that is left to twistd. ``succession`` is that of a process which takes over from another one.
    ``return_memory`` is called once many clients have gone.
    """

    log = Logger()
    name = "chat"

    def __init__(
        self,
        store: Store,
        listeners: Sequence[Listener],
        clock: IReactorTime,
        *,
        watch: ClockWatch | None = None,
        retention: Retention | None = None,
        language: Language = Language.ENGLISH,
        on_terminal: bool = True,
        helpers: Sequence[Helper] = (),
        control: Control | None = None,
        readiness: Readiness | None = None,
        outgoing: Outgoing | None = None,
        guide: Sequence[str] = (),
        begin_log: Callable[[], ILogObserver | None] = lambda: None,
        succession: Succession = ByItself(),  # noqa: B008 - a value
        return_memory: Callable[[], None] = return_memory,
    ) -> None:
        self._store = store
        self._watch = watch
        self._retention = retention
        self.listeners = listeners
        self._clock = clock
        self._language = language
        self._on_terminal = on_terminal
        self._helpers = helpers
        self.control = control
        self._readiness = readiness or Readiness(lambda: store.saves)
        self._outgoing = outgoing
        self._guide, self._begin_log = guide, begin_log
        self._succession = succession
        self._return_memory = return_memory
        self._clients = 0  # the most since memory was given back
        self._checking = LoopingCall(self._check)
        self._returning = LoopingCall(self._look_who_has_gone)
        self._checking.clock = self._returning.clock = clock

    def setServiceParent(self, parent: object) -> None:
        """Join an application of twistd, and give it the log, which twistd asks it for."""
        if isinstance(parent, Componentized) and (log := self._begin_log()) is not None:
            parent.setComponent(ILogObserver, log)
        super().setServiceParent(parent)

    def startService(self) -> None:
        """Start the store and all that is to run, and log the addresses and the history."""
        super().startService()
        self._succession.take_over()
        self._store.start()
        for server in self._servers:
            Deferred.fromCoroutine(server.unread.inboxes.clear_gone())
        for helper in self._helpers:
            helper.start()
        self.log.info("{versions}", versions=versions(), version=__version__)
        self._record(self._succession.event)
        self._log_addresses()
        for line in self._guide:
            self.log.info("{line}", line=line)
        if self.control is not None and self.control.refusal:
            self.log.warn(
                "chatd admin cannot ask this daemon, only while it is stopped: {why}",
                why=visible(self.control.refusal),
            )
        self.log.info("{history}", history=self._store.describe(self._language))
        for server in self._servers:
            _warn_of_old_names(self.log, server.accounts)
        if self._watch is not None:
            self._watch.start()
        self._checking.start(CHECK_SECONDS, now=False)
        self._returning.start(RETURN_SECONDS, now=False)
        if self._outgoing is not None:
            for server in self._servers:
                server.hook_review.review()
            self._outgoing.start()
        if self._retention is not None:
            if self._retention.policy != RetentionPolicy():
                kept = self._retention.policy.describe(self._language)
                self.log.info("{history}", history=kept)
            self._retention.start()
        self._readiness.phase = Phase.RUNNING
        self._succession.begin()
        if self._on_terminal:
            self.log.info("{how}", how=sentence(self._language, "log_stop"))

    def stopService(self) -> Deferred[None]:
        """Stop: read no more, commit and send received lines, say goodbye, close.

        The Deferred fires when all is closed or its time is up, in less than five seconds.
        """
        super().stopService()
        self.log.info("{how}", how=sentence(self._language, "log_stopping"))
        self._record(AuditEvent.STOP)
        self._readiness.phase = Phase.STOPPING
        for looking in self._checking, self._returning:
            if looking.running:
                looking.stop()
        if self._retention is not None:
            self._retention.stop()
        if self._outgoing is not None:
            self._outgoing.stop()
        return Deferred.fromCoroutine(self._stop())

    def _record(self, event: AuditEvent) -> None:
        for server in self._servers:
            server.audit.by_daemon(event, version=__version__)

    def _check(self) -> None:
        for listener in self.listeners:
            listener.factory.check()
        for server in self._servers:
            server.check()
        if self._watch is not None:
            self._watch.check()
        if self._outgoing is not None:
            self._outgoing.check()

    def _look_who_has_gone(self) -> None:
        clients = sum(len(listener.factory.clients) for listener in self.listeners)
        self._clients = max(clients, self._clients)
        if self._clients - clients >= MANY_CLIENTS:
            self._clients = clients
            self._return_memory()

    @property
    def _servers(self) -> list[ChatServer]:
        return list(dict.fromkeys(listener.factory.server for listener in self.listeners))

    async def _stop(self) -> None:
        serving = [each for each in self.listeners if not each.is_watched]
        unbound = _unbound(serving)
        if self.control is not None:
            unbound.append(maybeDeferred(self.control.close))
        clients = [client for listener in serving for client in listener.factory.clients]
        for client in clients:
            client.connection.stop_reading()
        for server in self._servers:
            server.rooms.release_notices()
        await self._wait(self._store.flush(), COMMIT_SECONDS, "the store")
        for client in clients:
            client.connection.say_goodbye()
        await self._wait(Deferred.fromCoroutine(self._all_disconnected()), DRAIN_SECONDS, "clients")
        unbound += _unbound(each for each in self.listeners if each.is_watched)
        for listener in self.listeners:
            for client in tuple(listener.factory.clients):
                client.connection.abort()
        for helper in self._helpers:
            helper.stop()
        closed = Deferred.fromCoroutine(self._close())
        await self._wait(closed, CLOSE_SECONDS, "the store")
        # The file of a UNIX socket is removed a turn later. If it is gone before, that is no error.
        await DeferredList(unbound, consumeErrors=True)
        self.log.info("{how}", how=sentence(self._language, "log_stopped"))

    async def _close(self) -> None:
        if self._outgoing is not None:
            await self._outgoing.close()
        # Only now is it known up to which line each client has taken what was sent.
        for server in self._servers:
            await server.unread.stop()
            await server.incoming.keep()
        await self._store.close()

    async def _all_disconnected(self) -> None:
        for listener in self.listeners:
            if not listener.is_watched:
                await listener.factory.when_empty()

    async def _wait(self, done: Deferred[Any], seconds: float, what: str) -> None:
        try:
            await done.addTimeout(seconds, self._clock)
        except TimeoutError:
            self.log.warn("stopping without waiting any longer for {what}", what=what)

    def _log_addresses(self) -> None:
        """Log each address, and how to let others in unless they get in with TLS already."""
        teaches = not any(listener.lets_others_in_with_tls for listener in self.listeners)
        for listener in self.listeners:
            for port in listener.ports:
                _take_over_lock(port)
                key, host = listener.fingerprint, port.getHost()
                listening = sentences_about(self._language, listener.kind, host, key, teaches)
                self.log.info(
                    "{listening}",
                    listening=listening,
                    kind=listener.kind.value,
                    address=written(host),
                    fingerprint=key,
                )


def _unbound(listeners: Iterable[Listener]) -> list[Deferred[Any]]:
    """Close the ports of some addresses, and return when each is closed."""
    ports = [port for listener in listeners for port in listener.ports]
    return [maybeDeferred(port.stopListening) for port in ports]


def _take_over_lock(port: IListeningPort) -> None:
    """Write this process's number to the lock of a UNIX socket.

    Twisted wrote the number of the process that bound the socket, from which the daemon has forked
    and which has ended. The next daemon would take the lock for stale, and remove the socket.
    """
    lock = getattr(port, "lockFile", None)
    if lock is not None:
        new = lock.name + b".new"
        os.symlink(str(os.getpid()), new)
        os.replace(new, lock.name)


def _warn_of_old_names(log: Logger, accounts: Accounts) -> None:
    """Log the accounts whose names are refused by the rules of this version."""
    names = accounts.refused_today()
    if names:
        shown = ", ".join(names[:OLD_NAMES_LISTED])
        more = len(names) - OLD_NAMES_LISTED
        log.warn(
            "accounts keep names that nobody may take today: {names}."
            " `chatd admin remove NAME` ends one.",
            names=visible(f"{shown} and {more} more" if more > 0 else shown),
        )
