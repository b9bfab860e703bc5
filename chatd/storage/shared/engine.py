"""The interface between a node and the engine that holds the shared log.

A *link* is a node's connection to the engine. When a part of it is lost, all of it is, and what was
read through it and is not safe is forgotten, for another server may hold another end of the log.

This module must not know how an engine stores a batch.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from twisted.internet.defer import Deferred

from chatd.event import Published, Record
from chatd.storage.batches import BatchItem, Committed
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.util.state import State

PROTOCOL = 2
"""The version of what this program reads and writes in the log."""

REMARKS_LEVEL = 2
"""The first version that reads events of the kinds `chatd.event.REMARKS`."""


class LinkLost(StoreError):
    """A link ended, so it is not known what became of what it was asked.

    Its text is one line with the reason, for operators.
    """


class Unstorable(LinkLost):
    """The engine refuses a batch for what is in it, and would do so again. The link ends with it.

    It is not known what became of earlier tries.
    """


class LostHistory(StoreError):
    """The engine has not what it had: this node has shown something that is not in the log."""


class Replaced(StoreError):
    """Another process has begun a term of this node: two daemons have its name."""


class Position(NamedTuple):
    """A place in the log: the number of a batch, and its id, which another history has not."""

    number: int
    id: UUID | None


class Request(NamedTuple):
    """A batch to be appended. It stays the same, however often it is sent.

    ``known`` is the number of the last batch that the node had published when its lines were
    allowed. ``again`` is true if it was sent before, and may be stored.
    """

    id: UUID
    items: Sequence[BatchItem]
    known: int
    again: bool = False


class JoinRequest(NamedTuple):
    """A term to be begun. It stays the same until it is answered, or a late one ends a later term.

    ``last`` is the last term that this process had; the first one names that which it found in the
    log, or 0. ``held`` are the claims that the node still holds.
    """

    id: UUID
    last: int
    held: Sequence[Claim] = ()


class Again(NamedTuple):
    """The answer to a request of which nothing was stored: the rights were changed meanwhile.

    That was in the batch of this ``number``, which is safe.
    """

    number: int


class Fenced(NamedTuple):
    """The answer to a request of a term that has ended. It is not stored, and never will be."""


Answer = Committed | Again | Fenced
"""The answer to a request. Items of a batch that is committed have their own answers in them."""


class LogBatch(NamedTuple):
    """A batch as it is read from the log.

    ``forgot`` are the rooms of which events were deleted, each with the last seq that was.
    ``level`` is the version of the log from this batch on; 0 if it is as before.
    """

    number: int
    id: UUID
    entries: Sequence[Published] = ()
    records: Sequence[Record] = ()
    forgot: Sequence[tuple[str, int]] = ()
    level: int = 0

    @property
    def position(self) -> Position:
        """The place of this batch in the log."""
        return Position(self.number, self.id)


class Node(NamedTuple):
    """A node as the engine knows it.

    Its ``beat`` is another number after each renewal of its lease. ``applied`` is the number of the
    last batch that it had published then, ``version`` its `PROTOCOL`.
    """

    number: int
    name: str
    term: int
    live: bool
    beat: int
    applied: int
    version: int


class Joined(NamedTuple):
    """The begin of a term: its number, and that of the batch with which it began.

    ``lost`` are the claims of which another holder has a look now. The log is at a ``level``.
    """

    term: int
    number: int
    lost: Collection[Claim] = ()
    level: int = PROTOCOL


class Link(abc.ABC):
    """A node's connection to the engine, until it is lost.

    All answers come in the reactor's thread. They count: nothing that happens to a server of the
    engine can make them untrue, because a seal ended without a warning after each of them. Each
    method fails with `LinkLost` if the link is lost; then its request may be carried out later.
    """

    @abc.abstractmethod
    def append(self, term: int, request: Request) -> Deferred[Answer]:
        """Append a batch, seal it, and tell the other nodes that all up to it is safe.

        One request is under way at a time.
        """

    @abc.abstractmethod
    def read(self, after: int) -> Deferred[Sequence[LogBatch]]:
        """Return the batches that follow a number, as many as one read may return, in order.

        They need not be safe. Fails with `LostHistory` if the next one is not in the log any more.
        """

    @abc.abstractmethod
    def seal(self, position: Position) -> Deferred[None]:
        """Make safe what was read up to a position.

        Fails with `LinkLost` if the engine has no such batch.
        """

    @abc.abstractmethod
    def join(self, request: JoinRequest) -> Deferred[Joined]:
        """Begin a term. The node's terms before are ended.

        Fails with `Replaced` if one was begun since that which the request names.
        """

    @abc.abstractmethod
    def beat(self, term: int, applied: int) -> Deferred[Sequence[Node] | None]:
        """Renew the lease of a term, and return all nodes; None if the term has ended."""

    @abc.abstractmethod
    def rise(self, term: int) -> Deferred[None]:
        """Note that the node of a term reads `PROTOCOL`, because a newer program goes on with it.

        What was undone by a failover is asked again through the next link.
        """

    @abc.abstractmethod
    def reap(self, term: int, node: Node) -> Deferred[bool]:
        """End the term of another node whose beat is still that, and all that ends with it.

        Return False if it has changed meanwhile.
        """

    @abc.abstractmethod
    def leave(self, term: int) -> Deferred[None]:
        """End the own term, because the node stops."""

    @abc.abstractmethod
    def forget(self, room: str, upto: int) -> Deferred[int]:
        """Delete events: see `chatd.storage.contract.Store.forget`. A batch tells all nodes."""

    @abc.abstractmethod
    def raise_level(self, term: int, level: int) -> Deferred[bool]:
        """Raise the level of the log by a batch, if all live nodes can read that version."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Lose the link."""


class Engine(abc.ABC):
    """The engine, as one node reaches it."""

    def state(self) -> State:
        """Return what this node knows of it, for another process, which has no link yet."""
        return {}

    def resume(self, state: State) -> None:
        """Go on with what another process knew."""
        return

    @abc.abstractmethod
    def connect(
        self,
        shown: Position,
        hinted: Callable[[int], None],
        lost: Callable[[LinkLost], None],
    ) -> Deferred[Link]:
        """Open a link to the server that is the primary one now.

        ``shown`` is the last batch that this node has published. Fails with `LinkLost` if there is
        no such server to be reached, and with `LostHistory` if it has not that batch. ``hinted``
        is called with each number that is said to be safe, ``lost`` once.
        """
