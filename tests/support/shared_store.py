"""A log that several stores in one process share, as several machines would share an engine.

Theory of operation. What is committed is *visible* at once: it has its number, and other nodes can
read it. It is *safe*, and published by all nodes in the order of the numbers, once it is sealed. A
log seals each batch at once, unless it ``holds``. What is not safe may be lost (`SharedLog.lose`),
as in the failover of an engine; then nodes send again what they were committing.

A batch is refused as a whole, and asked for again, if another node has changed the rights since its
lines were allowed. A write conflicts if another node has changed one of its records since its
tables knew them, or the rights, if it changes these. A node that is ``cut`` off neither reads nor
writes until `SharedMemoryStore.reconnect`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.event import Draft, Entry, Record
from chatd.storage.contract import BatchItem, Committed, InDoubt, RecordWrite
from chatd.storage.memory import MemoryStore

BLOCK = 1000
"""The numbers of sessions that a node takes at a time."""


class Batch(NamedTuple):
    """A batch in the log. ``attempt`` is that of the node that committed it."""

    number: int
    attempt: Attempt
    entries: Sequence[Entry]
    records: Sequence[Record]
    conflicts: Sequence[RecordWrite]


class Attempt:
    """A commit of a node that is under way. It stays the same, however often it is sent.

    ``known`` is the number of the last batch that the node had published when the first line was
    allowed. ``again`` is the number of a batch that changed the rights since.
    """

    def __init__(self, node: SharedMemoryStore, items: Sequence[BatchItem], known: int) -> None:
        self.node = node
        self.items = items
        self.known = known
        self.again = 0
        self.conflicts: list[RecordWrite] = []
        self.done: Deferred[Committed] = Deferred()

    def leave_out(self, refused: Sequence[Draft]) -> None:
        """Leave out lines that may not be said any more, and what is stored only with them."""
        for item in self.items:
            if isinstance(item, RecordWrite):
                left = [draft for draft in item.drafts if not _is_in(draft, refused)]
                if len(left) < len(item.drafts):
                    item.drafts = left
                    self.conflicts.append(item)
        gone = [*refused, *self.conflicts, *(d for each in self.conflicts for d in each.drafts)]
        self.items = [item for item in self.items if not _is_in(item, gone)]


class _State:
    """The state of the log after all batches so far."""

    def __init__(self) -> None:
        self.logs: dict[str, Any] = {}
        self.records: dict[tuple[str, str], Record] = {}
        self.changed: dict[tuple[str, str], tuple[int, int]] = {}  # by which batch, of which node
        self.rights: dict[int, int] = {}  # the last batch of each node that changed the rights


class SharedLog:
    """A log of batches. ``safe`` is the number of the last one that may be published."""

    def __init__(self) -> None:
        self.holds = False
        self.batches: list[Batch] = []
        self.safe = 0
        self.nodes: list[SharedMemoryStore] = []
        self.numbers = 0
        self.state = _State()
        self._safe_state = _State()
        self._last_node = 0
        self._waiting_blocks: list[tuple[Deferred[range], range]] = []

    def append(self, attempt: Attempt) -> None:
        """Make a batch visible, or note which change of the rights has to be looked at first."""
        if any(batch.attempt is attempt for batch in self.batches):
            return  # it had been stored
        state, node = self.state, attempt.node.number
        rights = max((no for other, no in state.rights.items() if other != node), default=0)
        if rights > attempt.known and any(isinstance(item, Draft) for item in attempt.items):
            attempt.again = rights
            return
        writes = [item for item in attempt.items if isinstance(item, RecordWrite)]
        conflicts = [write for write in writes if self._conflicts(write, node, rights)]
        left_out = [*conflicts, *(draft for write in conflicts for draft in write.drafts)]
        items = [item for item in attempt.items if not _is_in(item, left_out)]
        number = len(self.batches) + 1
        entries = attempt.node.execute(items)
        records = list[Record]()
        for write in items:
            if isinstance(write, RecordWrite):
                records += [Record(*record[:3]) for record in write.records]
                state.changed.update({record[:2]: (number, node) for record in write.records})
                if write.rights:
                    state.rights[node] = number
        conflicts = [*attempt.conflicts, *conflicts]
        self.batches.append(Batch(number, attempt, entries, records, conflicts))
        if not self.holds:
            self.seal()

    def _conflicts(self, write: RecordWrite, node: int, rights: int) -> bool:
        if write.rights and rights > write.known:
            return True
        changes = [self.state.changed.get(record[:2], (0, node)) for record in write.records]
        return any(number > write.known and other != node for number, other in changes)

    def seal(self) -> None:
        """Make all that is visible safe, and have all nodes publish it."""
        self.safe = len(self.batches)
        if self.holds:
            self._safe_state = copy.deepcopy(self.state)
        blocks, self._waiting_blocks = self._waiting_blocks, []
        for done, block in blocks:
            done.callback(block)
        for node in tuple(self.nodes):
            node.advance()

    def hold(self) -> None:
        """From now on what is committed is safe only when it is sealed."""
        self.holds = True
        self._safe_state = copy.deepcopy(self.state)

    def lose(self) -> None:
        """Lose all that is not safe. Nodes send again what they were committing."""
        del self.batches[self.safe :]
        state = copy.deepcopy(self._safe_state)
        for mine, safe in ((self.state.logs, state.logs), (self.state.records, state.records)):
            mine.clear()
            mine.update(safe)  # type: ignore[arg-type]
        self.state.changed, self.state.rights = state.changed, state.rights
        for node in tuple(self.nodes):
            node.send()

    def take_node(self) -> int:
        """Return the number of a new node."""
        self._last_node += 1
        return self._last_node

    def take_numbers(self) -> Deferred[range]:
        """Return a block of numbers for sessions, once it is safe."""
        block = range(self.numbers + 1, self.numbers + 1 + BLOCK)
        self.numbers += BLOCK
        if not self.holds:
            return succeed(block)
        done: Deferred[range] = Deferred()
        self._waiting_blocks.append((done, block))
        return done


class SharedMemoryStore(MemoryStore):
    """A node's store on a shared log."""

    shared = True

    def __init__(self, log: SharedLog, clock: IReactorTime, now: Callable[[], float]) -> None:
        super().__init__(clock, now)
        log.seal()  # what is read at the start may be shown
        self.log = log
        self.number = log.take_node()
        self.cut = False
        self._logs, self._records = log.state.logs, log.state.records
        self._next = log.safe + 1
        self._known = self.publication.known = log.safe
        self._attempt: Attempt | None = None
        log.nodes.append(self)

    def take_numbers(self) -> Deferred[range]:
        return self.log.take_numbers()

    def append(self, entry: BatchItem) -> None:
        if not self.waiting:
            self._known = self.publication.known
        super().append(entry)

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        self._attempt = attempt = Attempt(self, batch, self._known)
        self.send()
        return attempt.done

    def execute(self, items: Sequence[BatchItem]) -> Sequence[Entry]:
        """Store items, and return their entries."""
        entries: list[Entry] = []
        super().commit(items).addCallback(lambda committed: entries.extend(committed.entries))
        return entries

    def send(self) -> None:
        """Send what is being committed, also again."""
        if self._attempt is not None and not self.cut:
            self.log.append(self._attempt)
            self.advance()

    def advance(self) -> None:
        """Publish what is safe. Ask again, if need be, whether lines may be said, and send them."""
        if self.cut:
            return
        while self._next <= self.log.safe:
            batch = self.log.batches[self._next - 1]
            self._next += 1
            if batch.attempt is self._attempt:
                self._attempt = None
                batch.attempt.done.callback(Committed(batch.entries, batch.number, batch.conflicts))
            else:
                self.publication.follow(batch.number, batch.entries, batch.records)
        attempt = self._attempt
        if attempt is not None and 0 < attempt.again <= self.publication.known:
            attempt.known, attempt.again = self.publication.known, 0
            drafts = [item for item in attempt.items if isinstance(item, Draft)]
            subscriber = self.publication.subscriber
            assert subscriber is not None
            attempt.leave_out(subscriber.check_again(drafts))
            self.send()

    def reconnect(self) -> None:
        """End that the node is cut off."""
        self.cut = False
        self.advance()
        self.send()

    def give_up(self) -> None:
        """Wait no more for the answer to what is being committed."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.done.errback(InDoubt())

    def crash(self) -> None:
        """End the node as if its machine had lost power."""
        self.log.nodes.remove(self)
        self.cut = True


def _is_in(item: BatchItem, items: Sequence[BatchItem]) -> bool:
    return any(item is each for each in items)
