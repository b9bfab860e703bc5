"""A batch of this node on its way into the shared log.

Theory of operation. A batch gets its id once. It is sent as one request, which stays the same until
it is answered: if the link is lost, the same request is sent through the next one, under the same
term, and with the rights that its lines were allowed by, not with newer ones, for the first one may
still be carried out. That its term has ended says nothing of it, for it may be in the log before
that. Only the answer that the rights were changed, or that it is fenced, says that nothing of it is
stored, so that another request may follow, without lines that may not be said any more.

This module must not know a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from twisted.internet.defer import Deferred

from chatd.event import Draft
from chatd.storage.batches import BatchItem, Committed, RecordWrite
from chatd.storage.shared.engine import Request


class Attempt:
    """A batch that is being committed. ``done`` fires when it is its turn to be published.

    ``known`` is the number of the last batch that this node had published when it was last asked if
    the lines may be said, and ``again`` that of the last one because of which they have to be asked
    for again. Once the batch is ``committed``, it only waits for its turn. ``errors`` are the tries
    that failed for what is in it.
    """

    def __init__(self, id: UUID, batch: list[BatchItem], known: int) -> None:
        self.id = id
        self.batch = batch
        self.known = known
        self.done: Deferred[Committed] = Deferred()
        self.committed: Committed | None = None
        self.again = 0
        self.errors = 0
        self.term = 0
        self._items: Sequence[BatchItem] = tuple(batch)  # a request of them does not change
        self._conflicts: list[RecordWrite] = []
        self._request: Request | None = None

    @property
    def is_in_doubt(self) -> bool:
        """True if a request was sent, under a ``term``, of which it may be that it is stored."""
        return self._request is not None

    @property
    def was_sent(self) -> bool:
        """True if it may be in the log, or is."""
        return self.is_in_doubt or self.committed is not None

    @property
    def drafts(self) -> list[Draft]:
        """The lines that are to be stored, unless it is known that they are."""
        if self.committed is not None:
            return []
        return [item for item in self._items if isinstance(item, Draft)]

    def request(self, term: int) -> Request:
        """Return the request that is to be sent now. A new one is sent under a term."""
        if self._request is None:
            self.term = term
            self._request = Request(self.id, self._items, self.known)
            return self._request
        self._request = self._request._replace(again=True)
        return self._request

    def not_stored(self) -> None:
        """Take note of an answer that says that nothing is stored, and never will be by it."""
        self._request = None

    def stored(self, committed: Committed) -> None:
        """Take note of the answer that says that the batch is stored."""
        conflicts = [*self._conflicts, *committed.conflicts]
        self.committed = committed._replace(conflicts=conflicts)

    def leave_out(self, refused: Sequence[Draft]) -> None:
        """Leave out lines that may not be said any more, and what is stored only with them."""
        leave_out(self.batch, refused)  # else they are refused once more if this fails
        for item in self._items:
            if isinstance(item, RecordWrite):
                left = [draft for draft in item.drafts if not is_in(draft, refused)]
                if len(left) < len(item.drafts):
                    item.drafts = left
                    self._conflicts.append(item)
        gone = list[BatchItem]([*refused, *self._conflicts])
        gone += [draft for each in self._conflicts for draft in each.drafts]
        self._items = tuple(item for item in self._items if not is_in(item, gone))


def is_in(item: BatchItem, items: Sequence[BatchItem]) -> bool:
    """Return True if that very item is among others: equal lines are said twice."""
    return any(item is each for each in items)


def leave_out(items: list[BatchItem], refused: Sequence[Draft]) -> None:
    """Take lines out of a list of items."""
    items[:] = [item for item in items if not is_in(item, refused)]
