"""A log that several stores in one process share, as several machines would share an engine.

Theory of operation. What is committed is *visible* at once: it has its number, and other nodes can
read it. It is *safe*, and published by all nodes in the order of the numbers, once it is sealed. A
log seals each batch at once, unless it ``holds``. What is not safe may be lost (`SharedLog.lose`),
as in the failover of an engine; then nodes send again what they were committing.

A claim of a name is a batch, too, and answered in its turn. What a dead node held is free, and its
sessions are gone, once it is reaped (`SharedLog.reap`).

A batch is refused as a whole, and asked for again, if another node has changed the rights since its
lines were allowed. A write conflicts if another node has changed one of its records since its
tables knew them, or the rights, if it changes these. A node that is ``cut`` off neither reads nor
writes until `SharedMemoryStore.reconnect`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.chat.roster import VISITS
from chatd.event import Draft, Entry, Record
from chatd.storage.batches import BatchItem, Committed, RecordWrite
from chatd.storage.claims import Claim, Claims
from chatd.storage.contract import InDoubt
from chatd.storage.memory import MemoryStore

BLOCK = 1000
"""The numbers of sessions that a node takes at a time, unless a log has other blocks."""


class Batch(NamedTuple):
    """A batch in the log. ``attempt`` is that of the node that wrote it."""

    number: int
    attempt: Attempt | ClaimAttempt | None
    entries: Sequence[Entry] = ()
    records: Sequence[Record] = ()
    conflicts: Sequence[RecordWrite] = ()


class ClaimAttempt:
    """A claim of a node that is under way, and the name that was in its way."""

    def __init__(self, node: SharedMemoryStore, claim: Claim) -> None:
        self.node = node
        self.claim = claim
        self.other: str | None = None
        self.done: Deferred[str | None] = Deferred()


class Attempt:
    """A commit of a node that is under way. It stays the same, however often it is sent.

    ``known`` is the number of the last batch that the node had published when it was asked last if
    the lines may be said. ``again`` is the number of a batch that changed the rights since.
    """

    def __init__(self, node: SharedMemoryStore, batch: list[BatchItem], known: int) -> None:
        self.node = node
        self.batch = batch
        self.items: Sequence[BatchItem] = batch
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
        self.claims: dict[str, dict[tuple[Claim, int], None]] = {}  # by look, with their nodes

    def take(self, claim: Claim, node: int) -> str | None:
        """Hold a name, or return the one that is in the way."""
        for look in sorted(claim.looks):
            for other, _ in self.claims.get(look, ()):
                if other.holder != claim.holder:
                    return other.name
        for look in claim.looks:
            self.claims.setdefault(look, {})[claim, node] = None
        return None

    def release(self, claim: Claim, node: int) -> None:
        for look in claim.looks:
            held = self.claims.get(look, {})
            held.pop((claim, node), None)
            if not held:
                self.claims.pop(look, None)


class SharedLog:
    """A log of batches. ``safe`` is the number of the last one that may be published.

    ``block`` is how many numbers of sessions a node takes at a time.
    """

    def __init__(self, block: int = BLOCK) -> None:
        self.block = block
        self.holds = False
        self.batches: list[Batch] = []
        self.safe = 0
        self.nodes: list[SharedMemoryStore] = []
        self.numbers = 0
        self.state = _State()
        self._safe_state = _State()
        self._last_node = 0
        self._waiting_blocks: list[tuple[Deferred[range], range]] = []

    def claim(self, attempt: ClaimAttempt) -> None:
        """Make a claim visible, and its answer, which the node hears in its turn."""
        if self._has(attempt):
            return
        attempt.other = self.state.take(attempt.claim, attempt.node.number)
        self._add(Batch(len(self.batches) + 1, attempt))

    def release(self, claim: Claim, node: int) -> None:
        """Free a name. That is safe at once."""
        for state in self.state, self._safe_state:
            state.release(claim, node)

    def reap(self, node: SharedMemoryStore) -> None:
        """Free what a dead node held, and end its sessions."""
        for held in tuple(self.state.claims.values()):
            for claim, other in tuple(held):
                if other == node.number:
                    self.state.release(claim, other)
        changed = self.state.changed.items()
        keys = [key for key, (_, by) in changed if by in node.writers and key[0] == VISITS]
        records = [Record(*key, None) for key in keys if self.state.records.pop(key, None)]
        self._add(Batch(len(self.batches) + 1, None, records=records))

    def _has(self, attempt: Attempt | ClaimAttempt) -> bool:
        return any(batch.attempt is attempt for batch in self.batches)

    def _add(self, batch: Batch) -> None:
        self.batches.append(batch)
        if not self.holds:
            self.seal()

    def append(self, attempt: Attempt) -> None:
        """Make a batch visible, or note which change of the rights has to be looked at first."""
        if self._has(attempt):
            return  # it had been stored
        state, node = self.state, attempt.node.writers[-1]
        rights = max((no for other, no in state.rights.items() if other != node), default=0)
        if rights > attempt.known and any(isinstance(item, Draft) for item in attempt.items):
            attempt.again = rights
            return
        writes = [item for item in attempt.items if isinstance(item, RecordWrite)]
        conflicts = [write for write in writes if self._conflicts(write, node, rights)]
        units = [write.unit for write in conflicts if write.unit]
        conflicts = [write for write in writes if write in conflicts or write.unit in units]
        left_out = [*conflicts, *(draft for write in conflicts for draft in write.drafts)]
        items = [item for item in attempt.items if not _is_in(item, left_out)]
        number = len(self.batches) + 1
        for write in items:
            if isinstance(write, RecordWrite):
                write.records = [self._greatest(record) for record in write.records]
        entries = attempt.node.execute(items)
        records = list[Record]()
        for write in items:
            if isinstance(write, RecordWrite):
                records += [Record(*record[:3]) for record in write.records]
                state.changed.update({record[:2]: (number, node) for record in write.records})
                if write.rights:
                    state.rights[node] = number
        conflicts = [*attempt.conflicts, *conflicts]
        self._add(Batch(number, attempt, entries, records, conflicts))

    def _greatest(self, record: Record) -> Record:
        """Return a record, or the stored one that has grown more."""
        stored = self.state.records.get(record[:2])
        if not record.grows or record.value is None or stored is None or stored.value is None:
            return record
        before, after = json.loads(stored.value), json.loads(record.value)
        return stored if before[record.grows] > after[record.grows] else record

    def _conflicts(self, write: RecordWrite, node: int, rights: int) -> bool:
        if write.rights and rights > write.known:
            return True
        checked = [record for record in write.records if not record.grows]
        changes = [self.state.changed.get(record[:2], (0, node)) for record in checked]
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
        self.state.claims = state.claims
        for node in tuple(self.nodes):
            node.send()

    def take_node(self) -> int:
        """Return the number of a new node."""
        self._last_node += 1
        return self._last_node

    def take_numbers(self) -> Deferred[range]:
        """Return a block of numbers for sessions, once it is safe."""
        block = range(self.numbers + 1, self.numbers + 1 + self.block)
        self.numbers += self.block
        if not self.holds:
            return succeed(block)
        done: Deferred[range] = Deferred()
        self._waiting_blocks.append((done, block))
        return done


class SharedClaims(Claims):
    """The claims of a node on a shared log."""

    def __init__(self, node: SharedMemoryStore) -> None:
        self._node = node

    def claim(self, claim: Claim) -> Deferred[str | None]:
        attempt = ClaimAttempt(self._node, claim)
        self._node.claiming.append(attempt)
        self._node.send()
        return attempt.done

    def release(self, claim: Claim) -> None:
        self._node.shared_log.release(claim, self._node.number)


class SharedMemoryStore(MemoryStore):
    """A node's store on a shared log."""

    shared = True

    def __init__(self, log: SharedLog, clock: IReactorTime, now: Callable[[], float]) -> None:
        super().__init__(clock, now)
        log.seal()  # what is read at the start may be shown
        self.shared_log = log
        self.number = log.take_node()
        self.writers = [self.number]  # the last one writes now: see `give_up`
        self.cut = False
        self.claims = SharedClaims(self)
        self.claiming: list[ClaimAttempt] = []
        self._logs, self._records = log.state.logs, log.state.records
        self._next = log.safe + 1
        self.publication.known = log.safe
        self.publication.rights_changed = self._check_again
        self._refused: list[Draft] = []  # of what waits
        self._asking = False
        self._attempt: Attempt | None = None
        log.nodes.append(self)

    def take_numbers(self) -> Deferred[range]:
        return self.shared_log.take_numbers()

    async def forget(self, room: str, upto: int) -> int:
        log = self._logs.get(room)
        forgotten: int = 0 if log is None else log.forget(upto)
        for node in self.shared_log.nodes if forgotten else ():
            node.publication.forgot(room, upto)
        return forgotten

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        assert isinstance(batch, list)
        self._attempt = attempt = Attempt(self, batch, self.publication.known)
        attempt.leave_out(self._refused)
        self._refused = []
        self.send()
        return attempt.done

    def execute(self, items: Sequence[BatchItem]) -> Sequence[Entry]:
        """Store items, and return their entries."""
        entries: list[Entry] = []
        super().commit(items).addCallback(lambda committed: entries.extend(committed.entries))
        return entries

    def send(self) -> None:
        """Send what is being committed, also again."""
        if self.cut or self._asking:
            return
        for claim in tuple(self.claiming):
            self.shared_log.claim(claim)
        if self._attempt is not None:
            self.shared_log.append(self._attempt)
        self.advance()

    def advance(self) -> None:
        """Publish what is safe."""
        if self.cut:
            return
        while self._next <= self.shared_log.safe:
            batch = self.shared_log.batches[self._next - 1]
            self._next += 1
            self._publish(batch)

    def _check_again(self) -> None:
        """Ask again whether lines may be said that are not in the log."""
        items = [*(self._attempt.items if self._attempt is not None else ()), *self._waiting]
        drafts = [item for item in items if isinstance(item, Draft)]
        subscriber = self.publication.subscriber
        assert subscriber is not None
        self._asking = True  # what goes on because of a refusal must not send it
        refused = subscriber.check_again(drafts)
        self._asking = False
        self._refused += refused
        _leave_out(self._waiting, refused)
        if self._attempt is not None:
            _leave_out(self._attempt.batch, refused)  # else it is refused once more if this fails
            self._attempt.leave_out(refused)
            self._attempt.known, self._attempt.again = self.publication.known, 0
        self._clock.callLater(0, self.send)

    def _publish(self, batch: Batch) -> None:
        attempt, number = batch.attempt, batch.number
        if isinstance(attempt, ClaimAttempt):
            if attempt in self.claiming:
                self.claiming.remove(attempt)
                answer = partial(attempt.done.callback, attempt.other)
            else:
                answer = _nobody_waits
            self.publication.publish(Committed((), number), answer)
        elif attempt is not None and attempt is self._attempt:
            self._attempt = None
            attempt.done.callback(Committed(batch.entries, number, batch.conflicts))
        else:
            self.publication.follow(number, batch.entries, batch.records)

    def reconnect(self) -> None:
        """End that the node is cut off."""
        self.cut = False
        self.advance()
        self.send()

    def give_up(self) -> None:
        """Wait no more for the answer to what is being committed.

        If it was stored, it counts as another node's from then on: the tables do not know it.
        """
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            self.writers.append(self.shared_log.take_node())
            attempt.done.errback(InDoubt())
        claims, self.claiming = self.claiming, []
        for each in claims:
            each.done.errback(InDoubt())

    def crash(self) -> None:
        """End the node as if its machine had lost power."""
        self.shared_log.nodes.remove(self)
        self.cut = True


def _nobody_waits() -> None:
    """End a claim of another node."""


def _is_in(item: BatchItem, items: Sequence[BatchItem]) -> bool:
    return any(item is each for each in items)


def _leave_out(items: list[BatchItem], refused: Sequence[Draft]) -> None:
    items[:] = [item for item in items if not _is_in(item, refused)]
