"""Questions to a store that a thread answers, because reading would block the reactor.

This module must not know what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from twisted.internet.interfaces import IReactorTime

from chatd.storage.contract import StoreError
from chatd.util.error_log import RecurringWarning
from chatd.util.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")


class Questions:
    """The questions to one store. The operator is told while they cannot be answered."""

    def __init__(self, clock: IReactorTime) -> None:
        self._unreadable = RecurringWarning(clock, "past lines cannot be read: {why}")

    async def ask(
        self, worker: Worker, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return the answer of a function, which a thread calls. Raises `StoreError`."""
        try:
            answer = await worker.run(question, *args, **kwargs)
        except StoreError as error:
            self._unreadable.tell(str(error))
            raise
        self._unreadable.end()
        return answer
