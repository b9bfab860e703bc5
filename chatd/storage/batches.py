"""Batches: what the nodes of a store commit at a time, and what becomes of it.

This module must not know how a batch is stored, nor who is shown it.
"""

from __future__ import annotations

import abc
import json
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from twisted.internet.defer import Deferred

from chatd.event import Call, Draft, Notice, Presence, Published, Record
from chatd.storage.claims import Claim

T = TypeVar("T")


class Answered(abc.ABC, Generic[T]):
    """An item of a batch that is answered, once the batch is committed or has failed."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done: Deferred[T] = Deferred()

    @property
    @abc.abstractmethod
    def answer(self) -> T:
        """The answer, if the batch is committed."""

    def succeed(self) -> None:
        """Fire with the answer."""
        self.done.callback(self.answer)


class RecordWrite(Answered[Sequence[Record]]):
    """Records to be written in one batch with the lines around them.

    ``drafts`` are the lines that were appended together with them, and ``unit`` is a number that
    they share with other such writes; 0 if they are alone (`Store.together`). ``known`` is the
    number of the last batch that the tables had followed when the change was made, and ``rights``
    is true if the records decide who may say or do what. ``done`` fires when they are written, with
    the records as they were written (see `Record.seqs`), or fails with `StoreError`.
    """

    __slots__ = ("drafts", "known", "records", "rights", "unit")

    def __init__(self, records: Sequence[Record], known: int = 0, *, rights: bool = False) -> None:
        super().__init__()
        self.records = records
        self.known = known
        self.rights = rights
        self.drafts: Sequence[Draft] = ()
        self.unit = 0

    @property
    def answer(self) -> Sequence[Record]:
        return self.records

    @property
    def trace(self) -> bool:
        """False if one of the records is to leave no trace of what was stored before."""
        return all(record.trace for record in self.records)

    def fill_in(self, head: int) -> None:
        """Write the seqs of the lines into the records, given the head of their room after them."""
        for index, record in enumerate(self.records):
            if record.seqs is not None and record.value is not None:
                before = head - sum(len(draft.texts) for draft in self.drafts)
                value = {**json.loads(record.value), **record.seqs.of(before, head)}
                self.records = [*self.records]
                self.records[index] = record._replace(value=json.dumps(value), seqs=None)


class ClaimRequest(Answered["str | None"]):
    """A claim to be made, in a shared store: see `Claims.claim`.

    ``answer`` is the name that was in its way, which the engine sets.
    """

    __slots__ = ("claim", "in_the_way")

    def __init__(self, claim: Claim) -> None:
        super().__init__()
        self.claim = claim
        self.in_the_way: str | None = None

    @property
    def answer(self) -> str | None:
        return self.in_the_way


class Release(NamedTuple):
    """A claim to be given up, in a shared store."""

    claim: Claim


class NumbersRequest(Answered[range]):
    """A request for a block of numbers, in a shared store; the engine sets the ``block``."""

    __slots__ = ("block",)

    def __init__(self) -> None:
        super().__init__()
        self.block = range(0)

    @property
    def answer(self) -> range:
        return self.block


BatchItem = Draft | Notice | Presence | Call | RecordWrite | ClaimRequest | Release | NumbersRequest
"""An item of a batch."""

PASSING = (Notice, Presence, Call)
"""The types of items that are published as they are."""

STORED = (Draft, RecordWrite, ClaimRequest, Release, NumbersRequest)
"""The types of items that are stored."""


class Committed(NamedTuple):
    """A batch that was committed: the events of its drafts, and its notices in their places.

    ``number`` is its place among the batches of all nodes, from 1, without gaps; 0 where there is
    one node. Of the ``conflicts`` nothing was stored: other nodes had changed the same, or the
    rights, before.
    """

    entries: Sequence[Published]
    number: int = 0
    conflicts: Sequence[RecordWrite] = ()
