"""The answers to the calls of nodes: what each means for its node, and for its people.

An answer comes here once its seal has ended cleanly. This module must not know what a node does by
itself.
"""

from __future__ import annotations

from spec.append import Reply
from spec.log import Log, first_id
from spec.rules import Rules
from spec.state import Node, Pending, State, with_node


def told(state: State, node: int, outcome: str) -> State:
    """Tell the person who asked for what is under way its outcome."""
    one = state.nodes[node]
    assert one.pending is not None
    if not one.pending.planned:
        return state
    mine = state.outcomes[node]
    mine = (*mine[: one.next], outcome, *mine[one.next + 1 :])
    outcomes = (*state.outcomes[:node], mine, *state.outcomes[node + 1 :])
    return state._replace(outcomes=outcomes)


def ended(one: Node) -> Node:
    """Return a node that has nothing under way any more, and takes the next of its plan."""
    assert one.pending is not None
    return one._replace(pending=None, next=one.next + one.pending.planned)


def refused(state: State, node: int, outcome: str = "refused") -> State:
    """Return the state after a batch of a node came to nothing, or its outcome is "unknown"."""
    new = told(state, node, outcome)
    return with_node(new, node, ended(new.nodes[node]))


def published(state: State, shown: Log) -> State:
    """Return a state that remembers what was published, if it is the longest log that was."""
    return state._replace(ever=shown) if shown.number > state.ever.number else state


def doubt(state: State, node: int) -> State:
    """Return the state after an answer with a WARNING, which is none."""
    one = state.nodes[node]
    if one.pending is None or one.pending.status != "live":
        return state
    return with_node(state, node, one._replace(pending=one.pending._replace(status="doubt")))


class Answers:
    """The answers to nodes."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def answer(self, state: State, node: int, reply: Reply) -> State:
        """Return the state after a node has an answer.

        It may be to a batch that was decided meanwhile, because the node has published it.
        """
        one = state.nodes[node]
        if reply.what == "barrier":
            return self._sealed(state, node, one, reply.number)
        if reply.what == "stored":
            one = one._replace(safe=max(one.safe, reply.number))
            state = with_node(state, node, one)
        pending = one.pending
        if pending is None or pending.id != first_id(reply.id):
            return state
        if reply.what == "stored":
            return self._stored(state, node, one, pending, reply)
        if reply.what == "fenced":
            new = refused(state, node)
            return with_node(new, node, new.nodes[node]._replace(term=0))
        if reply.what == "refused":
            return refused(state, node)
        asked = pending._replace(status="asked", number=reply.number)
        return with_node(state, node, one._replace(pending=asked))

    def _sealed(self, state: State, node: int, one: Node, number: int) -> State:
        """Take what a barrier vouches for as safe."""
        if not self._rules.read_then_seal:
            assert one.server is not None
            log = state.servers[one.server].log
            one = one._replace(read=log)
            number = log.number
        heard = 0 if self._rules.drop_hint else one.heard
        one = one._replace(safe=max(one.safe, number), heard=heard)
        return with_node(state, node, one)._replace(quiet=False)

    def _stored(self, state: State, node: int, one: Node, pending: Pending, reply: Reply) -> State:
        """Tell the outcome. The batch is under way until the node has published it in its turn."""
        batch = reply.batch
        assert batch is not None
        item = batch.item
        one = one._replace(pending=pending._replace(status="stored", number=reply.number))
        if item.kind == "join":
            lost = one.holds != item.names and self._rules.heed_loss
            holds = () if lost else one.holds
            one = one._replace(term=batch.term, last=batch.term, holds=holds)
        elif item.kind == "claim":
            one = one._replace(holds=item.names)
        elif item.kind == "visit":
            one = one._replace(visit=batch.term)
        outcome = "refused" if item.kind == "refused" else "acked"
        new = told(with_node(state, node, one), node, outcome)
        if one.shown.number >= reply.number:
            return with_node(new, node, ended(new.nodes[node]))
        if not self._rules.own_in_turn:
            shown = one.shown.append(batch)
            one = ended(new.nodes[node]._replace(shown=shown, read=shown))
            return published(with_node(new, node, one), shown)
        return new
