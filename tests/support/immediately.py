"""Work of threads, done at once: that takes less time, and always the same turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, maybeDeferred

if TYPE_CHECKING:
    from chatd.storage.sqlite.store import SqliteStore


class Immediately:
    """A worker that runs functions at once, or, while it is ``held``, in `work`."""

    def __init__(self) -> None:
        self.held = False
        self._jobs: deque[tuple[Deferred[Any], Callable[[], Any]]] = deque()

    def start(self) -> None:
        """Do nothing: no thread is needed."""

    stop = start

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self._jobs.append((done, partial(function, *args, **kwargs)))
        if not self.held:
            self.work()
        return done

    def work(self) -> None:
        """Run all functions that wait."""
        while self._jobs:
            self.work_once()

    def work_once(self) -> None:
        """Run the function that has waited longest."""
        done, job = self._jobs.popleft()
        maybeDeferred(job).chainDeferred(done)


def without_threads(store: SqliteStore) -> SqliteStore:
    """Have a store that has not started read and write its file at once; return it."""
    threads: Any = store
    threads._writer_thread = threads._reader_thread = threads._searcher_thread = Immediately()
    return store
