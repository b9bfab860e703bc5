"""The states of the model: two servers, what is on its way to them, and the nodes.

All of a state is immutable and compared by value, its logs by identity. This module must not know
the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from spec.append import Reply, Request
from spec.log import Item, Log


class Faults(NamedTuple):
    """The number of faults of each kind that may still happen, each at any moment.

    ``cut``: a node loses its connection. ``terminate``: a backend that waits for the standby ends.
    ``cancel``: its wait ends, with a WARNING. ``kill``: the primary is killed, and starts again.
    ``promote``: the standby is promoted, while the primary lives on. ``rejoin``: the old primary
    follows the new one. ``unsync``: the standby is taken out of the set. ``crash``: a node crashes.
    ``give_up``: a node waits no more for an answer. ``forge``: a node hears a forged hint.
    ``forge_early``: the same, when nothing unsafe can be read until the node's next barrier.
    """

    cut: int = 0
    terminate: int = 0
    cancel: int = 0
    kill: int = 0
    promote: int = 0
    rejoin: int = 0
    unsync: int = 0
    crash: int = 0
    give_up: int = 0
    forge: int = 0
    forge_early: int = 0


FORGED = 99
"""The number in a forged hint: above all that there is."""


class Server(NamedTuple):
    """A server. ``role`` is P for a primary, S for a standby, D for one that is dead.

    ``flushed`` is the number of the last batch that a kill cannot lose here, ``hint`` the highest
    hint that it has sent, and ``sync`` is True if seals wait for the standby.
    """

    role: Literal["P", "S", "D"]
    timeline: int
    log: Log
    flushed: int = 0
    hint: int = 0
    sync: bool = True


class Wait(NamedTuple):
    """A backend that waits until the standby has ``number``, to answer ``reply``."""

    server: int
    node: int
    live: bool
    number: int
    reply: Reply


class Pending(NamedTuple):
    """The batch of a node that is under way.

    It is "new", "live" once it is sent, in "doubt" once the connection is lost, "asked" if it has
    to be asked for again behind ``number``, or "stored" there. It names the ``term`` and what was
    ``known`` and ``seen`` at the first try. ``planned`` is False for what no person asked for: a
    join, or a visit that is written anew.
    """

    id: str
    item: Item
    term: int
    planned: bool
    status: Literal["new", "live", "doubt", "asked", "stored"] = "new"
    known: int = -1
    seen: tuple[str, ...] = ()
    number: int = 0


class Made(NamedTuple):
    """A change that was made in memory while a batch is under way, and what was known then."""

    known: int
    seen: tuple[str, ...]


class Node(NamedTuple):
    """A node. ``term`` is 0 if it has to join, and ``server`` None if it is not connected.

    ``last`` is the last term that its process had; 0 for none. ``shown`` is the log that it has
    published, ``read`` what it has read, ``safe`` the number up to which it knows that to be safe.
    ``heard`` is a forged hint. ``holds`` are the looks of its person's name, ``visit`` the term
    under which it wrote the visit of its person. ``next`` is the place in its plan, and ``joins``
    how often it joined.
    """

    term: int
    last: int
    shown: Log
    read: Log
    server: int | None = 0
    up: bool = True
    timeline: int = 1
    safe: int = 0
    heard: int = 0
    pending: Pending | None = None
    made: Made | None = None
    next: int = 0
    joins: int = 0
    holds: tuple[str, ...] = ()
    visit: int = 0


class State(NamedTuple):
    """A state of the model.

    ``ever`` is the longest log that a node has published, and ``outcomes`` is what each node has
    told the people who asked for its plan. ``promotable`` is True if the manager would promote the
    standby. ``quiet`` is True from a hint that was forged early until the next barrier: nodes send
    nothing else meanwhile.
    """

    servers: tuple[Server, Server]
    waits: frozenset[Wait]
    requests: frozenset[Request]
    nodes: tuple[Node, ...]
    ever: Log
    outcomes: tuple[tuple[str, ...], ...]
    faults: Faults
    promotable: bool = True
    quiet: bool = False


Step = tuple[str, tuple[object, ...], State]
"""A step: a sentence, what is filled in, and the state after it."""


def first_state(
    log: Log, plans: Sequence[Sequence[Item]], faults: Faults, *, one_disk: bool = False
) -> State:
    """Return the state at the beginning: nodes that have joined and published an empty log.

    With ``one_disk`` there is no standby, so seals wait for the primary's own disk.
    """
    standby = Server("D", 0, log) if one_disk else Server("S", 1, log)
    return State(
        servers=(Server("P", 1, log, sync=not one_disk), standby),
        waits=frozenset(),
        requests=frozenset(),
        nodes=tuple(Node(term, term, log, log) for term in log.terms),
        ever=log,
        outcomes=tuple(("",) * len(plan) for plan in plans),
        faults=faults,
        promotable=not one_disk,
    )


def with_server(state: State, server: int, new: Server) -> State:
    """Return a state with another server in that place."""
    first, second = state.servers
    return state._replace(servers=(new, second) if server == 0 else (first, new))


def with_node(state: State, node: int, new: Node) -> State:
    """Return a state with another node in that place."""
    return state._replace(nodes=(*state.nodes[:node], new, *state.nodes[node + 1 :]))


def spend(state: State, fault: str) -> State | None:
    """Return the state with one such fault less to come, or None if there is none left."""
    left: int = getattr(state.faults, fault)
    if not left:
        return None
    return state._replace(faults=state.faults._replace(**{fault: left - 1}))


def newest_primary(state: State) -> Server:
    """Return the server whose log counts: the one of the highest timeline that is no standby."""
    first, second = state.servers
    if first.role == "S" or (second.role != "S" and second.timeline > first.timeline):
        return second
    return first


def disconnect(state: State, node: int, *, keep_read: bool = False) -> State:
    """Cut a node off. What it sent may still be carried out; its answer reaches no node.

    A wait of a backend whose client is gone stays, because it may still send a hint.
    """
    one = state.nodes[node]
    pending = one.pending
    if pending is not None and pending.status == "live":
        pending = pending._replace(status="doubt")
    waits = state.waits
    if any(wait.live and wait.node == node for wait in waits):
        waits = frozenset(
            wait._replace(live=False, node=-1) if wait.live and wait.node == node else wait
            for wait in waits
            if wait.node != node or wait.reply.what == "stored"
        )
    requests = state.requests
    if any(request.live and request.node == node for request in requests):
        requests = frozenset(
            request._replace(live=False) if request.node == node else request
            for request in requests
            if request.node != node or request.item is not None
        )
    one = one._replace(
        server=None, pending=pending, heard=0, read=one.read if keep_read else one.shown
    )
    quiet = state.quiet and not state.nodes[node].heard
    return with_node(state._replace(waits=waits, requests=requests, quiet=quiet), node, one)
