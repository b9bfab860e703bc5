"""The steps of the nodes: connect, publish, seal, give up, crash.

A node reads when it publishes or seals what it reads: while a connection lasts, what can be read
only grows, so reading earlier would make no difference. This module must not know what a server
does with a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spec.answers import Answers, ended, published, refused
from spec.append import Reply, Request
from spec.log import CHANGES, LINES, Item, Log, first_id
from spec.rules import Rules
from spec.sending import Sending
from spec.state import (
    FORGED,
    Node,
    State,
    Step,
    disconnect,
    spend,
    with_node,
)


class Nodes:
    """The steps of nodes, whose people ask for what is in their ``plans``, in order."""

    def __init__(self, rules: Rules, plans: Sequence[Sequence[Item]], answers: Answers) -> None:
        self._rules = rules
        self._answers = answers
        self._sending = Sending(rules, plans)

    def steps(self, state: State) -> Iterator[Step]:
        """Return what the nodes may do next."""
        for node, one in enumerate(state.nodes):
            if not one.up:
                yield "node {} starts", (node,), with_node(state, node, one._replace(up=True))
                continue
            yield from self._crash(state, node)
            if one.server is None:
                yield from self._connect(state, node, one)
                yield from self._give_up(state, node, one)
            else:
                yield from self._cut(state, node)
                yield from self._forge(state, node, one)
                yield from self._renew(state, node, one, one.server)
                yield from self._sending.make(state, node, one)
                if not _is_busy(state, node, one):
                    yield from self._seal(state, node, one, one.server)
                    if not state.quiet:
                        yield from self._sending.send(state, node, one)
            yield from self._publish(state, node, one)

    # Connections and faults

    def _connect(self, state: State, node: int, one: Node) -> Iterator[Step]:
        for at, server in enumerate(state.servers):
            if server.role != "P":
                continue
            if self._rules.check_timeline and server.timeline < one.timeline:
                continue
            if self._rules.check_last and not one.shown.begins(server.log):
                continue
            timeline = max(server.timeline, one.timeline)
            safe = one.shown.number if self._rules.drop_safe else one.safe
            new = one._replace(server=at, timeline=timeline, safe=safe)
            yield "node {} connects to server {}", (node, at), with_node(state, node, new)

    def _cut(self, state: State, node: int) -> Iterator[Step]:
        spent = spend(state, "cut")
        if spent is not None:
            new = disconnect(spent, node, keep_read=not self._rules.drop_buffer)
            yield "node {} is cut off", (node,), new

    def _crash(self, state: State, node: int) -> Iterator[Step]:
        spent = spend(state, "crash")
        if spent is None:
            return
        new = disconnect(spent, node)
        one = new.nodes[node]
        if one.pending is not None:
            stored = one.pending.status == "stored"
            new = with_node(new, node, ended(one)) if stored else refused(new, node, "unknown")
        one, empty = new.nodes[node], state.ever.path[0]
        one = Node(0, 0, empty, empty, None, up=False, next=one.next, joins=one.joins)
        yield "node {} crashes", (node,), with_node(new, node, one)

    def _give_up(self, state: State, node: int, one: Node) -> Iterator[Step]:
        pending = one.pending
        if pending is None or pending.status == "stored" or pending.item.kind == "join":
            return
        spent = spend(state, "give_up")
        if spent is not None:
            new = refused(spent, node, "unknown")
            if self._rules.new_term:
                new = with_node(new, node, new.nodes[node]._replace(term=0))
            yield "node {} gives up", (node,), new

    def _forge(self, state: State, node: int, one: Node) -> Iterator[Step]:
        spent = spend(state, "forge")
        if spent is not None:
            new = with_node(spent, node, one._replace(heard=FORGED))
            yield "node {} hears a forged hint", (node,), new
        spent = spend(state, "forge_early")
        first, second = state.servers
        calls = state.waits or state.requests
        if spent is not None and first.log is second.log and not calls:
            new = with_node(spent, node, one._replace(heard=FORGED))._replace(quiet=True)
            yield "node {} hears a forged hint, early", (node,), new

    def _renew(self, state: State, node: int, one: Node, at: int) -> Iterator[Step]:
        """Hear that the term has ended. The renewals that say nothing new are no steps."""
        server, other = state.servers[at], state.servers[1 - at]
        is_sealed = not server.sync or (other.role == "S" and other.log is server.log)
        if one.term and server.log.terms[node] != one.term and is_sealed:
            new = with_node(state, node, one._replace(term=0))
            doubt = one.pending is not None and one.pending.status == "doubt"
            if doubt and not self._rules.answer_decides:
                new = refused(new, node)
            yield "node {} hears that its term has ended, as it renews its lease", (node,), new

    # Following

    def _limit(self, state: State, one: Node) -> int:
        """Return the number up to which a node may publish."""
        if self._rules.show == "visible":
            return FORGED
        if self._rules.hint == "off" or one.server is None:
            return one.safe
        # A hint that was heard before, and is used now, has the effect of one that is heard now.
        return max(one.safe, one.heard, state.servers[one.server].hint)

    def _publish(self, state: State, node: int, one: Node) -> Iterator[Step]:
        number = one.shown.number + 1
        if number > self._limit(state, one):
            return
        read = one.read
        if number > read.number:
            if one.server is None or number > state.servers[one.server].log.number:
                return
            read = _read(state, one, number)
        shown = read.path[number]
        new = published(with_node(state, node, one._replace(shown=shown, read=read)), shown)
        yield "node {} publishes {}", (node, shown.batch.id), self._take(new, node, shown)

    def _take(self, state: State, node: int, shown: Log) -> State:
        """Return the state after a node has followed a batch that it publishes."""
        one, batch = state.nodes[node], shown.batch
        item, pending = batch.item, one.pending
        if item.kind == "reap" and (item.who, item.term) == (node, one.term):
            one = one._replace(term=0)
            state = with_node(state, node, one)
        if pending is None:
            return state
        if pending.id == first_id(batch.id):
            reply = Reply("stored", batch.id, shown.number, batch)
            return self._answers.answer(state, node, reply)
        changed = item.kind in CHANGES and batch.term != one.term
        in_doubt = pending.status == "doubt" and pending.item.kind in LINES
        if self._rules.ask_in_doubt and changed and in_doubt:
            if node in shown.muted:
                return refused(state, node)
            pending = pending._replace(known=shown.number)
            state = with_node(state, node, one._replace(pending=pending))
        return state

    def _seal(self, state: State, node: int, one: Node, at: int) -> Iterator[Step]:
        """Seal what can be read, if no hint says that it is safe, or one speaks of more."""
        number = state.servers[at].log.number
        more = one.heard > number and self._rules.hint != "off"
        if number > self._limit(state, one) or more:
            read = _read(state, one, number)
            barrier = Request(at, node, True, "a barrier", None, 0, 0, number=read.number)
            new = with_node(state, node, one._replace(read=read))
            new = new._replace(requests=state.requests | {barrier})
            yield "node {} reads, and seals what it has read, up to {}", (node, number), new


def _read(state: State, one: Node, number: int) -> Log:
    """Return what a node has once it has read up to a number.

    With what was kept over a connection, this may be the log of no server.
    """
    assert one.server is not None
    read = one.read
    for later in state.servers[one.server].log.path[read.number + 1 : number + 1]:
        read = read.append(later.batch)
    return read


def _is_busy(state: State, node: int, one: Node) -> bool:
    """Return True if a call of a node is under way."""
    if one.pending is not None and one.pending.status == "live":
        return True
    return any(wait.live and wait.node == node for wait in state.waits) or any(
        request.live and request.node == node for request in state.requests
    )
