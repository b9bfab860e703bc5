"""An engine in memory for several nodes in one process, and stores of nodes on it.

Theory of operation. What is committed is *visible* at once: it has its number, and other nodes can
read it. It is *safe* once it is sealed. A log seals each batch at once, unless it ``holds``. What
is not safe may be lost (`SharedLog.lose`), as in the failover of an engine; then all links end. A
node that is ``cut`` off has no link until `SharedMemoryStore.reconnect`.

The rules are those of the functions of `chatd.storage.postgres`. What nodes do is not here: they
are real (`chatd.storage.shared`).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.event import Draft, Published, Record
from chatd.storage.batches import (
    BatchItem,
    ClaimRequest,
    Committed,
    NumbersRequest,
    RecordWrite,
    Release,
)
from chatd.storage.claims import Claim
from chatd.storage.contract import RoomRecord
from chatd.storage.memory import MemoryStore
from chatd.storage.shared.attempt import is_in
from chatd.storage.shared.engine import (
    PROTOCOL,
    Again,
    Answer,
    Engine,
    Fenced,
    Joined,
    JoinRequest,
    Link,
    LinkLost,
    LogBatch,
    LostHistory,
    Node,
    Position,
    Replaced,
    Request,
)
from chatd.storage.shared.store import SharedStore, Start

BLOCK = 1000
"""The numbers of sessions that a node takes at a time, unless a log has other blocks."""


class Batch(NamedTuple):
    """A batch in the log, with the term that wrote it, and what it answers.

    ``holders`` are those of the looks of names, after it.
    """

    term: int
    read: LogBatch
    rights: bool = False
    conflicts: Sequence[RecordWrite] = ()
    answers: Sequence[tuple[Any, Any]] = ()
    joined: Joined | None = None
    holders: Mapping[str, Collection[str]] = {}


class _Changed(NamedTuple):
    """The last change of a record: its batch, its term, and its node if it is ephemeral."""

    number: int
    term: int
    node: int = 0


class _State:
    """The state of the log after all batches so far."""

    def __init__(self) -> None:
        self.logs: dict[str, Any] = {}
        self.records: dict[tuple[str, str], Record] = {}
        self.changed: dict[tuple[str, str], _Changed] = {}
        self.claims: dict[str, dict[tuple[Claim, int], None]] = {}  # by look, with their nodes
        self.nodes: dict[int, Node] = {}
        self.ended: dict[int, int] = {}  # the numbers of the batches that ended the terms
        self.terms = 0
        self.numbers = 0

    def in_the_way(self, claim: Claim) -> str | None:
        """Return the name of another holder with a look of a claim."""
        for look in sorted(claim.looks):
            for other, _ in self.claims.get(look, ()):
                if other.holder != claim.holder:
                    return other.name
        return None

    def take(self, claim: Claim, node: int) -> str | None:
        """Hold a name, or return the one that is in the way."""
        other = self.in_the_way(claim)
        if other is None:
            for look in claim.looks:
                self.claims.setdefault(look, {})[claim, node] = None
        return other

    def release(self, claim: Claim, node: int) -> None:
        for look in claim.looks:
            held = self.claims.get(look, {})
            held.pop((claim, node), None)
            if not held:
                self.claims.pop(look, None)

    @property
    def holders(self) -> Mapping[str, Collection[str]]:
        """The holders of the looks of names."""
        return {look: {claim.holder for claim, _ in claims} for look, claims in self.claims.items()}

    def node_of(self, term: int) -> Node | None:
        """Return the live node of a term."""
        return next((node for node in self.nodes.values() if node.term == term and node.live), None)


class SharedLog:
    """A log of batches. ``safe`` is the number of the last one that may be published.

    ``block`` is how many numbers of sessions a node takes at a time. Requests that are ``late`` are
    on their way from links that were lost, and ``reaped`` are the numbers of the nodes that others
    have ended.
    """

    def __init__(self, block: int = BLOCK) -> None:
        self.block = block
        self.holds = False
        self.level = PROTOCOL
        self.batches: list[Batch] = []
        self.safe = 0
        self.nodes: list[SharedMemoryStore] = []
        self.late: list[Callable[[], object]] = []
        self.reaped: list[int] = []
        self.state = _State()
        self._safe_state = _State()
        self._waiting: list[Callable[[], None]] = []

    # The switches of tests

    def hold(self) -> None:
        """From now on what is committed is safe only when it is sealed."""
        self.holds = True
        self._safe_state = copy.deepcopy(self.state)

    def seal(self) -> None:
        """Make all that is visible safe, and answer what waits for that."""
        self.safe = len(self.batches)
        if self.holds:
            self._safe_state = copy.deepcopy(self.state)
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer()

    def lose(self) -> None:
        """Lose all that is not safe. Nodes send again what they were committing."""
        del self.batches[self.safe :]
        state = copy.deepcopy(self._safe_state)
        for mine, safe in ((self.state.logs, state.logs), (self.state.records, state.records)):
            mine.clear()
            mine.update(safe)  # type: ignore[arg-type]
        state.logs, state.records = self.state.logs, self.state.records
        self.state = state
        self._waiting = []
        for node in tuple(self.nodes):
            node.engine.end_link("the server has failed over")

    def reap(self, node: SharedMemoryStore) -> None:
        """End the term of a node, as the others do when it gives no sign of life."""
        self.end_node(self.state.nodes[node.number])
        self.sealed()

    # Requests of links

    def when_safe(self, answer: Callable[[], None]) -> None:
        """Seal: call this once all that is visible now is safe."""
        if not self.holds:
            self.seal()
            answer()
        else:
            self._waiting.append(answer)

    def sealed(self) -> None:
        """Seal what was done, and tell all nodes, unless the log holds."""
        self.when_safe(self.hint)

    def hint(self) -> None:
        """Tell all nodes what is safe."""
        for node in tuple(self.nodes):
            node.engine.hinted(self.safe)

    def append(self, store: SharedMemoryStore, term: int, request: Request) -> Answer:
        """Make a batch visible, or say why nothing is."""
        state = self.state
        for batch in self.batches:
            if batch.read.id == request.id:
                return self._answer_of(batch, request.items)
        if state.node_of(term) is None:
            return Fenced()
        of_others = [each for each in self.batches if each.rights and each.term != term]
        rights = max((each.read.number for each in of_others), default=0)
        if rights > request.known and any(isinstance(item, Draft) for item in request.items):
            return Again(rights)
        writes = [item for item in request.items if isinstance(item, RecordWrite)]
        conflicts = [write for write in writes if self._conflicts(write, term, rights)]
        units = [write.unit for write in conflicts if write.unit]
        conflicts = [write for write in writes if write in conflicts or write.unit in units]
        left_out = [*conflicts, *(draft for write in conflicts for draft in write.drafts)]
        items = [item for item in request.items if not is_in(item, left_out)]
        number = len(self.batches) + 1
        for write in items:
            if isinstance(write, RecordWrite):
                write.records = [self._greatest(record) for record in write.records]
        entries = store.execute(items)
        records = list[Record]()
        rights_change = False
        answers = list[tuple[Any, Any]]()
        for item in items:
            if isinstance(item, RecordWrite):
                records += [Record(*record[:3]) for record in item.records]
                node = store.number
                state.changed.update(
                    {
                        record[:2]: _Changed(number, term, node if record.ephemeral else 0)
                        for record in item.records
                    }
                )
                rights_change = rights_change or item.rights
            elif isinstance(item, ClaimRequest):
                answers.append((item, state.take(item.claim, store.number)))
            elif isinstance(item, Release):
                state.release(item.claim, store.number)
            elif isinstance(item, NumbersRequest):
                answers.append((item, self.take_block()))
        read = LogBatch(number, request.id, entries, records)
        batch = Batch(term, read, rights_change, conflicts, answers, holders=state.holders)
        self.batches.append(batch)
        return self._answer_of(batch, request.items)

    def take_block(self) -> range:
        """Take a block of numbers."""
        first = self.state.numbers + 1
        self.state.numbers += self.block
        return range(first, first + self.block)

    def _answer_of(self, batch: Batch, items: Sequence[BatchItem]) -> Committed:
        """Return the answer of a batch, and put those of its items into them."""
        for item, answer in batch.answers:
            if isinstance(item, ClaimRequest):
                item.in_the_way = answer
            else:
                item.block = answer
        return Committed(batch.read.entries, batch.read.number, batch.conflicts)

    def _greatest(self, record: Record) -> Record:
        """Return a record, or the stored one that has grown more."""
        stored = self.state.records.get(record[:2])
        if not record.grows or record.value is None or stored is None or stored.value is None:
            return record
        before, after = json.loads(stored.value), json.loads(record.value)
        return stored if before[record.grows] > after[record.grows] else record

    def _conflicts(self, write: RecordWrite, term: int, rights: int) -> bool:
        if write.rights and rights > write.known:
            return True
        checked = [record for record in write.records if not record.grows]
        changes = [self.state.changed.get(record[:2], _Changed(0, term)) for record in checked]
        return any(each.number > write.known and each.term != term for each in changes)

    def note(self, id: UUID | None = None, **what: Any) -> int:
        """Make a batch visible that no node appended, and return its number."""
        number = len(self.batches) + 1
        read = LogBatch(number, id or uuid4(), **what)
        self.batches.append(Batch(0, read, holders=self.state.holders))
        return number

    def end_node(self, node: Node, live: bool = False, id: UUID | None = None) -> int:
        """End what ends with a node's term, and return the number of the batch that says so."""
        state = self.state
        before = state.nodes.get(node.number)
        if before is not None:
            state.ended.setdefault(before.term, len(self.batches) + 1)
        state.nodes[node.number] = node._replace(live=live)
        for held in tuple(state.claims.values()):
            for claim, other in tuple(held):
                if other == node.number:
                    state.release(claim, other)
        keys = self.ephemeral(node)
        records = [
            Record(*key, None, ephemeral=True) for key in keys if state.records.pop(key, None)
        ]
        number = self.note(id, records=records)
        state.changed.update({key: _Changed(number, 0) for key in keys})
        return number

    def ephemeral(self, node: Node) -> list[tuple[str, str]]:
        """Return the kinds and keys of records that end with a node."""
        return [key for key, each in self.state.changed.items() if each.node == node.number]

    def join(self, number: int, request: JoinRequest, version: int = PROTOCOL) -> Joined:
        """Begin a term of a node, once. Raises `Replaced`, or `LinkLost` if its version is old."""
        if version < self.level:
            raise LinkLost(f"the log has level {self.level}, and this chatd knows {version}.")
        state = self.state
        for each in self.batches:
            if each.joined is not None and each.read.id == request.id:
                return each.joined
        before = state.nodes.get(number)
        if (0 if before is None else before.term) != request.last:
            raise Replaced("another process has the name of this node")
        state.terms += 1
        node = Node(number, f"node{number}", state.terms, True, 0, len(self.batches), version)
        batch = self.end_node(node, live=True, id=request.id)
        lost = [claim for claim in request.held if state.take(claim, number) is not None]
        joined = Joined(node.term, batch, lost, self.level)
        self.batches[-1] = self.batches[-1]._replace(joined=joined, holders=state.holders)
        return joined


