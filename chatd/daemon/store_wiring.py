"""The wiring of the store: the store that the settings name, opened, and the socket beside it.

This module must not know how a store works.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, cast

from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory

from chatd.chat.admin_requests import Administration
from chatd.daemon.handover.giving import Schema
from chatd.daemon.os_process import acting_as, refuse
from chatd.daemon.passed_sockets import HandedOverUnixPort
from chatd.daemon.settings import Settings
from chatd.protocols.control import Control, control_path
from chatd.storage.contract import Store, StoreError
from chatd.storage.handing_over import Predecessor
from chatd.storage.memory import MemoryStore
from chatd.storage.paths import is_shared, path_of, place_of
from chatd.storage.postgres.address import address_of
from chatd.storage.shared.settings import default_node
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite import schema
from chatd.storage.sqlite.store import IStoreReactor, SqliteStore
from chatd.util.extras import how_to_install
from chatd.util.privileges import Identity


def store_of(
    settings: Settings,
    rundir: Path,
    user: Identity,
    reactor: IStoreReactor,
    predecessor: Predecessor | None = None,
) -> Store:
    """Return the store, opened with the rights of the user. Refuse one that cannot be used.

    ``predecessor`` is the process that hands it over, if there is one.
    """
    where = settings.store
    try:
        path = path_of(where, rundir, {0, user.uid} if os.geteuid() == 0 else None)
        if is_shared(where):
            with acting_as(user):
                return _shared_store(settings, rundir, reactor, predecessor)
        if path is None:
            return MemoryStore(reactor)
        with acting_as(user):
            limit = SizeLimit(path, settings.max_store)
            return SqliteStore(reactor, path, limit=limit, predecessor=predecessor)
    except StoreError as error:
        refuse(f"cannot use --store {where}: {error}")


def schema_of(settings: Settings) -> Schema:
    """Return what this version makes of the files of the store that the settings name."""
    if is_shared(settings.store):
        return Schema(0, 0)  # its tables are only added to, and nodes of several versions use them
    return Schema(len(schema.STEPS), schema.WORKS_WITH)


def _shared_store(
    settings: Settings, rundir: Path, reactor: IStoreReactor, predecessor: Predecessor | None
) -> Store:
    try:
        from chatd.storage.postgres.store import IPostgresReactor, PostgresSettings, PostgresStore
    except ImportError:
        raise StoreError(f"it needs psycopg: {how_to_install('postgres')}.") from None
    node = settings.shared.node or default_node()
    if node is None:
        raise StoreError("the name of this machine cannot be that of a node: give --node NAME.")
    shared = settings.shared._replace(node=node)
    place = place_of(node, rundir)
    return PostgresStore(
        cast(IPostgresReactor, reactor),
        address_of(settings.store),
        PostgresSettings(shared, place, settings.alike),
        predecessor=predecessor,
    )


def control_of(
    store: Store,
    administration: Administration,
    user: Identity,
    reactor: Any,
    handed_over: int | None = None,
) -> Control | None:
    """Return the socket that `chatd admin` asks, or None for a store in memory.

    Another process may have bound it, and have ``handed_over`` its descriptor. If it cannot be
    bound, the daemon starts without it: `Control.refusal` says why.
    """
    if store.place is None:
        return None
    control = Control(administration.perform, store.error_log)
    if handed_over is not None:

        def listen(factory: Factory) -> IListeningPort:
            port = HandedOverUnixPort(socket.socket(fileno=handed_over), factory, reactor)
            port.startListening()
            return cast(IListeningPort, port)

        control.take_over(listen)
        return control
    with acting_as(user):
        control.bind(control_path(store.place), reactor)
    return control
