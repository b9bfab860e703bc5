"""The replies to requests of `chatd admin`: those of a daemon, or else of this process.

While a daemon uses a store in a file, it is the one to be asked. A database is used by several: the
daemon of this host is asked if it runs; if not, this process is a node itself for a moment. This
module must not know what is requested.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from chatd.chat.admin_requests import Administration
from chatd.chat.server import ChatServer
from chatd.client.control import NotThere, Reply, Request, ask, connected
from chatd.client.files import node_as_owner
from chatd.client.wire import ClientError
from chatd.protocols.control import control_path
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store, StoreError
from chatd.storage.node_states import COMMAND_NODES
from chatd.storage.postgres.address import address_of
from chatd.storage.shared.settings import Durability, SharedSettings, default_node
from chatd.storage.sqlite.errors import StoreInUse
from chatd.storage.sqlite.store import SqliteStore
from chatd.util.extras import how_to_install

ANSWER_TIMEOUT = 30.0
"""Seconds that the daemon has to reply."""

_NODE_LENGTH = 32
"""Most characters of the name of a node."""

_KNOWN_SECONDS = 5.0
"""Most seconds until a node knows the others."""


def reply_of_file(path: Path, request: Request, reactor: Any) -> Reply:
    """Return the reply of the daemon that uses the store in a file, or else of this process."""
    try:
        store = SqliteStore(reactor, path)
    except StoreInUse:
        return _ask_daemon(control_path(path), request)
    return _carry_out(store, request, reactor)


def reply_of_database(where: str, node: str | None, request: Request, reactor: Any) -> Reply:
    """Return the reply of the daemon called ``node`` on this host, or else of this process.

    Its files are in the current directory; as root, become their owner for good. Without a name, it
    has that of the host.
    """
    named = node or default_node()
    if named is not None:
        place = node_as_owner(named)
        with suppress(NotThere):
            return _ask_daemon(control_path(place), request)
    if node is not None:
        raise ClientError(
            f"no daemon called {node} runs here. Run this in its directory, or leave out --node."
        )
    return _carry_out(_node_on(where, reactor), request, reactor)


def _node_on(where: str, reactor: Any) -> Store:
    """Return a store of a node that is there for one request. Raises `StoreError`."""
    try:
        from chatd.storage.postgres.store import PostgresSettings, PostgresStore
    except ImportError:
        command = how_to_install("postgres")
        raise StoreError(f"a database needs psycopg: {command}") from None
    # One name for all, because a node is remembered; a second one waits until the first has left.
    name = f"{COMMAND_NODES}{default_node() or ''}"[:_NODE_LENGTH].rstrip("-")
    # The daemons that show lines tell how safe the database is.
    shared = SharedSettings(node=name, durability=Durability.ONE_DISK, hints=False)
    settings = PostgresSettings(shared, Path.cwd() / name, {})
    return PostgresStore(reactor, address_of(where), settings)


def _ask_daemon(path: Path, request: Request) -> Reply:
    with connected(path, ANSWER_TIMEOUT) as connection:
        return ask(connection, path, request)


def _carry_out(store: Store, request: Request, reactor: Any) -> Reply:
    outcome: list[Reply | Failure] = []

    def begin() -> None:
        store.start()
        done = Deferred.fromCoroutine(_perform(store, reactor, request))
        done.addBoth(outcome.append).addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()
    if not outcome:
        raise ClientError("interrupted; what was asked may be done or not.")
    (result,) = outcome
    if isinstance(result, Failure):
        assert result.value is not None
        raise result.value
    return result


async def _perform(store: Store, reactor: Any, request: Request) -> Reply:
    try:
        await _until_known(store, reactor)
        server = ChatServer(store, reactor)
        watch = ClockWatch(store, reactor, server.now)
        return await Administration(server, watch).perform(request)
    finally:
        await store.flush()
        await store.close()


async def _until_known(store: Store, reactor: Any) -> None:
    """Wait until a node knows the others, which it hears when it renews its lease first."""
    end = reactor.seconds() + _KNOWN_SECONDS
    while reactor.seconds() < end:
        state = store.log_state()
        if state is None or state.nodes:
            return
        await deferLater(reactor, 0.05)