class MemoryLink(Link):
    """A link to the log. It answers at once, or once the log is sealed."""

    def __init__(self, store: SharedMemoryStore) -> None:
        self.is_open = True
        self._store = store
        self._log = store.shared_log

    def _sealed(self, result: Any) -> Deferred[Any]:
        """Return the answer that comes once all that is visible is safe."""
        if not self.is_open:
            return fail(LinkLost("the link has ended"))
        done: Deferred[Any] = Deferred()

        def answer() -> None:
            if self.is_open:
                done.callback(result)

        self._log.when_safe(partial(self._store.tell, answer))
        return done

    def _carry_out(self, request: Callable[[], Any]) -> Deferred[Any]:
        """Carry a request out and answer it, or, if the node is ``late``, only later, if ever."""
        if self.is_open and self._store.late:
            self._log.late.append(request)
            return Deferred()
        return self._sealed(request() if self.is_open else None)

    def append(self, term: int, request: Request) -> Deferred[Answer]:
        append = partial(self._log.append, self._store, term, request)
        return self._carry_out(append).addCallback(self._told_to_others)

    def read(self, after: int) -> Deferred[Sequence[LogBatch]]:
        return succeed([batch.read for batch in self._log.batches[after:]])

    def seal(self, position: Position) -> Deferred[None]:
        batches = self._log.batches[: position.number]
        if len(batches) < position.number or batches[-1].read.id != position.id:
            return fail(LinkLost("another history"))
        return self._sealed(None)

    def join(self, request: JoinRequest) -> Deferred[Joined]:
        return self._carry_out(partial(self._join, request))

    def _join(self, request: JoinRequest) -> Joined | Failure:
        try:
            return self._log.join(self._store.number, request, self._store.version)
        except (LinkLost, Replaced):
            return Failure()

    def beat(self, term: int, applied: int) -> Deferred[Sequence[Node] | None]:
        return self._carry_out(partial(self._beat, term, applied))

    def _beat(self, term: int, applied: int) -> Sequence[Node] | None:
        node = self._log.state.node_of(term)
        if node is None:
            return None
        self._log.state.nodes[node.number] = node._replace(beat=node.beat + 1, applied=applied)
        return list(self._log.state.nodes.values())

    def rise(self, term: int) -> Deferred[None]:
        node = self._log.state.node_of(term)
        if node is not None:
            self._log.state.nodes[node.number] = node._replace(version=self._store.version)
        return self._sealed(None)

    def reap(self, term: int, node: Node) -> Deferred[bool]:
        now = self._log.state.nodes[node.number]
        if self._log.state.node_of(term) is None or now._replace(applied=node.applied) != node:
            return self._sealed(False)
        number = self._log.end_node(now)
        self._log.reaped.append(now.number)
        return self._sealed(True).addCallback(self._told, number)

    def leave(self, term: int) -> Deferred[None]:
        node = self._log.state.node_of(term)
        if node is None:
            return self._sealed(None)
        number = self._log.end_node(node)
        return self._sealed(None).addCallback(self._told, number)

    def forget(self, room: str, upto: int) -> Deferred[int]:
        log = self._log.state.logs.get(room)
        forgotten: int = 0 if log is None else log.forget(upto)
        if not forgotten:
            return succeed(0)
        number = self._log.note(forgot=[(room, upto)])
        return self._sealed(forgotten).addCallback(self._told, number)

    def raise_level(self, term: int, level: int) -> Deferred[bool]:
        live = [node for node in self._log.state.nodes.values() if node.live]
        is_old = self._log.state.node_of(term) is None or level <= self._log.level
        if is_old or any(node.version < level for node in live):
            return self._sealed(False)
        self._log.level = level
        number = self._log.note(level=level)
        return self._sealed(True).addCallback(self._told, number)

    def abort(self) -> None:
        self._store.engine.end_link("it was ended")

    def _told_to_others(self, answer: Answer) -> Answer:
        if isinstance(answer, Committed):
            for node in tuple(self._log.nodes):
                if node is not self._store:
                    node.engine.hinted(answer.number)
        return answer

    def _told(self, result: Any, number: int) -> Any:
        for node in tuple(self._log.nodes):
            node.engine.hinted(number)
        return result


