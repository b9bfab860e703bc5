"""The thread that adds events to the search index, on a session of its own.

This module must not know when that is done, nor which node does it.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads

from chatd.storage.postgres.reading import Connect, ReadingConnection
from chatd.storage.postgres.search_index import index_some, unindexed
from chatd.storage.shared.engine import Position
from chatd.util.worker import Worker


class IndexThread:
    """Takes steps of indexing in a thread. See `ReadingConnection` for ``shown``."""

    def __init__(
        self, reactor: IReactorFromThreads, connect: Connect, shown: Callable[[], Position]
    ) -> None:
        self._connection = ReadingConnection(connect, shown)
        self._worker = Worker(reactor, "chatd-indexer")

    def start(self) -> None:
        """Start the thread."""
        self._worker.start()

    async def stop(self) -> None:
        """End the thread and its session."""
        await self._worker.run(self._connection.close)
        self._worker.stop()

    def shut_down(self) -> None:
        """End the session at once. See `ReadingConnection.shut_down`."""
        self._connection.shut_down()

    def step(self) -> Deferred[int]:
        """Add some events to the index; fire with the number of those that are not in it.

        Fails with `StoreError`.
        """
        return self._worker.run(self._index_some)

    def count(self) -> Deferred[int]:
        """Fire with the number of events that are not in the index. Fails with `StoreError`."""
        return self._worker.run(self._count)

    def _index_some(self) -> int:
        with self._connection.cursor() as cursor:
            return index_some(cursor)

    def _count(self) -> int:
        with self._connection.cursor() as cursor:
            return unindexed(cursor)
