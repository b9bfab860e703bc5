"""The batches that a node sends: what comes next, when it is asked for, and by what it is known.

This module must not know what a server does with a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spec.answers import refused
from spec.append import Request
from spec.log import LINES, Item, Log
from spec.rules import Rules
from spec.state import Made, Node, Pending, State, Step, with_node

ASKED = frozenset([*LINES, "mute"])
"""The kinds of items that a node asks its guard for: who is muted may do neither."""


class Sending:
    """The batches of nodes, whose people ask for what is in their ``plans``, in order."""

    def __init__(self, rules: Rules, plans: Sequence[Sequence[Item]]) -> None:
        self._rules = rules
        self._plans = plans

    def make(self, state: State, node: int, one: Node) -> Iterator[Step]:
        """Change a record in memory while a batch is under way."""
        pending, plan = one.pending, self._plans[node]
        if pending is None or not pending.planned or one.made is not None:
            return
        if pending.item.kind != "write" or one.next + 1 >= len(plan):
            return
        if plan[one.next + 1] == pending.item:
            made = Made(one.shown.number, (*_seen(one, pending.item), pending.id))
            new = with_node(state, node, one._replace(made=made))
            yield "node {} changes the record again in memory", (node,), new

    def send(self, state: State, node: int, one: Node) -> Iterator[Step]:
        """Send what is under way, or begin what comes next. It may not be allowed."""
        at = one.server
        assert at is not None
        pending = one.pending or self._begin(node, one, state.servers[at].log)
        if pending is None or pending.status == "stored":
            return
        if one.pending is None:
            joins = one.joins + (pending.item.kind == "join")
            one = one._replace(pending=pending, made=None, joins=joins)
            if pending.item.kind == "release":
                one = one._replace(holds=())
        state = with_node(state, node, one)
        if pending.status == "asked" and one.shown.number < pending.number:
            return
        asks = pending.status == "new" or (pending.status == "asked" and self._rules.ask_again)
        item = pending.item
        may = not (item.kind in ASKED and node in one.shown.muted) and not (
            item.kind == "say_as" and one.holds != item.names
        )
        if asks and not may:
            yield "node {} refuses {}", (node, pending.id), refused(state, node)
            return
        known = pending.known
        newest = pending.status == "doubt" and not self._rules.first_known
        if pending.status == "asked" or known < 0 or newest:
            known = one.shown.number
        id = pending.id
        if pending.status == "doubt" and not self._rules.same_id:
            id += "'"
        request = Request(at, node, True, id, item, pending.term, known, pending.seen)
        live = one._replace(pending=pending._replace(status="live", known=known))
        new = with_node(state, node, live)._replace(requests=state.requests | {request})
        yield "node {} sends {} ({})", (node, id, item.kind), new

    def _begin(self, node: int, one: Node, log: Log) -> Pending | None:
        """Return what a node sends next, if there is anything. ``log`` is what it can read."""
        if one.term == 0:
            join = Item("join", one.holds, one.joins, one.last or log.joined[node])
            return Pending(f"{node}.join{one.joins}", join, join.term, planned=False)
        if one.visit not in (0, one.term):
            id = f"{node}.visit{one.term}"
            return Pending(id, Item("visit"), one.term, planned=False)
        plan = self._plans[node]
        if one.next == len(plan):
            return None
        item = plan[one.next]
        if item.kind == "reap":
            item = item._replace(term=one.shown.terms[item.who])
        pending = Pending(f"{node}.{one.next}", item, one.term, planned=True)
        if item.kind != "write":
            return pending
        known, seen = one.made or Made(one.shown.number, _seen(one, item))
        return pending._replace(known=known, seen=seen)


def _seen(one: Node, item: Item) -> tuple[str, ...]:
    """Return the id of the last change of a record that a node has published."""
    change = one.shown.changes.get(item.names[0])
    return () if change is None else (change.id,)