class MemoryEngine(Engine):
    """The log as one node reaches it."""

    def __init__(self, store: SharedMemoryStore) -> None:
        self.link: MemoryLink | None = None
        self._store = store
        self._hinted: Callable[[int], None] = _ignore
        self._lost: Callable[[LinkLost], None] = _ignore

    def connect(
        self,
        shown: Position,
        hinted: Callable[[int], None],
        lost: Callable[[LinkLost], None],
    ) -> Deferred[Link]:
        if self._store.cut:
            return fail(LinkLost("it is cut off"))
        batches = self._store.shared_log.batches
        if shown.number and (
            shown.number > len(batches) or batches[shown.number - 1].read.id != shown.id
        ):
            return fail(LostHistory("the engine lost what was shown"))
        self.link, self._hinted, self._lost = MemoryLink(self._store), hinted, lost
        return succeed(self.link)

    def end_link(self, why: str) -> None:
        """Lose the link, if there is one."""
        link, self.link = self.link, None
        if link is not None:
            link.is_open = False
            self._store.late = False
            self._store.tell(partial(self._lost, LinkLost(why)))

    def hinted(self, number: int) -> None:
        """Hear that all up to a number is safe."""
        if self.link is not None:
            self._store.tell(partial(self._hinted, number))


class SharedMemoryStore(SharedStore, MemoryStore):
    """A node's store on a shared log.

    ``seconds`` is the clock of its lease, which is that of the reactor unless it is given, and
    ``version`` the version of the log that it can read. While it is ``late``, until its link is
    lost, what it asks for is on its way. A successor of a ``predecessor`` goes on with that node
    when it starts.
    """

    def __init__(
        self,
        log: SharedLog,
        clock: IReactorTime,
        now: Callable[[], float],
        seconds: Callable[[], float] | None = None,
        version: int = PROTOCOL,
        predecessor: SharedMemoryStore | None = None,
    ) -> None:
        self.shared_log = log
        self.version = version
        self._predecessor = predecessor
        self._cut = False
        self._rooms_at_first: Sequence[RoomRecord] = ()
        self._records_at_first: Sequence[Record] = ()
        self.late = False
        self.node_clock = clock
        self._untold: list[Callable[[], object]] | None = None  # while it is suspended
        self.engine = MemoryEngine(self)
        if predecessor is None:
            self.number = len(log.state.nodes) + 1
            joined = log.join(self.number, JoinRequest(uuid4(), 0), version)
            log.seal()  # what is read at the start may be shown
        else:
            self.number = predecessor.number
            node = log.state.nodes[self.number]
            joined = Joined(node.term, len(log.batches), level=log.level)
        self.opened_at = log.batches[-1].read.position
        start = Start(joined, self.opened_at, log.state.nodes[self.number].version)
        SharedStore.__init__(self, clock, self.engine, start, seconds or clock.seconds)
        self._now = now
        self._logs, self._records = log.state.logs, log.state.records
        if predecessor is None:
            log.nodes.append(self)
            log.hint()
            self.start()
        else:  # as they are now: the log goes on
            self._rooms_at_first = MemoryStore.rooms(self)
            self._records_at_first = self._with_own_marked(MemoryStore.records(self))

    def start(self) -> None:
        if self._predecessor is not None:
            self._predecessor.crash()
            self._predecessor = None
            self.shared_log.nodes.append(self)
        if self.engine.link is None:
            super().start()

    def rooms(self) -> Sequence[RoomRecord]:
        return self._rooms_at_first or super().rooms()

    def records(self) -> Sequence[Record]:
        return self._records_at_first or super().records()

    def _with_own_marked(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return records, with those that end with this node as ephemeral ones."""
        changed = self.shared_log.state.changed
        return [
            each._replace(ephemeral=each[:2] in changed and changed[each[:2]].node == self.number)
            for each in records
        ]

    def execute(self, items: Sequence[BatchItem]) -> Sequence[Published]:
        """Store items, and return their entries."""
        entries: list[Published] = []
        done = MemoryStore.commit(self, items)
        done.addCallback(lambda committed: entries.extend(committed.entries))
        return entries

    def take_numbers(self) -> Deferred[range]:
        # Without a batch, because worlds have blocks of one number, and count as one node does.
        if self._predecessor is not None:
            return succeed(range(0))  # those that are left are handed over
        done: Deferred[range] = Deferred()
        block = self.shared_log.take_block()
        self.shared_log.when_safe(partial(self.tell, partial(done.callback, block)))
        return done

    @property
    def cut(self) -> bool:
        """True while the node has no link. It may be set."""
        return self._cut

    @cut.setter
    def cut(self, cut: bool) -> None:
        self._cut = cut
        if cut:
            self.engine.end_link("it is cut off")

    def reconnect(self) -> None:
        """End that the node is cut off."""
        self._cut = False
        self.links.connect_now()

    def suspend(self) -> None:
        """Let the node hear nothing from now on. Its clock has to stand still, too."""
        self._untold = []

    def wake(self) -> None:
        """Let the node hear what came meanwhile."""
        untold, self._untold = self._untold or [], None
        for hear in untold:
            hear()

    def tell(self, hear: Callable[[], object]) -> None:
        """Have the node hear something, unless it is suspended."""
        if self._untold is None:
            hear()
        else:
            self._untold.append(hear)

    def send(self) -> None:
        """Send what is being committed."""
        self.appender.send()

    def give_up(self) -> None:
        """Wait no more for the answer to what is being committed."""
        self.appender.give_up()

    def crash(self) -> None:
        """End the node as if its machine had lost power."""
        self.shared_log.nodes.remove(self)
        self.contact.stop()
        self.links.stop()
        self.appender.stop()
        self.cut = True


def _ignore(value: Any) -> None:
    """Do nothing: there is no link yet."""
