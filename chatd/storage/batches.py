"""Batches: what the nodes of a store commit at a time, and what becomes of it.

This module must not know how a batch is stored, nor who is shown it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chatd.event import Call, Draft, Notice, Presence, Published, Record


class RecordWrite:
    """Records to be written in one batch with the lines around them.

    ``drafts`` are the lines that were appended together with them, and ``unit`` is a number that
    they share with other such writes; 0 if they are alone (`Store.together`). ``known`` is the
    number of the last batch that the tables had followed when the change was made, and ``rights``
    is true if the records decide who may say or do what. ``done`` fires when they are written, with
    the records as they were written (see `Record.seqs`), or fails with `StoreError`.
    """

    __slots__ = ("done", "drafts", "known", "records", "rights", "unit")

    def __init__(self, records: Sequence[Record], known: int = 0, *, rights: bool = False) -> None:
        self.records = records
        self.known = known
        self.rights = rights
        self.drafts: Sequence[Draft] = ()
        self.unit = 0
        self.done: Deferred[Sequence[Record]] = Deferred()

    def fill_in(self, head: int) -> None:
        """Write the seqs of the lines into the records, given the head of their room after them."""
        for index, record in enumerate(self.records):
            if record.seqs is not None and record.value is not None:
                before = head - sum(len(draft.texts) for draft in self.drafts)
                value = {**json.loads(record.value), **record.seqs.of(before, head)}
                self.records = [*self.records]
                self.records[index] = Record(record.kind, record.key, json.dumps(value))


BatchItem = Draft | Notice | Presence | Call | RecordWrite
"""An item of a batch."""

STORED = (Draft, RecordWrite)
"""The types of items that are stored. The others are published as they are."""


class Committed(NamedTuple):
    """A batch that was committed: the events of its drafts, and its notices in their places.

    ``number`` is its place among the batches of all nodes, from 1, without gaps; 0 where there is
    one node. Of the ``conflicts`` nothing was stored: other nodes had changed the same, or the
    rights, before.
    """

    entries: Sequence[Published]
    number: int = 0
    conflicts: Sequence[RecordWrite] = ()
